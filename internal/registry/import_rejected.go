package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// rejectedTime is for how long the rejected rows of an applied import can be downloaded.
const rejectedTime = 30 * 24 * time.Hour

// RejectedRow is a row that was left out, as the file had it.
type RejectedRow struct {
	N     int
	Cells []string
}

// Rejected returns the rejected rows of an import after row n, as they stood in the file, for who sent it: to be
// corrected and sent again. The first call (after 0) is journalled before it answers. It returns a Gone fault when
// their time is over.
func (s *Service) Rejected(ctx context.Context, scope access.Scope, id int64, after, limit int) ([]RejectedRow, error) {
	im, err := s.GetImport(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	if im.Account != scope.Caller().Account {
		return nil, fault.New(fault.NotFound, "only who sent the file gets its rows back")
	}
	key, err := s.keys.Of(ctx, 0, id)
	if errors.Is(err, journal.ErrErased) {
		return nil, fault.New(fault.Gone, "the rejected rows are no longer kept")
	}
	if err != nil {
		return nil, fmt.Errorf("open the rejected rows: %w", err)
	}
	if after == 0 {
		err := s.journal.Record(ctx, reads(scope, im.Area), journal.Entry{Kind: "import.rejected-read", SubjectKind: "import", Subject: id, Area: im.Area})
		if err != nil {
			return nil, fmt.Errorf("journal that rejected rows were read: %w", err)
		}
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT n, state, body FROM staging WHERE {checked} AND set_id = $1 AND n > $2 AND state <> '' ORDER BY n LIMIT $3", []any{id, after, limit},
		func(r store.Rows, row *staged) error { return r.Scan(&row.n, &row.state, &row.body) })
	if err != nil {
		return nil, fmt.Errorf("read the rejected rows: %w", err)
	}
	rejected := make([]RejectedRow, 0, len(rows))
	for _, row := range rows {
		plain, err := crypt.Open(key, row.body, stagePlace(id, row.n))
		if err != nil {
			return nil, fmt.Errorf("open row %d: %w", row.n, err)
		}
		cells, _, err := decodeStaged(plain)
		if err != nil {
			return nil, fmt.Errorf("read row %d: %w", row.n, err)
		}
		// An unreadable row may have fewer cells, or more, than there are columns.
		whole := make([]string, len(im.Header))
		copy(whole, cells)
		rejected = append(rejected, RejectedRow{row.n, whole})
	}
	return rejected, nil
}

// forgetRejected destroys the keys of rejected rows whose time is over, and takes the rows away; the report stays.
func (s *Service) forgetRejected(ctx context.Context, scope access.Scope) error {
	before := int64(s.journal.Clock().Now().Add(-rejectedTime))
	ids, err := store.All(ctx, s.db.In(scope), "SELECT i.id FROM import i JOIN data_key k ON k.home = 0 AND k.subject = i.id WHERE {checked} AND i.state IN ('imported', 'checked', 'stopped') AND i.created < $1", []any{before},
		func(r store.Rows, id *int64) error { return r.Scan(id) })
	for _, id := range ids {
		err = errors.Join(err, s.emptyImport(ctx, scope, id, func(context.Context, store.Tx) error { return nil }))
	}
	return err
}

// emptyImport destroys the key of an import's staged rows and empties them; first is done before in the same
// transaction.
func (s *Service) emptyImport(ctx context.Context, scope access.Scope, id int64, first func(context.Context, store.Tx) error) error {
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		for _, text := range []string{"DELETE FROM data_key WHERE home = 0 AND subject = $1", "DELETE FROM staging WHERE {checked} AND set_id = $1 AND problems = ''"} {
			if _, err := tx.Exec(ctx, text, id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE staging SET body = $2 WHERE {checked} AND set_id = $1", id, []byte{}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE import SET words = NULL WHERE {checked} AND id = $1", id)
		return err
	})
	if err == nil {
		s.keys.Forget(id)
	}
	return err
}
