package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// sheetPage is what the template of a household's worksheet shows.
type sheetPage struct {
	action, cancel, norms string
	year                  int
	lines                 []sheetLine
	any                   bool // a line can be filled in
	reason                web.Field
	summary               web.ErrorSummary
}

// sheetLine is a line of the worksheet: a field with the computed amount, or why there is none.
type sheetLine struct {
	label, text string
	ready       bool
	field       web.Field
}

// sheet computes the worksheet that a request asks for.
func (p *pages) sheet(r *http.Request, asked url.Values) (registry.Worksheet, access.Scope, error) {
	id, err := number(r)
	if err != nil {
		return registry.Worksheet{}, access.Scope{}, err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return registry.Worksheet{}, scope, err
	}
	year, err := yearOf(r.Context(), asked.Get("year"))
	if err != nil {
		return registry.Worksheet{}, scope, err
	}
	if year == 0 {
		year, _, _ = scope.Caller().Today.Civil()
	}
	sheet, err := p.Registry.Worksheet(r.Context(), scope, id, year)
	return sheet, scope, err
}

// worksheet shows what the norms say about a household's income and costs of a year.
func (p *pages) worksheet(w http.ResponseWriter, r *http.Request) error {
	sheet, scope, err := p.sheet(r, r.URL.Query())
	if err != nil {
		return err
	}
	return p.showSheet(w, r, http.StatusOK, scope, sheet, newSheetPage(r.Context(), sheet))
}

func newSheetPage(ctx context.Context, w registry.Worksheet) *sheetPage {
	at, lang, pack := "/households/"+w.File.Number, web.Lang(ctx), w.File.Pack
	year := strconv.Itoa(w.Year)
	page := &sheetPage{action: at + "/worksheet", cancel: at + "?year=" + year, norms: "/norms?year=" + year, year: w.Year}
	for _, line := range w.Lines {
		label := line.Product.Label.In(lang) + " · " + word(ctx, "subject."+line.Subject)
		one := sheetLine{label: label, ready: line.State == registry.WorkReady}
		if one.ready {
			page.any = true
			amount := line.Used.Amount
			one.field = web.Field{Name: line.Key(), IDPrefix: "line-", Label: label, Help: useText(ctx, pack, line.Used), Value: registry.AmountText(pack, &amount), Unit: pack.Currency, Attributes: map[string]any{"inputmode": "decimal"}}
		} else {
			one.text = word(ctx, "worksheet."+string(line.State), "item", line.Product.Item.Label.In(lang))
		}
		page.lines = append(page.lines, one)
	}
	page.reason = web.Field{Name: "reason", Label: word(ctx, "edit.reason"), Help: word(ctx, "edit.reason_help"), Required: true, Attributes: map[string]any{"maxlength": "200"}}
	return page
}

func (p *pages) showSheet(w http.ResponseWriter, r *http.Request, status int, scope access.Scope, sheet registry.Worksheet, content *sheetPage) error {
	ctx := r.Context()
	way, err := p.Registry.Areas().Path(ctx, sheet.File.Area)
	if err != nil {
		return err
	}
	if len(way) > 0 && p.may(r, access.HouseholdList, sheet.File.Area) {
		content.norms = address("/norms", url.Values{"year": {strconv.Itoa(sheet.Year)}, "area": {way[len(way)-1].Code}})
	}
	title := word(ctx, "worksheet.title", "year", strconv.Itoa(sheet.Year))
	page := web.Page{Title: title + " · " + sheet.File.Number}
	p.leadingTo(ctx, scope, &page, way, sheet.File.Number)
	page.Crumbs[len(page.Crumbs)-1].Href = "/households/" + sheet.File.Number
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: title})
	return p.show(w, r, status, page, worksheetView(content))
}

// fillIn takes the worksheet: every line with an amount becomes an entry, or waits for a second person.
func (p *pages) fillIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	sheet, scope, err := p.sheet(r, r.PostForm)
	if err != nil {
		return err
	}
	page := newSheetPage(ctx, sheet)
	amounts, ok := page.read(ctx, sheet.File.Pack, r.PostForm)
	if !ok {
		return p.showSheet(w, r, http.StatusBadRequest, scope, sheet, page)
	}
	set, err := p.Registry.Prefill(ctx, scope, sheet, amounts, word(ctx, "worksheet.title", "year", strconv.Itoa(sheet.Year)), page.reason.Value)
	var known *fault.Error
	switch {
	case registry.ShutOf(err) != nil:
		page.reason.Error = shutText(ctx, registry.ShutOf(err))
	case fault.Is(err, fault.Invalid) && errors.As(err, &known):
		page.reason.Error = web.Said(ctx, known)
	case err != nil:
		return err
	default:
		http.Redirect(w, r, address("/households/"+sheet.File.Number, url.Values{"year": {strconv.Itoa(sheet.Year)}, "saved": {string(set.State)}}), http.StatusSeeOther)
		return nil
	}
	page.summary = web.Summary(page.reason)
	return p.showSheet(w, r, http.StatusBadRequest, scope, sheet, page)
}

// read takes the amounts of the form; false where one cannot be read or the reason is missing. A line without an
// amount is left out.
func (s *sheetPage) read(ctx context.Context, pack *policy.Pack, form url.Values) (map[string]int64, bool) {
	amounts, ok := map[string]int64{}, true
	var fields []web.Field
	for i := range s.lines {
		f := &s.lines[i].field
		if !s.lines[i].ready {
			continue
		}
		f.Value = strings.TrimSpace(form.Get(f.Name))
		minor, read := registry.ParseAmount(pack, f.Value)
		switch {
		case !read:
			f.Error, ok = word(ctx, "norms.wrong"), false
		case minor != nil:
			amounts[f.Name] = *minor
		}
		fields = append(fields, *f)
	}
	if s.reason.Value = strings.TrimSpace(form.Get("reason")); s.reason.Value == "" || len(s.reason.Value) > 600 {
		s.reason.Error, ok = word(ctx, "edit.reason_missing"), false
	}
	s.summary = web.Summary(append(fields, s.reason)...)
	return amounts, ok
}

// useText is a computation from a norm in words.
func useText(ctx context.Context, pack *policy.Pack, used registry.NormUse) string {
	lang := web.Lang(ctx)
	label, item, unit := used.Product, "", ""
	for _, product := range registry.ProductsOf(pack) {
		if product.Code == used.Product {
			label, item, unit = product.Label.In(lang), product.Item.Label.In(lang), product.Unit.In(lang)
		}
	}
	area := used.Area
	if area == "" {
		area = word(ctx, "everywhere")
	}
	args := []any{"product", label, "item", item, "quantity", used.Quantity, "area", area, "year", strconv.Itoa(used.Year), "amount", amount(lang, used.Amount, pack), "currency", pack.Currency}
	if used.Subject == registry.SubjectIncome {
		return word(ctx, "worksheet.income", append(args, "yield", used.Yield, "unit", unit, "price", registry.AmountText(pack, used.Price))...)
	}
	return word(ctx, "worksheet.cost", append(args, "cost", registry.AmountText(pack, used.Cost))...)
}
