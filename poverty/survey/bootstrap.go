package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Replication is the record of a bootstrap: what was asked for, and what came out.
type Replication struct {
	Replicates int
	Seed       uint64
	Estimates  []float64 // one per replicate
	SE         float64   // standard deviation of the estimates around their mean
}

// Bootstrap runs the rescaling bootstrap of Rao, Wu and Yue: in each replicate n-1 PSUs are drawn with replacement
// from the n of each stratum and the weights rescaled by n/(n-1) times the number of draws. Estimate must be a pure
// function of the weights. The result depends on the seed and not on the number of processors.
func (d *Design) Bootstrap(replicates int, seed uint64, estimate func(weights []float64) (float64, error)) (Replication, error) {
	if replicates < 2 {
		return Replication{}, fmt.Errorf("%d bootstrap replicates: at least 2 are needed", replicates)
	}
	for h, n := range d.size {
		if n < 2 {
			return Replication{}, fmt.Errorf("stratum %d has a single primary sampling unit: merge it before a bootstrap", h+1)
		}
	}
	result := Replication{Replicates: replicates, Seed: seed, Estimates: make([]float64, replicates)}
	errs := make([]error, replicates)
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for r := range next {
				result.Estimates[r], errs[r] = estimate(d.replicate(r, seed))
			}
		})
	}
	for r := range replicates {
		next <- r
	}
	close(next)
	wait.Wait()
	for r, err := range errs {
		if err != nil {
			return Replication{}, fmt.Errorf("bootstrap replicate %d: %w", r+1, err)
		}
	}
	result.SE = deviation(result.Estimates)
	return result, nil
}

// replicate is the weights of replicate r.
func (d *Design) replicate(r int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, uint64(r)))
	first := make([]int, d.Strata()+1)
	for h, n := range d.size {
		first[h+1] = first[h] + n
	}
	members := make([]int, d.Units())
	next := append([]int(nil), first...)
	for c, h := range d.stratum {
		members[next[h]] = c
		next[h]++
	}
	factor := make([]float64, d.Units())
	for h, n := range d.size {
		for range n - 1 {
			factor[members[first[h]+random.IntN(n)]] += float64(n) / float64(n-1)
		}
	}
	weights := make([]float64, d.Rows())
	for i := range weights {
		weights[i] = d.weight(i) * factor[d.psuOf[i]]
	}
	return weights
}

func deviation(x []float64) float64 {
	mean := sum(x) / float64(len(x))
	squares := 0.0
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt(squares / float64(len(x)-1))
}
