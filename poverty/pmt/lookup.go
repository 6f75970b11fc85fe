package pmt

import (
	"fmt"
	"math"
	"slices"
)

// Lookup is the table of a published scorecard: for each total the likelihood of being poor under one line. Such
// tables are imported as they are; their questions stay with their owners.
type Lookup struct {
	Line       string    `json:"line"`
	Scores     []float64 `json:"scores"` // rising
	Likelihood []float64 `json:"likelihood"`
}

// NewLookup checks and orders a table of totals with likelihoods between 0 and 1.
func NewLookup(line string, scores, likelihood []float64) (*Lookup, error) {
	if len(scores) == 0 || len(scores) != len(likelihood) {
		return nil, fmt.Errorf("look-up table %q has %d scores and %d likelihoods", line, len(scores), len(likelihood))
	}
	order := byScore(scores)
	l := &Lookup{Line: line, Scores: take(scores, order), Likelihood: take(likelihood, order)}
	for k, p := range l.Likelihood {
		if !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("look-up table %q: likelihood %v of score %v does not lie between 0 and 1", line, p, l.Scores[k])
		}
		if k > 0 && l.Scores[k] == l.Scores[k-1] {
			return nil, fmt.Errorf("look-up table %q names score %v twice", line, l.Scores[k])
		}
	}
	return l, nil
}

// At is the likelihood of a total; a total outside the table is an error, not a guess.
func (l *Lookup) At(total float64) (float64, error) {
	k, found := slices.BinarySearch(l.Scores, total)
	if !found {
		return math.NaN(), fmt.Errorf("look-up table %q has no score %v", l.Line, total)
	}
	return l.Likelihood[k], nil
}

// Rate is the poverty rate of a group: the weighted mean of its members' likelihoods.
func (l *Lookup) Rate(totals, weight []float64) (float64, error) {
	likelihoods := make([]float64, len(totals))
	for i, total := range totals {
		var err error
		if likelihoods[i], err = l.At(total); err != nil {
			return 0, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return weightedMean(likelihoods, weight), nil
}
