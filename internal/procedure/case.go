package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Case is a matter on its way to a decision.
type Case struct {
	Home, ID  int64
	Code      string // of the definition
	Kind      string
	Pack      string // hash of the pack whose definition holds
	Area      int64
	Household int64
	State     string
	Since     clock.Day // in the state
	Opened    clock.Time
	Account   int64 // who opened it
	Holder    string
	Ended     clock.Time // 0 while it runs
	Waits     []string   // roles that can take it further
	Due       clock.Day  // of its nearest term, 0 for none
	Notice    int64      // on which it hangs or hung last, 0 for none
	Sitting   int64      // before which it is or was last, 0 for none
	Rounds    int64      // objections that were upheld on this notice
	Ver       int64
}

const caseColumns = "c.home, c.id, c.code, c.kind, c.pack, c.area, c.household, c.state, c.since, c.opened, c.account, c.holder, c.ended, c.waits, c.due, c.notice, c.sitting, c.rounds, c.ver"

func scanCase(r store.Rows, c *Case) error {
	var waits string
	err := r.Scan(&c.Home, &c.ID, &c.Code, &c.Kind, &c.Pack, &c.Area, &c.Household, &c.State, (*int64)(&c.Since), (*int64)(&c.Opened), &c.Account, &c.Holder, (*int64)(&c.Ended), &waits, (*int64)(&c.Due),
		&c.Notice, &c.Sitting, &c.Rounds, &c.Ver)
	c.Waits = strings.FieldsFunc(waits, func(r rune) bool { return r == ',' })
	return err
}

// HasTerm says whether a term of the case is running.
func (c Case) HasTerm() bool { return c.Due != 0 && c.Due != never }

// Done is an act in a case.
type Done struct {
	N          int64
	Transition string // "" for the opening
	From, To   string // To is empty while others have to take the step too
	Account    int64
	Holder     string
	Role       string
	Reason     string
	Said       Said // empty where the reader may not see personal fields
	At         clock.Time

	home, of int64
	sealed   []byte
}

// Said is what whoever acted wrote: it may name people, and is sealed under the household's key.
type Said struct {
	Comment  string            `json:"comment,omitempty"`
	Evidence map[string]string `json:"evidence,omitempty"` // by paper: what it is and where it lies
}

// Running is a clock of a case.
type Running struct {
	Code                string
	Started, Amber, Red clock.Day
	Paused, Stopped     clock.Day // 0: not
	Escalated           clock.Time
}

// Colour is green, amber or red on a day; empty for a clock that has stopped.
func (r Running) Colour(today clock.Day) string {
	switch {
	case r.Stopped != 0:
		return ""
	case today > r.Red:
		return "red"
	case today > r.Amber:
		return "amber"
	}
	return "green"
}

// File is a case with all that happened in it.
type File struct {
	Case
	Number     string // of the household
	Acts       []Done
	Clocks     []Running
	Objections []Objected
	Votes      *Vote // of its last sitting; nil while there was none
	Hangs      *Notice
}

// Decision is the act by which the case was decided: the last one that decides, else the last one; nil before any.
func (f File) Decision(d *Definition) *Done {
	for i := range slices.Backward(f.Acts) {
		if t := d.Transition(f.Acts[i].Transition); t != nil && t.Part == Approve && f.Acts[i].To != "" {
			return &f.Acts[i]
		}
	}
	if len(f.Acts) == 0 {
		return nil
	}
	return &f.Acts[len(f.Acts)-1]
}

// Decided is when the case was decided.
func (f File) Decided(d *Definition) clock.Time {
	if a := f.Decision(d); a != nil {
		return a.At
	}
	return f.Opened
}

// read returns the cases that a condition selects.
func (s *Service) read(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Case, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+caseColumns+" FROM case_file c WHERE {scope c.area c.household} AND "+condition, args, scanCase)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	return found, nil
}

