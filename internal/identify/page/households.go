package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// listRows is how many assessments a page of the list shows.
const listRows = 50

var outcomes = []identify.Outcome{identify.Poor, identify.NotPoor, identify.Unknown}

// selection is which assessments of a run the address asks for.
type selection struct {
	identify.Selection
	run   identify.Run
	scope access.Scope // of who lists or exports
	at    place
}

// selected reads the address; verb is what the caller wants to do.
func (p *pages) selected(r *http.Request, verb access.Verb, query url.Values) (selection, error) {
	ctx := r.Context()
	var s selection
	var err error
	if s.run, _, err = p.runOf(r); err != nil {
		return s, err
	}
	if s.scope, err = p.Scope(r, verb); err != nil {
		return s, err
	}
	if s.at, err = p.placeOf(ctx, s.scope, query.Get("area")); err != nil {
		return s, err
	}
	s.Selection = identify.Selection{Run: s.run.ID, Area: s.at.key, Outcome: identify.Outcome(query.Get("verdict")), Before: identify.Outcome(query.Get("before"))}
	for name, verdict := range map[string]identify.Outcome{"verdict": s.Outcome, "before": s.Before} {
		if verdict != "" && !slices.Contains(outcomes, verdict) {
			return s, web.Unknown(ctx, name)
		}
	}
	if other := query.Get("against"); other != "" {
		id, err := strconv.ParseInt(other, 10, 64)
		if err != nil {
			return s, web.Unknown(ctx, "against")
		}
		if _, err := p.Identify.GetRun(ctx, s.scope, id); err != nil {
			return s, err
		}
		s.Against = id
	}
	return s, nil
}

// asked is the selection as pairs of the address.
func (s selection) asked() []string {
	pairs := []string{"area", s.at.code, "verdict", string(s.Outcome)}
	if s.Against != 0 {
		pairs = append(pairs, "against", strconv.FormatInt(s.Against, 10), "before", string(s.Before))
	}
	return pairs
}

// households lists assessments of a run: whose, which verdict, on which figures, and why in words.
func (p *pages) households(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area", "verdict", "against", "before", "after")
	if err != nil {
		return err
	}
	s, err := p.selected(r, access.HouseholdList, query)
	if err != nil {
		return err
	}
	after, err := position(ctx, query.Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Identify.Browse(ctx, s.scope, s.Selection, after, listRows+1)
	if err != nil {
		return err
	}
	path := runPath(s.run.ID) + "/households"
	var pager web.Pager
	if len(list) > listRows {
		list = list[:listRows]
		last := list[listRows-1]
		pager.Next = address(path, append(s.asked(), "after", positionText(last))...)
	}
	if after != (registry.Position{}) {
		pager.First = address(path, s.asked()...)
	}
	others, err := p.Identify.Beside(ctx, s.scope, s.Against, list)
	if err != nil {
		return err
	}
	table, err := p.assessmentTable(r, list, others)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "list.title", "day", i18n.Day(web.Lang(ctx), s.run.Day)), Wide: true, Area: &web.Choice{Label: s.at.label},
		Crumbs: lead(ctx, s.scope, p, s.run, s.at, word(ctx, "run.households"))}
	if p.MayAnywhere(r, access.ExportRun) && len(list) > 0 {
		page.Actions = []web.Action{{Label: web.T(ctx, "common.export"), Icon: "download", Href: address(runPath(s.run.ID)+"/export", "area", s.at.code, "verdict", string(s.Outcome))}}
	}
	return p.Show(w, r, http.StatusOK, page, filters(ctx, path, s), table, pager)
}

