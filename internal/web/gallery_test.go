package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"

	"rightkey/internal/i18n"
	"rightkey/internal/web"
	"rightkey/test/browser"
)

// gallery shows every component on a few pages, as a room's pages would.
func gallery(t *testing.T) *httptest.Server {
	t.Helper()
	loggedIn := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			viewer := web.ViewerFrom(r.Context())
			viewer.Name, viewer.Role, viewer.LoggedIn = "Han Mei", "County office", true
			next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), viewer)))
		})
	}
	server := web.New(web.Options{Session: loggedIn})
	show := func(pattern string, content func(r *http.Request) templ.Component) {
		server.Handle("GET "+pattern, web.Public, func(w http.ResponseWriter, r *http.Request) error {
			page := galleryPage(r)
			return web.Render(w, r, http.StatusOK, inShell(page, content(r)))
		})
	}
	show("/records", records)
	show("/forms", forms)
	show("/charts", charts)
	show("/work", work)
	var steps atomic.Int64
	server.Handle("GET /progress", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, http.StatusOK, progress(steps.Add(40)))
	})
	running := httptest.NewServer(server)
	t.Cleanup(running.Close)
	return running
}

func inShell(page web.Page, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return web.Shell(page).Render(templ.WithChildren(ctx, content), w)
	})
}

func galleryPage(r *http.Request) web.Page {
	return web.Page{
		Title:  "Households of Huawu 花屋村",
		Viewer: web.ViewerFrom(r.Context()),
		Nav: []web.NavItem{
			{Key: "common.list", Href: "/records", Icon: "list", Active: r.URL.Path == "/records", Count: "12"},
			{Key: "common.edit", Href: "/forms", Icon: "change", Active: r.URL.Path == "/forms"},
			{Key: "common.total", Href: "/charts", Icon: "area", Active: r.URL.Path == "/charts"},
			{Key: "common.upload", Href: "/work", Icon: "upload", Active: r.URL.Path == "/work"},
		},
		Crumbs: []web.Crumb{
			{Label: "Bijie city", Href: "/records"}, {Label: "Zhijin county 织金县", Href: "/records"},
			{Label: "Yachi township", Href: "/records"}, {Label: "Huawu"},
		},
		Area:   &web.Choice{Label: "Huawu village", Href: "/records"},
		Period: &web.Choice{Label: "Nov 2026"},
		AsOf:   "10:42",
		Search: &web.Search{Action: "/search", Hint: "name, number, phone"},
		User:   []web.Action{{Label: "Password", Href: "/forms"}, {Label: "Log out", Href: "/logout", Post: true}},
		Path:   r.URL.RequestURI(),
		Actions: []web.Action{
			{Label: "Propose change", Href: "/forms", Style: web.StylePrimary, Icon: "change"},
			{Label: "Print handbook", Href: "/records", Icon: "print"},
		},
		Flash: []web.Notice{{Tone: web.ToneGood, Title: "Saved.", Text: "A second person has to confirm it."}},
	}
}

func records(*http.Request) templ.Component {
	return templ.Join(
		web.Filters{
			Action: "/records",
			Fields: []web.Field{
				{Name: "status", Label: "Status", Kind: web.FieldSelect, Options: []web.Option{{Label: "All"}, {Value: "poor", Label: "Poor"}}},
				{Name: "from", Label: "Income from", Kind: web.FieldNumber},
			},
			Active: []web.Chip{{Label: "Status: poor", Remove: "/records?x"}, {Label: "No 2 of 3", Remove: "/records?y"}},
			Clear:  "/records",
		},
		householdTable(),
		web.Pager{Previous: "/records?p", Next: "/records?n", First: "/records", Text: "50 of 3,004 households"},
		panel("Household", web.Facts{Items: []web.Fact{
			{Label: "Head", Value: "Zhang ***"},
			{Label: "Status", View: web.Badge{Tone: web.TonePoor, Text: "Poor"}, Note: "since 2014-06"},
			{Label: "Land", Missing: true},
			{Label: "Line", Value: "2,736", Href: "/records", Note: "2013 prices, unconfirmed"},
		}}),
		web.DiffColumns{
			Caption: "Two records", Left: "Registered", Right: "Police list",
			Lines: []web.DiffLine{
				{Label: "Name", Left: web.DiffValue{Text: "Zhang Guihua 张桂花", Source: "form, 3 Mar 2026"}, Right: web.DiffValue{Text: "Zhang Guifa 张桂发", Source: "list, 1 May 2026"}, Note: "reads nearly the same: strong"},
				{Label: "Born", Left: web.DiffValue{Text: "1962-04-11", Source: "form"}, Right: web.DiffValue{Missing: true, Source: "list"}},
				{Label: "Village", Left: web.DiffValue{Text: "Huawu"}, Right: web.DiffValue{Text: "Huawu"}},
			},
		},
		web.Timeline{Label: "What happened", More: "/records", Events: []web.Event{
			{When: "19 Nov 2026", Moment: "2026-11-19T08:00:00Z", Title: "Notice posted", Href: "/records", Who: "Li Na", Text: "Photo of the board."},
			{When: "12 Nov 2026", Title: "Vote 34 / 2 / 1", Badge: &web.Badge{Tone: web.ToneGood, Text: "accepted"}},
		}},
	)
}

