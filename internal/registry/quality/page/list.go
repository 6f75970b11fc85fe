package page

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/policy"
	"rightkey/internal/registry/quality"
	"rightkey/internal/web"
)

// listRows is how many problems a page of the list shows.
const listRows = 50

// listing is what the address asks for.
type listing struct {
	filter quality.Filter
	query  url.Values
	scope  access.Scope
	at     place
	pack   *policy.Pack
}

var parameters = []string{"area", "rule", "severity", "role", "state", "owner", "overdue", web.After, web.Before}

// unsettled is the state in the address that stands for all in which somebody has something to do; it is the list's
// own where none is given. every stands for all states.
const (
	unsettled = "unsettled"
	every     = "all"
)

// asks reads the address of the list; verb is what the caller wants to do.
func (p *pages) asks(r *http.Request, verb access.Verb) (listing, error) {
	ctx := r.Context()
	var l listing
	var err error
	if l.query, err = web.Asked(r, append(parameters, officepage.GivenAway)...); err != nil {
		return l, err
	}
	l.query.Del(officepage.GivenAway)
	if l.scope, err = p.Scope(r, verb); err != nil {
		return l, err
	}
	if l.at, err = p.placeOf(ctx, l.scope, l.query.Get("area")); err != nil {
		return l, err
	}
	if l.pack, err = p.packAt(l.at.key()); err != nil {
		return l, err
	}
	l.filter = quality.Filter{Area: l.at.key(), Rule: l.query.Get("rule"), Severity: l.query.Get("severity"), Role: l.query.Get("role"), Overdue: l.query.Get("overdue") == "yes"}
	refuse := func(name string) error {
		return web.Unknown(ctx, name)
	}
	switch state := l.query.Get("state"); {
	case state == "" || state == unsettled:
		l.filter.States = quality.Unsettled
	case slices.Contains(quality.States, quality.State(state)):
		l.filter.States = []quality.State{quality.State(state)}
	case state != every:
		return l, refuse("state")
	}
	switch owner := l.query.Get("owner"); owner {
	case "":
	case "me":
		l.filter.Owner = office.Mine
	case "nobody":
		l.filter.Owner = office.Nobody
	default:
		if l.filter.Owner, err = strconv.ParseInt(owner, 10, 64); err != nil || l.filter.Owner <= 0 {
			return l, refuse("owner")
		}
	}
	if s := l.filter.Severity; s != "" && s != string(policy.Provisional) && s != string(policy.Listed) {
		return l, refuse("severity")
	}
	if o := l.query.Get("overdue"); o != "" && o != "yes" {
		return l, refuse("overdue")
	}
	return l, nil
}

// list shows the problems of an area: counts as doors, the most urgent first, and how they lie in the areas below.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := p.asks(r, access.HouseholdList)
	if err != nil {
		return err
	}
	cursor := web.CursorOf(l.query)
	from, err := position(ctx, cursor.Row)
	if err != nil {
		return err
	}
	from.Back = cursor.Back
	found, err := p.Quality.Browse(ctx, l.scope, l.filter, from, listRows+1)
	if err != nil {
		return err
	}
	turning := func(parameter, value string) string {
		query := l.query
		if parameter != "" {
			query = with(l.query, parameter, value)
		}
		return web.Address("/problems", query, slices.DeleteFunc([]string{web.After, web.Before}, func(name string) bool { return name == parameter })...)
	}
	found, pager := web.Turned(found, listRows, cursor, turning, func(p quality.Problem) string { return fmt.Sprintf("%s.%d", p.Due, p.ID) })
	stats, err := p.stats(ctx, l)
	if err != nil {
		return err
	}
	filters, err := p.filters(ctx, l)
	if err != nil {
		return err
	}
	table, err := p.table(r, found)
	if err != nil {
		return err
	}
	ids := make([]int64, len(found))
	for i, one := range found {
		ids[i] = one.ID
	}
	chosen, err := p.handing().Chosen(r, web.Address("/problems", l.query, web.After, web.Before), table, ids)
	if err != nil {
		return err
	}
	areas, err := p.byArea(ctx, l)
	if err != nil {
		return err
	}
	crumbs := l.at.crumbs(ctx, l.scope)
	crumbs[len(crumbs)-1].Href = ""
	page := web.Page{Title: word(ctx, "title"), Wide: true, Crumbs: crumbs, Area: &web.Choice{Label: crumbs[len(crumbs)-1].Label}, Actions: p.actions(r, l, len(found) > 0), Flash: officepage.Given(r)}
	if !quality.Sensitive(l.scope) {
		page.Flash = append(page.Flash, web.Notice{Tone: web.ToneInfo, Text: word(ctx, "special_hidden")})
	}
	return p.Show(w, r, http.StatusOK, page, web.Tiles(stats...), filters, chosen, pager, areas)
}

