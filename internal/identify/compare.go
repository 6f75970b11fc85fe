package identify

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Turn is how many households two runs judge so and so. What only one of them judged is in no turn.
type Turn struct {
	Before, After Outcome
	Heads
}

// Compare counts the households in scope below an area by their verdicts in two runs: before in the run against which
// the other is held. The verdicts are those that were kept, so that a run under another pack, or by the lines of
// another day, is held against the one that decided.
func (s *Service) Compare(ctx context.Context, scope access.Scope, of Selection) ([]Turn, error) {
	below := s.areas.Scheme().Range(of.Area)
	found, err := store.All(ctx, s.db.In(scope), `SELECT o.verdict, a.verdict, count(*), CAST(sum(a.persons) AS bigint) FROM assessment a
		JOIN household h ON h.home = a.home AND h.id = a.household JOIN assessment o ON o.home = a.home AND o.household = a.household AND o.run = $2
		WHERE a.run = $1 AND {scope h.area} AND a.area BETWEEN $3 AND $4 GROUP BY o.verdict, a.verdict ORDER BY o.verdict, a.verdict`,
		[]any{of.Run, of.Against, below.Lo, below.Hi}, func(r store.Rows, t *Turn) error {
			return r.Scan(&t.Before, &t.After, &t.Households, &t.Persons)
		})
	if err != nil {
		return nil, fmt.Errorf("compare two runs: %w", err)
	}
	return found, nil
}

// Beside returns what another run said of the households of assessments that were listed, by household.
func (s *Service) Beside(ctx context.Context, scope access.Scope, against int64, list []Stored) (map[int64]Stored, error) {
	found := map[int64]Stored{}
	if against == 0 || len(list) == 0 {
		return found, nil
	}
	args := []any{against}
	for _, a := range list {
		args = append(args, a.Household)
	}
	others, err := store.All(ctx, s.db.In(scope), "SELECT "+storedColumns+" WHERE a.run = $1 AND {scope h.area} AND a.household IN ("+store.In(2, len(list))+")", args, scan(scope))
	if err != nil {
		return nil, fmt.Errorf("read what another run said: %w", err)
	}
	for _, o := range others {
		found[o.Household] = o
	}
	return found, nil
}
