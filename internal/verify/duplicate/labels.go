package duplicate

import (
	"context"
	"fmt"

	"rightkey/internal/access"
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

// Lesson is a decided pair as it can be given away for refitting a model: nobody is named.
type Lesson struct {
	Pair                int64
	Same                bool
	Weight, Probability float64
	Evidence            []Evidence
}

// Labels are the lessons of the decided pairs in scope, in the order of their identifiers.
func (s *Service) Labels(ctx context.Context, scope access.Scope) ([]Lesson, error) {
	list, err := s.listed(ctx, scope, " AND p.state = $1 ORDER BY p.id", []any{string(Decided)})
	if err != nil {
		return nil, err
	}
	var lessons []Lesson
	for _, p := range list {
		if same, known := p.Verdict.Label(); known {
			lessons = append(lessons, Lesson{p.ID, same, p.Weight, p.Probability, p.Evidence})
		}
	}
	return lessons, nil
}
