package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Who is the author of a command.
type Who struct {
	Account int64  // 0 is the program itself
	Role    string // the role by which the account acts
	Place   string // address or device
	Why     string // purpose, case or reason in words; never personal data
}

// Entry is one thing that happened to one subject.
type Entry struct {
	Kind        string // what happened, as "household.changed"
	SubjectKind string // "household", "person", "area", "account" …
	Subject     int64
	Home        int64
	Area        int64 // the subject's area on that day
	// ValidOn is the day on which the fact holds in the world; the command's day if nil.
	ValidOn   *clock.Day
	VerBefore int64
	VerAfter  int64
	// Body says what changed; it is encoded as JSON. nil is an empty body.
	Body any
	// Key is the data key under which the body is sealed; nil leaves it readable, for bodies without personal data.
	Key *crypt.DataKey
}

// Journal writes and reads events.
type Journal struct {
	db     store.DB
	ids    *store.Ids
	clock  clock.Clock
	sealed *progress
}

// New makes the journal of a database.
func New(db store.DB, ids *store.Ids, c clock.Clock) *Journal {
	return &Journal{db: db, ids: ids, clock: c, sealed: newProgress()}
}

// Ids gives out identifiers.
func (j *Journal) Ids() *store.Ids { return j.ids }

// Clock is the journal's clock.
func (j *Journal) Clock() clock.Clock { return j.clock }

// Command is one act of one author, possibly on many subjects. Its events are prepared before the transaction
// (sealing takes time) and appended in it; appending again after a rerun writes the same events.
type Command struct {
	ID  int64
	At  clock.Time
	who Who

	journal *Journal
	rows    [][]any
	bodies  [][]any
}

// Begin starts a command now.
func (j *Journal) Begin(ctx context.Context, who Who) (*Command, error) {
	id, err := j.ids.One(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("begin a command: %w", err)
	}
	return &Command{ID: id, At: j.clock.Now(), who: who, journal: j}, nil
}

// Note prepares the events of entries; nothing is stored before Append.
func (c *Command) Note(ctx context.Context, entries ...Entry) error {
	perHome := map[int64][]int64{}
	for _, e := range entries {
		perHome[e.Home] = append(perHome[e.Home], 0)
	}
	for home, want := range perHome {
		ids, err := c.journal.ids.Take(ctx, home, len(want))
		if err != nil {
			return err
		}
		perHome[home] = ids
	}
	salts := make([]byte, 16*len(entries))
	if _, err := rand.Read(salts); err != nil {
		return err
	}
	for i, e := range entries {
		id := perHome[e.Home][0]
		perHome[e.Home] = perHome[e.Home][1:]
		if err := c.note(id, e, salts[16*i:16*(i+1)]); err != nil {
			return fmt.Errorf("prepare event %s: %w", e.Kind, err)
		}
	}
	return nil
}

func (c *Command) note(id int64, e Entry, salt []byte) error {
	body := []byte("{}")
	if e.Body != nil {
		var err error
		if body, err = encode(e.Body); err != nil {
			return err
		}
	}
	sealedFor := int64(0)
	if e.Key != nil {
		body = crypt.Seal(*e.Key, body, bodyPlace(id))
		sealedFor = e.Subject
	}
	day := c.At.Day(time.UTC)
	if e.ValidOn != nil {
		day = *e.ValidOn
	}
	commitment := sha256.Sum256(append(bytes.Clone(salt), body...))
	c.rows = append(c.rows, []any{e.Home, id, c.ID, int64(c.At), c.who.Account, c.who.Role, c.who.Place, c.who.Why,
		e.Kind, e.SubjectKind, e.Subject, e.Area, int64(day), e.VerBefore, e.VerAfter, commitment[:]})
	c.bodies = append(c.bodies, []any{e.Home, id, sealedFor, salt, body})
	return nil
}

// encode writes JSON without HTML escaping: bodies are data, and escaping would triple the size of some scripts.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func bodyPlace(id int64) crypt.Place {
	return crypt.Place{Table: "event_body", Column: "body", Row: id}
}

var eventColumns = []string{"home", "id", "cmd", "at", "account", "role", "place", "why", "kind", "subject_kind", "subject", "area", "valid_on", "ver_before", "ver_after", "commitment"}
var bodyColumns = []string{"home", "id", "subject", "salt", "body"}

// Append stores the prepared events in the command's transaction.
func (c *Command) Append(ctx context.Context, tx store.Tx) error {
	if err := tx.Bulk(ctx, "event", eventColumns, c.rows); err != nil {
		return fmt.Errorf("append events: %w", err)
	}
	if err := tx.Bulk(ctx, "event_body", bodyColumns, c.bodies); err != nil {
		return fmt.Errorf("append event bodies: %w", err)
	}
	return nil
}

// Len is the number of prepared events.
func (c *Command) Len() int { return len(c.rows) }

// Event is a stored event. Body is nil when it was sealed and no key is at hand, or erased.
type Event struct {
	Pos                 int64 // position in the sealed log, from 1; 0 where it was not read
	Home, ID, Cmd       int64
	At                  clock.Time
	Who                 Who
	Kind, SubjectKind   string
	Subject, Area       int64
	ValidOn             clock.Day
	VerBefore, VerAfter int64
	Commitment          []byte
	Sealed              bool
	Erased              bool
	Body                json.RawMessage
}

// Columns and tables of a query that Scan reads; conditions follow. The event is aliased e.
const Select = "SELECT " + headerColumns + `, coalesce(b.subject, -1), b.salt, b.body
 FROM event e LEFT JOIN event_body b ON b.home = e.home AND b.id = e.id`

// Scan reads one row of Select, opens a sealed body with key (nil if there is none at hand) and checks the commitment.
func Scan(rows store.Rows, key func(home, subject int64) (*crypt.DataKey, error)) (Event, error) {
	var e Event
	var sealedFor int64
	var salt, body []byte
	if err := rows.Scan(append(e.header(), &sealedFor, &salt, &body)...); err != nil {
		return e, err
	}
	if sealedFor < 0 {
		e.Erased = true
		return e, nil
	}
	if sum := sha256.Sum256(append(bytes.Clone(salt), body...)); !bytes.Equal(sum[:], e.Commitment) {
		return e, fault.New(fault.Internal, "event %d does not match its commitment: the journal was tampered with", e.ID)
	}
	if sealedFor == 0 {
		e.Body = body
		return e, nil
	}
	e.Sealed = true
	if key == nil {
		return e, nil
	}
	opener, err := key(e.Home, sealedFor)
	if errors.Is(err, ErrErased) {
		e.Erased = true
		return e, nil
	}
	if err != nil {
		return e, err
	}
	if opener == nil {
		return e, nil
	}
	if e.Body, err = crypt.Open(*opener, body, bodyPlace(e.ID)); err != nil {
		return e, fmt.Errorf("open event %d: %w", e.ID, err)
	}
	return e, nil
}

// Leaf is the Merkle leaf of an event: H(header ‖ commitment), the header in a fixed binary form.
func (e Event) Leaf() [32]byte {
	var b []byte
	for _, n := range []int64{e.Home, e.ID, e.Cmd, int64(e.At), e.Who.Account, e.Subject, e.Area, int64(e.ValidOn), e.VerBefore, e.VerAfter} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, text := range []string{e.Who.Role, e.Who.Place, e.Who.Why, e.Kind, e.SubjectKind} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
		b = append(b, text...)
	}
	return sha256.Sum256(append(b, e.Commitment...))
}
