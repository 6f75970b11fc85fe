package translit

import "math"

// Word is a word prepared for scoring: its pieces by position and length, and how likely it is by itself.
type Word struct {
	letters []rune
	alone   float64    // logarithm
	ends    [][]string // ends[i][n]: the n letters that end at position i
}

// Native prepares a word in the model's own script.
func (m *Model) Native(s string) *Word { return prepare(s, longestNative, m.native) }

// Latin prepares a word in Latin letters.
func (m *Model) Latin(s string) *Word { return prepare(s, longestLatin, m.latin) }

func prepare(s string, longest int, known map[string]float64) *Word {
	w := &Word{letters: letters(s)}
	for i := range len(w.letters) + 1 {
		ends := make([]string, min(longest, i)+1)
		for n := range ends {
			ends[n] = string(w.letters[i-n : i])
		}
		w.ends = append(w.ends, ends)
	}
	// Pieces that write nothing on this side can stand anywhere; they repeat like a geometric series.
	silent := 1 / (1 - min(.9, known[""]))
	sum := make([]float64, len(w.letters)+1)
	sum[0] = silent
	for i := 1; i < len(sum); i++ {
		for n := 1; n < len(w.ends[i]); n++ {
			sum[i] += sum[i-n] * max(known[w.ends[i][n]], unseen(n))
		}
		sum[i] *= silent
	}
	w.alone = math.Log(sum[len(sum)-1])
	return w
}

// unseen is the probability of a piece of n letters that training never showed: a single letter may be new, longer
// pieces are made of single ones.
func unseen(n int) float64 {
	if n == 1 {
		return floor * 10
	}
	return 0
}

// Score returns the logarithm of how much likelier the two words are as one name than as two: above 0 speaks for
// one name.
func (m *Model) Score(native, latin *Word) float64 {
	if len(native.letters) == 0 || len(latin.letters) == 0 {
		return 0
	}
	width := len(latin.letters) + 1
	sum := make([]float64, (len(native.letters)+1)*width)
	sum[0] = 1
	for i := range native.ends {
		for j := range width {
			total := sum[i*width+j]
			for a, x := range native.ends[i] {
				for b, y := range latin.ends[j] {
					if a+b == 0 {
						continue
					}
					before := sum[(i-a)*width+j-b]
					if before == 0 {
						continue
					}
					probability := m.pieces[piece{x, y}]
					if a+b == 1 || a*b == 1 {
						probability = max(probability, floor)
					}
					total += before * probability
				}
			}
			sum[i*width+j] = total
		}
	}
	return math.Log(sum[len(sum)-1]) - native.alone - latin.alone
}
