package page

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// columns are the measures of the table: those that everybody asks for, and the chosen one.
func (l look) columns() []overview.Measure {
	if l.by != nil {
		return []overview.Measure{l.measure}
	}
	all := []overview.Measure{overview.Households, overview.Persons, overview.PoorHouseholds, overview.Share}
	if !slices.Contains(all, l.measure) {
		all = append(all, l.measure)
	}
	return all
}

// written is a measure as people read it.
func (l look) written(ctx context.Context, m overview.Measure, value float64, telling overview.Telling) string {
	lang := web.Lang(ctx)
	switch {
	case telling == overview.Hidden && m.IsEstimate():
		return word(ctx, "look.too_few")
	case telling == overview.Hidden:
		return word(ctx, "overview.small", "n", l.answer.Least)
	case telling == overview.None || (m == overview.PoorHouseholds || m == overview.PoorPersons) && len(overview.Poor(l.pack)) == 0:
		return "–"
	case m.IsPercent():
		return i18n.Decimal(lang, value, 1)
	case m == overview.Welfare && l.pack != nil:
		return amount(lang, int64(value), l.pack)
	}
	return i18n.Number(lang, int64(value))
}

// unit is what a measure is counted in.
func (l look) unit(ctx context.Context, m overview.Measure) string {
	switch {
	case m.IsPercent():
		return "%"
	case m == overview.PoorHouseholds:
		return word(ctx, "overview.households_unit")
	case m == overview.Welfare && l.pack != nil:
		return l.pack.Currency
	}
	return ""
}

// measureLabel is what a measure is called.
func measureLabel(ctx context.Context, m overview.Measure) string {
	return word(ctx, "look.measure_"+string(m))
}

// dimensionLabel is what a dimension is called.
func dimensionLabel(ctx context.Context, d registry.Dimension) string {
	switch d.Code {
	case registry.BySize:
		return word(ctx, "look.by_size")
	case registry.ByHeadSex:
		return word(ctx, "look.by_head_sex")
	}
	return d.Item.Label.In(web.Lang(ctx))
}

// valueLabel is what a value of the dimension is called.
func (l look) valueLabel(ctx context.Context, value string) string {
	values := l.by.Values()
	switch {
	case value == "":
		return web.T(ctx, "common.unknown")
	case l.by.Item != nil:
		return chosen(ctx, l.by.Item, value)
	case value == values[len(values)-1]:
		return word(ctx, "look.size_more", "n", value)
	}
	return word(ctx, "look.size", "n", value)
}

// stats are the tiles of the whole area: households, persons, and each status that somebody has, in the pack's word
// and colour.
func (l look) stats(ctx context.Context) []web.Stat {
	whole := l.answer.Whole
	tile := func(m overview.Measure) web.Stat {
		value, telling := whole.Value(m)
		return web.Stat{Label: measureLabel(ctx, m), Value: l.written(ctx, m, value, telling)}
	}
	stats := []web.Stat{tile(overview.Households), tile(overview.Persons)}
	stats[0].Href = l.door(whole.Place, nil)
	if l.measure.IsEstimate() {
		stats = append(stats, l.estimateStat(ctx, whole))
	}
	for _, option := range statusOptions(l.pack) {
		n, telling := whole.Status(option.Code)
		if l.by != nil && !l.rows || telling == overview.Told && n == 0 && option.Group != "poor" {
			continue
		}
		stat := web.Stat{Label: option.Label.In(web.Lang(ctx)), Value: l.written(ctx, overview.Households, float64(n), telling), Tone: toneOf(option),
			Href: l.door(whole.Place, func(query url.Values) { query.Set("status", option.Code) })}
		if telling == overview.Told && whole.Figure.Households > 0 {
			stat.Note = i18n.Percent(web.Lang(ctx), float64(n)/float64(whole.Figure.Households), 1)
		}
		stats = append(stats, stat)
	}
	if n, telling := whole.Status(""); n > 0 && (l.by == nil || l.rows) {
		stats = append(stats, web.Stat{Label: word(ctx, "no_status"), Value: l.written(ctx, overview.Households, float64(n), telling), Tone: web.ToneNeutral,
			Href: l.door(whole.Place, func(query url.Values) { query.Set("nostatus", "1") })})
	}
	return stats
}

