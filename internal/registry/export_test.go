package registry

import (
	"context"
	"slices"
	"testing"

	"rightkey/internal/store"
)

// Forgotten is what an erasure takes from a table; nil columns stand for whole rows.
type Forgotten struct {
	Table   string
	Columns []string
}

// Forgetting is everything that an erasure takes.
func Forgetting() []Forgotten {
	all := make([]Forgotten, len(forgetting))
	for i, f := range forgetting {
		all[i] = Forgotten{f.table, f.columns}
	}
	return all
}

// SmallLayers lets keys to find by be swept as soon as there are a few, some at a time, until the test ends.
func SmallLayers(t testing.TB, rows [len(layerRows)]int64, step int) {
	wasRows, wasStep := layerRows, sweepRows
	layerRows, sweepRows = rows, step
	t.Cleanup(func() { layerRows, sweepRows = wasRows, wasStep })
}

// SweepKeys does one step of sweeping.
func (s *Service) SweepKeys(ctx context.Context) error { return s.sweepKeys(ctx, true) }

// LateLists makes imports of any size leave lists, until the test ends.
func LateLists(t testing.TB) {
	was := fewPersons
	fewPersons = 1
	t.Cleanup(func() { fewPersons = was })
}

// MakeLate takes the keys of all persons out of find_key into lists of some persons each, as an import leaves them.
func (s *Service) MakeLate(ctx context.Context, each int) error {
	return s.db.Tx(ctx, findScope, func(tx store.Tx) error {
		all, err := store.All(ctx, tx, "SELECT area, home, person, keys FROM person_find WHERE {checked} ORDER BY home, person", nil, func(r store.Rows, f *found) error {
			var keys []byte
			err := r.Scan(&f.area, &f.home, &f.person, &keys)
			f.keys = unpacked(keys)
			return err
		})
		if err != nil {
			return err
		}
		for _, table := range []string{"find_key", "person_find"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE {checked}"); err != nil {
				return err
			}
		}
		for some := range slices.Chunk(all, each) {
			if err := storeLate(ctx, tx, some); err != nil {
				return err
			}
		}
		return nil
	})
}

// WriteLate writes some late keys and says whether more are left.
func (s *Service) WriteLate(ctx context.Context, rows int) (bool, error) {
	err := s.writeLateStep(ctx, rows)
	return s.sweeper.writing != nil, err
}

// Anew makes the service one that has just begun; back makes it again what it was.
func (s *Service) Anew() (back func()) {
	writing, lists := s.sweeper.writing, s.waiting.lists
	s.sweeper.writing, s.sweeper.late, s.waiting.lists = nil, lateSize{}, nil
	return func() { s.sweeper.writing, s.waiting.lists = writing, lists }
}
