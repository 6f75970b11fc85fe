package reference

import (
	"fmt"
	"math"

	"rightkey/poverty"
	"rightkey/poverty/formula"
	"rightkey/poverty/mpi"
	"rightkey/poverty/survey"
)

// countingByHand is the example of the Alkire-Foster method on the NLSW 1988 file, three indicators.
func countingByHand(b *book) error {
	b.source = "convey book 6.3 (Pacifico and Poege's mpi for Stata)"
	t, err := b.open("nlsw88_af.csv.gz")
	if err != nil {
		return err
	}
	spec := mpi.Spec{Name: "three indicators", Dimensions: []mpi.Dimension{{Indicators: []mpi.SpecIndicator{
		{Name: "wage", Deprived: "wage < 4"}, {Name: "graduate", Deprived: "collgrad == 0"}, {Name: "hours", Deprived: "hours < 26"},
	}}}}
	data, err := spec.Data(t)
	if err != nil {
		return err
	}
	third, err := mpi.Measure(data, 1.0/3)
	if err != nil {
		return err
	}
	b.same("complete rows", "2242", float64(third.Rows))
	b.result("equal weights, k=1/3", third, "0.8082070", "0.4576895", "0.3699078")
	if err := simpleErrors(b, data, third); err != nil {
		return err
	}
	half, err := mpi.Measure(data, 0.5)
	if err != nil {
		return err
	}
	b.result("equal weights, k=1/2", half, "0.2582516", "0.7225101", "0.1865894")
	all, err := mpi.Measure(data, 1)
	if err != nil {
		return err
	}
	b.same("equal weights, k=1: H", "0.0432649", all.H.Value)
	return countingUnequal(b, data)
}

// countingUnequal gives the wage half of the weight.
func countingUnequal(b *book, data mpi.Data) error {
	data.Indicators[0].Weight, data.Indicators[1].Weight, data.Indicators[2].Weight = 0.5, 0.25, 0.25
	half, err := mpi.Measure(data, 0.5)
	if err != nil {
		return err
	}
	b.result("weights .5/.25/.25, k=.5", half, "0.2689563", "0.7114428", "")
	printed := [][3]string{{"0.194915", "0.184211", "32.908"}, {"0.763158", "0.247993", "44.303"}, {"0.151650", "0.127565", "22.789"}}
	for j, part := range half.Indicators {
		// The raw rate over the same 2,242 complete rows; the contributions are those of equal weights at k=.5.
		b.same("raw headcount, "+part.Name, printed[j][0], part.Raw.Value)
	}
	three, err := mpi.Measure(data, 0.75)
	if err != nil {
		return err
	}
	b.result("weights .5/.25/.25, k=.75", three, "0.1842105", "0.8087167", "")
	for i := range data.Indicators {
		data.Indicators[i].Weight = 1
	}
	equal, err := mpi.Measure(data, 0.5)
	if err != nil {
		return err
	}
	for j, part := range equal.Indicators {
		b.same("censored headcount at k=.5, "+part.Name, printed[j][1], part.Censored.Value)
		b.same("contribution % at k=.5, "+part.Name, printed[j][2], 100*part.Contribution.Value)
	}
	return nil
}

// simpleErrors are the standard errors under simple random sampling of the complete rows.
func simpleErrors(b *book, data mpi.Data, r *mpi.Result) error {
	design, err := survey.New(len(data.Indicators[0].Deprived), survey.Options{})
	if err != nil {
		return err
	}
	for _, e := range []struct {
		name, printed string
		of            poverty.Estimate
	}{{"H", "0.008316807", r.H}, {"A", "0.004573443", r.A}} {
		se, err := design.SE(e.of.Influence)
		if err != nil {
			return err
		}
		theirs, _ := figure(e.printed)
		b.near("standard error of "+e.name+" at k=1/3", theirs, se, 1e-5)
	}
	return nil
}

func (b *book) result(what string, r *mpi.Result, h, a, m0 string) {
	b.same(what+": H", h, r.H.Value)
	if a != "" {
		b.same(what+": A", a, r.A.Value)
	}
	if m0 != "" {
		b.same(what+": M0", m0, r.M0.Value)
	}
}

