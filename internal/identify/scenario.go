package identify

import (
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/poverty/targeting"
)

// Change is what a scenario changes.
type Change string

// The changes.
const (
	NewLine    Change = "line"       // another poverty line, in minor units
	NewCutoff  Change = "cutoff"     // another cut-off of the scorecard, in points
	NewPoints  Change = "points"     // other points for answers, and the cut-offs of the pack
	NewQuota   Change = "households" // so many households of the whole area, the poorest first
	NewShare   Change = "share"      // so many per cent of the households of each area directly below, the poorest first
	NewBudget  Change = "budget"     // as many households, the poorest first, as a budget in minor units pays the benefit
	mostPoints        = 1 << 40      // beyond every welfare in minor units and every sum of points
)

// Changes are the changes that a scenario can make, in the order in which they are offered.
var Changes = []Change{NewLine, NewCutoff, NewPoints, NewQuota, NewShare, NewBudget}

// Scenario asks what would be if who is poor in an area were decided otherwise than in the latest assessments.
// Nothing is written.
type Scenario struct {
	Area    int64
	Rule    string // of the pack in use; "" for its first
	Change  Change
	Amount  int64 // see Change
	Benefit int64 // minor units a year for a household; 0: cost is not reckoned
	// Weights are other points for answers of the rule's scorecard, by which households are ranked.
	Weights []Weight
}

// Heads is how many households and persons.
type Heads struct{ Households, Persons int64 }

func (t *Heads) add(o Heads, sign int64) {
	t.Households += sign * o.Households
	t.Persons += sign * o.Persons
}

// Moved is what a scenario does to some households: poor before, poor after, and who is in and out.
type Moved struct{ Before, After, In, Out Heads }

// Effect is what a scenario would do.
type Effect struct {
	Scenario
	Moved
	Coverage
	AsOf   clock.Time
	Ranked Heads // households with welfare or points; the others are never selected
	Cost   int64 // minor units a year
	Quota  *Quota
	// Exclusion and Inclusion are the errors to be expected by the scorecard's model; nil where it has none.
	Exclusion, Inclusion *targeting.Expected
	Areas                []MovedArea
	Groups               []MovedGroup
	Deciles              []Moved // from the poorest tenth by welfare or points; empty where nobody is ranked
}

// Coverage is whom of the poor the register has before anything is changed. Of the households that are poor by the
// latest assessment (see Moved.Before) those that are not Unregistered have the status of a poor household.
type Coverage struct {
	Unregistered Heads
	// Reached is the share of the truly poor that has the status, as the scorecard's model lets expect; nil where it has
	// none.
	Reached *targeting.Expected
}

// MovedArea is an area directly below that of the scenario.
type MovedArea struct {
	Area area.Area
	Moved
	Coverage
}

// MovedGroup is the households with a value of a dimension.
type MovedGroup struct {
	Dimension registry.Dimension
	Value     string // "" for those of whom it is not known
	Moved
}

// measure is the column by which a rule ranks households.
type measure struct {
	column   string
	highPoor bool
	onLimit  bool // who is on the limit is poor
	card     *Card
}

// measureOf finds by what a rule ranks; false for one that only tells poor and not poor apart.
func measureOf(rule Rule) (measure, bool) {
	switch {
	case rule.Card != nil:
		return measure{MirrorPoints, rule.Card.HighPoor, rule.Card.OnCutoff, rule.Card}, true
	case rule.Welfare != "":
		return measure{MirrorWelfare, false, rule.OnLine, nil}, true
	}
	for _, part := range rule.Parts {
		if part.Rule == nil {
			continue
		}
		if m, ok := measureOf(*part.Rule); ok {
			return m, true
		}
	}
	return measure{}, false
}

// before is the value next to another on the poor side.
func (m measure) before(value int64) int64 {
	if m.highPoor {
		return value + 1
	}
	return value - 1
}

// limit is the last value that is still poor under a line or cut-off.
func (m measure) limit(at int64) int64 {
	if m.onLimit {
		return at
	}
	return m.before(at)
}

// everybody is a limit within which everybody is.
func (m measure) everybody() int64 {
	if m.highPoor {
		return -mostPoints
	}
	return mostPoints
}

// within says whether a value is at or within a limit.
func (m measure) within(value, limit int64) bool {
	if m.highPoor {
		return value >= limit
	}
	return value <= limit
}

// edge is the value at which those within a limit and the others part: below it are all of the ones or the others.
func (m measure) edge(limit int64) int64 {
	if m.highPoor {
		return limit
	}
	return limit + 1
}

