package synth

import (
	"math"
	"testing"
)

// between is the share of the variance of welfare that lies between villages, without what sampling adds to the
// variance of their means.
func between(c *County) float64 {
	type group struct{ n, sum, squares float64 }
	groups := map[string]*group{}
	n := 0.0
	for h := range c.Households() {
		g := groups[h.Village.Code]
		if g == nil {
			g = &group{}
			groups[h.Village.Code] = g
		}
		g.n++
		g.sum += h.Welfare
		g.squares += h.Welfare * h.Welfare
		n++
	}
	within, sum, squares := 0.0, 0.0, 0.0
	for _, g := range groups {
		within += g.squares - g.sum*g.sum/g.n
		sum += g.sum
		squares += g.sum * g.sum / g.n
	}
	k := float64(len(groups))
	within /= n - k
	means := (squares - sum*sum/n) / (k - 1)
	variance := max(0, (means-within)/(n/k))
	return variance / (variance + within)
}

func TestVillagesAreAsFarApartAsAsked(t *testing.T) {
	for _, asked := range []float64{0.1, 0.2, 0.4} {
		for _, households := range []int{9_000, 30_000} {
			got, seeds := 0.0, 4
			for seed := range seeds {
				spec := someSpec()
				spec.Seed, spec.VillageShare, spec.Households = uint64(seed+1), asked, households
				got += between(county(t, spec)) / float64(seeds)
			}
			if math.Abs(got-asked) > 0.05 {
				t.Errorf("%d households: %.3f of the variance lies between villages, not %.2f ± .05", households, got, asked)
			}
		}
	}
}

func TestIncomesComeFromTheSourcesAsAsked(t *testing.T) {
	spec := someSpec()
	spec.Households, spec.Villages = 9000, 90
	spec.Errors = Errors{}
	spec.Income = IncomeShares{Wages: 0.45, Business: 0.42, Property: 0.03}
	sums := map[string]float64{}
	for h := range county(t, spec).Households() {
		addSources(sums, h)
	}
	total := sums["wage"] + sums["business"] + sums["property"] + sums["transfer"]
	for class, asked := range map[string]float64{"wage": 0.45, "business": 0.42, "property": 0.03} {
		if got := sums[class] / total; math.Abs(got-asked) > 0.02+asked/20 {
			t.Errorf("%.3f of the income is from %s, asked were %.2f", got, class, asked)
		}
	}
}

// Possessions show wealth: each rises with it as its loading says, and two of them hang together by it alone.
func TestTraitsHangTogetherByWealth(t *testing.T) {
	spec := someSpec()
	spec.Households, spec.Villages = 9000, 90
	spec.Traits = []Trait{
		{Name: "roof", Levels: []string{"0", "1"}, Shares: []float64{0.5, 0.5}, Loading: 0.8},
		{Name: "radio", Levels: []string{"0", "1"}, Shares: []float64{0.5, 0.5}, Loading: 0.8},
		{Name: "luck", Levels: []string{"0", "1"}, Shares: []float64{0.7, 0.3}, Loading: 0},
	}
	var both, roof, radio, lucky, n, richRoof, rich float64
	for h := range county(t, spec).Households() {
		n++
		is := func(i int) float64 {
			if h.Traits[i] == "1" {
				return 1
			}
			return 0
		}
		roof, radio, both, lucky = roof+is(0), radio+is(1), both+is(0)*is(1), lucky+is(2)
		if h.Welfare > 1 {
			rich++
			richRoof += is(0)
		}
	}
	if math.Abs(lucky/n-0.3) > 0.03 || math.Abs(roof/n-0.5) > 0.08 {
		t.Errorf("shares of .5 and .3 came out as %.3f and %.3f", roof/n, lucky/n)
	}
	// Two normals with correlation .64, each cut in the middle, are both above in 1/4 + asin(.64)/2π = .36 of the cases.
	if got := both / n; math.Abs(got-0.36) > 0.06 {
		t.Errorf("%.3f have both, not about .36; %.3f have a roof, %.3f a radio", got, roof/n, radio/n)
	}
	if richRoof/rich < roof/n+0.1 {
		t.Errorf("%.3f of the rich have a roof, %.3f of all", richRoof/rich, roof/n)
	}
}

