package registry

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"

	"rightkey/internal/crypt"
	"rightkey/internal/store"
)

const (
	// importChunk is how many rows one transaction writes at most, checkChunk how many are tried between two looks at
	// the progress: a verdict is a small thing to write. companyChunk is either while people are here, whose requests wait
	// for the transaction and for the processors.
	importChunk  = 200
	checkChunk   = 1000
	companyChunk = 24
)

// staged is a row as it was staged.
type staged struct {
	n     int
	state string
	body  []byte
}

// portion is a run of staged rows, opened and read, that are worked on together.
type portion struct {
	parsed     []parsed
	unreadable int // rows that were rejected when they were staged
	last       int // the number of the last row
	err        error
}

// portions are the staged rows after last in their order, with fresh only those that were not rejected. A portion is
// read while the one before is worked on.
func (r *importRun) portions(ctx context.Context, last int, fresh bool) iter.Seq[portion] {
	return func(yield func(portion) bool) {
		ctx, stop := context.WithCancel(ctx)
		ready := make(chan portion, 1)
		var reading sync.WaitGroup
		reading.Go(func() {
			defer close(ready)
			for {
				p, err := r.portion(ctx, last, fresh)
				if err == nil && p.last == 0 {
					return
				}
				p.err, last = err, p.last
				select {
				case ready <- p:
				case <-ctx.Done():
					return
				}
				if err != nil {
					return
				}
			}
		})
		defer reading.Wait()
		defer stop()
		for p := range ready {
			if !yield(p) {
				return
			}
		}
	}
}

// portion reads the rows after last; its own last is 0 where there are none.
func (r *importRun) portion(ctx context.Context, last int, fresh bool) (portion, error) {
	size, sql := checkChunk, "SELECT n, state, body FROM staging WHERE {checked} AND set_id = $1 AND n > $2"
	if fresh {
		size, sql = importChunk, sql+" AND state = ''"
	}
	if r.run.Way().Company() {
		size = companyChunk
	}
	rows, err := store.All(ctx, r.s.db.In(r.scope), fmt.Sprintf("%s ORDER BY n LIMIT %d", sql, size), []any{r.im.ID, last},
		func(rows store.Rows, row *staged) error { return rows.Scan(&row.n, &row.state, &row.body) })
	if err != nil || len(rows) == 0 {
		return portion{}, err
	}
	p := portion{last: rows[len(rows)-1].n}
	good := rows[:0:0]
	for _, row := range rows {
		if row.state == "unreadable" {
			p.unreadable++
		} else {
			good = append(good, row)
		}
	}
	if p.parsed, err = r.parse(good); err != nil || !fresh {
		return p, err
	}
	p.parsed = p.parsed[:together(p.parsed, len(rows) == size)]
	p.last = p.parsed[len(p.parsed)-1].n
	return p, nil
}

// together is how many rows from the first on are written in one transaction: those up to a record that comes once
// more, for its next row is planned on what this one stored; and where more rows follow, whole households, so that the
// next portion can be planned meanwhile.
func together(rows []parsed, more bool) int {
	met := map[string]bool{}
	for n, p := range rows {
		if met[p.key] {
			return n
		}
		met[p.key] = true
	}
	whole := len(rows)
	for more && whole > 0 && rows[whole-1].household == rows[len(rows)-1].household {
		whole--
	}
	if whole == 0 {
		return len(rows)
	}
	return whole
}

// touches says whether two portions are about the same record or household.
func (p portion) touches(q portion) bool {
	keys, households := map[string]bool{}, map[string]bool{"": false}
	for _, row := range p.parsed {
		keys[row.key] = true
		if row.household != "" {
			households[row.household] = true
		}
	}
	for _, row := range q.parsed {
		if keys[row.key] || households[row.household] {
			return true
		}
	}
	return false
}

// parse opens and reads the rows of a portion, on all cores.
func (r *importRun) parse(rows []staged) ([]parsed, error) {
	out := make([]parsed, len(rows))
	workers := min(runtime.GOMAXPROCS(0), max(1, len(rows)/16))
	failed := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(rows) && failed[w] == nil; i += workers {
				r.run.Way().Make()
				out[i], failed[w] = r.parseRow(rows[i])
			}
		})
	}
	all.Wait()
	return out, errors.Join(failed...)
}

func (r *importRun) parseRow(row staged) (parsed, error) {
	plain, err := crypt.Open(r.key, row.body, stagePlace(r.im.ID, row.n))
	if err != nil {
		return parsed{}, fmt.Errorf("open row %d: %w", row.n, err)
	}
	cells, formulas, err := decodeStaged(plain)
	if err != nil {
		return parsed{}, fmt.Errorf("read row %d: %w", row.n, err)
	}
	p := r.r.read(row.n, cells)
	if !r.tried {
		r.r.validate(&p)
	}
	r.r.noteFormulas(&p, r.im.Header, formulas)
	return p, nil
}
