package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"rightkey/internal/verify/demonstration"
	"rightkey/internal/verify/demonstration/world"
	"rightkey/policies"
	"rightkey/precision"
	"rightkey/synth"
	"rightkey/synth/mistakes"
	"rightkey/synth/visit"
)

// verifyCommands holds what concerns verification itself.
type verifyCommands struct {
	Demo       verifyDemo       `cmd:"" help:"Show on counties of which the truth is known how planned visits lower the errors of a register."`
	Scenarios  verifyScenarios  `cmd:"" help:"Show on a county of which the truth is known what cross-checks find, and how many clean households they flag."`
	Department verifyDepartment `cmd:"" help:"Take part as a department: make keys, open a sealed request, answer it."`
}

// verifyDemo is "rightkey verify demo".
type verifyDemo struct {
	Households int    `default:"30000" help:"Households of the county."`
	Seed       uint64 `default:"1" help:"Equal seeds give equal counties and visits."`
	Picture    string `placeholder:"FILE" help:"Write the curves as SVG."`
	Keep       string `placeholder:"FILE" help:"Write the curves as the page of the demonstration shows them."`
	Survey     string `placeholder:"FILE" help:"Instead of counties, take the households of a survey with a score of each, as poverty train --oof writes them."`
	Village    string `default:"group" help:"Column of the survey: the village."`
	Welfare    string `default:"ln_welfare" help:"Column of the survey: the logarithm of welfare."`
	Score      string `default:"score" help:"Column of the survey: what was predicted of it by a score that had not seen the household."`
	Seeds      int    `help:"Make so many campaigns, to see how often the interval holds the truth."`
	Counties   int    `default:"20" help:"Counties among which the campaigns of --seeds are divided."`
	Careful    bool   `help:"With --seeds: visits of reliability .96 instead of visits without error."`
	Years      int    `default:"3" help:"Years of drift."`

	out        io.Writer
	mechanisms []string
	make       func(mechanism string, seed uint64) (*world.World, error) // a population with a mechanism's register
	spec       synth.Spec
	learnt     *world.Score
}

// Help is shown by --help.
func (verifyDemo) Help() string {
	return `Example:
  rightkey verify demo --seed 1 --picture verification.svg

A county in which nobody exists has a register of which 30 % are not poor and from which as many poor are missing, by
three mechanisms; or the households of a survey, on whose register stand those who declared least, with declarations so
noisy that 30 % of them are not poor. The campaign sees the register, a score learnt from a survey of another county, signals, and what
visits find; the scorer alone reads the truth. The worst mechanism counts. Team-days are those of a team that visits 8
households a day; cases are changes of status; meetings are one a village and batch.`
}

// mechanisms are those of the register's mistakes by which visits are measured.
var mechanisms = []string{mistakes.AtRandom, mistakes.NearLine, mistakes.Mixed}

// Run prints curves and targets.
func (c verifyDemo) Run(app *kong.Kong) error {
	c.out = app.Stdout
	if c.Survey != "" {
		c.mechanisms, c.make = []string{"declared"}, c.surveyed
	} else if err := c.prepare(); err != nil {
		return err
	}
	if c.Seeds > 0 {
		return c.coverage()
	}
	exact, err := c.curves("visits without error", world.Visits{})
	if err != nil {
		return err
	}
	careful, err := c.curves("visits of reliability .96", carefully)
	if err != nil {
		return err
	}
	c.print("Targets, the worst mechanism", append(demonstration.WithoutError(exact), demonstration.Careful(careful)...))
	compared, err := c.compare(exact)
	if err != nil {
		return err
	}
	c.print("Targets against simpler plans, the mechanism on which they do best", compared)
	if err := c.bounds(exact); err != nil {
		return err
	}
	if err := c.drift(); err != nil {
		return err
	}
	for _, section := range verifySections {
		if err := section(c); err != nil {
			return err
		}
	}
	if c.Picture != "" {
		if err := os.WriteFile(c.Picture, []byte(curvePlot(exact, careful)), 0o644); err != nil {
			return err
		}
	}
	if c.Keep == "" {
		return nil
	}
	return c.keep(exact, careful)
}

