package policy

import (
	"math"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

// Forever is the last day of what has no end.
const Forever clock.Day = math.MaxInt32

// Per says what a line or a welfare figure is divided by.
type Per string

// Period is the time a line or a welfare figure covers.
type Period string

// Divisors and periods.
const (
	PerHead            Per    = "head"
	PerAdultEquivalent Per    = "adult_equivalent"
	PerHousehold       Per    = "household"
	PerYear            Period = "year"
	PerMonth           Period = "month"
)

// Line is a poverty line: who has less is poor, for one purpose, in one area, for a time.
type Line struct {
	Code        string    // stable within the pack; a decision stores it
	Purpose     string    // identify, exit, monitor …
	Label       i18n.Text // "national standard 2013"
	Area        AreaScope
	From, To    clock.Day // first and last reference day (the last day of the income period) it is for
	Amount      int64     // minor units of the pack's currency
	Per         Per
	Period      Period
	Prices      string // the year whose prices it is in, "2013"
	Source      string
	Unconfirmed bool
	Pos         Pos
}

// LineFor returns the line for a purpose that is valid at an area on a reference day: that of the smallest area which
// contains it, and of several of the same area the one that began last. False: the pack has none, and then nobody can
// be judged.
func (p *Pack) LineFor(area int64, day clock.Day, purpose string) (Line, bool) {
	best := -1
	for i, line := range p.Lines {
		if line.Purpose != purpose || !valid(line.From, line.To, day) || !line.Area.Contains(area) {
			continue
		}
		if best < 0 || narrower(line.Area, line.From, p.Lines[best].Area, p.Lines[best].From) {
			best = i
		}
	}
	if best < 0 {
		return Line{}, false
	}
	return p.Lines[best], true
}

// Value returns the dated figure with a code that is valid at an area on a day, chosen like LineFor.
func (p *Pack) Value(code string, area int64, day clock.Day) (DatedValue, bool) {
	best := -1
	for i, value := range p.Values {
		if value.Code != code || !valid(value.From, value.To, day) || !value.Area.Contains(area) {
			continue
		}
		if best < 0 || narrower(value.Area, value.From, p.Values[best].Area, p.Values[best].From) {
			best = i
		}
	}
	if best < 0 {
		return DatedValue{}, false
	}
	return p.Values[best], true
}

func valid(from, to, day clock.Day) bool { return from <= day && day <= to }

// narrower says whether scope a (valid from fromA) is to be preferred to scope b.
func narrower(a AreaScope, fromA clock.Day, b AreaScope, fromB clock.Day) bool {
	if len(a.Prefix) != len(b.Prefix) {
		return len(a.Prefix) > len(b.Prefix)
	}
	return fromA > fromB
}
