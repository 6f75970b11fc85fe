package main

import (
	archive "archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// backupCommand is "rightkey backup".
type backupCommand struct {
	place
	Out string `required:"" placeholder:"PATH" help:"Where to: a folder that does not exist yet, or a file ending in .zip."`
}

// Help is shown by --help.
func (backupCommand) Help() string {
	return `Copies the embedded database as it is at this moment, also while a server works with it, with a manifest of what
is in it. The key file, the witness and the list of erasures are never part of it: copy them to another place, or the
copy opens nobody's data. A PostgreSQL database is copied with pg_dump (docs/OPERATING.md).

Example:
  rightkey backup --data ./register --out backups/2026-11-22.zip`
}

// The files of a backup.
const (
	backupData     = "rightkey.db"
	backupManifest = "manifest.json"
	backupFormat   = "rightkey-backup-1"
)

// manifest says what is in a backup.
type manifest struct {
	Format     string           `json:"format"`
	Program    string           `json:"program"`
	Schema     int64            `json:"schema"`
	Made       clock.Time       `json:"made"`
	Keys       string           `json:"keys"` // name of the key file that opens it
	Log        string           `json:"log"`  // number of the journal's log
	Positions  int64            `json:"positions"`
	LastEvent  clock.Time       `json:"last_event"`
	Checkpoint string           `json:"checkpoint"` // the last signed checkpoint
	Size       int64            `json:"size"`
	SHA256     string           `json:"sha256"`
	Rows       map[string]int64 `json:"rows"`
}

// Run makes a backup.
func (c *backupCommand) Run(app *kong.Kong) error {
	ctx := context.Background()
	if c.Database != "" {
		return fault.New(fault.Invalid, "a PostgreSQL database is copied with pg_dump; docs/OPERATING.md says how")
	}
	m, err := c.backup(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(app.Stdout, `Backup: %s (%d bytes, SHA-256 %s)
%d sealed positions; the last event is of %s.
The keys (%s), the witness and the list of erasures are not in it. Keep copies of them in another place.
`, c.Out, m.Size, m.SHA256, m.Positions, m.LastEvent, m.Keys)
	return err
}

// backup copies into a folder beside the target, which gets its name when it is whole.
func (c *backupCommand) backup(ctx context.Context) (manifest, error) {
	at, err := c.clock()
	if err != nil {
		return manifest{}, err
	}
	if _, err := os.Stat(c.Out); err == nil {
		return manifest{}, fault.New(fault.Conflict, "%s exists already; a backup is never written over another", c.Out)
	}
	if err := os.MkdirAll(filepath.Dir(c.Out), 0o750); err != nil {
		return manifest{}, fmt.Errorf("make the folder of the backup: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(c.Out), ".backup-*")
	if err != nil {
		return manifest{}, fmt.Errorf("make the folder of the backup: %w", err)
	}
	defer os.RemoveAll(work)
	file := filepath.Join(work, backupData)
	if err := store.Backup(ctx, c.address(), file); err != nil {
		return manifest{}, fmt.Errorf("copy the database: %w", err)
	}
	m, err := inspect(ctx, file)
	if err != nil {
		return m, err
	}
	m.Made = at.Now()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	if err := writeSynced(filepath.Join(work, backupManifest), append(text, '\n')); err != nil {
		return m, err
	}
	if !strings.HasSuffix(c.Out, ".zip") {
		return m, os.Rename(work, c.Out)
	}
	packed := filepath.Join(work, "backup.zip")
	if err := pack(packed, work, backupManifest, backupData); err != nil {
		return m, fmt.Errorf("pack the backup: %w", err)
	}
	return m, os.Rename(packed, c.Out)
}

// inspect describes a copied database.
func inspect(ctx context.Context, file string) (manifest, error) {
	m := manifest{Format: backupFormat, Program: version, Rows: map[string]int64{}}
	var err error
	if m.Size, m.SHA256, err = digest(file); err != nil {
		return m, err
	}
	db, err := store.OpenReading(ctx, store.Options{URL: file})
	if err != nil {
		return m, err
	}
	defer db.Close()
	if m.Rows, err = rowCounts(ctx, db); err != nil {
		return m, err
	}
	if m.Keys, err = readMeta(ctx, db, metaKeys); err != nil {
		return m, err
	}
	if m.Schema, err = store.Schema(ctx, db); err != nil {
		return m, err
	}
	if m.Log, err = journal.LogOf(ctx, db); err != nil {
		return m, err
	}
	m.Positions = m.Rows["event_pos"]
	if err := store.One(ctx, db, "SELECT coalesce(max(at), 0) FROM event", nil, (*int64)(&m.LastEvent)); err != nil {
		return m, err
	}
	err = store.One(ctx, db, "SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1", nil, &m.Checkpoint)
	if errors.Is(err, store.ErrNoRows) {
		err = nil
	}
	return m, err
}

// rowCounts counts every table.
func rowCounts(ctx context.Context, db store.DB) (map[string]int64, error) {
	tables, err := store.Tables(ctx, db)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := store.One(ctx, db, "SELECT count(*) FROM "+table, nil, &n); err != nil {
			return nil, fmt.Errorf("count %s: %w", table, err)
		}
		counts[table] = n
	}
	return counts, nil
}

// digest is the size and the SHA-256 of a file.
func digest(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	h := sha256.New()
	if size, err = io.Copy(h, file); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(h.Sum(nil)), file.Sync()
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// pack puts files of a folder into a zip archive.
func pack(to, folder string, names ...string) error {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	defer file.Close()
	w := archive.NewWriter(file)
	for _, name := range names {
		if err := addFile(w, filepath.Join(folder, name), name); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return file.Sync()
}

func addFile(w *archive.Writer, path, name string) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	entry, err := w.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, from)
	return err
}
