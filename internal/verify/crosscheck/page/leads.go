package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// listRows is how many leads a page shows.
const listRows = 50

// filterNames are what narrows the list, in the address. A state is one of the service's, unsettled, judged or all.
var filterNames = []string{"area", "rule", "effect", "state", "owner", "overdue", "list"}

const (
	waitsForSecond = "judged"
	every          = "all"
)

// asks reads the filter from the address.
func (p *pages) asks(r *http.Request, scope access.Scope) (crosscheck.Filter, url.Values, error) {
	ctx := r.Context()
	query, err := web.Asked(r, append(slices.Clone(filterNames), web.After, officepage.GivenAway)...)
	if err != nil {
		return crosscheck.Filter{}, nil, err
	}
	query.Del(officepage.GivenAway)
	f := crosscheck.Filter{Rule: query.Get("rule"), Effect: query.Get("effect"), States: crosscheck.Unsettled}
	if f.Area, _, err = p.place(ctx, scope, query.Get("area")); err != nil {
		return f, query, err
	}
	switch state := query.Get("state"); {
	case state == every:
		f.States = nil
	case state == waitsForSecond:
		f.States = judged
	case slices.Contains(crosscheck.States, crosscheck.State(state)):
		f.States = []crosscheck.State{crosscheck.State(state)}
	case state != "":
		return f, query, web.Unknown(ctx, "state")
	}
	if f.Effect != "" && !slices.Contains(crosscheck.Effects, crosscheck.Effect(f.Effect)) {
		return f, query, web.Unknown(ctx, "effect")
	}
	switch owner := query.Get("owner"); owner {
	case "me":
		f.Owner = office.Mine
	case "nobody":
		f.Owner = office.Nobody
	case "":
	default:
		if f.Owner, err = strconv.ParseInt(owner, 10, 64); err != nil || f.Owner <= 0 {
			return f, query, web.Unknown(ctx, "owner")
		}
	}
	if f.Overdue = query.Get("overdue") == "yes"; !f.Overdue && query.Get("overdue") != "" {
		return f, query, web.Unknown(ctx, "overdue")
	}
	if text := query.Get("list"); text != "" {
		if f.List, err = strconv.ParseInt(text, 10, 64); err != nil {
			return f, query, web.Unknown(ctx, "list")
		}
	}
	return f, query, nil
}

func position(ctx context.Context, text string) (crosscheck.Position, error) {
	if text == "" {
		return crosscheck.Position{}, nil
	}
	first, second, _ := strings.Cut(text, ".")
	due, errDue := clock.ParseDay(first)
	id, errID := strconv.ParseInt(second, 10, 64)
	if errDue != nil || errID != nil {
		return crosscheck.Position{}, web.Unknown(ctx, web.After)
	}
	return crosscheck.Position{Due: due, ID: id}, nil
}

// leads shows the leads of an area: counts as doors, the most urgent first, and how old those of each check are.
func (p *pages) leads(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.CaseRead)
	if err != nil {
		return err
	}
	f, query, err := p.asks(r, scope)
	if err != nil {
		return err
	}
	after, err := position(ctx, query.Get(web.After))
	if err != nil {
		return err
	}
	list, err := p.Crosschecks.Browse(ctx, scope, f, after, listRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(list) > listRows {
		list = list[:listRows]
		last := list[listRows-1]
		next := url.Values{web.After: {fmt.Sprintf("%s.%d", last.Due, last.ID)}}
		for name, values := range query {
			if name != web.After {
				next[name] = values
			}
		}
		pager.Next = web.Address("/leads", next)
	}
	if after != (crosscheck.Position{}) {
		pager.First = with(query, web.After, "")
	}
	stats, err := p.stats(ctx, scope, f.Area, query)
	if err != nil {
		return err
	}
	filters, err := p.filters(ctx, scope, f, query)
	if err != nil {
		return err
	}
	table, err := p.table(ctx, list)
	if err != nil {
		return err
	}
	ids := make([]int64, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	chosen, err := p.handing().Chosen(r, web.Address("/leads", query, web.After), table, ids)
	if err != nil {
		return err
	}
	ages, err := p.ages(ctx, scope, f, query)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "title"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav")}}, Flash: officepage.Given(r),
		Actions: []web.Action{{Label: word(ctx, "report.title"), Icon: "list", Href: web.Address("/leads/report", query, slices.Concat(filterNames[1:], []string{web.After})...)}}}
	if p.MayAnywhere(r, access.ImportRun) {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "lists.title"), Icon: "upload", Href: "/checks"})
	}
	if p.MayAnywhere(r, access.AssessRun) {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "run"), Icon: "search", Href: "/leads/run", Post: true, Hidden: []web.Pair{{Name: "area", Value: query.Get("area")}}})
	}
	return p.Show(w, r, http.StatusOK, page, web.Tiles(stats...), filters, chosen, pager, ages)
}

