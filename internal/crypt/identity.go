package crypt

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/fault"
)

// Normaliser names a way of bringing the spellings of a number to one form before it is looked up or checked.
type Normaliser string

// The normalisers. A pack names one for each kind of number.
const (
	// FoldID folds full-width to ASCII characters, drops blanks, dashes and invisible signs, and raises letters.
	FoldID Normaliser = "fold-id"
	// Digits does as FoldID and keeps decimal digits alone, those of other scripts as ASCII: for telephone numbers.
	Digits Normaliser = "digits"
)

// Normalise brings a number to one form; kind invalid for a normaliser that does not exist.
func Normalise(normaliser Normaliser, text string) (string, error) {
	switch normaliser {
	case FoldID:
		return foldID(text), nil
	case Digits:
		return strings.Map(asciiDigit, foldID(text)), nil
	}
	return "", fault.New(fault.Invalid, "there is no normaliser %q", normaliser)
}

func foldID(text string) string {
	// Compatibility composition maps full-width letters, digits and signs to ASCII.
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) || unicode.Is(unicode.Cf, r) || r == '\u2212' {
			return -1
		}
		return r
	}, norm.NFKC.String(text)))
}

// asciiDigit maps a decimal digit of any script to ASCII and drops every other character. The ten digits of a script
// follow one another from a code point that is found by counting down to the first.
func asciiDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	if !unicode.Is(unicode.Nd, r) {
		return -1
	}
	value := rune(0)
	for value < 9 && unicode.Is(unicode.Nd, r-value-1) {
		value++
	}
	return '0' + value
}
