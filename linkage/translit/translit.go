// Package translit judges whether a word in one script and a word in another are the same name. It learns from pairs
// of spellings alone: a word pair is taken to be produced piece by piece, each piece writing up to two letters on
// one side and up to three on the other, and the probabilities of the pieces are found by expectation-maximisation
// over all ways to cut the pair up (joint multigrams; S. Deligne, F. Yvon, F. Bimbot, "Variable-length sequence
// matching for phonetic transcription using joint multigrams", Eurospeech 1995). The score of a pair is the
// logarithm of how much likelier the two are together than apart.
package translit

import (
	"cmp"
	"math"
	"slices"
)

const (
	longestNative = 2 // letters of a piece
	longestLatin  = 3
	longestWord   = 40 // letters that are looked at
	rounds        = 10

	// discount is taken from the expected count of a piece for each letter beyond one on each side, so that rare long
	// pieces give way to the short ones that make them up.
	discount = .3
	// floor is the probability of one letter without counterpart, or against one, that training never showed.
	floor = 1e-5
)

// Pair is one name in both scripts, seen Count times.
type Pair struct {
	Native, Latin string
	Count         float64
}

// Model holds the probabilities of the pieces.
type Model struct {
	pieces map[piece]float64
	native map[string]float64 // sums of pieces by native letters, and by Latin letters
	latin  map[string]float64
}

type piece struct{ native, latin string }

// Train learns a model. The same pairs in the same order give the same model.
func Train(pairs []Pair) *Model {
	t := &trainer{number: map[piece]int32{}}
	for _, p := range pairs {
		t.add(p)
	}
	t.probability = make([]float64, len(t.pieces))
	for i, p := range t.pieces {
		// Pieces that write as many letters on both sides are likelier to begin with.
		t.probability[i] = 1 / math.Pow(8, math.Abs(float64(runeCount(p.native)-runeCount(p.latin)))+float64(runeCount(p.native)+runeCount(p.latin)))
	}
	for range rounds {
		t.round()
	}
	return t.model()
}

func runeCount(s string) int { return len([]rune(s)) }

// trainer holds the pieces and, for each pair, the lattice of ways to cut it.
type trainer struct {
	number      map[piece]int32
	pieces      []piece
	probability []float64
	lattices    []lattice
}

// lattice is a grid of positions in both words and the pieces that lead from one to another, in order of their ends.
type lattice struct {
	cells int
	steps []step
	count float64
}

type step struct {
	from, to uint16
	piece    int32
}

func (t *trainer) add(p Pair) {
	native, latin := letters(p.Native), letters(p.Latin)
	if len(native) == 0 || len(latin) == 0 {
		return
	}
	width := len(latin) + 1
	l := lattice{cells: (len(native) + 1) * width, count: p.Count}
	for i := range len(native) + 1 {
		for j := range width {
			for a := range min(longestNative, i) + 1 {
				for b := range min(longestLatin, j) + 1 {
					if a+b == 0 {
						continue
					}
					id := t.id(piece{string(native[i-a : i]), string(latin[j-b : j])})
					l.steps = append(l.steps, step{uint16((i-a)*width + j - b), uint16(i*width + j), id})
				}
			}
		}
	}
	t.lattices = append(t.lattices, l)
}

func letters(s string) []rune {
	r := []rune(s)
	return r[:min(len(r), longestWord)]
}

func (t *trainer) id(p piece) int32 {
	id, ok := t.number[p]
	if !ok {
		id = int32(len(t.pieces))
		t.number[p] = id
		t.pieces = append(t.pieces, p)
	}
	return id
}

// round counts how often each piece is expected to be used and makes that its probability.
func (t *trainer) round() {
	expected := make([]float64, len(t.pieces))
	var forward, backward []float64
	for _, l := range t.lattices {
		forward, backward = zeros(forward, l.cells), zeros(backward, l.cells)
		forward[0], backward[l.cells-1] = 1, 1
		for _, s := range l.steps {
			forward[s.to] += forward[s.from] * t.probability[s.piece]
		}
		all := forward[l.cells-1]
		if all == 0 {
			continue
		}
		for i := len(l.steps) - 1; i >= 0; i-- {
			s := l.steps[i]
			back := backward[s.to] * t.probability[s.piece]
			backward[s.from] += back
			expected[s.piece] += l.count * forward[s.from] * back / all
		}
	}
	total := 0.0
	for _, n := range expected {
		total += n
	}
	for i := range expected {
		t.probability[i] = max(0, expected[i]-discount*beyond(t.pieces[i])) / total
		if expected[i] < seldom {
			t.probability[i] = 0
		}
	}
}

// beyond counts the letters of a piece beyond one on each side.
func beyond(p piece) float64 { return float64(max(0, runeCount(p.native)+runeCount(p.latin)-2)) }

// seldom is the expected number of uses below which a piece is forgotten.
const seldom = 1e-2

func zeros(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (t *trainer) model() *Model {
	m := &Model{pieces: map[piece]float64{}, native: map[string]float64{}, latin: map[string]float64{}}
	for i, p := range t.pieces {
		if t.probability[i] > 0 {
			m.put(p, t.probability[i])
		}
	}
	return m
}

func (m *Model) put(p piece, probability float64) {
	m.pieces[p] = probability
	m.native[p.native] += probability
	m.latin[p.latin] += probability
}

// Pieces is the number of pieces of the model.
func (m *Model) Pieces() int { return len(m.pieces) }

// Listed is a piece with its probability, as it is saved.
type Listed struct {
	Native, Latin string
	Probability   float64
}

// List returns the pieces, the likeliest first.
func (m *Model) List() []Listed {
	list := make([]Listed, 0, len(m.pieces))
	for p, probability := range m.pieces {
		list = append(list, Listed{p.native, p.latin, probability})
	}
	slices.SortFunc(list, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Native, b.Native), cmp.Compare(a.Latin, b.Latin))
	})
	return list
}

// FromList makes a model of saved pieces.
func FromList(list []Listed) *Model {
	m := &Model{pieces: map[piece]float64{}, native: map[string]float64{}, latin: map[string]float64{}}
	for _, l := range list {
		m.put(piece{l.Native, l.Latin}, l.Probability)
	}
	return m
}
