package namekey

import (
	"slices"
	"strings"

	"rightkey/linkage/script"
)

// Probe is a group of keys that are looked up together. Weight says how much sharing one of them speaks for a person
// before the names themselves are compared.
type Probe struct {
	Weight int
	Keys   []Key
}

// Probes returns the keys under which persons meant by a typed text are stored, the strongest group first. Each key
// in a group of its own kind may have many persons; a reader bounds how many it takes of each group.
func Probes(text string) []Probe {
	folded := script.FoldName(text)
	var p prober
	if script.IsHan(folded) {
		p.han(clip([]rune(script.Joined(folded))))
	} else {
		p.lettered(folded)
	}
	return p.probes
}

// The weights of kinds: what a whole form shares outweighs any single part.
const (
	weightWhole = 8
	weightPart  = 4
	weightSound = 3
	weightWord  = 1
)

type prober struct{ probes []Probe }

// group adds texts of a kind as one probe.
func (p *prober) group(weight int, kind Kind, texts ...string) {
	s := &set{}
	for _, text := range texts {
		s.add(kind, text)
	}
	if len(s.keys) > 0 {
		p.probes = append(p.probes, Probe{weight, s.keys})
	}
}

// each adds texts of a kind as a probe each.
func (p *prober) each(weight int, kind Kind, texts ...string) {
	slices.Sort(texts)
	for _, text := range slices.Compact(texts) {
		p.group(weight, kind, text)
	}
}

func (p *prober) han(characters []rune) {
	whole := string(characters)
	p.group(weightWhole, Written, whole)
	reading := []rune(script.Pinyin(whole))
	p.group(weightWhole, Letters, string(reading))
	less := make([]string, len(characters))
	for i := range characters {
		less[i] = without(characters, i)
	}
	p.group(weightPart, Less, whole)
	if len(characters) > 1 {
		p.each(weightPart, Less, less...)
		p.group(weightPart, Written, less...)
		p.group(weightWhole, Written, swaps(characters)...)
	}
	p.edited(reading)
	p.group(weightWord, Word, whole)
	if surname, _ := script.SplitHan(whole); surname != "" && len(characters) == 2 {
		p.group(weightWord, Word, soundOfGiven(whole))
	}
}

func (p *prober) lettered(folded string) {
	letters := clip([]rune(script.Joined(folded)))
	words := strings.Fields(folded)
	p.group(weightWhole, Letters, append(rotations(words), string(letters))...)
	p.edited(letters)
	p.group(weightSound, Sound, script.Consonants(folded))
	sounds := make([]string, len(words))
	for i, word := range words {
		sounds[i] = script.Consonants(word)
	}
	var pairs []string
	for i := range min(len(words), 6) {
		for j := range i {
			pairs = append(pairs, pair(sounds[i], sounds[j]))
		}
	}
	p.each(weightSound, Words, pairs...)
	p.each(weightWord, Word, sounds...)
}

// rotations are the words joined from each word on: a surname may be written last or first.
func rotations(words []string) []string {
	var all []string
	for i := 1; i < len(words); i++ {
		all = append(all, strings.Join(slices.Concat(words[i:], words[:i]), ""))
	}
	return all
}

// edited adds the keys of the names that one edit turns into these letters.
func (p *prober) edited(letters []rune) {
	if len(letters) < 2 {
		return
	}
	p.group(weightPart, Letters, swaps(letters)...)
	m := len(letters)
	var parts, shorter []string
	for n := max(m-1, shortName+1); n <= m+1; n++ {
		third := n / 3
		if m >= n-third {
			parts = append(parts, part(n, 'c', letters[:n-third], nil), part(n, 'a', nil, letters[m-(n-third):]))
		}
		if m >= 2*third {
			parts = append(parts, part(n, 'b', letters[:third], letters[m-third:]))
		}
	}
	if m <= shortName+1 {
		parts = append(parts, string(letters)) // the stored name has one letter more
		for i := range letters {
			shorter = append(shorter, without(letters, i))
		}
		p.group(weightPart, Letters, shorter...)
	}
	p.each(weightPart, Part, append(parts, shorter...)...)
}

// swaps are the texts with two neighbours exchanged: an exchange across two parts damages both.
func swaps(letters []rune) []string {
	var all []string
	for i := 1; i < len(letters); i++ {
		if letters[i] == letters[i-1] {
			continue
		}
		other := slices.Clone(letters)
		other[i], other[i-1] = other[i-1], other[i]
		all = append(all, string(other))
	}
	return all
}
