package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// opened opens a register and closes it with the test.
func opened(t *testing.T, p place) *house {
	t.Helper()
	h, err := openHouse(context.Background(), p, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	return h
}

// clerk is somebody of the county office who is no account of the register.
func clerk(account int64, person string) access.Caller {
	return access.Caller{Account: account, Person: person, Name: person, Place: "test", Today: 20000, Grants: []access.Grant{{Role: "county-office", Range: access.Everywhere}}}
}

// eraseAna lets two persons erase the only person of the fixture.
func eraseAna(t *testing.T, h *house) {
	t.Helper()
	ctx := context.Background()
	if _, err := h.sealer.Step(ctx); err != nil {
		t.Fatal(err)
	}
	var id int64
	if err := store.One(ctx, h.raw, "SELECT id FROM person", nil, &id); err != nil {
		t.Fatal(err)
	}
	a, err := h.erasures.Ask(ctx, clerk(101, "first"), id, "own wish")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.approvals.Approve(ctx, clerk(102, "second"), a.ID, a.Ver, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.erasures.Erase(ctx, clerk(101, "first"), id, a.ID); err != nil {
		t.Fatal(err)
	}
}

// leased takes an identifier of a new block, as a start of the server does.
func leased(t *testing.T, h *house) int64 {
	t.Helper()
	id, err := h.ids.One(context.Background(), 7)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestABackupIsPutBackWithItsJournalItsErasuresAndFreshNumbers(t *testing.T) {
	for _, name := range []string{"copy", "copy.zip"} {
		t.Run(name, func(t *testing.T) {
			p := place{Data: t.TempDir(), Now: fixtureNow}
			fillFixture(t, p)
			h, err := openHouse(context.Background(), p, "")
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), name)
			if out, err := printed(&backupCommand{place: p, Out: to}); err != nil || !strings.Contains(out, "are not in it") { // while the register is open
				t.Fatalf("%v\n%s", err, out)
			}
			given := leased(t, h)
			eraseAna(t, h)
			if err := h.sealer.Finish(context.Background()); err != nil {
				t.Fatal(err)
			}
			h.close()
			for _, file := range []string{"rightkey.db", "rightkey.db-wal"} {
				if content, _ := os.ReadFile(filepath.Join(p.Data, file)); bytes.Contains(content, []byte("Ana Reef")) {
					t.Errorf("%s still holds the erased name", file)
				}
			}
			drilled, err := printed(&restoreCommand{place: p, From: to, Drill: true})
			if err != nil || !strings.Contains(drilled, "Erased again: 1 persons") || !strings.Contains(drilled, "nothing was changed") {
				t.Errorf("the drill: %v\n%s", err, drilled)
			}
			new := p
			new.Data = filepath.Join(t.TempDir(), "new")
			new.Keys = p.keyFile()
			out, err := printed(&restoreCommand{place: new, From: to})
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, want := range []string{"Erased again: 1 persons", "The journal is whole", "are lost", "Recovery time"} {
				if !strings.Contains(out, want) {
					t.Errorf("the restore does not say %q:\n%s", want, out)
				}
			}
			again := opened(t, new)
			if id := leased(t, again); id>>store.BlockBits <= given>>store.BlockBits {
				t.Errorf("block %d was given out before the restore, now %d", given>>store.BlockBits, id>>store.BlockBits)
			}
			nobody(t, again)
			if out, err := printed(&auditVerifyCommand{new}); err != nil {
				t.Errorf("verify after the restore: %v\n%s", err, out)
			}
			if _, err := printed(&auditVerifyCommand{p}); err == nil {
				t.Error("the database that was given up is still taken for the true one")
			}
		})
	}
}

// nobody says that the erased person is found by nothing, and that the household still counts him.
func nobody(t *testing.T, h *house) {
	t.Helper()
	ctx := context.Background()
	read, err := h.decide(access.HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.registry.List(ctx, read, registry.Filter{}, registry.Position{}, 10)
	if err != nil || len(list) != 1 || list[0].Members != 1 || list[0].HeadName != "" {
		t.Errorf("households %+v (%v)", list, err)
	}
	var n int64
	if err := store.One(ctx, h.raw, "SELECT (SELECT count(*) FROM person WHERE name <> '' OR id_tail <> '') + (SELECT count(*) FROM id_claim) + (SELECT count(*) FROM find_key)", nil, &n); err != nil || n != 0 {
		t.Errorf("%d traces of the erased person (%v)", n, err)
	}
}

func TestARestoreSaysWhatIsMissingOrWrong(t *testing.T) {
	p := place{Data: t.TempDir(), Now: fixtureNow}
	fillFixture(t, p)
	to := filepath.Join(t.TempDir(), "copy")
	if out, err := printed(&backupCommand{place: p, Out: to}); err != nil {
		t.Fatal(err, out)
	}
	if _, err := printed(&backupCommand{place: p, Out: to}); err == nil {
		t.Error("a backup was written over another")
	}
	if _, err := printed(&restoreCommand{place: p, From: to}); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("restored over a database: %v", err)
	}
	away := place{Data: filepath.Join(t.TempDir(), "data"), Now: fixtureNow}
	if _, err := printed(&restoreCommand{place: away, From: to}); err == nil || !strings.Contains(err.Error(), "key file") {
		t.Errorf("restored without keys: %v", err)
	}
	if out, err := printed(&restoreCommand{place: away, From: to, WithoutKeys: true}); err != nil || !strings.Contains(out, "WITHOUT KEYS") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		name  string
		spoil func(file string, content []byte)
	}{
		{"damaged", func(file string, content []byte) { content[len(content)/2] ^= 1; write(t, file, content) }},
		{"not a backup", func(string, []byte) { write(t, filepath.Join(to, backupManifest), []byte("{}")) }},
	} {
		file := filepath.Join(to, backupData)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(file, content)
		other := place{Data: filepath.Join(t.TempDir(), "data"), Keys: p.keyFile(), Now: fixtureNow}
		if _, err := printed(&restoreCommand{place: other, From: to}); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := os.Stat(other.address()); err == nil {
			t.Errorf("%s: a database was left behind", c.name)
		}
	}
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAPostgreSQLDumpIsPutBackAndGoesOn does what docs/OPERATING.md says. The dump's transaction numbers are moved
// far ahead, as those of an older server are: events after the restore must be sealed all the same, and once.
func TestAPostgreSQLDumpIsPutBackAndGoesOn(t *testing.T) {
	ctx := context.Background()
	p := place{Data: t.TempDir(), Database: storetest.PostgresURL(t), Now: fixtureNow}
	fillFixture(t, p)
	tamper(t, p, "UPDATE event SET xid = CAST(CAST(CAST(CAST(xid AS text) AS bigint) + 1000000000 AS text) AS xid8)", "UPDATE log_state SET floor = '2000000000', incarnation = 'another server'")
	dump := filepath.Join(t.TempDir(), "register.dump")
	runs(t, "pg_dump", "-Fc", "--no-owner", "-d", p.Database, "-f", dump)
	h, err := openHouse(ctx, p, "")
	if err != nil {
		t.Fatal(err)
	}
	given := leased(t, h)
	eraseAna(t, h)
	if err := h.sealer.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	h.close()
	back := p
	back.Database = storetest.EmptyPostgresURL(t)
	runs(t, "pg_restore", "--no-owner", "--exit-on-error", "-d", back.Database, dump)
	out, err := printed(&restoreCommand{place: back, Accept: true})
	if err != nil || !strings.Contains(out, "Erased again: 1 persons") {
		t.Fatalf("%v\n%s", err, out)
	}
	again := opened(t, back)
	if id := leased(t, again); id>>store.BlockBits <= given>>store.BlockBits {
		t.Errorf("block %d was given out before the restore, now %d", given>>store.BlockBits, id>>store.BlockBits)
	}
	nobody(t, again)
	before, err := again.journal.End(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.noteRestore(ctx, journal.Report{}); err != nil { // a new event
		t.Fatal(err)
	}
	for range 600 {
		if err := again.sealer.Finish(ctx); err != nil {
			t.Fatal(err)
		}
		if end, _ := again.journal.End(ctx); end > before {
			break
		}
		time.Sleep(100 * time.Millisecond) // transactions of the server's other databases hold it up
	}
	if end, err := again.journal.End(ctx); err != nil || end != before+1 {
		t.Errorf("sealed up to %d (%v) after a new event, want %d", end, err, before+1)
	}
	if out, err := printed(&auditVerifyCommand{back}); err != nil || !strings.Contains(out, "Not sealed:  0") {
		t.Errorf("verify after the restore: %v\n%s", err, out)
	}
}

func runs(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}