// keep writes the curves that come with the program.
func (c *verifyDemo) keep(exact, careful [][]demonstration.Point) error {
	kept := demonstration.Kept{Seed: c.Seed, Households: c.Households}
	for k, curves := range [][][]demonstration.Point{exact, careful} {
		for m, points := range curves {
			kept.Curves = append(kept.Curves, demonstration.Keep(c.mechanisms[m], k == 1, points))
		}
	}
	text, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.Keep, append(text, '\n'), 0o644)
}

// verifySections print what else verification shows on counties of which the truth is known, after the curves.
var verifySections []func(verifyDemo) error

// carefully is how visits go that are made with care.
var carefully = world.Visits{Reliability: visit.Careful, Refusal: visit.Refusal, Absence: visit.Absence, Enumerator: 0.2}

// prepare reads what counties are made of and learns the score.
func (c *verifyDemo) prepare() error {
	data, err := policies.Files.ReadFile(policies.Demonstration() + "/examples/synth.yaml")
	if err != nil {
		return err
	}
	setting, err := readSynthSetting(data)
	if err != nil {
		return err
	}
	if c.spec, err = setting.spec(c.Seed); err != nil {
		return err
	}
	c.spec.Villages = max(c.spec.Townships, c.spec.Villages*c.Households/c.spec.Households)
	c.spec.Households = c.Households
	c.mechanisms, c.make = mechanisms, c.county
	c.learnt, err = world.Survey(c.spec)
	return err
}

// county makes the county of a seed with a mechanism's register.
func (c *verifyDemo) county(mechanism string, seed uint64) (*world.World, error) {
	spec := c.spec
	spec.Seed = seed
	var err error
	if spec.Errors, err = readSynthErrors(mechanism); err != nil {
		return nil, err
	}
	return world.FromCounty(spec, c.learnt)
}

// curves follows a campaign under every mechanism.
func (c *verifyDemo) curves(title string, visits world.Visits) ([][]demonstration.Point, error) {
	fmt.Fprintf(c.out, "\n%s\n%-10s %5s %9s %8s %9s %8s   %-26s %-26s %9s %6s %8s\n", title, "mechanism", "times", "inclusion", "missing", "clear", "clear",
		"estimated inclusion", "estimated missing", "team-days", "cases", "meetings")
	var all [][]demonstration.Point
	for _, mechanism := range c.mechanisms {
		w, err := c.make(mechanism, c.Seed)
		if err != nil {
			return nil, err
		}
		if err := w.Field(c.Seed, visits); err != nil {
			return nil, err
		}
		points := demonstration.Follow(w, demonstration.Times, c.Seed)
		for _, p := range points {
			c.point(mechanism, p)
		}
		all = append(all, points)
	}
	return all, nil
}

func (c *verifyDemo) point(mechanism string, p demonstration.Point) {
	inclusion, clearInclusion := p.Households.Inclusion()
	missing, clearMissing := p.Households.Missing()
	fmt.Fprintf(c.out, "%-10s %5.2f %7.2f %% %6.2f %% %7.2f %% %6.2f %%   %-26s %-26s %9.0f %6d %8d\n", mechanism, p.Times, 100*inclusion, 100*missing,
		100*clearInclusion, 100*clearMissing, estimated(p, p.Wrong.Raw, p.Registered), estimated(p, p.Missed.Raw, p.Others), p.Costs.TeamDays, p.Costs.Cases, p.Costs.Meetings)
}

// estimated is a share that is estimated of a register, after visits.
func estimated(p demonstration.Point, n precision.Count, whole int) string {
	if p.Costs.Visits == 0 {
		return "–"
	}
	s := n.Over(float64(max(1, whole)))
	return fmt.Sprintf("%5.2f %% (%.2f to %.2f)", 100*s.Value, 100*s.Low, 100*s.High)
}

