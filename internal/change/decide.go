package change

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Approve applies a waiting set. The caller is another person than the submitter and saw version ver of the set.
// Stale fault: the set was decided meanwhile, or a record moved on since the submission; in the second case the set
// is in Conflict from now on and its reviewer chooses between the values.
func (s *Service) Approve(ctx context.Context, scope access.Scope, id, ver int64, comment string) (Set, error) {
	set, details, err := s.Decidable(ctx, scope, id, ver)
	if err != nil {
		return Set{}, err
	}
	if set.State == Conflict {
		return Set{}, fault.New(fault.Conflict, "choose between the values in conflict first").Coded("change.choose")
	}
	if moved(details) {
		return Set{}, s.markConflict(ctx, scope, set, details)
	}
	return s.apply(ctx, scope, set, details, comment)
}

// Return refuses a set with a comment; nothing of it is applied.
func (s *Service) Return(ctx context.Context, scope access.Scope, id, ver int64, comment string) (Set, error) {
	if comment == "" {
		return Set{}, fault.New(fault.Invalid, "say why you return it").With(0, "comment", "is empty")
	}
	set, details, err := s.Decidable(ctx, scope, id, ver)
	if err != nil {
		return Set{}, err
	}
	return s.end(ctx, scope, set, details, Returned, comment)
}

// Withdraw takes back one's own undecided submission; the comment may be empty.
func (s *Service) Withdraw(ctx context.Context, scope access.Scope, id, ver int64, comment string) (Set, error) {
	set, details, err := s.whole(ctx, scope, id)
	if err != nil {
		return Set{}, err
	}
	if set.Account != scope.Caller().Account {
		return Set{}, fault.New(fault.Forbidden, "only who submitted a change may withdraw it").Coded("change.others")
	}
	if err := open(set, ver); err != nil {
		return Set{}, err
	}
	return s.end(ctx, scope, set, details, Withdrawn, comment)
}

// Choice is which value of a field in conflict is to stand.
type Choice string

// The choices.
const (
	Mine   Choice = "mine"   // what was submitted
	Stored Choice = "stored" // what is stored now
)

// Resolve settles a set in Conflict: for each row and field the chosen value. Like Approve it needs another person
// than the submitter. Choosing Stored everywhere ends the set without any change.
func (s *Service) Resolve(ctx context.Context, scope access.Scope, id, ver int64, choices map[int]map[string]Choice, comment string) (Set, error) {
	set, details, err := s.Decidable(ctx, scope, id, ver)
	if err != nil {
		return Set{}, err
	}
	if set.State != Conflict {
		return Set{}, fault.New(fault.Conflict, "the change is not in conflict")
	}
	for i := range details {
		d := &details[i]
		var kept []Field
		for _, f := range d.Fields {
			if !f.Conflict {
				kept = append(kept, f)
				continue
			}
			switch choices[d.N][f.Name] {
			case Mine:
				f.Resolution = string(Mine)
				kept = append(kept, f)
			case Stored:
			default:
				return Set{}, fault.New(fault.Invalid, "choose a value for every field in conflict").With(d.N+1, f.Name, "no value was chosen")
			}
		}
		d.Fields = kept
	}
	return s.apply(ctx, scope, set, details, comment)
}

// Decidable returns a set at version ver that the caller may decide now, with every value. Faults are those of Approve.
func (s *Service) Decidable(ctx context.Context, scope access.Scope, id, ver int64) (Set, []Detail, error) {
	set, details, err := s.whole(ctx, scope, id)
	if err != nil {
		return Set{}, nil, err
	}
	if err := open(set, ver); err != nil {
		return Set{}, nil, err
	}
	if err := access.Separate(scope.Acting(set.Area), access.ChangeDecideStep, set.Submission()); err != nil {
		return Set{}, nil, err
	}
	for _, d := range details {
		if err := access.NotOwn(scope.Acting(set.Area), access.ChangeDecideStep, d.Record.ID, d.Record.Under, d.Record.Household); err != nil {
			return Set{}, nil, err
		}
		if slices.ContainsFunc(d.Fields, func(f Field) bool { return f.Hidden }) {
			return Set{}, nil, fault.New(fault.Forbidden, "the change holds fields that you may not see; somebody who may has to decide it").Coded("change.hidden")
		}
	}
	return set, details, nil
}

