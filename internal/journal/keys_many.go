package journal

import (
	"context"
	"fmt"

	"rightkey/internal/crypt"
	"rightkey/internal/store"
)

// Many returns the keys of stored subjects of a home, without those that were destroyed. It is for work on many
// records: the keys are not kept in memory.
func (k *Keys) Many(ctx context.Context, home int64, subjects []int64) (map[int64]crypt.DataKey, error) {
	found := make(map[int64]crypt.DataKey, len(subjects))
	if len(subjects) == 0 {
		return found, nil
	}
	args := append([]any{home}, store.Padded(subjects)...)
	type row struct {
		subject int64
		wrapped []byte
	}
	rows, err := store.All(ctx, k.db, "SELECT subject, wrapped FROM data_key WHERE home = $1 AND subject IN ("+store.In(2, len(args)-1)+")", args,
		func(r store.Rows, one *row) error { return r.Scan(&one.subject, &one.wrapped) })
	if err != nil {
		return nil, fmt.Errorf("read data keys: %w", err)
	}
	for _, one := range rows {
		key, err := k.ring.Unwrap(one.wrapped)
		if err != nil {
			return nil, fmt.Errorf("unwrap a data key: %w", err)
		}
		found[one.subject] = key
	}
	return found, nil
}
