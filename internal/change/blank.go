package change

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
)

// load returns the record that a submitted row is about; for a row that opens one, a blank one with a fresh identifier.
func (s *Service) load(ctx context.Context, scope access.Scope, row *Row, on clock.Day) (Record, error) {
	if row.Subject != 0 {
		if row.Under != 0 {
			return Record{}, fault.New(fault.Invalid, "a record that exists is not opened anew")
		}
		return s.Subject(row.SubjectKind).Load(ctx, scope, row.Subject, on)
	}
	opener, ok := s.Subject(row.SubjectKind).(Opener)
	if !ok || row.Under == 0 {
		return Record{}, fault.New(fault.Invalid, "a %s is not opened by a change", row.SubjectKind)
	}
	home, err := s.journal.Ids().Home(ctx, row.Under)
	if err != nil {
		return Record{}, err
	}
	id, err := s.journal.Ids().One(ctx, home)
	if err != nil {
		return Record{}, err
	}
	row.Subject = id
	return opener.Blank(ctx, scope, row.Under, id, on)
}

// reload returns the record of a stored row: blank for one that is opened and not stored yet.
func (s *Service) reload(ctx context.Context, scope access.Scope, row storedRow, on clock.Day) (Record, error) {
	record, err := s.Subject(row.kind).Load(ctx, scope, row.subject, on)
	if opener, ok := s.Subject(row.kind).(Opener); ok && row.under != 0 && fault.Is(err, fault.NotFound) {
		return opener.Blank(ctx, scope, row.under, row.subject, on)
	}
	return record, err
}