func householdTable() web.Table {
	table := web.Table{
		Caption: "Households", ShowCaption: true,
		Columns: []web.Column{
			{Label: "Number"}, {Label: "Head"}, {Label: "Status"},
			{Label: "Members", Number: true, Unit: "persons"},
			{Label: "Income", Number: true, Unit: "per head", Sort: "/records?sort=income", Sorted: web.Descending},
			{Label: "Visited", Sort: "/records?sort=visited"},
		},
	}
	states := []web.Badge{
		{Tone: web.TonePoor, Text: "Poor"}, {Tone: web.ToneExited, Text: "Exited"},
		{Tone: web.ToneReturned, Text: "Returned"}, {Tone: web.ToneMonitored, Text: "Monitored"},
		{Tone: web.ToneNeutral, Text: "Not judged", Hint: "yet"},
	}
	for i, state := range states {
		table.Rows = append(table.Rows, web.Row{Href: "/records", Cells: []web.Cell{
			web.Text(fmt.Sprintf("520424-017-0%04d", 231+i)), web.Text("Zhang ***"), {View: state},
			web.Text("4"), web.Text("2,310"), {Missing: true},
		}})
	}
	return table
}

func forms(*http.Request) templ.Component {
	fields := []web.Field{
		{Name: "head", Label: "Head of household", Value: "Zhang", Required: true, Autocomplete: "off"},
		{Name: "income", Label: "Income", Kind: web.FieldNumber, Unit: "per year", Help: "Whole household, before transfers.", Error: "is below 0", Required: true},
		{Name: "since", Label: "Since", Kind: web.FieldDate},
		{Name: "cause", Label: "Main cause", Kind: web.FieldSelect, Options: []web.Option{{Value: "1", Label: "Illness"}, {Value: "2", Label: "No skills"}}, Required: true},
		{Name: "note", Label: "Note", Kind: web.FieldArea},
		{Name: "file", Label: "Survey file", Kind: web.FieldFile, Help: "CSV, XLSX or Parquet."},
		{Name: "onerror", Label: "Rows with errors", Kind: web.FieldRadio, Value: "stop", Options: []web.Option{{Value: "stop", Label: "Apply nothing"}, {Value: "skip", Label: "Leave them out and list them"}}},
		{Name: "sure", Label: "I have checked the figures", Kind: web.FieldCheck},
	}
	parts := []templ.Component{
		web.Steps{Label: "Import", Names: []string{"File", "Columns", "Dry run", "Apply", "Result"}, Current: 2, Links: []string{"/forms", "/forms"}},
		web.Summary(fields...),
	}
	for _, field := range fields {
		parts = append(parts, field)
	}
	return templ.Join(append(parts, web.Confirm{
		Title: "Return to the village?", Text: "The village committee sees your comment and has 7 days.",
		Facts:  web.Facts{Items: []web.Fact{{Label: "Households", Value: "14"}}},
		Action: web.Action{Label: "Return to village with comment", Href: "/forms", Style: web.StylePrimary},
		Fields: []web.Field{{Name: "comment", IDPrefix: "confirm-", Label: "Comment", Kind: web.FieldArea, Required: true}},
		Cancel: "/forms",
	})...)
}

