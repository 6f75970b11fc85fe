package journal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// Finding is what is wrong with a log, at the first position where it is.
type Finding struct {
	Pos  int64 // the first bad position
	To   int64 // where the position is known only to lie in a range: its end; else Pos
	What string
}

// String is the finding as the operator reads it.
func (f Finding) String() string {
	if f.To > f.Pos {
		return fmt.Sprintf("position %d (the change lies between %d and %d): %s", f.Pos, f.Pos, f.To, f.What)
	}
	return fmt.Sprintf("position %d: %s", f.Pos, f.What)
}

// Report is the outcome of a verification.
type Report struct {
	Log        string
	Size       int64      // sealed positions
	Last       clock.Time // time of the last sealed event
	Unsealed   int64      // events that have no position yet
	Erased     int64      // events whose body was erased, which the log says
	Checkpoint Checkpoint // the last in the database
	Witnessed  Checkpoint // the last that the witness was told
	Torn       int        // lines of the witness that a crash cut off
	Finding    *Finding   // nil if all is well
}

// Erased says which persons may lack the bodies of their events: those whose erasure was approved and written to the
// ledger outside the database.
type Erased func(home, subject int64) bool

// Verify reads the whole log and compares it with its tree, its checkpoints and what the witnesses were told. It
// stops at the first position at which anything was changed, deleted, moved or put in.
func Verify(ctx context.Context, q store.DB, n *Notary, erased Erased, witnesses ...*Witness) (Report, error) {
	return (&verifier{q: q, erased: erased}).run(ctx, n, witnesses)
}

// VerifyCopy is Verify for a backup: what the witnesses were told after it was made is lost and no finding. The report's
// Witnessed says how much that is.
func VerifyCopy(ctx context.Context, q store.DB, n *Notary, erased Erased, witnesses ...*Witness) (Report, error) {
	return (&verifier{q: q, erased: erased, copied: true}).run(ctx, n, witnesses)
}

func (v *verifier) run(ctx context.Context, n *Notary, witnesses []*Witness) (Report, error) {
	state, err := readState(ctx, v.q)
	if err != nil {
		return Report{}, err
	}
	v.state, v.hashes, v.report = state, newPages(ctx, v.q), Report{Log: state.log, Size: state.size}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return v.readCheckpoints(ctx, n) },
		func(context.Context) error { return v.readWitnesses(witnesses) },
		v.begin, v.walk, v.end, v.outside,
	} {
		if err := step(ctx); err != nil || v.report.Finding != nil {
			return v.report, err
		}
	}
	return v.report, nil
}

// byWitness says that a promise was made to a witness.
const byWitness = "the witness"

// promise is a checkpoint that the log has to keep.
type promise struct {
	Checkpoint
	by string
}

type verifier struct {
	q        store.DB
	state    logState
	erased   Erased
	copied   bool // the witnesses may know more
	hashes   *pages
	report   Report
	promises []promise
	tree     frontier
	kept     int64 // up to here a promise was kept
}

func (v *verifier) fail(pos, to int64, format string, args ...any) {
	if v.report.Finding == nil {
		v.report.Finding = &Finding{Pos: pos, To: to, What: fmt.Sprintf(format, args...)}
	}
}

func (v *verifier) readCheckpoints(ctx context.Context, n *Notary) error {
	type stored struct {
		size int64
		note string
	}
	rows, err := store.All(ctx, v.q, "SELECT size, note FROM log_checkpoint ORDER BY size", nil, func(r store.Rows, s *stored) error { return r.Scan(&s.size, &s.note) })
	if err != nil {
		return fmt.Errorf("read the checkpoints: %w", err)
	}
	before := int64(0)
	for _, row := range rows {
		c, signed := signedCheckpoint(n, row.note)
		if !signed || c.Size != row.size || c.Log != v.state.log {
			v.fail(before+1, row.size, "the checkpoint of %d events in the database is not one that was signed for this log", row.size)
			return nil
		}
		v.promises = append(v.promises, promise{c, "a checkpoint in the database"})
		v.report.Checkpoint, before = c, c.Size
	}
	return nil
}

// signedCheckpoint reads a checkpoint; false if the signature is not the notary's.
func signedCheckpoint(n *Notary, note string) (Checkpoint, bool) {
	c, err := n.Checkpoint(note)
	return c, err == nil
}

