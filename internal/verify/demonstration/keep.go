package demonstration

import (
	_ "embed"
	"encoding/json"
	"math"

	"rightkey/precision"
)

// Kept are curves as they come with the program: shares are rounded to a hundredth of a per cent.
type Kept struct {
	Seed       uint64  `json:"seed"`
	Households int     `json:"households"`
	Curves     []Curve `json:"curves"`
}

// Curve is a campaign on the register that a mechanism made.
type Curve struct {
	Mechanism string `json:"mechanism"`
	Careful   bool   `json:"careful"` // visits of reliability .96; else without error
	Marks     []Mark `json:"marks"`
}

// Mark is a register after some visits, with what they took.
type Mark struct {
	Times     float64 `json:"times"`
	Inclusion Shown   `json:"inclusion"`
	Missing   Shown   `json:"missing"`
	TeamDays  float64 `json:"team_days"`
	Cases     int     `json:"cases"`
	Meetings  int     `json:"meetings"`
}

// Shown is a raw error as a share, true and as it is estimated; nothing is estimated before the first visit.
type Shown struct {
	True      float64   `json:"true"`
	Estimated *Interval `json:"estimated,omitempty"`
}

// Interval is an estimate with its interval of 95 %.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Keep makes a curve of what a campaign told.
func Keep(mechanism string, careful bool, points []Point) Curve {
	c := Curve{Mechanism: mechanism, Careful: careful}
	for _, p := range points {
		inclusion, _ := p.Households.Inclusion()
		missing, _ := p.Households.Missing()
		c.Marks = append(c.Marks, Mark{Times: p.Times, TeamDays: math.Round(p.Costs.TeamDays), Cases: p.Costs.Cases, Meetings: p.Costs.Meetings,
			Inclusion: shown(inclusion, p, p.Wrong.Raw, p.Registered), Missing: shown(missing, p, p.Missed.Raw, p.Others)})
	}
	return c
}

func shown(truth float64, p Point, n precision.Count, whole int) Shown {
	rounded := func(x float64) float64 { return math.Round(x*1e4) / 1e4 }
	s := Shown{True: rounded(truth)}
	if p.Costs.Visits > 0 {
		e := n.Over(float64(max(1, whole)))
		s.Estimated = &Interval{rounded(e.Value), rounded(e.Low), rounded(e.High)}
	}
	return s
}

//go:embed kept.json
var kept []byte

// Read returns the curves that come with the program.
func Read() (k Kept, err error) {
	err = json.Unmarshal(kept, &k)
	return k, err
}
