package namekey

import (
	"math"
	"strings"

	"rightkey/linkage/script"
	"rightkey/linkage/similar"
	"rightkey/linkage/translit"
)

// How says in which way a name is like what was typed.
type How string

// The ways, best first.
const (
	Same    How = "same"    // equal but for case, accents, variants of letters
	Sounds  How = "sounds"  // another writing of the same sound
	Inside  How = "inside"  // what was typed is a part of the name
	Spelled How = "spelled" // a few letters or characters differ
	Script  How = "script"  // written in another script
)

// Typed is what was typed, prepared for comparing with many names.
type Typed struct {
	folded  string
	joined  string
	words   []string
	han     bool
	surname bool     // of Han characters, the first of which are a surname
	letters []rune   // Han characters, or letters
	reading []string // of each character
	blurred []string // the readings without what many speakers do not tell apart
	latin   string   // in Latin letters
	spoken  []string // the words in Latin letters
	script  script.Kind
}

// Type prepares what was typed.
func Type(text string) *Typed {
	t := prepare(script.FoldName(text))
	return &t
}

func prepare(folded string) Typed {
	t := Typed{folded: folded, joined: script.Joined(folded), words: strings.Fields(folded), han: script.IsHan(folded), script: script.Of(folded)}
	t.letters = clip([]rune(t.joined))
	if t.han {
		t.latin = script.Pinyin(t.joined)
		t.reading = readings(t.letters)
		t.blurred = make([]string, len(t.reading))
		for i, reading := range t.reading {
			t.blurred[i] = blurred(reading)
		}
		surname, given := script.SplitHan(t.joined)
		t.surname = surname != ""
		t.spoken = []string{strings.TrimSuffix(t.latin, readAlone(given)), readAlone(given)}
		if surname == "" {
			t.spoken = t.spoken[1:]
		}
		return t
	}
	t.spoken = strings.Fields(script.Romanise(folded))
	t.latin = strings.Join(t.spoken, "")
	return t
}

// readings are the sounds of a name's characters, each read as it is in that place.
func readings(characters []rune) []string {
	all := make([]string, len(characters))
	for i, c := range characters {
		if i == 0 {
			all[i] = script.Pinyin(string(c) + "一")
			all[i] = strings.TrimSuffix(all[i], "yi")
			continue
		}
		all[i] = readAlone(string(c))
	}
	return all
}

// Compare says how alike a registered name is, from 0 to 1, and in which way. 1 is the same name.
func (t *Typed) Compare(name string) (float64, How) {
	other := prepare(script.FoldName(name))
	switch {
	case t.joined == "" || other.joined == "":
		return 0, Spelled
	case t.joined == other.joined:
		return 1, Same
	case t.han && other.han:
		return t.compareHan(&other)
	case t.script == script.Arab && other.script == script.Latin:
		return acrossScripts(t.words, other.words)
	case t.script == script.Latin && other.script == script.Arab:
		return acrossScripts(other.words, t.words)
	case t.script != other.script:
		score, how := letterScore(t.latin, other.latin, t.spoken, other.spoken)
		if how == Same {
			how = Script
		}
		return .98 * score, how
	}
	return letterScore(t.joined, other.joined, t.words, other.words)
}

// compareHan aligns characters; one of the same or a similar sound is a smaller difference than any other.
func (t *Typed) compareHan(other *Typed) (float64, How) {
	if t.latin == other.latin {
		same := 0
		for i := range min(len(t.letters), len(other.letters)) {
			if t.letters[i] == other.letters[i] {
				same++
			}
		}
		return .9 + .09*float64(same)/float64(len(other.letters)), Sounds
	}
	how := Spelled
	if strings.Contains(other.joined, t.joined) {
		how = Inside
	}
	cost := t.align(other)
	return max(0, 1-cost/float64(max(len(t.letters), len(other.letters)))), how
}

// Shared is what a registered name in Han characters has in common with what was typed, where all characters but one
// are the same: those characters and the gap. It is empty for all other names. Of names that are equally alike, those
// that share what few share are likelier meant: the rarer a character, the less likely it was typed by mistake.
func (t *Typed) Shared(name string) string {
	letters := clip([]rune(script.Joined(script.FoldName(name))))
	if !t.han || len(letters) != len(t.letters) {
		return ""
	}
	gap := -1
	for i, c := range letters {
		switch {
		case c == t.letters[i]:
		case gap >= 0:
			return ""
		default:
			gap = i
		}
	}
	if gap < 0 {
		return ""
	}
	letters[gap] = '?'
	return string(letters)
}

