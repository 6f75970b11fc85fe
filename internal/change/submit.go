package change

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Submit stores a submission and applies what may be applied at once. The set that it returns is Applied, Waiting
// for a second person, in Conflict, or Unchanged (then nothing was stored). It returns a Stale fault when an
// interactive edit is based on a version that is no longer stored, and an Invalid fault that names fields and reasons
// when a check refuses the values; nothing is stored then.
func (s *Service) Submit(ctx context.Context, scope access.Scope, d Draft) (Set, error) {
	p, err := s.Prepare(ctx, scope, d)
	if err != nil {
		return Set{}, err
	}
	if p.Set.State == Unchanged {
		return p.Set, nil
	}
	if err := s.db.Tx(ctx, scope, func(tx store.Tx) error { return p.Store(ctx, tx) }); err != nil {
		return Set{}, fmt.Errorf("store a change set: %w", err)
	}
	return p.Set, nil
}

// Prepared is a submission that is checked and ready to be stored.
type Prepared struct {
	Set       Set
	protected bool
	command   *journal.Command
	writes    []Write
	rows      [][]any
	conflicts [][]any
}

// Prepare checks a submission without storing anything; see Submit.
func (s *Service) Prepare(ctx context.Context, scope access.Scope, d Draft) (*Prepared, error) {
	p, err := s.plan(ctx, scope, d)
	if err != nil {
		return nil, err
	}
	if len(p.rows) == 0 {
		return &Prepared{Set: Set{Source: d.Source, State: Unchanged, Title: d.Title, Reason: d.Reason}}, nil
	}
	ready := &Prepared{protected: p.protected}
	if ready.Set, err = s.newSet(ctx, scope, d, p); err != nil {
		return nil, err
	}
	if ready.command, err = s.journal.Begin(ctx, who(scope, ready.Set.Area, d.Reason)); err != nil {
		return nil, err
	}
	for _, row := range p.rows {
		if err := ready.command.Note(ctx, append(row.also, row.entry(ready.Set, &row.record.On))...); err != nil {
			return nil, err
		}
		if ready.Set.State == Applied {
			ready.writes = append(ready.writes, row.write)
		}
	}
	ready.rows, ready.conflicts, err = s.sealRows(ready.Set, p)
	return ready, err
}

// Store stores the submission in a transaction, and applies it if it needs nobody else. It fails with a Stale fault
// when a record has moved on since Prepare.
func (p *Prepared) Store(ctx context.Context, tx store.Tx) error {
	if p.Set.State == Unchanged {
		return nil
	}
	if err := insertSet(ctx, tx, p.Set, p.protected); err != nil {
		return err
	}
	if err := tx.Bulk(ctx, "change_row", rowColumns, p.rows); err != nil {
		return err
	}
	if err := tx.Bulk(ctx, "change_conflict", conflictColumns, p.conflicts); err != nil {
		return err
	}
	for _, write := range p.writes {
		if err := write(ctx, tx); err != nil {
			return err
		}
	}
	return p.command.Append(ctx, tx)
}

// plan is a checked submission.
type plan struct {
	rows      []planned
	state     State
	protected bool
	validOn   clock.Day
}

// planned is a row that says something new.
type planned struct {
	record    Record
	row       Row
	subject   Subject
	conflicts []string        // fields whose stored value moved on
	write     Write           // prepared where the row may be applied
	also      []journal.Entry // of the other records that it reaches
}

// entry is the journal's event of the row: applied fields with both values, or that something was submitted. validOn
// is the day from which the change holds in the world; nil for today.
func (p planned) entry(set Set, validOn *clock.Day) journal.Entry {
	e := journal.Entry{Kind: p.record.Kind + ".change-" + string(set.State), SubjectKind: journalled(p.subject, p.record), Subject: p.record.ID, Home: p.record.Home,
		Area: p.record.Area, ValidOn: validOn, VerBefore: p.record.Ver, VerAfter: p.record.Ver, Key: &p.record.Key,
		Body: map[string]any{"set": set.ID, "diff": diff(p.record.Fields, kept(p.subject, p.row.Set))}}
	if set.State == Applied {
		e.Kind, e.VerAfter = p.record.Kind+".changed", p.record.Ver+1
	}
	if set.State == Applied && p.record.Ver == 0 {
		e.Kind = p.record.Kind + ".created"
	}
	return e
}

