package area

import (
	"context"

	"rightkey/internal/access"
)

// Around is the way to the area in scope with an official code, outermost first; without a code to the area that holds
// all of the scope, nil where no single one does.
func (s *Service) Around(ctx context.Context, scope access.Scope, code string) ([]Area, error) {
	if code != "" {
		a, err := s.ByCode(ctx, scope, code)
		if err != nil {
			return nil, err
		}
		return s.Path(ctx, a.Key)
	}
	ranges := scope.Ranges()
	if len(ranges) != 1 || s.scheme.Range(ranges[0].Lo) != ranges[0] {
		return nil, nil
	}
	return s.Path(ctx, ranges[0].Lo)
}
