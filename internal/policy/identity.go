package policy

import (
	"slices"

	"rightkey/internal/crypt"
)

// Identity says how a number that names a person (national ID, certificate, account) is brought into its one
// canonical form and checked. The mechanisms are package crypt's; which apply and with what figures is the pack's
// decision.
type Identity struct {
	Normalise     crypt.Normaliser
	Lengths       []int    // allowed lengths of the canonical form; others are refused
	Extend        *Extend  // an older, shorter form that is brought into today's; nil: none
	Check         string   // an algorithm of package crypt, or empty
	CheckLength   int      // the check character is the last of so many characters; 0: of all
	CheckSeverity Severity // what a wrong check character means
}

// Extend turns an old number of length From into today's: Insert is put in at position At, and the check character is
// computed and put at the end.
type Extend struct {
	From   int
	At     int
	Insert string
}

// Canonical returns the one form of a number as people write it: two writings of one number give the same.
func (id *Identity) Canonical(text string) string {
	plain, err := crypt.Normalise(id.Normalise, text)
	if err != nil {
		return text // the loader lets no such normaliser through
	}
	if e := id.Extend; e != nil && len(plain) == e.From {
		return id.withCheck(plain[:e.At] + e.Insert + plain[e.At:])
	}
	return plain
}

// withCheck puts the check character behind a number, nothing where the algorithm takes no such number.
func (id *Identity) withCheck(number string) string {
	for _, character := range "0123456789X" {
		if longer := number + string(character); crypt.CheckDigits(id.Check, longer) == nil {
			return longer
		}
	}
	return number
}

// Valid says whether a canonical form has an allowed length and the right check character.
func (id *Identity) Valid(text string) bool {
	if !slices.Contains(id.Lengths, len(text)) {
		return false
	}
	if id.CheckLength > 0 && id.CheckLength < len(text) {
		text = text[:id.CheckLength]
	}
	return id.Check == "" || crypt.CheckDigits(id.Check, text) == nil
}
