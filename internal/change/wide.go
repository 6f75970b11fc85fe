package change

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/journal"
)

// Wide is a Subject whose changes reach further records: the roster of a household reaches its members and the
// households that they come from or go to.
type Wide interface {
	Subject
	// PrepareWide is Prepare with the events of the other records that the change reaches; they are journalled by the
	// same command.
	PrepareWide(ctx context.Context, scope access.Scope, r Record, set Values) (Write, []journal.Entry, error)
	// Kept is what the journal keeps of a submission in the event of the record itself: what is personal of others
	// stands in their own events, under their own keys.
	Kept(set Values) Values
	// Journalled is the kind of subject that the record is in the journal, where the change is about a part of it.
	Journalled() string
}

// journalled is the kind of subject of a record in the journal.
func journalled(subject Subject, record Record) string {
	if wide, ok := subject.(Wide); ok {
		return wide.Journalled()
	}
	return record.Kind
}

// prepare makes the write of a row and the events of the other records that it reaches.
func prepare(ctx context.Context, subject Subject, scope access.Scope, r Record, set Values) (Write, []journal.Entry, error) {
	if wide, ok := subject.(Wide); ok {
		return wide.PrepareWide(ctx, scope, r, set)
	}
	write, err := subject.Prepare(ctx, scope, r, set)
	return write, nil, err
}

// kept is what the journal keeps of the values of a row.
func kept(subject Subject, set Values) Values {
	if wide, ok := subject.(Wide); ok {
		return wide.Kept(set)
	}
	return set
}
