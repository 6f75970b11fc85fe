package page

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// Needs is what the pages stand on.
type Needs struct {
	web.Desk
	Crosschecks *crosscheck.Service
	// Workers are the accounts in scope to which leads can be given; nil: none.
	Workers func(ctx context.Context, scope access.Scope) ([]web.Option, error)
}

// Places are these pages' places of the main navigation.
func Places() []registrypage.Place {
	return []registrypage.Place{{NavItem: web.NavItem{Key: "crosscheck.nav", Href: "/leads", Icon: "search"}, Verb: access.CaseRead}}
}

const (
	// maxFile is the size of a list that comes by the page, in bytes; fileTime is how long it may take to arrive.
	maxFile  = 64 << 20
	fileTime = 30 * time.Minute
)

type pages struct{ Needs }

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) {
	p := &pages{n}
	server.Handle("GET /leads", web.Needs(access.CaseRead), p.leads)
	server.Handle("GET /leads/report", web.Needs(access.CaseRead), p.report)
	p.handing().Handle(server)
	server.Handle("POST /leads/run", web.Needs(access.AssessRun), p.run)
	server.Handle("GET /leads/{id}", web.Needs(access.CaseRead), p.lead)
	server.Handle("POST /leads/{id}/explain", web.Needs(access.HouseholdEdit), p.explain)
	server.Handle("POST /leads/{id}/confirm", web.Needs(access.HouseholdEdit), p.confirm)
	server.Handle("POST /leads/{id}/return", web.Needs(access.ChangeDecide), p.giveBack)
	server.Handle("POST /leads/{id}/act", web.Needs(access.ChangeDecide), p.act)
	server.Handle("GET /checks", web.Needs(access.ImportRun), p.lists)
	server.Handle("POST /checks", web.Needs(access.ImportRun), p.upload, web.Upload(maxFile+1<<20, fileTime))
	server.Handle("POST /checks/ask", web.Needs(access.ImportRun), p.ask)
	server.Handle("GET /checks/{id}", web.Needs(access.ImportRun), p.list)
	server.Handle("POST /checks/{id}/answer", web.Needs(access.ImportRun), p.answer, web.Upload(maxFile+1<<20, fileTime))
}

// handing is how leads are given to somebody.
func (p *pages) handing() officepage.Giving {
	return officepage.Giving{Desk: p.Desk, List: "/leads", Workers: p.Workers, Give: p.Crosschecks.Assign}
}

// word says a message of these pages.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "crosscheck."+key, args...)
}

func leadPath(id int64) string { return "/leads/" + strconv.FormatInt(id, 10) }

func listPath(id int64) string { return "/checks/" + strconv.FormatInt(id, 10) }

var effectTones = map[crosscheck.Effect]web.Tone{crosscheck.Veto: web.ToneBad, crosscheck.Correct: web.ToneWarn, crosscheck.Review: web.ToneWarn, crosscheck.Attribute: web.ToneInfo, crosscheck.Risk: web.ToneInfo}

func effectBadge(ctx context.Context, effect crosscheck.Effect) web.Badge {
	return web.Badge{Tone: effectTones[effect], Text: word(ctx, "effect."+string(effect))}
}

var stateTones = map[crosscheck.State]web.Tone{crosscheck.New: web.ToneWarn, crosscheck.Assigned: web.ToneInfo, crosscheck.Explained: web.ToneInfo, crosscheck.Confirmed: web.ToneBad, crosscheck.Acted: web.ToneGood}

func stateBadge(ctx context.Context, state crosscheck.State) web.Badge {
	return web.Badge{Tone: stateTones[state], Text: word(ctx, "state."+string(state))}
}

// said is what a hit says, with the check's code before it.
func (p *pages) said(ctx context.Context, area int64, rule string) (string, *crosscheck.Check, error) {
	_, checks, err := p.Crosschecks.Checks(area)
	if err != nil {
		return "", nil, err
	}
	check, ok := checks.Find(rule)
	if !ok {
		return rule, nil, nil
	}
	return rule + " " + check.Text.In(web.Lang(ctx)), check, nil
}

