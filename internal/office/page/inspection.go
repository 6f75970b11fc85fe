package page

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// inspectionPage is the form that opens an inspection, with those that are open.
func (p *Pages) inspectionPage(w http.ResponseWriter, r *http.Request) error {
	return p.showInspection(w, r, http.StatusOK, nil)
}

func (p *Pages) showInspection(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	ctx := r.Context()
	value := func(name string) string { return r.PostForm.Get(name) }
	f := form{Action: "/inspections", Submit: web.T(ctx, "office.inspection.submit"), Fields: []web.Field{
		{Name: "matter", Label: web.T(ctx, "office.inspection.matter"), Help: web.T(ctx, "office.inspection.matter_help"), Value: value("matter"), Required: true, Autocomplete: "off"},
		{Name: "area", Label: web.T(ctx, "office.grants.area"), Value: value("area"), Required: true, Autocomplete: "off"},
		{Name: "days", Label: web.T(ctx, "office.inspection.days"), Kind: web.FieldNumber, Value: value("days"), Required: true, Attributes: templ.Attributes{"min": "1", "max": "30"}},
	}}
	title := web.T(ctx, "office.nav.inspections")
	page := p.Frame.Page(r, title)
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	table := web.Table{Caption: web.T(ctx, "office.inspection.open"), Empty: web.Empty{Icon: "search", Title: web.T(ctx, "office.inspection.none")},
		Columns: []web.Column{{Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.from")}, {Label: web.T(ctx, "common.until")}}}
	for _, in := range office.CallerFrom(ctx).Inspections {
		where, err := p.areaName(r, in.Area)
		if err != nil {
			return err
		}
		table.Rows = append(table.Rows, web.Row{Href: "/households", Cells: []web.Cell{web.Text(where), web.Text(day(ctx, in.From)), web.Text(day(ctx, in.To))}})
	}
	return show(w, r, status, page, panel(title, text(web.T(ctx, "office.inspection.help")), f), table)
}

func (p *Pages) inspect(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	key, err := p.areaSent(r)
	if err == nil {
		days, bad := strconv.Atoi(r.PostForm.Get("days"))
		if bad != nil {
			days = 0 // refused below, with the limits
		}
		err = p.Assignments.Inspect(ctx, office.CallerFrom(ctx), p.Alerts, key, r.PostForm.Get("matter"), days)
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		return p.showInspection(w, r, http.StatusOK, err)
	}
	return seeOther(w, r, "/inspections", "saved")
}

func (p *Pages) registerInspections(s *web.Server) {
	s.Handle("GET /inspections", web.Needs(access.InspectionOpen), p.inspectionPage)
	s.Handle("POST /inspections", web.Needs(access.InspectionOpen), p.proved(backTo("/inspections"), p.inspect))
}
