package reference

import (
	"fmt"
	"math"
	"strconv"

	"rightkey/poverty"
	"rightkey/poverty/pmt"
	"rightkey/poverty/targeting"
)

// targetingArms are the error rates of the three arms of Alatas et al. 2012, recomputed on the complete rows: the
// truth is consumption at or below its 35.25 % quantile.
func targetingArms(b *book) error {
	b.source = "Alatas et al. 2012 table 3, on the 5,004 complete rows"
	t, err := b.open("i*_alatas2012_hh.csv.gz")
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"consumption", "treated", "pmt", "community", "hybrid"}, nil)
	if err != nil {
		return err
	}
	line, err := poverty.Quantile(poverty.Sample{Welfare: columns.number["consumption"]}, 0.3525)
	if err != nil {
		return err
	}
	b.add("poverty line, 35.25 % quantile of consumption", Equal, 318.22, line.Value, 0.3)
	for _, arm := range []struct{ name, all, others, poor string }{
		{"pmt", "0.2971", "0.1785", "0.5139"}, {"community", "0.3304", "0.2247", "0.5301"}, {"hybrid", "0.3369", "0.2307", "0.5272"},
	} {
		var poor []bool
		var selected []float64
		for i, in := range columns.number[arm.name] {
			if in == 1 {
				poor = append(poor, columns.number["consumption"][i] <= line.Value)
				selected = append(selected, columns.number["treated"][i])
			}
		}
		a, err := targeting.Compare(poor, selected, nil)
		if err != nil {
			return err
		}
		b.same(arm.name+": error rate", arm.all, a.TotalError)
		b.same(arm.name+": non-poor selected", arm.others, a.NonPoorError)
		b.same(arm.name+": poor excluded", arm.poor, a.Exclusion)
	}
	return nil
}

// inequalityByHand are two provinces of the family income survey of R ineq.
func inequalityByHand(b *book) error {
	b.source = "R ineq (Ilocos)"
	t, err := b.open("ilocos_ineq.csv.gz")
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"income"}, []string{"province"})
	if err != nil {
		return err
	}
	all := poverty.Sample{Welfare: columns.number["income"]}
	for _, p := range []struct{ name, atkinson, theil string }{{"Pangasinan", "0.1291856", "0.2837236"}, {"La Union", "0.1672924", "0.3622122"}} {
		own := all.Where(func(i int) bool { return columns.text["province"][i] == p.name })
		c := collector{b: b}
		c.value("atkinson .5, "+p.name, p.atkinson, one(poverty.Atkinson(own, 0.5)))
		c.value("theil, "+p.name, p.theil, one(poverty.Entropy(own, 1)))
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// lookUps is a published table of scores and likelihoods.
func lookUps(b *book) error {
	b.source = "R ppitables"
	t, err := b.open("ppi_lookup_tables.csv.gz")
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"score", "likelihood"}, []string{"table", "line"})
	if err != nil {
		return err
	}
	var scores, likelihood []float64
	for i, table := range columns.text["table"] {
		if table == "ppiPAK2009" && columns.text["line"][i] == "nl100" {
			scores = append(scores, columns.number["score"][i])
			likelihood = append(likelihood, columns.number["likelihood"][i]/100)
		}
	}
	lookup, err := pmt.NewLookup("nl100", scores, likelihood)
	if err != nil {
		return err
	}
	for score, printed := range map[int]string{0: "95.4", 7: "95.1", 22: "57.6", 37: "29.8", 50: "10.7", 75: "1.1"} {
		p, err := lookup.At(float64(score))
		if err != nil {
			return err
		}
		b.same(fmt.Sprintf("likelihood %% of score %s", strconv.Itoa(score)), printed, 100*p)
	}
	return nil
}

// published collects what was printed about poor households: the household rate of the consumption survey.
func published(b *book) error {
	b.source = "McBride and Nichols 2018 table 3"
	t, err := b.open(consumptionFile)
	if err != nil {
		return err
	}
	columns, err := columnsOf(t, []string{"lnexp_pc_month", "hhwght"}, nil)
	if err != nil {
		return err
	}
	rate, err := poverty.FGT(poverty.Sample{Welfare: columns.number["lnexp_pc_month"], Weight: columns.number["hhwght"]}, poverty.FixedLine(7.555), 0)
	if err != nil {
		return err
	}
	b.add("poor households %", Equal, 64.78, math.Round(1e4*rate.Value)/100, 0.001)
	return nil
}