func charts(*http.Request) templ.Component {
	return templ.Join(
		grid(
			web.Stat{Label: "Households", Value: i18n.Number(i18n.English, 30012), Href: "/records", Note: "+12 since last month"},
			web.Stat{Label: "Poor", Value: "10.0", Unit: "%", Interval: "9.6–10.4", Href: "/records", Tone: web.TonePoor},
			web.Stat{Label: "Objections", Value: "1", Tone: web.ToneWarn},
		),
		panel("By township", web.Bars{Caption: "Poverty rate", Unit: "% of persons", Items: []web.Bar{
			{Label: "Yachi", Value: 14.2, Low: 12.1, High: 16.3, Text: "14.2", Interval: "12.1–16.3", Href: "/records"},
			{Label: "Maochang", Value: 9.1, Low: 7, High: 11.2, Text: "9.1", Interval: "7.0–11.2"},
		}}),
		panel("Score", web.Curves{Caption: "Errors by cut-off", Unit: "%", Across: "Cut-off", Marks: []string{"10", "20", "30"}, Curves: []web.Curve{
			{Label: "Left out", Points: []web.CurvePoint{{Value: .1, Low: .08, High: .13, Text: "10.0 %", Interval: "8.0–13.0 %"}, {Value: .3, Low: .27, High: .34, Text: "30.0 %", Interval: "27.0–34.0 %"}, {Value: .6, Low: .55, High: .66, Text: "60.0 %", Interval: "55.0–66.0 %"}}},
			{Label: "Expected", Points: []web.CurvePoint{{Value: .5, Text: "50.0 %"}, {Value: .4, Text: "40.0 %"}, {Value: .2, Text: "20.0 %"}}}}}),
		panel("Income", web.Stacked{Caption: "Income by source", Unit: "per head", Parts: []web.Part{
			{Label: "Wages", Value: 1200, Text: "1,200", Share: "52 %", Href: "/records"}, {Label: "Farm", Value: 800, Text: "800", Share: "35 %"},
			{Label: "Transfers", Value: 310, Text: "310", Share: "13 %"},
		}}),
	)
}

func work(*http.Request) templ.Component {
	return templ.Join(
		progress(0),
		web.Progress{ID: "ended", Label: "Import of areas", Done: 100, Total: 100, Badge: &web.Badge{Tone: web.ToneGood, Text: "applied"}},
		web.Notice{Tone: web.ToneWarn, Title: "Two rows were left out.", Actions: []web.Action{{Label: "Download the report", Href: "/work", Icon: "download"}}},
		web.Empty{Text: "Import a survey to begin.", Actions: []web.Action{{Label: "Import", Href: "/work", Style: web.StylePrimary}}},
		web.Actions([]web.Action{{Label: "Withdraw", Href: "/work", Post: true, Style: web.StyleDanger, Hidden: []web.Pair{{Name: "id", Value: "1"}}}}),
	)
}

func progress(done int64) templ.Component {
	p := web.Progress{ID: "import", Label: "Import of households", Done: min(done, 100), Total: 100, Unit: "rows", Note: "checking", Poll: "/progress", Page: "/work"}
	if done >= 100 {
		p.Poll, p.Badge = "", &web.Badge{Tone: web.ToneGood, Text: "applied"}
	}
	return p
}

func panel(title string, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return web.Panel(title).Render(templ.WithChildren(ctx, content), w)
	})
}

func grid(content ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return web.Grid().Render(templ.WithChildren(ctx, templ.Join(content...)), w)
	})
}

func TestEveryComponentIsAccessibleInEveryLanguageLightAndWidth(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, dark := range []bool{false, true} {
			for _, width := range []int64{360, 1280} {
				t.Run(fmt.Sprintf("%s dark=%v %d", lang, dark, width), func(t *testing.T) {
					page := chromium.Page(t, browser.View{Width: width, Dark: dark, Languages: lang})
					for _, path := range []string{"/records", "/forms", "/charts", "/work", "/absent"} {
						if path == "/absent" {
							page.Allow("404")
						}
						page.Open(site.URL + path)
						page.Screenshot(fmt.Sprintf("gallery-%s-%s-%v-%d", path[1:], lang, dark, width))
						page.Axe()
					}
				})
			}
		}
	}
}
