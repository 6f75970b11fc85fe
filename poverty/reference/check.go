package reference

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrAbsent is what a Tables returns when the data are not there; the suite is then skipped and counted.
var ErrAbsent = errors.New("reference data absent")

// Table is a table in memory: numbers with NaN and texts with "" or "NA" for a missing entry.
type Table interface {
	Len() int
	Numbers(column string) ([]float64, error)
	Strings(column string) ([]string, error)
}

// Tables opens the one table whose path under the data folder matches a pattern such as "euro*.csv.gz".
type Tables func(pattern string) (Table, error)

// Relation says how ours must stand to theirs.
type Relation string

// The relations: equal within the tolerance, at most, at least.
const (
	Equal   Relation = "="
	AtMost  Relation = "<="
	AtLeast Relation = ">="
)

// Check is one number of theirs with ours beside it. Tolerance is absolute.
type Check struct {
	Suite     string   `json:"suite"`
	What      string   `json:"what"`
	Relation  Relation `json:"relation"`
	Theirs    float64  `json:"theirs"`
	Ours      float64  `json:"ours"`
	Tolerance float64  `json:"tolerance"`
	Source    string   `json:"source"`
}

// Pass says whether ours stands to theirs as it must.
func (c Check) Pass() bool {
	switch c.Relation {
	case AtMost:
		return c.Ours <= c.Theirs+c.Tolerance
	case AtLeast:
		return c.Ours >= c.Theirs-c.Tolerance
	}
	return math.Abs(c.Ours-c.Theirs) <= c.Tolerance
}

// String is one line for a log.
func (c Check) String() string {
	return fmt.Sprintf("%s: %s: theirs %v, ours %v (%s, tolerance %.2g; %s)", c.Suite, c.What, c.Theirs, c.Ours, c.Relation, c.Tolerance, c.Source)
}

// Suite is a set of checks on the same data.
type Suite struct {
	Name string
	run  func(*book) error
}

// Suites are all suites of exact reference values, in the order in which they are printed.
var Suites = []Suite{
	{"income survey: poverty and inequality", incomeSurvey},
	{"consumption survey: poverty under a complex design", consumptionSurvey},
	{"deprivation counting: worked example", countingByHand},
	{"deprivation counting: health survey", countingSurvey},
	{"deprivation counting: households and roster", countingRoster},
	{"regressions: least squares, quantile, logit", regressions},
	{"small areas: Fay-Herriot", smallAreas},
	{"small areas: direct and synthetic", provinces},
	{"targeting experiment: the three arms", targetingArms},
	{"inequality of two provinces", inequalityByHand},
	{"published look-up table", lookUps},
	{"published poverty rate", published},
}

// Run computes the suite's checks.
func (s Suite) Run(open Tables) ([]Check, error) {
	b := &book{suite: s.Name, open: open}
	if err := s.run(b); err != nil {
		return b.checks, fmt.Errorf("%s: %w", s.Name, err)
	}
	return b.checks, nil
}

// book collects the checks of one suite.
type book struct {
	suite  string
	source string
	open   Tables
	checks []Check
}

// same checks ours against a figure as it was printed: to half a unit of its last digit, or to 1e-11 of its size
// where it was printed to more digits than sums in another order agree on.
func (b *book) same(what, printed string, ours float64) {
	theirs, unit := figure(printed)
	b.add(what, Equal, theirs, ours, max(0.51*unit, 1e-11*math.Abs(theirs)))
}

// near checks ours against theirs to a relative tolerance.
func (b *book) near(what string, theirs, ours, relative float64) {
	b.add(what, Equal, theirs, ours, relative*math.Abs(theirs))
}

func (b *book) add(what string, relation Relation, theirs, ours, tolerance float64) {
	b.checks = append(b.checks, Check{b.suite, what, relation, theirs, ours, tolerance, b.source})
}

// figure reads a printed number and the unit of its last digit.
func figure(printed string) (value, unit float64) {
	value, err := strconv.ParseFloat(printed, 64)
	if err != nil {
		panic("reference figure " + printed + " is not a number")
	}
	mantissa, exponent, _ := strings.Cut(printed, "e")
	_, decimals, _ := strings.Cut(mantissa, ".")
	unit = math.Pow(10, -float64(len(decimals)))
	if power, err := strconv.Atoi(exponent); err == nil {
		unit *= math.Pow(10, float64(power))
	}
	return value, unit
}

// Deviation is how far ours is from theirs as a share of the tolerance, 0 when it may be any distance away.
func (c Check) Deviation() float64 {
	if c.Relation != Equal || c.Tolerance == 0 {
		return 0
	}
	return math.Abs(c.Ours-c.Theirs) / c.Tolerance
}
