package targeting

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Difference is how much two scores differ in an error on the same households, with a bootstrap over whole groups
// (villages), because their households are alike.
type Difference struct {
	Estimate float64 // first minus second
	SE       float64
	Low      float64 // of the central 95 %, as a normal interval
	High     float64
}

// PairedExclusion compares the exclusion errors of several fits of a score (say, of several seeds: their mean counts)
// with that of a rival, all selecting the poorest share of households, the truth being the poorest share by welfare.
// The groups are drawn again with replacement; the errors are those of the drawn households under the whole sample's
// selection.
func PairedExclusion(welfare []float64, scores [][]float64, rival []float64, groups []string, share float64, replicates int, seed uint64) (Difference, error) {
	if len(scores) == 0 || replicates < 2 || len(groups) != len(welfare) {
		return Difference{}, errors.New("a paired comparison needs scores, groups and at least 2 replicates")
	}
	poor, err := Poorest(welfare, nil, share)
	if err != nil {
		return Difference{}, err
	}
	// missed is the poor household's mean chance of exclusion by the scores less that by the rival.
	missed := make([]float64, len(welfare))
	add := func(of []float64, sign float64) error {
		selected, err := Poorest(of, nil, share)
		for i := range missed {
			if err == nil {
				missed[i] += sign * poor[i] * (1 - selected[i])
			}
		}
		return err
	}
	for _, s := range scores {
		if err := add(s, 1/float64(len(scores))); err != nil {
			return Difference{}, err
		}
	}
	if err := add(rival, -1); err != nil {
		return Difference{}, err
	}
	return clustered(missed, poor, groups, replicates, seed), nil
}

// clustered is the ratio of two sums with a bootstrap over groups.
func clustered(above, below []float64, groups []string, replicates int, seed uint64) Difference {
	index := map[string]int{}
	var a, b []float64
	for i, g := range groups {
		k, known := index[g]
		if !known {
			k = len(a)
			index[g] = k
			a, b = append(a, 0), append(b, 0)
		}
		a[k] += above[i]
		b[k] += below[i]
	}
	random := rand.New(rand.NewPCG(seed, 0x706169726564))
	mean, squares, n := 0.0, 0.0, 0.0
	for range replicates {
		top, bottom := 0.0, 0.0
		for range a {
			k := random.IntN(len(a))
			top += a[k]
			bottom += b[k]
		}
		if bottom == 0 {
			continue // a draw without any poor household says nothing
		}
		n++
		ratio := top / bottom
		mean += ratio
		squares += ratio * ratio
	}
	d := Difference{Estimate: sum(a) / sum(b)}
	d.SE = math.Sqrt(max(0, (squares-mean*mean/n)/(n-1)))
	d.Low, d.High = d.Estimate-1.96*d.SE, d.Estimate+1.96*d.SE
	return d
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}
