package poverty

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Index computes one index of a sample under a line; indices of inequality do not look at the line.
type Index func(Sample, Line) (Estimate, error)

// named are the indices without a parameter in their name.
var named = map[string]Index{
	"watts":           Watts,
	"sen":             Sen,
	"mean":            func(s Sample, _ Line) (Estimate, error) { return s.Mean() },
	"median":          func(s Sample, _ Line) (Estimate, error) { return Quantile(s, 0.5) },
	"arpt":            func(s Sample, _ Line) (Estimate, error) { return RiskThreshold(s, 0.6) },
	"arpr":            func(s Sample, _ Line) (Estimate, error) { return RiskRate(s, 0.6) },
	"rmpg":            func(s Sample, _ Line) (Estimate, error) { return RiskGap(s, 0.6) },
	"qsr":             func(s Sample, _ Line) (Estimate, error) { return QuintileShare(s) },
	"gini":            func(s Sample, _ Line) (Estimate, error) { return Gini(s, GiniExact) },
	"gini-cumulative": func(s Sample, _ Line) (Estimate, error) { return Gini(s, GiniCumulative) },
}

// families are the indices whose name ends in their parameter, as in fgt2 or atkinson0.5.
var families = map[string]func(parameter float64) Index{
	"fgt":      func(a float64) Index { return func(s Sample, l Line) (Estimate, error) { return FGT(s, l, a) } },
	"ge":       func(a float64) Index { return func(s Sample, _ Line) (Estimate, error) { return Entropy(s, a) } },
	"atkinson": func(e float64) Index { return func(s Sample, _ Line) (Estimate, error) { return Atkinson(s, e) } },
}

// IndexNamed finds an index by its name: watts, sen, mean, median, arpt, arpr, rmpg, qsr, gini, gini-cumulative, or
// fgt, ge, atkinson followed by their parameter.
func IndexNamed(name string) (Index, error) {
	if index := named[name]; index != nil {
		return index, nil
	}
	for prefix, family := range families {
		text, found := strings.CutPrefix(name, prefix)
		if parameter, err := strconv.ParseFloat(text, 64); found && err == nil {
			return family(parameter), nil
		}
	}
	return nil, fmt.Errorf("index %q is not known (known are %s)", name, strings.Join(indexNames(), ", "))
}

// NeedsPositive says whether the named index takes logarithms or powers and so needs welfare above 0.
func NeedsPositive(name string) bool {
	return name == "watts" || strings.HasPrefix(name, "ge") || strings.HasPrefix(name, "atkinson")
}

func indexNames() []string {
	names := []string{"fgt0", "fgt1", "fgt2", "ge0", "ge1", "ge2", "atkinson0.5", "atkinson1"}
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
