package office

import (
	"context"
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// Backlog is what waits for an account, or in an area.
type Backlog struct {
	Key   int64 // account, 0 where nobody has it yet; or area
	Open  int64
	First clock.Day // the earliest date by which some of it is due
}

// BacklogBy is by what is counted what waits.
type BacklogBy string

// By account, or by area directly below the one looked at.
const (
	BacklogByAccount BacklogBy = "account"
	BacklogByArea    BacklogBy = "area"
)

// Backlogs counts what waits, by key: rows selects for each piece its key as k and the day by which it is due as due.
func Backlogs(ctx context.Context, from store.Querier, rows string, args []any) ([]Backlog, error) {
	found, err := store.All(ctx, from, "SELECT x.k, count(*), min(x.due) FROM ("+rows+") x GROUP BY x.k ORDER BY x.k", args,
		func(r store.Rows, b *Backlog) error { return r.Scan(&b.Key, &b.Open, &b.First) })
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	return found, nil
}
