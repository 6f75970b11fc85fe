package page

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// visits lists the campaigns in which the caller goes.
func (p *pages) visits(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.VisitRecord)
	if err != nil {
		return err
	}
	list, err := p.Campaigns.Going(ctx, scope)
	if err != nil {
		return err
	}
	var keys []int64
	for _, g := range list {
		keys = append(keys, g.Area)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return err
	}
	table := web.Table{Caption: word(ctx, "my_visits"), Columns: []web.Column{{Label: word(ctx, "column.campaign")}, {Label: word(ctx, "column.team"), Number: true}, {Label: word(ctx, "column.open"), Number: true}, {Label: word(ctx, "column.due"), Short: true}},
		Empty: web.Empty{Icon: "home", Title: word(ctx, "no_visits"), Text: word(ctx, "no_visits_text")}}
	for _, g := range list {
		table.Rows = append(table.Rows, web.Row{Href: visitPath(g.ID), Cells: []web.Cell{web.Text(p.title(ctx, g.Campaign, places)), web.Text(count(ctx, g.Team)), web.Text(count(ctx, g.Open)), web.Text(day(ctx, g.Due))}})
	}
	return p.Show(w, r, http.StatusOK, web.Page{Title: word(ctx, "my_visits"), Crumbs: []web.Crumb{{Label: word(ctx, "my_visits")}}}, table)
}

// routeOf is the way of the caller's team in the campaign of an address, with the areas on it.
func (p *pages) routeOf(r *http.Request) (campaign.Going, []campaign.Task, map[int64]area.Area, error) {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return campaign.Going{}, nil, nil, err
	}
	g, list, err := p.Campaigns.Route(ctx, scope, id)
	if err != nil {
		return g, nil, nil, err
	}
	keys := []int64{g.Area}
	for _, t := range list {
		keys = append(keys, t.Area)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	return g, list, places, err
}

// route lists the households that wait for the caller's team, village by village; it prints as a route list.
func (p *pages) route(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, list, places, err := p.routeOf(r)
	if err != nil {
		return err
	}
	table := web.Table{Caption: word(ctx, "route", "n", g.Team), Columns: []web.Column{{Label: word(ctx, "column.place")}, {Label: word(ctx, "column.household")}, {Label: word(ctx, "column.head")}, {Label: word(ctx, "column.persons"), Number: true}, {Label: word(ctx, "column.state")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "all_visited"), Text: word(ctx, "all_visited_text")}}
	for _, t := range list {
		table.Rows = append(table.Rows, web.Row{Href: visitPath(g.ID, "/", t.Number), Cells: []web.Cell{web.Text(placeName(ctx, places, t.Area)), web.Text(t.Number), {Text: t.HeadName, Missing: t.HeadName == ""}, web.Text(count(ctx, t.Persons)), {View: progressBadge(ctx, t.State)}}})
	}
	page := web.Page{Title: word(ctx, "route", "n", g.Team), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "my_visits"), Href: "/visits"}, {Label: p.title(ctx, g.Campaign, places)}}}
	page.Actions = []web.Action{{Label: word(ctx, "away"), Icon: "download", Href: visitPath(g.ID, "/away")}}
	return p.Show(w, r, http.StatusOK, page, web.Note(word(ctx, "route_text", "day", day(ctx, g.Due))), table)
}

// visit shows the plain form of a visit. Nothing of what was found before stands on it.
func (p *pages) visit(w http.ResponseWriter, r *http.Request) error {
	return p.showVisit(w, r, http.StatusOK, url.Values{"key": {rand.Text()}}, "", "")
}

func (p *pages) showVisit(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong, text string) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return err
	}
	g, list, err := p.Campaigns.Route(ctx, scope, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(t campaign.Task) bool { return t.Number == r.PathValue("number") })
	if at < 0 {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	t := list[at]
	d, pack, err := p.Campaigns.DesignOf(g.Campaign)
	if err != nil {
		return err
	}
	places, err := p.Campaigns.Registry().Places(ctx, []int64{g.Area, t.Area})
	if err != nil {
		return err
	}
	if form.Get("day") == "" {
		form.Set("day", p.Campaigns.Registry().Now().Day(time.UTC).String())
	}
	fields := visitFields(ctx, d, pack, form)
	if wrong != "" {
		blame(fields, wrong, text)
	}
	facts := web.Facts{Items: []web.Fact{{Label: word(ctx, "column.household"), Value: t.Number}, {Label: word(ctx, "column.head"), Value: t.HeadName, Missing: t.HeadName == ""},
		{Label: word(ctx, "column.place"), Value: placeName(ctx, places, t.Area)}, {Label: word(ctx, "column.persons"), Value: count(ctx, t.Persons)}}}
	page := web.Page{Title: word(ctx, "visit"), Crumbs: []web.Crumb{{Label: word(ctx, "my_visits"), Href: "/visits"}, {Label: p.title(ctx, g.Campaign, places), Href: visitPath(g.ID)}, {Label: t.Number}}}
	return p.Show(w, r, status, page, facts,
		asking{action: visitPath(g.ID, "/", t.Number), button: word(ctx, "send_visit"), hidden: []web.Pair{{Name: "key", Value: form.Get("key")}}, fields: fields}.view())
}

