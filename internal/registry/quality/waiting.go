package quality

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// Waiting returns the most urgent unsettled problems that wait for the caller, and how many there are: those that he, or
// whom he covers, has claimed or been given, and those that nobody has and that are for one of his roles.
func (s *Service) Waiting(ctx context.Context, scope access.Scope, limit int) ([]Problem, int64, error) {
	q := &query{scope: scope}
	waiting := " FROM (" + strings.Join(q.waiting(), " UNION ALL ") + ") w"
	var n int64
	if err := store.One(ctx, s.db.In(scope), "SELECT count(*)"+waiting, q.args, &n); err != nil || n == 0 {
		return nil, 0, countFailed(err)
	}
	q.visible()
	q.parts = append(q.parts, "(p.home, p.id) IN (SELECT w.home, w.id"+waiting+" ORDER BY w.due, w.id LIMIT "+q.bind(limit)+")")
	list, err := s.read(ctx, q, " ORDER BY p.due, p.id")
	return list, n, err
}

// waiting selects the problems that wait for the caller, each in one of the statements: those of his own, and for each
// of his roles those that nobody has. Each is answered by one index, without a look at the rows themselves.
func (q *query) waiting() []string {
	one := func(conditions ...string) string {
		part := query{scope: q.scope, args: q.args}
		part.visible()
		part.parts = append(part.parts, store.OneOf("p.state", Unsettled, part.bind))
		q.args = part.args
		return "SELECT p.home, p.id, p.due FROM problem_item p WHERE " + strings.Join(append(conditions, part.parts...), " AND ")
	}
	caller := q.scope.Caller()
	found := []string{one(office.OwnedBy("p.owner", office.Mine, caller, q.bind))}
	within := map[string][]string{}
	for _, g := range caller.Holding() {
		within[g.Role] = append(within[g.Role], "p.area BETWEEN "+q.bind(g.Lo)+" AND "+q.bind(g.Hi))
	}
	for _, role := range slices.Sorted(maps.Keys(within)) {
		found = append(found, one("p.owner = 0", "p.role = "+q.bind(role), "("+strings.Join(within[role], " OR ")+")"))
	}
	return found
}

func countFailed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("count problems that wait: %w", err)
}