// place is the area that a list looks at, 0 for all of the caller's areas, and its crumbs.
func (p *pages) place(ctx context.Context, scope access.Scope, code string) (int64, []area.Area, error) {
	way, err := p.Crosschecks.Registry().Areas().Around(ctx, scope, code)
	if err != nil || len(way) == 0 {
		return 0, nil, err
	}
	return way[len(way)-1].Key, way, nil
}

func placeName(ctx context.Context, places map[int64]area.Area, key int64) string {
	a, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	return a.Label(web.Lang(ctx))
}

func number(ctx context.Context, n int64) string { return i18n.Number(web.Lang(ctx), n) }

// with is the address of the leads with one more, another, or ("") without a filter.
func with(query url.Values, name, value string) string {
	next := url.Values{}
	for n, values := range query {
		next[n] = values
	}
	if next.Del(name); value != "" {
		next.Set(name, value)
	}
	return web.Address("/leads", next, web.After)
}

// options are codes to choose from.
func options(ctx context.Context, list []crosscheck.Code) []web.Option {
	made := []web.Option{{Label: word(ctx, "choose")}}
	for _, one := range list {
		made = append(made, web.Option{Value: one.Code, Label: one.Label.In(web.Lang(ctx))})
	}
	return made
}

// codeLabel is what a check calls a code, the code itself where it has no such code.
func codeLabel(ctx context.Context, code string, find func(string) (crosscheck.Code, bool)) string {
	if one, ok := find(code); ok {
		return one.Label.In(web.Lang(ctx))
	}
	return code
}

// Panel is the part of a household's page that says what other departments' lists say of its members.
func Panel(service *crosscheck.Service) registrypage.Panel {
	return registrypage.Panel{Column: registrypage.Side, Show: func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
		list, err := service.Of(ctx, scope, f.ID)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		table := web.Table{Caption: word(ctx, "title"), Columns: []web.Column{{Label: word(ctx, "lead")}, {Label: web.T(ctx, "common.status")}}}
		p := &pages{Needs{Crosschecks: service}}
		for _, l := range list {
			text, _, err := p.said(ctx, l.Area, l.Rule)
			if err != nil {
				return nil, err
			}
			table.Rows = append(table.Rows, web.Row{Href: leadPath(l.ID), Cells: []web.Cell{web.Text(text), {View: stateBadge(ctx, l.State)}}})
		}
		return web.Box(word(ctx, "panel", "n", len(list)), table), nil
	}}
}

// Waiting are the leads that wait for the reader of the overview: those given to him that nobody has judged, and those
// that a second person is to act on.
func Waiting(service *crosscheck.Service) registrypage.Work {
	return func(ctx context.Context, c access.Caller) ([]web.Row, error) {
		var rows []web.Row
		for _, one := range []struct {
			verb   access.Verb
			key    string
			href   string
			filter crosscheck.Filter
		}{
			{access.HouseholdEdit, "work.mine", "/leads?owner=me&state=assigned", crosscheck.Filter{Owner: office.Mine, States: []crosscheck.State{crosscheck.Assigned}}},
			{access.ChangeDecide, "work.second", "/leads?state=judged", crosscheck.Filter{States: judged}},
		} {
			scope, err := access.Decide(c, one.verb)
			if err != nil || scope.AnyIsolated() {
				continue
			}
			n, err := service.Count(ctx, scope, one.filter)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				rows = append(rows, web.Row{Href: one.href, Cells: []web.Cell{web.Text(word(ctx, one.key, "n", n)), {}, {}}})
			}
		}
		return rows, nil
	}
}

// judged are the states that wait for a second person.
var judged = []crosscheck.State{crosscheck.Explained, crosscheck.Confirmed}
