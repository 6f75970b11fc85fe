package procedure

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/policy"
)

// random draws a procedure of a few states, most of them nonsense.
func random(t *rapid.T) *Definition {
	n := rapid.IntRange(3, 7).Draw(t, "states")
	d := &Definition{Code: "random"}
	for i := range n {
		s := &State{Code: fmt.Sprint("s", i)}
		switch {
		case i == n-1:
			s.End = Granted
		case i == n-2:
			s.End = Refused
		default:
			s.Mandatory = rapid.Bool().Draw(t, "mandatory")
		}
		d.States = append(d.States, s)
	}
	for i := range rapid.IntRange(2, 12).Draw(t, "transitions") {
		from, to := rapid.IntRange(0, n-3).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		d.Transitions = append(d.Transitions, &Transition{Code: fmt.Sprint("t", i), From: []string{d.States[from].Code}, To: d.States[to].Code, Persons: 1})
	}
	return d
}

// A definition that is taken lets no case skip a mandatory state, and every case end, whatever way it goes.
func TestADefinitionThatIsTakenSkipsNothingAndEnds(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		r := &reader{pack: &policy.Pack{}, found: &Procedures{}}
		if r.graph(d); len(r.wrong) > 0 {
			return
		}
		taken++
		at, been := d.Start(), map[string]bool{d.Start().Code: true}
		for range 60 {
			ways := d.Leaving(at.Code)
			if at.End != Goes {
				break
			}
			if len(ways) == 0 {
				t.Fatalf("stuck in %s", at.Code)
			}
			at = d.State(ways[rapid.IntRange(0, len(ways)-1).Draw(t, "way")].To)
			been[at.Code] = true
		}
		for _, s := range d.States {
			if at.End == Granted && s.Mandatory && !been[s.Code] {
				t.Fatalf("granted without %s", s.Code)
			}
		}
		if at.End == Goes && !d.ends(at.Code) {
			t.Fatalf("from %s no case ends", at.Code)
		}
	})
	if taken == 0 {
		t.Error("no random definition was taken: nothing was tested")
	}
}
