package linkage

import (
	"strings"

	"rightkey/linkage/kin"
	"rightkey/linkage/script"
)

// key is one way to sort records into blocks by one field: by the value itself or by a part or form of it.
type key struct {
	field int
	name  string
	of    func(value string) string // nil for the value itself
	weak  bool                      // too coarse to lead a rule: sex, month, day, initial
	ids   []uint32                  // key of each value of the column, 0 for missing; nil where it is the value
}

// at returns the key of a row, 0 if missing.
func (k *key) at(row []uint32) uint32 {
	if k.ids == nil {
		return row[k.field]
	}
	return k.ids[row[k.field]]
}

// keyForms lists, for each kind, the forms of a value by which blocks are made.
var keyForms = [kinds][]key{
	Given:   {{name: "same"}, {name: "sound", of: script.SoundKey}, {name: "consonants", of: script.Consonants}, {name: "initial", of: initial, weak: true}},
	Surname: {{name: "same"}, {name: "sound", of: script.SoundKey}, {name: "consonants", of: script.Consonants}, {name: "initial", of: initial, weak: true}},
	Name: {
		{name: "same words", of: plainly(sortedWords)}, {name: ownWords, of: func(s string) string { return sortedWords(kin.Split(s).Own) }},
		{name: "first word", of: firstWord}, {name: "last word", of: func(s string) string { return lastWord(kin.Split(s).Own) }},
		{name: "sound", of: script.SoundKey}, {name: "consonants", of: plainly(script.Consonants)},
	},
	Date:    {{name: "same"}, {name: "year and month", of: upTo(6)}, {name: "month and day", of: monthDay}, {name: "year", of: upTo(4), weak: true}},
	Year:    {{name: "same", weak: true}},
	Month:   {{name: "same", weak: true}},
	Day:     {{name: "same", weak: true}},
	Sex:     {{name: "same", weak: true}},
	ID:      {{name: "same"}},
	Phone:   {{name: "same"}, {name: "last seven", of: last(7)}},
	Place:   {{name: "same"}, {name: "beginning", of: upTo(4)}},
	Address: {{name: "same words", of: sortedWords}, {name: "longest word", of: longestWord}},
	Code:    {{name: "same"}, {name: "first half", of: firstHalf, weak: true}},
	Text:    {{name: "same words", of: sortedWords}, {name: "longest word", of: longestWord}},
}

// ownWords is the form of names without the relatives that they name.
const ownWords = "own words"

// plainly is a form of a name in which the relative's words stand as any others.
func plainly(of func(string) string) func(string) string {
	return func(s string) string { return of(kin.Plain(s)) }
}

// mostForms is the number of distinct values up to which forms of them are made: values that hardly repeat, such as
// telephone numbers, are blocked on as they are.
const mostForms = 1_000_000

// keysOf numbers the keys of every value of the table.
func keysOf(r *Records) []*key {
	var all []*key
	for f, c := range r.columns {
		for _, form := range keyForms[c.field.Kind] {
			k := form
			k.field = f
			switch {
			case k.of != nil && c.values.size() > mostForms, k.name == "consonants" && !c.mixed,
				k.name == ownWords && !c.relatives:
				continue
			case k.name == "sound":
				k.ids = c.sounds
			case k.of != nil:
				k.ids = numberKeys(c.values, k.of)
			}
			all = append(all, &k)
		}
	}
	return all
}

func numberKeys(values *dictionary, of func(string) string) []uint32 {
	ids := make([]uint32, values.size())
	numbers := newDictionary()
	for id := 1; id < values.size(); id++ {
		if form := of(values.value(uint32(id))); form != "" {
			ids[id] = numbers.id(form)
		}
	}
	return ids
}

func initial(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}

func upTo(n int) func(string) string {
	return func(s string) string { return s[:min(n, len(s))] }
}

func monthDay(date string) string {
	if date[4:6] == "00" || date[6:] == "00" {
		return ""
	}
	return date[4:]
}

func last(n int) func(string) string {
	return func(s string) string { return s[max(0, len(s)-n):] }
}

func firstHalf(s string) string { return s[:(len(s)+1)/2] }

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func longestWord(s string) string {
	longest := ""
	for _, word := range strings.Fields(s) {
		if len(word) > len(longest) {
			longest = word
		}
	}
	return longest
}

// sortedWords puts the words of a text into order, so that texts of the same words are equal.
func sortedWords(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	words := strings.Fields(s)
	for i := range words {
		for j := i; j > 0 && words[j] < words[j-1]; j-- {
			words[j], words[j-1] = words[j-1], words[j]
		}
	}
	return strings.Join(words, " ")
}
