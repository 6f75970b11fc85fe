package page

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/web"
)

// compare holds a run against another one: how many households each judges how, and the doors to who moves and why.
func (p *pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area", "against")
	if err != nil {
		return err
	}
	s, err := p.selected(r, access.HouseholdList, query)
	if err != nil {
		return err
	}
	others, err := p.Identify.Runs(ctx, s.scope, 0, runRows)
	if err != nil {
		return err
	}
	against := web.Field{Name: "against", Label: word(ctx, "compare.against"), Kind: web.FieldSelect, Value: query.Get("against"), Options: []web.Option{{Label: word(ctx, "compare.choose")}}}
	for _, other := range others {
		if other.ID != s.run.ID {
			against.Options = append(against.Options, web.Option{Value: strconv.FormatInt(other.ID, 10), Label: p.runName(ctx, other)})
		}
	}
	path := runPath(s.run.ID) + "/compare"
	page := web.Page{Title: word(ctx, "compare.title"), Wide: true, Area: &web.Choice{Label: s.at.label}, Crumbs: lead(ctx, s.scope, p, s.run, s.at, word(ctx, "compare.title"))}
	parts := []templ.Component{web.Note(word(ctx, "compare.about")), web.Filters{Action: path, Fields: []web.Field{against}, Clear: path}}
	if s.Against != 0 {
		turns, err := p.Identify.Compare(ctx, s.scope, s.Selection)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(others, func(o identify.Run) bool { return o.ID == s.Against })
		parts = append(parts, web.Box(word(ctx, "compare.turns"), turnTable(ctx, s, turns)))
		if at >= 0 {
			parts = append(parts, web.Note(word(ctx, "compare.which", "before", p.runName(ctx, others[at]), "after", p.runName(ctx, s.run))))
		}
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// runName says which run it is: the day of its figures, the day of its lines and the pack where they are others, and
// when it began.
func (p *pages) runName(ctx context.Context, run identify.Run) string {
	lang := web.Lang(ctx)
	name := word(ctx, "compare.run", "day", i18n.Day(lang, run.Day), "started", i18n.Moment(lang, run.Created))
	if run.Lines != 0 {
		name += word(ctx, "comma") + word(ctx, "compare.lines_of", "day", i18n.Day(lang, run.Lines))
	}
	if pack, ok := p.Identify.Pack(run.RunArgs.Pack); ok {
		name += word(ctx, "comma") + pack.ID + " " + pack.Version
	}
	return name
}

// turnTable has a row for each verdict before and a column for each after; each count is a door to its households.
func turnTable(ctx context.Context, s selection, turns []identify.Turn) web.Table {
	table := web.Table{Caption: word(ctx, "compare.turns"), Scroll: true, Columns: []web.Column{{Label: word(ctx, "compare.before")}}, Empty: web.Empty{Title: word(ctx, "compare.none"), Text: word(ctx, "compare.none_text")}}
	for _, after := range outcomes {
		table.Columns = append(table.Columns, web.Column{Label: word(ctx, "compare.after", "verdict", word(ctx, "verdict."+string(after))), Number: true})
	}
	if len(turns) == 0 {
		return table
	}
	for _, before := range outcomes {
		row := web.Row{Cells: []web.Cell{web.Text(word(ctx, "verdict."+string(before)))}}
		for _, after := range outcomes {
			cell := web.Text(number(ctx, 0))
			for _, t := range turns {
				if t.Before == before && t.After == after {
					cell = web.Cell{Text: heads(ctx, t.Heads), Href: address(runPath(s.run.ID)+"/households", "area", s.at.code, "verdict", string(after), "against", strconv.FormatInt(s.Against, 10), "before", string(before))}
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
