package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// Limits of showing secret fields.
const (
	unmasksPerHour = 20
	unmaskLasts    = 15 * time.Minute
)

// Unmasking is one secret field of one record, shown to one account for a quarter of an hour.
type Unmasking struct {
	ID          int64
	Account     int64
	Home, Area  int64
	SubjectKind string
	Subject     int64
	Field       string
	Reason      string
	At, Ends    clock.Time
}

// Unmaskings counts, limits and journals the showing of secret fields; each raises an alert to a reviewer.
type Unmaskings struct {
	db      *access.DB
	journal *journal.Journal
	alerts  *Alerts
}

// NewUnmaskings opens the unmaskings of a database.
func NewUnmaskings(db *access.DB, j *journal.Journal, alerts *Alerts) *Unmaskings {
	return &Unmaskings{db: db, journal: j, alerts: alerts}
}

// Begin allows the caller of a scope to see one field of one record for a quarter of an hour. concerns are the record
// and its household. It returns an Invalid fault without a reason, a Forbidden fault for the own household or kin or
// without a fresh proof of who asks (see Proved), and a TooMany fault from the 21st in an hour on, which raises an
// alert of its own.
func (s *Unmaskings) Begin(ctx context.Context, scope access.Scope, u Unmasking, concerns ...int64) (Unmasking, error) {
	c := scope.Caller()
	u.Reason = strings.TrimSpace(u.Reason)
	if u.Reason == "" {
		return u, invalid(ctx, "reason", "unmask_reason")
	}
	if err := access.NotOwn(scope.Acting(u.Area), access.UnmaskStep, concerns...); err != nil {
		return u, err
	}
	if err := proved(ctx, c, s.journal.Clock().Now()); err != nil {
		return u, err
	}
	var err error
	if u.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return u, err
	}
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: scope.Role(u.Area), Place: c.Place, Why: u.Reason})
	if err != nil {
		return u, err
	}
	err = command.Note(ctx, journal.Entry{Kind: "field.unmasked", SubjectKind: u.SubjectKind, Subject: u.Subject, Home: u.Home, Area: u.Area, Body: map[string]string{"field": u.Field}})
	if err != nil {
		return u, err
	}
	raise, err := s.alerts.prepare(ctx, Alert{Rule: RuleUnmask, Account: c.Account, Person: c.Person, Area: u.Area, Subject: u.Subject})
	if err != nil {
		return u, err
	}
	u.Account, u.At, u.Ends = c.Account, command.At, command.At.Add(unmaskLasts)
	var wait time.Duration
	err = s.db.Tx(ctx, system, func(tx store.Tx) error {
		if wait, err = s.wait(ctx, tx, c, u.At); wait > 0 || err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO unmasking (id, account, person, home, area, subject_kind, subject, field, reason, at, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			u.ID, c.Account, c.Person, u.Home, u.Area, u.SubjectKind, u.Subject, u.Field, u.Reason, int64(u.At), int64(u.Ends))
		if err != nil {
			return err
		}
		if err := raise(ctx, tx); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return u, fmt.Errorf("unmask a field: %w", err)
	}
	if wait > 0 {
		return u, s.tooMany(ctx, c, u, wait)
	}
	return u, nil
}

// wait is how long the person has to wait for the next, 0 if there is room. The person's accounts move on, so that
// two requests at once meet here.
func (s *Unmaskings) wait(ctx context.Context, tx store.Tx, c access.Caller, now clock.Time) (time.Duration, error) {
	if _, err := tx.Exec(ctx, "UPDATE account SET ver = ver + 1 WHERE person = $1", c.Person); err != nil {
		return 0, err
	}
	since := now.Add(-time.Hour)
	var n, first int64
	if err := store.One(ctx, tx, "SELECT count(*), coalesce(min(at), 0) FROM unmasking WHERE person = $1 AND at > $2", []any{c.Person, int64(since)}, &n, &first); err != nil {
		return 0, err
	}
	if n < unmasksPerHour {
		return 0, nil
	}
	return clock.Time(first).Add(time.Hour).Sub(now), nil
}

func (s *Unmaskings) tooMany(ctx context.Context, c access.Caller, u Unmasking, wait time.Duration) error {
	err := s.alerts.Raise(ctx, Alert{Rule: RuleUnmaskLimit, Account: c.Account, Person: c.Person, Area: u.Area, Detail: map[string]int64{"limit": unmasksPerHour}})
	if err != nil {
		return err
	}
	return fault.Wrap(fault.TooMany, tooSoon{wait}, "%s", web.T(ctx, "office.fault.unmask_many", "n", unmasksPerHour))
}

// Own returns an unmasking of the caller's own account; a Gone fault after its time.
func (s *Unmaskings) Own(ctx context.Context, c access.Caller, id int64) (Unmasking, error) {
	found, err := store.All(ctx, s.db.In(system), "SELECT id, account, home, area, subject_kind, subject, field, reason, at, ends FROM unmasking WHERE id = $1 AND account = $2", []any{id, c.Account},
		func(r store.Rows, u *Unmasking) error {
			return r.Scan(&u.ID, &u.Account, &u.Home, &u.Area, &u.SubjectKind, &u.Subject, &u.Field, &u.Reason, &u.At, &u.Ends)
		})
	if err != nil {
		return Unmasking{}, fmt.Errorf("read an unmasking: %w", err)
	}
	if len(found) == 0 {
		return Unmasking{}, refuse(ctx, fault.NotFound, "no_unmasking")
	}
	if found[0].Ends <= s.journal.Clock().Now() {
		return Unmasking{}, refuse(ctx, fault.Gone, "unmask_over")
	}
	return found[0], nil
}
