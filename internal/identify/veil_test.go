package identify

import (
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/area"
)

// drawn is a table of areas with few or many households.
func drawn(t *rapid.T) counted {
	n := rapid.OneOf(rapid.Int64Range(0, 12), rapid.Int64Range(0, 60))
	var c counted
	for i := range rapid.IntRange(0, 6).Draw(t, "areas") {
		one := AreaCount{Area: area.Area{Key: int64(i + 1)}}
		one.add(Poor, n.Draw(t, "poor"), 3)
		one.add(NotPoor, n.Draw(t, "not poor"), 3)
		one.add(Unknown, n.Draw(t, "unknown"), 3)
		c.areas = append(c.areas, one)
		c.total.Households, c.total.Poor, c.total.Unknown = c.total.Households+one.Households, c.total.Poor+one.Poor, c.total.Unknown+one.Unknown
	}
	return c
}

// fewOf says whether one of the figures is of 1 to 9 households.
func fewOf(c AreaCount) bool { return c.own() != Clear }

func TestWhatIsHiddenCannotBeComputedFromWhatIsShown(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		exact := drawn(rt)
		above := Veil(rapid.IntRange(int(Clear), int(Hidden)).Draw(rt, "above"))
		open := func(int64) bool { return false }
		if rapid.Bool().Draw(rt, "one is known") {
			open = func(area int64) bool { return area == 1 }
		}
		shown := exact.protect(above, open)
		if shown.total.Veil < above {
			rt.Fatalf("the total %+v is under a lighter veil than above it", shown.total)
		}
		var rest [Hidden + 1]AreaCount // the total less what is shown, by veil
		var areas [Hidden + 1]int
		for i, c := range shown.areas {
			if c.Veil == Clear && !open(c.Area.Key) && fewOf(c) || c.Veil == Undivided && few(c.Households) {
				rt.Fatalf("%+v is shown of %+v", c, exact.areas[i])
			}
			if c.Veil == Undivided && (c.Poor != 0 || c.Unknown != 0 || c.PoorPersons != 0 || c.UnknownPersons != 0) || c.Veil == Hidden && (c.Households != 0 || c.Persons != 0) {
				rt.Fatalf("%+v holds what is veiled", c)
			}
			for v := Undivided; v <= c.Veil; v++ {
				rest[v].Households += exact.areas[i].Households
				rest[v].Poor += exact.areas[i].Poor
				rest[v].Unknown += exact.areas[i].Unknown
				areas[v]++
			}
		}
		if shown.total.Veil < Hidden && (areas[Hidden] == 1 || few(rest[Hidden].Households)) {
			rt.Fatalf("the total tells of %+v in %d areas", rest[Hidden], areas[Hidden])
		}
		if shown.total.Veil < Undivided && (areas[Undivided] == 1 || fewOf(rest[Undivided])) {
			rt.Fatalf("the total tells how %+v in %d areas divide", rest[Undivided], areas[Undivided])
		}
	})
}

func TestManyHouseholdsEverywhereAreShown(t *testing.T) {
	one := AreaCount{Area: area.Area{Key: 1}, Households: 40, Poor: 20, Unknown: 0}
	other := AreaCount{Area: area.Area{Key: 2}, Households: 60, Poor: 10, Unknown: 10}
	c := counted{total: AreaCount{Households: 100, Poor: 30, Unknown: 10}, areas: []AreaCount{one, other}}
	shown := c.protect(Clear, func(int64) bool { return false })
	for _, c := range append(shown.areas, shown.total) {
		if c.Veil != Clear {
			t.Errorf("%+v is veiled", c)
		}
	}
}
