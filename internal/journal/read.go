package journal

import (
	"context"

	"rightkey/internal/store"
)

// Shown stores that personal data were read: one event with the identifiers of the subjects that a page or answer
// shows. Send the answer only after it returns nil.
func (j *Journal) Shown(ctx context.Context, who Who, kind, subjectKind string, home, area int64, subjects []int64) error {
	if len(subjects) == 0 {
		return nil
	}
	return j.Reading(ctx, who, shown(kind, subjectKind, home, area, subjects))
}

// Showing prepares what Shown stores, for a transaction of the caller's.
func (j *Journal) Showing(ctx context.Context, who Who, kind, subjectKind string, home, area int64, subjects []int64) (*Command, error) {
	return j.prepared(ctx, who, shown(kind, subjectKind, home, area, subjects))
}

// shown is the event of subjects, at least one, that a page or answer shows.
func shown(kind, subjectKind string, home, area int64, subjects []int64) Entry {
	return Entry{Kind: kind, SubjectKind: subjectKind, Subject: subjects[0], Home: home, Area: area, Body: map[string]any{"shown": subjects}}
}

// Record stores events that change nothing else: a copy that was taken, a denial, a sign-in.
func (j *Journal) Record(ctx context.Context, who Who, entries ...Entry) error {
	return j.store(ctx, j.db.Tx, who, entries)
}

// Reading stores that pages or answers show personal data, without waiting for the disk: a loss of power may lose the
// readings of the last second, which nobody saw longer than that. Send the answer only after it returns nil.
func (j *Journal) Reading(ctx context.Context, who Who, entries ...Entry) error {
	return j.store(ctx, j.db.TxSoon, who, entries)
}

func (j *Journal) store(ctx context.Context, in func(context.Context, func(store.Tx) error) error, who Who, entries []Entry) error {
	c, err := j.prepared(ctx, who, entries...)
	if err != nil {
		return err
	}
	return in(ctx, func(tx store.Tx) error { return c.Append(ctx, tx) })
}

// prepared is a command of these events, ready to be appended.
func (j *Journal) prepared(ctx context.Context, who Who, entries ...Entry) (*Command, error) {
	c, err := j.Begin(ctx, who)
	if err != nil {
		return nil, err
	}
	return c, c.Note(ctx, entries...)
}
