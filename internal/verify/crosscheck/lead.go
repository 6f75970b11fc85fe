package crosscheck

import (
	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// State is where a lead is.
type State string

// The states.
const (
	New       State = "new"       // nobody looks into it yet
	Assigned  State = "assigned"  // somebody looks into it
	Explained State = "explained" // the hit does not say what it seems to, with a code and evidence
	Confirmed State = "confirmed" // it does, with evidence
	Acted     State = "acted"     // a second person took over what was found and said what was done
)

// States are all states, in their order.
var States = []State{New, Assigned, Explained, Confirmed, Acted}

// Unsettled are the states in which somebody has something to do.
var Unsettled = []State{New, Assigned, Explained, Confirmed}

// How a lead was found.
const (
	ByNumber = "number" // by the identity number, which agrees with the name
	ByName   = "name"   // by name and birth
	ByToken  = "token"  // the department answered to the token of a request
	ByScreen = "screen" // by what the register itself knows
)

// What a lead is about beside a household or a member of one.
const (
	AboutArea    = "area"    // the records of a whole area; the subject is its key
	AboutAccount = "account" // what an account recorded; the lead lies in the county, and whose account it is does not see it
)

// Lead is something that speaks against what the register says of a household or a member. It changes nothing of the
// register.
type Lead struct {
	Home, ID    int64
	Household   int64  // 0 where it is about neither a household nor a member of one
	Number      string // of the household
	SubjectKind string // household, person, area or account
	Subject     int64
	Area        int64
	Rule        string
	Effect      Effect
	Class       access.Class
	List        int64     // the list it comes from, 0 for none
	Day         clock.Day // on which the list held
	How         string
	Probability float64 // that the row of the list means the member
	Signs       string  // of a screen: what it found, as JSON without personal data
	Found       clock.Time
	Role        string
	Owner       int64 // account that looks into it, 0 while nobody does
	Due         clock.Day
	State       State
	Explanation string    // code
	Evidence    string    // on what the judgement rests
	Act         string    // code of what was done
	Judge       int64     // account that explained or confirmed it
	Actor       int64     // account that acted
	Case        int64     // through which the act goes, 0 for none
	Landing     clock.Day // until which a household that is to be removed keeps what it gets, 0 for none
	Changed     clock.Time
	Ver         int64

	judgePerson string
	body        []byte
}

// Unsettled says whether somebody has something to do.
func (l Lead) Unsettled() bool { return l.State != Acted }

// Where is the area where the lead is.
func (l Lead) Where() int64 { return l.Area }

// journalled is the subject of the lead's events: its household, where it has one.
func (l Lead) journalled() (kind string, id int64) {
	if l.Household == 0 {
		return l.SubjectKind, l.Subject
	}
	return registry.SubjectHousehold, l.Household
}

// Given is the lead once an account looks into it, with a new date if due is not 0.
func (l Lead) Given(owner int64, due clock.Day) Lead {
	if l.Owner = owner; l.State == New {
		l.State = Assigned
	}
	if due != 0 {
		l.Due = due
	}
	return l
}

// Waived says whether a hit stands explained: it is kept for the look-back, and does not count against the household.
func (l Lead) Waived() bool { return l.Explanation != "" }

const leadColumns = `l.home, l.id, l.household, l.subject_kind, l.subject, l.area, l.rule, l.effect, l.class, l.list, l.day, l.how, l.probability, l.signs, l.found, l.role, l.owner, l.due,
	l.state, l.explanation, l.evidence, l.act, l.judge, l.judge_person, l.actor, l.case_id, l.landing, l.changed, l.ver, l.body, coalesce(h.number, '')`

// joined are leads with their households.
const joined = " FROM check_lead l LEFT JOIN household h ON h.home = l.home AND h.id = l.household WHERE "

func scanLead(r store.Rows, l *Lead) error {
	var class int64
	err := r.Scan(&l.Home, &l.ID, &l.Household, &l.SubjectKind, &l.Subject, &l.Area, &l.Rule, &l.Effect, &class, &l.List, (*int64)(&l.Day), &l.How, &l.Probability, &l.Signs,
		(*int64)(&l.Found), &l.Role, &l.Owner, (*int64)(&l.Due), &l.State, &l.Explanation, &l.Evidence, &l.Act, &l.Judge, &l.judgePerson, &l.Actor, &l.Case, (*int64)(&l.Landing), (*int64)(&l.Changed), &l.Ver, &l.body, &l.Number)
	l.Class = access.Class(class)
	return err
}
