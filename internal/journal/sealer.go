package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// How the log is sealed.
const (
	sealBatch       = 2048                   // events in one transaction
	sealPause       = 200 * time.Millisecond // between looks at a quiet journal
	sealLease       = 15 * time.Second       // how long a process that falls silent keeps others from sealing
	checkpointEvery = 5 * time.Minute
	checkpointAfter = 1000 // events
)

// Sealer gives committed events their positions, adds them to the Merkle tree and signs checkpoints. Of several
// processes on one database one seals.
type Sealer struct {
	j       *Journal
	notary  *Notary
	witness []*Witness
	holder  string

	mu      sync.Mutex // one step at a time
	tail    tail
	tree    frontier
	page    []byte // the hashes of the last page that is not full
	state   logState
	here    string // the server and database at work
	signed  Checkpoint
	refused error // why checkpoints are not signed

	told   sync.Mutex
	status Status
}

// Status is how the sealing stands, for health and metrics.
type Status struct {
	Size       int64      // sealed events
	CaughtUp   clock.Time // when nothing was left to seal for the last time
	Checkpoint Checkpoint // the last that was signed
	Refused    string     // why no checkpoints are signed, empty if they are
	Idle       bool       // another process seals
}

// logState is the row of log_state.
type logState struct {
	log         string
	size        int64
	floor       string
	incarnation string
	holder      string
	until       int64
	ver         int64
}

// NewSealer makes the sealer of this process. Each witness is told of every checkpoint.
func NewSealer(j *Journal, n *Notary, witnesses ...*Witness) *Sealer {
	holder, _ := crypt.NewToken()
	return &Sealer{j: j, notary: n, witness: witnesses, holder: holder}
}

// Run seals until ctx is done; then it seals what is committed and signs a last checkpoint.
func (s *Sealer) Run(ctx context.Context) {
	ticker := time.NewTicker(sealPause)
	defer ticker.Stop()
	for ctx.Err() == nil {
		n, err := s.Step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("seal the journal", "error", err)
		}
		if n == sealBatch && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealLease/3)
	defer cancel()
	if err := s.Finish(ending); err != nil {
		slog.Error("seal the journal before the end", "error", err)
	}
}

// Finish seals everything that is committed, signs a checkpoint and gives up the lease.
func (s *Sealer) Finish(ctx context.Context) error {
	for {
		n, err := s.Step(ctx)
		if err != nil {
			return err
		}
		if n < sealBatch {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.others() || s.tail == nil {
		return nil
	}
	err := s.checkpoint(ctx)
	return errors.Join(err, s.save(ctx, nil, 0, s.state.floor))
}

// Step seals at most a batch and signs a checkpoint if one is due. It returns how many events it sealed; 0 while
// another process seals.
func (s *Sealer) Step(ctx context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.step(ctx)
	if err != nil {
		s.tail = nil // what is in memory may be ahead of the database: begin from the database
	}
	s.tell(err == nil && n < sealBatch)
	return n, err
}

func (s *Sealer) step(ctx context.Context) (int, error) {
	if err := s.begin(ctx); err != nil || s.others() {
		return 0, err
	}
	events, floor, err := s.tail.next(ctx, sealBatch)
	if err != nil {
		return 0, err
	}
	now := int64(s.j.clock.Now())
	if len(events) > 0 || s.leaseEnds(now) {
		if err := s.save(ctx, events, now+sealLease.Microseconds(), floor); err != nil {
			return 0, err
		}
	}
	if s.due() {
		err = s.checkpoint(ctx)
	}
	return len(events), err
}

// others says that another process holds the lease.
func (s *Sealer) others() bool {
	return s.j.db.Engine() != store.SQLite && s.state.holder != s.holder && s.state.until > int64(s.j.clock.Now())
}

// leaseEnds says that the lease has to be renewed; the only process of a SQLite file needs none.
func (s *Sealer) leaseEnds(now int64) bool {
	return s.j.db.Engine() != store.SQLite && (s.state.holder != s.holder || s.state.until-now < sealLease.Microseconds()/2)
}

// begin reads the state of the log; where another process sealed since, the tree too.
func (s *Sealer) begin(ctx context.Context) error {
	seen := s.state.ver
	state, err := readState(ctx, s.j.db)
	if err != nil {
		return err
	}
	if state.log == "" {
		return s.found(ctx)
	}
	s.state = state
	if s.others() {
		s.tail = nil
		return nil
	}
	if s.tail != nil && state.ver == seen {
		return nil
	}
	return s.load(ctx)
}

// found gives a new log its number.
func (s *Sealer) found(ctx context.Context) error {
	token, _ := crypt.NewToken()
	err := s.j.db.Tx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE log_state SET log = $1, ver = ver + 1 WHERE id = 1 AND log = ''", token)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin the log: %w", err)
	}
	return s.begin(ctx)
}

