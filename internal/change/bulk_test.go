package change_test

import (
	"context"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

// things are any number of records that nothing protects; changed counts what was applied.
type things struct {
	*thing
	changed *int
}

func (o things) Load(_ context.Context, _ access.Scope, id int64, on clock.Day) (change.Record, error) {
	return change.Record{Kind: "thing", ID: id, Home: 1, Area: 11000000, Ver: 1, Label: "thing", On: on, Fields: change.Values{}, Key: o.key}, nil
}

func (o things) Prepare(context.Context, access.Scope, change.Record, change.Values) (change.Write, error) {
	return func(context.Context, store.Tx) error { *o.changed++; return nil }, nil
}

// TestAChangeOfFiveHundredAndOneRecordsWaitsForASecondPerson is N28 of change sets.
func TestAChangeOfFiveHundredAndOneRecordsWaitsForASecondPerson(t *testing.T) {
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) {
		submitter, decider := s.Caller(2, "clerk", "county-office"), s.Caller(3, "office", "county-office")
		edit, decide := stand.Scope(t, submitter, access.HouseholdEdit), stand.Scope(t, decider, access.ChangeDecide)
		changed := 0
		room := change.NewService(s.DB, s.Journal)
		room.Register("thing", things{&thing{key: s.Keys.Make(1, 1).Key}, &changed})
		for _, c := range []struct {
			rows  int
			job   int64
			state change.State
		}{
			{change.MaxAlone, 0, change.Applied},
			{change.MaxAlone + 1, 0, change.Waiting},
			{change.MaxAlone + 1, 7, change.Applied}, // an import
		} {
			changed = 0
			draft := change.Draft{Source: change.API, Title: "t", Reason: "r", Job: c.job}
			for id := range c.rows {
				draft.Rows = append(draft.Rows, change.Row{SubjectKind: "thing", Subject: int64(id + 1), BaseVer: 1, Set: change.Values{"free": int64(1)}})
			}
			set, err := room.Submit(ctx, edit, draft)
			if err != nil {
				t.Fatal(err)
			}
			if set.State != c.state || (changed == c.rows) != (c.state == change.Applied) {
				t.Errorf("%d rows of job %d: %s with %d applied, want %s", c.rows, c.job, set.State, changed, c.state)
			}
			if c.state != change.Waiting {
				continue
			}
			if _, err := room.Approve(ctx, stand.Scope(t, submitter, access.ChangeDecide), set.ID, set.Ver, ""); !fault.Is(err, fault.Forbidden) || changed != 0 {
				t.Errorf("who submitted it agreed: %v, %d applied", err, changed)
			}
			if _, err := room.Approve(ctx, decide, set.ID, set.Ver, ""); err != nil || changed != c.rows {
				t.Errorf("after a second person agreed %d are applied: %v", changed, err)
			}
		}
	})
}