// diff pairs the stored and the new value of each field.
func diff(stored, set Values) map[string][2]any {
	pairs := map[string][2]any{}
	for field, value := range set {
		pairs[field] = [2]any{stored[field], value}
	}
	return pairs
}

func (s *Service) plan(ctx context.Context, scope access.Scope, d Draft) (plan, error) {
	p := plan{state: Applied, validOn: s.journal.Clock().Now().Day(time.UTC)}
	if d.ValidOn != nil {
		p.validOn = *d.ValidOn
	}
	if !d.Source.Valid() {
		return p, fault.New(fault.Invalid, "unknown source %q", d.Source)
	}
	if len(d.Rows) == 0 {
		return p, fault.New(fault.Invalid, "the submission holds no change")
	}
	for n, row := range d.Rows {
		one, protected, err := s.planRow(ctx, scope, d.Source, row, p.validOn)
		if err != nil {
			return p, fmt.Errorf("row %d: %w", n+1, err)
		}
		if one == nil {
			continue
		}
		p.protected = p.protected || protected
		if len(one.conflicts) > 0 {
			p.state = Conflict
		}
		p.rows = append(p.rows, *one)
	}
	p.protected = p.protected || bulk(d, len(p.rows))
	if p.protected && p.state == Applied {
		p.state = Waiting
	}
	if p.state != Applied {
		return p, nil
	}
	for i := range p.rows {
		row := &p.rows[i]
		var err error
		if row.write, row.also, err = prepare(ctx, row.subject, scope, row.record, row.row.Set); err != nil {
			return p, err
		}
	}
	return p, nil
}

// MaxAlone is how many records one submission changes at most without a second person.
const MaxAlone = 500

// bulk says whether a submission changes so many records that a second person has to agree. Imports have a verb and a
// trial of their own.
func bulk(d Draft, rows int) bool { return d.Job == 0 && rows > MaxAlone }

// planRow checks a row; nil if it says nothing new.
func (s *Service) planRow(ctx context.Context, scope access.Scope, source Source, row Row, on clock.Day) (*planned, bool, error) {
	subject := s.Subject(row.SubjectKind)
	if subject == nil {
		return nil, false, fault.New(fault.Invalid, "records of kind %q cannot be changed", row.SubjectKind)
	}
	record, err := s.load(ctx, scope, &row, on)
	if err != nil {
		return nil, false, err
	}
	if err := access.NotOwn(scope.Acting(record.Area), access.ChangeSubmitStep, record.ID, record.Under, record.Household); err != nil {
		return nil, false, err
	}
	if row.BaseVer > record.Ver || row.BaseVer < min(1, record.Ver) {
		return nil, false, fault.New(fault.Invalid, "version %d of this record never existed", row.BaseVer)
	}
	stale := row.BaseVer != record.Ver
	if stale && !source.apart() {
		return nil, false, fault.New(fault.Stale, "the record was changed by somebody else since you opened it (version %d, now %d)", row.BaseVer, record.Ver).Coded("change.stale")
	}
	p := planned{record: record, row: row, subject: subject}
	p.row.Set = Values{}
	protected := false
	for _, field := range slices.Sorted(maps.Keys(row.Set)) {
		isProtected, err := subject.Protected(ctx, record, field)
		if err != nil {
			return nil, false, err
		}
		if !subject.Sees(scope, record, field) {
			return nil, false, fault.New(fault.Forbidden, "you may not see, and so not change, the field %q", field).Coded("change.unseen")
		}
		if equal(record.Fields[field], row.Set[field]) {
			continue
		}
		p.row.Set[field] = row.Set[field]
		protected = protected || isProtected
		if stale && movedOn(row, record, field) {
			p.conflicts = append(p.conflicts, field)
		}
	}
	if len(p.row.Set) == 0 {
		return nil, false, nil
	}
	isLate, err := late(ctx, subject, scope, record, p.row.Set)
	if err != nil {
		return nil, false, err
	}
	protected = protected || isLate
	problems, err := subject.Check(ctx, record, p.row.Set)
	if err != nil {
		return nil, false, err
	}
	return &p, protected, refusal(problems, row.SubjectKind)
}

