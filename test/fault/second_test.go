package fault_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASecondProgramOnTheSameFileIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	p := prepare(t, scenarios[2], "")
	w := p.world.copied(t)
	first := w.serve(t)
	before := w.everything(t)
	pack := filepath.Join(root(), "internal/policy/testdata/ostania")
	commands := map[string][]string{
		"import": importing(p.files), "areas": {"areas", "load", filepath.Join(p.files, "areas.csv")}, "init": {"init", "--pack", pack},
		"serve": {"serve", "--second-factor", "offered", "--listen", "127.0.0.1:0"}, "demo": {"demo", "--load-only"},
	}
	for _, folder := range []*world{w, w.linkedFolder(t), w.linkedFile(t)} {
		for name, arguments := range commands {
			second := folder.start(t, arguments...)
			if err := second.wait(20 * time.Second); err == nil {
				t.Errorf("%s on a database in use ended well:\n%s", name, &second.out)
			}
			if said := second.out.String(); !strings.Contains(said, "is in use by another process") || strings.Contains(said, "panic") {
				t.Errorf("%s: no clear error:\n%s", name, said)
			}
		}
	}
	if after := w.everything(t); still(after) != still(before) {
		t.Errorf("the refused programs changed the database:\n%v\n%v", apart(before, after), apart(after, before))
	}
	if err := first.stop(); err != nil {
		t.Errorf("the first program stopped with %v\n%s", err, &first.out)
	}
	w.imports(t, p.files)
	w.endsAs(t, p)
}

func TestASecondProgramWorksAfterTheFirstWasKilled(t *testing.T) {
	t.Parallel()
	p := prepare(t, scenarios[2], "")
	w := p.world.copied(t)
	w.serve(t).kill()
	w.imports(t, p.files)
	w.endsAs(t, p)
}

// linkedFolder is the same world by a symbolic link to its folder.
func (w *world) linkedFolder(t *testing.T) *world {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(w.data, link); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, data: link}
}

// linkedFile is the same world by a symbolic link to its database file.
func (w *world) linkedFile(t *testing.T) *world {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"rightkey.db", "keys"} {
		if err := os.Symlink(filepath.Join(w.data, name), filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return &world{t: t, data: folder}
}

// everything is the register, and how many rows each table has.
func (w *world) everything(t *testing.T) string {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	lines := []string{register(t, db)}
	for _, table := range texts(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		lines = append(lines, table[0]+" "+one(t, db, "SELECT count(*) FROM "+table[0]))
	}
	return strings.Join(lines, "\n")
}

// still is everything but what the first program goes on with by itself: sealing, looking for problems and doubles, and
// freezing the figures of months.
func still(everything string) string {
	var lines []string
	for _, line := range strings.Split(everything, "\n") {
		table, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch table {
		case "event", "event_body", "event_pos", "id_block", "id_counter", "log_page", "log_state", "log_checkpoint", "problem_item", "quality_mark", "job", "meta",
			"month_end", "month_figure", "duplicate_pair", "duplicate_side":
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
