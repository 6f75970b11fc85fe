package page

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/quality"
	"rightkey/internal/web"
)

// line is a problem on its household's page.
type line struct {
	badge templ.Component
	text  string
	href  string
	about string // whose it is and until when
	fix   string // the form where it is put right
}

// Panel is the part of a household's page that says what is wrong with it and leads to where it is put right. The
// reading is journalled with that of the household.
func Panel(service *quality.Service) registrypage.Panel {
	return registrypage.Panel{Column: registrypage.Side, First: true, Show: func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
		list, err := service.Of(ctx, scope, f.Household)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		edit, err := access.Decide(scope.Caller(), access.HouseholdEdit)
		edits := err == nil && edit.Holds(f.Area)
		lines := make([]line, len(list))
		for i, one := range list {
			if lines[i] = lineOf(ctx, f.Pack, one, edits); !one.Unsettled() {
				continue
			}
			for _, m := range f.Members {
				if one.SubjectKind == registry.SubjectPerson && m.ID == one.Subject && m.Name != "" {
					lines[i].about = m.Name + " · " + lines[i].about
				}
			}
		}
		return web.Box(word(ctx, "panel", "n", len(list)), ofHousehold(lines)), nil
	}}
}

// lineOf is a problem in a panel, with the way to put it right for who edits.
func lineOf(ctx context.Context, pack *policy.Pack, one quality.Problem, edits bool) line {
	l := line{badge: severityBadge(ctx, one.Severity), text: said(ctx, pack, one.Rule), href: "/problems/" + strconv.FormatInt(one.ID, 10)}
	if !one.Unsettled() {
		l.badge, l.about = stateBadge(ctx, one.State), one.Reason
		return l
	}
	l.about = word(ctx, "until", "day", i18n.Day(web.Lang(ctx), one.Due))
	if edits {
		l.fix = fixHref(pack, one)
	}
	return l
}

// PlacePanel is the part of the page of an area's form that says what on it cannot be right, for who may list the
// area's households.
func PlacePanel(service *quality.Service) registrypage.PlacePanel {
	return func(ctx context.Context, c access.Caller, at registry.Place) (templ.Component, error) {
		if !access.May(c, access.HouseholdList) {
			return nil, nil
		}
		scope, err := access.Decide(c, access.HouseholdList)
		if err != nil {
			return nil, err
		}
		list, err := service.OfPlace(ctx, scope, at)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		edit, err := access.Decide(c, access.HouseholdEdit)
		edits := err == nil && edit.Holds(at.Key)
		lines := make([]line, len(list))
		for i, one := range list {
			lines[i] = lineOf(ctx, at.Pack, one, edits)
		}
		return web.Box(word(ctx, "panel", "n", len(list)), ofHousehold(lines)), nil
	}
}

// waitingRows is how many problems the overview shows one by one.
const waitingRows = 5

// Waiting are the problems that wait for the reader of the overview.
func Waiting(service *quality.Service) registrypage.Work {
	return func(ctx context.Context, c access.Caller) ([]web.Row, error) {
		scope, err := access.Decide(c, access.HouseholdEdit)
		if err != nil {
			return nil, nil //nolint:nilerr // for who settles nothing nothing waits
		}
		list, n, err := service.Waiting(ctx, scope, waitingRows)
		if err != nil {
			return nil, err
		}
		var rows []web.Row
		for _, one := range list {
			pack, _, err := service.Rules(one.Area)
			if err != nil {
				return nil, err
			}
			due := web.Text(i18n.Day(web.Lang(ctx), one.Due))
			if one.Due < c.Today {
				due.View = web.Badge{Tone: web.ToneWarn, Text: word(ctx, "stat.overdue")}
			}
			rows = append(rows, web.Row{Href: "/problems/" + strconv.FormatInt(one.ID, 10), Cells: []web.Cell{
				web.Text(said(ctx, pack, one.Rule) + " · " + subjectCell(ctx, one).Text), {View: severityBadge(ctx, one.Severity)}, due}})
		}
		if n > int64(len(list)) {
			rows = append(rows, web.Row{Href: "/problems", Cells: []web.Cell{web.Text(word(ctx, "more", "n", n-int64(len(list)))), {}, {}}})
		}
		return rows, nil
	}
}

// JobResult is what the page of a job shows of a run: what it found, with the door to the list.
func JobResult(ctx context.Context, _ access.Caller, j job.Job) (templ.Component, error) {
	found, fixed, err := quality.ResultOf(j)
	if err != nil {
		return nil, err
	}
	number := func(n int64) string { return i18n.Number(web.Lang(ctx), n) }
	return web.Tiles(web.Stat{Label: word(ctx, "result.found"), Value: number(found), Href: "/problems"}, web.Stat{Label: word(ctx, "result.fixed"), Value: number(fixed), Href: "/problems?state=fixed"}), nil
}
