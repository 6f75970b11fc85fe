package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/store"
)

// Lists of late keys are written when they hold lateKeys keys or are lateLists.
var lateKeys, lateLists = int64(1 << 20), 256

// manyKeys is from how many keys on lists are written into the second layer, and not into the first.
const manyKeys = 1 << 16

// lateSize is what a process knows of the lists.
type lateSize struct {
	counted bool
	lists   int
	keys    int64 // about
}

// wroteLate notes that storeLate has stored the keys of persons.
func (w *sweeper) wroteLate(persons int) {
	if persons < fewPersons {
		w.wrote(persons)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late.lists++
	w.late.keys += keysEach * int64(persons)
}

// tooLate says whether lists are being written or have to be.
func (s *Service) tooLate(ctx context.Context) (bool, error) {
	w := &s.sweeper
	if !w.late.counted {
		var bytes int64
		if err := store.One(ctx, s.db.In(findScope), "SELECT count(*), CAST(coalesce(sum(length(persons)), 0) AS bigint) FROM find_late WHERE {checked} AND home > 0", nil, &w.late.lists, &bytes); err != nil {
			return false, fmt.Errorf("count whose keys to find by are late: %w", err)
		}
		w.late.counted, w.late.keys = true, bytes/8*keysEach
	}
	return w.writing != nil || w.late.keys > lateKeys || w.late.lists > lateLists, nil
}

// writeLate writes all lists that there are.
func (s *Service) writeLate(ctx context.Context, way *job.Way) error {
	w := &s.sweeper
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		way.Make()
		if err := s.writeLateStep(ctx, stepRows(way.Company())); err != nil || w.writing == nil {
			return err
		}
	}
}

// lateWriting are lists on their way into find_key.
type lateWriting struct {
	from  latecomers
	keys  []lateKey // in order
	done  int
	layer int
	again bool // some keys may be there: a writing of the same lists was interrupted
}

// lateKey is a key of a person of a list, both by position.
type lateKey struct {
	key       int64
	list, who int32
}

func newLateWriting(from latecomers) *lateWriting {
	w := &lateWriting{from: from}
	for l, list := range from.lists {
		for i, key := range list.keys {
			w.keys = append(w.keys, lateKey{key, int32(l), list.whose[i]})
		}
	}
	slices.SortFunc(w.keys, func(a, b lateKey) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.list, b.list), cmp.Compare(a.who, b.who))
	})
	if len(w.keys) >= manyKeys {
		w.layer = 1
	}
	return w
}

// writeLateStep writes the next keys of the lists in the order of the keys, and with the last ones takes the lists
// away. What is interrupted begins anew.
func (s *Service) writeLateStep(ctx context.Context, rows int) error {
	w := &s.sweeper
	if w.writing == nil {
		from, err := s.latecomers(ctx)
		if err != nil || len(from.places) == 0 {
			return err
		}
		w.writing = newLateWriting(from)
	}
	l := w.writing
	to := min(l.done+rows, len(l.keys))
	there := false
	err := s.db.Tx(ctx, findScope, func(tx store.Tx) error {
		now, err := readLate(ctx, tx)
		if err != nil {
			return err
		}
		// Another process may have written them, and somebody's keys have been taken away since.
		if there = now.holds(l.from.places); !there {
			return nil
		}
		if err := l.store(ctx, tx, l.rows(l.done, to, now.gone)); err != nil {
			return err
		}
		if to == len(l.keys) {
			return takeLists(ctx, tx, now, l.from.places)
		}
		// Whoever takes keys away at this moment writes the same row: one of both is done again.
		return setLateGone(ctx, tx, slices.Sorted(maps.Keys(now.gone)))
	})
	if fault.Is(err, fault.Conflict) && !l.again {
		l.again = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("write late keys to find by: %w", err)
	}
	if there {
		w.layers[l.layer].rows += int64(to - l.done)
		l.done = to
	}
	if !there || to == len(l.keys) {
		w.writing, w.late = nil, lateSize{}
	}
	return nil
}

// holds says whether all of these lists are there.
func (l latecomers) holds(places []latePlace) bool {
	there := make(map[latePlace]bool, len(l.places))
	for _, p := range l.places {
		there[p] = true
	}
	return !slices.ContainsFunc(places, func(p latePlace) bool { return !there[p] })
}

// rows are the rows of some keys without those of who is gone.
func (l *lateWriting) rows(from, to int, gone map[int64]bool) [][]any {
	rows := make([][]any, 0, to-from)
	for _, k := range l.keys[from:to] {
		if who := l.from.lists[k.list].persons[k.who]; !gone[who.person] {
			rows = append(rows, []any{l.layer, k.key, who.area, who.home, who.person})
		}
	}
	return rows
}

// missingRows is how many rows one statement stores: binding more takes SQLite's driver longer for each.
const missingRows = 64

// store stores rows of find_key, where some may be there those that are not.
func (l *lateWriting) store(ctx context.Context, tx store.Tx, rows [][]any) error {
	if !l.again {
		return tx.Bulk(ctx, "find_key", findKeyColumns, rows)
	}
	for some := range slices.Chunk(rows, missingRows) {
		args := make([]any, 0, len(some)*len(findKeyColumns))
		values := make([]string, len(some))
		for i, row := range some {
			values[i] = "(" + store.In(len(args)+1, len(row)) + ")"
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO find_key ("+strings.Join(findKeyColumns, ", ")+") VALUES "+strings.Join(values, ", ")+" ON CONFLICT DO NOTHING", args...); err != nil {
			return err
		}
	}
	return nil
}

// takeLists takes lists away, and with the last one the note of who is gone.
func takeLists(ctx context.Context, tx store.Tx, now latecomers, places []latePlace) error {
	for _, p := range places {
		if _, err := tx.Exec(ctx, "DELETE FROM find_late WHERE {checked} AND home = $1 AND person = $2", p.home, p.person); err != nil {
			return err
		}
	}
	var gone []int64
	if len(now.places) > len(places) {
		gone = slices.Sorted(maps.Keys(now.gone))
	}
	return setLateGone(ctx, tx, gone)
}
