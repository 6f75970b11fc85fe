package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func alertPath(id int64) string { return "/alerts/" + strconv.FormatInt(id, 10) }

func ruleName(ctx context.Context, rule string) string { return web.T(ctx, "office.alert.rule."+rule) }

func alertBadge(ctx context.Context, a office.Alert) web.Badge {
	tones := map[office.AlertState]web.Tone{office.AlertOpen: web.ToneWarn, office.AlertExplained: web.ToneGood, office.AlertBreach: web.ToneBad}
	return web.Badge{Tone: tones[a.State], Text: web.T(ctx, "office.alert.state."+string(a.State))}
}

func (p *Pages) alertsPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "state", "before"); err != nil {
		return err
	}
	ctx := r.Context()
	query := r.URL.Query()
	before, err := olderThan(r)
	if err != nil {
		return err
	}
	found, err := p.Alerts.List(ctx, office.CallerFrom(ctx), office.AlertState(query.Get("state")), before, perPage+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(found) > perPage {
		found = found[:perPage]
		pager.Next = "/alerts?" + url.Values{"state": {query.Get("state")}, "before": {strconv.FormatInt(found[perPage-1].ID, 10)}}.Encode()
	}
	if before > 0 {
		pager.First = "/alerts?" + url.Values{"state": {query.Get("state")}}.Encode()
	}
	names, err := p.alertNames(ctx, found)
	if err != nil {
		return err
	}
	table := web.Table{Caption: web.T(ctx, "office.nav.alerts"), Empty: web.Empty{Icon: "check", Title: web.T(ctx, "office.alert.none"), Text: web.T(ctx, "office.alert.none_help")},
		Columns: []web.Column{{Label: web.T(ctx, "office.alert.what")}, {Label: web.T(ctx, "common.user")}, {Label: web.T(ctx, "office.alert.record")}, {Label: web.T(ctx, "office.alert.times"), Number: true},
			{Label: web.T(ctx, "office.alert.last")}, {Label: web.T(ctx, "common.status")}}}
	for _, a := range found {
		table.Rows = append(table.Rows, web.Row{Href: alertPath(a.ID), Cells: []web.Cell{web.Text(ruleName(ctx, a.Rule)), web.Text(names[a.Account]), p.recordCell(a),
			web.Text(number(ctx, a.Count)), web.Text(moment(ctx, a.Last)), {View: alertBadge(ctx, a)}}})
	}
	options := []web.Option{{Label: web.T(ctx, "office.alert.all")}}
	for _, state := range []office.AlertState{office.AlertOpen, office.AlertExplained, office.AlertBreach} {
		options = append(options, web.Option{Value: string(state), Label: web.T(ctx, "office.alert.state."+string(state))})
	}
	filters := web.Filters{Action: "/alerts", Fields: []web.Field{{Name: "state", Label: web.T(ctx, "common.status"), Kind: web.FieldSelect, Options: options, Value: query.Get("state")}}}
	return show(w, r, http.StatusOK, p.Frame.Page(r, web.T(ctx, "office.nav.alerts")), text(web.T(ctx, "office.alert.help")), filters, table, pager)
}

// recordCell names the record of an alert by its number.
func (p *Pages) recordCell(a office.Alert) web.Cell {
	if a.Subject == 0 || p.RecordNumber == nil {
		return web.Cell{Missing: true}
	}
	return web.Text(p.RecordNumber(a.Subject))
}

func (p *Pages) alertNames(ctx context.Context, list []office.Alert) (map[int64]string, error) {
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.Account, a.DecidedBy)
	}
	return p.Office.Names(ctx, ids)
}

func (p *Pages) alertPage(w http.ResponseWriter, r *http.Request) error {
	return p.showAlert(w, r, http.StatusOK, nil)
}

