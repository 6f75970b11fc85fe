package world

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"rightkey/poverty/pmt"
	"rightkey/precision"
)

// The poor of a survey's population, and the share of its register that is not poor.
const (
	surveyPoor  = 0.10
	surveyWrong = 0.30
)

// FromSurvey is a world of a survey's households, whose welfare and score are logarithms in one unit. The poorest tenth
// are poor. As many stand on the register, those who declared least, and declarations are so noisy that 30 % of them
// are not poor. Equal seeds give equal declarations.
func FromSurvey(villages []string, welfare, score []float64, seed uint64) (*World, error) {
	n := len(welfare)
	poor := int(surveyPoor * float64(n))
	if poor < 10 {
		return nil, errors.New("a survey of so few households shows nothing")
	}
	sorted := slices.Sorted(slices.Values(welfare))
	line := (sorted[poor-1] + sorted[poor]) / 2
	truth, residual := make([]float64, n), make([]float64, n)
	for i := range truth {
		truth[i], residual[i] = welfare[i]-line, welfare[i]-score[i]
	}
	households, number := make([]precision.Household, n), map[string]int{}
	declared := declare(truth, poor, seed)
	for i, v := range villages {
		if _, known := number[v]; !known {
			number[v] = len(number)
		}
		households[i] = precision.Household{Village: number[v], Persons: 1, Registered: declared[i], Score: score[i] - line}
	}
	effects := pmt.VillageEffects(villages, residual)
	return FromData(households, truth, math.Sqrt(effects.Within), max(0.001, effects.Between)), nil
}

// declare registers the poorest by a declared welfare; its noise is found by halving.
func declare(truth []float64, poor int, seed uint64) []bool {
	dice := rand.New(rand.NewPCG(seed, 0x27d4eb2f165667c5))
	noise := make([]float64, len(truth))
	for i := range noise {
		noise[i] = dice.NormFloat64()
	}
	register := func(deviation float64) (registered []bool, wrong int) {
		declared := make([]float64, len(truth))
		for i := range truth {
			declared[i] = truth[i] + deviation*noise[i]
		}
		cut := slices.Sorted(slices.Values(declared))[poor-1]
		registered = make([]bool, len(truth))
		for i := range declared {
			registered[i] = declared[i] <= cut
			if registered[i] && truth[i] >= 0 {
				wrong++
			}
		}
		return registered, wrong
	}
	low, high := 0.0, 4.0
	for range 30 {
		middle := (low + high) / 2
		if _, wrong := register(middle); float64(wrong) < surveyWrong*float64(poor) {
			low = middle
		} else {
			high = middle
		}
	}
	registered, _ := register(high)
	return registered
}
