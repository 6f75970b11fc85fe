package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

var ctx = context.Background()

// events reads the events of a subject.
func events(t *testing.T, s *stand.Stand, subject int64) ([]journal.Event, error) {
	t.Helper()
	rows, err := s.Raw.Query(ctx, journal.Select+" WHERE e.subject = $1 ORDER BY e.id", subject)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []journal.Event
	opened := map[int64]crypt.DataKey{}
	if key, err := s.Keys.Of(ctx, 5, subject); err == nil {
		opened[subject] = key
	}
	for rows.Next() {
		e, err := journal.Scan(rows, func(_, subject int64) (*crypt.DataKey, error) {
			key, ok := opened[subject]
			if !ok {
				return nil, journal.ErrErased
			}
			return &key, nil
		})
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, rows.Err()
}

func exec(t *testing.T, s *stand.Stand, sql string, args ...any) {
	t.Helper()
	if err := s.Raw.Tx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

// record stores one sealed event about a new subject.
func record(t *testing.T, s *stand.Stand) (subject int64) {
	t.Helper()
	subject, err := s.Ids.One(ctx, 5)
	if err != nil {
		t.Fatal(err)
	}
	key := s.Keys.Make(5, subject)
	if err := s.Raw.Tx(ctx, func(tx store.Tx) error { return journal.StoreKeys(ctx, tx, []journal.NewKey{key}) }); err != nil {
		t.Fatal(err)
	}
	err = s.Journal.Record(ctx, journal.Who{Account: 3, Role: "county-office", Place: "127.0.0.1", Why: "visit"},
		journal.Entry{Kind: "person.changed", SubjectKind: "person", Subject: subject, Home: 5, Area: 11, VerBefore: 1, VerAfter: 2, Key: &key.Key, Body: map[string]string{"name": "Ana Reef <b>"}})
	if err != nil {
		t.Fatal(err)
	}
	return subject
}

func TestAnEventIsReadBackAndItsBodyIsSealedInTheDatabase(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		subject := record(t, s)
		found, err := events(t, s, subject)
		if err != nil || len(found) != 1 {
			t.Fatalf("%v %v", found, err)
		}
		e := found[0]
		var body map[string]string
		if err := json.Unmarshal(e.Body, &body); err != nil || body["name"] != "Ana Reef <b>" || !e.Sealed || e.At != s.Clock.Now() || e.Who.Account != 3 {
			t.Errorf("event %+v, body %s (%v)", e, e.Body, err)
		}
		var stored []byte
		if err := store.One(ctx, s.Raw, "SELECT body FROM event_body WHERE id = $1", []any{e.ID}, &stored); err != nil || strings.Contains(string(stored), "Ana") {
			t.Errorf("the stored body is %q (%v)", stored, err)
		}
	})
}

func TestAnErasedKeyLeavesTheEventVerifiableWithoutItsBody(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		subject := record(t, s)
		before, err := events(t, s, subject)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s, "DELETE FROM data_key WHERE subject = $1", subject)
		s.Keys.Forget(subject)
		keyless, err := events(t, s, subject)
		if err != nil || !keyless[0].Erased || keyless[0].Body != nil || keyless[0].Leaf() != before[0].Leaf() {
			t.Errorf("without its key: %+v (%v)", keyless, err)
		}
		exec(t, s, "DELETE FROM event_body WHERE subject = $1", subject)
		bodyless, err := events(t, s, subject)
		if err != nil || !bodyless[0].Erased || bodyless[0].Leaf() != before[0].Leaf() {
			t.Errorf("without its body: %+v (%v)", bodyless, err)
		}
		if _, err := s.Keys.Of(ctx, 5, subject); !errors.Is(err, journal.ErrErased) {
			t.Errorf("the key: %v, want erased", err)
		}
	})
}

func TestAChangedBodyOrHeaderIsNoticed(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		subject := record(t, s)
		before, err := events(t, s, subject)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s, "UPDATE event SET account = 4 WHERE subject = $1", subject)
		after, err := events(t, s, subject)
		if err != nil || after[0].Leaf() == before[0].Leaf() {
			t.Errorf("another author has the same leaf (%v)", err)
		}
		exec(t, s, "UPDATE event_body SET salt = $2 WHERE subject = $1", subject, []byte("0123456789abcdef"))
		if _, err := events(t, s, subject); !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "tampered") {
			t.Errorf("another salt: %v", err)
		}
	})
}

func TestACommandIsStoredWithItsTransactionOrNotAtAll(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		c, err := s.Journal.Begin(ctx, journal.Who{Account: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Note(ctx, journal.Entry{Kind: "a", Subject: 1}, journal.Entry{Kind: "b", Subject: 2, Home: 9}); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused on purpose")
		err = s.Raw.Tx(ctx, func(tx store.Tx) error {
			if err := c.Append(ctx, tx); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		var n int64
		if err := store.One(ctx, s.Raw, "SELECT count(*) FROM event", nil, &n); err != nil || n != 0 {
			t.Errorf("%d events of an undone command (%v)", n, err)
		}
		if err := s.Raw.Tx(ctx, func(tx store.Tx) error { return c.Append(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		if err := store.One(ctx, s.Raw, "SELECT count(*) FROM event WHERE cmd = $1", []any{c.ID}, &n); err != nil || n != 2 {
			t.Errorf("%d events after the rerun (%v), want 2", n, err)
		}
	})
}
