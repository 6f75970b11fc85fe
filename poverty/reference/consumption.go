package reference

import (
	"math"

	"rightkey/poverty"
	"rightkey/poverty/formula"
	"rightkey/poverty/survey"
)

// consumptionFile is the household survey of McBride and Nichols 2018: 11,280 households in 564 enumeration areas.
const consumptionFile = "mcbride_nichols_m*.csv.gz"

// consumptionSurvey is that survey under its design: persons' weights, strata and clusters.
func consumptionSurvey(b *book) error {
	t, err := b.open(consumptionFile)
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"hhwght", "rural"}, []string{"strataid", "psu"})
	if err != nil {
		return err
	}
	welfare, err := formula.Eval("exp(lnexp_pc_month)", t)
	if err != nil {
		return err
	}
	weight, err := formula.Eval("hhwght*hhsize", t)
	if err != nil {
		return err
	}
	s := poverty.Sample{Welfare: welfare, Weight: weight}
	options := survey.Options{Weights: weight, Strata: columns.text["strataid"], PSU: columns.text["psu"]}
	design, err := survey.New(t.Len(), options)
	if err != nil {
		return err
	}
	b.source = "R convey 1.0.1, survey 4.1"
	c := collector{b: b}
	line := poverty.FixedLine(math.Exp(7.555))
	c.both("FGT0", "0.730745070954627", "0.00799865736589151", design, one(poverty.FGT(s, line, 0)))
	c.both("FGT1", "0.313107764676797", "0.00547856119208164", design, one(poverty.FGT(s, line, 1)))
	c.both("FGT2", "0.166031315830107", "0.0038021894566766", design, one(poverty.FGT(s, line, 2)))
	c.both("watts", "0.463259133363354", "0.00937736950633762", design, one(poverty.Watts(s, line)))
	c.both("mean log deviation", "0.251833947094399", "0.0186778501833381", design, one(poverty.Entropy(s, 0)))
	c.both("theil", "0.30725203311591", "0.0304326419783407", design, one(poverty.Entropy(s, 1)))
	gini := one(poverty.Gini(s, poverty.GiniCumulative))
	c.near("gini (cumulative; depends on the order of equals)", 0.390156762078201, gini, 2e-5)
	c.nearSE("gini", 0.0139670966414086, design, gini, 1e-4)
	for _, area := range []struct {
		rural            float64
		name, value, sig string
	}{{0, "urban", "0.440128903407208", "0.0347481339116153"}, {1, "rural", "0.767920965057902", "0.00769535801511471"}} {
		domain := s.Where(func(i int) bool { return columns.number["rural"][i] == area.rural })
		c.both("FGT0, "+area.name, area.value, area.sig, design, one(poverty.FGT(domain, line, 0)))
	}
	if c.err != nil {
		return c.err
	}
	options.Weights = columns.number["hhwght"]
	byHousehold, err := survey.New(t.Len(), options)
	if err != nil {
		return err
	}
	households := poverty.Sample{Welfare: welfare, Weight: options.Weights}
	c.both("FGT0 of households", "0.647817445871455", "0.00798311351289969", byHousehold, one(poverty.FGT(households, line, 0)))
	return c.err
}
