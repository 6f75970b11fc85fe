package synth

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// someWords are names and words enough for a county.
func someWords() Words {
	letters := func(text string) []Syllable {
		var list []Syllable
		for _, r := range text {
			list = append(list, Syllable{string(r), strings.ToUpper(string(r))})
		}
		return list
	}
	w := Words{
		Phone: "100####",
		Names: Names{Joiner: " ", Two: 0.5, Surnames: Lexicon{Words: "Ash Birch Cedar", Weights: []float64{3, 2, 1}}, Male: Lexicon{Words: "Jo Han", Exponent: 1}, Female: Lexicon{Words: "An Ma", Exponent: 1}},
		Places: Places{
			Above: []Area{{Code: "9", Name: "Land", Latin: "Land"}, {Code: "901", Name: "County", Latin: "County"}}, Group: "group #", ValidFrom: "2000-01-01", Spread: 0.4,
			Township: PlaceName{First: letters("abcdefgh"), Second: letters("xyz"), Endings: letters("T"), From: 1, Digits: 2},
			Village:  PlaceName{First: letters("abcdefghijklmnopqrst"), Second: letters("opqrstuvwxyz"), Endings: letters("V"), From: 1, Digits: 3},
		},
		Sources: map[string][]string{},
	}
	for _, source := range slices.Concat(allSources, []string{"food", "services", SourceInputs, SourceFeed, SourceInsurance}) {
		w.Sources[source] = []string{source}
	}
	return w
}

func someSpec() Spec {
	return Spec{Seed: 1, Households: 30_000, Townships: 12, Villages: 160, PoorShare: 0.1, VillageShare: 0.2, Luck: 0.75, LuckSeen: 0.56, Spread: 0.62, MeanSize: 3.04,
		Year: 2013, Measure: MeasureIncome, Child: 1, Line: 273_600, Round: 100, Basket: []Good{{"food", 0.6, -0.05}, {"services", 0.4, 0.05}}, Words: someWords(),
		Errors: Errors{Wrong: 0.08, Missed: 0.08, Inclusion: map[string]float64{MistakeNear: 1}, Exclusion: map[string]float64{MistakeRandom: 1}}}
}

func county(t testing.TB, spec Spec) *County {
	t.Helper()
	c, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheCountyHasTheSizePovertyAndErrorsThatWereAskedFor(t *testing.T) {
	c := county(t, someSpec())
	if got := len(c.Areas()); got != 2+12+160 {
		t.Errorf("%d areas", got)
	}
	var households, persons, poor, registered, missed, wrong int
	for h := range c.Households() {
		households++
		persons += len(h.Members)
		for _, count := range []struct {
			into *int
			is   bool
		}{{&poor, h.Poor}, {&registered, h.Registered}, {&missed, h.Poor && !h.Registered}, {&wrong, !h.Poor && h.Registered}} {
			if count.is {
				*count.into++
			}
		}
	}
	near := func(what string, got, want, tolerance float64) {
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s is %g, not %g ± %g", what, got, want, tolerance)
		}
	}
	near("households", float64(households), 30_000, 0)
	near("mean size", float64(persons)/float64(households), 3.04, 0.02)
	near("poverty rate", float64(poor)/float64(households), 0.1, 0)
	near("share of the poor that is missed", float64(missed)/float64(poor), 0.08, 0.02)
	near("share of the register that is wrong", float64(wrong)/float64(registered), 0.08, 0.02)
}

func TestVillagesHaveDifferentNamesAndCodesBelowTheirTownship(t *testing.T) {
	seen := map[string]bool{}
	townships := map[string]bool{}
	for _, area := range county(t, someSpec()).Areas() {
		if seen[area.Code] || area.Level > 2 && seen[area.Name] {
			t.Errorf("%s %s stands twice", area.Code, area.Name)
		}
		seen[area.Code], seen[area.Name] = true, true
		if area.Level == 3 {
			townships[area.Code] = true
		}
		if area.Level == 4 && (len(area.Code) != 8 || !townships[area.Code[:5]]) {
			t.Errorf("village %s lies in no township", area.Code)
		}
		if math.Abs(area.Latitude) > 0.5 || math.Abs(area.Longitude) > 0.5 {
			t.Errorf("%s lies at %g, %g, outside the county", area.Code, area.Latitude, area.Longitude)
		}
	}
}

