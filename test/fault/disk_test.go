package fault_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rightkey/internal/testdata"
)

// roomless is what people read when the disk is full.
const roomless = "the disk is full; nothing of this step was saved"

// smallDisk is a file system of its own of so many bytes, in memory.
func smallDisk(t *testing.T, size int64) string {
	t.Helper()
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		if testdata.Required() {
			t.Fatalf("a small disk is required: run the tests with the right to mount one (%v)", err)
		}
		t.Skipf("1 test skipped: a small disk needs the right to mount one (%v)", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	return folder
}

// onDisk is a copy of a SQLite world on a small disk.
func (w *world) onDisk(t *testing.T, size int64) *world {
	t.Helper()
	c := &world{t: t, data: filepath.Join(smallDisk(t, size), "data")}
	copyFolder(t, w.data, c.data)
	return c
}

// fill leaves only so many bytes free; the returned function frees the rest again.
func (w *world) fill(t *testing.T, leave int64) (free func()) {
	t.Helper()
	name := filepath.Join(filepath.Dir(w.data), "ballast")
	var disk syscall.Statfs_t
	if err := syscall.Statfs(w.data, &disk); err != nil {
		t.Fatal(err)
	}
	if n := int64(disk.Bavail)*disk.Bsize - leave; n > 0 {
		if err := os.WriteFile(name, make([]byte, n), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) { // somebody else may fill it first
			t.Fatal(err)
		}
	}
	return func() { os.Remove(name) }
}

func TestAnImportOnAFullDiskSaysSoAndGoesOnWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	p := prepare(t, scenarios[1], "")
	ends := map[string]int{}
	for _, room := range []int64{60, 250, 500, 900, 1300, 1800, 2400, 3200} {
		t.Run(fmt.Sprint(room, "KB"), func(t *testing.T) {
			w := p.world.onDisk(t, 64<<20)
			free := w.fill(t, room<<10)
			importer := w.start(t, importing(p.files)...)
			for began := time.Now(); !importer.over() && !strings.Contains(importer.out.String(), roomless); time.Sleep(10 * time.Millisecond) {
				if time.Since(began) > patience {
					t.Fatalf("neither an end nor an error:\n%s", &importer.out)
				}
			}
			at := w.inspect(t, p)
			ends[at]++
			t.Logf("%d KB were used up at %q", room, at)
			if importer.over() {
				w.refused(t, p, importer, free)
				return
			}
			time.Sleep(1500 * time.Millisecond) // it tries again and finds no room again
			w.inspect(t, p)
			free()
			if err := importer.wait(patience); err != nil {
				t.Errorf("with room again the import ended with %v\n%s", err, &importer.out)
			}
			w.endsAs(t, p)
		})
	}
	t.Logf("the disk was full at: %v", ends)
}

// refused is an import that had no room to begin: an error, and the same command again once there is room.
func (w *world) refused(t *testing.T, p *prepared, importer *process, free func()) {
	t.Helper()
	if importer.err == nil {
		t.Fatalf("the disk was not full:\n%s", &importer.out)
	}
	if said := importer.out.String(); !strings.Contains(said, roomless) || strings.Contains(said, "panic") || strings.Contains(said, "another process") {
		t.Errorf("no clear error:\n%s", said)
	}
	free()
	w.goOn(t, p)
}

func TestEditsOnAFullDiskAreRefusedAndTheSameProcessGoesOnWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	w := prepare(t, scenarios[1], "").world.onDisk(t, 64<<20)
	driver := w.edits(t)
	count := func() int { return strings.Count(driver.out.String(), "\nack ") }
	refused := func() int { return strings.Count(driver.out.String(), "\nerr ") }
	until := func(what string, is func() bool) {
		t.Helper()
		for began := time.Now(); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > patience || driver.over() {
				t.Fatalf("waited in vain for %s:\n%s", what, lastLines(driver.out.String()))
			}
		}
	}
	for range 3 {
		before := count()
		until("an answer", func() bool { return count() > before+20 })
		refusals := refused()
		free := w.fill(t, 0)
		until("a refusal", func() bool { return refused() > refusals+editors })
		full := count()
		time.Sleep(200 * time.Millisecond)
		free()
		until("an answer after there was room again", func() bool { return count() > full+20 })
	}
	driver.kill()
	b := read(t, driver.out.String())
	if b.odd != "" {
		t.Errorf("an error that says nothing to a client: %s", b.odd)
	}
	for _, line := range b.errors {
		if !strings.Contains(line, roomless) {
			t.Errorf("no clear error: %s", line)
		}
	}
	t.Logf("%d answers, %d refusals for want of room", b.answers, len(b.errors))
	w.keeps(t, b)
}

func lastLines(text string) string { return text[max(0, len(text)-2000):] }