// run looks for what the register itself shows.
func (p *pages) run(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return err
	}
	area, _, err := p.place(r.Context(), scope, r.PostForm.Get("area"))
	if err != nil {
		return err
	}
	if ranges := scope.Ranges(); area == 0 && len(ranges) > 0 {
		area = max(ranges[0].Lo, 0)
	}
	j, err := p.Crosschecks.StartScreens(r.Context(), scope, area)
	if err != nil {
		return err
	}
	return web.See(w, r, "/jobs/"+strconv.FormatInt(j.ID, 10))
}

// stats are the counts of the area, each the door to its list.
func (p *pages) stats(ctx context.Context, scope access.Scope, area int64, query url.Values) ([]web.Stat, error) {
	base := url.Values{}
	if code := query.Get("area"); code != "" {
		base.Set("area", code)
	}
	var stats []web.Stat
	for _, one := range []struct {
		key, name, value string
		filter           crosscheck.Filter
		tone             web.Tone
	}{
		{"unsettled", "", "", crosscheck.Filter{States: crosscheck.Unsettled}, ""},
		{"veto", "effect", string(crosscheck.Veto), crosscheck.Filter{States: crosscheck.Unsettled, Effect: string(crosscheck.Veto)}, web.ToneBad},
		{"overdue", "overdue", "yes", crosscheck.Filter{States: crosscheck.Unsettled, Overdue: true}, web.ToneWarn},
		{"judged", "state", waitsForSecond, crosscheck.Filter{States: judged}, ""},
		{"acted", "state", string(crosscheck.Acted), crosscheck.Filter{States: []crosscheck.State{crosscheck.Acted}}, ""},
	} {
		one.filter.Area = area
		n, err := p.Crosschecks.Count(ctx, scope, one.filter)
		if err != nil {
			return nil, err
		}
		stat := web.Stat{Label: word(ctx, "stat."+one.key), Value: number(ctx, n), Href: with(base, one.name, one.value)}
		if n > 0 {
			stat.Tone = one.tone
		}
		stats = append(stats, stat)
	}
	return stats, nil
}

func (p *pages) filters(ctx context.Context, scope access.Scope, f crosscheck.Filter, query url.Values) (web.Filters, error) {
	made := web.Filters{Action: "/leads", Clear: "/leads"}
	if code := query.Get("area"); code != "" {
		made.Hidden, made.Clear = []web.Pair{{Name: "area", Value: code}}, "/leads?area="+url.QueryEscape(code)
	}
	rules, err := p.Crosschecks.Facet(ctx, scope, crosscheck.Filter{Area: f.Area, States: f.States}, "rule")
	if err != nil {
		return made, err
	}
	rule := web.Field{Name: "rule", Label: word(ctx, "check"), Kind: web.FieldSelect, Value: f.Rule, Options: []web.Option{{Label: word(ctx, "any")}}}
	for _, code := range sorted(rules) {
		text, _, err := p.said(ctx, f.Area, code)
		if err != nil {
			return made, err
		}
		rule.Options = append(rule.Options, web.Option{Value: code, Label: text + " (" + number(ctx, rules[code]) + ")"})
	}
	effect := web.Field{Name: "effect", Label: word(ctx, "effect.title"), Kind: web.FieldSelect, Value: f.Effect, Options: []web.Option{{Label: word(ctx, "any")}}}
	for _, one := range crosscheck.Effects {
		effect.Options = append(effect.Options, web.Option{Value: string(one), Label: word(ctx, "effect."+string(one))})
	}
	state := web.Field{Name: "state", Label: web.T(ctx, "common.status"), Kind: web.FieldSelect, Value: query.Get("state"),
		Options: []web.Option{{Label: word(ctx, "stat.unsettled")}, {Value: waitsForSecond, Label: word(ctx, "stat.judged")}, {Value: every, Label: word(ctx, "any")}}}
	for _, one := range crosscheck.States {
		state.Options = append(state.Options, web.Option{Value: string(one), Label: word(ctx, "state."+string(one))})
	}
	owner := web.Field{Name: "owner", Label: word(ctx, "owner"), Kind: web.FieldSelect, Value: query.Get("owner"), Options: []web.Option{{Label: word(ctx, "any")}, {Value: "me", Label: word(ctx, "me")}, {Value: "nobody", Label: web.T(ctx, "quality.nobody")}}}
	if account := query.Get("owner"); f.Owner > 0 && account != "me" {
		owner.Options = append(owner.Options, web.Option{Value: account, Label: p.AccountName(ctx, f.Owner)})
	}
	made.Fields = []web.Field{rule, effect, state, owner}
	for _, field := range made.Fields {
		for _, option := range field.Options {
			if field.Value != "" && option.Value == field.Value {
				made.Active = append(made.Active, web.Chip{Label: field.Label + ": " + option.Label, Remove: with(query, field.Name, "")})
			}
		}
	}
	return made, nil
}

