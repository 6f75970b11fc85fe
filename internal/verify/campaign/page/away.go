package page

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/table"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// sheetTime is how long a file may take to arrive on a slow line.
const sheetTime = 10 * time.Minute

// away offers the ways to visit without network, and takes the team's spreadsheet back.
func (p *pages) away(w http.ResponseWriter, r *http.Request) error {
	return p.showAway(w, r, http.StatusOK, "")
}

// showAway shows the page with what is wrong with the file, and what is known of it.
func (p *pages) showAway(w http.ResponseWriter, r *http.Request, status int, wrong string, about ...templ.Component) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return err
	}
	g, err := p.Campaigns.GoingTo(ctx, scope, id)
	if err != nil {
		return err
	}
	places, err := p.Campaigns.Registry().Places(ctx, []int64{g.Area})
	if err != nil {
		return err
	}
	file := web.Field{Name: "file", Label: word(ctx, "sheet.file"), Help: word(ctx, "sheet.file_help"), Kind: web.FieldFile, Required: true, Error: wrong, Attributes: map[string]any{"accept": ".xlsx"}}
	parts := about
	if wrong != "" {
		parts = append(parts, web.Summary(file))
	}
	parts = append(parts,
		web.Box(word(ctx, "sheet.title"), web.Note(word(ctx, "sheet.text")), web.Action{Label: word(ctx, "sheet.download"), Icon: "download", Href: visitPath(id, "/sheet")},
			web.Send{Action: visitPath(id, "/away"), Upload: true, Fields: []web.Field{file}, Button: word(ctx, "sheet.look")}),
		web.Box(word(ctx, "paper.title"), web.Note(word(ctx, "paper.about")), web.Action{Label: word(ctx, "paper.print"), Href: visitPath(id, "/papers")}),
		web.Box(word(ctx, "phone.title"), web.Note(word(ctx, "phone.about")), web.Action{Label: word(ctx, "phone.take"), Href: "/field/?take=" + strconv.FormatInt(id, 10)}))
	page := web.Page{Title: word(ctx, "away"), Crumbs: []web.Crumb{{Label: word(ctx, "my_visits"), Href: "/visits"}, {Label: p.title(ctx, g.Campaign, places), Href: visitPath(id)}, {Label: word(ctx, "away")}}}
	return p.Show(w, r, status, page, parts...)
}

// sheet sends the team's spreadsheet.
func (p *pages) sheet(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := p.Campaigns.Sheet(r.Context(), scope, id, web.Lang(r.Context()), &file); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="visits-`+strconv.FormatInt(id, 10)+`.xlsx"`)
	return web.SendFile(w, table.XLSXType, file.Bytes())
}

// look shows what the rows of a spreadsheet are, and asks whether to record them.
func (p *pages) look(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return err
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return p.showAway(w, r, http.StatusBadRequest, word(ctx, "sheet.missing"))
	}
	defer file.Close()
	rows, blank, err := campaign.ReadSheet(file, header.Size)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return p.showAway(w, r, http.StatusBadRequest, word(ctx, "sheet.none"))
	}
	if err != nil {
		return err
	}
	report, err := p.Campaigns.TakeSheet(ctx, scope, id, rows, false)
	if err != nil {
		return err
	}
	notes := []templ.Component{web.Note(word(ctx, "sheet.blank", "n", blank))}
	if report.Rejected == 0 && report.Created+report.Updated > 0 {
		typed, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		notes = append(notes, web.Send{Action: visitPath(id, "/sheet"), Hidden: []web.Pair{{Name: "rows", Value: string(typed)}}, Button: word(ctx, "sheet.record", "n", report.Created+report.Updated)})
	}
	return p.showAway(w, r, statusOf(report), "", p.reported(ctx, report, notes...))
}

// statusOf is that of an answer to a file.
func statusOf(report campaign.SheetReport) int {
	if report.Rejected > 0 {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// take records the visits of a spreadsheet that was looked at.
func (p *pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, id, err := p.Item(r, access.VisitRecord)
	if err != nil {
		return err
	}
	var rows []table.FilledRow
	if err := json.Unmarshal([]byte(r.PostForm.Get("rows")), &rows); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(ctx, "error.invalid"))
	}
	report, err := p.Campaigns.TakeSheet(ctx, scope, id, rows, true)
	if err != nil {
		return err
	}
	return p.showAway(w, r, statusOf(report), "", p.reported(ctx, report))
}

// reported says what the rows of a spreadsheet are.
func (p *pages) reported(ctx context.Context, report campaign.SheetReport, more ...templ.Component) templ.Component {
	n := func(n int) string { return count(ctx, int64(n)) }
	tiles := web.Tiles(web.Stat{Label: word(ctx, "sheet.in"), Value: n(report.In)}, web.Stat{Label: word(ctx, "sheet.created"), Value: n(report.Created)}, web.Stat{Label: word(ctx, "sheet.updated"), Value: n(report.Updated)},
		web.Stat{Label: word(ctx, "sheet.unchanged"), Value: n(report.Unchanged)}, web.Stat{Label: word(ctx, "sheet.rejected"), Value: n(report.Rejected)})
	parts := []templ.Component{tiles}
	switch {
	case report.Rejected > 0:
		parts = append(parts, web.Notice{Tone: web.ToneBad, Text: word(ctx, "sheet.nothing")}, web.Rejects(ctx, word(ctx, "sheet.rejected"), report.Rejects))
	case report.Stored:
		parts = append(parts, web.Notice{Tone: web.ToneGood, Text: word(ctx, "sheet.stored")})
	}
	return web.Box(word(ctx, "sheet.report"), append(parts, more...)...)
}
