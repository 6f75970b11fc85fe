package linkage

import (
	"rightkey/linkage/kin"
	"rightkey/linkage/script"
	"rightkey/linkage/similar"
)

// compareFunc returns the level of two different known values.
type compareFunc func(a, b string) uint8

// comparers hold the rule of each kind.
var comparers = [kinds]compareFunc{
	Given: compareGiven, Surname: compareSurname, Name: compareFullName, Date: compareDates, Year: compareYears,
	Month: compareSmall, Day: compareSmall, Sex: compareSex, ID: compareIDs, Phone: compareNumbers,
	Place: comparePlaces, Address: compareTexts, Code: compareCodes, Text: compareTexts,
}

// compareGiven is compareSurname with the level "swapped" in second place, which only the record knows.
func compareGiven(a, b string) uint8 { return compareSurname(a, b) + 1 }

// compareSurname compares one part of a name by spelling; names that sound the same are told before.
func compareSurname(a, b string) uint8 {
	if level, different := crossScript(a, b); different {
		return level
	}
	if script.IsHan(a) {
		return compareHan(a, b)
	}
	return compareSpelling(a, b)
}

// compareSpelling compares two names letter by letter.
func compareSpelling(a, b string) uint8 {
	like := similar.AtLeast(a, b, .70)
	switch {
	case like >= .92:
		return 3
	case like >= .88 || similar.Edits(a, b, 1) <= 1 && min(len(a), len(b)) > 3:
		return 4
	case script.IsShortForm(a, b):
		return 5
	case like >= .70:
		return 6
	}
	return 7
}

// compareHan compares names of two to four characters, for which the measures of alphabets say nothing: one
// character of three in common is little, two are much.
func compareHan(a, b string) uint8 {
	x, y := []rune(a), []rune(b)
	edits := similar.Edits(a, b, 2)
	switch longer := max(len(x), len(y)); {
	case edits == 1 && longer > 3:
		return 3
	case edits == 1 && longer == 3:
		return 4
	case edits == 1 && longer == 2 && len(x) != len(y):
		return 5
	case edits == 1:
		return 6
	}
	return 7
}

// compareFullName compares names whose parts may stand in any order, and the names of relatives where they are given.
func compareFullName(a, b string) uint8 {
	if script.Of(a) != script.Of(b) {
		return compareFullNameAcross(kin.Plain(a), kin.Plain(b))
	}
	x, y := kin.Split(a), kin.Split(b)
	switch {
	case x.Relation == kin.None && y.Relation == kin.None:
		return compareWholeName(a, b)
	case x.Relation == y.Relation:
		return compareWithRelatives(x, y)
	case x.Relation == kin.None || y.Relation == kin.None:
		// What looks like a relative may be a part of the name on the other side.
		return min(compareWholeName(kin.Plain(a), kin.Plain(b)), max(compareWholeName(x.Own, y.Own), wordsOfOne))
	}
	return max(compareWholeName(x.Own, y.Own), wordsOfOne)
}

// wordsOfOne is the level of full names of which one has words that the other has not.
const wordsOfOne = 4

// compareWithRelatives compares names that both say whose child, or whose wife, the person is. Brothers share the
// father, namesakes the name: only both together tell.
func compareWithRelatives(x, y kin.Name) uint8 {
	own, relative := compareWholeName(x.Own, y.Own), compareWholeName(x.Relative, y.Relative)
	const someWords, oneWord, different = 6, 7, 8
	switch {
	case own > someWords:
		return different
	case relative > someWords:
		return oneWord
	}
	return max(own, relative, 2)
}

