package policy

import (
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// Identity says how a number that names a person (national ID, certificate, account) is brought into its one
// canonical form and checked. The mechanisms are general; which apply and with what figures is the pack's decision.
type Identity struct {
	Keep          string   // what is kept after folding full-width forms and upper-casing: "digits" or "alphanumeric"
	Lengths       []int    // allowed lengths of the canonical form; others are refused
	Extend        *Extend  // an older, shorter form that is brought into today's; nil: none
	Check         string   // "mod-11-2" (ISO 7064), "luhn", or empty
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

// Normalise returns the canonical form of a number as people write it; two writings of one number give the same form.
func (id *Identity) Normalise(text string) string {
	kept := strings.Map(id.keep, strings.ToUpper(width.Fold.String(text)))
	if e := id.Extend; e != nil && len(kept) == e.From {
		longer := kept[:e.At] + e.Insert + kept[e.At:]
		return longer + string(id.checkCharacter(longer))
	}
	return kept
}

func (id *Identity) keep(r rune) rune {
	digit := '0' <= r && r <= '9'
	if digit || id.Keep == "alphanumeric" && 'A' <= r && r <= 'Z' {
		return r
	}
	if id.Keep == "digits" && id.Check == "mod-11-2" && r == 'X' {
		return r
	}
	return -1
}

// Valid says whether a canonical form has an allowed length and the right check character.
func (id *Identity) Valid(text string) bool {
	if !slices.Contains(id.Lengths, len(text)) {
		return false
	}
	checked := text
	if id.CheckLength > 0 && id.CheckLength < len(text) {
		checked = text[:id.CheckLength]
	}
	if id.Check == "" || len(checked) < 2 {
		return true
	}
	last := len(checked) - 1
	return checked[last] == id.checkCharacter(checked[:last])
}

func (id *Identity) checkCharacter(text string) byte {
	if id.Check == "luhn" {
		return luhn(text)
	}
	return mod112(text)
}

// mod112 is the check character of ISO 7064 MOD 11-2 for a string of digits, 'X' for ten; '?' if it is not digits.
func mod112(text string) byte {
	sum := 0
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' {
			return '?'
		}
		sum = (sum + int(digit-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}

// luhn is the check digit of ISO/IEC 7812 for a string of digits; '?' if it is not digits.
func luhn(text string) byte {
	sum := 0
	for at := range len(text) {
		digit := text[len(text)-1-at]
		if digit < '0' || digit > '9' {
			return '?'
		}
		value := int(digit - '0')
		if at%2 == 0 {
			value = value/5 + value*2%10
		}
		sum += value
	}
	return byte('0' + (10-sum%10)%10)
}
