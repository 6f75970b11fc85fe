package world

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"rightkey/precision"
	"rightkey/synth/visit"
)

// World is a population with its register.
type World struct {
	Households []precision.Household // as they are known before any visit
	Signals    []string              // what the bits of their signals mean
	Spread     float64               // deviation of welfare about the score within villages, in the survey that taught it
	Between    float64               // variance of the effects of villages there

	cars    uint64    // the bit of the list of vehicles, 0 without one
	welfare []float64 // logarithm of the true welfare as a multiple of the line
	keys    []string
	visits  visit.Model
	count   []int // visits made, by household
}

// FromData is a world of households that are given with their true welfare, as logarithms of multiples of the line:
// a survey's. Spread and between are those of the score.
func FromData(households []precision.Household, welfare []float64, spread, between float64) *World {
	w := &World{Households: households, Spread: spread, Between: between, welfare: welfare, keys: make([]string, len(households))}
	for i := range w.keys {
		w.keys[i] = strconv.Itoa(i)
	}
	return w
}

// Enumerators is the number of those who visit; each has leanings of their own.
const Enumerators = 40

// Visits says how visits go wrong. The zero value is visits without error, refusal or absence.
type Visits struct {
	Reliability float64 // 0 is 1
	Refusal     float64
	Absence     float64
	Enumerator  float64 // share of the variance of errors that is the enumerator's
}

// Field sends enumerators who err as given. It starts the count of visits anew.
func (w *World) Field(seed uint64, v Visits) error {
	if v.Reliability == 0 {
		v.Reliability = 1
	}
	w.visits = visit.Model{Seed: seed, Reliability: v.Reliability, Deviation: w.deviation(), Refusal: v.Refusal, Absence: v.Absence, Enumerator: v.Enumerator}
	w.count = make([]int, len(w.Households))
	return w.visits.Check()
}

// Noise is the deviation of findings from the truth and the part of it that is the enumerator's: what blind second
// visits to the same households show of their reliability.
func (w *World) Noise() (whole, leaning float64) {
	whole = w.visits.Deviation * math.Sqrt((1-w.visits.Reliability)/w.visits.Reliability)
	return whole, whole * math.Sqrt(w.visits.Enumerator)
}

// Visit visits a household once more. Another enumerator comes each time.
func (w *World) Visit(household int) (enumerator int, f visit.Finding) {
	number := w.count[household]
	w.count[household]++
	enumerator = (w.Households[household].Village*7 + household%3 + 11*number) % Enumerators
	return enumerator, w.visits.Visit(w.keys[household], number, fmt.Sprint("e", enumerator), w.welfare[household])
}

func (w *World) mean() float64 { return stat.Mean(w.welfare, nil) }

func (w *World) deviation() float64 { return stat.PopStdDev(w.welfare, nil) }

// Judge is the scorer: it counts the errors of a register against the truth, in households and in persons.
func (w *World) Judge(registered []bool) (households, persons precision.Errors) {
	weight := make([]float64, len(w.Households))
	for i, h := range w.Households {
		weight[i] = float64(h.Persons)
	}
	return precision.Judge(registered, w.welfare, nil, precision.DefaultBand), precision.Judge(registered, w.welfare, weight, precision.DefaultBand)
}
