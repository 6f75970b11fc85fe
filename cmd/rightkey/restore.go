package main

import (
	archive "archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// restoreCommand is "rightkey restore".
type restoreCommand struct {
	place
	From        string `placeholder:"PATH" help:"The backup: its folder or its zip file."`
	Drill       bool   `help:"Only try: restore into a temporary folder, check everything, and take it away again."`
	Accept      bool   `help:"The database was put back by other means (pg_restore, a copied file): take note of it."`
	WithoutKeys bool   `help:"Restore although the key file is missing. Nobody's sealed data can be opened then."`
}

// Help is shown by --help.
func (restoreCommand) Help() string {
	return `Puts a backup back into an empty data folder. Put the key file, the witness and the list of erasures at their places
first (--keys). It checks the manifest, the rows, and the journal against what the witness was told; erases again who
was erased after the backup; leaves out the numbers that were given out since; ends all sessions; and says how much is
lost and how long it took.

Examples:
  rightkey restore --from backups/2026-11-22.zip --data ./register --keys keys/rightkey.keys
  rightkey restore --from backups/2026-11-22.zip --keys keys/rightkey.keys --drill
  rightkey restore --accept --database postgres://… --keys keys/rightkey.keys`
}

// Run restores.
func (c *restoreCommand) Run(app *kong.Kong) error {
	ctx := context.Background()
	began := time.Now()
	if c.Accept {
		return c.accept(ctx, app.Stdout, began, "")
	}
	if c.From == "" {
		return fault.New(fault.Invalid, "say what to restore (--from), or that it was put back already (--accept)")
	}
	if c.Database != "" {
		return fault.New(fault.Invalid, "a PostgreSQL database is put back with pg_restore, then: rightkey restore --accept; docs/OPERATING.md says how")
	}
	if c.Drill {
		return c.drill(ctx, app.Stdout, began)
	}
	return c.restore(ctx, app.Stdout, began)
}

// drill restores into a temporary folder, beside copies of what lies outside the database.
func (c *restoreCommand) drill(ctx context.Context, to io.Writer, began time.Time) error {
	folder, err := os.MkdirTemp("", "rightkey-drill-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	trial := *c
	trial.Data, trial.Keys = filepath.Join(folder, "data"), filepath.Join(folder, "keys", "rightkey.keys")
	trial.Witness = nil
	if err := os.MkdirAll(filepath.Dir(trial.Keys), 0o700); err != nil {
		return err
	}
	copies := map[string]string{c.keyFile(): trial.Keys, c.beside("erasures"): trial.beside("erasures")}
	files := c.Witness
	if len(files) == 0 {
		files = []string{c.beside("witness")}
	}
	for i, file := range files {
		name := fmt.Sprintf("%s-%d", trial.beside("witness"), i)
		copies[file], trial.Witness = name, append(trial.Witness, name)
	}
	for from, name := range copies {
		if err := copyFile(from, name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("copy %s for the drill: %w", filepath.Base(from), err)
		}
	}
	if err := trial.restore(ctx, to, began); err != nil {
		return fmt.Errorf("the drill failed: %w", err)
	}
	_, err = fmt.Fprintln(to, "This was a drill: nothing was changed, and what was restored is gone again.")
	return err
}

// copyFile copies a file that only its owner may read.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if err == nil {
		err = target.Sync()
	}
	return errors.Join(err, target.Close())
}

// restore puts a backup back.
func (c *restoreCommand) restore(ctx context.Context, to io.Writer, began time.Time) error {
	if err := c.empty(); err != nil {
		return err
	}
	keys := true
	if _, err := os.Stat(c.keyFile()); errors.Is(err, os.ErrNotExist) {
		if !c.WithoutKeys {
			return fault.New(fault.NotFound, "the key file %s is missing: without it nobody's sealed data can be opened, no signature be checked and no erasure be repeated. Put it there, or restore --without-keys", c.keyFile())
		}
		keys = false
	}
	m, err := c.unpack()
	if err != nil {
		return err
	}
	if err := c.compare(ctx, m); err != nil {
		return err
	}
	fmt.Fprintf(to, "Backup of %s: %d bytes, SHA-256 as in the manifest, rows of %d tables as counted.\n", m.Made, m.Size, len(m.Rows))
	if !keys {
		_, err = fmt.Fprintf(to, "WITHOUT KEYS: sealed data stay closed, signatures and erasures were not checked. Put the key file named %s at %s, then run: rightkey restore --accept\n", m.Keys, c.keyFile())
		return err
	}
	return c.accept(ctx, to, began, m.Log)
}

// empty says whether the data folder has room for a database; the folder of the keys may be there.
func (c *restoreCommand) empty() error {
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(filepath.Dir(c.keyFile())) {
			return fault.New(fault.Conflict, "the data folder %s is not empty (%s); a backup is restored into an empty one", c.Data, e.Name())
		}
	}
	return os.MkdirAll(c.Data, 0o750)
}

