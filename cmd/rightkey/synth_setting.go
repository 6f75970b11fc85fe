package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/crypt"
	"rightkey/internal/money"
	"rightkey/internal/policy"
	"rightkey/internal/table"
	"rightkey/policies"
	"rightkey/synth"
	"rightkey/synth/files"
	"rightkey/synth/mistakes"
)

// synthSetting is examples/synth.yaml of a pack.
type synthSetting struct {
	County synthCounty   `yaml:"county"`
	Basket []synth.Good  `yaml:"basket"`
	Traits []synth.Trait `yaml:"traits"`
	Lists  []synth.List  `yaml:"lists"`
	// More are lists that come in files too, but that the planner of visits is not shown: what it reaches was measured
	// with the others.
	More   []synth.List `yaml:"more_lists"`
	Words  synth.Words  `yaml:"words"`
	Layout files.Layout `yaml:"layout"`
}

// synthCounty is the size of the population; shares and amounts are decimals in quotes.
type synthCounty struct {
	Households   int                `yaml:"households"`
	Townships    int                `yaml:"townships"`
	Villages     int                `yaml:"villages"`
	PoorShare    string             `yaml:"poor_share"`
	VillageShare string             `yaml:"village_share"`
	Luck         string             `yaml:"luck"`
	LuckSeen     string             `yaml:"luck_seen"`
	Spread       string             `yaml:"spread"`
	MeanSize     string             `yaml:"mean_size"`
	Sizes        []float64          `yaml:"sizes"`
	Year         int                `yaml:"year"`
	Measure      string             `yaml:"measure"`
	Child        string             `yaml:"child"`
	Currency     string             `yaml:"currency"`
	Line         string             `yaml:"line"`
	Round        string             `yaml:"round"`
	AskSpending  bool               `yaml:"ask_spending"`
	Income       synth.IncomeShares `yaml:"income"`
	Number       synthNumber        `yaml:"number"`
}

// synthNumber is the form of identity numbers: a prefix, digits of the area's code, the birthday where Birth is its
// layout, a serial whose last digit is odd for one sex, and a check character.
type synthNumber struct {
	Prefix       string `yaml:"prefix"`
	AreaDigits   int    `yaml:"area_digits"`
	Birth        string `yaml:"birth"`
	SerialDigits int    `yaml:"serial_digits"`
	FirstSerial  int    `yaml:"first_serial"`
	Outside      int    `yaml:"outside"` // from which serials of a birthday strangers have theirs
	Odd          string `yaml:"odd"`     // male or female
	Check        string `yaml:"check"`
}

func readSynthSetting(data []byte) (synthSetting, error) {
	var setting synthSetting
	if err := decodeKnown(data, &setting); err != nil {
		return setting, fmt.Errorf("read what the synthetic county is made of: %w", err)
	}
	return setting, nil
}

// decodeKnown reads YAML and refuses keys that are not known.
func decodeKnown(data []byte, to any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	return decoder.Decode(to)
}

// readSynthErrors reads a specification of mistakes: that of a file, or one that comes with the program.
func readSynthErrors(name string) (synth.Errors, error) {
	var spec synth.Errors
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		data, err = mistakes.Read(name)
	}
	if err != nil {
		return spec, err
	}
	if err := decodeKnown(data, &spec); err != nil {
		return spec, fmt.Errorf("read the mistakes of %s: %w", name, err)
	}
	return spec, nil
}

