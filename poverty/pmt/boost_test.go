package pmt_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/pmt"
)

func TestBoostingIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	m, target := households(3000, 20)
	m.Columns[3][7] = math.NaN()
	var first *pmt.Boosted
	for _, workers := range []int{1, 2, 7} {
		model, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Seed: 3, Rounds: 30, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = model
			continue
		}
		for k := range model.Trees {
			if !slices.Equal(model.Trees[k].Nodes, first.Trees[k].Nodes) {
				t.Fatalf("%d workers: tree %d differs", workers, k+1)
			}
		}
	}
}

func TestBoostingFindsAnInteractionAndAnUnknownThatMatters(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	const n = 4000
	a, b, target := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range target {
		a[i], b[i] = random.NormFloat64(), float64(random.IntN(2))
		if b[i] == 1 {
			target[i] = math.Max(a[i], 0)
		}
		if random.Float64() < 0.2 {
			a[i], target[i] = math.NaN(), 3
		}
	}
	m := pmt.Matrix{Names: []string{"a", "b"}, Columns: [][]float64{a, b}}
	model, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Rounds: 200, ColumnShare: 1, Shrinkage: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := model.Predict(m)
	if err != nil {
		t.Fatal(err)
	}
	for i := range scores {
		if math.Abs(scores[i]-target[i]) > 0.6 {
			t.Fatalf("household %d with a=%v, b=%v scores %v, truth %v", i, a[i], b[i], scores[i], target[i])
		}
	}
}

func TestAMonotoneFeatureNeverTurnsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		sign := rapid.SampledFrom([]int{-1, 1}).Draw(t, "sign")
		const n = 400
		a, b, target := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range target {
			a[i], b[i] = random.NormFloat64(), random.NormFloat64()
			target[i] = math.Sin(3*a[i]) + b[i]*a[i] + random.NormFloat64()
		}
		m := pmt.Matrix{Names: []string{"a", "b"}, Columns: [][]float64{a, b}}
		model, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Rounds: 40, ColumnShare: 1, Shrinkage: 0.2, Monotone: map[string]int{"a": sign}})
		if err != nil {
			t.Fatal(err)
		}
		for _, fixed := range []float64{-1, 0, 1} {
			line := pmt.Matrix{Names: m.Names, Columns: [][]float64{make([]float64, 50), make([]float64, 50)}}
			for k := range 50 {
				line.Columns[0][k], line.Columns[1][k] = -2.5+0.1*float64(k), fixed
			}
			scores, err := model.Predict(line)
			if err != nil {
				t.Fatal(err)
			}
			for k := 1; k < 50; k++ {
				if float64(sign)*(scores[k]-scores[k-1]) < -1e-9 {
					t.Fatalf("sign %d: score moves from %v to %v as the feature rises", sign, scores[k-1], scores[k])
				}
			}
		}
	})
}

func TestScoringInBlocksIsTheSumOfTheTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(60, 300).Draw(t, "n")
		m, target := households(n, 6)
		for range rapid.IntRange(0, 10).Draw(t, "gaps") {
			m.Columns[rapid.IntRange(0, 5).Draw(t, "feature")][rapid.IntRange(0, n-1).Draw(t, "row")] = math.NaN()
		}
		model, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Rounds: 12, Shrinkage: 0.3})
		if err != nil {
			t.Fatal(err)
		}
		scores, err := model.Predict(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := model.Stages(m, func(trees int, sums []float64) {
			if trees < 12 {
				return
			}
			for i := range sums {
				if math.Abs(sums[i]-scores[i]) > 1e-12 {
					t.Fatalf("household %d: %v in blocks, %v tree by tree", i, scores[i], sums[i])
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestBoostingRefusesWhatItCannotUse(t *testing.T) {
	m, target := households(50, 3)
	unknown := append([]float64(nil), target...)
	unknown[4] = math.NaN()
	for want, run := range map[string]func() error{
		"row 5: target NaN is not a number": func() error { _, err := pmt.Boost(m, unknown, nil, pmt.BoostOptions{}); return err },
		`feature "f0" has 50 rows, the target 10`: func() error {
			_, err := pmt.Boost(m, target[:10], nil, pmt.BoostOptions{})
			return err
		},
		"boosting of 700 rounds and depth 20: rounds must be at least 1, depth 1 to 10": func() error {
			_, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Depth: 20})
			return err
		},
	} {
		if err := run(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
