package office

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// Worker is an account to which work can be given.
type Worker struct {
	ID   int64
	Name string
	Role string
}

// Workers lists the accounts of the scope's areas that may act by a verb today, by name: those to whom work there can
// be given.
func (s *Service) Workers(ctx context.Context, scope access.Scope, verb access.Verb, today clock.Day) ([]Worker, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT a.id, a.name, g.role FROM account a JOIN account_grant g ON g.account = a.id
		WHERE {scope g.lo} AND {scope g.hi} AND a.state = 'active' AND g.from_day <= $1 AND (g.to_day IS NULL OR g.to_day >= $1) ORDER BY a.name, a.id, g.role`,
		[]any{int64(today)}, func(r store.Rows, w *Worker) error { return r.Scan(&w.ID, &w.Name, &w.Role) })
	if err != nil {
		return nil, fmt.Errorf("list to whom work can be given: %w", err)
	}
	found = slices.DeleteFunc(found, func(w Worker) bool { return !slices.Contains(access.Verbs(w.Role), verb) })
	return slices.CompactFunc(found, func(a, b Worker) bool { return a.ID == b.ID }), nil
}
