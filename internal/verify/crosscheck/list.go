package crosscheck

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// ListState is where a list is.
type ListState string

// The states of a list.
const (
	Arriving  ListState = "arriving"  // rows are being stored
	Asked     ListState = "asked"     // a request that no answer has come to
	Comparing ListState = "comparing" // a job compares it
	Compared  ListState = "compared"
	Expired   ListState = "expired" // its rows, and what leads held of them, are deleted
)

// List is a department's list, or its answer to a request: its provenance, and what became of its rows.
type List struct {
	ID       int64
	Rule     string // code of the check
	Area     int64
	Account  int64
	Name     string // of the file
	SHA256   string // of the rows as they were read
	Day      clock.Day
	Basis    string // by what right it was given: a law, the number of a letter
	Created  clock.Time
	Expires  clock.Day
	Asked    int64  // of a request: how many persons it named
	Receiver string // of a request: fingerprint of the key to which it is sealed
	State    ListState
	Job      int64
	Counts   Counts
	Ver      int64
}

// Counts say what became of the rows of a list: Received = Matched + Unmatched + Ambiguous + Rejected. Leads of the
// matched rows are hits by the check's rule.
type Counts struct {
	Received, Matched, Unmatched, Ambiguous, Rejected int64
	Leads                                             int64
}

// Provenance is where a list comes from, and what it is compared for.
type Provenance struct {
	Rule  string
	Area  int64 // whose households it concerns
	Name  string
	Day   clock.Day // on which the list held
	Basis string
}

const (
	maxBasis   = 300
	stageChunk = 1000
)

const listColumns = `id, rule, area, account, name, sha256, day, basis, created, expires, asked, receiver, state, job, received, matched, unmatched, ambiguous, rejected, leads, ver`

func scanList(r store.Rows, l *List) error {
	return r.Scan(&l.ID, &l.Rule, &l.Area, &l.Account, &l.Name, &l.SHA256, (*int64)(&l.Day), &l.Basis, (*int64)(&l.Created), (*int64)(&l.Expires), &l.Asked, &l.Receiver, &l.State, &l.Job,
		&l.Counts.Received, &l.Counts.Matched, &l.Counts.Unmatched, &l.Counts.Ambiguous, &l.Counts.Rejected, &l.Counts.Leads, &l.Ver)
}

// Upload takes a whole list and starts to compare it as a job. Rows are stored sealed, and no column that the check does
// not need. It returns a NotFound fault for an area out of scope and an Invalid one for a file that is no such list.
func (s *Service) Upload(ctx context.Context, scope access.Scope, from Provenance, r table.Reader) (List, error) {
	list, err := s.newList(ctx, scope, from)
	if err != nil {
		return List{}, err
	}
	return s.receive(ctx, scope, list, r)
}

// newList is a list of a provenance, not stored yet.
func (s *Service) newList(ctx context.Context, scope access.Scope, from Provenance) (List, error) {
	if !scope.Holds(from.Area) {
		return List{}, fault.New(fault.NotFound, "no such area")
	}
	check, err := s.check(from.Area, from.Rule)
	if err != nil {
		return List{}, err
	}
	from.Basis = strings.TrimSpace(from.Basis)
	switch {
	case check.Screen != "":
		return List{}, fault.New(fault.Invalid, "check %s looks at no list", check.Code).With(0, "rule", "looks at no list")
	case from.Basis == "" || utf8.RuneCountInString(from.Basis) > maxBasis:
		return List{}, fault.New(fault.Invalid, "say by what right the list is given, in at most %d characters", maxBasis).With(0, "basis", "is empty or too long")
	case from.Day == 0 || from.Day > s.today():
		return List{}, fault.New(fault.Invalid, "say on which day the list held").With(0, "day", "is missing or in the future")
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return List{}, err
	}
	return List{ID: id, Rule: check.Code, Area: from.Area, Account: scope.Caller().Account, Name: from.Name, Day: from.Day, Basis: from.Basis, Created: s.now(),
		Expires: s.today() + clock.Day(check.Days), State: Arriving, Ver: 1}, nil
}

// create stores a list with its key.
func (s *Service) create(ctx context.Context, scope access.Scope, l List, key journal.NewKey, more func(store.Tx) error) error {
	command, err := s.journal.Begin(ctx, who(scope, l.Area, l.Basis))
	if err != nil {
		return err
	}
	kind := "list.received"
	if l.Asked > 0 {
		kind = "list.asked"
	}
	err = command.Note(ctx, journal.Entry{Kind: kind, SubjectKind: "list", Subject: l.ID, Area: l.Area, Body: map[string]any{"rule": l.Rule, "day": l.Day.String(), "expires": l.Expires.String(), "persons": l.Asked}})
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO check_list (id, rule, area, account, name, day, basis, created, expires, asked, receiver, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			l.ID, l.Rule, l.Area, l.Account, l.Name, int64(l.Day), l.Basis, int64(l.Created), int64(l.Expires), l.Asked, l.Receiver, string(l.State))
		if err != nil {
			return err
		}
		if err := journal.StoreKeys(ctx, tx, []journal.NewKey{key}); err != nil {
			return err
		}
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store a list: %w", err)
	}
	return nil
}

