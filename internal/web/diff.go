package web

import "strings"

// DiffColumns set two versions of a record side by side: what differs is marked letter by letter, or as a whole where
// the two have little in common; what is equal is
// folded away, and above each value stand its source and date.
type DiffColumns struct {
	Caption string
	Left    string // what the left column is: "Registered", "Record A"
	Right   string
	Lines   []DiffLine
}

// DiffLine is one field of both versions.
type DiffLine struct {
	Label       string
	Left, Right DiffValue
	Note        string // what the difference weighs, in words
}

// DiffValue is one version of a field.
type DiffValue struct {
	Text    string
	Source  string // where it comes from and when
	Missing bool
}

// equal says whether both sides say the same.
func (l DiffLine) equal() bool {
	return l.Left.Text == l.Right.Text && l.Left.Missing == l.Right.Missing
}

// parts splits the lines into those that differ and those that are equal.
func (d DiffColumns) parts() (different, equal []DiffLine) {
	for _, line := range d.Lines {
		if line.equal() {
			equal = append(equal, line)
		} else {
			different = append(different, line)
		}
	}
	return different, equal
}

// piece is a stretch of text that the other side has too, or has not.
type piece struct {
	text   string
	marked bool
}

// maxMarked is the length in letters from which two texts are no longer compared letter by letter but as wholes.
const maxMarked = 400

// pieces cuts both texts of a line into what they share and what they do not (the longest common subsequence).
func (l DiffLine) pieces() (left, right []piece) {
	if l.Left.Missing || l.Right.Missing {
		return joined([]piece{{l.Left.Text, false}}), joined([]piece{{l.Right.Text, false}})
	}
	a, b := []rune(l.Left.Text), []rune(l.Right.Text)
	if len(a) > maxMarked || len(b) > maxMarked {
		return joined([]piece{{l.Left.Text, true}}), joined([]piece{{l.Right.Text, true}})
	}
	common := commonLengths(a, b)
	if 2*common[0][0] < max(len(a), len(b)) { // different words, which share letters by chance
		return joined([]piece{{l.Left.Text, true}}), joined([]piece{{l.Right.Text, true}})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			left, right = append(left, piece{string(a[i]), false}), append(right, piece{string(b[j]), false})
			i, j = i+1, j+1
		case j == len(b) || (i < len(a) && common[i+1][j] >= common[i][j+1]):
			left = append(left, piece{string(a[i]), true})
			i++
		default:
			right = append(right, piece{string(b[j]), true})
			j++
		}
	}
	return joined(left), joined(right)
}

// commonLengths gives, for every pair of positions, how many letters the rests of a and b have in common in order.
func commonLengths(a, b []rune) [][]int {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}

// joined puts neighbouring pieces of one kind together and drops empty ones.
func joined(pieces []piece) []piece {
	var out []piece
	var text strings.Builder
	for i, p := range pieces {
		text.WriteString(p.text)
		if i+1 == len(pieces) || pieces[i+1].marked != p.marked {
			if text.Len() > 0 {
				out = append(out, piece{text.String(), p.marked})
			}
			text.Reset()
		}
	}
	return out
}
