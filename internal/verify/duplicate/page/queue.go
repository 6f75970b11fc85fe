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

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/verify/duplicate"
	"rightkey/internal/web"
)

// queueRows is how many pairs a page of the queue shows, farRows how many persons who may be registered elsewhere.
const (
	queueRows = 50
	farRows   = 50
)

// filterNames are what narrows the queue, in the address.
var filterNames = []string{"area", "state", "zone", "held"}

// asks reads the filter of the queue from the address.
func (p *pages) asks(r *http.Request, scope access.Scope) (duplicate.Filter, duplicate.Position, error) {
	ctx, query := r.Context(), r.URL.Query()
	refuse := func(name string) error {
		return web.Unknown(ctx, name)
	}
	f := duplicate.Filter{States: duplicate.Undecided}
	if state := duplicate.State(query.Get("state")); state != "" {
		if !slices.Contains(duplicate.States, state) {
			return f, duplicate.Position{}, refuse("state")
		}
		f.States = []duplicate.State{state}
	}
	if f.Zone = duplicate.Zone(query.Get("zone")); f.Zone != "" && f.Zone != duplicate.Same && f.Zone != duplicate.Doubtful {
		return f, duplicate.Position{}, refuse("zone")
	}
	if f.Held = query.Get("held") == "yes"; !f.Held && query.Get("held") != "" {
		return f, duplicate.Position{}, refuse("held")
	}
	if code := query.Get("area"); code != "" {
		a, err := p.Duplicates.Registry().Areas().ByCode(ctx, scope, code)
		if err != nil {
			return f, duplicate.Position{}, err
		}
		f.Area = a.Key
	}
	var after duplicate.Position
	if text := query.Get("after"); text != "" {
		rank, id, _ := strings.Cut(text, "_")
		var err, err2 error
		after.Rank, err = strconv.ParseFloat(rank, 64)
		after.ID, err2 = strconv.ParseInt(id, 10, 64)
		if err != nil || err2 != nil {
			return f, after, refuse("after")
		}
	}
	return f, after, nil
}

// queue shows the pairs that wait, the dearest error first, how well second reviews agree, and what lies between
// counties.
func (p *pages) queue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	f, after, err := p.asks(r, scope)
	if err != nil {
		return err
	}
	list, err := p.Duplicates.Queue(ctx, scope, f, after, queueRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	query := asked(r.URL.Query())
	if len(list) > queueRows {
		last := list[queueRows-1]
		list = list[:queueRows]
		pager.Next = with(query, "after", fmt.Sprintf("%v_%d", last.Rank, last.ID))
	}
	if after != (duplicate.Position{}) {
		pager.First = with(query, "after", "")
	}
	zones, err := p.zones(ctx, f.Area)
	if err != nil {
		return err
	}
	stats, err := p.stats(ctx, scope)
	if err != nil {
		return err
	}
	table, err := p.table(ctx, list)
	if err != nil {
		return err
	}
	far, err := p.elsewhere(ctx, scope)
	if err != nil {
		return err
	}
	others, err := p.asked(ctx, scope)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "title"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav")}}, Actions: []web.Action{{Label: word(ctx, "labels"), Icon: "download", Href: "/duplicates/labels"}}}
	if _, err := p.Scope(r, access.AssessRun); err == nil {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "run"), Icon: "search", Href: "/duplicates/run", Post: true})
	}
	return p.Show(w, r, http.StatusOK, page, web.Tiles(stats...), filters(ctx, query), zones, table, pager, far, others)
}

// asked keeps of an address what narrows the queue.
func asked(query url.Values) url.Values {
	kept := url.Values{}
	for _, name := range filterNames {
		if value := query.Get(name); value != "" {
			kept.Set(name, value)
		}
	}
	return kept
}

// with is the address of the queue with one more, another, or ("") without a filter.
func with(query url.Values, name, value string) string {
	next := maps.Clone(query)
	if next.Del(name); value != "" {
		next.Set(name, value)
	}
	if len(next) == 0 {
		return "/duplicates"
	}
	return "/duplicates?" + next.Encode()
}

// filters narrow the queue.
func filters(ctx context.Context, query url.Values) web.Filters {
	f := web.Filters{Action: "/duplicates", Clear: "/duplicates"}
	options := map[string][]web.Option{"state": {{Label: word(ctx, "filter.undecided")}}, "zone": {{Label: word(ctx, "filter.any")}}, "held": {{Label: word(ctx, "filter.any")}, {Value: "yes", Label: word(ctx, "filter.held_yes")}}}
	for _, state := range duplicate.States {
		options["state"] = append(options["state"], web.Option{Value: string(state), Label: word(ctx, "state."+string(state))})
	}
	for _, zone := range []duplicate.Zone{duplicate.Same, duplicate.Doubtful} {
		options["zone"] = append(options["zone"], web.Option{Value: string(zone), Label: word(ctx, "zone."+string(zone))})
	}
	for _, name := range filterNames {
		field := web.Field{Name: name, Label: word(ctx, "filter."+name), Value: query.Get(name), Options: options[name]}
		if len(field.Options) > 0 {
			field.Kind = web.FieldSelect
		}
		f.Fields = append(f.Fields, field)
		if chosen := query.Get(name); chosen != "" {
			label := chosen
			if at := slices.IndexFunc(field.Options, func(o web.Option) bool { return o.Value == chosen }); at >= 0 {
				label = field.Options[at].Label
			}
			f.Active = append(f.Active, web.Chip{Label: field.Label + ": " + label, Remove: with(query, name, "")})
		}
	}
	return f
}