// Case returns one in scope, else a NotFound fault.
func (s *Service) Case(ctx context.Context, scope access.Scope, id int64) (Case, error) {
	found, err := s.Some(ctx, scope, []int64{id})
	if err != nil {
		return Case{}, err
	}
	return found[0], nil
}

// Some returns cases in scope in the order of their ids, or a NotFound fault if one is missing.
func (s *Service) Some(ctx context.Context, scope access.Scope, ids []int64) ([]Case, error) {
	byHome, byID := map[int64][]int64{}, map[int64]Case{}
	for _, id := range ids {
		home, err := s.journal.Ids().Home(ctx, id)
		if err != nil {
			return nil, err
		}
		byHome[home] = append(byHome[home], id)
	}
	for home, some := range byHome {
		for part := range slices.Chunk(some, 500) {
			args := append([]any{home}, store.Padded(part)...)
			found, err := s.read(ctx, scope, "c.home = $1 AND c.id IN ("+store.In(2, len(args)-1)+")", args...)
			if err != nil {
				return nil, err
			}
			for _, c := range found {
				byID[c.ID] = c
			}
		}
	}
	list := make([]Case, len(ids))
	for i, id := range ids {
		c, ok := byID[id]
		if !ok {
			return nil, fault.New(fault.NotFound, "no such case")
		}
		list[i] = c
	}
	return list, nil
}

// Selection says which cases are listed; zero fields select nothing.
type Selection struct {
	Area      int64  // in it or below
	Pack      string // hash of the one under which they run
	Code      string // of the definition
	State     string
	Household int64
	Mine      bool // that the caller's roles can take further
	Ended     bool // those that have ended, in place of those that run
	Notice    int64
	Sitting   int64
}

// Position is where a list goes on.
type Position struct{ Due, ID int64 }

// List returns cases in scope by the day of their nearest term, those without one last, after a position.
func (s *Service) List(ctx context.Context, scope access.Scope, of Selection, after Position, limit int) ([]Case, error) {
	var where []string
	var args []any
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if of.Ended {
		where = append(where, "c.ended > 0")
	} else {
		where = append(where, "c.ended = 0")
	}
	if of.Area != 0 {
		r := s.areas.Scheme().Range(of.Area)
		add("c.area >= $%d", r.Lo)
		add("c.area <= $%d", r.Hi)
	}
	for column, value := range map[string]string{"pack": of.Pack, "code": of.Code, "state": of.State} {
		if value != "" {
			add("c."+column+" = $%d", value)
		}
	}
	for column, value := range map[string]int64{"household": of.Household, "notice": of.Notice, "sitting": of.Sitting} {
		if value != 0 {
			add("c."+column+" = $%d", value)
		}
	}
	if of.Mine {
		where = append(where, s.mine(scope, &args))
	}
	add("(c.due, c.id) > ($%d, ", after.Due)
	where[len(where)-1] += fmt.Sprintf("$%d)", len(args)+1)
	args = append(args, after.ID, limit)
	return s.read(ctx, scope, strings.Join(where, " AND ")+fmt.Sprintf(" ORDER BY c.due, c.id LIMIT $%d", len(args)), args...)
}

