// Package kin takes names apart that name a relative to tell namesakes from each other: "Aslam s/o Ghulam Rasool"
// (son of), "Nasreen w/o Akbar" (wife of), "Ahmad bin Ali", "اسلم ولد غلام رسول". The relative is another person:
// compared as words of one name, a father and his son who bear each other's names would be taken for one.
package kin

import (
	"strings"

	"rightkey/linkage/script"
)

// Relation says whose name follows.
type Relation byte

// The relations; a name without a relative has None.
const (
	None    Relation = 0
	Child   Relation = 's' // a parent's, mostly the father's: son or daughter of, bin, bint
	Wife    Relation = 'w' // the husband's: wife or widow of
	Husband Relation = 'h' // the wife's
	Parent  Relation = 'p' // the child's: father or mother of
	Ward    Relation = 'c' // a guardian's: care of
)

// Name is a name in its parts, each folded.
type Name struct {
	Own      string
	Relation Relation
	Relative string // empty with None
}

// mark stands before the relation in the written form; folded names have no such character.
const mark = " /"

// String is the comparable form of the name, such as "aslam /s ghulam rasool".
func (n Name) String() string {
	if n.Relation == None {
		return n.Own
	}
	return n.Own + mark + string(rune(n.Relation)) + " " + n.Relative
}

// Split reads the form that String writes.
func Split(s string) Name {
	own, rest, found := strings.Cut(s, mark)
	if !found || len(rest) < 3 {
		return Name{Own: s}
	}
	return Name{own, Relation(rest[0]), rest[2:]}
}

// Plain is the words of the form that String writes, without what the relative is.
func Plain(s string) string {
	n := Split(s)
	if n.Relation == None {
		return s
	}
	return n.Own + " " + n.Relative
}

// letters are the abbreviations with a stroke: s/o, d/o, w/o and so on.
var letters = map[string]Relation{"s": Child, "d": Child, "w": Wife, "h": Husband, "f": Parent, "m": Parent, "c": Ward}

// phrases are the words before "of".
var phrases = map[string]Relation{
	"son": Child, "daughter": Child, "child": Child, "wife": Wife, "widow": Wife, "husband": Husband,
	"father": Parent, "mother": Parent, "care": Ward,
}

// words stand between the two names, as folded. Those in Latin letters may be names themselves.
var words = map[string]Relation{
	"bin": Child, "ibn": Child, "bint": Child, "binti": Child, "binte": Child, "binta": Child, "walad": Child, "zauja": Wife,
	"بن": Child, "ابن": Child, "بنت": Child, "ولد": Child, "دختر": Child, "پسر": Child, "فرزند": Child,
	"زوجہ": Wife, "بیوہ": Wife, "شوہر": Husband, "والد": Parent, "والدہ": Parent,
}

// honours say of a relative that he is dead.
var honours = map[string]bool{"late": true, "marhoom": true, "marhum": true, "almarhum": true, "مرحوم": true}

// Full reads a full name as written.
func Full(raw string) Name {
	own, relation, relative := cut(raw, true)
	if own == "" {
		return Name{Own: relative}
	}
	return Name{own, relation, relative}
}

// Part reads a field for one part of a name: what stands before a relative, or, where nothing does, as in a field for
// the father's name that begins with s/o, the relative. Words that may be names themselves count at the front only.
func Part(raw string) string {
	own, _, relative := cut(raw, false)
	if own == "" {
		return relative
	}
	return own
}

// cut folds a name and takes it apart at the first relation after which a name follows. What a further relation
// introduces, such as the grandfather, is kept as words.
func cut(raw string, inside bool) (own string, relation Relation, relative string) {
	folded := script.FoldName(raw)
	strokes := strings.ContainsAny(raw, `/\`)
	for at := 0; at < len(folded); {
		relation, length := relationAt(folded[at:], strokes, inside || at == 0)
		if after := at + length; relation != None && after < len(folded) {
			if relative := relativeOf(folded[after:], strokes); relative != "" {
				return strings.TrimSuffix(folded[:at], " "), relation, relative
			}
		}
		space := strings.IndexByte(folded[at:], ' ')
		if space < 0 {
			break
		}
		at += space + 1
	}
	return folded, None, ""
}

// relationAt reads a relation at the beginning of a text and returns its length with the space after it.
func relationAt(text string, strokes, alsoNames bool) (Relation, int) {
	first, rest, _ := strings.Cut(text, " ")
	second, _, _ := strings.Cut(rest, " ")
	switch {
	case strokes && second == "o" && letters[first] != None:
		return letters[first], len(first) + len(" o ")
	case second == "of" && phrases[first] != None:
		return phrases[first], len(first) + len(" of ")
	case alsoNames || first != "" && first[0] >= 0x80:
		return words[first], len(first) + 1
	}
	return None, 0
}

// relativeOf leaves out titles, further relations and the word that he is dead.
func relativeOf(text string, strokes bool) string {
	var kept []string
	for text != "" {
		if relation, length := relationAt(text, strokes, true); relation != None && length <= len(text) {
			text = text[length:]
			continue
		}
		word, rest, _ := strings.Cut(text, " ")
		if !honours[word] {
			kept = append(kept, word)
		}
		text = rest
	}
	return script.FoldName(strings.Join(kept, " "))
}