// compare says how many visits simpler plans need for what the planner reached at .5 and 1 times the registered.
func (c *verifyDemo) compare(curves [][]demonstration.Point) ([]demonstration.Target, error) {
	fmt.Fprintf(c.out, "\nvisits that simpler plans need for the planner's total error, as multiples of the planner's\n%-10s %-38s %6s %6s\n", "mechanism", "plan", "0.5×", "1×")
	wanted := map[string][2]float64{demonstration.Orders[1].Name: {4, 4}, demonstration.Orders[3].Name: {1.7, 1.4}}
	least := map[string][2]float64{}
	for m, mechanism := range c.mechanisms {
		w, err := c.make(mechanism, c.Seed)
		if err != nil {
			return nil, err
		}
		for _, order := range demonstration.Orders {
			var ratios [2]float64
			for k, at := range []int{2, 3} {
				if err := w.Field(c.Seed, world.Visits{}); err != nil {
					return nil, err
				}
				p := curves[m][at]
				ratios[k] = float64(demonstration.Needed(w, order, p.Households.Total(), c.Seed)) / float64(p.Costs.Visits)
			}
			fmt.Fprintf(c.out, "%-10s %-38s %6.1f %6.1f\n", mechanism, order.Name, ratios[0], ratios[1])
			if so, ok := least[order.Name]; ok {
				ratios = [2]float64{min(so[0], ratios[0]), min(so[1], ratios[1])}
			}
			least[order.Name] = ratios
		}
	}
	var targets []demonstration.Target
	for _, order := range demonstration.Orders {
		for k, at := range []string{"0.5×", "1×"} {
			if bounds, ok := wanted[order.Name]; ok {
				targets = append(targets, demonstration.Target{What: order.Name + " for the planner's " + at, Measured: least[order.Name][k], Bound: bounds[k], AtLeast: true})
			}
		}
	}
	return targets, nil
}

// print prints targets as met or missed.
func (c *verifyDemo) print(title string, targets []demonstration.Target) {
	fmt.Fprintf(c.out, "\n%s\n", title)
	for _, t := range targets {
		sign, word := "≤", "met"
		if t.AtLeast {
			sign = "≥"
		}
		if !t.Met() {
			word = "MISSED"
		}
		if t.Stretch {
			word += " (more than asked)"
		}
		fmt.Fprintf(c.out, "  %-62s %8.4f %s %-7.4g %s\n", t.What, t.Measured, sign, t.Bound, word)
	}
}

// coverage makes many campaigns and counts how often the intervals after as many visits as there are registered held
// the truth.
func (c *verifyDemo) coverage() error {
	var visits world.Visits
	if c.Careful {
		visits = carefully
	}
	fmt.Fprintf(c.out, "%-10s %-16s %6s %6s %8s %12s %14s\n", "mechanism", "interval", "seeds", "held", "width", "by design", "held by design")
	for _, mechanism := range c.mechanisms {
		cells := demonstration.NewCoverage()
		for county := range c.Counties {
			w, err := c.make(mechanism, c.Seed+uint64(county))
			if err != nil {
				return err
			}
			for seed := county; seed < c.Seeds; seed += c.Counties {
				if err := w.Field(uint64(seed), visits); err != nil {
					return err
				}
				points := demonstration.Follow(w, []float64{1}, uint64(seed)+1)
				cells.Add(points[0])
			}
		}
		for _, cell := range cells {
			n := float64(cell.Seeds)
			fmt.Fprintf(c.out, "%-10s %-16s %6d %6d %8.1f %12.1f %14d\n", mechanism, cell.Name, cell.Seeds, cell.Held, cell.Width/n, cell.Design/n, cell.HeldByDesign)
		}
	}
	return nil
}
