package synth

import (
	"errors"
	"fmt"
	"slices"
)

// The measures by which who is poor is told.
const (
	MeasureIncome      = "income"      // net income of the year
	MeasureConsumption = "consumption" // consumption of the year
)

// Spec says what population to make. Amounts are minor units of one currency.
type Spec struct {
	Seed         uint64
	Households   int
	Areas        []Area // whose innermost level are the villages; none: Townships and Villages of a county are made
	Townships    int
	Villages     int
	PoorShare    float64   // of the households, 0 to 1
	VillageShare float64   // of the variance of welfare, in logarithms, that lies between villages, 0 to 0.6
	Luck         float64   // deviation of what neither traits nor village tell of welfare, beside about 0.75 of the traits
	LuckSeen     float64   // how much of luck what a household has tells of, in deviations of its wealth, 0 to 1
	Spread       float64   // of the logarithm of welfare within a village, by unit of the score
	MeanSize     float64   // members of a household on average, 1.5 to 8
	Sizes        []float64 // shares of households of 1, 2, … members before they are tilted to the mean; none: to 8 members
	Year         int       // the calendar year of the incomes; ages are those at its end
	Measure      string    // Measure…
	Child        float64   // what a member below 18 counts beside an adult in the measure by head, 1 for the same
	Line         int64     // poverty line by head and year: poor is who has less
	Round        int64     // amounts are multiples of it
	AskSpending  bool      // what is spent on living is asked of everybody, not of the registered only
	Income       IncomeShares
	Basket       []Good // what consumption besides illness and schooling consists of
	Traits       []Trait
	Errors       Errors
	Lists        []List
	Words        Words
	Numbering    Numbering
}

// IncomeShares are the shares of the sources of net income in that of all households. Zero values leave them as they
// come.
type IncomeShares struct {
	Wages    float64 `yaml:"wages"`
	Business float64 `yaml:"business"` // farm and trade, less the cost of production
	Property float64 `yaml:"property"`
}

// Good is a part of consumption: its share at the line, and by how much that rises with each doubling of welfare.
type Good struct {
	Kind  string  `yaml:"kind"` // a source of the words
	Share float64 `yaml:"share"`
	Slope float64 `yaml:"slope"`
}

// Numbering makes identity numbers. Serials are counted anew within areas that share the first Within digits of their
// codes, for each sex and, ByBirth, each birthday. Make nil: persons have no numbers.
type Numbering struct {
	Within  int
	ByBirth bool
	Outside int // first serial of strangers, whom only departments know; residents have those before it. 0: no strangers
	Make    func(p *Person, village Area, serial int) string
}

// deepest is the innermost level of the given areas.
func (s *Spec) deepest() int {
	level := 0
	for _, area := range s.Areas {
		level = max(level, area.Level)
	}
	return level
}

// Words are the names of persons, places and occupations.
type Words struct {
	Names   Names               `yaml:"names"`
	Places  Places              `yaml:"places"`
	Sources map[string][]string `yaml:"sources"` // what an income or cost came from, by Source…
	Phone   string              `yaml:"phone"`   // telephone number with # for a digit
	Peoples []Weighted          `yaml:"peoples"` // peoples of the county, none where it does not count them
	Fathers bool                `yaml:"fathers"` // members bear the name of their father or husband beside their own
}

// Weighted is a word and its share.
type Weighted struct {
	Name   string  `yaml:"name"`
	Weight float64 `yaml:"weight"`
}

// Places are the areas around the county, the county itself and the parts of names of those in it.
type Places struct {
	Above     []Area    `yaml:"above"` // from the outermost to the county
	Township  PlaceName `yaml:"township"`
	Village   PlaceName `yaml:"village"`
	Group     string    `yaml:"group"` // name of a neighbourhood, # is its number
	ValidFrom string    `yaml:"valid_from"`
	Latitude  float64   `yaml:"latitude"`
	Longitude float64   `yaml:"longitude"`
	Spread    float64   `yaml:"spread"` // degrees from the centre to the edge
}

// PlaceName is how the areas of a level are called: first part, second part, ending, each with its Latin spelling.
// Codes are numbered upwards from From in Digits digits behind the code of the area around.
type PlaceName struct {
	First   []Syllable `yaml:"first"`
	Second  []Syllable `yaml:"second"`
	Endings []Syllable `yaml:"endings"`
	From    int        `yaml:"from"`
	Digits  int        `yaml:"digits"`
}

