package overview

import (
	"slices"

	"rightkey/internal/registry"
)

// Figure is what is counted of some households. Figures of parts add up to that of the whole.
type Figure struct {
	Households, Persons         int64
	PoorHouseholds, PoorPersons int64
	registry.Assessed
	// Status is the households of each status.
	Status map[string]int64
}

// Add adds the households of a group; poor are the statuses that count as poor.
func (f *Figure) Add(g registry.Group, poor []string) {
	f.Households += g.Households
	f.Persons += g.Persons
	f.Assessed.Add(g.Assessed)
	if slices.Contains(poor, g.Status) {
		f.PoorHouseholds += g.Households
		f.PoorPersons += g.Persons
	}
	if f.Status == nil {
		f.Status = map[string]int64{}
	}
	f.Status[g.Status] += g.Households
}

// Measure is what an area is looked at by.
type Measure string

// The measures. Rate is the poor persons among all persons and Share the poor households among all, in percent; Welfare
// is the mean per person, in minor units; Judged is the persons of households that are poor by the pack's rule among
// those that it could judge, in percent.
const (
	Households     Measure = "households"
	Persons        Measure = "persons"
	PoorHouseholds Measure = "poor_households"
	PoorPersons    Measure = "poor_persons"
	Rate           Measure = "poor_rate"
	Share          Measure = "poor_share"
	Welfare        Measure = "welfare"
	Judged         Measure = "judged_rate"
)

// Measures are all of them, in the order in which they are offered.
var Measures = []Measure{Rate, Share, Households, Persons, PoorHouseholds, PoorPersons, Welfare, Judged}

// OfAssessments says that the measure comes from the latest assessments.
func (m Measure) OfAssessments() bool { return m == Welfare || m == Judged }

// IsPercent says that the measure is a percentage.
func (m Measure) IsPercent() bool { return m == Rate || m == Share || m == Judged }

// IsCount says that the measure of a whole is the sum of those of its parts.
func (m Measure) IsCount() bool { return !m.IsPercent() && m != Welfare }

// Of is the measure of a figure; false where there is nobody to measure.
func (m Measure) Of(f Figure) (float64, bool) {
	switch m {
	case Households:
		return float64(f.Households), true
	case Persons:
		return float64(f.Persons), true
	case PoorHouseholds:
		return float64(f.PoorHouseholds), true
	case PoorPersons:
		return float64(f.PoorPersons), true
	case Rate:
		return ratio(100*f.PoorPersons, f.Persons)
	case Share:
		return ratio(100*f.PoorHouseholds, f.Households)
	case Welfare:
		return ratio(f.Welfare, f.Known)
	case Judged:
		return ratio(100*f.Below, f.Judged)
	}
	return 0, false
}

func ratio(part, whole int64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}
