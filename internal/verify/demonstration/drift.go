package demonstration

import (
	"slices"

	"rightkey/internal/verify/demonstration/world"
)

// Year is a register at the end of a year: verified by visits every year, and left alone since the first campaign.
type Year struct {
	Visited Point
	Alone   Point // only the truth is told
}

// Drift verifies a register by a campaign of first visits, as multiples of the registered, and then by yearly ones while
// the households change. The first year told is that of the first campaign.
func Drift(w *world.World, first, yearly float64, years int, seed uint64) []Year {
	setting := Settings(w)
	setting.Drift = world.Usual.Income
	c := NewCampaign(w.Households, w, setting, seed)
	c.Until(first)
	alone := slices.Clone(c.Planner.Status)
	told := []Year{{c.point(w, first), judged(w, alone)}}
	for year := range years {
		for _, change := range w.Pass(seed+uint64(year), world.Usual) {
			c.Planner.Change(change.Household, change.Now, change.Another)
			alone[change.Household] = alone[change.Household] && !change.Another
		}
		c.Planner.Begin(1)
		times := first + yearly*float64(year+1)
		c.Until(times)
		told = append(told, Year{c.point(w, times), judged(w, alone)})
	}
	return told
}

// judged is a register of which nothing is estimated.
func judged(w *world.World, status []bool) (p Point) {
	p.Households, p.Persons = w.Judge(status)
	p.Registered, p.Others = int(p.Households.Registered), int(p.Households.Others)
	return p
}
