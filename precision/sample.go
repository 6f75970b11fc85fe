package precision

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Unit is a household of a frame from which a sample is drawn.
type Unit struct {
	Key     string // as the register calls it
	Stratum string
}

// Sample is a stratified sample that anybody can draw again from the same frame.
type Sample struct {
	Seed  uint64
	Frame string // hash of the frame, as Hash tells it
	Drawn []Drawn
}

// Drawn is a unit of a sample, by its place in the frame, with the chance it had.
type Drawn struct {
	Place  int
	Chance float64
}

// Hash identifies a frame: the same units in the same order and strata have the same hash (SHA-256).
func Hash(frame []Unit) string {
	h := sha256.New()
	text := func(s string) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])
		h.Write([]byte(s))
	}
	for _, u := range frame {
		text(u.Key)
		text(u.Stratum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Draw draws a simple random sample without replacement in every stratum, of the size that is given for it. A stratum
// that has fewer units is taken whole.
func Draw(frame []Unit, sizes map[string]int, seed uint64) (Sample, error) {
	strata := map[string][]int{}
	for place, u := range frame {
		strata[u.Stratum] = append(strata[u.Stratum], place)
	}
	for stratum, n := range sizes {
		if n < 0 || n > 0 && len(strata[stratum]) == 0 {
			return Sample{}, fmt.Errorf("stratum %q: %d units asked of %d", stratum, n, len(strata[stratum]))
		}
	}
	names := make([]string, 0, len(strata))
	for name := range strata {
		names = append(names, name)
	}
	slices.Sort(names)
	s := Sample{Seed: seed, Frame: Hash(frame)}
	dice := rand.New(rand.NewPCG(seed, uint64(len(frame))))
	for _, name := range names {
		places := strata[name]
		n := min(sizes[name], len(places))
		dice.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		for _, place := range places[:n] {
			s.Drawn = append(s.Drawn, Drawn{place, float64(n) / float64(len(places))})
		}
	}
	slices.SortFunc(s.Drawn, func(a, b Drawn) int { return a.Place - b.Place })
	return s, nil
}

// Allocate divides n units among strata in proportion to their sizes times the deviations within them (Neyman 1934),
// with two at least from each that has as many. Without deviations (nil) it is in proportion to the sizes.
func Allocate(n int, sizes map[string]int, deviations map[string]float64) map[string]int {
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		names = append(names, name)
	}
	slices.Sort(names)
	weights := make([]float64, len(names))
	for i, name := range names {
		weights[i] = float64(sizes[name])
		if deviations != nil {
			weights[i] *= deviations[name]
		}
	}
	out := map[string]int{}
	at, given := 0.0, 0
	total := 0.0
	for _, w := range weights {
		total += w
	}
	for i, name := range names {
		at += weights[i] / max(total, 1e-300) * float64(n)
		share := int(at+0.5) - given
		given += share
		out[name] = min(sizes[name], max(2, share))
	}
	return out
}
