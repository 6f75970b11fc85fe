package policy

import (
	"fmt"

	"rightkey/internal/i18n"
)

// Level is one tier of the administration.
type Level struct {
	Code  string // province … village
	Label i18n.Text
	Width int // decimal digits it takes in an area key
	Pos   Pos
}

// Levels are the tiers from the top down. An area key is a decimal number in which every level has its fixed number
// of digits, zeros below the area's own level: with widths 2-2-2-3-3 the county 52 05 24 has the key 520524000000 and
// everything in it lies between 520524000000 and 520524999999.
type Levels []Level

// Digits is the length of a full key, at most 15.
func (l Levels) Digits() int {
	sum := 0
	for _, level := range l {
		sum += level.Width
	}
	return sum
}

// Find returns the depth (1 is the top) of the level with a code, 0 if there is none.
func (l Levels) Find(code string) int {
	for i, level := range l {
		if level.Code == code {
			return i + 1
		}
	}
	return 0
}

// Depth returns the level (1 is the top) to which a prefix of so many digits reaches; false if it ends inside one.
func (l Levels) Depth(digits int) (int, bool) {
	sum := 0
	for i, level := range l {
		sum += level.Width
		if sum == digits {
			return i + 1, true
		}
	}
	return 0, digits == 0
}

// Range returns the first and last key below a prefix of whole levels; the first is the area's own key.
// The empty prefix is everything.
func (l Levels) Range(prefix string) (lo, hi int64, err error) {
	if _, ok := l.Depth(len(prefix)); !ok {
		return 0, 0, fmt.Errorf("area prefix %q ends inside a level (widths %s)", prefix, l.widths())
	}
	span := int64(1)
	for range l.Digits() - len(prefix) {
		span *= 10
	}
	for _, digit := range []byte(prefix) {
		if digit < '0' || digit > '9' {
			return 0, 0, fmt.Errorf("area prefix %q is not all digits", prefix)
		}
		lo = lo*10 + int64(digit-'0')
	}
	return lo * span, lo*span + span - 1, nil
}

func (l Levels) widths() string {
	text := ""
	for i, level := range l {
		if i > 0 {
			text += "-"
		}
		text += fmt.Sprint(level.Width)
	}
	return text
}

// AreaScope is where a line or a value applies: everywhere ("*" in the file) or in one area and everything in it,
// written as the digits of its key down to its own level ("52", "520524"). A key is given once, when an area enters,
// and is never reused, so a scope stays right when official codes are reissued later.
type AreaScope struct {
	Prefix string // empty: everywhere
	Lo, Hi int64  // keys, inclusive
}

// Contains says whether an area (its key) lies in the scope.
func (s AreaScope) Contains(area int64) bool { return s.Lo <= area && area <= s.Hi }

// String is the scope as it is written in the file.
func (s AreaScope) String() string {
	if s.Prefix == "" {
		return "*"
	}
	return s.Prefix
}
