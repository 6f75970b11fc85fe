package change

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// Complete applies a waiting set to whose rows the decider adds fields that the submitter could not know, by number of
// the row: where a household takes in somebody whom another office sends. Like Approve it needs another person than the
// submitter, and marks the set as in Conflict where a record moved on; of a set in Conflict what was submitted stands,
// for the decider has seen the record as it is now.
func (s *Service) Complete(ctx context.Context, scope access.Scope, id, ver int64, comment string, add map[int]Values) (Set, error) {
	set, details, err := s.Decidable(ctx, scope, id, ver)
	if err != nil {
		return Set{}, err
	}
	if set.State != Conflict && moved(details) {
		return Set{}, s.markConflict(ctx, scope, set, details)
	}
	for i := range details {
		d := &details[i]
		for field, value := range add[d.N] {
			if !s.Subject(d.Record.Kind).Sees(scope, d.Record, field) {
				return Set{}, fault.New(fault.Forbidden, "you may not see, and so not add, the field %q", field)
			}
			d.Fields = append(d.Fields, Field{Name: field, Mine: value})
		}
	}
	return s.apply(ctx, scope, set, details, comment)
}

// moved says whether a record is no longer as the submission saw it.
func moved(details []Detail) bool {
	for _, d := range details {
		if d.Record.Ver != d.BaseVer {
			return true
		}
	}
	return false
}

// Expire ends an undecided set that nobody decided in time.
func (s *Service) Expire(ctx context.Context, id int64) (Set, error) {
	scope := access.System("nobody decided in time")
	set, details, err := s.whole(ctx, scope, id)
	if err != nil {
		return Set{}, err
	}
	if err := open(set, set.Ver); err != nil {
		return Set{}, err
	}
	return s.end(ctx, scope, set, details, Expired, "")
}
