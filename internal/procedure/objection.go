package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

var utc = time.UTC

// Objected is an objection to a case on a notice.
type Objected struct {
	ID      int64
	Notice  int64
	Text    string // "" where the reader may not see it
	Account int64  // 0: somebody without login
	Holder  string
	At      clock.Time
	State   string // open, dismissed or upheld
	Decided clock.Time

	sealed []byte
}

// longestObjection is how many characters an objection has at most; publicPerHour how many of people without login a
// notice takes in an hour.
const (
	longestObjection = 2000
	publicPerHour    = 20
)

// Object raises an objection to a line of a notice that hangs. It holds up this household only. A Conflict fault where
// the notice does not hang, or an objection to the household was upheld before: there is one round.
func (s *Service) Object(ctx context.Context, scope access.Scope, notice, line int64, text string) error {
	n, err := s.Notice(ctx, scope, notice)
	if err != nil {
		return err
	}
	return s.object(ctx, scope, scope.Acting(n.Area), n, line, text)
}

// ObjectPublicly is Object by somebody who has a notice's token and no login. A TooMany fault where the notice took too many within the hour.
func (s *Service) ObjectPublicly(ctx context.Context, token string, line int64, text string) error {
	n, _, err := s.Public(ctx, token)
	if err != nil {
		return err
	}
	system := access.System("an objection without login")
	var recent int64
	err = store.One(ctx, s.db.In(system), "SELECT count(*) FROM objection WHERE {checked} AND notice = $1 AND account = 0 AND at > $2", []any{n.ID, int64(s.Now().Add(-time.Hour))}, &recent)
	if err != nil {
		return fmt.Errorf("count objections: %w", err)
	}
	if recent >= publicPerHour {
		return refuse(fault.TooMany, "many_objections", "too many objections were raised here within the hour; try again later or go to the office")
	}
	return s.object(ctx, system, access.Capacity{Role: "public"}, n, line, text)
}

func (s *Service) object(ctx context.Context, scope access.Scope, as access.Capacity, n Notice, line int64, text string) error {
	text = strings.TrimSpace(text)
	if text == "" || len([]rune(text)) > longestObjection {
		return refuse(fault.Invalid, "objection_text", "say what you object to, in at most %d characters", longestObjection).With(0, "text", "is empty or too long")
	}
	d, _, err := s.pinned(n.Pack, n.Code)
	if err != nil {
		return err
	}
	if !n.Hangs(s.Today()) || !d.Board(n.Board).Objections {
		return refuse(fault.Conflict, "not_hanging", "this notice takes no objections now")
	}
	lines, err := s.Lines(ctx, n, line-1, 1)
	if err != nil {
		return err
	}
	if len(lines) == 0 || lines[0].N != line {
		return refuse(fault.Invalid, "line", "the notice has no such line").With(0, "line", "is not on the notice")
	}
	c, err := s.Case(ctx, access.System("the case of a line of a notice that hangs"), lines[0].Case)
	if err != nil {
		return err
	}
	if c.Notice != n.ID || c.Rounds > 0 || c.Ended != 0 {
		return refuse(fault.Conflict, "one_round", "no more objections to this household are taken here; complain to the office above")
	}
	return s.raise(ctx, scope, as, d, c, n, text)
}

// raise stores an objection and holds the case up.
func (s *Service) raise(ctx context.Context, scope access.Scope, as access.Capacity, d *Definition, c Case, n Notice, text string) error {
	id, err := s.journal.Ids().One(ctx, c.Home)
	if err != nil {
		return err
	}
	sealed, err := s.seal(ctx, c, objectionPlace(id), text)
	if err != nil {
		return err
	}
	w := s.writer(scope)
	w.add("INSERT INTO objection (home, id, case_id, notice, body, account, holder, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')",
		c.Home, id, c.ID, n.ID, sealed, scope.Caller().Account, as.Holder(), int64(s.Now()))
	if t := d.triggered(c.State, Objection, n.Board); t != nil {
		if err := w.move(ctx, d, c, t, as, Act{}); err != nil {
			return err
		}
		return w.write(ctx)
	}
	w.as = as
	w.entries = append(w.entries, c.entry("case.objected", c.Ver+1, map[string]any{"objection": id}))
	w.bump(c)
	return w.write(ctx)
}

func objectionPlace(id int64) crypt.Place {
	return crypt.Place{Table: "objection", Column: "body", Row: id}
}

// answer adds that the open objections to a case are decided.
func (w *writer) answer(c Case, as Trigger) {
	w.add("UPDATE objection SET state = $3, decided = $4 WHERE {checked} AND home = $1 AND case_id = $2 AND state = 'open'", c.Home, c.ID, string(as), int64(w.s.Now()))
}

// objections returns those to a case, in their order; with their text where the reader sees personal fields.
func (s *Service) objections(ctx context.Context, scope access.Scope, c Case, personal bool) ([]Objected, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT id, notice, body, account, holder, at, state, decided FROM objection WHERE {checked} AND home = $1 AND case_id = $2 ORDER BY id", []any{c.Home, c.ID},
		func(r store.Rows, o *Objected) error {
			return r.Scan(&o.ID, &o.Notice, &o.sealed, &o.Account, &o.Holder, (*int64)(&o.At), &o.State, (*int64)(&o.Decided))
		})
	if err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	for i := range found {
		if !personal {
			continue
		}
		if err := s.unseal(ctx, c, objectionPlace(found[i].ID), found[i].sealed, &found[i].Text); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// countObjections counts the objections to a case, and those upheld.
func (s *Service) countObjections(ctx context.Context, c Case) (raised, upheld int, err error) {
	list, err := s.objections(ctx, access.System("how many objected to a case in scope"), c, false)
	if err != nil {
		return 0, 0, err
	}
	kept := slices.DeleteFunc(slices.Clone(list), func(o Objected) bool { return o.State != string(Upheld) })
	return len(list), len(kept), nil
}
