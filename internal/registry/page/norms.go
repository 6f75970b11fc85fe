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

// normsPage is what the template of an area's norms of a year shows.
type normsPage struct {
	code    string // of the area, "" for everywhere
	place   string
	year    int
	ver     int64
	edits   bool
	rows    []normFields
	file    web.Field // to choose a file
	report  *normReport
	summary web.ErrorSummary
}

// normFields are the questions about one product.
type normFields struct {
	product registry.Product
	label   string
	above   string // what the areas around say, in words
	fields  []web.Field
}

// norms shows what an area says for a year.
func (p *pages) norms(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	table, pack, err := p.normTable(r.Context(), scope, r.URL.Query())
	if err != nil {
		return err
	}
	page, err := p.normsPage(r.Context(), scope, table, pack)
	if err != nil {
		return err
	}
	page.fill(pack, table)
	return p.showNorms(w, r, http.StatusOK, page)
}

// normTable is the table of the area and year that an address or form names; without an area, that of the whole of
// the reader's one area.
func (p *pages) normTable(ctx context.Context, scope access.Scope, asked url.Values) (registry.NormTable, *policy.Pack, error) {
	var area int64
	if code := strings.TrimSpace(asked.Get("area")); code != "" {
		a, err := p.Registry.Areas().ByCode(ctx, scope, code)
		if err != nil {
			return registry.NormTable{}, nil, err
		}
		area = a.Key
	} else if ranges := scope.Ranges(); len(ranges) > 0 {
		area = ranges[0].Lo
	}
	year, err := yearOf(ctx, asked.Get("year"))
	if err != nil {
		return registry.NormTable{}, nil, err
	}
	if year == 0 {
		year, _, _ = scope.Caller().Today.Civil()
	}
	table, err := p.Registry.NormTable(ctx, scope, area, year)
	if err != nil {
		return table, nil, err
	}
	pack, err := p.Registry.Pack(area)
	return table, pack, err
}

