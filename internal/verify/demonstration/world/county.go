package world

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"sync"

	"rightkey/poverty/pmt"
	"rightkey/synth"
	"rightkey/synth/visit"
)

// surveyed is the number of households of the survey from which the score is learnt.
const surveyed = 3000

// elsewhere is added to the seed of a county to make the one that was surveyed.
const elsewhere = 7_000_003

// Score is a proxy means test learnt from a survey of another county, with findings as reliable as careful visits.
type Score struct {
	Spread, Between float64 // as those of World
	model           *pmt.Model
}

// vehicles is the name of the list that tells of cars.
const vehicles = "vehicles"

// Survey visits some villages of a county that is made by the same spec under another seed, and learns a score.
func Survey(spec synth.Spec) (*Score, error) {
	spec.Seed += elsewhere
	county, err := synth.New(spec)
	if err != nil {
		return nil, err
	}
	villages := make([][]*synth.Household, 0)
	total := 0
	for v := 0; total < surveyed && v < county.Villages(); v++ {
		households := county.Make(v)
		villages = append(villages, households)
		total += len(households)
	}
	all := slices.Concat(villages...)
	model := visit.Model{Seed: spec.Seed, Reliability: visit.Careful, Deviation: 0.6}
	found, places := make([]float64, len(all)), make([]string, len(all))
	for i, h := range all {
		found[i], places[i] = model.Visit(h.Key, 0, fmt.Sprint("s", i%Enumerators), h.Welfare).Welfare, h.Village.Code
	}
	x := features(all)
	fitted, err := pmt.Fit(&pmt.Data{Trees: x, Linear: x}, found, nil, pmt.Options{Kind: pmt.KindRidge, Folds: pmt.GroupFolds(places, len(all), 4, spec.Seed), Seed: spec.Seed})
	if err != nil {
		return nil, fmt.Errorf("learn a score from the survey: %w", err)
	}
	residual := make([]float64, len(all))
	for i, score := range fitted.OutOfFold {
		residual[i] = found[i] - score
	}
	effects := pmt.VillageEffects(places, residual)
	noise := model.Deviation * model.Deviation * (1 - visit.Careful) / visit.Careful
	return &Score{Spread: math.Sqrt(max(0.01, effects.Within-noise)), Between: max(0.001, effects.Between), model: fitted}, nil
}

// FromCounty makes a synthetic county and its register.
func FromCounty(spec synth.Spec, score *Score) (*World, error) {
	county, err := synth.New(spec)
	if err != nil {
		return nil, err
	}
	villages := make([][]*synth.Household, county.Villages())
	hits := make([][]synth.ListRow, county.Villages())
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for v := range next {
				villages[v] = county.Make(v)
				hits[v] = county.Lists(v, villages[v])
			}
		})
	}
	for v := range villages {
		next <- v
	}
	close(next)
	group.Wait()
	all := slices.Concat(villages...)
	x := features(all)
	scores, err := score.model.Score(&pmt.Data{Trees: x, Linear: x})
	if err != nil {
		return nil, err
	}
	w := &World{Spread: score.Spread, Between: score.Between, Signals: append(slices.Clone(ownSignals), listNames(spec.Lists)...)}
	if bit := slices.Index(w.Signals, vehicles); bit >= 0 {
		w.cars = 1 << bit
	}
	i := 0
	for v, households := range villages {
		signals := listed(hits[v], spec.Lists)
		for _, h := range households {
			w.add(seen(h, v, scores[i], signals), h)
			i++
		}
	}
	return w, nil
}

// features are what a visitor or a form can tell of how households live, without what they declare of their income:
// those who stand on the wrong side declared what fits.
func features(all []*synth.Household) pmt.Matrix {
	b := &builder{rows: len(all), columns: map[string][]float64{}}
	for i, h := range all {
		b.household(i, h)
		for k := range h.Members {
			b.member(i, &h.Members[k])
		}
	}
	m := pmt.Matrix{}
	for _, name := range slices.Sorted(b.names()) {
		m.Names, m.Columns = append(m.Names, name), append(m.Columns, b.columns[name])
	}
	return m
}

// declaring is the share of the kin of officials who declared it, or who were found by matching.
const declaring = 0.7

func hash(text string) float64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return float64(h.Sum64()%1_000_003) / 1_000_003
}

func logOf(x float64) float64 { return math.Log1p(max(0, x)) }