// Syllable is a part of a name and its Latin spelling.
type Syllable struct {
	Text  string `yaml:"text"`
	Latin string `yaml:"latin"`
}

// The sources of income and cost that Words names.
const (
	SourceWage      = "wage"
	SourceCrops     = "crops"
	SourceLivestock = "livestock"
	SourceTrade     = "trade"
	SourceRent      = "rent"
	SourcePension   = "pension"
	SourceAllowance = "allowance"
	SourceSubsidy   = "subsidy"
	SourceSupport   = "support"
	SourceInputs    = "inputs" // seed, fertiliser; without words farm and trade are told less their cost
	SourceFeed      = "feed"
	SourceMedical   = "medical"
	SourceSchooling = "schooling"
	SourceInsurance = "insurance" // contributions to the social insurances; without words nobody pays any
)

var allSources = []string{SourceWage, SourceCrops, SourceLivestock, SourceTrade, SourceRent, SourcePension, SourceAllowance,
	SourceSubsidy, SourceSupport, SourceMedical, SourceSchooling}

// check says everything that is wrong with the spec.
func (s Spec) check() error {
	var wrong []error
	must := func(right bool, format string, args ...any) {
		if !right {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	if len(s.Areas) > 0 {
		must(s.deepest() > 2, "villages of %d levels: they lie in areas of two more at least", s.deepest())
	} else {
		must(s.Townships > 0 && s.Villages >= s.Townships, "%d townships with %d villages: every township needs one", s.Townships, s.Villages)
		wrong = append(wrong, s.Words.Places.check(s.Townships, s.Villages)...)
	}
	must(s.PoorShare >= 0 && s.PoorShare <= 0.6, "poor share %g is not between 0 and 0.6", s.PoorShare)
	must(s.VillageShare >= 0 && s.VillageShare <= 0.6, "share of villages in the variance %g is not between 0 and 0.6", s.VillageShare)
	must(s.Luck > 0 && s.Luck <= 3 && s.Spread > 0 && s.Spread <= 2, "luck %g and spread %g are not between 0 and 3, 0 and 2", s.Luck, s.Spread)
	must(s.LuckSeen >= 0 && s.LuckSeen <= 1, "luck seen %g is not between 0 and 1", s.LuckSeen)
	must(s.MeanSize >= 1.5 && s.MeanSize <= 8, "mean household size %g is not between 1.5 and 8", s.MeanSize)
	must(s.Measure == MeasureIncome || s.Measure == MeasureConsumption, "the measure %q is neither income nor consumption", s.Measure)
	must(s.Child > 0 && s.Child <= 1, "a child counts %g, which is not between 0 and 1", s.Child)
	must(len(s.Basket) > 0, "the basket of consumption is empty")
	must(s.Year >= 1950 && s.Year <= 2200, "year %d is not between 1950 and 2200", s.Year)
	must(s.Round > 0 && s.Line >= 100*s.Round, "a line of %d cannot be told in steps of %d", s.Line, s.Round)
	sources := slices.Clone(allSources)
	for _, good := range s.Basket {
		sources = append(sources, good.Kind)
	}
	for _, source := range sources {
		must(len(s.Words.Sources[source]) > 0, "the source %q has no words", source)
	}
	wrong = append(wrong, s.Errors.check()...)
	for _, trait := range s.Traits {
		wrong = append(wrong, trait.check()...)
	}
	if err := errors.Join(wrong...); err != nil {
		return fmt.Errorf("synthetic county: %w", err)
	}
	return nil
}

func (p Places) check(townships, villages int) []error {
	var wrong []error
	if len(p.Above) == 0 {
		wrong = append(wrong, errors.New("the county has no name"))
	}
	for _, level := range []struct {
		name  string
		parts PlaceName
		count int
	}{{"township", p.Township, townships}, {"village", p.Village, villages}} {
		if names := len(level.parts.First) * len(level.parts.Second); names < level.count || len(level.parts.Endings) == 0 {
			wrong = append(wrong, fmt.Errorf("%d names of a %s are too few for %d", names, level.name, level.count))
		}
		last := 1
		for range level.parts.Digits {
			last *= 10
		}
		if level.parts.From+level.count > last {
			wrong = append(wrong, fmt.Errorf("codes of a %s do not fit into %d digits", level.name, level.parts.Digits))
		}
	}
	return wrong
}
