package identify

import (
	"math"

	"rightkey/internal/policy"
)

// Entry is one dated entry of income or expenditure of a household within the income period.
type Entry struct {
	Subject string // "income" or "expenditure", see policy.Totals
	Class   string // option of the pack's code list: wage, transfer …
	Amount  int64  // minor units of the pack's currency
}

// Totals adds a household's entries of the income period up by class, as inputs of its formulas in major units. An
// entry of a class that is part of another one counts in both.
// A class without an entry is unknown; unless the rule says that an answered form means none where it has no entry:
// then a household with at least one entry has 0 in every class without one. A household without any entry has not
// answered, and everything is unknown.
func (r Rule) Totals(p *policy.Pack, entries []Entry) map[string]any {
	sums := map[string]int64{}
	if r.AbsentIsNone && len(entries) > 0 {
		for _, class := range classes(p) {
			sums[class] = 0
		}
	}
	wholes := wholes(p)
	for _, entry := range entries {
		sums[entry.Class] += entry.Amount
		if whole, ok := wholes[entry.Class]; ok {
			sums[whole] += entry.Amount
		}
	}
	inputs := make(map[string]any, len(sums))
	for class, sum := range sums {
		inputs[class] = float64(sum) / math.Pow10(p.Digits)
	}
	return inputs
}

// classes lists the pack's classes of income and expenditure.
func classes(p *policy.Pack) []string {
	var codes []string
	for _, option := range classOptions(p) {
		codes = append(codes, option.Code)
	}
	return codes
}

// wholes is, for each class that is part of another one, that other one.
func wholes(p *policy.Pack) map[string]string {
	of := map[string]string{}
	for _, option := range classOptions(p) {
		if option.Group != "" {
			of[option.Code] = option.Group
		}
	}
	return of
}

func classOptions(p *policy.Pack) []policy.Option {
	var options []policy.Option
	for _, subject := range policy.Totals {
		if item, ok := p.Item(subject, "class"); ok {
			options = append(options, item.Options()...)
		}
	}
	return options
}