// filters narrow the list to a verdict and keep the area.
func filters(ctx context.Context, path string, s selection) web.Filters {
	verdict := web.Field{Name: "verdict", Label: word(ctx, "verdict.title"), Kind: web.FieldSelect, Value: string(s.Outcome), Options: []web.Option{{Label: word(ctx, "verdict.any")}}}
	for _, outcome := range outcomes {
		verdict.Options = append(verdict.Options, web.Option{Value: string(outcome), Label: word(ctx, "verdict."+string(outcome))})
	}
	f := web.Filters{Action: path, Fields: []web.Field{verdict}, Clear: path}
	for pairs := s.asked(); len(pairs) > 0; pairs = pairs[2:] {
		if pairs[0] != "verdict" && pairs[1] != "" {
			f.Hidden = append(f.Hidden, web.Pair{Name: pairs[0], Value: pairs[1]})
		}
	}
	if s.Outcome != "" {
		f.Active = []web.Chip{{Label: word(ctx, "verdict."+string(s.Outcome)), Remove: address(path, "area", s.at.code)}}
	}
	return f
}

// assessmentTable lists assessments, each with what another run said of the household where one is named.
func (p *pages) assessmentTable(r *http.Request, list []identify.Stored, others map[int64]identify.Stored) (web.Table, error) {
	ctx := r.Context()
	table := web.Table{Caption: word(ctx, "run.households"), Empty: web.Empty{Title: word(ctx, "list.none"), Text: word(ctx, "list.none_text")},
		Columns: []web.Column{{Label: word(ctx, "household")}, {Label: web.T(ctx, "common.area")}, {Label: word(ctx, "verdict.title")}, {Label: word(ctx, "welfare"), Number: true},
			{Label: word(ctx, "line"), Number: true}, {Label: word(ctx, "persons"), Number: true}, {Label: web.T(ctx, "common.reason")}}}
	if len(others) > 0 {
		table.Columns = append(table.Columns, web.Column{Label: word(ctx, "compare.before")}, web.Column{Label: word(ctx, "compare.reason")})
	}
	places, err := p.placesOf(ctx, list)
	if err != nil {
		return table, err
	}
	opens := p.MayAnywhere(r, access.HouseholdRead)
	for _, a := range list {
		pack, ok := p.Identify.Pack(a.Hash)
		if !ok {
			return table, errors.New("the pack of an assessment is not installed")
		}
		row := web.Row{Cells: []web.Cell{web.Text(a.Number), web.Text(label(ctx, places, a.Area)), {View: badge(ctx, a.Outcome)}, money(ctx, a.Welfare, pack), money(ctx, a.Line, pack),
			web.Text(number(ctx, a.Persons)), web.Text(a.Reason.In(web.Lang(ctx)))}}
		if len(others) > 0 {
			other := others[a.Household]
			row.Cells = append(row.Cells, web.Cell{View: badge(ctx, other.Outcome)}, web.Text(other.Reason.In(web.Lang(ctx))))
		}
		if opens {
			row.Href = "/households/" + a.Number
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// money is a cell with an amount, which may not be known.
func money(ctx context.Context, minor *int64, pack *policy.Pack) web.Cell {
	if minor == nil {
		return web.Cell{Missing: true}
	}
	return web.Text(amount(ctx, *minor, pack))
}

func (p *pages) placesOf(ctx context.Context, list []identify.Stored) (map[int64]area.Area, error) {
	var keys []int64
	for _, a := range list {
		keys = append(keys, a.Area)
	}
	return p.places(ctx, keys)
}

// position reads a place in the list's order as positionText writes it.
func position(ctx context.Context, text string) (registry.Position, error) {
	if text == "" {
		return registry.Position{}, nil
	}
	first, second, _ := strings.Cut(text, ".")
	area, errArea := strconv.ParseInt(first, 10, 64)
	id, errID := strconv.ParseInt(second, 10, 64)
	if errArea != nil || errID != nil || area < 0 || id <= 0 {
		return registry.Position{}, web.Unknown(ctx, "after")
	}
	return registry.Position{Area: area, ID: id}, nil
}

func positionText(a identify.Stored) string {
	return strconv.FormatInt(a.Area, 10) + "." + strconv.FormatInt(a.ID, 10)
}
