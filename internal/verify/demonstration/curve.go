package demonstration

import (
	"rightkey/internal/verify/demonstration/world"
	"rightkey/precision"
)

// Times are the visits after which errors are told, as multiples of the registered.
var Times = []float64{0, 0.25, 0.5, 1, 1.5, 2}

// Point is a register after some visits: what the scorer counts, and what the campaign believes is left.
type Point struct {
	Times              float64
	Households         precision.Errors // the truth
	Persons            precision.Errors
	Wrong, Missed      precision.Left // estimated, in households
	Registered, Others int            // on the register then, and not
	Costs              Costs
}

// Settings are what a campaign in a world assumes of visits.
func Settings(w *world.World) precision.Setting {
	noise, leaning := w.Noise()
	return precision.Setting{Noise: noise, Leaning: leaning, Band: precision.DefaultBand, Spread: w.Spread, Between: w.Between,
		Signals: len(w.Signals), Cost: precision.EvenCost}
}

// Follow makes a campaign in a world and tells of it after each number of visits. The campaign knows what the world
// shows; the scorer alone, here, is asked about the truth.
func Follow(w *world.World, times []float64, seed uint64) []Point {
	return NewCampaign(w.Households, w, Settings(w), seed).follow(w, times)
}

func (c *Campaign) follow(w *world.World, times []float64) []Point {
	points := make([]Point, len(times))
	for i, t := range times {
		c.Until(t)
		points[i] = c.point(w, t)
	}
	return points
}

func (c *Campaign) point(w *world.World, times float64) Point {
	p := judged(w, c.Planner.Status)
	p.Times, p.Costs, p.Wrong, p.Missed = times, c.Costs, c.Planner.Estimate(true, nil), c.Planner.Estimate(false, nil)
	return p
}