// movedOn says whether the stored value of a field is another than the submitter saw. Where the submission did not
// keep what it saw, a record that moved on counts as moved on in every field.
func movedOn(row Row, record Record, field string) bool {
	if row.Base == nil {
		return true
	}
	return !equal(row.Base[field], record.Fields[field])
}

// refusal is the Invalid fault of the problems that refuse a submission, nil if none does.
func refusal(problems []policy.Problem, kind string) error {
	var refused *fault.Error
	for _, p := range problems {
		if p.Severity != policy.Reject {
			continue
		}
		if refused == nil {
			refused = fault.New(fault.Invalid, "the change was refused")
		}
		refused.With(0, kind+"."+p.Item, "%s", p.Reason.In(i18n.English))
	}
	if refused == nil {
		return nil
	}
	return refused
}

func (s *Service) newSet(ctx context.Context, scope access.Scope, d Draft, p plan) (Set, error) {
	first := p.rows[0].record
	id, err := s.journal.Ids().One(ctx, first.Home)
	if err != nil {
		return Set{}, err
	}
	return Set{ID: id, Home: first.Home, Source: d.Source, State: p.state, Title: d.Title, Reason: d.Reason, Area: first.Area,
		Account: scope.Caller().Account, Person: scope.Acting(first.Area).Holder(), Submitted: s.journal.Clock().Now(), Job: d.Job, Count: int64(len(p.rows)), Ver: 1}, nil
}

func insertSet(ctx context.Context, tx store.Tx, set Set, protected bool) error {
	kind := "edit"
	if protected {
		kind = "protected"
	}
	_, err := tx.Exec(ctx, `INSERT INTO change_set (id, home, kind, source, state, title, reason, area, account, person, submitted, job, rows)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		set.ID, set.Home, kind, string(set.Source), string(set.State), set.Title, set.Reason, set.Area, set.Account, set.Person, int64(set.Submitted), set.Job, set.Count)
	return err
}

var rowColumns = []string{"set_id", "n", "home", "subject_kind", "subject", "base_ver", "state", "diff", "under"}
var conflictColumns = []string{"set_id", "n", "field", "sealed"}

// sealRows makes the stored rows; values are sealed under their subject's key.
func (s *Service) sealRows(set Set, p plan) (rows, conflicts [][]any, err error) {
	for n, row := range p.rows {
		text, err := json.Marshal(body{Base: row.row.Base, Set: row.row.Set, ValidOn: int64(p.validOn)})
		if err != nil {
			return nil, nil, err
		}
		sealed := crypt.Seal(row.record.Key, text, rowPlace(set.ID, n))
		rows = append(rows, []any{set.ID, n, row.record.Home, row.record.Kind, row.record.ID, row.row.BaseVer, string(set.State), sealed, row.row.Under})
		for _, field := range row.conflicts {
			stored, err := sealValue(row.record.Key, row.record.Fields[field], conflictPlace(set.ID, n, field))
			if err != nil {
				return nil, nil, err
			}
			conflicts = append(conflicts, []any{set.ID, n, field, stored})
		}
	}
	return rows, conflicts, nil
}

func rowPlace(set int64, n int) crypt.Place {
	return crypt.Place{Table: "change_row", Column: fmt.Sprintf("diff/%d", n), Row: set}
}

func conflictPlace(set int64, n int, field string) crypt.Place {
	return crypt.Place{Table: "change_conflict", Column: fmt.Sprintf("sealed/%d/%s", n, field), Row: set}
}

// who is the author of a command on records in area.
func who(scope access.Scope, area int64, why string) journal.Who {
	c := scope.Caller()
	return journal.Who{Account: c.Account, Role: scope.Role(area), Place: c.Place, Why: why}
}
