package smallarea_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"rightkey/poverty/smallarea"
)

func areas(n int, effectSD float64) []smallarea.Area {
	random := rand.New(rand.NewPCG(3, 4))
	list := make([]smallarea.Area, n)
	for d := range list {
		x := random.Float64()
		list[d] = smallarea.Area{Name: fmt.Sprint(d), Covariates: []float64{1, x}, Variance: 0.01 + 0.01*random.Float64()}
		list[d].Direct = 1 + 2*x + effectSD*random.NormFloat64() + math.Sqrt(list[d].Variance)*random.NormFloat64()
	}
	return list
}

func TestTheModelFindsTheVarianceAndCoefficientsItWasMadeWith(t *testing.T) {
	for _, method := range []smallarea.Method{smallarea.REML, smallarea.ML, smallarea.Moment} {
		fit, err := smallarea.Fit(areas(2000, 0.2), method)
		if err != nil {
			t.Fatal(method, err)
		}
		if math.Abs(fit.EffectVar-0.04) > 0.004 || math.Abs(fit.Beta[0]-1) > 0.05 || math.Abs(fit.Beta[1]-2) > 0.05 {
			t.Errorf("%s: variance %v, coefficients %v", method, fit.EffectVar, fit.Beta)
		}
	}
}

func TestAreasWithoutEffectsGetTheSyntheticEstimate(t *testing.T) {
	list := areas(30, 0)
	for d := range list {
		list[d].Direct = 1 + 2*list[d].Covariates[1]
	}
	fit, err := smallarea.Fit(list, smallarea.REML)
	if err != nil {
		t.Fatal(err)
	}
	for d, area := range fit.Areas {
		if fit.EffectVar != 0 || math.Abs(area.EBLUP-list[d].Direct) > 1e-9 {
			t.Fatalf("variance %v, estimate %v of %v", fit.EffectVar, area.EBLUP, list[d].Direct)
		}
	}
	away, err := fit.Synthetic([]float64{1, 0.5})
	if err != nil || math.Abs(away-2) > 1e-9 {
		t.Errorf("an area without a survey gets %v (%v), want 2", away, err)
	}
}

func TestBadAreasAreRefused(t *testing.T) {
	good := areas(5, 0.1)
	for name, change := range map[string]func([]smallarea.Area){
		"variance":   func(a []smallarea.Area) { a[2].Variance = 0 },
		"covariates": func(a []smallarea.Area) { a[2].Covariates = []float64{1} },
		"unknown":    func(a []smallarea.Area) { a[2].Covariates = []float64{1, math.NaN()} },
		"collinear": func(a []smallarea.Area) {
			for d := range a {
				a[d].Covariates = []float64{1, 1}
			}
		},
	} {
		list := append([]smallarea.Area(nil), good...)
		change(list)
		if _, err := smallarea.Fit(list, smallarea.REML); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// world is a census of areas in which the truth is known, and a survey of it.
func world() (census, survey smallarea.Households, welfare []float64, truth map[string]float64) {
	random := rand.New(rand.NewPCG(1, 2))
	truth = map[string]float64{}
	for a := range 40 {
		name := fmt.Sprint(a)
		effect := 0.3 * random.NormFloat64()
		for i := range 400 {
			score := 0.5 * random.NormFloat64()
			y := score + effect + 0.4*random.NormFloat64()
			census.Score, census.Area = append(census.Score, score), append(census.Area, name)
			if y <= math.Log(0.8) {
				truth[name] += 1.0 / 400
			}
			if i < 25 {
				survey.Score, survey.Area = append(survey.Score, score), append(survey.Area, name)
				welfare = append(welfare, y)
			}
		}
	}
	return census, survey, welfare, truth
}

func TestConditioningOnTheSampleBringsTheMapNearerToTheTruth(t *testing.T) {
	census, survey, welfare, truth := world()
	errors, err := smallarea.FitErrors(survey, welfare)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(errors.AreaVariance-0.09) > 0.04 || math.Abs(errors.HouseholdVariance-0.16) > 0.02 {
		t.Errorf("variances %v and %v, want about .09 and .16", errors.AreaVariance, errors.HouseholdVariance)
	}
	miss := map[bool]float64{}
	for _, conditional := range []bool{false, true} {
		areas, err := smallarea.Simulate(census, errors, smallarea.Simulation{Line: 0.8, Draws: 60, Seed: 5, Conditional: conditional})
		if err != nil {
			t.Fatal(err)
		}
		for _, area := range areas {
			miss[conditional] += math.Abs(area.FGT[0]-truth[area.Area]) / 40
		}
	}
	if miss[true] > 0.5*miss[false] {
		t.Errorf("mean error %v with the sample, %v without", miss[true], miss[false])
	}
	again, _ := smallarea.Simulate(census, errors, smallarea.Simulation{Line: 0.8, Draws: 60, Seed: 5})
	first, _ := smallarea.Simulate(census, errors, smallarea.Simulation{Line: 0.8, Draws: 60, Seed: 5})
	for k := range again {
		if again[k] != first[k] {
			t.Fatal("the same seed gave another map")
		}
	}
}

func ExampleFit() {
	list := []smallarea.Area{
		{Name: "hills", Direct: 0.42, Variance: 0.0025, Covariates: []float64{1, 0.8}},
		{Name: "plain", Direct: 0.18, Variance: 0.0016, Covariates: []float64{1, 0.2}},
		{Name: "coast", Direct: 0.30, Variance: 0.0036, Covariates: []float64{1, 0.3}},
		{Name: "city", Direct: 0.12, Variance: 0.0009, Covariates: []float64{1, 0.1}},
	}
	fit, err := smallarea.Fit(list, smallarea.REML)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fit.Areas[0].Name, len(fit.Beta))
	// Output: hills 2
}
