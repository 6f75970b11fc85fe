package mirror

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Source is the register behind a mirror.
type Source interface {
	// Log names the journal and gives the position of its last event: a snapshot of another journal, or from later than
	// its end (an older database was put back), is not used.
	Log(ctx context.Context) (name string, end int64, err error)
	// Size is about how many households there are.
	Size(ctx context.Context) (int64, error)
	// Load gives every household in order of area and id, and returns a position of the journal up to which all
	// changes are in what it gave (later ones may be).
	Load(ctx context.Context, schema *Schema, each func(Row) error) (pos int64, err error)
	// Changed gives the households that changed after a position, as they are now: at most about limit of them. A
	// batch without rows whose Pos is pos says that there is nothing new.
	Changed(ctx context.Context, schema *Schema, pos int64, limit int) (Batch, error)
}

// Mirror follows a register. Tables are read by everybody; Run is the one that writes.
type Mirror struct {
	source   Source
	writer   *Writer
	snapshot string
	log      *slog.Logger
	table    atomic.Pointer[Table]

	mu      sync.Mutex
	reached chan struct{} // closed when the table moves on
	ready   chan struct{} // closed when there is a table
	nudge   chan struct{}

	kept     int64 // position of the snapshot; Run alone knows it
	read, of atomic.Int64
}

// Options of a mirror.
type Options struct {
	// Snapshot is the file that is read at the start and written after a register was read without one, every hour and at
	// the end; empty for none.
	Snapshot string
	Log      *slog.Logger
}

// New makes a mirror of a source. It is empty, and not ready, until Run has loaded it.
func New(source Source, schema *Schema, o Options) *Mirror {
	return &Mirror{source: source, writer: NewWriter(schema), snapshot: o.Snapshot, log: o.Log,
		reached: make(chan struct{}), ready: make(chan struct{}), nudge: make(chan struct{}, 1)}
}

// Table is the mirror as it is now; nil while it is being loaded.
func (m *Mirror) Table() *Table { return m.table.Load() }

// Reading is how many households of the register were read so far where there was no snapshot, and about how many there
// are; 0 where that is not known yet.
func (m *Mirror) Reading() (read, of int64) { return m.read.Load(), m.of.Load() }

// Ready waits until there is a table.
func (m *Mirror) Ready(ctx context.Context) error {
	select {
	case <-m.ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Nudge says that the journal may have grown, so that Run looks now and not at its next turn.
func (m *Mirror) Nudge() {
	select {
	case m.nudge <- struct{}{}:
	default:
	}
}

// WaitFor returns the table once it holds everything up to a position of the journal, as one's own save.
func (m *Mirror) WaitFor(ctx context.Context, pos int64) (*Table, error) {
	for {
		m.mu.Lock()
		reached := m.reached
		m.mu.Unlock()
		if t := m.table.Load(); t != nil && t.pos >= pos {
			return t, nil
		}
		m.Nudge()
		select {
		case <-reached:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for position %d of the journal: %w", pos, context.Cause(ctx))
		}
	}
}

// turn is how long Run rests where nothing new has come; most is how many changed households it takes at once; keep is
// how old a snapshot becomes, so that a program that is killed has little to catch up with.
const (
	turn = 500 * time.Millisecond
	most = 200_000
	keep = time.Hour
)

// Run loads the mirror and follows the register until ctx ends, and keeps the snapshot. A source that fails is asked
// again; what was published stays.
func (m *Mirror) Run(ctx context.Context) error {
	if err := m.load(ctx); err != nil {
		return err
	}
	rest := time.NewTimer(0)
	defer rest.Stop()
	old := time.NewTicker(keep)
	defer old.Stop()
	for {
		select {
		case <-ctx.Done():
			return m.save()
		case <-old.C:
			m.saveMeanwhile()
		case <-rest.C:
		case <-m.nudge:
		}
		wait := turn
		switch more, err := m.step(ctx); {
		case err != nil && ctx.Err() == nil:
			m.warn("the mirror could not follow the register", err)
			wait = 10 * turn
		case more:
			wait = 0
		}
		rest.Reset(wait)
	}
}

// load reads the snapshot, or all of the register where there is none.
func (m *Mirror) load(ctx context.Context) error {
	name, end, err := m.source.Log(ctx)
	if err != nil {
		return fmt.Errorf("load the mirror: %w", err)
	}
	if m.snapshot != "" && name != "" {
		err := m.writer.Read(m.snapshot, name, end)
		if err == nil {
			m.kept = m.writer.table.pos
			m.publish(m.writer.table)
			return nil
		}
		if !os.IsNotExist(err) {
			m.warn("the mirror is made anew", err)
		}
	}
	size, err := m.source.Size(ctx)
	if err != nil {
		return fmt.Errorf("load the mirror: %w", err)
	}
	m.of.Store(size)
	b := NewBuilder(len(m.writer.schema.columns))
	pos, err := m.source.Load(ctx, m.writer.schema, func(row Row) error {
		m.read.Add(1)
		return b.Add(row)
	})
	if err != nil {
		return fmt.Errorf("load the mirror: %w", err)
	}
	m.publish(m.writer.Load(b, pos))
	m.kept = -1
	m.saveMeanwhile()
	return nil
}

// step applies what has changed; more says that there may be more at once.
func (m *Mirror) step(ctx context.Context) (more bool, err error) {
	pos := m.writer.Table().pos
	b, err := m.source.Changed(ctx, m.writer.schema, pos, most)
	if err != nil || b.Pos == pos {
		return false, err
	}
	table, err := m.writer.Apply(b)
	if err != nil {
		return false, err
	}
	m.publish(table)
	return true, nil
}

// publish lets everybody see a table.
func (m *Mirror) publish(t *Table) {
	first := m.table.Swap(t) == nil
	if first {
		close(m.ready)
	}
	m.mu.Lock()
	close(m.reached)
	m.reached = make(chan struct{})
	m.mu.Unlock()
}

// save writes the snapshot if the table has moved on.
func (m *Mirror) save() error {
	if m.snapshot == "" || m.kept == m.writer.table.pos {
		return nil
	}
	name, _, err := m.source.Log(context.Background())
	if err != nil || name == "" {
		return err
	}
	if _, err = m.writer.Write(m.snapshot, name); err == nil {
		m.kept = m.writer.table.pos
	}
	return err
}

// saveMeanwhile is save by a mirror that goes on: without a snapshot it is only slower to start.
func (m *Mirror) saveMeanwhile() {
	if err := m.save(); err != nil {
		m.warn("the mirror's snapshot was not written", err)
	}
}

func (m *Mirror) warn(what string, err error) {
	if m.log != nil {
		m.log.Warn(what, "error", err.Error())
	}
}
