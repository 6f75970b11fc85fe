package duplicate

import (
	"encoding/json"

	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// State is where a pair is.
type State string

// The states.
const (
	Open      State = "open"      // nobody has decided
	Postponed State = "postponed" // to be looked at again on a day
	Second    State = "second"    // decided, and to be decided once more by somebody who does not know how
	Disputed  State = "disputed"  // the two did not agree; a third person decides
	Decided   State = "decided"
	Gone      State = "gone" // the two are no longer alike, or one is no longer registered
)

// States are all states, in the order in which lists offer them.
var States = []State{Open, Postponed, Second, Disputed, Decided, Gone}

// Verdict is what somebody says a pair is.
type Verdict string

// The verdicts.
const (
	OnePerson     Verdict = "same"      // one person, registered twice: one number goes on
	TwoPersons    Verdict = "different" // two persons
	Moved         Verdict = "moved"     // one person, whose household moved and was registered anew
	TwoHouseholds Verdict = "two"       // one person, a member of two households
	Twins         Verdict = "twins"     // two persons, born together
	WrongData     Verdict = "error"     // what makes them alike, or different, is an error in the data
)

// Verdicts are all verdicts, in the order in which forms offer them.
var Verdicts = []Verdict{OnePerson, Moved, TwoHouseholds, TwoPersons, Twins, WrongData}

// Label is what a verdict teaches: whether the two are one person; false where it teaches nothing.
func (v Verdict) Label() (one, known bool) {
	switch v {
	case OnePerson, Moved, TwoHouseholds:
		return true, true
	case TwoPersons, Twins:
		return false, true
	}
	return false, false
}

// Merges says whether after a verdict one of the two numbers goes on for both.
func (v Verdict) Merges() bool { one, _ := v.Label(); return one }

// Evidence is what one field of a pair says: how far it agrees, and how strongly that speaks for one person, in bits.
type Evidence struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	Bits  float64 `json:"bits"`
}

// Pair is two registered persons who may be one.
type Pair struct {
	ID          int64
	One, Other  int64 // persons, the smaller identifier first
	Probability float64
	Weight      float64
	Evidence    []Evidence
	Overlap     string // what their households have in common: words of linkage.Overlap, "" for nothing more
	Entity      int64  // smallest identifier of all persons who seem to be this one
	Zone        Zone
	Rank        float64 // what the cheaper error is expected to cost
	Held        bool    // benefit waits for the decision
	State       State
	Verdict     Verdict // "" while undecided
	Keep        int64   // of a merge: the person whose number goes on
	Set         int64   // of a merge: the change set that carries it out
	Until       clock.Day
	Found       clock.Time
	Changed     clock.Time
	Ver         int64
}

// Undecided says whether somebody has something to do.
func (p Pair) Undecided() bool { return p.State != Decided && p.State != Gone }

const pairColumns = `p.id, p.one, p.other, p.probability, p.weight, p.evidence, p.overlap, p.entity, p.zone, p.rank, p.held,
	p.state, p.verdict, p.keep, p.set_id, p.until, p.found, p.changed, p.ver`

func scanPair(r store.Rows, p *Pair, more ...any) error {
	var evidence string
	var held int64
	err := r.Scan(append([]any{&p.ID, &p.One, &p.Other, &p.Probability, &p.Weight, &evidence, &p.Overlap, &p.Entity, &p.Zone, &p.Rank, &held,
		&p.State, &p.Verdict, &p.Keep, &p.Set, (*int64)(&p.Until), (*int64)(&p.Found), (*int64)(&p.Changed), &p.Ver}, more...)...)
	if err != nil {
		return err
	}
	p.Held = held == 1
	return json.Unmarshal([]byte(evidence), &p.Evidence)
}

// key names a pair by its persons, the smaller identifier first.
type key struct{ one, other int64 }

func keyOf(a, b int64) key { return key{min(a, b), max(a, b)} }
