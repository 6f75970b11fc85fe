package registry

import (
	"context"
	"testing"
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
func (s *Service) SweepKeys(ctx context.Context) error { return s.sweepKeys(ctx, 0, true) }
