package world

import (
	"math"
	"math/rand/v2"

	"rightkey/precision"
)

// Drift is what a year changes: shares of the households, and how far incomes move.
type Drift struct {
	Birth  float64 // a child more
	Death  float64 // a member less, who earned as often as not
	Move   float64 // a household leaves and another comes
	Car    float64 // a car is bought by a household that was doing better than is known
	Income float64 // deviation of the logarithm of welfare; the spread between households stays what it is
}

// Usual is the drift of an ordinary year: an assumption, of the order that panels of households show.
var Usual = Drift{Birth: 0.04, Death: 0.025, Move: 0.02, Car: 0.01, Income: 0.2}

// The effect on a household of losing who earned, and of what lets it buy a car, in logarithms of welfare.
const (
	earnerLost = 0.25
	carBought  = 0.4
)

// Change is what the register and the departments are told of a household during a year.
type Change struct {
	Household int
	Now       precision.Household
	Another   bool // another household lives there
}

// Pass lets a year pass: incomes move unseen; births, deaths, moves and most cars are told. Equal seeds give equal years.
func (w *World) Pass(seed uint64, d Drift) []Change {
	dice := rand.New(rand.NewPCG(seed, 0x6c62272e07bb0142))
	before, known := append([]float64(nil), w.welfare...), append([]precision.Household(nil), w.Households...)
	mean, deviation := w.mean(), w.deviation()
	back := math.Sqrt(max(0, 1-d.Income*d.Income/(deviation*deviation)))
	var changes []Change
	for i := range w.Households {
		w.welfare[i] = mean + back*(w.welfare[i]-mean) + d.Income*dice.NormFloat64()
		change := Change{Household: i, Now: w.Households[i]}
		switch at := dice.Float64(); {
		case at < d.Birth:
			w.member(i, 1, &change.Now)
		case at < d.Birth+d.Death && change.Now.Persons > 1:
			w.member(i, -1, &change.Now)
			if dice.IntN(2) == 0 {
				w.welfare[i] -= earnerLost
			}
		case at < d.Birth+d.Death+d.Move:
			like := dice.IntN(len(known))
			w.welfare[i] = before[like]
			change.Now, change.Another = known[like], true
			change.Now.Village, change.Now.Registered = known[i].Village, false
		case at < d.Birth+d.Death+d.Move+d.Car:
			w.welfare[i] += carBought
			if dice.Float64() < declaring {
				change.Now.Signals |= w.cars
			}
		default:
			continue
		}
		w.Households[i] = change.Now
		changes = append(changes, change)
	}
	return changes
}

// member adds members to a household, or takes them; what there is is divided among the others.
func (w *World) member(i, more int, now *precision.Household) {
	before := float64(now.Persons)
	now.Persons += more
	shift := math.Log(before / float64(now.Persons))
	w.welfare[i] += shift
	now.Score += shift
}
