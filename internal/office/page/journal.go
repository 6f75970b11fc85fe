package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// journalFilters are the filters that the journal knows, as they stand in the address.
var journalFilters = []string{"kind", "subject_kind", "subject", "account", "area", "from", "to"}

func (p *Pages) journalPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, append([]string{web.After, web.Before}, journalFilters...)...); err != nil {
		return err
	}
	ctx := r.Context()
	filter, err := p.journalFilter(r)
	if err != nil {
		return err
	}
	cursor := web.CursorOf(r.URL.Query())
	from, err := positionOf(ctx, cursor)
	if err != nil {
		return err
	}
	events, err := p.Events.List(ctx, office.CallerFrom(ctx), filter, from, perPage+1)
	if err != nil {
		return err
	}
	turning := func(parameter, value string) string {
		query := r.URL.Query()
		for _, name := range []string{web.After, web.Before, "done"} {
			query.Del(name)
		}
		if parameter != "" {
			query.Set(parameter, value)
		}
		return "/journal?" + query.Encode()
	}
	events, pager := web.Turned(events, perPage, cursor, turning, func(e journal.Event) string { return number3(int64(e.At), e.Home, e.ID) })
	table, err := p.eventTable(r, events)
	if err != nil {
		return err
	}
	page := p.Frame.Page(r, web.T(ctx, "office.nav.journal"))
	page.Wide = true
	return show(w, r, http.StatusOK, page, text(web.T(ctx, "office.journal.help")), journalForm(r), table, pager)
}

// number3 writes a position into an address.
func number3(at, home, id int64) string {
	return strconv.FormatInt(at, 10) + "-" + strconv.FormatInt(home, 10) + "-" + strconv.FormatInt(id, 10)
}

// positionOf reads the position of the address; nil for the newest. It opens nothing: what lies after it is within
// the reader's areas like everything else.
func positionOf(ctx context.Context, c web.Cursor) (*office.EventPosition, error) {
	if c.Row == "" {
		return nil, nil
	}
	refused := fault.New(fault.Invalid, "%s", web.T(ctx, "office.fault.filter"))
	parts := strings.Split(c.Row, "-")
	if len(parts) != 3 {
		return nil, refused
	}
	var numbers [3]int64
	for i, part := range parts {
		var err error
		if numbers[i], err = strconv.ParseInt(part, 10, 64); err != nil {
			return nil, refused
		}
	}
	return &office.EventPosition{At: clock.Time(numbers[0]), Home: numbers[1], ID: numbers[2], Back: c.Back}, nil
}

func (p *Pages) journalFilter(r *http.Request) (office.EventFilter, error) {
	query := r.URL.Query()
	filter := office.EventFilter{Kind: query.Get("kind"), SubjectKind: query.Get("subject_kind")}
	refused := fault.New(fault.Invalid, "%s", web.T(r.Context(), "office.fault.filter"))
	for name, into := range map[string]*int64{"subject": &filter.Subject, "account": &filter.Account} {
		var err error
		if given := query.Get(name); given != "" {
			if *into, err = strconv.ParseInt(given, 10, 64); err != nil {
				return filter, refused
			}
		}
	}
	for name, into := range map[string]**clock.Day{"from": &filter.From, "to": &filter.To} {
		if given := query.Get(name); given != "" {
			d, err := clock.ParseDay(given)
			if err != nil {
				return filter, refused
			}
			*into = &d
		}
	}
	if code := query.Get("area"); code != "" {
		s, err := scope(r, access.AreaRead)
		if err != nil {
			return filter, err
		}
		a, err := p.Areas.ByCode(r.Context(), s, code)
		if err != nil {
			return filter, err
		}
		filter.Area = a.Key
	}
	return filter, nil
}

