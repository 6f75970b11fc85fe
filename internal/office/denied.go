package office

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// manyDenied is how many refusals in a minute raise an alert: somebody tries numbers.
const manyDenied = 20

// Denials journals what people asked for and may not see. The first of an account in a minute is an event with what
// was asked for; the others of that minute are counted, and their number becomes one event later, so that a scan of
// a million numbers cannot fill the journal.
type Denials struct {
	db      *access.DB
	journal *journal.Journal
	alerts  *Alerts
}

// NewDenials opens the denials of a database.
func NewDenials(db *access.DB, j *journal.Journal, alerts *Alerts) *Denials {
	return &Denials{db: db, journal: j, alerts: alerts}
}

// recordNumber is a record's number in an address.
var recordNumber = regexp.MustCompile(`/([0-9]{1,17})(?:/|$)`)

// Refused notes that a caller was refused. route is the pattern of what was asked, path the address without its query:
// only a record's number is kept of it.
func (s *Denials) Refused(ctx context.Context, c access.Caller, route, path string, kind fault.Kind) error {
	if c.Account == 0 {
		return nil
	}
	body := map[string]string{"route": route, "answer": string(kind)}
	if number := recordNumber.FindStringSubmatch(path); number != nil {
		body["asked"] = number[1]
	}
	command, err := s.note(ctx, c, "access.denied", body)
	if err != nil {
		return err
	}
	raise, err := s.alerts.prepare(ctx, Alert{Rule: RuleDenied, Account: c.Account, Person: c.Person, Area: placeOf(c), Detail: map[string]int64{"in_a_minute": manyDenied}})
	if err != nil {
		return err
	}
	minute := int64(command.At) / time.Minute.Microseconds()
	err = s.db.Tx(ctx, system, func(tx store.Tx) error {
		var n int64
		if err := store.One(ctx, tx, "INSERT INTO denial (account, minute, n) VALUES ($1, $2, 1) ON CONFLICT (account, minute) DO UPDATE SET n = denial.n + 1 RETURNING n", []any{c.Account, minute}, &n); err != nil {
			return err
		}
		switch n {
		case 1:
			return command.Append(ctx, tx)
		case manyDenied:
			return raise(ctx, tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("journal a refusal: %w", err)
	}
	return nil
}

func (s *Denials) note(ctx context.Context, c access.Caller, kind string, body any) (*journal.Command, error) {
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: roleToday(c), Place: c.Place, Why: c.Purpose})
	if err != nil {
		return nil, err
	}
	return command, command.Note(ctx, journal.Entry{Kind: kind, SubjectKind: "account", Subject: c.Account, Area: placeOf(c), Body: body})
}

// roleToday is the first role that holds today.
func roleToday(c access.Caller) string {
	for _, g := range c.Holding() {
		return c.As(g).String()
	}
	return ""
}

// Sum journals how many refusals past minutes had beyond the first, and forgets the minutes.
func (s *Denials) Sum(ctx context.Context) error {
	present := int64(s.journal.Clock().Now()) / time.Minute.Microseconds()
	type counted struct{ account, minute, n int64 }
	past, err := store.All(ctx, s.db.In(system), "SELECT account, minute, n FROM denial WHERE minute < $1 ORDER BY account, minute LIMIT 1000", []any{present},
		func(r store.Rows, c *counted) error { return r.Scan(&c.account, &c.minute, &c.n) })
	if err != nil {
		return fmt.Errorf("read refusals: %w", err)
	}
	for _, p := range past {
		at := clock.Time(p.minute * time.Minute.Microseconds())
		command, err := s.note(ctx, access.Caller{Account: p.account}, "access.denied_more", map[string]any{"minute": at.String(), "more": p.n - 1})
		if err != nil {
			return err
		}
		err = s.db.Tx(ctx, system, func(tx store.Tx) error {
			n, err := tx.Exec(ctx, "DELETE FROM denial WHERE account = $1 AND minute = $2", p.account, p.minute)
			if err != nil || n != 1 || p.n == 1 {
				return err
			}
			return command.Append(ctx, tx)
		})
		if err != nil {
			return fmt.Errorf("journal the number of refusals: %w", err)
		}
	}
	return nil
}
