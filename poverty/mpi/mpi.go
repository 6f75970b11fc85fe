// Package mpi measures multidimensional poverty by the counting method of Alkire and Foster (2011): a person is
// deprived or not in each indicator, the weighted share of deprivations is the score, and who scores at least the
// cut-off is poor. H is the share of poor people, A their mean score (intensity), M0 = H x A the adjusted headcount,
// which global and national multidimensional poverty indices report.
//
// What a missing deprivation means is never silent: see [Missing].
package mpi

import (
	"errors"
	"fmt"
	"math"

	"rightkey/poverty"
)

// slack keeps a score that should equal the cut-off from falling below it by rounding: sixths and eighteenths are not
// exact in binary.
const slack = 1e-9

// Missing says what is done with an observation that has an unknown deprivation.
type Missing string

const (
	// Drop leaves the observation out of the domain (it stays in the survey design). The default.
	Drop Missing = "drop"
	// Reweight shares the weight of unknown indicators among the observation's known ones in proportion.
	Reweight Missing = "reweight"
	// NotDeprived counts an unknown deprivation as none, as some national indices do.
	NotDeprived Missing = "not_deprived"
)

// Indicator is one indicator: its weight, and for each observation 1 deprived, 0 not, NaN unknown. Only the weights'
// proportions matter.
type Indicator struct {
	Name     string
	Weight   float64
	Deprived []float64
}

// Data are the deprivations of a population or a survey of it. A nil Weight means 1 each; weight 0 is outside the
// domain.
type Data struct {
	Indicators []Indicator
	Weight     []float64
	Missing    Missing
}

// Result is the measure at one cut-off, each part with the influences that give its standard error.
type Result struct {
	Cutoff     float64
	H, A, M0   poverty.Estimate // A is 0 without influence when nobody is poor
	Indicators []IndicatorResult
	Rows       int // observations used
	Dropped    int // observations of positive weight left out for an unknown deprivation
}

// IndicatorResult is what one indicator adds.
type IndicatorResult struct {
	Name         string
	Weight       float64          // share of the total weight
	Raw          poverty.Estimate // share of people known to be deprived
	Censored     poverty.Estimate // share of people known to be deprived, and poor
	Absolute     poverty.Estimate // part of M0
	Contribution poverty.Estimate // share of M0; 0 without influence when nobody is poor
}

// Measure computes the measure at a cut-off between 0 (deprived in anything: union) and 1 (in everything).
func Measure(d Data, cutoff float64) (*Result, error) {
	shares, err := d.check()
	if err != nil {
		return nil, err
	}
	if !(cutoff > 0 && cutoff <= 1) {
		return nil, fmt.Errorf("poverty cut-off %v does not lie between 0 and 1", cutoff)
	}
	m := d.count(shares)
	if m.rows == 0 {
		return nil, poverty.ErrEmpty
	}
	poor := func(i int) float64 {
		if m.score[i] >= cutoff-slack {
			return 1
		}
		return 0
	}
	r := &Result{Cutoff: cutoff, Rows: m.rows, Dropped: m.dropped}
	r.H = m.domain.MeanOf(poor)
	r.M0 = m.domain.MeanOf(func(i int) float64 { return m.score[i] * poor(i) })
	nothing := poverty.Estimate{Influence: make([]float64, len(m.score))}
	r.A = nothing
	if r.H.Value > 0 {
		r.A = poverty.Ratio(r.M0, r.H)
	}
	for j, indicator := range d.Indicators {
		part := IndicatorResult{Name: indicator.Name, Weight: shares[j], Contribution: nothing}
		part.Raw = m.domain.MeanOf(func(i int) float64 { return m.deprived(j, i) })
		part.Censored = m.domain.MeanOf(func(i int) float64 { return m.deprived(j, i) * poor(i) })
		part.Absolute = m.domain.MeanOf(func(i int) float64 { return m.part(j, i) * poor(i) })
		if r.M0.Value > 0 {
			part.Contribution = poverty.Ratio(part.Absolute, r.M0)
		}
		r.Indicators = append(r.Indicators, part)
	}
	return r, nil
}

// check returns the indicators' weights as shares of 1.
func (d Data) check() ([]float64, error) {
	if len(d.Indicators) == 0 {
		return nil, errors.New("multidimensional measure without indicators")
	}
	if d.Missing != "" && d.Missing != Drop && d.Missing != Reweight && d.Missing != NotDeprived {
		return nil, fmt.Errorf("rule for missing values %q is not known (known are drop, reweight, not_deprived)", d.Missing)
	}
	n, total := len(d.Indicators[0].Deprived), 0.0
	for _, indicator := range d.Indicators {
		if len(indicator.Deprived) != n || d.Weight != nil && len(d.Weight) != n {
			return nil, fmt.Errorf("indicator %q has %d entries, others %d, weights %d", indicator.Name, len(indicator.Deprived), n, len(d.Weight))
		}
		if !(indicator.Weight > 0) {
			return nil, fmt.Errorf("indicator %q: weight %v is not above 0", indicator.Name, indicator.Weight)
		}
		for i, v := range indicator.Deprived {
			if v != 0 && v != 1 && !math.IsNaN(v) {
				return nil, fmt.Errorf("row %d, indicator %q: %v is neither 0 nor 1", i+1, indicator.Name, v)
			}
		}
		total += indicator.Weight
	}
	for i, w := range d.Weight {
		if !(w >= 0) {
			return nil, fmt.Errorf("row %d: weight %v is not a number of at least 0", i+1, w)
		}
	}
	shares := make([]float64, len(d.Indicators))
	for j, indicator := range d.Indicators {
		shares[j] = indicator.Weight / total
	}
	return shares, nil
}

// counted is the deprivation count of every observation.
type counted struct {
	data    Data
	shares  []float64
	known   []float64 // total share of the known indicators, 1 except under Reweight
	score   []float64
	domain  poverty.Sample
	rows    int
	dropped int
}

func (d Data) count(shares []float64) *counted {
	n := len(d.Indicators[0].Deprived)
	m := &counted{data: d, shares: shares, known: make([]float64, n), score: make([]float64, n)}
	m.domain = poverty.Sample{Welfare: m.score, Weight: make([]float64, n)}
	for i := range n {
		weight, known := 1.0, 0.0
		if d.Weight != nil {
			weight = d.Weight[i]
		}
		for j, indicator := range d.Indicators {
			if !math.IsNaN(indicator.Deprived[i]) {
				known += shares[j]
			}
		}
		m.known[i] = 1
		complete := known > 1-slack
		if d.Missing == Reweight && known > 0 {
			m.known[i], complete = known, true
		}
		if d.Missing == NotDeprived {
			complete = true
		}
		for j := range shares {
			m.score[i] += m.part(j, i)
		}
		switch {
		case weight == 0:
		case complete:
			m.domain.Weight[i] = weight
			m.rows++
		default:
			m.dropped++
		}
	}
	return m
}

// deprived is 1 where observation i is known to be deprived in indicator j.
func (m *counted) deprived(j, i int) float64 {
	if m.data.Indicators[j].Deprived[i] == 1 {
		return 1
	}
	return 0
}

// part is what indicator j adds to the score of observation i.
func (m *counted) part(j, i int) float64 {
	return m.deprived(j, i) * m.shares[j] / m.known[i]
}
