package synth

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Errors are the mistakes of a register and how strong each is. The zero value is a register without mistakes.
type Errors struct {
	Wrong     float64            `yaml:"wrong"`     // share of the registered that is not poor, 0 to 0.6
	Missed    float64            `yaml:"missed"`    // share of the poor that is not registered, 0 to 0.6
	Inclusion map[string]float64 `yaml:"inclusion"` // Mistake… → its share in the wrongly registered
	Exclusion map[string]float64 `yaml:"exclusion"` // Mistake… → its share in the missed
	Fitted    float64            `yaml:"fitted"`    // share of either whose declared amounts were made to fit
	Officials int                `yaml:"officials"` // households of officials in a village
	Kin       float64            `yaml:"kin"`       // share of a village's households that are kin of one
	Records   Records            `yaml:"records"`
}

// Records are the mistakes of single records, each as the share of persons or households that it befalls.
type Records struct {
	Twice           float64 `yaml:"twice"`            // persons who are members of another household as well
	HouseholdsTwice float64 `yaml:"households_twice"` // households that are registered twice
	Typos           float64 `yaml:"typos"`            // names with one wrong letter or character
	Swapped         float64 `yaml:"swapped"`          // birthdays whose day and month were exchanged
	NumberMissing   float64 `yaml:"number_missing"`
	NumberWrong     float64 `yaml:"number_wrong"`   // well-formed, but nobody's
	NumberForeign   float64 `yaml:"number_foreign"` // somebody else's
	Dead            float64 `yaml:"dead"`           // members who died before the end of the year
	Moved           float64 `yaml:"moved"`          // members who live elsewhere since
}

// The mechanisms by which a household stands on the register wrongly, or wrongly not.
const (
	MistakeRandom   = "random"   // anybody
	MistakeNear     = "near"     // who is near the line
	MistakeHidden   = "hidden"   // wrongly registered: well off, with possessions that were hidden
	MistakeElite    = "elite"    // wrongly registered: kin of officials of the village
	MistakeQuota    = "quota"    // near the line, where the village was given too many places or too few
	MistakeOmission = "omission" // missed: the old, alone, remote and without a telephone, whom nobody asked
	MistakeStale    = "stale"    // was rightly so some years ago
)

var (
	inclusions = []string{MistakeRandom, MistakeNear, MistakeHidden, MistakeElite, MistakeQuota, MistakeStale}
	exclusions = []string{MistakeRandom, MistakeNear, MistakeOmission, MistakeQuota, MistakeStale}
)

// How the mechanisms choose, in logarithms of welfare.
const (
	nearWidth  = 0.12 // within which mistakes near the line fall mostly
	quotaWidth = 0.25
	staleShift = 0.45 // deviation of welfare between the register's year and now
	wellOff    = 0.35 // above which somebody hides what they have
)