func readState(ctx context.Context, q store.Querier) (logState, error) {
	var state logState
	err := store.One(ctx, q, "SELECT log, size, floor, incarnation, holder, until, ver FROM log_state WHERE id = 1", nil,
		&state.log, &state.size, &state.floor, &state.incarnation, &state.holder, &state.until, &state.ver)
	if err != nil {
		return state, fmt.Errorf("read the state of the log: %w", err)
	}
	return state, nil
}

// load reads what is needed to go on from the state.
func (s *Sealer) load(ctx context.Context) error {
	hashes := newPages(ctx, s.j.db)
	if err := s.tree.load(s.state.size, hashes); err != nil {
		return fmt.Errorf("load the tree of the log: %w", err)
	}
	grown, err := hashes.grow(tlog.StoredHashCount(s.state.size))
	if err != nil {
		return err
	}
	s.page = grown.bytes
	if s.here, err = incarnation(ctx, s.j.db); err != nil {
		return fmt.Errorf("name the server: %w", err)
	}
	s.tail = &rowTail{db: s.j.db}
	if s.j.db.Engine() == store.Postgres {
		s.tail = &xidTail{db: s.j.db, restored: s.here != s.state.incarnation, xid: s.state.floor, home: -1, id: -1}
	}
	if s.signed, err = lastCheckpoint(ctx, s.j.db, s.notary, s.state.log); err != nil {
		slog.Error("read the last checkpoint", "error", err)
	}
	s.refused = s.compare(hashes)
	return nil
}

// compare checks that the log still holds what the witnesses were told; a log that does not is not signed any more.
func (s *Sealer) compare(hashes *pages) error {
	for _, w := range s.witness {
		t, err := w.Of(s.state.log)
		if err != nil {
			return err
		}
		for _, c := range t.Valid {
			if c.Size > s.state.size {
				return fmt.Errorf("the witness saw %d events and the log has %d: an older database was put back, or its end was cut off", c.Size, s.state.size)
			}
		}
		if t.Last.Size == 0 {
			continue
		}
		root, err := tlog.TreeHash(t.Last.Size, hashes)
		if err != nil {
			return err
		}
		if root != t.Last.Root {
			return fmt.Errorf("the first %d events are not those that the witness saw", t.Last.Size)
		}
	}
	return nil
}

// save stores the positions and hashes of events and the new state, as one.
func (s *Sealer) save(ctx context.Context, events []Event, until int64, floor string) error {
	tree := s.tree
	grown := growth{first: tlog.StoredHashCount(tree.size) / pageSize, bytes: s.page}
	positions := make([][]any, len(events))
	for i, e := range events {
		leaf := e.Leaf()
		grown.add(tree.add(tlog.RecordHash(leaf[:])))
		positions[i] = []any{tree.size, e.Home, e.ID}
	}
	cut := grown.pages()
	now := int64(s.j.clock.Now())
	incarnation := s.here
	if t, ok := s.tail.(*xidTail); ok && t.restored {
		incarnation = s.state.incarnation // only when all that was put back is sealed
	}
	err := s.j.db.Tx(ctx, func(tx store.Tx) error {
		changed, err := tx.Exec(ctx, `UPDATE log_state SET size = $2, sealed = $3, floor = $4, incarnation = $5, holder = $6, until = $7, ver = ver + 1
			WHERE id = 1 AND ver = $1`, s.state.ver, tree.size, now, floor, incarnation, s.holder, until)
		if err != nil {
			return err
		}
		if changed != 1 {
			return fault.New(fault.Stale, "another process seals the journal")
		}
		if len(events) == 0 {
			return nil
		}
		if err := tx.Bulk(ctx, "event_pos", []string{"pos", "home", "id"}, positions); err != nil {
			return err
		}
		for page, hashes := range cut {
			if _, err := tx.Exec(ctx, "INSERT INTO log_page (page, hashes) VALUES ($1, $2) ON CONFLICT (page) DO UPDATE SET hashes = excluded.hashes", page, hashes); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seal %d events: %w", len(events), err)
	}
	s.tree = tree
	full := len(grown.bytes) / (pageSize * tlog.HashSize) * (pageSize * tlog.HashSize)
	s.page = append([]byte(nil), grown.bytes[full:]...)
	s.state.size, s.state.floor, s.state.incarnation, s.state.holder, s.state.until, s.state.ver = tree.size, floor, incarnation, s.holder, until, s.state.ver+1
	return nil
}

// due says whether enough was sealed, or enough time has passed, since the last checkpoint.
func (s *Sealer) due() bool {
	grown := s.tree.size - s.signed.Size
	return grown >= checkpointAfter || (grown > 0 && s.j.clock.Now().Sub(s.signed.At) >= checkpointEvery)
}

// checkpoint signs the log as it stands. Nothing is signed that contradicts what a witness was told before.
func (s *Sealer) checkpoint(ctx context.Context) error {
	if s.contradicted() || s.tree.size == s.signed.Size {
		return nil // a refusal is said once, in the status and the log of the operator
	}
	return s.publish(ctx, Checkpoint{Log: s.state.log, Size: s.tree.size, Root: s.tree.root(), At: s.j.clock.Now()})
}

// contradicted says that a witness was told of another log.
func (s *Sealer) contradicted() bool { return s.refused != nil }

// publish signs a checkpoint, tells the witnesses and then keeps it in the database too.
func (s *Sealer) publish(ctx context.Context, c Checkpoint) error {
	if err := store.One(ctx, s.j.db, "SELECT next FROM id_counter WHERE name = 'block'", nil, &c.Blocks); err != nil {
		return fmt.Errorf("read the next block of identifiers: %w", err)
	}
	for _, w := range s.witness {
		if err := w.Tell(c); err != nil {
			return fmt.Errorf("tell the witness: %w", err)
		}
	}
	signed, err := s.notary.Sign(c.Text())
	if err != nil {
		return err
	}
	err = s.j.db.Tx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO log_checkpoint (size, at, note) VALUES ($1, $2, $3) ON CONFLICT (size) DO UPDATE SET at = excluded.at, note = excluded.note", c.Size, int64(c.At), signed)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a checkpoint: %w", err)
	}
	s.signed = c
	return nil
}

