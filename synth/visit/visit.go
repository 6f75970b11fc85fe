// Package visit models what teams find who visit households of a synthetic population to see whether they are poor. A
// visit is evidence and not truth: some households are not at home, some refuse, and what a team finds is welfare with
// an error, a part of which is the enumerator's own.
//
// Reliability is that of test theory: the share of the variance of what is found that is true. Careful and Hurried are
// the two by which the planning of visits is measured; they are assumptions.
package visit

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Model says how visits go wrong.
type Model struct {
	Seed        uint64
	Reliability float64 // share of the variance of findings that is true, above 0 to 1
	Deviation   float64 // of the true welfare among those visited, in its logarithm
	Refusal     float64 // share of visits at which nobody answers questions
	Absence     float64 // share of visits at which nobody is at home
	Enumerator  float64 // share of the variance of errors that is the enumerator's, 0 to 1
}

// The reliabilities of careful and of hurried visits, and what usually keeps a visit from its end.
const (
	Careful = 0.96
	Hurried = 0.89

	Refusal = 0.03
	Absence = 0.10
)

// Outcome is how a visit ended.
type Outcome uint8

// The outcomes.
const (
	Done Outcome = iota
	Refused
	Absent
)

// Finding is what a visit found.
type Finding struct {
	Outcome Outcome
	Welfare float64 // logarithm of welfare as a multiple of the line; only of a visit that was Done
	Poor    bool    // Welfare is below 0
}

// Check says what is wrong with the model.
func (m Model) Check() error {
	share := func(x float64) bool { return x >= 0 && x <= 1 }
	if !(m.Reliability > 0 && m.Reliability <= 1) || !(m.Deviation > 0) || !share(m.Refusal+m.Absence) || !share(m.Refusal) || !share(m.Absence) || !share(m.Enumerator) {
		return errors.New("a visit needs a reliability above 0, a deviation above 0 and shares between 0 and 1")
	}
	return nil
}

// Visit is the number'th visit, from 0, to a household whose true welfare is given, by an enumerator. Equal models
// find the same at the same visit, in whatever order visits are made.
func (m Model) Visit(household string, number int, enumerator string, welfare float64) Finding {
	d := rand.New(rand.NewPCG(m.Seed, mix(household)+uint64(number)*0x9E3779B97F4A7C15))
	switch at := d.Float64(); {
	case at < m.Absence:
		return Finding{Outcome: Absent}
	case at < m.Absence+m.Refusal:
		return Finding{Outcome: Refused}
	}
	found := welfare + m.noise()*(math.Sqrt(m.Enumerator)*m.Leaning(enumerator)+math.Sqrt(1-m.Enumerator)*d.NormFloat64())
	return Finding{Welfare: found, Poor: found < 0}
}

// Leaning is by how much an enumerator finds too much, in deviations; it is the same at all visits.
func (m Model) Leaning(enumerator string) float64 {
	return rand.New(rand.NewPCG(m.Seed^0x5bd1e995, mix(enumerator))).NormFloat64()
}

// noise is the deviation of the errors.
func (m Model) noise() float64 {
	return m.Deviation * math.Sqrt((1-m.Reliability)/m.Reliability)
}

// mix hashes a text (FNV-1a).
func mix(text string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(text) {
		hash = (hash ^ uint64(text[i])) * 1099511628211
	}
	return hash
}