func TestEveryReadingAndEveryEqualSpecGivesTheSameHouseholds(t *testing.T) {
	spec := someSpec()
	spec.Households = 2000
	first, again, other := county(t, spec), county(t, spec), spec
	other.Seed = 2
	a, b := slices.Collect(first.Households()), slices.Collect(again.Households())
	second := slices.Collect(first.Households())
	for i := range a {
		if !same(a[i], b[i]) || !same(a[i], second[i]) {
			t.Fatalf("household %d differs", i)
		}
	}
	differ := 0
	for i, h := range slices.Collect(county(t, other).Households()) {
		if !same(a[i], h) {
			differ++
		}
	}
	if differ < 1900 {
		t.Errorf("another seed changed only %d of 2000 households", differ)
	}
}

func same(a, b *Household) bool {
	return a.Key == b.Key && a.Net == b.Net && a.Living == b.Living && slices.Equal(a.Entries, b.Entries) && slices.Equal(a.Causes, b.Causes) &&
		slices.EqualFunc(a.Members, b.Members, func(p, q Person) bool { return p.Name == q.Name && p.Birth.Equal(q.Birth) })
}

func TestHouseholdsArePlausible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := someSpec()
		spec.Seed = rapid.Uint64().Draw(t, "seed")
		spec.Townships = rapid.IntRange(1, 4).Draw(t, "townships")
		spec.Villages = rapid.IntRange(4, 12).Draw(t, "villages")
		spec.Households = rapid.IntRange(12, 300).Draw(t, "households")
		spec.PoorShare = rapid.Float64Range(0, 0.6).Draw(t, "poor")
		spec.MeanSize = rapid.Float64Range(1.5, 6).Draw(t, "size")
		spec.Measure = rapid.SampledFrom([]string{MeasureIncome, MeasureConsumption}).Draw(t, "measure")
		spec.VillageShare = rapid.Float64Range(0, 0.6).Draw(t, "between villages")
		spec.Round = rapid.SampledFrom([]int64{1, 100, 1000}).Draw(t, "round")
		c, err := New(spec)
		if err != nil {
			t.Fatal(err)
		}
		households, poor := 0, 0
		keys := map[string]bool{}
		for h := range c.Households() {
			households++
			if h.Poor {
				poor++
			}
			if keys[h.Key] {
				t.Fatalf("%s stands twice", h.Key)
			}
			keys[h.Key] = true
			for _, wrong := range slices.Concat(familyFaults(h), personFaults(h), incomeFaults(h, spec), registerFaults(h)) {
				t.Errorf("%s: %s", h.Key, wrong)
			}
		}
		if want := int(math.Round(spec.PoorShare * float64(spec.Households))); households != spec.Households || poor != want {
			t.Fatalf("%d households, %d poor; want %d, %d", households, poor, spec.Households, want)
		}
	})
}

// familyFaults are what is wrong with who lives together.
func familyFaults(h *Household) []string {
	var faults []string
	counts := map[string]int{}
	for i, p := range h.Members {
		counts[p.Relation]++
		if (p.Relation == Head) != (i == 0) {
			faults = append(faults, "the head does not stand first, or there are two")
		}
		for _, parent := range []struct {
			index int
			male  bool
		}{{p.Mother, false}, {p.Father, true}} {
			if parent.index < 0 {
				continue
			}
			years := p.Birth.Sub(h.Members[parent.index].Birth).Hours() / yearLength.Hours()
			if h.Members[parent.index].Male != parent.male || years < 15 || !parent.male && years > 45 {
				faults = append(faults, "a parent of "+p.Relation+" has the wrong sex or age")
			}
		}
		for _, q := range h.Members[:i] {
			if p.Mother >= 0 && p.Mother == q.Mother && math.Abs(p.Birth.Sub(q.Birth).Hours()) < 240*24 {
				faults = append(faults, "two children of a mother were born within eight months")
			}
		}
	}
	if counts[Spouse] > 1 || counts[Mother] > 1 || counts[Father] > 1 {
		faults = append(faults, "two spouses, mothers or fathers of the head")
	}
	for _, p := range h.Members {
		if p.Relation == Spouse && (p.Male == h.Head().Male || p.Age < 20) {
			faults = append(faults, "the spouse is a child or of the head's sex")
		}
		if p.Relation == Son && !p.Male || p.Relation == Daughter && p.Male || p.Relation == Mother && p.Male || p.Relation == Father && !p.Male {
			faults = append(faults, p.Relation+" of the other sex")
		}
	}
	return faults
}

