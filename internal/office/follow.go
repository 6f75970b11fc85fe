package office

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// FollowArea gives who has a role in an area that becomes another the same role there, from the day of the change on,
// and ends it in the old one. Of an area that is split both parts are theirs, as the whole was; the administrator ends
// what is not needed. Whoever stands in for them goes along; after a split in the old part. It is called when the day has come, and may be called again.
func (s *Service) FollowArea(ctx context.Context, c area.Change) error {
	if c.Kind == area.Renamed {
		return nil
	}
	r := s.scheme.Range(c.From)
	type held struct {
		account int64
		grant   access.Grant
		to      *int64
		small   int64
		by      int64
	}
	grants, err := store.All(ctx, s.db.In(system), `SELECT account, role, area, from_day, to_day, assigned, granted_by FROM account_grant g WHERE area BETWEEN $1 AND $2 AND area > 0 AND (to_day IS NULL OR to_day >= $3)
		AND NOT EXISTS (SELECT 1 FROM account_grant o WHERE o.account = g.account AND o.role = g.role AND o.area = g.area + $4 AND (o.to_day IS NULL OR o.to_day >= $3)) ORDER BY account, role, area`, []any{r.Lo, r.Hi, int64(c.Day), c.To - c.From},
		func(rows store.Rows, h *held) error {
			return rows.Scan(&h.account, &h.grant.Role, &h.grant.Area, &h.grant.From, &h.to, &h.small, &h.by)
		})
	if err != nil {
		return fmt.Errorf("read who has a role in an area: %w", err)
	}
	for _, h := range grants {
		at := h.grant.Area + c.To - c.From
		there := s.scheme.Range(at)
		from := max(h.grant.From, c.Day)
		e := entry("grant_followed", h.account, map[string]any{"role": h.grant.Role, "from": h.grant.Area, "to": at, "change": c.ID})
		err := s.act(ctx, journal.Who{Role: "system", Why: "change of an area"}, func(tx store.Tx, now clock.Time) error {
			_, err := tx.Exec(ctx, `INSERT INTO account_grant (account, role, area, lo, hi, from_day, to_day, granted_by, granted, assigned) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
				ON CONFLICT (account, role, area, from_day) DO NOTHING`, h.account, h.grant.Role, at, there.Lo, there.Hi, int64(from), h.to, h.by, int64(now), h.small)
			return err
		}, e)
		if err != nil {
			return fmt.Errorf("bring a role along with an area: %w", err)
		}
	}
	if c.Kind == area.Split {
		return nil
	}
	return s.db.Tx(ctx, system, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE cover SET area = area + $3, ver = ver + 1 WHERE area BETWEEN $1 AND $2 AND area > 0 AND till >= $4", r.Lo, r.Hi, c.To-c.From, int64(c.Day)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE account_grant SET to_day = $3 WHERE area BETWEEN $1 AND $2 AND area > 0 AND (to_day IS NULL OR to_day >= $4)", r.Lo, r.Hi, int64(c.Day)-1, int64(c.Day))
		return err
	})
}
