package procedure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rightkey/internal/fault"
)

// Sensitive says what of a text must not be made public: "number" for a run of digits as long as those of persons,
// phones and accounts (also with signs between them), "account" for an international account number,
// "word" for a word that the pack forbids, such as an illness. The text itself is never repeated.
func Sensitive(text string, never []string) []string {
	var found []string
	if longestNumber(text) >= shortestNumber {
		found = append(found, "number")
	}
	if iban.MatchString(strings.ReplaceAll(text, " ", "")) {
		found = append(found, "account")
	}
	plain, squeezed := folded(text, false), folded(text, true)
	if slices.ContainsFunc(never, func(word string) bool {
		word = folded(word, han(word))
		return word != "" && strings.Contains(map[bool]string{false: plain, true: squeezed}[han(word)], word)
	}) {
		found = append(found, "word")
	}
	return found
}

// han says whether a word is written in Han characters, which need no blanks between words.
func han(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// folded is a text in small letters without what is not seen; squeezed without all that is no letter, so that signs
// between the characters of a word do not hide it.
func folded(text string, squeezed bool) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || squeezed && !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, text))
}

// shortestNumber is how many digits a phone number has at least where it is written out: no figure of a notice (persons
// of a household, an amount grouped by commas) has as many.
const shortestNumber = 7

var (
	iban    = regexp.MustCompile(`[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}`)
	grouped = regexp.MustCompile(`\b[0-9]{1,3}(,[0-9]{3})+\b`) // an amount
)

// longestNumber counts the digits, of any script, of the longest number of a text; whatever is no letter joins them,
// but the line between two cells parts them.
func longestNumber(text string) int {
	longest, run := 0, 0
	for _, r := range grouped.ReplaceAllString(text, "x") {
		switch {
		case unicode.IsNumber(r) || strings.ContainsRune("〇零一二三四五六七八九", r):
			run++
			longest = max(longest, run)
		case unicode.IsLetter(r) || r == '|':
			run = 0
		}
	}
	return longest
}

// surnames of two characters; other names in Han characters begin with a surname of one.
var surnames = strings.Fields("欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐")

// Mask is a name as it may stand on a notice: of one in Han characters the surname and a star for each other character,
// of others the first letter of the first name.
func Mask(name string) string {
	name = strings.TrimSpace(name)
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	if unicode.Is(unicode.Han, first) {
		kept := string(first)
		for _, s := range surnames {
			if strings.HasPrefix(name, s) && len(name) > len(s) {
				kept = s
			}
		}
		return kept + strings.Repeat("*", max(1, utf8.RuneCountInString(name)-utf8.RuneCountInString(kept)))
	}
	end := size
	for end < len(name) { // marks belong to the letter before them
		r, n := utf8.DecodeRuneInString(name[end:])
		if !unicode.IsMark(r) {
			break
		}
		end += n
	}
	return name[:end] + "***"
}

// disclosed is a line of a notice: the fields that the board shows, checked.
func (b *Board) disclosed(facts Facts, never []string) ([]string, error) {
	cells := make([]string, len(b.Fields))
	for i, field := range b.Fields {
		cells[i] = facts.Public[field]
		if field == "name" && !b.FullNames {
			cells[i] = Mask(cells[i])
		}
	}
	if found := Sensitive(strings.Join(cells, "|"), never); len(found) > 0 {
		return nil, refuse(fault.Conflict, "sensitive", "the line of household %s would make public what must not be (%s)", facts.Number, strings.Join(found, ", "))
	}
	return cells, nil
}

// checkText checks the text above the list in each language.
func (b *Board) checkText(never []string) error {
	for lang, text := range b.Text {
		if found := Sensitive(text, never); len(found) > 0 {
			return fmt.Errorf("the text of notice %s in %s holds %s", b.Code, lang, strings.Join(found, ", "))
		}
	}
	return nil
}
