package crypt

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// enoughGuesses is how hard a password must be to guess, as a power of ten: with sign-in throttled and passwords hashed
// by Argon2id, 10^8 guesses of somebody who knows how people choose passwords are out of reach online and dear offline.
const enoughGuesses = 8

// Guessable says whether somebody who knows how people choose passwords, and the words about this person (login, name,
// place, office), finds the password within 10^8 guesses. Such a guesser puts passwords together from words, runs of
// letters, digits and keys, dates and repetitions, in any case and in the usual spellings (@ for a, 0 for o); what
// is none of these counts a guess of ten for each character.
//
// The measure follows Wheeler, "zxcvbn: Low-Budget Password Strength Estimation" (USENIX Security 2016): the cheapest
// way to cut the password into such parts.
func Guessable(password string, about ...string) bool {
	return guesses(password, about) < enoughGuesses
}

// guesses is the power of ten of how many guesses the password takes.
func guesses(password string, about []string) float64 {
	text := []rune(strings.ToLower(norm.NFKC.String(password)))
	if n := period(text); n < len(text) { // the same again and again: guess it once, and how often
		return cheapest(text[:n], wordsAbout(about)) + 1
	}
	return cheapest(text, wordsAbout(about))
}

// period is the length of the shortest piece of which a text is a repetition, the text's own where there is none.
func period(text []rune) int {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n != 0 {
			continue
		}
		same := true
		for i := n; i < len(text) && same; i++ {
			same = text[i] == text[i-n]
		}
		if same {
			return n
		}
	}
	return len(text)
}

// The parts of which people make passwords, and the power of ten of how many there are of each.
const (
	costOfAny     = 1.0 // a character that belongs to nothing
	costOfAbout   = 1.0 // a word about the person
	costOfRun     = 2.0 // 4567, fedc: a beginning, a direction, a length
	costOfRepeat  = 2.0 // aaaa: a character, a length
	costOfYear    = 2.0
	costOfDate    = 4.0
	costOfWalk    = 2.0 // neighbouring keys in one direction; 0.7 more for each turn
	costOfTurn    = 0.7
	costOfSpelled = 0.3 // signs in place of letters
	costOfBack    = 0.3 // read backwards
)

// cheapest cuts a text into parts so that guessing all of them takes the fewest guesses.
func cheapest(text []rune, about map[string]bool) float64 {
	best := make([]float64, len(text)+1)
	for i := range text {
		best[i+1] = math.Inf(1)
	}
	reach := func(from, length int, cost float64) {
		best[from+length] = min(best[from+length], best[from]+cost)
	}
	for i := range text {
		reach(i, 1, costOfAny)
		for length, cost := range partsAt(text[i:], about) {
			reach(i, length, cost)
		}
	}
	return best[len(text)]
}

// partsAt are the parts with which a text begins: their length and cost.
func partsAt(text []rune, about map[string]bool) map[int]float64 {
	found := map[int]float64{}
	add := func(length int, cost float64) {
		if known, is := found[length]; !is || cost < known {
			found[length] = cost
		}
	}
	for length := 2; length <= min(len(text), longestWord); length++ {
		if cost, known := costOfWord(text[:length], about); known {
			add(length, cost)
		}
	}
	for _, step := range []rune{-1, 1} {
		for length := 2; length <= len(text) && text[length-1] == text[length-2]+step; length++ {
			if length >= 3 {
				add(length, costOfRun)
			}
		}
	}
	for length := 2; length <= len(text) && text[length-1] == text[0]; length++ {
		if length >= 3 {
			add(length, costOfRepeat)
		}
	}
	addWalks(text, add)
	addDates(text, add)
	return found
}

// costOfWord is the cost of a piece that is a word, as it stands, with signs for letters, or backwards.
func costOfWord(piece []rune, about map[string]bool) (float64, bool) {
	best, known := math.Inf(1), false
	look := func(text string, more float64) {
		switch {
		case about[text]:
			best, known = min(best, costOfAbout+more), true
		case commonWords[text]:
			best, known = min(best, costOfCommon+more), true
		}
	}
	look(string(piece), 0)
	for _, spelling := range spellings {
		if letters := spelling.Replace(string(piece)); letters != string(piece) {
			look(letters, costOfSpelled)
		}
	}
	back := make([]rune, len(piece))
	for i, r := range piece {
		back[len(piece)-1-i] = r
	}
	look(string(back), costOfBack)
	return best, known
}

// spellings are the usual replacements of letters by signs; 1 and ! stand for i or for l.
var spellings = []*strings.Replacer{
	strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "!", "i", "3", "e", "$", "s", "5", "s", "7", "t", "8", "b", "9", "g"),
	strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "l", "!", "l", "3", "e", "$", "s", "5", "s", "7", "t", "8", "b", "9", "g"),
}

// wordsAbout are the words in texts about a person: each, and all of a text without what stands between them.
func wordsAbout(texts []string) map[string]bool {
	words := map[string]bool{}
	for _, text := range texts {
		parts := strings.FieldsFunc(strings.ToLower(norm.NFKC.String(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
		for _, word := range append(parts, strings.Join(parts, "")) {
			if n := len([]rune(word)); n >= 3 || (n == 2 && len(word) > n) { // two letters are a word where letters are syllables
				words[word] = true
			}
		}
	}
	return words
}
