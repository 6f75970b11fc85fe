package demonstration

import (
	"rightkey/internal/verify/demonstration/world"
	"rightkey/precision"
	"rightkey/synth/visit"
)

// taught is the number of steps of learning from visits to everybody.
const taught = 12

// Informed follows a campaign that knows from the start what visits without error to everybody teach of villages,
// status and signals, and nothing of any single household. No plan that learns these from its own visits reaches
// further with the same score; random is the share of visits drawn by lot.
func Informed(w *world.World, times []float64, random float64, seed uint64) []Point {
	b := precision.NewBelief(w.Households, Settings(w))
	for i := range w.Households {
		if enumerator, f := w.Visit(i); f.Outcome == visit.Done {
			b.Observe(precision.Visit{Household: i, Enumerator: enumerator, Welfare: f.Welfare})
		}
	}
	b.Learn(taught)
	b.Forget()
	return begin(b, random, w, seed).follow(w, times)
}

// Knowing is how many errors somebody leaves who knows the truth: each chosen visit corrects one, and the visits by lot
// find what is wrong by chance, for nobody's status is uncertain to them. No plan whatever reaches further.
func Knowing(before precision.Errors, visits, random float64) float64 {
	left := max(0, before.Total()-(1-random)*visits)
	return left * (1 - random*visits/before.WholePopulation)
}
