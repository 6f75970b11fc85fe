// Package script brings names, words and numbers written in any script to one comparable form. Folding is NFKC,
// lower case, without accents, vowel points, tone marks, tatweel and zero-width characters, with digits of every
// script as 0–9; letters that two orthographies write differently (Arabic and Urdu ye, kaf, he) become one. A
// romanised form and a sound key stand beside it, so that a name can be found across scripts and spellings.
//
// Sources: Unicode Standard Annex 15 (normalisation forms); Unicode Standard chapters 9 (Arabic) and 16 (scripts of Southeast Asia).
package script

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded maps letters that are not decomposed by NFKD to what they are compared as.
var folded = map[rune]string{
	'ي': "ی", 'ى': "ی", 'ئ': "ی", 'ك': "ک", 'ة': "ہ", 'ه': "ہ", 'ھ': "ہ", 'ۀ': "ہ", 'ۂ': "ہ",
	'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا", 'ؤ': "و", 'ء': "", 'ـ': "",
	'່': "", '້': "", '໊': "", '໋': "", '໌': "",
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h",
	'\'': "", '’': "", '‘': "", 'ʼ': "", '`': "", '´': "", 'ʻ': "", '"': "",
}

// Fold returns the comparable form of a text: words of letters and digits, separated by single spaces.
func Fold(s string) string {
	if plain, ok := foldASCII(s); ok {
		return plain
	}
	var out strings.Builder
	gap := false
	put := func(text string) {
		if text == "" {
			return
		}
		if gap && out.Len() > 0 {
			out.WriteByte(' ')
		}
		gap = false
		out.WriteString(text)
	}
	for _, c := range norm.NFKD.String(recompose(s)) {
		c = unicode.ToLower(c)
		if to, ok := folded[c]; ok {
			put(to)
			continue
		}
		if value := digitOf(c); value >= 0 {
			put(string(rune('0' + value)))
			continue
		}
		switch {
		case isSpokenVowel(c):
			put(string(c))
		case unicode.Is(unicode.M, c), unicode.Is(unicode.Cf, c):
		case unicode.IsLetter(c), unicode.IsDigit(c):
			put(string(Simplified(c)))
		default:
			gap = true
		}
	}
	return out.String()
}

// recompose keeps letters whole that compatibility decomposition would split, so that folded finds them.
func recompose(s string) string {
	return whole.Replace(norm.NFC.String(s))
}

var whole = strings.NewReplacer("ئ", "ی", "ؤ", "و", "أ", "ا", "إ", "ا", "آ", "ا", "ۀ", "ہ", "ۂ", "ہ")

// isSpokenVowel says whether c is a vowel sign of Laoo or Thai, which unlike a tone mark carries the reading.
func isSpokenVowel(c rune) bool {
	return c >= 0x0EB0 && c <= 0x0EBD || c == 0x0ECD || c >= 0x0E30 && c <= 0x0E3A
}

// digitOf is the value of a decimal digit of any script, -1 for other characters.
func digitOf(c rune) int {
	if c >= '0' && c <= '9' {
		return int(c - '0')
	}
	if c < 0x80 || !unicode.Is(unicode.Nd, c) {
		return -1
	}
	zero := c
	for unicode.Is(unicode.Nd, zero-1) && c-zero < 9 {
		zero--
	}
	return int(c - zero)
}

// foldASCII is Fold for the commonest case.
func foldASCII(s string) (string, bool) {
	same, gap := true, true
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 {
			return "", false
		}
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && (c != ' ' || gap) {
			same = false
		}
		gap = c == ' '
	}
	if same && !gap {
		return s, true
	}
	out := make([]byte, 0, len(s))
	gap = false
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if gap && len(out) > 0 {
				out = append(out, ' ')
			}
			gap = false
			out = append(out, c)
		case c == '\'' || c == '`' || c == '"':
		default:
			gap = true
		}
	}
	return string(out), true
}

// titles are words of address that are no part of a name.
var titles = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "miss": true, "dr": true, "prof": true, "sir": true, "lady": true,
	"syed": true, "sayyid": true, "haji": true, "hajji": true, "mst": true, "mstr": true, "thao": true, "nang": true,
	"سید": true, "حاجی": true, "مسماہ": true, "ທ້າວ": true, "ທາວ": true, "ນາງ": true, "先生": true, "女士": true,
}

// FoldName is Fold without titles at the front, as long as a word is left.
func FoldName(s string) string {
	name := Fold(s)
	for {
		first, rest, more := strings.Cut(name, " ")
		if !more || !titles[first] {
			return name
		}
		name = rest
	}
}

// FoldNumber keeps the letters and digits of a number, in upper case and without separators.
func FoldNumber(s string) string {
	return strings.ToUpper(strings.ReplaceAll(Fold(s), " ", ""))
}

// IsHan says whether the text begins with a Han character.
func IsHan(s string) bool {
	for _, c := range s {
		return unicode.Is(unicode.Han, c)
	}
	return false
}

// Kind of script, as far as comparing names needs it.
type Kind uint8

// The kinds of script.
const (
	Latin Kind = iota
	Han
	Arab
	Other
)

// Of returns the script of a folded name by its first letter; digits count as Latin.
func Of(s string) Kind {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case size == 0 || first < 0x250:
		return Latin
	case unicode.Is(unicode.Arabic, first):
		return Arab
	case unicode.Is(unicode.Han, first):
		return Han
	}
	return Other
}