// unpack brings the database of the backup to its place, if it is the one of the manifest.
func (c *restoreCommand) unpack() (manifest, error) {
	var m manifest
	open, done, err := opener(c.From)
	if err != nil {
		return m, fmt.Errorf("open the backup: %w", err)
	}
	defer done()
	text, err := open(backupManifest)
	if err != nil {
		return m, fmt.Errorf("open the backup's manifest: %w", err)
	}
	err = json.NewDecoder(text).Decode(&m)
	text.Close()
	if err != nil || m.Format != backupFormat {
		return m, fault.New(fault.Invalid, "%s is not a backup", c.From)
	}
	data, err := open(backupData)
	if err != nil {
		return m, fmt.Errorf("open the backup's database: %w", err)
	}
	defer data.Close()
	arriving := c.address() + ".arriving"
	file, err := os.OpenFile(arriving, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return m, err
	}
	defer os.Remove(arriving) // nothing is there once it has its name
	_, err = io.Copy(file, data)
	if err = errors.Join(err, file.Close()); err != nil {
		return m, fmt.Errorf("copy the database: %w", err)
	}
	size, sum, err := digest(arriving)
	if err != nil {
		return m, err
	}
	if size != m.Size || sum != m.SHA256 {
		return m, fault.New(fault.Invalid, "the backup is damaged: its database is not the one of its manifest (SHA-256 %s, not %s)", sum, m.SHA256)
	}
	return m, os.Rename(arriving, c.address())
}

// opener opens the files of a backup, which is a folder or a zip file.
func opener(path string) (open func(name string) (io.ReadCloser, error), done func(), err error) {
	if !strings.HasSuffix(path, ".zip") {
		return func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(path, name)) }, func() {}, nil
	}
	packed, err := archive.OpenReader(path)
	if err != nil {
		return nil, nil, err
	}
	return func(name string) (io.ReadCloser, error) { return packed.Open(name) }, func() { packed.Close() }, nil
}

// compare counts the restored rows.
func (c *restoreCommand) compare(ctx context.Context, m manifest) error {
	db, err := store.OpenReading(ctx, store.Options{URL: c.address()})
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := rowCounts(ctx, db)
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(m.Rows)) {
		if rows[table] != m.Rows[table] {
			return fault.New(fault.Invalid, "the backup is damaged: table %s has %d rows, not %d", table, rows[table], m.Rows[table])
		}
	}
	return nil
}

// accept checks a database that was put back and makes it fit to go on.
func (c *restoreCommand) accept(ctx context.Context, to io.Writer, began time.Time, log string) error {
	report, err := c.verifyCopy(ctx)
	if err != nil {
		return err
	}
	if log != "" && report.Log != log {
		return fault.New(fault.Invalid, "the database's journal is %s, not %s as in the manifest", report.Log, log)
	}
	if report.Finding != nil {
		return fault.New(fault.Conflict, "the journal of what was put back is not whole: %s", report.Finding)
	}
	fmt.Fprintf(to, "The journal is whole: %d positions, and agrees with the witness.\n", report.Size)
	if err := c.skipNumbers(ctx); err != nil {
		return err
	}
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	fmt.Fprintf(to, "Erased again: %d persons.\n", h.erasedAgain)
	if err := h.noteRestore(ctx, report); err != nil {
		return err
	}
	kept, now, err := h.sealer.AcceptRestored(ctx)
	if err != nil {
		return fmt.Errorf("tell the witness: %w", err)
	}
	lost := max(0, report.Witnessed.Size-report.Size)
	fmt.Fprintf(to, "Recovery point: everything up to %s is here; ", report.Last)
	if lost > 0 {
		fmt.Fprintf(to, "%d events that the witness was told of until %s are lost.\n", lost, report.Witnessed.At)
	} else {
		fmt.Fprintln(to, "the witness knows of nothing later.")
	}
	fmt.Fprintf(to, "The log goes on from position %d; the witness was told of %d.\nAll sessions have ended. Recovery time: %s.\n", kept.Size, now.Size, time.Since(began).Round(time.Millisecond))
	return nil
}

// verifyCopy checks the journal of what was put back.
func (c *restoreCommand) verifyCopy(ctx context.Context) (journal.Report, error) {
	db, err := store.OpenReading(ctx, store.Options{URL: c.address()})
	if err != nil {
		return journal.Report{}, err
	}
	defer db.Close()
	report, _, err := c.check(ctx, db, journal.VerifyCopy)
	return report, err
}

// skipNumbers leaves out the numbers that may have been given out after the backup.
func (c *restoreCommand) skipNumbers(ctx context.Context) error {
	db, err := store.Open(ctx, store.Options{URL: c.address()})
	if err != nil {
		return err
	}
	defer db.Close()
	var next int64
	if err := store.One(ctx, db, "SELECT next FROM id_counter WHERE name = 'block'", nil, &next); err != nil {
		return err
	}
	ring, err := crypt.Load(c.keyFile())
	if err != nil {
		return err
	}
	out, err := c.outside(ring)
	if err != nil {
		return err
	}
	log, err := journal.LogOf(ctx, db)
	if err != nil {
		return err
	}
	for _, w := range out.witnesses {
		told, err := w.Of(log)
		if err != nil {
			return err
		}
		next = max(next, told.Blocks())
	}
	return store.SkipBlocks(ctx, db, next+1, skippedBlocks)
}

// noteRestore ends all sessions, of which some had ended after the backup, and journals that the database was put back.
func (h *house) noteRestore(ctx context.Context, report journal.Report) error {
	err := h.db.Tx(ctx, program, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM session")
		return err
	})
	if err != nil {
		return fmt.Errorf("end the sessions: %w", err)
	}
	scope, err := access.Decide(h.console(), access.JournalRead)
	if err != nil {
		return err
	}
	return h.journal.Record(ctx, journal.Who{Role: scope.Role(0), Place: "console", Why: "restore"},
		journal.Entry{Kind: "database.restored", SubjectKind: "database", Body: map[string]any{"positions": report.Size, "witnessed": report.Witnessed.Size}})
}
