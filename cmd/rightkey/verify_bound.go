package main

import (
	"fmt"

	"rightkey/internal/verify/demonstration"
	"rightkey/internal/verify/demonstration/world"
	"rightkey/precision"
)

// bounds prints what visits without error could reach at most: how many errors are left, and how many times as many
// visits the plan "half registered, half not" needs for as few.
func (c *verifyDemo) bounds(curves [][]demonstration.Point) error {
	half := demonstration.Orders[1]
	fmt.Fprintf(c.out, "\nhow far any plan can reach: errors left, and visits that %q needs for as few as multiples of the plan's\n%-10s %-44s %8s %6s %8s %6s\n",
		half.Name, "mechanism", "plan", "at 0.5×", "times", "at 1×", "times")
	for m, mechanism := range c.mechanisms {
		w, err := c.make(mechanism, c.Seed)
		if err != nil {
			return err
		}
		if err := w.Field(c.Seed, world.Visits{}); err != nil {
			return err
		}
		points := []demonstration.Point{curves[m][2], curves[m][3]}
		line := func(name string, left func(k int) float64) error {
			fmt.Fprintf(c.out, "%-10s %-44s", mechanism, name)
			for k, p := range points {
				if err := w.Field(c.Seed, world.Visits{}); err != nil {
					return err
				}
				fmt.Fprintf(c.out, " %8.0f %6.1f", left(k), float64(demonstration.Needed(w, half, left(k), c.Seed))/float64(p.Costs.Visits))
			}
			fmt.Fprintln(c.out)
			return nil
		}
		told := func(of []demonstration.Point) func(int) float64 {
			return func(k int) float64 { return of[k].Households.Total() }
		}
		times := []float64{0.5, 1}
		law := demonstration.Informed(w, times, precision.DefaultRandom, c.Seed)
		if err := w.Field(c.Seed, world.Visits{}); err != nil {
			return err
		}
		sole := demonstration.Informed(w, times, 0, c.Seed)
		for _, plan := range []struct {
			name string
			left func(int) float64
		}{
			{"the planner", told(points)},
			{"who need not learn", told(law)},
			{"who need not learn, nor draw by lot", told(sole)},
			{"who knows the truth", func(k int) float64 {
				return demonstration.Knowing(curves[m][0].Households, float64(points[k].Costs.Visits), precision.DefaultRandom)
			}},
		} {
			if err := line(plan.name, plan.left); err != nil {
				return err
			}
		}
	}
	return nil
}

// The campaign after which drift begins, and the visits of every year after it, as multiples of the registered.
const (
	driftFirst  = 1.5
	driftYearly = 0.3
)

// drift prints clear errors while the households change, with visits every year and without any.
func (c *verifyDemo) drift() error {
	fmt.Fprintf(c.out, "\nyears after a campaign of %g× careful visits, with %g× visits a year and without any: clear errors\n%-10s %4s %10s %-26s %8s %-26s %10s %8s\n",
		driftFirst, driftYearly, "mechanism", "year", "inclusion", "estimated", "missing", "estimated", "unvisited:", "missing")
	for _, mechanism := range c.mechanisms {
		w, err := c.make(mechanism, c.Seed)
		if err != nil {
			return err
		}
		if err := w.Field(c.Seed, carefully); err != nil {
			return err
		}
		for year, told := range demonstration.Drift(w, driftFirst, driftYearly, c.Years, c.Seed) {
			v := told.Visited
			_, inclusion := v.Households.Inclusion()
			_, missing := v.Households.Missing()
			_, alone := told.Alone.Households.Inclusion()
			_, gone := told.Alone.Households.Missing()
			fmt.Fprintf(c.out, "%-10s %4d %8.2f %% %-26s %6.2f %% %-26s %8.2f %% %6.2f %%\n", mechanism, year, 100*inclusion, estimated(v, v.Wrong.Clear, v.Registered),
				100*missing, estimated(v, v.Missed.Clear, v.Others), 100*alone, 100*gone)
		}
	}
	return nil
}
