package targeting

import (
	"errors"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Band is a range of scores: how many households of a register are in it, selected and others, and what a survey found
// there: how many households it had, and the share of them that was poor.
type Band struct {
	Selected, Others float64
	Surveyed         int
	Poor             float64
}

// Expected is an error that is expected from a survey, with the central 95 % of what its size leaves open.
type Expected struct{ Estimate, Low, High float64 }

// expectedDraws is how often the survey's shares are drawn anew for an interval.
const expectedDraws = 400

// ExpectedErrors are the exclusion and inclusion error that a selection in a register has, as far as a survey's share
// of poor households in each band tells. The interval is that of the survey's sampling error alone: each band's share
// is drawn from its Jeffreys posterior. It does not hold that the register's households in a band are like the survey's.
func ExpectedErrors(bands []Band, seed uint64) (exclusion, inclusion Expected, err error) {
	estimate := make([]float64, len(bands))
	for i, b := range bands {
		estimate[i] = b.Poor
	}
	left, wrong, ok := errorsAt(bands, estimate)
	if !ok {
		return exclusion, inclusion, errors.New("no household is selected, or none is expected to be poor")
	}
	random := rand.New(rand.NewPCG(seed, 0x65787065637465))
	var lefts, wrongs []float64
	drawn := make([]float64, len(bands))
	for range expectedDraws {
		for i, b := range bands {
			poor := b.Poor * float64(b.Surveyed)
			drawn[i] = distuv.Beta{Alpha: poor + 0.5, Beta: float64(b.Surveyed) - poor + 0.5, Src: random}.Rand()
		}
		if l, w, ok := errorsAt(bands, drawn); ok {
			lefts, wrongs = append(lefts, l), append(wrongs, w)
		}
	}
	return middle(left, lefts), middle(wrong, wrongs), nil
}

// errorsAt are the shares of the poor left out and of the selected that are not poor, given each band's share of poor.
func errorsAt(bands []Band, poor []float64) (left, wrong float64, ok bool) {
	found, missed, selected := 0.0, 0.0, 0.0
	for i, b := range bands {
		found += b.Selected * poor[i]
		missed += b.Others * poor[i]
		selected += b.Selected
	}
	if selected == 0 || found+missed == 0 {
		return 0, 0, false
	}
	return missed / (found + missed), 1 - found/selected, true
}

func middle(estimate float64, draws []float64) Expected {
	slices.Sort(draws)
	at := func(share float64) float64 { return draws[int(share*float64(len(draws)-1))] }
	return Expected{estimate, min(estimate, at(0.025)), max(estimate, at(0.975))}
}