func (p *Pages) showAlert(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	ctx := r.Context()
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	a, err := p.Alerts.Get(ctx, office.CallerFrom(ctx), id)
	if err != nil {
		return err
	}
	facts, err := p.alertFacts(r, a)
	if err != nil {
		return err
	}
	title := ruleName(ctx, a.Rule)
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.alerts"), Href: "/alerts"}, web.Crumb{Label: title})
	journal := url.Values{"account": {strconv.FormatInt(a.Account, 10)}, "from": {a.Day.String()}, "to": {a.Day.String()}}
	page.Actions = []web.Action{{Label: web.T(ctx, "office.alert.journal"), Href: "/journal?" + journal.Encode(), Icon: "journal"}}
	f := form{Action: alertPath(id) + "/close", Submit: web.T(ctx, "common.save"), Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(a.Ver, 10)}}, Fields: []web.Field{
		{Name: "state", Label: web.T(ctx, "office.alert.finding"), Kind: web.FieldRadio, Required: true, Value: r.PostForm.Get("state"), Options: []web.Option{
			{Value: string(office.AlertExplained), Label: web.T(ctx, "office.alert.state.explained")}, {Value: string(office.AlertBreach), Label: web.T(ctx, "office.alert.state.breach")}}},
		{Name: "comment", Label: web.T(ctx, "office.approval.comment"), Kind: web.FieldArea, Required: true, Value: r.PostForm.Get("comment")},
	}}
	if cause != nil {
		if page.Flash, err = f.wrong(ctx, cause); err != nil {
			return err
		}
		status = web.Status(cause)
	}
	return show(w, r, status, page, panel(web.T(ctx, "office.alert.title"), text(web.T(ctx, "office.alert.about."+a.Rule)), facts), panel(web.T(ctx, "office.alert.review"), f))
}

func (p *Pages) alertFacts(r *http.Request, a office.Alert) (templ.Component, error) {
	ctx := r.Context()
	names, err := p.alertNames(ctx, []office.Alert{a})
	if err != nil {
		return nil, err
	}
	where, err := p.areaName(r, a.Area)
	if err != nil {
		return nil, err
	}
	facts := []web.Fact{
		{Label: web.T(ctx, "common.status"), View: alertBadge(ctx, a)},
		{Label: web.T(ctx, "common.user"), Value: names[a.Account]},
		{Label: web.T(ctx, "common.area"), Value: where},
		{Label: web.T(ctx, "office.alert.times"), Value: number(ctx, a.Count)},
		{Label: web.T(ctx, "office.alert.last"), Value: moment(ctx, a.Last)},
	}
	if cell := p.recordCell(a); !cell.Missing {
		facts = append(facts, web.Fact{Label: web.T(ctx, "office.alert.record"), Value: cell.Text})
	}
	if a.DecidedBy != 0 {
		facts = append(facts, web.Fact{Label: web.T(ctx, "office.approval.decided_by"), Value: names[a.DecidedBy], Note: moment(ctx, a.Decided)},
			web.Fact{Label: web.T(ctx, "office.approval.comment"), Value: a.Comment})
	}
	return web.Facts{Items: facts}, nil
}

func (p *Pages) closeAlert(w http.ResponseWriter, r *http.Request) error {
	id, ver, err := web.Sent(r)
	if err != nil {
		return err
	}
	err = p.Alerts.Close(r.Context(), office.CallerFrom(r.Context()), id, ver, office.AlertState(r.PostForm.Get("state")), r.PostForm.Get("comment"))
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		return p.showAlert(w, r, http.StatusOK, err)
	}
	return seeOther(w, r, alertPath(id), "saved")
}

func (p *Pages) registerAlerts(s *web.Server) {
	s.Handle("GET /alerts", web.Needs(access.AlertRead), p.alertsPage)
	s.Handle("GET /alerts/{id}", web.Needs(access.AlertRead), p.alertPage)
	s.Handle("POST /alerts/{id}/close", web.Needs(access.AlertRead), p.closeAlert)
}