// receive stores the rows of a new list and starts to compare them.
func (s *Service) receive(ctx context.Context, scope access.Scope, l List, r table.Reader) (List, error) {
	lay, err := s.layout(l, r.Header())
	if err != nil {
		return List{}, err
	}
	key := s.keys.Make(0, l.ID)
	if err := s.create(ctx, scope, l, key, nil); err != nil {
		return List{}, err
	}
	return s.stage(ctx, scope, l, lay, r, key.Key)
}

func (s *Service) layout(l List, header []string) (layout, error) {
	pack, checks, err := s.Checks(l.Area)
	if err != nil {
		return layout{}, err
	}
	check, ok := checks.Find(l.Rule)
	if !ok {
		return layout{}, fault.New(fault.Conflict, "the pack has no check %q any more", l.Rule)
	}
	lay := newLayout(pack, check, header)
	if !lay.tells(l.Asked > 0) {
		return layout{}, fault.New(fault.Invalid, "the file does not tell whose the rows are: it needs name and number or birth, the answer to a request its token").With(0, "file", "lacks columns")
	}
	return lay, nil
}

// stage stores the rows, sealed, in short transactions, and starts the job.
func (s *Service) stage(ctx context.Context, scope access.Scope, l List, lay layout, r table.Reader, key crypt.DataKey) (List, error) {
	sum := sha256.New()
	var rows [][]any
	flush := func() error {
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			return tx.Bulk(ctx, "check_row", []string{"list", "n", "body", "outcome", "field", "reason"}, rows)
		})
		rows = rows[:0]
		return err
	}
	for {
		cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var row Row
		var wrong refusal
		if err != nil {
			var bad *fault.Error
			if !errors.As(err, &bad) || len(bad.Details) == 0 || bad.Details[0].Row == 0 {
				return List{}, err
			}
			wrong = refusal{bad.Details[0].Field, reasonUnreadable}
		} else {
			row, wrong = lay.read(cells.Cells, l.Asked > 0)
		}
		body, err := json.Marshal(row)
		if err != nil {
			return List{}, err
		}
		sum.Write(body)
		outcome := ""
		if wrong.reason != "" {
			outcome = OutcomeRejected
			l.Counts.Rejected++
		}
		l.Counts.Received++
		rows = append(rows, []any{l.ID, cells.Number, crypt.Seal(key, body, rowPlace(l.ID, cells.Number)), outcome, wrong.field, wrong.reason})
		if len(rows) == stageChunk {
			if err := flush(); err != nil {
				return List{}, fmt.Errorf("store rows of a list: %w", err)
			}
		}
	}
	if err := flush(); err != nil {
		return List{}, fmt.Errorf("store rows of a list: %w", err)
	}
	l.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return s.begin(ctx, scope, l)
}

func rowPlace(list int64, n int) crypt.Place {
	return crypt.Place{Table: "check_row", Column: fmt.Sprintf("body/%d", n), Row: list}
}

// Lists returns the lists in scope, the newest first, older than before (0 for the newest).
func (s *Service) Lists(ctx context.Context, scope access.Scope, before int64, limit int) ([]List, error) {
	if before == 0 {
		before = 1 << 62
	}
	list, err := store.All(ctx, s.db.In(scope), "SELECT "+listColumns+" FROM check_list WHERE {place area} AND state <> 'arriving' AND id < $1 ORDER BY id DESC LIMIT $2", []any{before, limit}, scanList)
	if err != nil {
		return nil, fmt.Errorf("read lists: %w", err)
	}
	return list, nil
}

// List returns a list in scope, or a NotFound fault.
func (s *Service) List(ctx context.Context, scope access.Scope, id int64) (List, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+listColumns+" FROM check_list WHERE {place area} AND id = $1", []any{id}, scanList)
	if err != nil {
		return List{}, fmt.Errorf("read a list: %w", err)
	}
	if len(found) == 0 {
		return List{}, fault.New(fault.NotFound, "no such list")
	}
	return found[0], nil
}

// ReportRow is a row of a list that gave no match: which, and why.
type ReportRow struct {
	N             int
	Outcome       string
	Field, Reason string
}

// Report lists the rows of a list that were rejected or are ambiguous, after row n, by their number alone.
func (s *Service) Report(ctx context.Context, scope access.Scope, id int64, after, limit int) ([]ReportRow, error) {
	if _, err := s.List(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT n, outcome, field, reason FROM check_row WHERE {checked} AND list = $1 AND n > $2 AND outcome IN ('rejected', 'ambiguous') ORDER BY n LIMIT $3",
		[]any{id, after, limit}, func(r store.Rows, row *ReportRow) error {
			return r.Scan(&row.N, &row.Outcome, &row.Field, &row.Reason)
		})
	if err != nil {
		return nil, fmt.Errorf("read the report of a list: %w", err)
	}
	return rows, nil
}