// table is the areas below with the measures, or the chosen one by value.
func (l look) table(ctx context.Context, label string) web.Table {
	t := web.Table{Caption: word(ctx, "overview.parts"), Scroll: l.by != nil, Columns: []web.Column{{Label: label}}, Empty: web.Empty{Text: word(ctx, "overview.no_parts")}}
	for _, m := range l.columns() {
		t.Columns = append(t.Columns, web.Column{Label: measureLabel(ctx, m), Number: true, Unit: l.unit(ctx, m)})
	}
	for _, value := range l.answer.Values {
		t.Columns = append(t.Columns, web.Column{Label: l.valueLabel(ctx, value), Number: true, Unit: l.unit(ctx, l.measure)})
	}
	t.Columns = append(t.Columns, l.estimateColumns(ctx)...)
	for _, part := range l.shownParts() {
		row := web.Row{Cells: []web.Cell{{Text: l.partLabel(ctx, part), Href: l.partHref(part)}}}
		for _, m := range l.columns() {
			value, telling := part.Value(m)
			row.Cells = append(row.Cells, l.cell(ctx, m, value, telling, l.doorOf(part.Place, m, "", false)))
		}
		for _, of := range l.answer.Values {
			value, telling := part.ValueOf(of, l.measure)
			row.Cells = append(row.Cells, l.cell(ctx, l.measure, value, telling, l.doorOf(part.Place, l.measure, of, true)))
		}
		row.Cells = append(row.Cells, l.estimateCells(ctx, part)...)
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (l look) cell(ctx context.Context, m overview.Measure, value float64, telling overview.Telling, door string) web.Cell {
	return web.Cell{Text: l.written(ctx, m, value, telling), Href: door}
}

// partLabel is an area's name; households of the area itself, or of none of those below, have a line of their own.
func (l look) partLabel(ctx context.Context, part overview.Part) string {
	if part.Place.Key == 0 {
		return word(ctx, "look.elsewhere")
	}
	return part.Place.Label(web.Lang(ctx))
}

// shownRows is how many areas the table shows at first, where there are more: a page that opens fast. The map shows all.
const shownRows = 36

// shownParts are the areas of the table: the first of many, until all are asked for.
func (l look) shownParts() []overview.Part {
	if len(l.answer.Parts) > shownRows && !l.query.Has(allParameter) {
		return l.answer.Parts[:shownRows]
	}
	return l.answer.Parts
}

// more leads to the whole table; nil where it is shown.
func (l look) more(ctx context.Context) *web.Pager {
	if len(l.shownParts()) == len(l.answer.Parts) {
		return nil
	}
	return &web.Pager{Text: word(ctx, "look.first_rows", "n", shownRows, "of", len(l.answer.Parts)), Next: address("/", with(l.query, allParameter, "1"))}
}

// partHref looks at one of the areas below in the same way.
func (l look) partHref(part overview.Part) string {
	if part.Place.Key == 0 {
		return ""
	}
	return address("/", with(l.query, "area", part.Place.Code))
}

// bars are the values of the dimension in the whole area, the most frequent first.
func (l look) bars(ctx context.Context) *web.Bars {
	bars := web.Bars{Caption: measureLabel(ctx, l.measure) + " · " + dimensionLabel(ctx, *l.by), Unit: l.unit(ctx, l.measure)}
	for _, of := range l.answer.Values {
		value, telling := l.answer.Whole.ValueOf(of, l.measure)
		if telling == overview.Hidden {
			continue
		}
		bars.Items = append(bars.Items, web.Bar{Label: l.valueLabel(ctx, of), Value: value, Text: l.written(ctx, l.measure, value, telling), Href: l.doorOf(l.answer.Whole.Place, l.measure, of, true)})
	}
	if len(bars.Items) == 0 {
		return nil
	}
	return &bars
}

// choices are the controls: the measure, what it is broken down by, what the map shows of it, and its classes.
func (l look) choices(ctx context.Context) []web.Field {
	measure := web.Field{Name: measureParameter, Label: word(ctx, "look.measure"), Kind: web.FieldSelect, Value: string(l.measure)}
	for _, m := range overview.Measures {
		if (!m.OfAssessments() || l.answer.Welfare) && (!m.IsEstimate() || l.estimates) {
			measure.Options = append(measure.Options, web.Option{Value: string(m), Label: measureLabel(ctx, m)})
		}
	}
	by := web.Field{Name: byParameter, Label: word(ctx, "look.by"), Kind: web.FieldSelect, Value: l.query.Get(byParameter), Options: []web.Option{{Label: word(ctx, "look.by_nothing")}}}
	for _, d := range l.dimensions {
		if l.rows || !d.Overlapping {
			by.Options = append(by.Options, web.Option{Value: d.Code, Label: dimensionLabel(ctx, d)})
		}
	}
	fields := []web.Field{measure}
	if !l.measure.IsEstimate() {
		fields = append(fields, by)
	}
	if l.by != nil {
		value := web.Field{Name: valueParameter, Label: word(ctx, "look.value"), Kind: web.FieldSelect, Value: l.query.Get(valueParameter), Options: []web.Option{{Label: word(ctx, "look.all_values")}}}
		for _, of := range l.answer.Values {
			option := web.Option{Value: of, Label: l.valueLabel(ctx, of)}
			if of == "" {
				option.Value = unknownValue
			}
			value.Options = append(value.Options, option)
		}
		fields = append(fields, value)
	}
	return append(fields, web.Field{Name: classesParameter, Label: word(ctx, "look.classes"), Kind: web.FieldSelect, Value: string(l.classes), Options: []web.Option{
		{Value: string(overview.Quantiles), Label: word(ctx, "look.classes_quantiles")}, {Value: string(overview.Round), Label: word(ctx, "look.classes_round")}}})
}

// overviewFile writes the table as CSV, with the codes of the areas.
func (p *pages) overviewFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := p.look(r)
	if err != nil {
		return err
	}
	shown := l.table(ctx, p.partsLabel(ctx, l))
	head := []string{"code"}
	for _, c := range shown.Columns {
		text := c.Label
		if c.Unit != "" {
			text += " (" + c.Unit + ")"
		}
		head = append(head, text)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="overview.csv"`)
	out, err := table.NewCSVWriter(w, head)
	if err != nil {
		return err
	}
	for _, part := range l.answer.Parts {
		if err := out.Write(l.line(l.partLabel(ctx, part), part)); err != nil {
			return err
		}
	}
	if err := out.Write(l.line(word(ctx, "look.total"), l.answer.Whole)); err != nil {
		return err
	}
	return out.Close()
}

// line is a part in the file: plain numbers, nothing where there is none or it is not told.
func (l look) line(label string, part overview.Part) []string {
	line := []string{part.Place.Code, label}
	add := func(m overview.Measure, value float64, telling overview.Telling) {
		text := ""
		if telling == overview.Told {
			text = plainMeasure(l.pack, m, value)
		}
		line = append(line, text)
	}
	for _, m := range l.columns() {
		value, telling := part.Value(m)
		add(m, value, telling)
	}
	for _, of := range l.answer.Values {
		value, telling := part.ValueOf(of, l.measure)
		add(l.measure, value, telling)
	}
	return append(line, l.estimateLine(part)...)
}

// plainMeasure writes a measure for files.
func plainMeasure(pack *policy.Pack, m overview.Measure, value float64) string {
	switch {
	case m == overview.Welfare && pack != nil:
		return strconv.FormatFloat(value/math.Pow10(pack.Digits), 'f', pack.Digits, 64)
	case m.IsCount():
		return strconv.FormatInt(int64(value), 10)
	}
	return strconv.FormatFloat(value, 'f', 4, 64)
}