// measureNames maps the reference file's names to parts of a result.
var measureNames = map[string]func(*mpi.Result, int) poverty.Estimate{
	"M0":   func(r *mpi.Result, _ int) poverty.Estimate { return r.M0 },
	"H":    func(r *mpi.Result, _ int) poverty.Estimate { return r.H },
	"A":    func(r *mpi.Result, _ int) poverty.Estimate { return r.A },
	"hd":   func(r *mpi.Result, j int) poverty.Estimate { return r.Indicators[j].Raw },
	"hdk":  func(r *mpi.Result, j int) poverty.Estimate { return r.Indicators[j].Censored },
	"actb": func(r *mpi.Result, j int) poverty.Estimate { return r.Indicators[j].Absolute },
	"pctb": func(r *mpi.Result, j int) poverty.Estimate { return r.Indicators[j].Contribution },
}

// countingSpec is the global index over the ten prepared deprivations of the demographic and health survey.
func countingSpec() (mpi.Spec, map[string]int) {
	spec := mpi.Spec{Name: "global index"}
	place := map[string]int{}
	for _, dimension := range [][]string{
		{"d_nutr", "d_cm"}, {"d_satt", "d_educ"}, {"d_elct", "d_sani", "d_wtr", "d_hsg", "d_ckfl", "d_asst"},
	} {
		part := mpi.Dimension{}
		for _, name := range dimension {
			place[name] = len(place)
			part.Indicators = append(part.Indicators, mpi.SpecIndicator{Name: name, Deprived: name})
		}
		spec.Dimensions = append(spec.Dimensions, part)
	}
	return spec, place
}

// countingSurvey is R mpitbR's own example: every level, standard error and interval of its output file.
// Levels there come from an iterative fit that stops at a relative change of 1e-8, and so agree with direct sums to 5e-8.
func countingSurvey(b *book) error {
	b.source = "R mpitbR 1.0.1"
	t, err := b.open("mpitb_*dhs06.csv.gz")
	if err != nil {
		return err
	}
	list, err := b.open("reference/mpitbR_*2006.csv")
	if err != nil {
		return err
	}
	expected, err := columnsOf(list, []string{"b", "se", "ll", "ul", "k"}, []string{"subg", "loa", "measure", "indicator"})
	if err != nil {
		return err
	}
	spec, place := countingSpec()
	data, err := spec.Data(t)
	if err != nil {
		return err
	}
	rows, err := columnsOf(t, []string{"weight"}, []string{"strata", "psu", "area", "region"})
	if err != nil {
		return err
	}
	design, err := survey.New(t.Len(), survey.Options{Weights: rows.number["weight"], Strata: rows.text["strata"], PSU: rows.text["psu"]})
	if err != nil {
		return err
	}
	results := map[string]*mpi.Result{}
	for k := range expected.number["b"] {
		line := countingLine{
			group: expected.text["subg"][k], level: expected.text["loa"][k], measure: expected.text["measure"][k],
			indicator: expected.text["indicator"][k], cutoff: expected.number["k"][k],
			value: expected.number["b"][k], se: expected.number["se"][k], low: expected.number["ll"][k], high: expected.number["ul"][k],
		}
		if math.IsNaN(line.cutoff) {
			line.cutoff = 33
		}
		key := fmt.Sprint(line.level, line.group, line.cutoff)
		if results[key] == nil {
			domain := data
			domain.Weight = line.domain(rows)
			if results[key], err = mpi.Measure(domain, line.cutoff/100); err != nil {
				return err
			}
		}
		if err := line.check(b, measureNames[line.measure](results[key], place[line.indicator]), design); err != nil {
			return err
		}
	}
	return nil
}

// countingLine is one line of the reference file.
type countingLine struct {
	group, level, measure, indicator string
	cutoff, value, se, low, high     float64
}

// domain is the weights inside the line's group.
func (l countingLine) domain(rows columns) []float64 {
	if l.level == "nat" {
		return rows.number["weight"]
	}
	weights := append([]float64(nil), rows.number["weight"]...)
	for i, group := range rows.text[l.level] {
		if group != l.group {
			weights[i] = 0
		}
	}
	return weights
}

func (l countingLine) check(b *book, e poverty.Estimate, design *survey.Design) error {
	what := fmt.Sprintf("%s %s of %s at k=%v %s", l.measure, l.level, l.group, l.cutoff, l.indicator)
	b.near(what, l.value, e.Value, 5e-8)
	if math.IsNaN(l.se) {
		return nil
	}
	se, err := design.SE(e.Influence)
	if err != nil {
		return err
	}
	b.near(what+", standard error", l.se, se, 1e-9)
	low, high := design.ShareInterval(e.Value, se, 0.95)
	b.near(what+", from", l.low, low, 1e-6)
	b.near(what+", to", l.high, high, 1e-6)
	return nil
}

