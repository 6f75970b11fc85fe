package demonstration

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"rightkey/internal/verify/demonstration/world"
	"rightkey/precision"
	"rightkey/synth/visit"
)

// Order is a plan that is made once: whom to visit first, and next.
type Order struct {
	Name string
	Of   func(households []precision.Household, dice *rand.Rand) []int
}

// Orders are the simpler plans with which the planner is compared.
var Orders = []Order{
	{"random", func(h []precision.Household, d *rand.Rand) []int { return d.Perm(len(h)) }},
	{"half registered, half not", func(h []precision.Household, d *rand.Rand) []int {
		on, off := sides(h, d)
		return alternate(on, off)
	}},
	{"registered first", func(h []precision.Household, d *rand.Rand) []int {
		on, off := sides(h, d)
		return append(on, off...)
	}},
	{"registered and lowest scores in turn", func(h []precision.Household, d *rand.Rand) []int {
		on, off := sides(h, d)
		slices.SortStableFunc(off, func(a, b int) int { return cmp.Compare(h[a].Score, h[b].Score) })
		return alternate(on, off)
	}},
}

// sides are the registered and the others, each in random order.
func sides(households []precision.Household, dice *rand.Rand) (on, off []int) {
	for _, i := range dice.Perm(len(households)) {
		if households[i].Registered {
			on = append(on, i)
		} else {
			off = append(off, i)
		}
	}
	return on, off
}

func alternate(a, b []int) []int {
	var out []int
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			out = append(out, a[i])
		}
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return out
}

// Needed is how many visits an order needs until as few households stand on the wrong side as given. What a visit finds
// becomes the household's status.
func Needed(w *world.World, order Order, errors float64, seed uint64) int {
	status := make([]bool, len(w.Households))
	for i, h := range w.Households {
		status[i] = h.Registered
	}
	plan := order.Of(w.Households, rand.New(rand.NewPCG(seed, 17)))
	const stride = 50
	for n, i := range plan {
		if n%stride == 0 {
			if e, _ := w.Judge(status); e.Total() <= errors {
				return n
			}
		}
		if _, f := w.Visit(i); f.Outcome == visit.Done {
			status[i] = f.Poor
		}
	}
	return len(plan)
}
