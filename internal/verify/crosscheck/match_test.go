package crosscheck

import (
	"testing"

	"pgregory.net/rapid"
)

func candidates(t *rapid.T, least int) []candidate {
	one := rapid.Custom(func(t *rapid.T) candidate { return candidate{bits: rapid.Float64Range(-40, 80).Draw(t, "bits")} })
	return rapid.SliceOfN(one, least, 6).Draw(t, "candidates")
}

func TestNobodyIsTakenForSureWhereANamesakeIsJustAsLikely(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := candidates(t, 1)
		best := all[0]
		for _, c := range all {
			if c.bits > best.bits {
				best = c
			}
		}
		all = append(all, best)
		if v := decide(all, rapid.Float64Range(0, 1e8).Draw(t, "persons")); v.outcome == OutcomeMatched {
			t.Errorf("%v gave %+v", all, v)
		}
	})
}

func TestOneMoreCandidateMakesNobodyLikelier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := candidates(t, 1)
		persons := rapid.Float64Range(1, 1e8).Draw(t, "persons")
		before := decide(all, persons)
		after := decide(append(all, candidate{bits: all[0].bits - rapid.Float64Range(0, 20).Draw(t, "less")}), persons)
		if before.outcome != OutcomeMatched && after.outcome == OutcomeMatched {
			t.Errorf("%+v became %+v", before, after)
		}
	})
}

func TestANumberWithAnotherNameIsAContradictionWhateverElseSpeaksForIt(t *testing.T) {
	v := decide([]candidate{{bits: 60, number: true, name: -4}}, 10)
	if v.outcome != OutcomeAmbiguous {
		t.Errorf("%+v", v)
	}
}
