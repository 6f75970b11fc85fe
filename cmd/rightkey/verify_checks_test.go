package main

import (
	"io"
	"testing"
)

// The bounds leave room for other seeds.
func TestCrossChecksFindWhoseThingItIsAndHardlyAnybodyElse(t *testing.T) {
	found, err := verifyChecks{Households: 800, Seed: 3}.measure(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 5 {
		t.Fatalf("%d checks have a list", len(found))
	}
	leads := 0
	for _, f := range found {
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
}
