package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rightkey/internal/store"
)

// progress tells waiters in this process how far the log is sealed.
type progress struct {
	mu    sync.Mutex
	size  int64
	moved chan struct{}
}

func newProgress() *progress { return &progress{moved: make(chan struct{})} }

func (p *progress) tell(size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if size <= p.size {
		return
	}
	p.size = size
	close(p.moved)
	p.moved = make(chan struct{})
}

func (p *progress) now() (int64, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size, p.moved
}

// End is the position of the last sealed event, 0 if there is none.
func (j *Journal) End(ctx context.Context) (int64, error) {
	state, err := readState(ctx, j.db)
	return state.size, err
}

// LogOf is the number of a database's log, empty while nothing was sealed.
func LogOf(ctx context.Context, q store.Querier) (string, error) {
	state, err := readState(ctx, q)
	return state.log, err
}

// Since returns the events after a position in the order of their positions, at most limit, without their bodies. It
// is how everything that follows the journal reads it: positions are dense, never change and are in commit order.
func (j *Journal) Since(ctx context.Context, pos int64, limit int) ([]Event, error) {
	events, err := store.All(ctx, j.db, "SELECT p.pos, "+headerColumns+` FROM event_pos p JOIN event e ON e.home = p.home AND e.id = p.id
		WHERE p.pos > $1 ORDER BY p.pos LIMIT $2`, []any{pos, limit}, func(r store.Rows, e *Event) error {
		return r.Scan(append([]any{&e.Pos}, e.header()...)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal since %d: %w", pos, err)
	}
	return events, nil
}

// another is how often the database is asked where another process may be the one that seals.
const another = 100 * time.Millisecond

// WaitFor waits until the log is sealed up to a position, or ctx is done.
func (j *Journal) WaitFor(ctx context.Context, pos int64) error {
	return j.until(ctx, func() (bool, error) {
		if size, _ := j.sealed.now(); size >= pos {
			return true, nil
		}
		end, err := j.End(ctx)
		return end >= pos, err
	})
}

// Settled waits until the events of a stored command have positions and returns the last of them: who reads a follower
// of the journal after his own save waits for that position.
func (j *Journal) Settled(ctx context.Context, c *Command) (pos int64, err error) {
	if len(c.rows) == 0 {
		return 0, nil
	}
	last := c.rows[len(c.rows)-1]
	return pos, j.until(ctx, func() (bool, error) {
		err := store.One(ctx, j.db, "SELECT pos FROM event_pos WHERE home = $1 AND id = $2", []any{last[0], last[1]}, &pos)
		if errors.Is(err, store.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	})
}

// until asks again each time something was sealed.
func (j *Journal) until(ctx context.Context, reached func() (bool, error)) error {
	for {
		_, moved := j.sealed.now()
		if ok, err := reached(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		case <-time.After(another):
		}
	}
}
