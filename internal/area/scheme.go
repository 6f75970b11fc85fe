package area

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
)

// maxDigits keeps keys exact in JSON (below 2^53).
const maxDigits = 15

// Scheme is the arithmetic of area keys for one country's levels.
type Scheme struct {
	widths []int
	below  []int64 // below[level] = 10^(digits after that level); below[0] = 10^all
}

// NewScheme makes the scheme of levels with these widths in digits, outermost first.
func NewScheme(widths []int) (Scheme, error) {
	total := 0
	for i, w := range widths {
		if w < 1 || w > 6 {
			return Scheme{}, fmt.Errorf("level %d is %d digits wide, allowed are 1 to 6", i+1, w)
		}
		total += w
	}
	if total == 0 || total > maxDigits {
		return Scheme{}, fmt.Errorf("the levels are %d digits wide in all, allowed are 1 to %d", total, maxDigits)
	}
	s := Scheme{widths: slices.Clone(widths), below: make([]int64, len(widths)+1)}
	s.below[len(widths)] = 1
	for level := len(widths); level > 0; level-- {
		s.below[level-1] = s.below[level] * pow10(widths[level-1])
	}
	return s, nil
}

// ParseScheme reads widths written as "2-2-2-3-3".
func ParseScheme(text string) (Scheme, error) {
	var widths []int
	for part := range strings.SplitSeq(text, "-") {
		w, err := strconv.Atoi(part)
		if err != nil {
			return Scheme{}, fmt.Errorf("level widths %q: %w", text, err)
		}
		widths = append(widths, w)
	}
	return NewScheme(widths)
}

// String writes the widths as "2-2-2-3-3".
func (s Scheme) String() string {
	parts := make([]string, len(s.widths))
	for i, w := range s.widths {
		parts[i] = strconv.Itoa(w)
	}
	return strings.Join(parts, "-")
}

// Levels is the number of levels; level 1 is the outermost, level 0 the whole country (key 0).
func (s Scheme) Levels() int { return len(s.widths) }

// Width is the digits of a level, 1 ≤ level ≤ Levels.
func (s Scheme) Width(level int) int { return s.widths[level-1] }

// Level is the level of a key, 0 for the whole country.
func (s Scheme) Level(key int64) int {
	for level := len(s.widths); level > 0; level-- {
		if key%s.below[level-1]/s.below[level] != 0 {
			return level
		}
	}
	return 0
}

// Range is the subtree of key, itself included; key 0 is everywhere.
func (s Scheme) Range(key int64) access.Range {
	if key == 0 {
		return access.Everywhere
	}
	return access.Range{Lo: key, Hi: key + s.below[s.Level(key)] - 1}
}

// At is the ancestor of key at level (key itself if it is of that level or further out).
func (s Scheme) At(key int64, level int) int64 {
	if level >= s.Level(key) {
		return key
	}
	return key - key%s.below[level]
}

// Keys is how many keys an area of a level has for itself and those below it.
func (s Scheme) Keys(level int) int64 { return s.below[level] }

// WidthBelow is how many keys each area directly below key has; those of an area of the innermost level are its own.
func (s Scheme) WidthBelow(key int64) int64 { return s.below[min(s.Level(key)+1, s.Levels())] }

// Parent is the area around key, 0 for an area of the first level.
func (s Scheme) Parent(key int64) int64 {
	level := s.Level(key)
	if level == 0 {
		return 0
	}
	return s.At(key, level-1)
}

// Path lists key and its ancestors, outermost first.
func (s Scheme) Path(key int64) []int64 {
	var path []int64
	for level := 1; level <= s.Level(key); level++ {
		path = append(path, s.At(key, level))
	}
	return path
}

// Child is the key of the child of parent with this group number, 1 ≤ group ≤ Groups(level).
func (s Scheme) Child(parent, group int64) int64 {
	return parent + group*s.below[s.Level(parent)+1]
}

// Groups is how many children an area of level-1 can have: group numbers run from 1 to Groups.
func (s Scheme) Groups(level int) int64 { return pow10(s.widths[level-1]) - 1 }

// group is the group number of key at its own level.
func (s Scheme) group(key int64) int64 {
	level := s.Level(key)
	return key % s.below[level-1] / s.below[level]
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
