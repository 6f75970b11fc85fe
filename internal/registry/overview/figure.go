package overview

import (
	"slices"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// Figure is what is counted of some households. Figures of parts add up to that of the whole.
type Figure struct {
	Households, Persons         int64
	PoorHouseholds, PoorPersons int64
	ExitedPersons               int64
	registry.Assessed
	// Status is the households of each status.
	Status map[string]int64
}

// standings are the statuses of a pack that count as poor, and those of who exited.
type standings struct{ poor, exited []string }

func standingsOf(pack *policy.Pack) standings {
	if pack == nil {
		return standings{}
	}
	return standings{registry.StatusesOf(pack, "poor"), registry.StatusesOf(pack, "exited")}
}

// add adds the households of a group.
func (f *Figure) add(g registry.Group, of standings) {
	f.Households += g.Households
	f.Persons += g.Persons
	f.Assessed.Add(g.Assessed)
	switch {
	case slices.Contains(of.poor, g.Status):
		f.PoorHouseholds += g.Households
		f.PoorPersons += g.Persons
	case slices.Contains(of.exited, g.Status):
		f.ExitedPersons += g.Persons
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
// those that it could judge, in percent. Inclusion, Missing and Comprehensive are estimated from visits, in percent: the
// registered households that are not poor, those that are poor and not registered, and the persons that are poor
// (F4 and F6 of operating rules 5.4).
const (
	Households     Measure = "households"
	Persons        Measure = "persons"
	PoorHouseholds Measure = "poor_households"
	PoorPersons    Measure = "poor_persons"
	Rate           Measure = "poor_rate"
	Share          Measure = "poor_share"
	Welfare        Measure = "welfare"
	Judged         Measure = "judged_rate"
	Inclusion      Measure = "inclusion_error"
	Missing        Measure = "missing_rate"
	Comprehensive  Measure = "comprehensive_rate"
)

// Measures are all of them, in the order in which they are offered.
var Measures = []Measure{Rate, Share, Households, Persons, PoorHouseholds, PoorPersons, Welfare, Judged, Inclusion, Missing, Comprehensive}

// OfAssessments says that the measure comes from the latest assessments.
func (m Measure) OfAssessments() bool { return m == Welfare || m == Judged }

// IsEstimate says that the measure is estimated from a sample: it has an interval and is of an area as a whole.
func (m Measure) IsEstimate() bool { return m == Inclusion || m == Missing || m == Comprehensive }

// IsPercent says that the measure is a percentage.
func (m Measure) IsPercent() bool { return m == Rate || m == Share || m == Judged || m.IsEstimate() }

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
