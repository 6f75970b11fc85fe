package registry

import (
	"context"
	"fmt"
	"math"
	"sync"

	"rightkey/internal/store"
)

// Keys to find by lie in the order of a hash. In one large tree the keys of a person would go to a page each, which is
// then written to the log and to the file for a few bytes. So those of single persons are written into a small layer;
// when it has grown, it is swept in the order of its keys into a larger one, and that into the last. Those of an import
// wait in lists until they are many (find_late.go), and are written into the second layer. A search looks into all.

// anyLayer is the condition that a row of find_key is in one of the layers.
var anyLayer = inLayers(everyLayer)

// layerRows is how many rows the layers above the last hold before they are swept into the next.
var layerRows = [...]int64{1 << 16, 1 << 23}

// sweepRows is how many rows one transaction sweeps while people are here, who wait for it, and quietRows while nobody
// is.
var sweepRows, quietRows = 1024, 4096

func stepRows(company bool) int {
	if company {
		return sweepRows
	}
	return quietRows
}

const (
	// sweepSteps is how many transactions sweep for one that writes, and while people are here.
	sweepSteps, sweepCourteous = 8, 2
	// keysEach is about how many keys a person has.
	keysEach = 13
)

// layer is what a process knows of a layer.
type layer struct {
	counted  bool
	rows     int64 // about how many there are
	sweeping bool
	at       int64 // the last key that was swept
}

// sweeper keeps the lists and the upper layers of keys small. Several processes may sweep at once.
type sweeper struct {
	mu      sync.Mutex
	layers  [len(layerRows)]layer
	late    lateSize
	writing *lateWriting // nil while no lists are written
}

// wrote notes that the keys of persons were written into the first layer.
func (w *sweeper) wrote(persons int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.layers[0].rows += keysEach * int64(persons)
}

// sweepKeys sweeps where lists or a layer are too large: whoever has written the keys of many persons calls it, outside
// a transaction, and says whether people are here.
func (s *Service) sweepKeys(ctx context.Context, company bool) error {
	w := &s.sweeper
	w.mu.Lock()
	defer w.mu.Unlock()
	steps, rows := sweepSteps, stepRows(company)
	if company {
		steps = sweepCourteous
	}
	for range steps {
		large, err := s.tooLate(ctx)
		if err != nil {
			return err
		}
		if large {
			if err := s.writeLateStep(ctx, rows); err != nil {
				return err
			}
			continue
		}
		n, err := s.tooLarge(ctx)
		if err != nil || n < 0 {
			return err
		}
		if err := s.sweepStep(ctx, n, rows); err != nil {
			return err
		}
	}
	return nil
}

// tooLarge is the first layer that is being swept or has to be, or -1.
func (s *Service) tooLarge(ctx context.Context) (int, error) {
	for n := range s.sweeper.layers {
		l := &s.sweeper.layers[n]
		if !l.counted {
			if err := s.countLayer(ctx, n); err != nil {
				return -1, err
			}
		}
		if l.sweeping || l.rows > layerRows[n] {
			return n, nil
		}
	}
	return -1, nil
}

func (s *Service) countLayer(ctx context.Context, n int) error {
	l := &s.sweeper.layers[n]
	if err := store.One(ctx, s.db.In(findScope), "SELECT count(*) FROM find_key WHERE {checked} AND layer = $1", []any{n}, &l.rows); err != nil {
		return fmt.Errorf("count the keys to find by: %w", err)
	}
	l.counted = true
	return nil
}

// sweepStep brings the next rows of a layer, and all others of their last key, into the next layer. What is written
// behind the place that a sweep has reached waits for the next sweep.
func (s *Service) sweepStep(ctx context.Context, n, rows int) error {
	l := &s.sweeper.layers[n]
	if !l.sweeping {
		l.sweeping, l.at = true, math.MinInt64
	}
	ends, err := store.All(ctx, s.db.In(findScope), "SELECT key FROM find_key WHERE {checked} AND layer = $1 AND key > $2 ORDER BY key LIMIT 1 OFFSET $3", []any{n, l.at, rows},
		func(r store.Rows, key *int64) error { return r.Scan(key) })
	if err != nil {
		return fmt.Errorf("read keys to find by: %w", err)
	}
	to := int64(math.MaxInt64)
	if len(ends) > 0 {
		to = ends[0]
	}
	var moved int64
	err = s.db.Tx(ctx, findScope, func(tx store.Tx) error {
		// Two walks along the rows: an UPDATE of the primary key takes them out and puts them in one by one.
		const here = " WHERE {checked} AND layer = $1 AND key > $2 AND key <= $3"
		if _, err := tx.Exec(ctx, "INSERT INTO find_key (layer, key, area, home, person) SELECT layer + 1, key, area, home, person FROM find_key"+here+" ON CONFLICT DO NOTHING", n, l.at, to); err != nil {
			return err
		}
		moved, err = tx.Exec(ctx, "DELETE FROM find_key"+here, n, l.at, to)
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep keys to find by: %w", err)
	}
	l.at, l.rows = to, l.rows-moved
	if n+1 < len(s.sweeper.layers) {
		s.sweeper.layers[n+1].rows += moved
	}
	if len(ends) == 0 {
		l.sweeping, l.counted = false, false
	}
	return nil
}
