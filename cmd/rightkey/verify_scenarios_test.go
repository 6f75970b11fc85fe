package main

import (
	"fmt"
	"io"
	"testing"
)

// The bounds leave room for other seeds.
func TestEveryRuleFindsWhoseThingItIsAndCleanHouseholdsAreLeftAlone(t *testing.T) {
	for _, seed := range []uint64{3, 4} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { findsRightly(t, seed) })
	}
}

func findsRightly(t *testing.T, seed uint64) {
	t.Helper()
	found, err := verifyScenarios{Households: 1500, Seed: seed}.measure(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	found.print(t.Output())
	if len(found.Rules) < 11 {
		t.Fatalf("%d rules have a list", len(found.Rules))
	}
	leads := 0
	for _, f := range found.Rules {
		c := f.Counts
		if c.Received != c.Matched+c.Unmatched+c.Ambiguous+c.Rejected {
			t.Errorf("%s: rows %+v do not add up", f.Rule, c)
		}
		if f.Found == 0 {
			t.Errorf("%s found nobody: it proves nothing", f.Rule)
		}
		if f.Right*100 < f.Found*97 || f.Right*100 < f.True*95 {
			t.Errorf("%s: %d leads, %d right, of %d true", f.Rule, f.Found, f.Right, f.True)
		}
		leads += f.Found
	}
	if leads < 50 {
		t.Errorf("%d leads prove little", leads)
	}
	if len(found.Planted) < 2 {
		t.Errorf("planted only %+v", found.Planted)
	}
	for _, f := range found.Planted {
		if f.Raised < f.Planted {
			t.Errorf("%s raised %d of %d planted", f.Rule, f.Raised, f.Planted)
		}
	}
	if found.Many > 0 {
		t.Errorf("%d leads on villages and accounts of which nothing is wrong", found.Many)
	}
	if found.Clean < found.Households/4 || found.share() >= 0.02 {
		t.Errorf("%d of %d clean households flagged, of %d", found.Flagged, found.Clean, found.Households)
	}
}
