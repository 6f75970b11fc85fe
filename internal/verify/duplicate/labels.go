package duplicate

import (
	"context"
	"fmt"

	"rightkey/internal/store"
)

// Label is what a decided pair teaches.
type Label struct {
	One, Other int64
	Same       bool
}

// labelled are the labels of all decided pairs, in the order of their decision.
func (s *Service) labelled(ctx context.Context) ([]Label, error) {
	type row struct {
		Label
		verdict Verdict
	}
	rows, err := store.All(ctx, s.db.In(program), "SELECT p.one, p.other, p.verdict FROM duplicate_pair p WHERE {checked} AND p.state = 'decided' ORDER BY p.id", nil,
		func(r store.Rows, one *row) error { return r.Scan(&one.One, &one.Other, &one.verdict) })
	if err != nil {
		return nil, fmt.Errorf("read what was decided about pairs: %w", err)
	}
	var list []Label
	for _, one := range rows {
		if same, known := one.verdict.Label(); known {
			one.Same = same
			list = append(list, one.Label)
		}
	}
	return list, nil
}