func (v *verifier) readWitnesses(witnesses []*Witness) error {
	for _, w := range witnesses {
		t, err := w.Of(v.state.log)
		if err != nil {
			return err
		}
		if len(t.Forged) > 0 {
			v.fail(1, 1, "line %d of the witness is not signed by this database's keys", t.Forged[0])
			return nil
		}
		if t.Last.Size == 0 && t.Strange {
			v.fail(1, 1, "the witness knows other logs, but no checkpoint of this one: another database was put in its place")
			return nil
		}
		if t.Last.Size < v.report.Checkpoint.Size {
			v.fail(t.Last.Size+1, v.report.Checkpoint.Size, "the witness lacks the checkpoint of %d events: its end was cut off", v.report.Checkpoint.Size)
			return nil
		}
		for _, c := range t.Valid {
			v.promises = append(v.promises, promise{c, byWitness})
		}
		v.report.Torn += t.Torn
		if t.Last.Size >= v.report.Witnessed.Size {
			v.report.Witnessed = t.Last
		}
	}
	return nil
}

// begin reads how far the log is sealed, after the checkpoints: the log may grow meanwhile.
func (v *verifier) begin(ctx context.Context) error {
	state, err := readState(ctx, v.q)
	v.state, v.report.Size = state, state.size
	return err
}

// walkBatch is how many events are read at once.
const walkBatch = 1000

// placed is an event at a position, as far as it is still there.
type placed struct {
	pos      int64
	home, id int64
	there    bool
	event    Event
	body     bool
	salt     []byte
	content  []byte
}

// The event is looked up from its position, so that a position without event is seen.
const walkQuery = `SELECT p.pos, p.home, p.id, CASE WHEN e.id IS NULL THEN 0 ELSE 1 END, CASE WHEN b.id IS NULL THEN 0 ELSE 1 END, b.salt, b.body,
 coalesce(e.home, 0), coalesce(e.id, 0), coalesce(e.cmd, 0), coalesce(e.at, 0), coalesce(e.account, 0), coalesce(e.role, ''), coalesce(e.place, ''),
 coalesce(e.why, ''), coalesce(e.kind, ''), coalesce(e.subject_kind, ''), coalesce(e.subject, 0), coalesce(e.area, 0), coalesce(e.valid_on, 0),
 coalesce(e.ver_before, 0), coalesce(e.ver_after, 0), e.commitment
 FROM event_pos p LEFT JOIN event e ON e.home = p.home AND e.id = p.id LEFT JOIN event_body b ON b.home = p.home AND b.id = p.id
 WHERE p.pos > $1 ORDER BY p.pos LIMIT $2`

func (v *verifier) walk(ctx context.Context) error {
	for last := int64(-1 << 62); ; {
		rows, err := store.All(ctx, v.q, walkQuery, []any{last, walkBatch}, func(r store.Rows, p *placed) error {
			var there, body int64
			err := r.Scan(append([]any{&p.pos, &p.home, &p.id, &there, &body, &p.salt, &p.content}, p.event.header()...)...)
			p.there, p.body = there == 1, body == 1
			return err
		})
		if err != nil {
			return fmt.Errorf("read the log after position %d: %w", last, err)
		}
		for _, p := range rows {
			if p.pos > v.state.size {
				return v.behind(ctx, p.pos)
			}
			if err := v.check(p); err != nil || v.report.Finding != nil {
				return err
			}
		}
		if len(rows) < walkBatch {
			return nil
		}
		last = rows[len(rows)-1].pos
	}
}

// behind looks at a position behind the end: the log may have grown since its end was read.
func (v *verifier) behind(ctx context.Context, pos int64) error {
	state, err := readState(ctx, v.q)
	if err == nil && pos > state.size {
		v.fail(pos, pos, "it lies behind the end of the sealed log (%d)", state.size)
	}
	return err
}

// check looks at one position, and at the promises that end there.
func (v *verifier) check(p placed) error {
	want := v.tree.size + 1
	if p.pos != want {
		if p.pos < want {
			v.fail(p.pos, p.pos, "the position does not count from 1")
			return nil
		}
		v.fail(want, want, "the position is missing (the next is %d)", p.pos)
		return nil
	}
	if !p.there {
		v.fail(want, want, "event %d was deleted", p.id)
		return nil
	}
	stored, ok, err := v.hashes.hash(tlog.StoredHashIndex(0, want-1))
	if err != nil {
		return err
	}
	leaf := p.event.Leaf()
	h := tlog.RecordHash(leaf[:])
	if !ok || stored != h {
		v.fail(want, want, "%s", v.elsewhere(h, want, ok))
		return nil
	}
	v.checkBody(p)
	return v.grow(h)
}

