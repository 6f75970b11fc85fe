// Package similar measures how alike two short strings are: Jaro–Winkler for names (Winkler 1990, with the boost
// only above 0.7 and a prefix of at most four), optimal string alignment for typing errors (Damerau 1964), and
// overlap of words for addresses. All count runes, never bytes, and none allocates for strings up to 64 runes.
package similar

import "math/bits"

// longest is the number of runes that are compared; what follows is ignored.
const longest = 64

// runes is a decoded string on the stack.
type runes struct {
	at [longest]rune
	n  int
}

func (r *runes) decode(s string) {
	r.n = 0
	for _, c := range s {
		if r.n == longest {
			return
		}
		r.at[r.n] = c
		r.n++
	}
}

// JaroWinkler returns the likeness of two strings from 0 (nothing in common) to 1 (equal).
func JaroWinkler(a, b string) float64 {
	if a == b {
		return 1
	}
	var x, y runes
	x.decode(a)
	y.decode(b)
	jaro := jaroOf(&x, &y)
	if jaro <= 0.7 {
		return jaro
	}
	prefix := 0
	for prefix < min(4, x.n, y.n) && x.at[prefix] == y.at[prefix] {
		prefix++
	}
	return jaro + 0.1*float64(prefix)*(1-jaro)
}

// AtLeast returns what JaroWinkler returns, or 0 where it can tell cheaply that this is less than bound.
func AtLeast(a, b string, bound float64) float64 {
	if !mayReach(a, b, bound) {
		return 0
	}
	return JaroWinkler(a, b)
}

// mayReach says whether two strings can be as alike as the bound: letters that only one of them has cannot match,
// which limits what Jaro–Winkler can give. It does not judge letters beyond ASCII.
func mayReach(a, b string, bound float64) bool {
	x, plainX := lettersOf(a)
	y, plainY := lettersOf(b)
	if !plainX || !plainY || a == "" || b == "" {
		return true
	}
	matched := min(len(a)-bits.OnesCount64(x&^y), len(b)-bits.OnesCount64(y&^x))
	if matched <= 0 {
		return false
	}
	most := (float64(matched)/float64(len(a)) + float64(matched)/float64(len(b)) + 1) / 3
	if a[0] == b[0] && most > .7 {
		most += .4 * (1 - most)
	}
	return most >= bound
}

// lettersOf has a bit for each letter of a word, and says whether all are ASCII.
func lettersOf(s string) (set uint64, plain bool) {
	var all byte
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
		all |= s[i]
	}
	return set, all < 0x80
}

// jaroOf counts the runes that agree within half the longer length, less half of those out of order.
func jaroOf(x, y *runes) float64 {
	if x.n == 0 || y.n == 0 {
		return 0
	}
	window := max(x.n, y.n)/2 - 1
	if window < 0 {
		window = 0
	}
	var inX, inY uint64
	for i := range x.n {
		for j := max(0, i-window); j < min(y.n, i+window+1); j++ {
			if inY&(1<<j) == 0 && x.at[i] == y.at[j] {
				inX |= 1 << i
				inY |= 1 << j
				break
			}
		}
	}
	matched := bits.OnesCount64(inX)
	if matched == 0 {
		return 0
	}
	swapped := 0
	for left, right := inX, inY; left != 0; left, right = left&(left-1), right&(right-1) {
		if x.at[bits.TrailingZeros64(left)] != y.at[bits.TrailingZeros64(right)] {
			swapped++
		}
	}
	m := float64(matched)
	return (m/float64(x.n) + m/float64(y.n) + (m-float64(swapped)/2)/m) / 3
}
