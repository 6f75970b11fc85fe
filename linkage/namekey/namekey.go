// Package namekey makes the keys by which a person is found under a name that was written, heard or typed a little
// differently: in another script, without its tones or vowel points, with one letter too many, too few, wrong or
// swapped, in another order of words, or only in part. A register stores the keys of every name; a search computes
// the keys of what was typed and reads the persons that share one; Compare then ranks them.
//
// The keys are numbers made of a hash of a part or form of the name. They serve the finding of duplicates too: two
// persons that share a key of kind Written, Letters, Sound or Words are worth comparing.
//
// Letter names keep one key for each two of three parts of the name, with its length: one edit damages one part and
// leaves two whole. This is the pigeonhole of Manber and Wu (1994), with three rows a name where the neighbourhood of
// deletions (Bocek, Hunt and Stiller 2007) has one a letter; that neighbourhood is used for short names.
package namekey

import (
	"strconv"
	"strings"

	"rightkey/linkage/script"
)

// Kind says what a key is made of.
type Kind uint8

// The kinds.
const (
	Written Kind = iota + 1 // a name in Han characters, folded
	Less                    // the same without one of its characters
	Letters                 // a name in letters, folded and joined; of Han characters the reading (pinyin)
	Part                    // two of the three parts of Letters and its length; of a short name all but one letter
	Sound                   // the consonants of the whole name, which its spellings in other scripts mostly share
	Word                    // the consonants of one word; of Han characters the surname, and the sound of the given name
	Words                   // the consonants of two words of three or more
)

// Key is a hash with its kind in the lowest four bits. It is positive and below 2^52.
type Key int64

// Kind is what the key is made of.
func (k Key) Kind() Kind { return Kind(k & 15) }

// of hashes a text (FNV-1a, folded to 48 bits).
func of(kind Kind, text string) Key {
	hash := uint64(14695981039346656037)
	mix := func(b byte) { hash = (hash ^ uint64(b)) * 1099511628211 }
	mix(byte(kind))
	for i := range len(text) {
		mix(text[i])
	}
	hash ^= hash >> 32
	hash *= 0x9E3779B97F4A7C15
	return Key(hash>>16)<<4 | Key(kind)
}

// longest is how many letters of a name are looked at.
const longest = 48

// shortName is the number of letters up to which a name is found by its neighbourhood of deletions.
const shortName = 6

// set collects keys without repetition, in order.
type set struct {
	keys []Key
	seen map[Key]bool
}

func (s *set) add(kind Kind, text string) {
	if text == "" {
		return
	}
	k := of(kind, text)
	if s.seen == nil {
		s.seen = map[Key]bool{}
	}
	if !s.seen[k] {
		s.seen[k] = true
		s.keys = append(s.keys, k)
	}
}

// Keys returns the keys under which a name is stored. A name without letters has none.
func Keys(name string) []Key {
	folded := script.FoldName(name)
	s := &set{}
	if script.IsHan(folded) {
		s.han(folded)
	} else {
		s.lettered(folded)
	}
	return s.keys
}

func (s *set) han(folded string) {
	characters := clip([]rune(script.Joined(folded)))
	s.add(Written, string(characters))
	for i := range characters {
		s.add(Less, without(characters, i))
	}
	surname, given := script.SplitHan(string(characters))
	s.add(Word, surname)
	if surname != "" {
		s.add(Word, soundOfGiven(given))
	}
	s.parts([]rune(script.Pinyin(string(characters))))
}

// soundOfGiven is the key text of a given name's reading: its consonants.
func soundOfGiven(given string) string { return script.Consonants(readAlone(given)) }

// readAlone reads a given name, whose first character is no surname.
func readAlone(given string) string {
	return strings.TrimPrefix(script.Pinyin("一"+given), script.Pinyin("一"))
}

func (s *set) lettered(folded string) {
	s.parts(clip([]rune(script.Joined(folded))))
	words := strings.Fields(folded)
	s.add(Sound, script.Consonants(folded))
	sounds := make([]string, len(words))
	for i, word := range words {
		sounds[i] = script.Consonants(word)
		s.add(Word, sounds[i])
	}
	if len(words) < 3 {
		return
	}
	for i := range min(len(words), 6) {
		for j := range i {
			s.add(Words, pair(sounds[i], sounds[j]))
		}
	}
}

// pair joins two words whatever their order.
func pair(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return a + " " + b
}

// parts adds the keys of letters: the whole, and what one edit leaves.
func (s *set) parts(letters []rune) {
	s.add(Letters, string(letters))
	if len(letters) <= shortName {
		for i := range letters {
			s.add(Part, without(letters, i))
		}
		return
	}
	n := len(letters)
	third := n / 3
	s.add(Part, part(n, 'c', letters[:n-third], nil))
	s.add(Part, part(n, 'b', letters[:third], letters[n-third:]))
	s.add(Part, part(n, 'a', nil, letters[third:]))
}

// part is the key text of a name of n letters of which a third, the missing one, may differ.
func part(n int, missing rune, front, back []rune) string {
	return strconv.Itoa(n) + string(missing) + string(front) + "-" + string(back)
}

func without(letters []rune, i int) string { return string(letters[:i]) + string(letters[i+1:]) }

func clip(letters []rune) []rune { return letters[:min(len(letters), longest)] }
