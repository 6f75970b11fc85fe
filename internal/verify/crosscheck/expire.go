package crosscheck

import (
	"context"
	"fmt"

	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Expire deletes what departments gave once its day is over: the rows and tokens of lists, what leads hold of them, and
// the key under which all of it was sealed. Leads stay with what people decided. It says how many lists expired;
// calling it again changes nothing.
func (s *Service) Expire(ctx context.Context) (int, error) {
	due, err := store.All(ctx, s.db.In(program), "SELECT "+listColumns+" FROM check_list WHERE {checked} AND state <> 'expired' AND expires < $1 ORDER BY id", []any{int64(s.today())}, scanList)
	if err != nil {
		return 0, fmt.Errorf("look for lists that expired: %w", err)
	}
	for _, l := range due {
		if err := s.expire(ctx, l); err != nil {
			return 0, fmt.Errorf("delete list %d: %w", l.ID, err)
		}
	}
	return len(due), nil
}

func (s *Service) expire(ctx context.Context, l List) error {
	command, err := s.journal.Begin(ctx, journal.Who{Role: "system", Why: "what departments gave is deleted on its day"})
	if err != nil {
		return err
	}
	if err := command.Note(ctx, journal.Entry{Kind: "list.expired", SubjectKind: "list", Subject: l.ID, Area: l.Area, Body: map[string]any{"rule": l.Rule, "rows": l.Counts.Received}}); err != nil {
		return err
	}
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		for _, text := range []string{
			"DELETE FROM data_key WHERE home = 0 AND subject = $1",
			"DELETE FROM check_row WHERE {checked} AND list = $1",
			"DELETE FROM check_token WHERE {checked} AND list = $1",
			"UPDATE check_lead SET body = NULL WHERE {checked} AND list = $1 AND body IS NOT NULL",
			"UPDATE check_list SET state = 'expired', ver = ver + 1 WHERE {checked} AND id = $1",
		} {
			if _, err := tx.Exec(ctx, text, l.ID); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	s.keys.Forget(l.ID)
	return err
}