func (e Errors) check() []error {
	var wrong []error
	must := func(right bool, format string, args ...any) {
		if !right {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	must(e.Wrong >= 0 && e.Wrong <= 0.6 && e.Missed >= 0 && e.Missed <= 0.6, "errors of the register of %g and %g are not between 0 and 0.6", e.Wrong, e.Missed)
	must(e.Officials >= 0 && e.Officials <= 20, "%d officials in a village are not between 0 and 20", e.Officials)
	for _, part := range []struct {
		name  string
		parts map[string]float64
		known []string
		whole float64
	}{{"inclusion", e.Inclusion, inclusions, e.Wrong}, {"exclusion", e.Exclusion, exclusions, e.Missed}} {
		sum := 0.0
		for mechanism, share := range part.parts {
			must(slices.Contains(part.known, mechanism) && share >= 0, "%s: %q with %g is not one of %v", part.name, mechanism, share, part.known)
			sum += share
		}
		must(part.whole == 0 || math.Abs(sum-1) < 1e-6, "%s: the shares of the mechanisms sum to %g, not 1", part.name, sum)
	}
	r := e.Records
	for _, share := range []float64{e.Fitted, e.Kin, r.Twice, r.HouseholdsTwice, r.Typos, r.Swapped, r.NumberMissing, r.NumberWrong, r.NumberForeign, r.Dead, r.Moved} {
		must(share >= 0 && share <= 1, "a share of %g is not between 0 and 1", share)
	}
	if len(wrong) == 0 {
		return nil
	}
	return []error{errors.Join(wrong...)}
}

// register says who stands on the register: the poor, but for the mistakes that the spec asks for.
func (c *County) register(d dice, households []*Household) {
	poor := 0
	for _, h := range households {
		h.Registered = h.Poor
		if h.Poor {
			poor++
		}
	}
	e := c.spec.Errors
	c.appoint(d, households)
	missed := float64(poor) * e.Missed
	wrong := (float64(poor) - missed) * e.Wrong / (1 - e.Wrong)
	generous := d.chance(0.5) // the village was given too many places, and else too few
	for _, way := range []struct {
		mechanisms []string
		shares     map[string]float64
		count      float64
		poor       bool
	}{{exclusions, e.Exclusion, missed, true}, {inclusions, e.Inclusion, wrong, false}} {
		for _, mechanism := range way.mechanisms {
			count := way.count * way.shares[mechanism]
			if mechanism == MistakeQuota {
				count *= 2
				if generous == way.poor {
					count = 0
				}
			}
			mislead(d, households, mechanism, way.poor, d.whole(count))
		}
	}
	for _, h := range households {
		h.Fitted = h.Mistake != "" && d.chance(e.Fitted)
	}
}

// whole rounds up or down by chance, so that the mean stays.
func (d dice) whole(x float64) int {
	n := int(x)
	if d.chance(x - float64(n)) {
		n++
	}
	return n
}

// mislead lets a mechanism choose among the poor, or the others, who is treated as the other.
func mislead(d dice, households []*Household, mechanism string, poor bool, count int) {
	weights := make([]float64, len(households))
	for i, h := range households {
		if h.Poor == poor && h.Mistake == "" {
			weights[i] = h.prone(mechanism)
		}
	}
	for range count {
		chosen := d.pick(weights...)
		if weights[chosen] == 0 {
			return
		}
		weights[chosen] = 0
		households[chosen].Mistake, households[chosen].Registered = mechanism, !poor
	}
}

// prone is how likely a mechanism meets the household, beside others.
func (h *Household) prone(mechanism string) float64 {
	from := math.Abs(h.Welfare)
	switch mechanism {
	case MistakeNear:
		return math.Exp(-from / nearWidth)
	case MistakeQuota:
		return math.Exp(-from / quotaWidth)
	case MistakeStale:
		return cumulative(-from / staleShift)
	case MistakeHidden:
		if h.Welfare < wellOff {
			return 0
		}
	case MistakeElite:
		if h.KinOf == "" {
			return 0
		}
	case MistakeOmission:
		return h.overlooked()
	}
	return 1
}

// overlooked weighs who is easily forgotten.
func (h *Household) overlooked() float64 {
	weight := 0.2
	if len(h.Members) <= 2 {
		weight++
	}
	if h.Head().Age >= 65 {
		weight++
	}
	if h.Phone == "" {
		weight++
	}
	return weight * (1 + min(3, h.Living.RoadDistance/2))
}

// fit changes what was declared of a mistake so that it looks right: the amounts by which poverty is told are brought
// to the other side of the line.
func (m maker) fit() {
	h := m.h
	if !h.Fitted {
		return
	}
	line := float64(m.spec.Line) * m.heads()
	to := line * m.d.between(0.6, 0.97)
	if h.Poor {
		to = line * m.d.between(1.05, 1.5)
	}
	measured := h.Net
	if m.spec.Measure == MeasureConsumption {
		measured = h.Consumption
	}
	factor := to / float64(measured)
	for i := range h.Entries {
		if e := &h.Entries[i]; m.measures(*e) {
			e.Amount = max(m.spec.Round, m.rounded(float64(e.Amount)*factor))
		}
	}
}

// measures says whether an entry is a part of what poverty is told by.
func (m maker) measures(e Entry) bool {
	if m.spec.Measure == MeasureConsumption {
		return e.Expenditure && e.Class != "production_cost" && e.Class != "transfer_paid"
	}
	return !e.Expenditure || e.Class == "production_cost"
}