func (p *pages) actions(r *http.Request, l listing, some bool) []web.Action {
	ctx := r.Context()
	var actions []web.Action
	if _, err := p.Scope(r, access.ExportRun); err == nil && some {
		actions = append(actions, web.Action{Label: web.T(ctx, "common.export"), Icon: "download", Href: web.Address("/problems/export", l.query, web.After, web.Before)})
	}
	if p.May(r, access.AssessRun, l.at.key()) {
		actions = append(actions, web.Action{Label: word(ctx, "run"), Icon: "search", Href: "/problems/run", Post: true, Hidden: []web.Pair{{Name: "area", Value: l.query.Get("area")}}})
	}
	return actions
}

// stats are the counts of the area, each the door to its list.
func (p *pages) stats(ctx context.Context, l listing) ([]web.Stat, error) {
	base := url.Values{}
	if code := l.query.Get("area"); code != "" {
		base.Set("area", code)
	}
	var stats []web.Stat
	for _, one := range []struct {
		key    string
		filter quality.Filter
		query  url.Values
		tone   web.Tone
	}{
		{"unsettled", quality.Filter{}, base, ""},
		{"blocking", quality.Filter{Severity: string(policy.Provisional)}, with(base, "severity", string(policy.Provisional)), web.ToneBad},
		{"overdue", quality.Filter{Overdue: true}, with(base, "overdue", "yes"), web.ToneWarn},
		{"nobodys", quality.Filter{Owner: office.Nobody}, with(base, "owner", "nobody"), ""},
		{"mine", quality.Filter{Owner: office.Mine}, with(base, "owner", "me"), ""},
	} {
		one.filter.Area, one.filter.States = l.at.key(), quality.Unsettled
		n, err := p.Quality.Count(ctx, l.scope, one.filter)
		if err != nil {
			return nil, err
		}
		stat := web.Stat{Label: word(ctx, "stat."+one.key), Value: i18n.Number(web.Lang(ctx), n), Href: web.Address("/problems", one.query)}
		if n > 0 {
			stat.Tone = one.tone
		}
		stats = append(stats, stat)
	}
	return stats, nil
}

// filters narrow the list; the answers say how many problems each has.
func (p *pages) filters(ctx context.Context, l listing) (web.Filters, error) {
	f := web.Filters{Action: "/problems", Clear: "/problems"}
	if code := l.query.Get("area"); code != "" {
		f.Hidden, f.Clear = []web.Pair{{Name: "area", Value: code}}, "/problems?area="+url.QueryEscape(code)
	}
	labels := map[string]func(string) string{
		"rule":     func(value string) string { return said(ctx, l.pack, value) },
		"severity": func(value string) string { return word(ctx, "severity."+value) },
		"role":     func(value string) string { return roleName(ctx, l.pack, value) },
	}
	for _, name := range []string{"rule", "severity", "role"} {
		counts, err := p.Quality.Facet(ctx, l.scope, l.filter, name)
		if err != nil {
			return f, err
		}
		field := web.Field{Name: name, Label: word(ctx, "filter."+name), Kind: web.FieldSelect, Value: l.query.Get(name), Options: []web.Option{{Label: word(ctx, "filter.any")}}}
		values := slices.Sorted(maps.Keys(counts))
		if chosen := l.query.Get(name); chosen != "" && counts[chosen] == 0 {
			values = append(values, chosen)
		}
		for _, value := range values {
			field.Options = append(field.Options, web.Option{Value: value, Label: labels[name](value) + " (" + i18n.Number(web.Lang(ctx), counts[value]) + ")"})
		}
		f.Fields = append(f.Fields, field)
		if chosen := l.query.Get(name); chosen != "" {
			f.Active = append(f.Active, web.Chip{Label: labels[name](chosen), Remove: web.Address("/problems", l.query, name, web.After, web.Before)})
		}
	}
	state, err := p.stateField(ctx, l)
	if err != nil {
		return f, err
	}
	owner := web.Field{Name: "owner", Label: word(ctx, "filter.owner"), Kind: web.FieldSelect, Value: l.query.Get("owner"),
		Options: []web.Option{{Label: word(ctx, "filter.any")}, {Value: "me", Label: word(ctx, "filter.me")}, {Value: "nobody", Label: word(ctx, "nobody")}}}
	if account := l.query.Get("owner"); l.filter.Owner > 0 && account != "me" {
		owner.Options = append(owner.Options, web.Option{Value: account, Label: p.AccountName(ctx, l.filter.Owner)})
	}
	overdue := web.Field{Name: "overdue", Label: word(ctx, "stat.overdue"), Kind: web.FieldCheck, Value: l.query.Get("overdue")}
	f.Fields = append(f.Fields, state, owner, overdue)
	for name, label := range map[string]string{"owner": word(ctx, "filter.owner"), "overdue": word(ctx, "stat.overdue")} {
		if l.query.Get(name) != "" {
			f.Active = append(f.Active, web.Chip{Label: label, Remove: web.Address("/problems", l.query, name, web.After, web.Before)})
		}
	}
	return f, nil
}

