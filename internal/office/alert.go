package office

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// AlertState is where an alert is.
type AlertState string

// The states: nobody has looked, it has an ordinary explanation, it is a breach that is followed up elsewhere.
const (
	AlertOpen      AlertState = "open"
	AlertExplained AlertState = "explained"
	AlertBreach    AlertState = "breach"
)

// The rules that make alerts.
const (
	RuleUnmask      = "unmask"       // a secret field was shown
	RuleUnmaskLimit = "unmask_limit" // more were asked for than an hour allows
	RuleDenied      = "denied"       // many records that the account may not see were asked for
	RuleMany        = "many"         // more households in an hour than such work needs
	RuleNoTask      = "no_task"      // many households opened without being assigned or doing anything with them
	RuleWalk        = "walk"         // numbers were tried one after the other
	RuleNight       = "night"        // files were opened at night
	RuleOwn         = "own"          // the own household's or kin's file was opened
	RuleInspection  = "inspection"   // an office above the county opened single households under a case
)

// Alert is a lead, never a verdict: a rule noticed something about what an account did. A reviewer outside the chain
// finds out what it was.
type Alert struct {
	ID      int64
	Rule    string
	State   AlertState
	Account int64
	Person  string
	Area    int64 // where the account works, or of the record
	Subject int64 // household or person, 0 where it is about none in particular
	Day     clock.Day
	Count   int64 // how often that day
	First   clock.Time
	Last    clock.Time
	Detail  map[string]int64 // figures of the rule

	DecidedBy int64
	Decided   clock.Time
	Comment   string
	Ver       int64
}

// Alerts keeps leads for reviewers.
type Alerts struct {
	db      *access.DB
	journal *journal.Journal
}

// NewAlerts opens the alerts of a database.
func NewAlerts(db *access.DB, j *journal.Journal) *Alerts { return &Alerts{db: db, journal: j} }

// prepare takes what raising an alert needs before its transaction.
func (s *Alerts) prepare(ctx context.Context, a Alert) (func(context.Context, store.Tx) error, error) {
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return nil, err
	}
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return nil, err
	}
	now := s.journal.Clock().Now()
	if a.Last == 0 {
		a.First, a.Last = now, now
	}
	if a.Day == 0 {
		a.Day = dayOf(a.Last)
	}
	a.Count = max(1, a.Count)
	return func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO alert (id, rule, state, account, person, area, subject, day, n, first, last, detail) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (rule, account, subject, day) DO UPDATE SET n = alert.n + excluded.n, last = excluded.last, detail = excluded.detail`,
			id, a.Rule, a.Account, a.Person, a.Area, a.Subject, int64(a.Day), a.Count, int64(a.First), int64(a.Last), string(detail))
		if err != nil {
			return fmt.Errorf("raise an alert: %w", err)
		}
		return nil
	}, nil
}

// Raise stores an alert; one of the same rule, account, subject and day is counted up.
func (s *Alerts) Raise(ctx context.Context, a Alert) error {
	raise, err := s.prepare(ctx, a)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, system, func(tx store.Tx) error { return raise(ctx, tx) })
}

// List returns alerts in the reviewer's areas that are not about the reviewer, newest first, older than before (0 for
// the newest), in a state ("" for all).
func (s *Alerts) List(ctx context.Context, c access.Caller, state AlertState, before int64, limit int) ([]Alert, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.read(ctx, c, "id < $2 AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4", before, string(state), limit)
}

// Get returns an alert in the reviewer's areas that is not about the reviewer, else a NotFound fault.
func (s *Alerts) Get(ctx context.Context, c access.Caller, id int64) (Alert, error) {
	found, err := s.read(ctx, c, "id = $2", id)
	if err != nil {
		return Alert{}, err
	}
	if len(found) == 0 {
		return Alert{}, refuse(ctx, fault.NotFound, "no_alert")
	}
	return found[0], nil
}

// Close says what an alert turned out to be, with a comment. A Stale fault: somebody else did so meanwhile.
func (s *Alerts) Close(ctx context.Context, c access.Caller, id, ver int64, state AlertState, comment string) error {
	comment = strings.TrimSpace(comment)
	if state != AlertExplained && state != AlertBreach {
		return invalid(ctx, "state", "alert_state")
	}
	if comment == "" {
		return invalid(ctx, "comment", "alert_comment")
	}
	a, err := s.Get(ctx, c, id)
	if err != nil {
		return err
	}
	scope, err := access.Decide(c, access.AlertRead)
	if err != nil {
		return err
	}
	who := journal.Who{Account: c.Account, Role: scope.Role(a.Area), Place: c.Place, Why: comment}
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "alert." + string(state), SubjectKind: "alert", Subject: a.ID, Area: a.Area, VerBefore: a.Ver, VerAfter: a.Ver + 1,
		Body: map[string]any{"rule": a.Rule, "account": a.Account, "subject": a.Subject}})
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, system, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "alert", "{checked} AND id = $1", ver, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE alert SET state = $2, decided_by = $3, decided = $4, comment = $5 WHERE {checked} AND id = $1", id, string(state), c.Account, int64(command.At), comment)
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}

func (s *Alerts) read(ctx context.Context, c access.Caller, condition string, args ...any) ([]Alert, error) {
	scope, err := access.Decide(c, access.AlertRead)
	if err != nil {
		return nil, err
	}
	found, err := store.All(ctx, s.db.In(scope), `SELECT id, rule, state, account, person, area, subject, day, n, first, last, detail, coalesce(decided_by, 0), coalesce(decided, 0), comment, ver
		FROM alert WHERE {scope area} AND person <> $1 AND `+condition, append([]any{c.Person}, args...), func(r store.Rows, a *Alert) error {
		var detail string
		err := r.Scan(&a.ID, &a.Rule, &a.State, &a.Account, &a.Person, &a.Area, &a.Subject, (*int64)(&a.Day), &a.Count, &a.First, &a.Last, &detail, &a.DecidedBy, &a.Decided, &a.Comment, &a.Ver)
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(detail), &a.Detail)
	})
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return found, nil
}

// placeOf is the area under which what a caller does is reviewed: that of the first role that holds today.
func placeOf(c access.Caller) int64 {
	for _, g := range c.Holding() {
		return g.Area
	}
	return 0
}
