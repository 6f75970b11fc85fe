package demonstration

import "rightkey/precision"

// Cell counts how often an interval held the truth.
type Cell struct {
	Name          string
	Seeds, Held   int
	Width, Design float64 // sums of the widths of the interval and of that without the model
	HeldByDesign  int
}

// Coverage are the cells of all intervals, for campaigns that were told to it.
type Coverage [4]Cell

// NewCoverage is a coverage of no campaigns.
func NewCoverage() Coverage {
	return Coverage{{Name: "clear inclusion"}, {Name: "raw inclusion"}, {Name: "clear missing"}, {Name: "raw missing"}}
}

// Add counts a campaign's point.
func (c *Coverage) Add(p Point) {
	e := p.Households
	for i, of := range []struct {
		truth         float64
		count, design precision.Count
	}{{e.ClearlyWrong, p.Wrong.Clear, p.Wrong.ClearByDesign}, {e.Wrong, p.Wrong.Raw, p.Wrong.RawByDesign},
		{e.ClearlyMissed, p.Missed.Clear, p.Missed.ClearByDesign}, {e.Missed, p.Missed.Raw, p.Missed.RawByDesign}} {
		cell := &c[i]
		cell.Seeds++
		cell.Width += of.count.High - of.count.Low
		cell.Design += of.design.High - of.design.Low
		if of.count.Low <= of.truth && of.truth <= of.count.High {
			cell.Held++
		}
		if of.design.Low <= of.truth && of.truth <= of.design.High {
			cell.HeldByDesign++
		}
	}
}