// compareWholeName compares names word by word and letter by letter.
func compareWholeName(a, b string) uint8 {
	words := similar.CompareWords(a, b, .88)
	less, more := min(words.Left, words.Right), max(words.Left, words.Right)
	if words.Same == more {
		return 2
	}
	like := similar.AtLeast(a, b, .78)
	switch {
	case words.Alike == more || like >= .94 || similar.Edits(a, b, 2) <= 1:
		return 3
	case words.Alike == less && less >= 2:
		return wordsOfOne
	case words.Alike >= 2 && 3*words.Alike >= 2*less:
		return 5
	case words.Alike >= 2 || like >= .88:
		return 6
	case words.Alike == 1 || like >= .78:
		return 7
	}
	return 8
}

// compareFullNameAcross compares full names of two scripts as a whole.
func compareFullNameAcross(a, b string) uint8 {
	switch level, _ := crossScript(a, b); level {
	case 2:
		return 2
	case 3:
		return 3
	case 4:
		return 5
	}
	return 8
}

// compareTexts compares addresses and other texts by their words.
func compareTexts(a, b string) uint8 {
	words := similar.CompareWords(a, b, .88)
	more := max(words.Left, words.Right)
	if words.Same == more || script.Joined(a) == script.Joined(b) {
		return 2
	}
	like := similar.AtLeast(a, b, .75)
	switch {
	case words.Alike == more || like >= .92:
		return 3
	case 3*words.Alike >= 2*more || like >= .88:
		return 4
	case 2*words.Alike >= min(words.Left, words.Right) && words.Alike > 0:
		return 5
	case like >= .75:
		return 6
	}
	return 7
}

// comparePlaces compares names of places, or codes in which each level of administration is two or more digits
// from the left.
func comparePlaces(a, b string) uint8 {
	if len(a) == len(b) && len(a) >= 4 && isDigits(a) && isDigits(b) {
		return comparePlaceCodes(a, b)
	}
	like := similar.AtLeast(a, b, .85)
	if like >= .92 || similar.Edits(a, b, 1) == 1 && min(len(a), len(b)) > 3 {
		return 2
	}
	words := similar.CompareWords(a, b, .9)
	switch {
	case like >= .85 || words.Alike == max(words.Left, words.Right):
		return 3
	case words.Alike > 0:
		return 4
	}
	return 5
}

// comparePlaceCodes gives the administrative parent (all but the last fifth to third of the digits), the
// grandparent, and the great-grandparent that two places share.
func comparePlaceCodes(a, b string) uint8 {
	shared := 0
	for shared < len(a) && a[shared] == b[shared] {
		shared++
	}
	switch {
	case 4*shared >= 3*len(a):
		return 2
	case 2*shared >= len(a):
		return 3
	case 3*shared >= len(a):
		return 4
	}
	return 5
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func compareSex(_, _ string) uint8 { return 1 }

// compareNumbers counts the slips between two numbers.
func compareNumbers(a, b string) uint8 {
	switch similar.Edits(a, b, 2) {
	case 1:
		return 1
	case 2:
		return 2
	}
	return 3
}

// compareIDs counts the slips between two numbers of an authority. Of numbers that hold a date of birth only the rest is
// compared: strangers of a district who were born on days that look alike have numbers that look alike, which says
// nothing that their dates have not said.
func compareIDs(a, b string) uint8 {
	x, y := dateInID(a), dateInID(b)
	if x != y || x.to == 0 {
		return compareNumbers(a, b)
	}
	a, b = a[:x.from]+a[x.to:], b[:x.from]+b[x.to:]
	switch {
	case a == b:
		return 1
	case similar.Edits(a, b, 1) == 1:
		return 2
	}
	return 3
}

// compareSmall compares months or days: one wrong digit, or two digits changed over.
func compareSmall(a, b string) uint8 {
	if similar.Edits(a, b, 1) == 1 {
		return 1
	}
	return 2
}

// compareCodes compares postcodes: slips, or the same first half.
func compareCodes(a, b string) uint8 {
	edits := similar.Edits(a, b, 2)
	half := (min(len(a), len(b)) + 1) / 2
	switch {
	case edits == 1:
		return 1
	case half > 1 && a[:half] == b[:half]:
		return 2
	case edits == 2:
		return 3
	}
	return 4
}
