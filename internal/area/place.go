package area

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// arrange finds every unit's level and parent and gives the new ones their keys. Units that have no place (an
// orphan, a level that does not exist, a full parent) are reported, with everything below them. It returns the
// others, parents before children.
func arrange(s Scheme, units []*unit, known map[string]stored, report *Report) []*unit {
	byCode := make(map[string]*unit, len(units))
	for _, u := range units {
		byCode[u.code] = u
	}
	a := arranger{scheme: s, byCode: byCode, known: known, report: report, taken: map[int64]bool{}, next: map[int64]int64{}}
	for _, k := range known {
		a.taken[k.key] = true
	}
	levelled := units[:0:0]
	for _, u := range units {
		if field, err := a.level(u); err != nil {
			report.reject(u.row, field, u.code, err.Error())
			u.level = 0
			continue
		}
		levelled = append(levelled, u)
	}
	slices.SortStableFunc(levelled, func(x, y *unit) int { return cmp.Compare(x.level, y.level) })
	placed := levelled[:0]
	for _, u := range levelled {
		if err := a.place(u); err != nil {
			report.reject(u.row, "code", u.code, err.Error())
			continue
		}
		placed = append(placed, u)
	}
	return placed
}

type arranger struct {
	scheme Scheme
	byCode map[string]*unit
	known  map[string]stored
	report *Report
	taken  map[int64]bool
	next   map[int64]int64 // parent → highest group number not looked at, for codes without a usable number
}

// level says on which level a unit is: as its level column says, else one below the parent it names, else by the
// length of its code, whose digits follow the widths of the levels.
func (a *arranger) level(u *unit) (field string, err error) {
	if u.level > a.scheme.Levels() {
		return "level", fmt.Errorf("there is no level %d, only %d", u.level, a.scheme.Levels())
	}
	if u.level > 0 {
		return "", nil
	}
	if u.parent != "" {
		return a.levelBelow(u, map[*unit]bool{})
	}
	digits := onlyDigits(u.code)
	for level, sum := 1, 0; level <= a.scheme.Levels(); level++ {
		if sum += a.scheme.Width(level); sum == len(digits) {
			u.level = level
			return "", nil
		}
	}
	return "code", fmt.Errorf("a code of %d digits fits no level (widths %s); give a parent or level column", len(digits), a.scheme)
}

func (a *arranger) levelBelow(u *unit, seen map[*unit]bool) (field string, err error) {
	if seen[u] {
		return "parent", fmt.Errorf("the area is its own ancestor")
	}
	seen[u] = true
	if k, ok := a.known[u.parent]; ok {
		u.level = a.scheme.Level(k.key) + 1
	} else if p := a.byCode[u.parent]; p != nil {
		if p.level == 0 && p.parent != "" {
			if field, err := a.levelBelow(p, seen); err != nil {
				return field, err
			}
		} else if p.level == 0 {
			if field, err := a.level(p); err != nil {
				return field, err
			}
		}
		u.level = p.level + 1
	} else {
		return "parent", fmt.Errorf("there is no area with code %q", u.parent)
	}
	if u.level > a.scheme.Levels() {
		return "parent", fmt.Errorf("the area lies below the last level (%d)", a.scheme.Levels())
	}
	return "", nil
}

// place finds the parent of a unit whose level is known and gives it a key.
func (a *arranger) place(u *unit) error {
	parent, err := a.parent(u)
	if err != nil {
		return err
	}
	if k, ok := a.known[u.code]; ok {
		if a.scheme.Level(k.key) != u.level || a.scheme.Parent(k.key) != parent {
			return fmt.Errorf("the area is registered elsewhere in the hierarchy; moving an area is a change of its own")
		}
		u.key = k.key
		return nil
	}
	if u.key, err = a.free(parent, u); err != nil {
		return err
	}
	a.taken[u.key] = true
	return nil
}

// parent returns the parent's key, 0 at the first level.
func (a *arranger) parent(u *unit) (int64, error) {
	code := u.parent
	if code == "" {
		if u.level == 1 {
			return 0, nil
		}
		code = a.enclosing(u)
	}
	if p := a.byCode[code]; p != nil && code != "" {
		if p.key == 0 {
			return 0, fmt.Errorf("its parent %q was rejected", code)
		}
		if p.level != u.level-1 {
			return 0, fmt.Errorf("its parent %q is of level %d, not %d", code, p.level, u.level-1)
		}
		return p.key, nil
	}
	if k, ok := a.known[code]; ok && a.scheme.Level(k.key) == u.level-1 {
		return k.key, nil
	}
	return 0, fmt.Errorf("an orphan: no area of level %d has the code that this one begins with", u.level-1)
}

// enclosing is the code of the area one level up, by the digits of the unit's code: "110101001" lies in "110101",
// "11.01.02" in "11.01".
func (a *arranger) enclosing(u *unit) string {
	want := 0
	for level := 1; level < u.level; level++ {
		want += a.scheme.Width(level)
	}
	seen := 0
	for i, r := range u.code {
		if seen == want {
			return strings.TrimRight(u.code[:i], ".-/ ")
		}
		if r >= '0' && r <= '9' {
			seen++
		}
	}
	return ""
}

// free picks the key of a new unit: the last digits of its code where they are a free group number, else the
// highest free one. Keys that were ever used stay used.
func (a *arranger) free(parent int64, u *unit) (int64, error) {
	width := a.scheme.Width(u.level)
	if digits := onlyDigits(u.code); len(digits) >= width {
		group, err := strconv.ParseInt(digits[len(digits)-width:], 10, 64)
		if err == nil && group > 0 {
			if key := a.scheme.Child(parent, group); !a.taken[key] {
				return key, nil
			}
		}
	}
	group, ok := a.next[parent]
	if !ok {
		group = a.scheme.Groups(u.level)
	}
	for ; group > 0; group-- {
		if key := a.scheme.Child(parent, group); !a.taken[key] {
			a.next[parent] = group - 1
			return key, nil
		}
	}
	return 0, fmt.Errorf("its parent has no free number left (%d digits at level %d)", width, u.level)
}

func onlyDigits(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
}
