package office

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/procedure"
	"rightkey/internal/store"
)

// Relatives lists who declared a household, or one who lives in it, as their own or as kin, with the roles that hold
// today: procedures lead their matters to others.
func (s *Service) Relatives(ctx context.Context, household int64) ([]procedure.Relative, error) {
	q := s.db.In(system)
	list, err := store.All(ctx, q, `SELECT o.person, o.relation FROM own_declared o WHERE o.subject = $1
		UNION SELECT o.person, o.relation FROM membership m JOIN own_declared o ON o.home = m.home AND o.subject = m.person WHERE {checked} AND m.household = $1 AND m.to_day IS NULL`, []any{household},
		func(r store.Rows, one *procedure.Relative) error { return r.Scan(&one.Person, &one.Relation) })
	if err != nil {
		return nil, fmt.Errorf("read who is kin of a household: %w", err)
	}
	for i := range list {
		grants, err := grantsOf(ctx, q, "a.state <> 'disabled' AND a.person = $1", list[i].Person)
		if err != nil {
			return nil, err
		}
		held, err := s.covered(ctx, "d.state <> 'disabled' AND d.person = $1", list[i].Person)
		if err != nil {
			return nil, err
		}
		list[i].Grants = access.Caller{Person: list[i].Person, Grants: grants, Covers: held, Today: s.today()}.Holding()
	}
	return list, nil
}
