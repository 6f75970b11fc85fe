// Package stand puts up the foundation for tests: a fresh database of each engine with identifiers, journal, keys,
// policy packs and areas of a small made-up county, at a fixed time.
package stand

import (
	"context"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/internal/table"
)

// Stand is a foundation to test on.
type Stand struct {
	Raw     store.DB
	DB      *access.DB
	Clock   *clock.Still
	Ids     *store.Ids
	Journal *journal.Journal
	Keys    *journal.Keys
	Areas   *area.Service
	Today   clock.Day

	sealer *journal.Sealer
}

// Start is the moment at which a stand's clock begins.
var Start = clock.Date(2014, 12, 31).Start(time.UTC) + 9*3600*1_000_000

// Each runs test on a fresh stand of each engine; widths are the levels of its areas, as "2-2-2-3-3".
func Each(t *testing.T, widths string, test func(t *testing.T, s *Stand)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db store.DB) { test(t, New(t, db, widths)) })
}

// New puts up a stand on a database.
func New(t testing.TB, db store.DB, widths string) *Stand {
	t.Helper()
	ctx := context.Background()
	s := &Stand{Raw: db, DB: access.Guard(db), Clock: clock.Fixed(Start), Today: clock.Date(2014, 12, 31)}
	var err error
	if s.Ids, err = store.OpenIds(ctx, db, func() int64 { return int64(s.Clock.Now()) }); err != nil {
		t.Fatal(err)
	}
	s.Journal = journal.New(db, s.Ids, s.Clock)
	s.Keys = journal.NewKeys(crypt.NewKeyring(), db)
	scheme, err := area.ParseScheme(widths)
	if err != nil {
		t.Fatal(err)
	}
	s.Areas = area.NewService(s.DB, s.Journal, scheme)
	return s
}

// Caller is somebody with roles; each grant is "role@area key" or "role" for everywhere.
func (s *Stand) Caller(account int64, person string, grants ...string) access.Caller {
	c := access.Caller{Account: account, Person: person, Name: person, Place: "127.0.0.1", Today: s.Today}
	for _, text := range grants {
		role, at, limited := strings.Cut(text, "@")
		g := access.Grant{Role: role, Range: access.Everywhere}
		if limited {
			for _, digit := range at {
				g.Area = g.Area*10 + int64(digit-'0')
			}
			g.Range = s.Areas.Scheme().Range(g.Area)
		}
		c.Grants = append(c.Grants, g)
	}
	return c
}

// Scope decides for the caller, or fails the test.
func Scope(t testing.TB, c access.Caller, verb access.Verb) access.Scope {
	t.Helper()
	scope, err := access.Decide(c, verb)
	if err != nil {
		t.Fatalf("decide %s: %v", verb, err)
	}
	return scope
}

// LoadAreas registers areas given as CSV text.
func (s *Stand) LoadAreas(t testing.TB, csv string) area.Report {
	t.Helper()
	r, err := table.NewCSV(strings.NewReader(csv), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := Scope(t, s.Caller(1, "setup", "administrator"), access.AreaEdit)
	report, err := s.Areas.LoadFile(context.Background(), scope, r, area.Load{Day: clock.Date(2000, 1, 1), Skip: true})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// Seal gives every event its position in the journal, as a process does at work.
func (s *Stand) Seal(t testing.TB) {
	t.Helper()
	if s.sealer == nil {
		notary, err := journal.NewNotary(s.Keys.Ring())
		if err != nil {
			t.Fatal(err)
		}
		s.sealer = journal.NewSealer(s.Journal, notary)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		if err := s.sealer.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int64
		if err := store.One(t.Context(), s.Raw, "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id)", nil, &left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) { // other databases of a shared server may hold the sealing up
			t.Fatalf("%d events are not sealed", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
