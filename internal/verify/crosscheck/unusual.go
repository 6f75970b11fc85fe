package crosscheck

import (
	"math"
	"slices"
)

// tally is how often something was counted in a group (a village, an interviewer's interviews) and how often it was to be
// expected there.
type tally struct {
	of, seen           int
	expected, variance float64 // of seen, by chance alone
}

// fewestGroups is among how many groups one is compared: of fewer nobody can say what is usual.
const fewestGroups = 5

// spread turns the share of the middle half of differences into a standard deviation.
const spread = 1.4826

// interval is how often something is usually counted in each group: what is expected, and on both sides so many standard
// deviations. Groups differ by more than chance, by how much the groups themselves tell: the median of their
// differences, so that a few unusual groups do not make themselves usual.
func interval(groups []tally, beyond float64) (low, high []float64) {
	differences := make([]float64, len(groups))
	for i, g := range groups {
		differences[i] = math.Abs(float64(g.seen)-g.expected) / g.deviation()
	}
	scale := max(1, spread*median(differences))
	low, high = make([]float64, len(groups)), make([]float64, len(groups))
	for i, g := range groups {
		away := beyond * scale * g.deviation()
		low[i], high[i] = max(0, g.expected-away), min(float64(g.of), g.expected+away)
	}
	return low, high
}

// deviation is the standard deviation by chance; a count is never surer than half a case.
func (g tally) deviation() float64 { return math.Sqrt(max(g.variance, 0.25)) }

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// usual fills in what is expected of each group by the share that the median of the groups has. How far chance may lead
// from it is judged as if one more case had been counted, so that two cases are not unusual where others have none.
func usual(groups []tally) {
	shares := make([]float64, len(groups))
	for i, g := range groups {
		shares[i] = float64(g.seen) / float64(g.of)
	}
	share := median(shares)
	for i := range groups {
		n := float64(groups[i].of)
		near := (n*share + 1) / (n + 2)
		groups[i].expected, groups[i].variance = n*share, n*near*(1-near)
	}
}
