package page

import (
	"net/http"

	"rightkey/internal/procedure"
	"rightkey/internal/web"
)

// procedure shows a definition: its diagram, and the steps in words.
func (p *casePages) procedure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.Cases.DefinitionIn(r.PathValue("hash"), r.PathValue("procedure"))
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	t := web.Table{Caption: caseWord(ctx, "steps"), Columns: []web.Column{{Label: caseWord(ctx, "from")}, {Label: caseWord(ctx, "step")}, {Label: caseWord(ctx, "to")}, {Label: caseWord(ctx, "who")}}}
	for _, s := range d.Steps(lang) {
		cell := roleNames(ctx, s.Roles)
		if s.On != procedure.ByHand {
			cell = caseWord(ctx, "on."+string(s.On)) + " " + cell
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(s.From), web.Text(s.Title), web.Text(s.To), web.Text(cell)}})
	}
	return p.show(w, r, d.Title.In(lang), web.Crumb{Label: d.Title.In(lang)}, web.Box(d.Title.In(lang), drawing(d.SVG(lang)), web.Note(caseWord(ctx, "diagram_help"))), web.Box(caseWord(ctx, "steps"), t))
}
