package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The county is the demonstration's, whichever packs there are besides; a small one shows that the command goes through.
func TestTheDemonstrationOfVisitsPrintsCurvesAndTargetsAndDrawsThem(t *testing.T) {
	command := verifyDemo{Households: 2000, Seed: 1, Picture: filepath.Join(t.TempDir(), "curves.svg")}
	said, err := printed(&command)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range append([]string{"visits without error", "visits of reliability .96", "Targets, the worst mechanism", "Targets against simpler plans"}, mechanisms...) {
		if !strings.Contains(said, part) {
			t.Errorf("the command says nothing of %q:\n%s", part, said)
		}
	}
	if drawn, err := os.ReadFile(command.Picture); err != nil || !bytes.HasPrefix(drawn, []byte("<svg")) {
		t.Errorf("the picture is %d bytes, %v", len(drawn), err)
	}
}

func TestTheDemonstrationCountsHowOftenAnIntervalHoldsTheTruth(t *testing.T) {
	said, err := printed(&verifyDemo{Households: 2000, Seed: 1, Seeds: 2, Counties: 1})
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(said, "clear inclusion"); lines != len(mechanisms) {
		t.Errorf("%d lines of clear inclusion errors:\n%s", lines, said)
	}
}