// answerPrefix stands before the code of an item in the name of its field.
const answerPrefix = "answer."

func visitFields(ctx context.Context, d *campaign.Design, pack *policy.Pack, form url.Values) []web.Field {
	choice := func(name, prefix string, values ...string) web.Field {
		f := web.Field{Name: name, Label: word(ctx, "field."+name), Kind: web.FieldRadio, Value: form.Get(name)}
		for _, value := range values {
			f.Options = append(f.Options, web.Option{Value: value, Label: word(ctx, prefix+value)})
		}
		return f
	}
	outcome := choice("outcome", "outcome.", string(campaign.Seen), string(campaign.NotHome), string(campaign.NotWanted), string(campaign.Moved))
	outcome.Required = true
	fields := []web.Field{{Name: "day", Label: word(ctx, "field.day"), Kind: web.FieldDate, Required: true, Value: form.Get("day")}, outcome}
	for _, item := range d.Items {
		name := answerPrefix + item.Code
		f := web.Field{Name: name, Label: item.Label.In(web.Lang(ctx)), Help: item.Help.In(web.Lang(ctx)), Value: form.Get(name), Unit: item.Unit}
		switch item.Kind {
		case policy.Choice:
			f.Kind, f.Options = web.FieldSelect, []web.Option{{Label: word(ctx, "not_asked")}}
			for _, option := range item.Options() {
				f.Options = append(f.Options, web.Option{Value: option.Code, Label: option.Label.In(web.Lang(ctx))})
			}
		case policy.Bool:
			f.Kind, f.Options = web.FieldSelect, []web.Option{{Label: word(ctx, "not_asked")}, {Value: "true", Label: web.T(ctx, "common.yes")}, {Value: "false", Label: web.T(ctx, "common.no")}}
		case policy.Date:
			f.Kind = web.FieldDate
		}
		fields = append(fields, f)
	}
	return append(fields, web.Field{Name: "welfare", Label: word(ctx, "field.welfare"), Help: word(ctx, "field.welfare_help"), Unit: pack.Currency, Value: form.Get("welfare"), Attributes: map[string]any{"inputmode": "decimal"}},
		choice("verdict", "verdict.", string(campaign.Poor), string(campaign.NotPoor)))
}

// record takes in a visit.
func (p *pages) record(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.VisitRecord)
	if err != nil {
		return err
	}
	id, err := web.Identifier(r)
	if err != nil {
		return err
	}
	text := campaign.VisitText{Number: r.PathValue("number"), Outcome: campaign.Outcome(r.PostForm.Get("outcome")), Verdict: campaign.Verdict(r.PostForm.Get("verdict")), Welfare: r.PostForm.Get("welfare"),
		Answers: map[string]string{}, Key: r.PostForm.Get("key"), Way: campaign.ByPage}
	if text.Day, err = clock.ParseDay(r.PostForm.Get("day")); err != nil {
		return p.showVisit(w, r, http.StatusBadRequest, r.PostForm, "day", web.T(ctx, "error.invalid"))
	}
	for name := range r.PostForm {
		if len(name) > len(answerPrefix) && name[:len(answerPrefix)] == answerPrefix {
			text.Answers[name[len(answerPrefix):]] = r.PostForm.Get(name)
		}
	}
	_, err = p.Campaigns.RecordText(ctx, scope, id, text)
	if field, words, is := blamed(ctx, err); is {
		if _, asked := text.Answers[field]; asked {
			field = answerPrefix + field
		}
		return p.showVisit(w, r, http.StatusBadRequest, r.PostForm, field, words)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, visitPath(id))
}