// open says whether a set at version ver is still undecided.
func open(set Set, ver int64) error {
	if set.State != Waiting && set.State != Conflict {
		return fault.New(fault.Conflict, "the change was already decided (%s)", set.State).Coded("change.decided")
	}
	if set.Ver != ver {
		return fault.New(fault.Stale, "the change moved on since you opened it (version %d, now %d)", ver, set.Ver).Coded("change.moved")
	}
	return nil
}

// apply writes the rows of a set on the records as they are now, and ends it.
func (s *Service) apply(ctx context.Context, scope access.Scope, set Set, details []Detail, comment string) (Set, error) {
	decided := set
	decided.State = Applied
	command, err := s.journal.Begin(ctx, who(scope, set.Area, comment))
	if err != nil {
		return Set{}, err
	}
	var writes []Write
	for _, d := range details {
		values := Values{}
		for _, f := range d.Fields {
			if !equal(f.Stored, f.Mine) {
				values[f.Name] = f.Mine
			}
		}
		if len(values) == 0 {
			continue
		}
		subject := s.Subject(d.Record.Kind)
		problems, err := subject.Check(ctx, d.Record, values)
		if err != nil {
			return Set{}, err
		}
		if err := refusal(problems, d.Record.Kind); err != nil {
			return Set{}, err
		}
		write, also, err := prepare(ctx, subject, scope, d.Record, values)
		if err != nil {
			return Set{}, err
		}
		writes = append(writes, write)
		row := planned{record: d.Record, row: Row{Set: values}, subject: subject}
		if err := command.Note(ctx, append(also, row.entry(decided, &d.Record.On))...); err != nil {
			return Set{}, err
		}
	}
	return s.close(ctx, scope, set, Applied, comment, func(ctx context.Context, tx store.Tx) error {
		for _, write := range writes {
			if err := write(ctx, tx); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
}

// end closes a set without applying it.
func (s *Service) end(ctx context.Context, scope access.Scope, set Set, details []Detail, state State, comment string) (Set, error) {
	command, err := s.journal.Begin(ctx, who(scope, set.Area, comment))
	if err != nil {
		return Set{}, err
	}
	ended := set
	ended.State = state
	for _, d := range details {
		row := planned{record: d.Record, row: Row{}, subject: s.Subject(d.Record.Kind)}
		if err := command.Note(ctx, row.entry(ended, nil)); err != nil {
			return Set{}, err
		}
	}
	return s.close(ctx, scope, set, state, comment, command.Append)
}

// close decides a set in one transaction; of two deciders at once the second gets a Stale fault.
func (s *Service) close(ctx context.Context, scope access.Scope, set Set, state State, comment string, also Write) (Set, error) {
	c := scope.Caller()
	now := s.journal.Clock().Now()
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "change_set", "{checked} AND id = $1", set.Ver, set.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE change_set SET state = $2, decided_by = $3, decided_person = $4, decided = $5, comment = $6 WHERE {checked} AND id = $1",
			set.ID, string(state), c.Account, scope.Acting(set.Area).Holder(), int64(now), comment)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE change_row SET state = $2 WHERE {checked} AND set_id = $1", set.ID, string(state)); err != nil {
			return err
		}
		return also(ctx, tx)
	})
	if err != nil {
		return Set{}, fmt.Errorf("decide a change set: %w", err)
	}
	set.State, set.DecidedBy, set.Decided, set.Comment, set.Ver = state, c.Account, now, comment, set.Ver+1
	return set, nil
}

// markConflict stores which fields of which rows moved on, so that a reviewer can choose; it returns the Stale fault
// that says so.
func (s *Service) markConflict(ctx context.Context, scope access.Scope, set Set, details []Detail) error {
	var conflicts [][]any
	for _, d := range details {
		if d.Record.Ver == d.BaseVer {
			continue
		}
		for _, f := range d.Fields {
			sealed, err := sealValue(d.Record.Key, f.Stored, conflictPlace(set.ID, d.N, f.Name))
			if err != nil {
				return err
			}
			conflicts = append(conflicts, []any{set.ID, d.N, f.Name, sealed})
		}
	}
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "change_set", "{checked} AND id = $1", set.Ver, set.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE change_set SET state = 'conflict' WHERE {checked} AND id = $1", set.ID); err != nil {
			return err
		}
		return tx.Bulk(ctx, "change_conflict", conflictColumns, conflicts)
	})
	if err != nil {
		return fmt.Errorf("store a conflict: %w", err)
	}
	return fault.New(fault.Stale, "the record was changed since this change was submitted; choose between the values")
}