// zones say where the zones of an area begin, and what makes them so.
func (p *pages) zones(ctx context.Context, area int64) (templ.Component, error) {
	costs, err := p.Duplicates.Policy(area)
	if err != nil {
		return nil, err
	}
	figure := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	review, same := costs.Bounds()
	words := word(ctx, "zones", "same", percent(same), "review", percent(review), "merge", figure(costs.WrongMerge), "missed", figure(costs.Missed), "look", figure(costs.Review))
	if costs.Source != "" {
		words += " " + word(ctx, "zones_source", "source", costs.Source)
	}
	return web.Note(words), nil
}

// percent is a share with one digit after the point.
func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

// stats are the counts, each the door to its list.
func (p *pages) stats(ctx context.Context, scope access.Scope) ([]web.Stat, error) {
	var stats []web.Stat
	for _, one := range []struct {
		key, href string
		filter    duplicate.Filter
		tone      web.Tone
	}{
		{"waiting", "/duplicates", duplicate.Filter{States: duplicate.Undecided}, ""},
		{"same", "/duplicates?zone=same", duplicate.Filter{States: duplicate.Undecided, Zone: duplicate.Same}, web.ToneBad},
		{"second", "/duplicates?state=second", duplicate.Filter{States: []duplicate.State{duplicate.Second}}, ""},
		{"held", "/duplicates?held=yes", duplicate.Filter{States: duplicate.Undecided, Held: true}, web.ToneWarn},
		{"disputed", "/duplicates?state=disputed", duplicate.Filter{States: []duplicate.State{duplicate.Disputed}}, web.ToneWarn},
		{"decided", "/duplicates?state=decided", duplicate.Filter{States: []duplicate.State{duplicate.Decided}}, ""},
	} {
		n, err := p.Duplicates.Count(ctx, scope, one.filter)
		if err != nil {
			return nil, err
		}
		stat := web.Stat{Label: word(ctx, "stat."+one.key), Value: i18n.Number(web.Lang(ctx), n), Href: one.href}
		if n > 0 {
			stat.Tone = one.tone
		}
		stats = append(stats, stat)
	}
	agreed, err := p.Duplicates.Agreement(ctx, scope)
	if err != nil {
		return nil, err
	}
	kappa := web.Stat{Label: word(ctx, "stat.kappa"), Value: "–", Note: word(ctx, "stat.kappa_note", "n", agreed.Pairs, "agreed", agreed.Agreed)}
	if agreed.Known {
		kappa.Value = strconv.FormatFloat(agreed.Kappa, 'f', 2, 64)
	}
	return append(stats, kappa), nil
}

func (p *pages) table(ctx context.Context, list []duplicate.Listed) (web.Table, error) {
	var keys []int64
	for _, one := range list {
		keys = append(keys, one.Areas[0], one.Areas[1])
	}
	places, err := p.Duplicates.Registry().Places(ctx, keys)
	table := web.Table{Caption: word(ctx, "title"), Columns: []web.Column{{Label: word(ctx, "column.persons")}, {Label: word(ctx, "column.places")}, {Label: word(ctx, "column.zone")},
		{Label: word(ctx, "column.signs")}, {Label: word(ctx, "column.probability"), Unit: "%", Number: true}, {Label: word(ctx, "column.state")}},
		Empty: web.Empty{Icon: "users", Title: word(ctx, "none"), Text: word(ctx, "none_text")}}
	for _, one := range list {
		table.Rows = append(table.Rows, web.Row{Href: pairPath(one.ID), Cells: []web.Cell{
			web.Text(registry.Number(one.One) + " · " + registry.Number(one.Other)), web.Text(placeName(ctx, places, one.Areas[0]) + " · " + placeName(ctx, places, one.Areas[1])),
			{View: zoneBadge(ctx, one.Zone)}, web.Text(signs(ctx, one.Evidence)), web.Text(percent(one.Probability)), {View: stateBadge(ctx, one.State)}}})
	}
	return table, err
}

// signs are the strongest signs for and against, in words.
func signs(ctx context.Context, evidence []duplicate.Evidence) string {
	sorted := slices.Clone(evidence)
	slices.SortStableFunc(sorted, func(a, b duplicate.Evidence) int { return strength(b.Bits) - strength(a.Bits) })
	var words []string
	for _, e := range sorted[:min(3, len(sorted))] {
		if e.Level != "missing" && strength(e.Bits) > 0 {
			words = append(words, said(ctx, e))
		}
	}
	return strings.Join(words, word(ctx, "semicolon"))
}

// strength orders evidence for and against by how much it weighs.
func strength(bits float64) int { return int(max(bits, -bits) * 10) }

// said is a field's evidence in words: "same birth date: strong sign".
func said(ctx context.Context, e duplicate.Evidence) string {
	level := word(ctx, "level."+strings.ReplaceAll(e.Level, " ", "_"))
	return word(ctx, "sign", "field", word(ctx, "field."+e.Field), "level", level, "weight", weight(ctx, e))
}

// weight is how strongly a field's evidence speaks, in words: each doubling of the odds is a bit.
func weight(ctx context.Context, e duplicate.Evidence) string {
	switch {
	case e.Level == "missing":
		return word(ctx, "weight.nothing")
	case e.Bits >= 10:
		return word(ctx, "weight.strong")
	case e.Bits >= 3:
		return word(ctx, "weight.clear")
	case e.Bits >= .5:
		return word(ctx, "weight.weak")
	case e.Bits > -.5:
		return word(ctx, "weight.nothing")
	case e.Bits > -3:
		return word(ctx, "weight.weak_against")
	}
	return word(ctx, "weight.against")
}