// The costs of differences between names in Han characters.
const (
	costSameSound = .15
	costNearSound = .5
	costOther     = 1
	costSurname   = 1.1 // of one surname for another, which are known better than given names
	costMissing   = .8  // of a character that was not typed: part of a name is typed on purpose
	costAdded     = 1.2 // of one that was typed besides
)

// align is the least cost of turning one name's characters into the other's.
func (t *Typed) align(other *Typed) float64 {
	last := make([]float64, len(other.letters)+1)
	for j := range last {
		last[j] = float64(j) * costMissing
	}
	for i, c := range t.letters {
		now := make([]float64, len(last))
		now[0] = float64(i+1) * costAdded
		for j, d := range other.letters {
			now[j+1] = min(last[j]+t.change(other, c, d, i, j), last[j+1]+costAdded, now[j]+costMissing)
		}
		last = now
	}
	return last[len(last)-1]
}

// change is the cost of one name's character in the place of the other's.
func (t *Typed) change(other *Typed, c, d rune, i, j int) float64 {
	switch {
	case c == d:
		return 0
	case t.reading[i] == other.reading[j]:
		return costSameSound
	case t.blurred[i] == other.blurred[j]:
		return costNearSound
	case i == 0 && j == 0 && t.surname:
		return costSurname
	}
	return costOther
}

// curled makes sounds equal that many speakers do not tell apart, as input methods with blurred sounds do: flat and
// curled tongue (z, zh), front and back nasals (in, ing).
var curled = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ng", "n")

// blurred is a reading without such differences, nor those of n, r and l, and of hu and f, at its beginning.
func blurred(reading string) string {
	text := curled.Replace(reading)
	switch {
	case strings.HasPrefix(text, "n"), strings.HasPrefix(text, "r"):
		return "l" + text[1:]
	case strings.HasPrefix(text, "hu") && len(text) > 2:
		return "f" + text[2:]
	}
	return text
}

// letterScore compares letters as a whole and word by word, and returns the better.
func letterScore(a, b string, words, others []string) (float64, How) {
	if a == b {
		return 1, Same
	}
	longer := float64(max(len([]rune(a)), len([]rune(b))))
	edits := similar.Edits(a, b, 4)
	whole := max(0, 1-float64(edits)/longer)
	if edits > 4 {
		whole = 0
	}
	if how := Inside; strings.Contains(b, a) && len(a) >= 3 {
		return max(whole, .6+.35*float64(len(a))/float64(len(b))), how
	}
	if len(words) == 0 || len(others) == 0 {
		return whole, Spelled
	}
	if byWord, how := wordScore(words, others); byWord > whole {
		return byWord, how
	}
	return whole, Spelled
}

// wordScore pairs each typed word with the most alike word of the name, whatever their order; words of the name that
// were not typed count little.
func wordScore(words, others []string) (float64, How) {
	used := make([]bool, len(others))
	total, sum, all := 0.0, 0.0, 0.0
	how := Inside
	for _, other := range others {
		all += float64(len(other))
	}
	for _, word := range words {
		best, at := 0.0, -1
		for j, other := range others {
			if used[j] {
				continue
			}
			if alike := wordAlike(word, other); alike > best {
				best, at = alike, j
			}
		}
		if at >= 0 {
			used[at] = true
		}
		if best < 1 {
			how = Spelled
		}
		total += float64(len(word))
		sum += best * float64(len(word))
	}
	cover := min(1, total/all)
	return sum / total * (.6 + .37*cover), how
}

func wordAlike(a, b string) float64 {
	if a == b {
		return 1
	}
	longer := max(len([]rune(a)), len([]rune(b)))
	edits := similar.Edits(a, b, 2)
	if edits <= 2 && longer > 2 {
		return max(0, 1-float64(edits)/float64(longer))
	}
	if script.SoundKey(a) == script.SoundKey(b) {
		return .7
	}
	return 0
}

// acrossScripts pairs words in Arabic letters with words in Latin letters by how likely one is the other's spelling.
func acrossScripts(native, latin []string) (float64, How) {
	m := translit.Arab()
	used := make([]bool, len(latin))
	sum, weight := 0.0, 0.0
	for _, word := range native {
		n := m.Native(word)
		best, at := 0.0, -1
		for j, other := range latin {
			if used[j] {
				continue
			}
			if score := m.Score(n, m.Latin(other)); score > best {
				best, at = score, j
			}
		}
		if at >= 0 {
			used[at] = true
		}
		sum += (1 - math.Exp(-best/4)) * float64(len(word))
		weight += float64(len(word))
	}
	missed := max(0, len(latin)-len(native))
	return .95 * sum / (weight * (1 + .15*float64(missed))), Script
}
