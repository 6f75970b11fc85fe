package quality

import (
	"context"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// State is where a problem is.
type State string

// The states.
const (
	Open     State = "open"     // nobody has taken it
	Claimed  State = "claimed"  // somebody answers for it
	Proposed State = "proposed" // to be accepted; waits for a second person
	Accepted State = "accepted" // it fires and is right all the same, with a reason
	Fixed    State = "fixed"    // its rule no longer fires
	Obsolete State = "obsolete" // its rule or its household is no more
)

// States are all states, in the order in which lists offer them.
var States = []State{Open, Claimed, Proposed, Accepted, Fixed, Obsolete}

// Unsettled are the states in which somebody has something to do.
var Unsettled = []State{Open, Claimed, Proposed}

// Problem is a rule that fires, or fired, for a household, a part of it, or an area.
type Problem struct {
	Home, ID    int64
	Household   int64  // or record of the area that it is about
	Number      string // of the household, "" where it is about an area
	SubjectKind string // household, person, dwelling; of an area: its level
	Subject     int64  // 0 for the household or the area itself
	Area        int64
	Rule        string
	Severity    policy.Severity
	Class       access.Class
	Fields      []string // "subject.code" of the items that the rule looks at
	Found       clock.Time
	Reopened    int64 // how often it came back
	Role        string
	Owner       int64 // account, 0 while nobody has it
	Due         clock.Day
	State       State
	Changed     clock.Time
	Reason      string // why it is accepted
	Proposer    int64  // account that proposes to accept it
	Ver         int64

	proposerPerson string
}

const problemColumns = `p.home, p.id, p.household, p.subject_kind, p.subject, p.area, p.rule, p.severity, p.class, p.fields,
	p.found, p.reopened, p.role, p.owner, p.due, p.state, p.changed, p.reason, p.proposer, p.proposer_person, p.ver`

func scanProblem(r store.Rows, p *Problem, more ...any) error {
	var fields string
	var class int64
	err := r.Scan(append([]any{&p.Home, &p.ID, &p.Household, &p.SubjectKind, &p.Subject, &p.Area, &p.Rule, &p.Severity, &class, &fields,
		(*int64)(&p.Found), &p.Reopened, &p.Role, &p.Owner, (*int64)(&p.Due), &p.State, (*int64)(&p.Changed), &p.Reason, &p.Proposer, &p.proposerPerson, &p.Ver}, more...)...)
	p.Class, p.Fields = access.Class(class), strings.Fields(fields)
	return err
}

// Unsettled says whether somebody has something to do.
func (p Problem) Unsettled() bool {
	return p.State == Open || p.State == Claimed || p.State == Proposed
}

// Where is the area where the problem is.
func (p Problem) Where() int64 { return p.Area }

// Given is the problem once an account answers for it, with a new date if due is not 0.
func (p Problem) Given(owner int64, due clock.Day) Problem {
	if p.Owner = owner; p.State == Open {
		p.State = Claimed
	}
	if due != 0 {
		p.Due = due
	}
	return p
}

// Text is what is wrong, in the words of a pack.
func Text(pack *policy.Pack, rule string, lang i18n.Lang) string {
	if found, ok := RulesOf(pack).Find(rule); ok {
		return found.Text.In(lang)
	}
	name, isItem := strings.CutPrefix(rule, itemPrefix)
	if !isItem {
		return rule
	}
	item, err := itemOf(pack, name)
	switch {
	case err != nil:
		return rule
	case item.Check != nil:
		return item.Label.In(lang) + ": " + item.Check.Text.In(lang)
	}
	return i18n.T(lang, "quality.item_check", "item", item.Label.In(lang))
}

// Code is the rule's code as people read it; what a check of an item found has none.
func Code(rule string) string {
	if strings.HasPrefix(rule, itemPrefix) {
		return ""
	}
	return rule
}

// FixAt is the item where a problem is put right, "" if that is not one item.
func FixAt(pack *policy.Pack, p Problem) string {
	if rule, ok := RulesOf(pack).Find(p.Rule); ok && rule.Fix != "" {
		return rule.Fix
	}
	if len(p.Fields) > 0 && strings.HasPrefix(p.Rule, itemPrefix) {
		return p.Fields[0]
	}
	return ""
}

// Blocking returns the provisional problems of a household that nobody has settled: while there is one, the household
// gets no benefit. It returns no problem for a household out of scope.
func (s *Service) Blocking(ctx context.Context, scope access.Scope, household int64) ([]Problem, error) {
	home, err := s.journal.Ids().Home(ctx, household)
	if err != nil {
		return nil, err
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+problemColumns+` FROM problem_item p WHERE p.home = $1 AND p.household = $2 AND {scope p.area}
		AND p.severity = 'provisional' AND p.state IN ('open', 'claimed', 'proposed') ORDER BY p.id`, []any{home, household},
		func(r store.Rows, p *Problem) error { return scanProblem(r, p) })
	if err != nil {
		return nil, fmt.Errorf("read what blocks a household: %w", err)
	}
	return found, nil
}
