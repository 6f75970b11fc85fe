package duplicate

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
	"rightkey/precision"
)

// Agreement counts the pairs in scope that two people judged, the second blindly, whatever became of them.
func (s *Service) Agreement(ctx context.Context, scope access.Scope) (precision.Agreement, error) {
	type row struct{ first, second Verdict }
	rows, err := store.All(ctx, s.db.In(scope), `SELECT f.verdict, j.verdict FROM duplicate_judgement j JOIN duplicate_judgement f ON f.pair = j.pair AND f.n = j.n - 1
		JOIN duplicate_pair p ON p.id = j.pair JOIN duplicate_side a ON a.pair = p.id AND a.person = p.one JOIN duplicate_side b ON b.pair = p.id AND b.person = p.other
		WHERE j.blind = 1 AND {scope a.area a.household} AND {scope b.area b.household} ORDER BY j.pair, j.n`, nil,
		func(r store.Rows, one *row) error { return r.Scan(&one.first, &one.second) })
	if err != nil {
		return precision.Agreement{}, fmt.Errorf("read second reviews: %w", err)
	}
	verdicts := make([][2]Verdict, len(rows))
	for i, one := range rows {
		verdicts[i] = [2]Verdict{one.first, one.second}
	}
	return precision.Agree(verdicts), nil
}
