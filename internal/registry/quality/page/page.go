package page

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/quality"
	"rightkey/internal/web"
)

// Needs is what the pages stand on.
type Needs struct {
	web.Desk
	Quality *quality.Service
	// Workers are the accounts in scope to which problems can be given; nil: none.
	Workers func(ctx context.Context, scope access.Scope) ([]web.Option, error)
}

// Places are these pages' places of the main navigation.
func Places() []registrypage.Place {
	return []registrypage.Place{{NavItem: web.NavItem{Key: "quality.nav", Href: "/problems", Icon: "alert"}, Verb: access.HouseholdList}}
}

// pages are the handlers.
type pages struct{ Needs }

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) {
	p := &pages{n}
	server.Handle("GET /problems", web.Needs(access.HouseholdList), p.list)
	server.Handle("GET /problems/export", web.Needs(access.ExportRun), p.export)
	p.handing().Handle(server)
	server.Handle("POST /problems/run", web.Needs(access.AssessRun), p.run)
	server.Handle("GET /problems/{id}", web.Needs(access.HouseholdRead), p.problem)
	server.Handle("POST /problems/{id}/claim", web.Needs(access.HouseholdEdit), p.claim)
	server.Handle("POST /problems/{id}/accept", web.Needs(access.HouseholdEdit), p.accept)
	server.Handle("POST /problems/{id}/confirm", web.Needs(access.ChangeDecide), p.confirm)
}

// handing is how problems are given to somebody.
func (p *pages) handing() officepage.Giving {
	return officepage.Giving{Desk: p.Desk, List: "/problems", Workers: p.Workers, Give: p.Quality.Assign}
}

// word says a message of these pages.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "quality."+key, args...)
}

// roleName is what the pack calls a role, its code where it has no word.
func roleName(ctx context.Context, pack *policy.Pack, code string) string {
	if pack != nil {
		for _, role := range pack.Roles {
			if role.Code == code {
				return role.Label.In(web.Lang(ctx))
			}
		}
	}
	if key := "office.role." + code; i18n.Has(key) {
		return web.T(ctx, key)
	}
	return code
}

// with is a query with one more value.
func with(query url.Values, name, value string) url.Values {
	more := url.Values{}
	for n, values := range query {
		more[n] = values
	}
	more.Set(name, value)
	return more
}

// place is the area that the list looks at: the way to it, outermost first, empty for all of the caller's areas.
type place struct{ way []area.Area }

func (p *pages) placeOf(ctx context.Context, scope access.Scope, code string) (place, error) {
	way, err := p.Quality.Registry().Areas().Around(ctx, scope, code)
	return place{way}, err
}

// key is the area's, 0 for all of the caller's areas.
func (at place) key() int64 {
	if len(at.way) == 0 {
		return 0
	}
	return at.way[len(at.way)-1].Key
}

// crumbs lead from the widest area in scope to the one looked at.
func (at place) crumbs(ctx context.Context, scope access.Scope) []web.Crumb {
	crumbs := []web.Crumb{{Label: word(ctx, "nav"), Href: "/problems"}}
	for _, a := range at.way {
		if scope.Holds(a.Key) {
			crumbs = append(crumbs, web.Crumb{Label: a.Label(web.Lang(ctx)), Href: "/problems?area=" + a.Code})
		}
	}
	return crumbs
}

// places are areas and those around them, by key.
func (p *pages) places(ctx context.Context, keys []int64) (map[int64]area.Area, error) {
	scheme := p.Quality.Registry().Areas().Scheme()
	var all []int64
	for _, key := range keys {
		all = append(all, key, scheme.Parent(key))
	}
	return p.Quality.Registry().Places(ctx, all)
}

func placeName(ctx context.Context, places map[int64]area.Area, key int64) string {
	a, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	text := a.Label(web.Lang(ctx))
	if around, ok := places[a.Parent]; ok {
		text += ", " + around.Label(web.Lang(ctx))
	}
	return text
}

// subjectCell is what a problem is about: a household by its number, or an area by its form.
func subjectCell(ctx context.Context, one quality.Problem) web.Cell {
	if one.AboutPlace() {
		return web.Cell{Text: word(ctx, "place_form"), Href: registrypage.PlaceForm(one.Area)}
	}
	return web.Cell{Text: one.Number, Href: "/households/" + one.Number}
}

// severityBadge says whether a problem blocks benefit.
func severityBadge(ctx context.Context, severity policy.Severity) web.Badge {
	if severity == policy.Provisional {
		return web.Badge{Tone: web.ToneBad, Text: word(ctx, "severity.provisional")}
	}
	return web.Badge{Tone: web.ToneWarn, Text: word(ctx, "severity.problem")}
}

func stateBadge(ctx context.Context, state quality.State) web.Badge {
	tones := map[quality.State]web.Tone{quality.Open: web.ToneWarn, quality.Claimed: web.ToneInfo, quality.Proposed: web.ToneInfo, quality.Accepted: web.ToneGood, quality.Fixed: web.ToneGood}
	return web.Badge{Tone: tones[state], Text: word(ctx, "state."+string(state))}
}

// packAt is the pack in use at an area, nil where there is none.
func (p *pages) packAt(area int64) (*policy.Pack, error) {
	pack, _, err := p.Quality.Rules(area)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil, nil
	}
	return pack, err
}

// said is what is wrong, with the rule's code before it.
func said(ctx context.Context, pack *policy.Pack, rule string) string {
	if pack == nil {
		return rule
	}
	text := quality.Text(pack, rule, web.Lang(ctx))
	if code := quality.Code(rule); code != "" {
		return code + " " + text
	}
	return text
}

// ofDwelling is how the address of a household's form names its present dwelling.
const ofDwelling = "dwelling"

// fixHref is the address of the form where a problem is put right, with the field in focus; "" if that is not one
// field of the form of the household, its dwelling, a member or the area.
func fixHref(pack *policy.Pack, p quality.Problem) string {
	if pack == nil {
		return ""
	}
	subject, code, _ := strings.Cut(quality.FixAt(pack, p), ".")
	item, ok := pack.Item(subject, code)
	form := url.Values{}
	switch {
	case !ok:
		return ""
	case p.AboutPlace():
		form.Set("section", item.Section)
		return registrypage.PlaceForm(p.Area) + "/change?" + form.Encode() + "#field-f-" + code
	case subject == registry.SubjectDwelling:
		form.Set("of", ofDwelling)
	case subject != registry.SubjectHousehold && subject != registry.SubjectPerson:
		return ""
	case subject == registry.SubjectPerson && p.SubjectKind != registry.SubjectPerson:
		return ""
	case subject == registry.SubjectPerson:
		form.Set("of", registry.Number(p.Subject))
	}
	form.Set("section", item.Section)
	if code == registry.FieldNationalID || code == registry.FieldRelation {
		return ""
	}
	return "/households/" + p.Number + "/change?" + form.Encode() + "#field-f-" + code
}