// normsPage is the form without the area's own answers.
func (p *pages) normsPage(ctx context.Context, scope access.Scope, table registry.NormTable, pack *policy.Pack) (*normsPage, error) {
	page := &normsPage{place: word(ctx, "everywhere"), year: table.Year, ver: table.Ver, edits: access.May(scope.Caller(), access.NormEdit)}
	page.file = web.Field{Name: "file", IDPrefix: "norms-", Label: word(ctx, "norms.file"), Help: word(ctx, "norms.file_help"), Kind: web.FieldFile, Required: true, Attributes: map[string]any{"accept": ".csv,.tsv,.xlsx"}}
	counts, err := p.Registry.NormsAt(ctx, table.Area, table.Year)
	if err != nil {
		return nil, err
	}
	keys := []int64{table.Area}
	for _, n := range counts {
		keys = append(keys, n.Area)
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	if place, ok := places[table.Area]; ok {
		page.code, page.place = place.Code, placeLabel(ctx, places, table.Area)
	}
	lang := web.Lang(ctx)
	for _, product := range registry.ProductsOf(pack) {
		row := normFields{product: product, label: product.Label.In(lang)}
		if n, ok := counts[product.Code]; ok && n.Area != table.Area {
			row.above = word(ctx, "norms.above", "area", word(ctx, "everywhere"), "yield", known(ctx, n.Yield), "price", known(ctx, registry.AmountText(pack, n.Price)), "cost", known(ctx, registry.AmountText(pack, n.Cost)))
			if place, named := places[n.Area]; named {
				row.above = word(ctx, "norms.above", "area", place.Label(lang), "yield", known(ctx, n.Yield), "price", known(ctx, registry.AmountText(pack, n.Price)), "cost", known(ctx, registry.AmountText(pack, n.Cost)))
			}
		}
		for _, name := range []string{"yield", "price", "cost"} {
			f := web.Field{Name: product.Code + "." + name, IDPrefix: "norm-", Label: word(ctx, "norms."+name), Unit: pack.Currency, Attributes: map[string]any{"inputmode": "decimal"}}
			switch name {
			case "yield":
				f.Unit = product.Unit.In(lang)
			case "price":
				f.Label += " / " + product.Unit.In(lang)
			}
			row.fields = append(row.fields, f)
		}
		page.rows = append(page.rows, row)
	}
	return page, nil
}

// known is a text, or the word for what nobody knows.
func known(ctx context.Context, text string) string {
	if text == "" {
		return word(ctx, "norms.unknown")
	}
	return text
}

// fill fills in what the area says.
func (n *normsPage) fill(pack *policy.Pack, table registry.NormTable) {
	for _, row := range table.Rows {
		n.set(row.Product, row.Yield, registry.AmountText(pack, row.Price), registry.AmountText(pack, row.Cost))
	}
}

// set fills in what the area says of a product.
func (n *normsPage) set(product string, values ...string) {
	for _, row := range n.rows {
		if row.product.Code == product {
			for i, value := range values {
				row.fields[i].Value = value
			}
		}
	}
}

func (p *pages) showNorms(w http.ResponseWriter, r *http.Request, status int, page *normsPage) error {
	return p.show(w, r, status, web.Page{Title: word(r.Context(), "norms.title", "year", strconv.Itoa(page.year))}, normsView(page))
}

// saveNorms takes the form.
func (p *pages) saveNorms(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.NormEdit)
	if err != nil {
		return err
	}
	table, pack, err := p.normTable(ctx, scope, r.PostForm)
	if err != nil {
		return err
	}
	if table.Ver, err = strconv.ParseInt(r.PostForm.Get("ver"), 10, 64); err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	page, err := p.normsPage(ctx, scope, table, pack)
	if err != nil {
		return err
	}
	var ok bool
	if table.Rows, ok = page.read(ctx, pack, r.PostForm); !ok {
		return p.showNorms(w, r, http.StatusBadRequest, page)
	}
	table, err = p.Registry.SaveNormTable(ctx, scope, table)
	if fault.Is(err, fault.Invalid) {
		page.blame(ctx, table.Rows, err)
		return p.showNorms(w, r, http.StatusBadRequest, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, address("/norms", url.Values{"area": {page.code}, "year": {strconv.Itoa(page.year)}}), http.StatusSeeOther)
	return nil
}

// read takes the answers of the form; false where an amount cannot be read. Products without an answer are left out.
func (n *normsPage) read(ctx context.Context, pack *policy.Pack, form url.Values) ([]registry.NormRow, bool) {
	var rows []registry.NormRow
	var all []web.Field
	ok := true
	for _, fields := range n.rows {
		row, wrong := registry.NormRow{Product: fields.product.Code}, false
		for i := range fields.fields {
			f := &fields.fields[i]
			f.Value = strings.TrimSpace(form.Get(f.Name))
			if i == 0 {
				row.Yield = f.Value
				continue
			}
			minor, read := registry.ParseAmount(pack, f.Value)
			if !read {
				f.Error, wrong = word(ctx, "norms.wrong"), true
			}
			if i == 1 {
				row.Price = minor
			} else {
				row.Cost = minor
			}
		}
		all, ok = append(all, fields.fields...), ok && !wrong
		if row.Yield != "" || row.Price != nil || row.Cost != nil {
			rows = append(rows, row)
		}
	}
	n.summary = web.Summary(all...)
	return rows, ok
}

// download is the address of the file of the table that is shown.
func (n *normsPage) download() string {
	return address("/norms/file", url.Values{"area": {n.code}, "year": {strconv.Itoa(n.year)}})
}

// blame ties what is wrong with rows to the fields of the form.
func (n *normsPage) blame(ctx context.Context, rows []registry.NormRow, err error) {
	var known *fault.Error
	if !errors.As(err, &known) {
		return
	}
	var all []web.Field
	for _, fields := range n.rows {
		for i := range fields.fields {
			for _, d := range known.Details {
				if d.Row > 0 && d.Row <= len(rows) && rows[d.Row-1].Product+"."+d.Field == fields.fields[i].Name {
					fields.fields[i].Error = word(ctx, "norms.wrong")
				}
			}
		}
		all = append(all, fields.fields...)
	}
	n.summary = web.Summary(all...)
}