func sorted(counts map[string]int64) []string {
	var list []string
	for code := range counts {
		list = append(list, code)
	}
	slices.Sort(list)
	return list
}

func (p *pages) table(ctx context.Context, list []crosscheck.Lead) (web.Table, error) {
	t := web.Table{Caption: word(ctx, "title"), Columns: []web.Column{{Label: word(ctx, "lead")}, {Label: word(ctx, "subject"), Short: true}, {Label: web.T(ctx, "common.area")}, {Label: word(ctx, "effect.title")},
		{Label: word(ctx, "how.title")}, {Label: word(ctx, "due"), Short: true}, {Label: word(ctx, "owner")}, {Label: web.T(ctx, "common.status")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "none"), Text: word(ctx, "none_text")}}
	var keys []int64
	for _, l := range list {
		keys = append(keys, l.Area)
	}
	places, err := p.Crosschecks.Registry().Places(ctx, keys)
	if err != nil {
		return t, err
	}
	for _, l := range list {
		text, _, err := p.said(ctx, l.Area, l.Rule)
		if err != nil {
			return t, err
		}
		due := web.Text(i18n.Day(web.Lang(ctx), l.Due))
		if l.Unsettled() && l.Due < p.Caller(ctx).Today {
			due.View = web.Badge{Tone: web.ToneWarn, Text: word(ctx, "stat.overdue")}
		}
		t.Rows = append(t.Rows, web.Row{Href: leadPath(l.ID), Cells: []web.Cell{web.Text(text), p.about(ctx, l, places), web.Text(placeName(ctx, places, l.Area)),
			{View: effectBadge(ctx, l.Effect)}, web.Text(word(ctx, "how."+l.How)), due, web.Text(p.ownerName(ctx, l)), {View: stateBadge(ctx, l.State)}}})
	}
	return t, nil
}

func (p *pages) ownerName(ctx context.Context, l crosscheck.Lead) string {
	if l.Owner != 0 {
		return p.AccountName(ctx, l.Owner)
	}
	return word(ctx, "nobody", "role", web.T(ctx, "office.role."+l.Role))
}

// ages says how long the unsettled leads of each check have waited.
func (p *pages) ages(ctx context.Context, scope access.Scope, f crosscheck.Filter, query url.Values) (templ.Component, error) {
	list, err := p.Crosschecks.ByAge(ctx, scope, crosscheck.Filter{Area: f.Area})
	if err != nil || len(list) == 0 {
		return web.Parts(), err
	}
	t := web.Table{Caption: word(ctx, "ages.title"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "check")}}}
	for _, days := range crosscheck.Ages {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "ages.until", "n", days), Number: true})
	}
	t.Columns = append(t.Columns, web.Column{Label: word(ctx, "ages.more"), Number: true})
	for _, one := range list {
		text, _, err := p.said(ctx, f.Area, one.Rule)
		if err != nil {
			return nil, err
		}
		row := web.Row{Href: with(query, "rule", one.Rule), Cells: []web.Cell{web.Text(text)}}
		for _, n := range one.Count {
			row.Cells = append(row.Cells, web.Text(number(ctx, n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