// personFaults are what cannot be true of a person.
func personFaults(h *Household) []string {
	var faults []string
	for _, p := range h.Members {
		if p.Age < 0 || p.Age > 100 || p.Birth.After(time.Date(2013, 12, 31, 0, 0, 0, 0, time.UTC)) {
			faults = append(faults, "an impossible age")
		}
		if p.Months > 0 != (p.WorkPlace != "") || p.Months > 0 && (p.Age < 16 || !p.worker()) {
			faults = append(faults, "wages of somebody who cannot work")
		}
		if p.worker() && p.School != "not_student" {
			faults = append(faults, "a student who works")
		}
		if len(p.Health) == 0 || len(p.Health) > 1 && slices.Contains(p.Health, "healthy") || p.Name == "" {
			faults = append(faults, "health or name is missing or contradictory")
		}
	}
	return faults
}

// incomeFaults are what does not add up.
func incomeFaults(h *Household, spec Spec) []string {
	var faults []string
	sum, wages, months := int64(0), int64(0), 0
	for _, e := range h.Entries {
		if e.Amount <= 0 || e.Amount%spec.Round != 0 {
			faults = append(faults, "an entry is not a positive multiple of the unit")
		}
		switch {
		case e.Class == "production_cost":
			sum -= e.Amount
		case !e.Expenditure:
			sum += e.Amount
		}
		if e.Class == "wage" {
			wages += e.Amount
		}
	}
	for _, p := range h.Members {
		months += p.Months
	}
	if sum != h.Net && !h.Fitted {
		faults = append(faults, "the entries do not sum to the net income")
	}
	if wages > 0 && months == 0 {
		faults = append(faults, "wages without work")
	}
	measured := h.Net
	if spec.Measure == MeasureConsumption {
		measured = h.Consumption
	}
	if h.Poor != (measured < spec.Line*int64(len(h.Members))) {
		faults = append(faults, "poor is not who has less than the line")
	}
	return faults
}

// registerFaults are what the register could not say.
func registerFaults(h *Household) []string {
	var faults []string
	if (h.Registered || h.Poor) != (len(h.Causes) > 0) || h.Registered == h.Identified.IsZero() || h.Registered && h.Attribute == "" || len(h.Causes) > 3 {
		faults = append(faults, "registered without cause, day or attribute, or the reverse")
	}
	t := traitsOf(h)
	for i, cause := range h.Causes {
		if slices.Contains(h.Causes[:i], cause) {
			faults = append(faults, "a cause stands twice")
		}
		if cause == CauseIllness && t.chronic+t.serious == 0 || cause == CauseDisability && t.disabled == 0 || cause == CauseSchooling && t.students == 0 {
			faults = append(faults, "nobody bears out the cause "+cause)
		}
	}
	if h.Living.Irrigated > h.Living.Arable {
		faults = append(faults, "more land is irrigated than there is")
	}
	return faults
}

func TestWhoHasLessLivesWorse(t *testing.T) {
	var dangerous, workers, members [2]float64
	var count [2]float64
	for h := range county(t, someSpec()).Households() {
		group := 0
		if h.Poor {
			group = 1
		}
		traits := traitsOf(h)
		count[group]++
		workers[group] += float64(traits.workers)
		members[group] += float64(traits.size)
		if h.Living.HouseGrade == "C" || h.Living.HouseGrade == "D" {
			dangerous[group]++
		}
	}
	if dangerous[1]/count[1] < 1.3*dangerous[0]/count[0] {
		t.Errorf("dangerous houses: %.3f of the poor, %.3f of the others", dangerous[1]/count[1], dangerous[0]/count[0])
	}
	if workers[1]/members[1] > 0.85*workers[0]/members[0] {
		t.Errorf("workers per member: %.3f of the poor, %.3f of the others", workers[1]/members[1], workers[0]/members[0])
	}
}

