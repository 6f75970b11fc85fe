package crypt

import (
	_ "embed"
	"math"
	"strings"
)

//go:embed words.txt
var commonText string

// commonWords are the words of words.txt: those that people make passwords of, as far as they are known to whoever keeps
// a register: what one types to get in, the office and its work, what one likes, names, animals, food, sport, seasons,
// days, small words, and the same in languages that are typed in Latin letters. They are no list of passwords that
// leaked: an operator gives such a list beside them (see OpenBreached).
var commonWords = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		words[word] = true
	}
	return words
}()

// costOfCommon is the power of ten of how many common words there are.
var costOfCommon = math.Log10(float64(len(commonWords)))

const longestWord = 24