// The strengths that a specification names are those that come out.
func TestMistakesAreAsStrongAsAsked(t *testing.T) {
	spec := someSpec()
	spec.Errors = Errors{Wrong: 0.3, Missed: 0.3, Fitted: 0.5, Officials: 4, Kin: 0.08,
		Inclusion: map[string]float64{MistakeRandom: 0.2, MistakeNear: 0.25, MistakeHidden: 0.1, MistakeElite: 0.2, MistakeQuota: 0.15, MistakeStale: 0.1},
		Exclusion: map[string]float64{MistakeRandom: 0.2, MistakeNear: 0.3, MistakeOmission: 0.25, MistakeQuota: 0.15, MistakeStale: 0.1},
		Records:   Records{Twice: 0.01, HouseholdsTwice: 0.01, Typos: 0.02, Swapped: 0.03, NumberMissing: 0.02, NumberWrong: 0.02, NumberForeign: 0.02, Dead: 0.02, Moved: 0.02}}
	spec.Numbering = Numbering{Within: 3, Make: func(p *Person, v Area, serial int) string { return v.Code[:3] + p.Key }}
	got, n := map[string]float64{}, map[string]float64{}
	persons, households, fitted := 0.0, 0.0, 0.0
	for h := range county(t, spec).Households() {
		for _, f := range h.Faults {
			got[f.Kind]++
		}
		if h.Members[0].same != nil {
			continue
		}
		households++
		persons += float64(len(h.Members))
		switch {
		case h.Registered:
			n["registered"]++
		case h.Poor:
			n["missed"]++
		}
		if h.Poor {
			n["poor"]++
		}
		if h.KinOf != "" {
			n["kin"]++
		}
		if h.Mistake != "" {
			n[map[bool]string{true: "wrong", false: "left out"}[h.Registered]]++
			got[h.Mistake+map[bool]string{true: " in", false: " out"}[h.Registered]]++
		}
		if h.Fitted {
			fitted++
		}
	}
	within := func(what string, count, of, asked float64) {
		// Four deviations of a binomial, and one household a village that cannot be halved.
		if slack := 4*math.Sqrt(asked*(1-asked)/of) + 0.01; math.Abs(count/of-asked) > slack {
			t.Errorf("%s: %.4f of %.0f, asked were %.4f ± %.4f", what, count/of, of, asked, slack)
		}
	}
	within("wrong", n["wrong"], n["registered"], 0.3)
	within("missed", n["missed"], n["poor"], 0.3)
	within("fitted", fitted, n["wrong"]+n["missed"], 0.5)
	within("kin", n["kin"], households, 0.08)
	for mechanism, share := range spec.Errors.Inclusion {
		within("wrong by "+mechanism, got[mechanism+" in"], n["wrong"], share)
	}
	for mechanism, share := range spec.Errors.Exclusion {
		within("missed by "+mechanism, got[mechanism+" out"], n["missed"], share)
	}
	r := spec.Errors.Records
	for kind, asked := range map[string]float64{FaultTypo: r.Typos, FaultNumberMissing: r.NumberMissing, FaultNumberWrong: r.NumberWrong, FaultNumberForeign: r.NumberForeign} {
		within(kind, got[kind], persons, asked)
	}
	within(FaultHouseholdTwice, got[FaultHouseholdTwice], households, r.HouseholdsTwice)
	// Of a birthday, day and month can be exchanged in 11 of 30 cases; the head neither dies nor leaves unnoticed.
	for kind, most := range map[string]float64{FaultSwapped: r.Swapped, FaultDead: r.Dead, FaultMoved: r.Moved, FaultTwice: r.Twice + r.HouseholdsTwice} {
		if got[kind] == 0 || got[kind]/persons > most*1.3+0.002 {
			t.Errorf("%s: %.4f of the persons, at most %.4f were asked", kind, got[kind]/persons, most)
		}
	}
}
