package linkage

import (
	"rightkey/linkage/script"
	"rightkey/linkage/translit"
)

// A name in Arabic letters and one in Latin letters have no letter in common; whether they are one name is judged by
// how likely one is to be written as the other. Names in Han characters are compared by their readings, those of
// other scripts by their romanisation.

// crossScript compares two names if they are of different scripts, by the levels of kind surname.
func crossScript(a, b string) (level uint8, different bool) {
	scriptA, scriptB := script.Of(a), script.Of(b)
	if scriptA == scriptB {
		return 0, false
	}
	if scriptA == script.Latin {
		a, b, scriptA, scriptB = b, a, scriptB, scriptA
	}
	if scriptA == script.Arab && scriptB == script.Latin {
		return arabToLatin(a, b), true
	}
	return compareSpelling(script.Joined(script.Romanise(a)), script.Joined(script.Romanise(b))), true
}

// arabToLatin gives the levels "sounds same", "very alike", "alike" and "different" by the natural logarithm of the
// odds; what each is worth is learnt like that of every level.
func arabToLatin(native, latin string) uint8 {
	m := translit.Arab()
	score := m.Score(m.Native(script.Joined(native)), m.Latin(script.Joined(latin)))
	switch {
	case score >= 8:
		return 2
	case score >= 5:
		return 3
	case score >= 2:
		return 4
	}
	return 7
}
