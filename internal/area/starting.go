package area

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Starting returns present areas in scope whose name or code begins with the text, the smallest first. Unlike Search it reads
// nothing but the index, however many areas there are.
func (s *Service) Starting(ctx context.Context, scope access.Scope, text string, limit int) ([]Area, error) {
	want := fold(text)
	if want == "" {
		return nil, nil
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+` FROM area
		WHERE folded >= $1 AND folded < $2 AND valid_to IS NULL AND {scope key} ORDER BY level DESC, key LIMIT $3`, []any{want, want + "\U0010FFFF", limit}, scanArea)
	if err != nil {
		return nil, fmt.Errorf("find areas by the beginning of their names: %w", err)
	}
	return found, nil
}