// mine is the condition of cases that wait for one of the caller's roles, those held for others too.
func (s *Service) mine(scope access.Scope, args *[]any) string {
	var parts []string
	for _, g := range scope.Caller().Holding() {
		*args = append(*args, "%,"+g.Role+",%", g.Lo, g.Hi)
		parts = append(parts, fmt.Sprintf("c.waits LIKE $%d AND c.area BETWEEN $%d AND $%d", len(*args)-2, len(*args)-1, len(*args)))
	}
	if len(parts) == 0 {
		return "1 = 0"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// acts returns what was done in cases, in order, by case.
func (s *Service) acts(ctx context.Context, scope access.Scope, cases []Case) (map[int64][]Done, error) {
	found := map[int64][]Done{}
	for _, c := range cases {
		list, err := store.All(ctx, s.db.In(scope), "SELECT n, transition, from_state, to_state, account, holder, role, reason, body, at FROM case_act WHERE {checked} AND home = $1 AND case_id = $2 ORDER BY n",
			[]any{c.Home, c.ID}, func(r store.Rows, d *Done) error {
				d.home, d.of = c.Home, c.ID
				return r.Scan(&d.N, &d.Transition, &d.From, &d.To, &d.Account, &d.Holder, &d.Role, &d.Reason, &d.sealed, (*int64)(&d.At))
			})
		if err != nil {
			return nil, fmt.Errorf("read the acts of a case: %w", err)
		}
		found[c.ID] = list
	}
	return found, nil
}

func saidPlace(of, n int64) crypt.Place {
	return crypt.Place{Table: "case_act", Column: fmt.Sprintf("body/%d", n), Row: of}
}

// unseal opens what was said, where the key is still there.
func (s *Service) unseal(ctx context.Context, c Case, place crypt.Place, sealed []byte, into any) error {
	if len(sealed) == 0 {
		return nil
	}
	key, err := s.keys.Of(ctx, c.Home, c.Household)
	if errors.Is(err, journal.ErrErased) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the key of a case: %w", err)
	}
	text, err := crypt.Open(key, sealed, place)
	if err != nil {
		return fmt.Errorf("open what was said in a case: %w", err)
	}
	return json.Unmarshal(text, into)
}

// Read returns a case with all that happened in it. The reading is journalled, and counts as opening a case that was
// drawn from a batch of the caller's.
func (s *Service) Read(ctx context.Context, scope access.Scope, id int64) (File, error) {
	c, err := s.Case(ctx, scope, id)
	if err != nil {
		return File{}, err
	}
	f := File{Case: c}
	acts, err := s.acts(ctx, scope, []Case{c})
	if err != nil {
		return f, err
	}
	f.Acts = acts[c.ID]
	personal := scope.SeesOf(c.Area, c.Household, access.P2)
	for i := range f.Acts {
		if a := &f.Acts[i]; personal {
			if err := s.unseal(ctx, c, saidPlace(c.ID, a.N), a.sealed, &a.Said); err != nil {
				return f, err
			}
		}
	}
	if f.Clocks, err = s.clocks(ctx, scope, c); err != nil {
		return f, err
	}
	if f.Objections, err = s.objections(ctx, scope, c, personal); err != nil {
		return f, err
	}
	if f.Votes, err = s.vote(ctx, scope, c); err != nil {
		return f, err
	}
	if c.Notice != 0 {
		n, err := s.notice(ctx, scope, "n.id = $1", c.Notice)
		if err != nil {
			return f, err
		}
		f.Hangs = &n
	}
	subjects, err := s.find(ctx, access.System("the number of a household whose case is in scope"), []int64{c.Household})
	if err != nil || len(subjects) == 0 {
		return f, errors.Join(err, fmt.Errorf("case %d is about a household that is not there", c.ID))
	}
	f.Number = subjects[0].Number
	return f, s.opened(ctx, scope, c)
}

// opened journals that a case was read, and notes it in the reader's batches.
func (s *Service) opened(ctx context.Context, scope access.Scope, c Case) error {
	command, err := s.journal.Begin(ctx, who(scope, scope.Acting(c.Area), ""))
	if err != nil {
		return err
	}
	if err := command.Note(ctx, c.entry("case.read", c.Ver, nil)); err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE case_sample SET opened = $4 WHERE {checked} AND home = $1 AND case_id = $2 AND opened = 0
			AND batch IN (SELECT b.id FROM case_batch b WHERE b.account = $3)`, c.Home, c.ID, scope.Caller().Account, int64(command.At))
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}

// entry is an event about the case; after is its version then.
func (c Case) entry(kind string, after int64, body any) journal.Entry {
	return journal.Entry{Kind: kind, SubjectKind: "case", Subject: c.ID, Home: c.Home, Area: c.Area, VerBefore: c.Ver, VerAfter: after, Body: body}
}