// countingRoster is R mpindex's example: a household file and a roster of its members, whose deprivations are
// collapsed to the household: deprived when any member is.
func countingRoster(b *book) error {
	b.source = "R mpindex vignette"
	households, err := b.open("mpindex_df_household.csv.gz")
	if err != nil {
		return err
	}
	roster, err := b.open("mpindex_df_household_roster.csv.gz")
	if err != nil {
		return err
	}
	data, err := rosterDeprivations(households, roster)
	if err != nil {
		return err
	}
	class, err := households.Strings("class")
	if err != nil {
		return err
	}
	for _, area := range []struct{ name, n, h, a, m0 string }{{"Rural", "98", "0.480", "0.513", "0.246"}, {"Urban", "100", "0.280", "0.405", "0.113"}} {
		domain := data
		domain.Weight = make([]float64, len(class))
		for i := range class {
			domain.Weight[i] = float64(boolean(class[i] == area.name))
		}
		r, err := mpi.Measure(domain, 1.0/3)
		if err != nil {
			return err
		}
		b.same(area.name+" households", area.n, float64(r.Rows))
		b.result(area.name, r, area.h, area.a, area.m0)
		if area.name == "Rural" {
			b.same("Rural raw headcount, years of schooling", "0.888", r.Indicators[2].Raw.Value)
			b.same("Rural censored headcount, years of schooling", "0.480", r.Indicators[2].Censored.Value)
		}
	}
	return nil
}

// rosterDeprivations are the definitions of that example. Its housing rule compares a membership test with 2 and so
// never looks at the walls.
func rosterDeprivations(households, roster Table) (mpi.Data, error) {
	var data mpi.Data
	add := func(name string, weight float64, text string, source Table) error {
		values, err := formula.Eval("if_known("+text+", 0)", source)
		if err == nil && source == roster {
			values, err = anyMember(values, households, roster)
		}
		data.Indicators = append(data.Indicators, mpi.Indicator{Name: name, Weight: weight, Deprived: values})
		return err
	}
	const conveniences = "((asset_tv > 0) + (asset_telephone + asset_mobile_phone > 0) + (asset_computer > 0) + (asset_animal_cart > 0) + " +
		"(asset_bicycle > 0) + (asset_motorcycle > 0) + (asset_refrigerator > 0) > 1)"
	for _, d := range []struct {
		name   string
		weight float64
		text   string
		source Table
	}{
		{"nutrition", 3, "undernourished == 1 && age < 70", roster},
		{"child mortality", 3, "with_child_died == 1", households},
		{"years of schooling", 3, "completed_6yrs_schooling == 2", roster},
		{"school attendance", 3, "attending_school == 2 && age >= 5 && age <= 24", roster},
		{"cooking fuel", 1, "cooking_fuel >= 4 && cooking_fuel <= 6 || cooking_fuel == 9", households},
		{"sanitation", 1, "toilet > 1", households},
		{"drinking water", 1, "drinking_water == 2", households},
		{"electricity", 1, "electricity == 2", households},
		{"housing", 1, "roof == 5 || roof == 7 || roof == 9 || floor == 5 || floor == 6 || floor == 9", households},
		{"assets", 1, "!(" + conveniences + " && asset_car + asset_truck > 0)", households},
	} {
		if err := add(d.name, d.weight, d.text, d.source); err != nil {
			return data, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return data, nil
}

// anyMember is 1 for the households with a member for whom values is 1.
func anyMember(values []float64, households, roster Table) ([]float64, error) {
	member, err := roster.Strings("uuid")
	if err != nil {
		return nil, err
	}
	id, err := households.Strings("uuid")
	if err != nil {
		return nil, err
	}
	deprived := map[string]bool{}
	for i, household := range member {
		deprived[household] = deprived[household] || values[i] == 1
	}
	collapsed := make([]float64, len(id))
	for i, household := range id {
		collapsed[i] = float64(boolean(deprived[household]))
	}
	return collapsed, nil
}

func boolean(is bool) int {
	if is {
		return 1
	}
	return 0
}
