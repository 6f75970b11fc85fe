package change

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Origin is who brought a record to what it is, and by which way.
type Origin struct {
	Account int64
	Person  string
	Source  Source
}

// Origins returns where the newest applied change of records of a home came from, by record. What the records are was
// decided on before.
func (s *Service) Origins(ctx context.Context, scope access.Scope, home int64, subjects []int64) (map[int64]Origin, error) {
	type row struct {
		subject int64
		Origin
	}
	args := append([]any{home}, store.Padded(subjects)...)
	found, err := store.All(ctx, s.db.In(scope), `SELECT r.subject, s.account, s.person, s.source FROM change_row r JOIN change_set s ON s.id = r.set_id
		WHERE {checked} AND r.home = $1 AND r.subject IN (`+store.In(2, len(args)-1)+`) AND s.state = 'applied' ORDER BY s.id`, args,
		func(r store.Rows, one *row) error {
			return r.Scan(&one.subject, &one.Account, &one.Person, &one.Source)
		})
	if err != nil {
		return nil, fmt.Errorf("read where records came from: %w", err)
	}
	origins := map[int64]Origin{}
	for _, one := range found {
		origins[one.subject] = one.Origin
	}
	return origins, nil
}
