package procedure

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/policy"
)

// random draws a procedure: a way of plain states, sittings and notices with what each needs, and then some steps from
// anywhere to anywhere, on any trigger, most of which make nonsense of it.
func random(t *rapid.T) *Definition {
	n := rapid.IntRange(3, 7).Draw(t, "states")
	d := &Definition{Code: "random", Sittings: []*Meeting{{Code: "moot"}}, Notices: []*Board{{Code: "first", Objections: true}, {Code: "second", Objections: true}}}
	step := func(from, to string, on Trigger, notice string) {
		d.Transitions = append(d.Transitions, &Transition{Code: fmt.Sprint("t", len(d.Transitions)), From: []string{from}, To: to, On: on, Notice: notice, Persons: 1})
	}
	code := func(i int) string { return fmt.Sprint("s", i) }
	for i := range n {
		s := &State{Code: code(i), Mandatory: rapid.Bool().Draw(t, "mandatory") && i < n-2}
		d.States = append(d.States, s)
		switch kind := rapid.SampledFrom([]string{"plain", "plain", "sitting", "first", "second"}).Draw(t, "kind"); {
		case i == n-1:
			s.End = Granted
		case i == n-2:
			s.End = Refused
		case kind == "sitting" && i > 0:
			s.Sitting = "moot"
			step(code(i), code(n-2), Lost, "")
		case kind != "plain" && kind != "sitting" && i > 0:
			s.Notice = kind
			step(code(i), "disputed", Objection, "")
			step("disputed", code(i), Dismissed, kind)
			step("disputed", code(i), Upheld, kind)
		}
		next := code(i + 1)
		if i == n-3 {
			next = code(n - 1)
		}
		if i < n-2 {
			step(code(i), next, map[bool]Trigger{true: Carried}[s.Sitting != ""], "")
		}
	}
	d.States = append(d.States, &State{Code: "disputed"})
	step(code(0), code(n-2), ByHand, "")
	step("disputed", code(n-2), ByHand, "")
	for range rapid.IntRange(0, 3).Draw(t, "more") {
		from := rapid.SampledFrom(d.States[:n-2]).Draw(t, "from").Code
		step(from, rapid.SampledFrom(d.States).Draw(t, "to").Code, rapid.SampledFrom([]Trigger{ByHand, ByHand, Carried, Lost, Objection, Dismissed, Upheld}).Draw(t, "on"), "")
	}
	return d
}

// can says whether a step can be taken where a case is: an answer to an objection leads back to the notice on which the
// case hung, and only while the objection is open.
func can(d *Definition, way *Transition, at spot, disputed bool) bool {
	if way.On == Dismissed || way.On == Upheld {
		return disputed && d.State(way.To).Notice == at.notice && (way.Notice == "" || way.Notice == at.notice)
	}
	return way.On != Objection || d.State(at.state).Notice != ""
}

// A definition that is taken lets no case skip a mandatory state, leave a sitting without its vote but to be refused, or
// be granted while an objection is open; and every case can end, whatever way it goes.
func TestADefinitionThatIsTakenSkipsNothingAndEnds(t *testing.T) {
	taken, hung := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := random(t)
		r := &reader{pack: &policy.Pack{}, found: &Procedures{}}
		if r.graph(d); len(r.wrong) > 0 {
			return
		}
		taken++
		at, been, disputed := d.start(), map[string]bool{d.Start().Code: true}, false
		for range 60 {
			var ways []*Transition
			for _, way := range d.Leaving(at.state) {
				if can(d, way, at, disputed) {
					ways = append(ways, way)
				}
			}
			state := d.State(at.state)
			if state.End != Goes {
				break
			}
			if len(ways) == 0 {
				t.Fatalf("stuck in %s", at.state)
			}
			way := rapid.SampledFrom(ways).Draw(t, "way")
			to := d.State(way.To)
			if state.Sitting != "" && way.On == ByHand && to.End != Refused && to.End != Withdrawn {
				t.Fatalf("%s leads from the sitting %s without a vote", way.Code, at.state)
			}
			switch way.On {
			case Objection:
				disputed = true
				hung++
			case Dismissed, Upheld:
				disputed = false
			}
			at.state = way.To
			if to.Notice != "" {
				at.notice = to.Notice
			}
			been[at.state] = true
		}
		end := d.State(at.state).End
		for _, s := range d.States {
			if end == Granted && s.Mandatory && !been[s.Code] {
				t.Fatalf("granted without %s", s.Code)
			}
		}
		if end == Granted && disputed {
			t.Fatal("granted while an objection was open")
		}
		if end == Goes && !d.ends(at.state) {
			t.Fatalf("from %s no case ends", at.state)
		}
	})
	if taken == 0 || hung == 0 {
		t.Errorf("%d random definitions were taken with %d objections: nothing was tested", taken, hung)
	}
}
