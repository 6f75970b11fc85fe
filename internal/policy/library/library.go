// Package library keeps the policy packs of a database: each version of a pack as it was installed, so that a
// decision can name and re-read exactly the rules it was made by, and which pack is in use where and since when.
package library

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sync"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Library is the packs of one database.
type Library struct {
	db      *access.DB
	journal *journal.Journal
	loader  *policy.Loader

	mu    sync.RWMutex
	packs map[string]*policy.Pack // by hash
	uses  []use                   // newest first
}

type use struct {
	area          int64
	since         clock.Day
	id, ver, hash string
}

// system is the library's own scope: packs are the same for everybody.
var system = access.System("policy packs are public and the same for everybody")

// Open loads the installed packs.
func Open(ctx context.Context, db *access.DB, j *journal.Journal, loader *policy.Loader) (*Library, error) {
	l := &Library{db: db, journal: j, loader: loader, packs: map[string]*policy.Pack{}}
	if err := l.load(ctx); err != nil {
		return nil, fmt.Errorf("load the installed policy packs: %w", err)
	}
	return l, nil
}

func (l *Library) load(ctx context.Context) error {
	archives, err := store.All(ctx, l.db.In(system), "SELECT hash, archive FROM pack ORDER BY id, installed", nil,
		func(r store.Rows, a *struct {
			hash    string
			archive []byte
		}) error {
			return r.Scan(&a.hash, &a.archive)
		})
	if err != nil {
		return err
	}
	packs := map[string]*policy.Pack{}
	for _, a := range archives {
		if packs[a.hash], err = l.unpack(a.archive); err != nil {
			return fmt.Errorf("pack %s: %w", a.hash, err)
		}
	}
	uses, err := store.All(ctx, l.db.In(system), "SELECT area, since, id, version, hash FROM pack_use ORDER BY since DESC, area DESC", nil,
		func(r store.Rows, u *use) error { return r.Scan(&u.area, &u.since, &u.id, &u.ver, &u.hash) })
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.packs, l.uses = packs, uses
	return nil
}

func (l *Library) unpack(archive []byte) (*policy.Pack, error) {
	var byName map[string][]byte
	if err := json.Unmarshal(archive, &byName); err != nil {
		return nil, err
	}
	files := make([]policy.SourceFile, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, policy.SourceFile{Name: name, Data: byName[name]})
	}
	return l.loader.LoadFiles(files)
}

// Install checks the pack in folder dir of fsys and stores it; a pack that is already there is returned as it is.
// Packs of one database have the same levels of areas.
func (l *Library) Install(ctx context.Context, scope access.Scope, fsys fs.FS, dir string) (*policy.Pack, error) {
	pack, err := l.loader.Load(fsys, dir)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the pack has errors")
	}
	if known, ok := l.Get(pack.Hash); ok {
		return known, nil
	}
	archive, err := archiveOf(fsys, dir)
	if err != nil {
		return nil, err
	}
	command, err := l.journal.Begin(ctx, journal.Who{Account: scope.Caller().Account, Role: scope.Role(0), Place: scope.Caller().Place, Why: "install a policy pack"})
	if err != nil {
		return nil, err
	}
	if err := command.Note(ctx, journal.Entry{Kind: "pack.installed", SubjectKind: "pack", Body: map[string]any{"pack": pack.ID, "version": pack.Version, "hash": pack.Hash}}); err != nil {
		return nil, err
	}
	err = l.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO pack (id, version, hash, archive, installed, account) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id, version, hash) DO NOTHING",
			pack.ID, pack.Version, pack.Hash, archive, int64(command.At), scope.Caller().Account)
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("store a policy pack: %w", err)
	}
	return pack, l.load(ctx)
}

func archiveOf(fsys fs.FS, dir string) ([]byte, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	byName := map[string][]byte{}
	for _, name := range names {
		if byName[path.Base(name)], err = fs.ReadFile(fsys, name); err != nil {
			return nil, err
		}
	}
	return json.Marshal(byName)
}

// Use puts an installed pack in use in an area (0 for everywhere) from a day on. What was decided before stays
// decided under the pack of its day.
func (l *Library) Use(ctx context.Context, scope access.Scope, area int64, since clock.Day, pack *policy.Pack) error {
	if _, ok := l.Get(pack.Hash); !ok {
		return fault.New(fault.NotFound, "the pack is not installed")
	}
	command, err := l.journal.Begin(ctx, journal.Who{Account: scope.Caller().Account, Role: scope.Role(area), Place: scope.Caller().Place, Why: "put a policy pack in use"})
	if err != nil {
		return err
	}
	if err := command.Note(ctx, journal.Entry{Kind: "pack.used", SubjectKind: "pack", Area: area, ValidOn: &since, Body: map[string]any{"pack": pack.ID, "version": pack.Version, "hash": pack.Hash}}); err != nil {
		return err
	}
	err = l.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO pack_use (area, since, id, version, hash, account) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (area, since) DO UPDATE SET id = excluded.id, version = excluded.version, hash = excluded.hash, account = excluded.account`,
			area, int64(since), pack.ID, pack.Version, pack.Hash, scope.Caller().Account)
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("put a policy pack in use: %w", err)
	}
	return l.load(ctx)
}

// At returns the pack in use at an area on a day: that of the smallest area around it and of several the latest. It
// returns a NotFound fault while none is in use.
func (l *Library) At(area int64, day clock.Day) (*policy.Pack, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var best *use
	for i, u := range l.uses {
		if u.since > day || !l.holds(u, area) {
			continue
		}
		if best == nil || u.area > best.area {
			best = &l.uses[i]
		}
	}
	if best == nil {
		return nil, fault.New(fault.NotFound, "no policy pack is in use here yet; install one and put it in use")
	}
	return l.packs[best.hash], nil
}

// holds says whether the use concerns area; l.mu is held.
func (l *Library) holds(u use, area int64) bool {
	if u.area == 0 {
		return true
	}
	pack := l.packs[u.hash]
	span := int64(1) // how many keys the used area's subtree has: its trailing zeros by whole levels
	for level := len(pack.Levels) - 1; level >= 0; level-- {
		width := int64(1)
		for range pack.Levels[level].Width {
			width *= 10
		}
		if u.area/span%width != 0 {
			break
		}
		span *= width
	}
	return u.area <= area && area < u.area+span
}

// Get returns the installed pack with a hash.
func (l *Library) Get(hash string) (*policy.Pack, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	pack, ok := l.packs[hash]
	return pack, ok
}

// Current returns the pack that is in use everywhere today, for what does not depend on an area.
func (l *Library) Current(day clock.Day) (*policy.Pack, error) { return l.At(0, day) }

// All returns the installed packs by identity, version and hash, each time in the same order.
func (l *Library) All() []*policy.Pack {
	l.mu.RLock()
	defer l.mu.RUnlock()
	all := slices.Collect(maps.Values(l.packs))
	slices.SortFunc(all, func(a, b *policy.Pack) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Hash, b.Hash))
	})
	return all
}
