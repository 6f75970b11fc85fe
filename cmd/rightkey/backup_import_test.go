package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/synth/files"
)

// begun starts the import of a county's households and waits until a part of them is written.
func begun(t *testing.T, h *house, households int) registry.Import {
	t.Helper()
	ctx := context.Background()
	folder := t.TempDir()
	county := synthCommand{Out: folder, Seed: 2014, Households: households, Poor: -1}
	if _, err := county.makeFiles(io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := h.loadAreas(ctx, filepath.Join(folder, files.Areas), area.Load{Day: clock.Date(2000, 1, 1)}, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "households.map.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	mapping, err := registry.ParseMapping(text)
	if err != nil {
		t.Fatal(err)
	}
	im, err := h.upload(ctx, filepath.Join(folder, "households.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if im, err = h.start(ctx, im, mapping, false, registry.Stop); err != nil {
		t.Fatal(err)
	}
	for {
		j, err := h.jobs.Get(ctx, h.console(), im.Job)
		if err != nil || j.State.Ended() {
			t.Fatalf("the import ended before anybody looked: %s %v", j.State, err)
		}
		if j.Percent() > 50 { // the second half writes
			return im
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// worked opens a register, lets its jobs work while use looks at it, and stops.
func worked(t *testing.T, open func(context.Context) (*house, error), use func(h *house)) {
	t.Helper()
	ctx, halt := context.WithCancel(context.Background())
	h, err := open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ended := h.work(ctx, halt)
	use(h)
	ended()
	h.close()
}

// A copy that is taken while an import writes is a whole register: its journal verifies, and the import goes on in it
// and ends with every household, as it does in the register from which the copy was taken.
func TestABackupDuringAnImportIsAWholeRegisterInWhichTheImportGoesOn(t *testing.T) {
	const households = 3000
	p := place{Data: filepath.Join(t.TempDir(), "data")}
	to := filepath.Join(t.TempDir(), "copy")
	var im registry.Import
	worked(t, (&demoCommand{place: p}).open, func(h *house) {
		im = begun(t, h, households)
		if out, err := printed(&backupCommand{place: p, Out: to}); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		ends(t, h, im, households)
	})
	back := place{Data: filepath.Join(t.TempDir(), "back"), Keys: p.keyFile()}
	if out, err := printed(&restoreCommand{place: back, From: to}); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	worked(t, func(ctx context.Context) (*house, error) {
		h, err := openHouse(ctx, back, "")
		if err == nil && counted(t, h) >= households {
			t.Error("the copy was not taken in the middle of the import")
		}
		return h, err
	}, func(h *house) { ends(t, h, im, households) })
	if out, err := printed(&auditVerifyCommand{back}); err != nil {
		t.Errorf("verify the copy in which the import went on: %v\n%s", err, out)
	}
}

// ends waits for the end of an import and counts the households.
func ends(t *testing.T, h *house, im registry.Import, want int) {
	t.Helper()
	done, j, err := h.follow(context.Background(), im, io.Discard, "households")
	if err != nil || done.State != registry.Imported || int(j.Counts.Created) != want {
		t.Errorf("the import ended %s with %+v: %s %v", done.State, j.Counts, j.Error, err)
	}
	if there := counted(t, h); there != want {
		t.Errorf("%d households, want %d", there, want)
	}
}

func counted(t *testing.T, h *house) int {
	t.Helper()
	var n int
	if err := store.One(context.Background(), h.raw, "SELECT count(*) FROM household", nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
