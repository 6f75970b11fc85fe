package synth

import (
	"errors"
	"fmt"
)

// Spec says what county to make. Amounts are minor units of one currency.
type Spec struct {
	Seed       uint64
	Households int
	Townships  int
	Villages   int
	PoorShare  float64 // of the households, 0 to 1
	MeanSize   float64 // members of a household on average, 1.5 to 6
	Missed     float64 // share of the poor that the register misses
	Wrong      float64 // share of the register that is not poor
	Year       int     // the calendar year of the incomes; ages are those at its end
	Line       int64   // poverty line per head and year: poor is who has less
	Round      int64   // incomes are multiples of it
	Words      Words
	// Number makes the identity number of a person, nil for none. No two persons of a county have the same sex, birth
	// and serial.
	Number func(p Person, village Area, serial int) string
}

// Words are the names of persons, places and occupations.
type Words struct {
	Names   Names               `yaml:"names"`
	Places  Places              `yaml:"places"`
	Sources map[string][]string `yaml:"sources"` // what an income or cost came from, by Source…
	Phone   string              `yaml:"phone"`   // telephone number with # for a digit
	Peoples []Weighted          `yaml:"peoples"` // peoples of the county, none where it does not count them
}

// Names are what persons are called: a surname and a given name of one or two syllables.
type Names struct {
	SurnameFirst bool       `yaml:"surname_first"`
	WifeKeeps    bool       `yaml:"wife_keeps"` // a wife keeps the surname of her father
	Joiner       string     `yaml:"joiner"`     // between surname and given name
	TwoSyllables float64    `yaml:"two_syllables"`
	Surnames     []Weighted `yaml:"surnames"`
	Male         []string   `yaml:"male"`
	Female       []string   `yaml:"female"`
}

// Weighted is a surname and how many of a thousand persons bear it.
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
	SourceInputs    = "inputs" // seed, fertiliser
	SourceFeed      = "feed"
	SourceMedical   = "medical"
	SourceSchooling = "schooling"
	SourceFood      = "food"
	SourceUtilities = "utilities"
	SourceServices  = "services"
	SourceInsurance = "insurance" // contributions to the social insurances
)

var allSources = []string{SourceWage, SourceCrops, SourceLivestock, SourceTrade, SourceRent, SourcePension, SourceAllowance,
	SourceSubsidy, SourceSupport, SourceInputs, SourceFeed, SourceMedical, SourceSchooling, SourceFood, SourceUtilities, SourceServices, SourceInsurance}

// check says everything that is wrong with the spec.
func (s Spec) check() error {
	var wrong []error
	must := func(right bool, format string, args ...any) {
		if !right {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	must(s.Townships > 0 && s.Villages >= s.Townships, "%d townships with %d villages: every township needs one", s.Townships, s.Villages)
	must(s.Households >= s.Villages, "%d households in %d villages: every village needs one", s.Households, s.Villages)
	must(s.PoorShare >= 0 && s.PoorShare <= 0.6, "poor share %g is not between 0 and 0.6", s.PoorShare)
	must(s.MeanSize >= 1.5 && s.MeanSize <= 6, "mean household size %g is not between 1.5 and 6", s.MeanSize)
	must(s.Missed >= 0 && s.Missed <= 0.5 && s.Wrong >= 0 && s.Wrong <= 0.5, "errors of the register of %g and %g are not between 0 and 0.5", s.Missed, s.Wrong)
	must(s.Year >= 1950 && s.Year <= 2200, "year %d is not between 1950 and 2200", s.Year)
	must(s.Round > 0 && s.Line >= 100*s.Round, "a line of %d cannot be told in steps of %d", s.Line, s.Round)
	must(len(s.Words.Names.Surnames) > 0 && len(s.Words.Names.Male) > 0 && len(s.Words.Names.Female) > 0, "names of persons are missing")
	for _, source := range allSources {
		must(len(s.Words.Sources[source]) > 0, "the source %q has no words", source)
	}
	wrong = append(wrong, s.Words.Places.check(s.Townships, s.Villages)...)
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