func journalForm(r *http.Request) web.Filters {
	ctx := r.Context()
	query := r.URL.Query()
	f := web.Filters{Action: "/journal", Fields: []web.Field{
		{Name: "kind", Label: web.T(ctx, "office.journal.kind"), Value: query.Get("kind"), Autocomplete: "off"},
		{Name: "area", Label: web.T(ctx, "office.journal.area"), Value: query.Get("area"), Autocomplete: "off"},
		{Name: "from", Label: web.T(ctx, "common.from"), Kind: web.FieldDate, Value: query.Get("from")},
		{Name: "to", Label: web.T(ctx, "common.until"), Kind: web.FieldDate, Value: query.Get("to")},
	}}
	for _, name := range journalFilters {
		if query.Get(name) == "" {
			continue
		}
		without := url.Values{}
		for _, other := range journalFilters {
			if other != name && query.Get(other) != "" {
				without.Set(other, query.Get(other))
			}
		}
		f.Active = append(f.Active, web.Chip{Label: web.T(ctx, "office.journal.filter."+name) + ": " + query.Get(name), Remove: "/journal?" + without.Encode()})
		f.Clear = "/journal"
		if name == "subject" || name == "subject_kind" || name == "account" {
			f.Hidden = append(f.Hidden, web.Pair{Name: name, Value: query.Get(name)})
		}
	}
	return f
}

func (p *Pages) eventTable(r *http.Request, events []journal.Event) (web.Table, error) {
	ctx := r.Context()
	table := web.Table{Caption: web.T(ctx, "office.nav.journal"), Scroll: true, Empty: web.Empty{Icon: "journal", Title: web.T(ctx, "office.journal.none")}, Columns: []web.Column{
		{Label: web.T(ctx, "common.time"), Unit: "UTC"}, {Label: web.T(ctx, "office.journal.who")}, {Label: web.T(ctx, "office.journal.what")},
		{Label: web.T(ctx, "office.journal.subject")}, {Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "office.journal.why")}, {Label: web.T(ctx, "office.journal.where")}, {Label: web.T(ctx, "office.journal.body")}}}
	names, err := p.whoDid(ctx, events)
	if err != nil {
		return table, err
	}
	for _, e := range events {
		where := web.Cell{}
		if e.Area != 0 {
			if where.Text, err = p.areaName(r, e.Area); err != nil {
				return table, err
			}
		}
		subject := web.Cell{Text: e.SubjectKind + " " + strconv.FormatInt(e.Subject, 10), Href: "/journal?" + url.Values{"subject_kind": {e.SubjectKind}, "subject": {strconv.FormatInt(e.Subject, 10)}}.Encode()}
		if e.Subject == 0 {
			subject = web.Text(e.SubjectKind)
		}
		who := names[e.Who.Account]
		who.Text = web.Actor(ctx, func(id int64) string { return names[id].Text }, e.Who.Account, e.Who.Role)
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(moment(ctx, e.At)), who, web.Text(web.EventName(ctx, e.Kind)), subject, where, web.Text(e.Who.Why), web.Text(e.Who.Place), bodyOf(ctx, e)}})
	}
	return table, nil
}

// whoDid names the accounts of events and those for whom they acted, each a door to what else they did.
func (p *Pages) whoDid(ctx context.Context, events []journal.Event) (map[int64]web.Cell, error) {
	var ids []int64
	seen := map[int64]bool{0: true}
	for _, e := range events {
		_, whom := access.ReadRole(e.Who.Role)
		for _, id := range []int64{e.Who.Account, whom} {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	names, err := p.Office.Names(ctx, ids)
	if err != nil {
		return nil, err
	}
	cells := map[int64]web.Cell{0: web.Text(web.T(ctx, "office.journal.nobody"))}
	for _, id := range ids {
		name := names[id]
		if name == "" { // a door needs a name
			name = strconv.FormatInt(id, 10)
		}
		cells[id] = web.Cell{Text: name, Href: "/journal?" + url.Values{"account": {strconv.FormatInt(id, 10)}}.Encode()}
	}
	return cells, nil
}

// bodyOf shows what an event says. What holds personal data is sealed and stays so here: it is read on the
// subject's own page, by those who may.
func bodyOf(ctx context.Context, e journal.Event) web.Cell {
	var view templ.Component
	switch {
	case e.Erased:
		view = web.Badge{Text: web.T(ctx, "office.journal.erased")}
	case e.Sealed:
		view = web.Badge{Tone: web.ToneInfo, Text: web.T(ctx, "office.journal.sealed")}
	case string(e.Body) == "{}" || len(e.Body) == 0:
		return web.Cell{}
	default:
		return web.Cell{View: code(pairs(e.Body))}
	}
	return web.Cell{View: view}
}
