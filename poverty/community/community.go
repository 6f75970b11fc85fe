// Package community turns the rankings that villagers make of each other into one order per village, and joins it
// with a proxy means test. Neighbours know things that no form asks; a meeting also knows whose cousin is whose.
//
// Rankings come from a meeting that ranks all households, or from several households that each rank those they know
// (Alatas et al. 2012; Alatas et al. 2016). They are aggregated by mean rank (Borda), by the Plackett-Luce model of
// choice in stages (Luce 1959; Plackett 1975; Hunter 2004), or as noisy signals of one latent welfare together with
// the score (Follett and Henderson), where rankers can differ in reliability and a tilt towards the connected can be
// estimated and taken out.
package community

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Ranking is one ranker's order of households, from the poorest to the richest. Rankers need not know everybody.
type Ranking struct {
	Ranker string
	Order  []string
}

// Borda is each household's mean percentile over the rankings it appears in: 0 poorest, 1 richest. A ranking of one
// household says nothing and is left out.
func Borda(rankings []Ranking) (map[string]float64, error) {
	sum, n := map[string]float64{}, map[string]float64{}
	for _, r := range rankings {
		if err := r.check(); err != nil {
			return nil, err
		}
		if len(r.Order) < 2 {
			continue
		}
		for place, household := range r.Order {
			sum[household] += float64(place) / float64(len(r.Order)-1)
			n[household]++
		}
	}
	for household := range sum {
		sum[household] /= n[household]
	}
	return sum, nil
}

func (r Ranking) check() error {
	seen := map[string]bool{}
	for _, household := range r.Order {
		if seen[household] {
			return fmt.Errorf("ranker %q names household %q twice", r.Ranker, household)
		}
		seen[household] = true
	}
	return nil
}

// PlackettLuce fits the model in which each ranker picks the poorest of those left in turn, with odds in proportion
// to exp(-welfare). It returns the log welfare of each household, mean 0, by Hunter's minorise-maximise steps. Every
// household also meets an average one once on each side, which keeps estimates finite when somebody is always first
// or last, and comparable when groups of rankings do not overlap.
func PlackettLuce(rankings []Ranking) (map[string]float64, error) {
	number := map[string]int{}
	var names []string
	var orders [][]int
	for _, r := range rankings {
		if err := r.check(); err != nil {
			return nil, err
		}
		order := make([]int, len(r.Order))
		for k, household := range r.Order {
			if _, known := number[household]; !known {
				number[household] = len(names)
				names = append(names, household)
			}
			order[k] = number[household]
		}
		orders = append(orders, order)
	}
	if len(names) == 0 {
		return nil, errors.New("no household was ranked")
	}
	poverty := fitPicks(orders, len(names))
	welfare := map[string]float64{}
	for k, name := range names {
		welfare[name] = -math.Log(poverty[k])
	}
	return welfare, nil
}

// fitPicks finds the odds of being picked as the poorest, geometric mean 1.
func fitPicks(orders [][]int, n int) []float64 {
	odds := make([]float64, n)
	wins := make([]float64, n)
	for k := range odds {
		odds[k], wins[k] = 1, 1 // one win over the average household
	}
	for _, order := range orders {
		for _, k := range order[:max(0, len(order)-1)] {
			wins[k]++
		}
	}
	for range 500 {
		exposure := make([]float64, n)
		for k := range exposure {
			exposure[k] = 2 / (odds[k] + 1) // the two meetings with an average household
		}
		for _, order := range orders {
			left := 0.0
			for _, k := range order {
				left += odds[k]
			}
			met := 0.0
			for stage, k := range order {
				if stage < len(order)-1 {
					met += 1 / left
				}
				exposure[k] += met
				left -= odds[k]
			}
		}
		change, logs := 0.0, 0.0
		for k := range odds {
			next := wins[k] / exposure[k]
			change = max(change, math.Abs(math.Log(next/odds[k])))
			odds[k] = next
			logs += math.Log(next) / float64(n)
		}
		for k := range odds {
			odds[k] /= math.Exp(logs)
		}
		if change < 1e-10 {
			break
		}
	}
	return odds
}

// Agreement is each ranker's mean rank correlation with the mean order of the others: rankers who agree with nobody
// know little, or want something.
func Agreement(rankings []Ranking) (map[string]float64, error) {
	agreement := map[string]float64{}
	for k, r := range rankings {
		others, err := Borda(append(slices.Clone(rankings[:k]), rankings[k+1:]...))
		if err != nil {
			return nil, err
		}
		var own, theirs []float64
		for place, household := range r.Order {
			if mean, known := others[household]; known {
				own = append(own, float64(place))
				theirs = append(theirs, mean)
			}
		}
		agreement[r.Ranker] = correlation(own, theirs)
	}
	return agreement, nil
}

func correlation(a, b []float64) float64 {
	n := float64(len(a))
	sa, sb, ab, aa, bb := 0.0, 0.0, 0.0, 0.0, 0.0
	for i := range a {
		sa += a[i]
		sb += b[i]
	}
	for i := range a {
		ab += (a[i] - sa/n) * (b[i] - sb/n)
		aa += (a[i] - sa/n) * (a[i] - sa/n)
		bb += (b[i] - sb/n) * (b[i] - sb/n)
	}
	if aa == 0 || bb == 0 {
		return math.NaN()
	}
	return ab / math.Sqrt(aa*bb)
}
