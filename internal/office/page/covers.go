package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// mostOffices is how many offices the form offers.
const mostOffices = 500

func (p *Pages) registerCovers(s *web.Server) {
	give := web.Needs(access.CoverGive)
	s.Handle("GET /covers", give, p.coversPage)
	s.Handle("POST /covers", give, p.proved(backTo("/covers"), p.cover))
	s.Handle("POST /covers/{id}/end", give, p.endCover)
}

func (p *Pages) coversPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "before"); err != nil {
		return err
	}
	return p.showCovers(w, r, nil)
}

// showCovers lists who stands in for whom, above the form that names a deputy; cause is why one could not be named.
func (p *Pages) showCovers(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	give, err := scope(r, access.CoverGive)
	if err != nil {
		return err
	}
	before, err := olderThan(r)
	if err != nil {
		return err
	}
	found, err := p.Office.ListCovers(ctx, give, before, perPage+1)
	if err != nil {
		return err
	}
	found, pager := paged("/covers", before, found, func(v office.Cover) int64 { return v.ID })
	table, err := p.coverTable(r, found)
	if err != nil {
		return err
	}
	f, err := p.coverForm(r, give)
	if err != nil {
		return err
	}
	title, status := web.T(ctx, "office.nav.covers"), http.StatusOK
	page := p.Frame.Page(r, title)
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, text(web.T(ctx, "office.covers.help")), table, pager, panel(web.T(ctx, "office.covers.new"), f))
}

// coverForm asks whose office, for which days and by whom.
func (p *Pages) coverForm(r *http.Request, give access.Scope) (form, error) {
	ctx := r.Context()
	value := func(name string) string { return r.PostForm.Get(name) }
	offices, err := p.Office.Offices(ctx, give, mostOffices)
	if err != nil {
		return form{}, err
	}
	options := []web.Option{{Value: "", Label: web.T(ctx, "office.covers.choose")}}
	for _, o := range offices {
		where, err := p.areaName(r, o.Area)
		if err != nil {
			return form{}, err
		}
		options = append(options, web.Option{Value: strings.Join([]string{strconv.FormatInt(o.Account, 10), o.Role, strconv.FormatInt(o.Area, 10)}, " "),
			Label: strings.Join([]string{o.Name, office.RoleName(web.Lang(ctx), o.Role), where}, " · ")})
	}
	return form{Action: "/covers", Submit: web.T(ctx, "office.covers.submit"), Fields: []web.Field{
		{Name: "office", Label: web.T(ctx, "office.covers.office"), Help: web.T(ctx, "office.covers.office_help"), Kind: web.FieldSelect, Options: options, Value: value("office"), Required: true},
		{Name: "deputy", Label: web.T(ctx, "office.covers.deputy"), Help: web.T(ctx, "office.covers.deputy_help"), Value: value("deputy"), Required: true, Autocomplete: "off"},
		{Name: "since", Label: web.T(ctx, "office.covers.since"), Help: web.T(ctx, "office.grants.from_help"), Kind: web.FieldDate, Value: value("since")},
		{Name: "till", Label: web.T(ctx, "office.covers.till"), Kind: web.FieldDate, Value: value("till"), Required: true},
		{Name: "reason", Label: web.T(ctx, "common.reason"), Help: web.T(ctx, "office.covers.reason_help"), Value: value("reason"), Required: true, Autocomplete: "off"},
	}}, nil
}

