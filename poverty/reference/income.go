package reference

import (
	"strconv"

	"rightkey/poverty"
	"rightkey/poverty/survey"
)

// incomeSurvey is the synthetic European income survey of R laeken: 14,827 persons in 6,000 households.
func incomeSurvey(b *book) error {
	t, err := b.open("eusilc_synthetic_laeken.csv.gz")
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"eqIncome", "rb050"}, []string{"db040", "rb030", "db030"})
	if err != nil {
		return err
	}
	s := poverty.Sample{Welfare: columns.number["eqIncome"], Weight: columns.number["rb050"]}
	persons, err := survey.New(t.Len(), survey.Options{Weights: s.Weight, Strata: columns.text["db040"], PSU: columns.text["rb030"]})
	if err != nil {
		return err
	}
	households, err := survey.New(t.Len(), survey.Options{Weights: s.Weight, Strata: columns.text["db040"], PSU: columns.text["db030"]})
	if err != nil {
		return err
	}
	if err := incomeLevels(b, s); err != nil {
		return err
	}
	if err := incomeErrors(b, s, persons, households); err != nil {
		return err
	}
	if err := incomeInequality(b, s, columns.text["db040"]); err != nil {
		return err
	}
	return incomeRegions(b, s, columns.text["db040"])
}

// incomeLevels are the indicators of R laeken.
func incomeLevels(b *book, s poverty.Sample) error {
	b.source = "R laeken 0.5.2"
	c := collector{b: b}
	c.value("quantile .2", "12212.6043478261", one(poverty.Quantile(s, 0.2)))
	c.value("quantile .5", "18098.7266666667", one(poverty.Quantile(s, 0.5)))
	c.value("quantile .8", "25997.6533333333", one(poverty.Quantile(s, 0.8)))
	c.value("at-risk-of-poverty threshold", "10859.236", one(poverty.RiskThreshold(s, 0.6)))
	for _, rate := range [][2]string{{"0.4", "4.76688518841206"}, {"0.5", "7.98813367806842"}, {"0.6", "14.4442181675336"}, {"0.7", "21.856378832107"}} {
		share, _ := strconv.ParseFloat(rate[0], 64)
		c.value("at-risk-of-poverty rate % at "+rate[0], rate[1], hundred(poverty.RiskRate(s, share)))
	}
	c.value("relative median gap %", "18.9285968184134", hundred(poverty.RiskGap(s, 0.6)))
	c.value("quintile share ratio", "3.97000432603667", one(poverty.QuintileShare(s)))
	c.value("gini % (exact)", "26.4896192113229", hundred(poverty.Gini(s, poverty.GiniExact)))
	return c.err
}

// incomeErrors are levels with standard errors from R survey and convey. Where a line is estimated the kernel is a
// convention, so that the standard error is checked to 10 %.
func incomeErrors(b *book, s poverty.Sample, persons, households *survey.Design) error {
	b.source = "R convey 1.0.1, survey 4.1"
	c := collector{b: b}
	line := poverty.FixedLine(10000)
	for alpha, printed := range [][2]string{
		{"0.114440129198526", "0.00267678716346154"},
		{"0.0320854179632806", "0.00105019040873712"},
		{"0.0161893529592889", "0.000735424342526078"},
	} {
		fgt := one(poverty.FGT(s, line, float64(alpha)))
		name := "FGT" + strconv.Itoa(alpha) + " at 10000"
		c.value(name, printed[0], fgt)
		c.se(name, printed[1], persons, fgt)
	}
	c.se("FGT0 at 10000, household clusters", "0.00450210769332668", households, one(poverty.FGT(s, line, 0)))
	gini := one(poverty.Gini(s, poverty.GiniCumulative))
	c.near("gini (cumulative; depends on the order of equals)", 0.264965166028742, gini, 2e-5)
	c.nearSE("gini", 0.00194698202054234, persons, gini, 1e-4)
	c.nearSE("gini, household clusters", 0.00308245602508137, households, gini, 1e-4)
	c.nearSE("at-risk-of-poverty threshold", 50.6362219129732, persons, one(poverty.RiskThreshold(s, 0.6)), 0.1)
	c.nearSE("at-risk-of-poverty rate", 0.00275676948428196, persons, one(poverty.RiskRate(s, 0.6)), 0.1)
	c.nearSE("at-risk-of-poverty rate, household clusters", 0.00475954283218169, households, one(poverty.RiskRate(s, 0.6)), 0.1)
	c.nearSE("relative median gap", 0.00576397441216141, persons, one(poverty.RiskGap(s, 0.6)), 0.1)
	c.nearSE("quintile share ratio", 0.042550410487519, persons, one(poverty.QuintileShare(s)), 0.1)
	return c.err
}

// incomeInequality are indices that need welfare above 0. The published values come from a design of the 14,824 rows
// with such an income, not of a domain of all rows, so this one drops the three others too.
func incomeInequality(b *book, s poverty.Sample, strata []string) error {
	b.source = "R convey 1.0.1 (rows with income above 0)"
	c := collector{b: b}
	var rows poverty.Sample
	var kept []string
	for i, y := range s.Welfare {
		if y > 0 {
			rows.Welfare, rows.Weight = append(rows.Welfare, y), append(rows.Weight, s.Weight[i])
			kept = append(kept, strata[i])
		}
	}
	s = rows
	persons, err := survey.New(s.Len(), survey.Options{Weights: s.Weight, Strata: kept})
	if err != nil {
		return err
	}
	c.both("watts at 10000", "0.0517439995031589", "0.00229263574396188", persons, one(poverty.Watts(s, poverty.FixedLine(10000))))
	for _, e := range []struct {
		alpha         float64
		value, sigmas string
	}{{0, "0.131369230476709", "0.00243379020619585"}, {1, "0.120526920613085", "0.00208780643994163"}, {2, "0.136749562656187", "0.00346413522874932"}} {
		c.both("generalised entropy "+strconv.FormatFloat(e.alpha, 'g', -1, 64), e.value, e.sigmas, persons, one(poverty.Entropy(s, e.alpha)))
	}
	for _, e := range []struct {
		aversion      float64
		value, sigmas string
	}{{0.5, "0.0598825241137104", "0.000953335203186003"}, {1, "0.123106061357279", "0.00213417587974116"}, {2, "0.376138650743522", "0.0264766356221566"}} {
		c.both("atkinson "+strconv.FormatFloat(e.aversion, 'g', -1, 64), e.value, e.sigmas, persons, one(poverty.Atkinson(s, e.aversion)))
	}
	return c.err
}

// incomeRegions are the at-risk-of-poverty rates by region under the national threshold.
func incomeRegions(b *book, s poverty.Sample, regions []string) error {
	b.source = "R laeken 0.5.2"
	values, err := b.open("reference/r_reference_values.csv")
	if err != nil {
		return err
	}
	list, err := columnsOf(values, []string{"estimate"}, []string{"stat", "param"})
	if err != nil {
		return err
	}
	threshold, err := poverty.RiskThreshold(s, 0.6)
	if err != nil {
		return err
	}
	line := poverty.Line{Amount: threshold.Value, Strict: true}
	for k, stat := range list.text["stat"] {
		if stat != "arpr % by region" {
			continue
		}
		region := list.text["param"][k]
		rate, err := poverty.FGT(s.Where(func(i int) bool { return regions[i] == region }), line, 0)
		if err != nil {
			return err
		}
		b.near("at-risk-of-poverty rate % in "+region, list.number["estimate"][k], 100*rate.Value, 1e-11)
	}
	return nil
}