// elsewhere says why an event is not the one that was sealed at a position.
func (v *verifier) elsewhere(h tlog.Hash, pos int64, ok bool) string {
	if !ok {
		return "the hash of the sealed event was deleted"
	}
	for other := int64(1); other <= v.state.size; other++ {
		if stored, ok, err := v.hashes.hash(tlog.StoredHashIndex(0, other-1)); err == nil && ok && stored == h {
			return fmt.Sprintf("the event of position %d stands here: the order was changed", other)
		}
	}
	return "the event is not the one that was sealed here: its header or its commitment was changed"
}

func (v *verifier) checkBody(p placed) {
	e := p.event
	v.report.Last = max(v.report.Last, e.At)
	if !p.body {
		if v.erased == nil || !v.erased(e.Home, e.Subject) {
			v.fail(p.pos, p.pos, "the body of event %d was deleted, and there is no erasure of its subject", e.ID)
		}
		v.report.Erased++
		return
	}
	if sum := sha256.Sum256(append(bytes.Clone(p.salt), p.content...)); !bytes.Equal(sum[:], e.Commitment) {
		v.fail(p.pos, p.pos, "the body of event %d was changed", e.ID)
	}
}

// grow adds a leaf to the tree that is built anew, compares the hashes that are complete with it, and keeps the
// promises of that size.
func (v *verifier) grow(leaf tlog.Hash) error {
	at := v.tree.size
	for level, h := range v.tree.add(leaf) {
		stored, ok, err := v.hashes.hash(tlog.StoredHashIndex(level, at>>level))
		if err != nil {
			return err
		}
		if !ok || stored != h {
			v.fail(at+1, at+1, "a hash of the tree was changed")
			return nil
		}
	}
	for _, p := range v.promises {
		if p.Size != v.tree.size {
			continue
		}
		if p.Root != v.tree.root() {
			v.fail(v.kept+1, p.Size, "the log is not the one of which %s of %s speaks: it was written anew", p.by, p.At)
			return nil
		}
		v.kept = p.Size
	}
	return nil
}

// end compares the end of the log with what it should be.
func (v *verifier) end(context.Context) error {
	size := v.tree.size
	for _, p := range v.promises {
		if p.Size > size && !(v.copied && p.by == byWitness) {
			v.fail(size+1, size+1, "the log ends at %d, but %s of %s speaks of %d: its end was cut off, or an older database was put back", size, p.by, p.At, p.Size)
			return nil
		}
	}
	if size < v.state.size {
		v.fail(size+1, size+1, "the log ends at %d and was sealed up to %d: its end was cut off", size, v.state.size)
	}
	return nil
}

// outside counts the events without a position: those that are still to be sealed.
func (v *verifier) outside(ctx context.Context) error {
	err := store.One(ctx, v.q, "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id)", nil, &v.report.Unsealed)
	if err != nil {
		return fmt.Errorf("count the events without position: %w", err)
	}
	return v.putIn(ctx)
}

// The sealer takes events in the order in which they were stored, so one without a position that stands before a
// sealed one was put in later.
const (
	putInRows = `SELECT e.id, (SELECT min(p.pos) FROM event_pos p JOIN event n ON n.home = p.home AND n.id = p.id WHERE n.rowid > e.rowid) FROM event e
		WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id)
		AND e.rowid < (SELECT max(n.rowid) FROM event n JOIN event_pos p ON p.home = n.home AND p.id = n.id) ORDER BY e.rowid LIMIT 1`
	putInXids = `SELECT e.id, coalesce((SELECT min(p.pos) FROM event_pos p JOIN event n ON n.home = p.home AND n.id = p.id WHERE n.xid > e.xid), 0) FROM event e
		WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id) AND e.xid < CAST(CAST($1 AS text) AS xid8) ORDER BY e.xid LIMIT 1`
)

func (v *verifier) putIn(ctx context.Context) error {
	sql, args := putInRows, []any(nil)
	if v.q.Engine() == store.Postgres {
		here, err := incarnation(ctx, v.q)
		if err != nil {
			return err
		}
		if here != v.state.incarnation {
			return nil // put back from a dump and not opened yet: the numbers of transactions say nothing
		}
		sql, args = putInXids, []any{v.state.floor}
	}
	type stray struct{ id, pos int64 }
	found, err := store.All(ctx, v.q, sql, args, func(r store.Rows, s *stray) error { return r.Scan(&s.id, &s.pos) })
	if err != nil {
		return fmt.Errorf("look for events that were put in: %w", err)
	}
	for _, s := range found {
		v.fail(max(s.pos, 1), max(s.pos, 1), "event %d was put in before it after the log was sealed", s.id)
	}
	return nil
}
