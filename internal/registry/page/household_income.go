package page

import (
	"math"
	"slices"
	"strconv"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// mostIncomeYears is how many years of income stand beside each other; the others are opened by their year.
const mostIncomeYears = 3

// incomes are the pictures of income and expenditure: of the year that was asked for, else of the latest years.
func (v viewer) incomes() []*web.Stacked {
	years := registry.Years(v.f.Entries)
	if v.f.Year != 0 {
		years = []int{v.f.Year}
	}
	var bars []*web.Stacked
	for _, year := range years[:min(len(years), mostIncomeYears)] {
		income, expenditure := registry.Income(v.f.Entries, year)
		for _, bar := range []*web.Stacked{v.stack(registry.SubjectIncome, income, year), v.stack(registry.SubjectExpenditure, expenditure, year)} {
			if bar != nil {
				bars = append(bars, bar)
			}
		}
	}
	return bars
}

// usual is a norm in words.
func (v viewer) usual(n registry.Norm) string {
	lang := web.Lang(v.ctx)
	switch n.Item.Kind {
	case policy.Int, policy.Decimal, policy.Money:
		digits := 0
		value := n.Median
		if n.Item.Kind == policy.Money {
			digits = v.f.Pack.Digits
			value /= math.Pow10(digits)
		} else if value != math.Trunc(value) {
			digits = 1
		}
		return i18n.Decimal(lang, value, digits)
	case policy.Bool:
		return n.Item.Format(lang, n.Mode == "true")
	}
	return n.Item.Format(lang, n.Mode)
}

// stack is the income (or expenditure) of a year by class; nil for none.
func (v viewer) stack(subject string, byClass map[string]int64, year int) *web.Stacked {
	if len(byClass) == 0 {
		return nil
	}
	lang := web.Lang(v.ctx)
	total := int64(0)
	for _, minor := range byClass {
		total += max(0, minor)
	}
	bar := &web.Stacked{Caption: word(v.ctx, "household."+subject, "year", strconv.Itoa(year), "amount", amount(lang, total, v.f.Pack)), Unit: v.f.Pack.Currency}
	for _, class := range v.classes(subject, byClass) {
		minor := byClass[class]
		part := web.Part{Label: v.className(subject, class), Value: float64(minor), Text: amount(lang, minor, v.f.Pack)}
		if total > 0 {
			part.Share = i18n.Percent(lang, float64(minor)/float64(total), 0)
		}
		bar.Parts = append(bar.Parts, part)
	}
	return bar
}

// classes are the classes that have an amount, in the order of the pack.
func (v viewer) classes(subject string, byClass map[string]int64) []string {
	var order []string
	if item, ok := v.f.Pack.Item(subject, "class"); ok {
		for _, option := range item.Options() {
			if _, has := byClass[option.Code]; has {
				order = append(order, option.Code)
			}
		}
	}
	var others []string
	for class := range byClass {
		if !slices.Contains(order, class) {
			others = append(others, class)
		}
	}
	slices.Sort(others)
	return append(order, others...)
}

func (v viewer) className(subject, class string) string {
	if item, ok := v.f.Pack.Item(subject, "class"); ok {
		if text := item.Format(web.Lang(v.ctx), class); text != "" {
			return text
		}
	}
	return class
}

func (v viewer) entries() web.Table {
	lang := web.Lang(v.ctx)
	table := web.Table{Caption: word(v.ctx, "household.entries"), Columns: []web.Column{
		{Label: web.T(v.ctx, "common.year")}, {Label: word(v.ctx, "household.kind")}, {Label: word(v.ctx, "household.class")},
		{Label: web.T(v.ctx, "common.source")}, {Label: word(v.ctx, "household.amount"), Number: true, Unit: v.f.Pack.Currency}, {Label: word(v.ctx, "household.basis")},
	}}
	if v.edit != "" {
		table.Columns = append(table.Columns, web.Column{Label: word(v.ctx, "edit.propose_short")})
	}
	for _, e := range v.f.Entries {
		year, _, _ := e.To.Civil()
		basis := web.Cell{Text: e.Basis, Missing: e.Basis == ""}
		if item, ok := v.f.Pack.Item(e.Subject, "basis"); ok && e.Basis != "" {
			basis.Text = item.Format(lang, e.Basis)
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{
			web.Text(strconv.Itoa(year)), web.Text(word(v.ctx, "subject."+e.Subject)), web.Text(v.className(e.Subject, e.Class)),
			{Text: e.Source, Missing: e.Source == ""}, web.Text(amount(lang, e.Minor, v.f.Pack)), basis,
		}})
		if v.edit != "" {
			at := "/households/" + v.f.Number + "/entry?id=" + strconv.FormatInt(e.ID, 10)
			row := &table.Rows[len(table.Rows)-1]
			row.Cells = append(row.Cells, web.Cell{View: smallLink(at, word(v.ctx, "edit.propose_short"), v.className(e.Subject, e.Class)+" "+strconv.Itoa(year))})
		}
	}
	return table
}
