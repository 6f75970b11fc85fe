package linkage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestEqualityNeverTellsLessOnARarerValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var matches, borne [rarityClasses]float64
		for class := range borne {
			borne[class] = float64(rapid.IntRange(0, 50).Draw(t, "borne")) / 600
			matches[class] = float64(rapid.IntRange(0, 5000).Draw(t, "matches"))
		}
		f := FieldModel{Frequency: rarityCurve(matches, borne)}
		last := math.Inf(-1)
		for rarity := -12.0; rarity < 20; rarity += .25 {
			bits := f.curve(rarity)
			if bits < last-1e-9 || math.IsNaN(bits) {
				t.Fatalf("%v bits at rarity %v after %v", bits, rarity, last)
			}
			last = bits
		}
	})
}

func TestWithoutMatchesRarityCountsBitForBit(t *testing.T) {
	var matches, borne [rarityClasses]float64
	borne[3], borne[9] = .5, .5
	f := FieldModel{Frequency: rarityCurve(matches, borne)}
	for _, rarity := range []float64{-9, -5, 0, 1, 7} {
		if got := f.curve(rarity); math.Abs(got-rarity) > 1e-9 {
			t.Errorf("rarity %v tells %v bits", rarity, got)
		}
	}
}

// A third of the rows have the town "unknown" whoever the person is: much rarer among the matches than among the
// rows, it must be worth less than its frequency says.
func TestAValueThatStandsForUnknownTellsLessThanItsFrequencySays(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	b, err := NewBuilder([]Field{{"given", Given}, {"surname", Surname}, {"birth", Date}, {"town", Place}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		given, surname := fmt.Sprintf("g%c%c%c", 'a'+random.IntN(26), 'a'+random.IntN(26), 'a'+random.IntN(26)), fmt.Sprintf("s%c%c", 'a'+random.IntN(26), 'a'+random.IntN(26))
		birth := fmt.Sprintf("%d-%02d-%02d", 1940+random.IntN(60), 1+random.IntN(12), 1+random.IntN(28))
		town := fmt.Sprintf("town%c%c", 'a'+random.IntN(12), 'a'+random.IntN(12))
		for range 1 + random.IntN(2) {
			written := town
			if random.IntN(3) == 0 {
				written = "elsewhere"
			}
			b.Add([]string{given, surname, birth, written}, "")
		}
	}
	result, err := Dedupe(b.Finish(), Defaults())
	if err != nil {
		t.Fatal(err)
	}
	town := result.Model.Fields[3]
	rarity := math.Log2(town.U[same] * float64(town.Known) / float64(town.Common["elsewhere"]))
	if got := town.curve(rarity); got > rarity-.5 {
		t.Errorf("equality on the value for unknown tells %.2f bits, by frequency %.2f", got, rarity)
	}
}