// Simulate says what a scenario would do to the households in scope, by the mirror of the register: who is found poor by
// the latest assessments and who would be. It returns a Conflict fault while there is no mirror, and an Invalid fault
// for a change that the rule does not know.
func (s *Service) Simulate(ctx context.Context, scope access.Scope, of Scenario) (Effect, error) {
	narrowed := scope.Within(s.areas.Scheme().Range(of.Area))
	if len(narrowed.Ranges()) == 0 {
		return Effect{}, fault.New(fault.NotFound, "no such area")
	}
	pack, err := s.PackAt(of.Area)
	if err != nil {
		return Effect{}, err
	}
	rule, err := RuleOf(pack, of.Rule)
	if err != nil {
		return Effect{}, (&fault.Error{Kind: fault.Invalid, Message: "the pack has no such rule", Cause: err}).With(0, "rule", "the pack has no such rule")
	}
	m, err := measurable(rule, of)
	if err != nil {
		return Effect{}, err
	}
	t, asOf, err := s.registry.Mirror(ctx)
	if err != nil {
		return Effect{}, err
	}
	if t == nil {
		return Effect{}, fault.New(fault.Conflict, "the figures of the register are still being read into memory; try again in a moment").Coded("scenario.unread")
	}
	sim := &simulation{table: t, measure: m, rule: rule, pack: pack, day: s.today(), poor: poorStatuses(pack), effect: Effect{Scenario: of, AsOf: asOf}, scope: narrowed, scheme: s.areas.Scheme()}
	if err := sim.weigh(); err != nil {
		return Effect{}, err
	}
	if err := sim.run(); err != nil {
		return Effect{}, err
	}
	if err := s.bySlices(narrowed, pack, sim); err != nil {
		return Effect{}, err
	}
	own := s.areas.Scheme().Range(of.Area)
	if q, ok := SectionOf(pack).QuotaAt(own.Lo, own.Hi, s.today()); ok {
		sim.effect.Quota = &q
	}
	return sim.effect, s.nameMoved(ctx, sim.effect.Areas)
}

// measurable checks that a rule knows the change.
func measurable(rule Rule, of Scenario) (measure, error) {
	m, ok := measureOf(rule)
	switch {
	case !ok:
		return m, refuse("rule", "not_ranked", "this rule does not rank households by welfare or points")
	case !slices.Contains(Changes, of.Change):
		return m, refuse("change", "unknown", "this is no change of a scenario")
	case of.Change == NewLine && m.column != MirrorWelfare:
		return m, refuse("change", "no_line", "this rule knows points and no line")
	case (of.Change == NewCutoff || of.Change == NewPoints) && m.card == nil:
		return m, refuse("change", "no_points", "this rule knows a line and no points")
	case len(of.Weights) > 0 && m.card == nil:
		return m, refuse("points", "no_points", "this rule knows a line and no points")
	case of.Amount < 0 || of.Amount > mostPoints || of.Benefit < 0:
		return m, refuse("amount", "range", "the amount is out of range")
	case of.Change == NewShare && of.Amount > 100:
		return m, refuse("amount", "percent", "the share is more than a hundred per cent")
	case of.Change == NewBudget && of.Benefit == 0:
		return m, refuse("benefit", "benefit", "a budget needs the benefit of a household")
	}
	return m, nil
}

// refuse is the fault of a scenario that cannot be worked out, in the reader's language by its code.
func refuse(field, code, reason string) error {
	return fault.New(fault.Invalid, "%s", reason).With(0, field, "%s", reason).Coded("scenario." + code)
}

// nameMoved fills in the areas, of which only the keys are known.
func (s *Service) nameMoved(ctx context.Context, moved []MovedArea) error {
	counts := make([]AreaCount, len(moved))
	for i, m := range moved {
		counts[i].Area = m.Area
	}
	if err := s.name(ctx, counts); err != nil {
		return err
	}
	for i := range moved {
		moved[i].Area = counts[i].Area
	}
	return nil
}

// bySlices breaks the effect down by the sex of the head and by the pack's groups, as far as the reader sees them.
func (s *Service) bySlices(scope access.Scope, pack *policy.Pack, sim *simulation) error {
	dimensions, err := s.registry.Dimensions(scope, sim.effect.Area)
	if err != nil {
		return err
	}
	wanted := append([]string{registry.ByHeadSex}, SectionOf(pack).Groups...)
	for _, d := range dimensions {
		if !slices.Contains(wanted, d.Code) {
			continue
		}
		for _, slice := range d.Slices(sim.table) {
			cells, err := sim.count(nil, 0, slice.Where)
			if err != nil {
				return err
			}
			if len(cells) > 0 {
				sim.effect.Groups = append(sim.effect.Groups, MovedGroup{d, slice.Value, movedOf(cells)})
			}
		}
	}
	return nil
}