// coverTable lists covers; those that are not over can be ended.
func (p *Pages) coverTable(r *http.Request, list []office.Cover) (web.Table, error) {
	ctx := r.Context()
	title := web.T(ctx, "office.nav.covers")
	table := web.Table{Caption: title, Empty: web.Empty{Icon: "users", Title: web.T(ctx, "office.covers.none"), Text: web.T(ctx, "office.covers.none_help")}, Columns: []web.Column{
		{Label: web.T(ctx, "office.covers.office")}, {Label: web.T(ctx, "office.covers.deputy")}, {Label: web.T(ctx, "common.area")},
		{Label: web.T(ctx, "office.covers.since")}, {Label: web.T(ctx, "office.covers.till")}, {Label: web.T(ctx, "common.reason")}, {Label: web.T(ctx, "common.status")}}}
	var ids []int64
	for _, v := range list {
		ids = append(ids, v.Absent, v.Deputy)
	}
	names, err := p.Office.Names(ctx, ids)
	if err != nil {
		return table, err
	}
	for _, v := range list {
		where, err := p.areaName(r, v.Area)
		if err != nil {
			return table, err
		}
		state := web.Cell{View: web.Badge{Text: web.T(ctx, "office.grants.ended")}}
		if !v.Ended(p.today()) {
			state.View = web.Action{Label: web.T(ctx, "office.covers.end"), Href: "/covers/" + strconv.FormatInt(v.ID, 10) + "/end", Post: true, Style: web.StyleDanger,
				Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(v.Ver, 10)}}}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(names[v.Absent] + " · " + office.RoleName(web.Lang(ctx), v.Role)), web.Text(names[v.Deputy]), web.Text(where),
			web.Text(day(ctx, v.Since)), web.Text(day(ctx, v.Till)), web.Text(v.Reason), state}})
	}
	return table, nil
}

// coverSent reads the cover of a form, without its deputy.
func coverSent(r *http.Request) (office.Cover, error) {
	ctx, v := r.Context(), office.Cover{Reason: strings.TrimSpace(r.PostForm.Get("reason"))}
	parts := strings.Split(r.PostForm.Get("office"), " ")
	if len(parts) != 3 {
		parts = make([]string, 3)
	}
	var errAbsent, errArea error
	v.Absent, errAbsent = strconv.ParseInt(parts[0], 10, 64)
	v.Area, errArea = strconv.ParseInt(parts[2], 10, 64)
	if v.Role = parts[1]; errAbsent != nil || errArea != nil {
		said := web.T(ctx, "office.fault.cover_office")
		return v, fault.New(fault.Invalid, "%s", said).With(0, "office", "%s", said)
	}
	for name, into := range map[string]*clock.Day{"since": &v.Since, "till": &v.Till} {
		if r.PostForm.Get(name) == "" {
			continue
		}
		d, err := daySent(r, name)
		if err != nil {
			return v, err
		}
		*into = d
	}
	return v, nil
}

func (p *Pages) cover(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	var asked office.Approval
	v, err := coverSent(r)
	if err == nil {
		asked, err = p.Office.Cover(ctx, office.CallerFrom(ctx), v, r.PostForm.Get("deputy"))
	}
	switch {
	case err != nil:
		return p.showCovers(w, r, err)
	case asked.ID != 0:
		return seeOther(w, r, "/covers", "cover_asked")
	}
	return seeOther(w, r, "/covers", "saved")
}

func (p *Pages) endCover(w http.ResponseWriter, r *http.Request) error {
	id, ver, err := web.Sent(r)
	if err != nil {
		return err
	}
	give, err := scope(r, access.CoverGive)
	if err != nil {
		return err
	}
	if err := p.Office.EndCover(r.Context(), give, id, ver); err != nil {
		return err
	}
	return seeOther(w, r, "/covers", "saved")
}

// coverWords say who is to stand in for whom.
func (p *Pages) coverWords() ActWords {
	return ActWords{
		Title: func(ctx context.Context, a office.Approval) (string, error) {
			asked, err := office.ReadAct[office.CoverAct](a)
			return web.T(ctx, "office.covers.ask_title", "role", office.RoleName(web.Lang(ctx), asked.Role)), err
		},
		Particulars: func(ctx context.Context, a office.Approval) ([]web.Fact, error) {
			asked, err := office.ReadAct[office.CoverAct](a)
			if err != nil {
				return nil, err
			}
			absent, err := strconv.ParseInt(a.Subject, 10, 64)
			if err != nil {
				return nil, err
			}
			names, err := p.Office.Names(ctx, []int64{absent, asked.Deputy})
			return []web.Fact{{Label: web.T(ctx, "office.covers.absent"), Value: names[absent]}, {Label: web.T(ctx, "office.grants.role"), Value: office.RoleName(web.Lang(ctx), asked.Role)},
				{Label: web.T(ctx, "office.covers.deputy"), Value: names[asked.Deputy]},
				{Label: web.T(ctx, "office.covers.since"), Value: day(ctx, asked.Since)}, {Label: web.T(ctx, "office.covers.till"), Value: day(ctx, asked.Till)}}, err
		},
	}
}
