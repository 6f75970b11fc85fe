package reference_test

import (
	"testing"

	"rightkey/poverty/reference"
)

func TestTheLinearScoreKeepsUpWithStoredBoosting(t *testing.T) {
	benchmarks, err := reference.Benchmarks()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range benchmarks {
		checks, err := b.Guard(open(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if !c.Pass() {
				t.Error(c)
			}
		}
	}
}
