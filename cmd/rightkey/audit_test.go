package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// eachPlace runs test on a small register of each engine, which nobody has open.
func eachPlace(t *testing.T, test func(t *testing.T, p place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		p := place{Data: t.TempDir(), Now: fixtureNow}
		fillFixture(t, p)
		test(t, p)
	})
	t.Run("postgres", func(t *testing.T) {
		p := place{Data: t.TempDir(), Database: storetest.PostgresURL(t), Now: fixtureNow}
		fillFixture(t, p)
		test(t, p)
	})
}

// printed runs a command and returns what it prints.
func printed(command interface{ Run(*kong.Kong) error }) (string, error) {
	var out bytes.Buffer
	err := command.Run(&kong.Kong{Stdout: &out, Stderr: &out})
	return out.String(), err
}

// tamper changes a database behind the program's back.
func tamper(t *testing.T, p place, statements ...string) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{URL: p.address()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, sql := range statements {
		if err := db.Tx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, sql); return err }); err != nil {
			t.Fatal(sql, ": ", err)
		}
	}
}

func TestAuditVerifyTellsAWholeJournalFromOneThatWasChanged(t *testing.T) {
	eachPlace(t, func(t *testing.T, p place) {
		out, err := printed(&auditVerifyCommand{p})
		if err != nil || !strings.Contains(out, "The journal is whole") || !strings.Contains(out, "rightkey.witness, told of") {
			t.Fatalf("a journal that nobody touched: %v\n%s", err, out)
		}
		tamper(t, p, "UPDATE event SET account = 77 WHERE (home, id) IN (SELECT home, id FROM event_pos WHERE pos = 2)")
		if _, err := printed(&auditVerifyCommand{p}); err == nil || !strings.Contains(err.Error(), "position 2") {
			t.Errorf("a changed header: %v, want position 2", err)
		}
		tamper(t, p, "UPDATE event SET account = 0 WHERE (home, id) IN (SELECT home, id FROM event_pos WHERE pos = 2)")
		if err := os.Remove(p.beside("witness")); err != nil {
			t.Fatal(err)
		}
		if _, err := printed(&auditVerifyCommand{p}); err == nil || !strings.Contains(err.Error(), "witness") {
			t.Errorf("a witness that is gone: %v", err)
		}
	})
}

func TestTheJournalIsVerifiedWhileAServerWorksWithIt(t *testing.T) {
	p := place{Data: t.TempDir(), Now: fixtureNow}
	fillFixture(t, p)
	h, err := openHouse(context.Background(), p, "")
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	if out, err := printed(&auditVerifyCommand{p}); err != nil || !strings.Contains(out, "whole") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := printed(&auditKeyCommand{p}); err != nil || !strings.HasPrefix(out, "rightkey-") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestVerifyingWithoutItsKeysSaysSo(t *testing.T) {
	p := place{Data: t.TempDir(), Now: fixtureNow}
	fillFixture(t, p)
	p.Keys = filepath.Join(t.TempDir(), "none.keys")
	if _, err := printed(&auditVerifyCommand{p}); err == nil || !strings.Contains(err.Error(), "key file") {
		t.Errorf("verified without keys: %v", err)
	}
}