func lastCheckpoint(ctx context.Context, q store.Querier, n *Notary, log string) (Checkpoint, error) {
	var signed string
	err := store.One(ctx, q, "SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1", nil, &signed)
	if errors.Is(err, store.ErrNoRows) {
		return Checkpoint{Log: log}, nil
	}
	if err != nil {
		return Checkpoint{Log: log}, err
	}
	return n.Checkpoint(signed)
}

// AcceptRestored seals what is stored and tells the witnesses that the log was put back: what they saw behind the last
// checkpoint that still holds is given up, and the log goes on from there. Only an operator who put a backup back calls
// it. It returns the checkpoint that still held and the one that was signed now.
func (s *Sealer) AcceptRestored(ctx context.Context) (kept, now Checkpoint, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tail = nil
	for n := sealBatch; n == sealBatch; {
		if n, err = s.step(ctx); err != nil {
			return kept, now, err
		}
	}
	if s.others() {
		return kept, now, fault.New(fault.Conflict, "another process works on the database; stop it first")
	}
	if kept, err = s.common(newPages(ctx, s.j.db)); err != nil {
		return kept, now, err
	}
	err = s.j.db.Tx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM log_checkpoint WHERE size > $1", kept.Size)
		return err
	})
	if err != nil {
		return kept, now, fmt.Errorf("give checkpoints up: %w", err)
	}
	if err := s.publish(ctx, kept); err != nil {
		return kept, now, err
	}
	s.refused = nil
	err = s.checkpoint(ctx)
	s.tell(true)
	return kept, s.signed, err
}

// common is the last checkpoint of the witnesses that the log as it stands still keeps.
func (s *Sealer) common(hashes *pages) (Checkpoint, error) {
	best := Checkpoint{Log: s.state.log, Restored: true, At: s.j.clock.Now()}
	var err error
	if best.Root, err = tlog.TreeHash(0, hashes); err != nil {
		return best, err
	}
	for _, w := range s.witness {
		t, err := w.Of(s.state.log)
		if err != nil {
			return best, err
		}
		for _, c := range t.Valid {
			if c.Size <= best.Size || c.Size > s.state.size {
				continue
			}
			root, err := tlog.TreeHash(c.Size, hashes)
			if err != nil {
				return best, err
			}
			if root == c.Root {
				best.Size, best.Root = c.Size, c.Root
			}
		}
	}
	return best, nil
}

// Status says how the sealing stands.
func (s *Sealer) Status() Status {
	s.told.Lock()
	defer s.told.Unlock()
	return s.status
}

// tell publishes the status; s.mu is held.
func (s *Sealer) tell(caughtUp bool) {
	s.told.Lock()
	defer s.told.Unlock()
	if s.refused != nil && s.status.Refused == "" {
		slog.Error("no checkpoints are signed: run rightkey audit verify", "reason", s.refused)
	}
	was := s.status.CaughtUp
	s.status = Status{Size: s.state.size, CaughtUp: was, Checkpoint: s.signed, Idle: s.others()}
	if caughtUp {
		s.status.CaughtUp = s.j.clock.Now()
	}
	if s.refused != nil {
		s.status.Refused = s.refused.Error()
	}
	s.j.sealed.tell(s.state.size)
}