func TestSpecsThatCannotBeMadeAreRefusedWithTheReason(t *testing.T) {
	for want, change := range map[string]func(*Spec){
		"every township needs one": func(s *Spec) { s.Villages = 3 },
		"every village needs one":  func(s *Spec) { s.Households = 100 },
		"poor share":               func(s *Spec) { s.PoorShare = 0.7 },
		"mean household size":      func(s *Spec) { s.MeanSize = math.NaN() },
		"errors of the register":   func(s *Spec) { s.Errors.Missed = -1 },
		"sum to 0.5":               func(s *Spec) { s.Errors.Inclusion[MistakeNear] = 0.5 },
		`"kin" with 1 is not one`:  func(s *Spec) { s.Errors.Exclusion = map[string]float64{"kin": 1} },
		"share of villages":        func(s *Spec) { s.VillageShare = 1 },
		"neither income nor":       func(s *Spec) { s.Measure = "wealth" },
		"basket":                   func(s *Spec) { s.Basket = nil },
		"a child counts 0":         func(s *Spec) { s.Child = 0 },
		`trait "roof"`:             func(s *Spec) { s.Traits = []Trait{{Name: "roof", Levels: []string{"tin"}}} },
		"of two more at least":     func(s *Spec) { s.Areas = []Area{{Code: "1", Level: 1}} },
		"1 weights for 3 words":    func(s *Spec) { s.Words.Names.Surnames.Weights = []float64{1} },
		"year 1":                   func(s *Spec) { s.Year = 1 },
		"cannot be told":           func(s *Spec) { s.Round = 0 },
		"male names are missing":   func(s *Spec) { s.Words.Names.Male.Words = "" },
		`the source "wage"`:        func(s *Spec) { delete(s.Words.Sources, "wage") },
		"no name":                  func(s *Spec) { s.Words.Places.Above = nil },
		"too few":                  func(s *Spec) { s.Words.Places.Village.First = nil },
		"do not fit":               func(s *Spec) { s.Words.Places.Village.Digits = 2 },
	} {
		spec := someSpec()
		change(&spec)
		if _, err := New(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestApportioningGivesAwayAllWithinTheCaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 20).Draw(t, "count")
		weights, caps, room := make([]float64, count), make([]int, count), 0
		for i := range weights {
			weights[i] = rapid.Float64Range(0.01, 10).Draw(t, "weight")
			caps[i] = rapid.IntRange(0, 50).Draw(t, "cap")
			room += caps[i]
		}
		total := rapid.IntRange(0, room).Draw(t, "total")
		sum := 0
		for i, share := range apportion(total, weights, caps) {
			sum += share
			if share < 0 || share > caps[i] {
				t.Fatalf("share %d is %d of at most %d", i, share, caps[i])
			}
		}
		if sum != total {
			t.Fatalf("%d given away of %d", sum, total)
		}
	})
}

func BenchmarkTenThousandHouseholdsAgainstTheirRandomNumbers(b *testing.B) {
	spec := someSpec()
	spec.Households = 10_000
	c := county(b, spec)
	var making, drawing time.Duration
	for b.Loop() {
		start := time.Now()
		persons := 0
		for h := range c.Households() {
			persons += len(h.Members)
		}
		making += time.Since(start)
		start = time.Now()
		d := newDice(1, 1)
		for range 30 * persons { // about as many as a person takes
			_ = d.Float64()
		}
		drawing += time.Since(start)
	}
	b.ReportMetric(10_000*float64(b.N)/making.Seconds(), "households/s")
	b.ReportMetric(making.Seconds()/drawing.Seconds(), "x-drawing")
}