// readSynthAreas reads areas with the columns code and name, and lat and lon where there are any. The level of an area
// is that of the pack whose codes are as long as its own; a code begins with that of the area around.
func readSynthAreas(file, packName string) ([]synth.Area, error) {
	pack, err := policy.NewLoader().Load(policies.Files, packName)
	if err != nil {
		return nil, err
	}
	levels, parents, width := map[int]int{}, map[int]int{}, 0
	for i, level := range pack.Levels {
		parents[width+level.Width] = width
		width += level.Width
		levels[width] = i + 1
	}
	r, err := table.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	column := map[string]int{}
	for i, name := range r.Header() {
		column[name] = i + 1
	}
	if column["code"] == 0 || column["name"] == 0 {
		return nil, fmt.Errorf("the areas of %s need the columns code and name", file)
	}
	var areas []synth.Area
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return areas, nil
		}
		if err != nil {
			return nil, err
		}
		cell := func(name string) string {
			if at := column[name]; at > 0 {
				return row.Cells[at-1]
			}
			return ""
		}
		code := cell("code")
		level, ok := levels[len(code)]
		if !ok {
			return nil, fmt.Errorf("row %d: code %q has the length of no level of %s", row.Number, code, packName)
		}
		a := synth.Area{Code: code, Name: cell("name"), Latin: cell("name_en"), Level: level, Parent: code[:parents[len(code)]]}
		for name, to := range map[string]*float64{"lat": &a.Latitude, "lon": &a.Longitude} {
			if text := cell(name); text != "" {
				if *to, err = strconv.ParseFloat(text, 64); err != nil {
					return nil, fmt.Errorf("row %d: %s %q is not a number", row.Number, name, text)
				}
			}
		}
		areas = append(areas, a)
	}
}

// spec turns the setting into the engine's terms.
func (s synthSetting) spec(seed uint64) (synth.Spec, error) {
	c := s.County
	spec := synth.Spec{Seed: seed, Households: c.Households, Townships: c.Townships, Villages: c.Villages, Year: c.Year, Words: s.Words,
		Sizes: c.Sizes, Measure: c.Measure, AskSpending: c.AskSpending, Income: c.Income, Basket: s.Basket, Traits: s.Traits, Lists: s.Lists}
	for _, share := range []struct {
		name, text string
		to         *float64
	}{{"poor_share", c.PoorShare, &spec.PoorShare}, {"village_share", c.VillageShare, &spec.VillageShare}, {"luck", c.Luck, &spec.Luck}, {"luck_seen", c.LuckSeen, &spec.LuckSeen},
		{"spread", c.Spread, &spec.Spread}, {"mean_size", c.MeanSize, &spec.MeanSize}, {"child", c.Child, &spec.Child}} {
		value, err := strconv.ParseFloat(share.text, 64)
		if err != nil {
			return spec, fmt.Errorf("synthetic county: %s %q is not a number", share.name, share.text)
		}
		*share.to = value
	}
	for _, amount := range []struct {
		text string
		to   *int64
	}{{c.Line, &spec.Line}, {c.Round, &spec.Round}} {
		value, err := money.Parse(amount.text, c.Currency)
		if err != nil {
			return spec, fmt.Errorf("synthetic county: %w", err)
		}
		*amount.to = value.Minor
	}
	if c.Number.SerialDigits == 0 {
		return spec, nil
	}
	spec.Numbering = synth.Numbering{Within: c.Number.AreaDigits, ByBirth: c.Number.Birth != "", Outside: c.Number.Outside, Make: c.Number.identity}
	if c.Number.Check != "" {
		nobody := &synth.Person{}
		if err := crypt.CheckDigits(c.Number.Check, c.Number.identity(nobody, synth.Area{Code: "000000000000000"}, 0)); err != nil {
			return spec, fmt.Errorf("synthetic county: identity numbers: %w", err)
		}
	}
	return spec, nil
}

// identity makes the identity number of a person.
func (n synthNumber) identity(p *synth.Person, village synth.Area, serial int) string {
	serial = n.FirstSerial + 2*serial
	if odd := p.Male == (n.Odd == "male"); odd != (serial%2 == 1) {
		serial++
	}
	number := append(make([]byte, 0, 24), n.Prefix...)
	number = append(number, village.Code[:min(n.AreaDigits, len(village.Code))]...)
	if n.Birth != "" {
		number = p.Born().AppendFormat(number, n.Birth)
	}
	number = fmt.Appendf(number, "%0*d", n.SerialDigits, serial)
	if n.Check == "" {
		return string(number)
	}
	for _, check := range "0123456789X" {
		if text := string(number) + string(check); crypt.CheckDigits(n.Check, text) == nil {
			return text
		}
	}
	return string(number)
}