func (p *pages) stateField(ctx context.Context, l listing) (web.Field, error) {
	counts, err := p.Quality.Facet(ctx, l.scope, l.filter, "state")
	if err != nil {
		return web.Field{}, err
	}
	field := web.Field{Name: "state", Label: web.T(ctx, "common.status"), Kind: web.FieldSelect, Value: l.query.Get("state"),
		Options: []web.Option{{Label: word(ctx, "filter.unsettled")}, {Value: every, Label: word(ctx, "filter.any")}}}
	for _, state := range quality.States {
		field.Options = append(field.Options, web.Option{Value: string(state), Label: word(ctx, "state."+string(state)) + " (" + i18n.Number(web.Lang(ctx), counts[string(state)]) + ")"})
	}
	return field, nil
}

func (p *pages) table(r *http.Request, list []quality.Problem) (web.Table, error) {
	ctx := r.Context()
	t := web.Table{Caption: word(ctx, "title"), Empty: web.Empty{Icon: "check", Title: word(ctx, "none"), Text: word(ctx, "none_text")}}
	t.Columns = append(t.Columns, web.Column{Label: word(ctx, "problem")}, web.Column{Label: word(ctx, "household")}, web.Column{Label: web.T(ctx, "common.area")},
		web.Column{Label: word(ctx, "severity.title")}, web.Column{Label: word(ctx, "due")}, web.Column{Label: word(ctx, "owner")}, web.Column{Label: web.T(ctx, "common.status")})
	var keys []int64
	for _, one := range list {
		keys = append(keys, one.Area)
	}
	places, err := p.places(ctx, keys)
	if err != nil {
		return t, err
	}
	for _, one := range list {
		pack, err := p.packAt(one.Area)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, web.Row{Href: "/problems/" + strconv.FormatInt(one.ID, 10), Cells: []web.Cell{web.Text(said(ctx, pack, one.Rule)), subjectCell(ctx, one), web.Text(placeName(ctx, places, one.Area)),
			{View: severityBadge(ctx, one.Severity)}, p.dueCell(ctx, one), p.ownerCell(ctx, pack, one), {View: stateBadge(ctx, one.State)}}})
	}
	return t, nil
}

func (p *pages) dueCell(ctx context.Context, one quality.Problem) web.Cell {
	cell := web.Text(i18n.Day(web.Lang(ctx), one.Due))
	if one.Unsettled() && one.Due < p.Caller(ctx).Today {
		cell.View = web.Badge{Tone: web.ToneWarn, Text: word(ctx, "stat.overdue")}
	}
	return cell
}

// ownerCell is who answers for a problem: a person, or the role that should take it.
func (p *pages) ownerCell(ctx context.Context, pack *policy.Pack, one quality.Problem) web.Cell {
	if one.Owner != 0 {
		return web.Text(p.AccountName(ctx, one.Owner))
	}
	return web.Text(word(ctx, "for_role", "role", roleName(ctx, pack, one.Role)))
}

// byArea counts the listed problems in the areas directly below.
func (p *pages) byArea(ctx context.Context, l listing) (web.Table, error) {
	t := web.Table{Caption: word(ctx, "by_area"), ShowCaption: true, Columns: []web.Column{{Label: web.T(ctx, "common.area")}, {Label: word(ctx, "title"), Number: true},
		{Label: word(ctx, "stat.blocking"), Number: true}, {Label: word(ctx, "stat.overdue"), Number: true}}, Empty: web.Empty{Icon: "check", Title: word(ctx, "none")}}
	counts, err := p.Quality.ByArea(ctx, l.scope, l.filter)
	if err != nil {
		return t, err
	}
	var keys []int64
	for _, c := range counts {
		keys = append(keys, c.Area)
	}
	places, err := p.places(ctx, keys)
	if err != nil {
		return t, err
	}
	number := func(n int64) string { return i18n.Number(web.Lang(ctx), n) }
	for _, c := range counts {
		here := with(l.query, "area", places[c.Area].Code)
		here.Del(web.After)
		here.Del(web.Before)
		t.Rows = append(t.Rows, web.Row{Href: web.Address("/problems", here), Cells: []web.Cell{web.Text(places[c.Area].Label(web.Lang(ctx))), {Text: number(c.Problems), Href: web.Address("/problems", here)},
			{Text: number(c.Provisional), Href: web.Address("/problems", with(here, "severity", string(policy.Provisional)))}, {Text: number(c.Overdue), Href: web.Address("/problems", with(here, "overdue", "yes"))}}})
	}
	return t, nil
}

// position reads a place in the list's order: "2014-12-31.17".
func position(ctx context.Context, text string) (quality.Position, error) {
	if text == "" {
		return quality.Position{}, nil
	}
	first, second, _ := strings.Cut(text, ".")
	due, errDue := clock.ParseDay(first)
	id, errID := strconv.ParseInt(second, 10, 64)
	if errDue != nil || errID != nil || id <= 0 {
		return quality.Position{}, web.Unknown(ctx, "after")
	}
	return quality.Position{Due: due, ID: id}, nil
}
