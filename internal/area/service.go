package area

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Service reads and changes areas.
type Service struct {
	db      *access.DB
	journal *journal.Journal
	scheme  Scheme

	followers []Follower
}

// NewService opens the areas of a database whose levels follow scheme.
func NewService(db *access.DB, j *journal.Journal, scheme Scheme) *Service {
	return &Service{db: db, journal: j, scheme: scheme}
}

// Scheme is the arithmetic of this database's keys.
func (s *Service) Scheme() Scheme { return s.scheme }

const columnsOfArea = "key, level, parent, code, name, names, lat, lon, valid_from, valid_to, ver"

func scanArea(r store.Rows, a *Area) error {
	var names string
	var to *int64
	if err := r.Scan(&a.Key, &a.Level, &a.Parent, &a.Code, &a.Name, &names, &a.Lat, &a.Lon, &a.From, &to, &a.Ver); err != nil {
		return err
	}
	if to != nil {
		day := clock.Day(*to)
		a.To = &day
	}
	var err error
	a.Names, err = decodeNames(names)
	return err
}

// Get returns an area in scope, or a NotFound fault.
func (s *Service) Get(ctx context.Context, scope access.Scope, key int64) (Area, error) {
	return s.one(ctx, scope, "SELECT "+columnsOfArea+" FROM area WHERE key = $1 AND {scope key}", key)
}

// ByCode returns the area in scope with this official code, or the one that an area with this former code has become; else
// a NotFound fault.
func (s *Service) ByCode(ctx context.Context, scope access.Scope, code string) (Area, error) {
	a, err := s.one(ctx, scope, "SELECT "+columnsOfArea+" FROM area WHERE code = $1 AND valid_to IS NULL AND {scope key}", code)
	if !fault.Is(err, fault.NotFound) {
		return a, err
	}
	return s.formerly(ctx, scope, code)
}

func (s *Service) one(ctx context.Context, scope access.Scope, sql string, arg any) (Area, error) {
	found, err := store.All(ctx, s.db.In(scope), sql, []any{arg}, scanArea)
	if err != nil {
		return Area{}, fmt.Errorf("find an area: %w", err)
	}
	switch len(found) {
	case 0:
		return Area{}, fault.New(fault.NotFound, "no such area")
	case 1:
		return found[0], nil
	}
	return Area{}, fault.New(fault.Conflict, "several areas have this code; name one by its key")
}

// Children lists the areas directly below parent (0 for the first level) that are in scope or hold areas in scope,
// by key, after the key after (0 from the beginning).
func (s *Service) Children(ctx context.Context, scope access.Scope, parent, after int64, limit int) ([]Area, error) {
	level := s.scheme.Level(parent) + 1
	if level > s.scheme.Levels() {
		return nil, nil
	}
	conditions, args := s.holding(scope, level)
	args = append([]any{parent, after, limit}, args...)
	sql := "SELECT " + columnsOfArea + " FROM area WHERE parent = $1 AND key > $2 AND (" + conditions + ") ORDER BY key LIMIT $3"
	return store.All(ctx, s.db.In(scope), sql, args, scanArea)
}

// holding is the condition that an area of level lies in scope or around something in scope; its values are bound
// from $4.
func (s *Service) holding(scope access.Scope, level int) (string, []any) {
	conditions := []string{"1 = 0"}
	var args []any
	for _, r := range scope.Ranges() {
		lo, hi := r.Lo, r.Hi
		if r != access.Everywhere {
			lo = s.scheme.At(lo, level) // an ancestor begins at or before what it holds
		}
		conditions = append(conditions, fmt.Sprintf("key BETWEEN $%d AND $%d", len(args)+4, len(args)+5))
		args = append(args, lo, hi)
	}
	return strings.Join(conditions, " OR "), args
}

// Path returns the area and its ancestors, outermost first. Names of ancestors are public.
func (s *Service) Path(ctx context.Context, key int64) ([]Area, error) {
	keys := s.scheme.Path(key)
	if len(keys) == 0 {
		return nil, nil
	}
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	scope := access.System("names of areas are public")
	return store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+" FROM area WHERE key IN ("+store.In(1, len(args))+") ORDER BY key", args, scanArea)
}

// Search finds areas in scope whose name or code begins with, or holds, the text, beginnings first, then those that
// once had such a name or code.
func (s *Service) Search(ctx context.Context, scope access.Scope, text string, limit int) ([]Area, error) {
	want := fold(text)
	if want == "" {
		return nil, nil
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+` FROM area
		WHERE folded >= $1 AND folded < $2 AND {scope key} ORDER BY level, key LIMIT $3`, []any{want, want + "\U0010FFFF", limit}, scanArea)
	if err != nil || len(found) == limit {
		return found, err
	}
	more, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+` FROM area
		WHERE folded LIKE $1 ESCAPE '!' AND NOT (folded >= $2 AND folded < $3) AND {scope key} ORDER BY level, key LIMIT $4`,
		[]any{"%" + store.EscapeLike(want) + "%", want, want + "\U0010FFFF", limit - len(found)}, scanArea)
	found = append(found, more...)
	if err != nil || len(found) == limit {
		return found, err
	}
	former, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+` FROM area WHERE {scope key} AND folded NOT LIKE $1 ESCAPE '!'
		AND key IN (SELECT key FROM area_history WHERE folded LIKE $1 ESCAPE '!') ORDER BY level, key LIMIT $2`, []any{"%" + store.EscapeLike(want) + "%", limit - len(found)}, scanArea)
	return append(found, former...), err
}

// History lists the former names of an area in scope, newest first.
func (s *Service) History(ctx context.Context, scope access.Scope, key int64) ([]Past, error) {
	if _, err := s.Get(ctx, scope, key); err != nil {
		return nil, err
	}
	return store.All(ctx, s.db.In(scope), "SELECT code, name, names, valid_from, valid_to FROM area_history WHERE key = $1 AND {scope key} ORDER BY valid_from DESC",
		[]any{key}, func(r store.Rows, p *Past) error {
			var names string
			if err := r.Scan(&p.Code, &p.Name, &names, &p.From, &p.To); err != nil {
				return err
			}
			var err error
			p.Names, err = decodeNames(names)
			return err
		})
}

// Codes returns the keys of the areas in scope by their codes, for those of the codes that exist.
func (s *Service) Codes(ctx context.Context, scope access.Scope, codes []string) (map[string]int64, error) {
	keys := make(map[string]int64, len(codes))
	for some := range slices.Chunk(codes, 500) {
		args := make([]any, len(some))
		for i, c := range some {
			args[i] = c
		}
		pairs, err := store.All(ctx, s.db.In(scope), "SELECT code, key FROM area WHERE code IN ("+store.In(1, len(args))+") AND valid_to IS NULL AND {scope key}", args,
			func(r store.Rows, p *struct {
				code string
				key  int64
			}) error {
				return r.Scan(&p.code, &p.key)
			})
		if err != nil {
			return nil, fmt.Errorf("find areas by code: %w", err)
		}
		for _, p := range pairs {
			keys[p.code] = p.key
		}
	}
	return keys, nil
}

// Count is the number of areas in scope by level.
func (s *Service) Count(ctx context.Context, scope access.Scope) (map[int]int64, error) {
	counts := map[int]int64{}
	rows, err := s.db.Query(ctx, scope, "SELECT level, count(*) FROM area WHERE {scope key} GROUP BY level")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var level int
		var n int64
		if err := rows.Scan(&level, &n); err != nil {
			return nil, err
		}
		counts[level] = n
	}
	return counts, rows.Err()
}

// registered reads all areas by code: a key that is in use outside the caller's scope is still in use.
func (s *Service) registered(ctx context.Context) (map[string]stored, error) {
	scope := access.System("keys are never given twice")
	rows, err := s.db.Query(ctx, scope, "SELECT code, key, name, names, valid_from, lat, lon, valid_to FROM area")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]stored{}
	for rows.Next() {
		var code string
		var k stored
		var to *int64
		if err := rows.Scan(&code, &k.key, &k.name, &k.names, &k.from, &k.lat, &k.lon, &to); err != nil {
			return nil, err
		}
		k.ended = to != nil
		known[code] = k
	}
	return known, rows.Err()
}

// Home returns the home (storage bucket) of new rows in area: that of the area's ancestor at level, opened when it
// has none yet. It writes; call it outside transactions.
func (s *Service) Home(ctx context.Context, area int64, level int) (int64, error) {
	county := s.scheme.At(area, level)
	if county == 0 {
		return 0, fault.New(fault.Invalid, "a household needs an area")
	}
	var home int64
	scope := access.System("homes are storage buckets, opened by the first row of an area")
	err := store.One(ctx, s.db.In(scope), "SELECT home FROM home WHERE area = $1", []any{county}, &home)
	if !errors.Is(err, store.ErrNoRows) {
		return home, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		err := store.One(ctx, tx, "SELECT home FROM home WHERE area = $1", []any{county}, &home)
		if !errors.Is(err, store.ErrNoRows) {
			return err
		}
		if err := store.One(ctx, tx, "UPDATE id_counter SET next = next + 1 WHERE name = 'home' RETURNING next - 1", nil, &home); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO home (home, area, opened) VALUES ($1, $2, $3)", home, county, int64(s.journal.Clock().Now())); err != nil {
			return err
		}
		r := s.scheme.Range(county)
		_, err = tx.Exec(ctx, "INSERT INTO home_area (home, lo, hi) VALUES ($1, $2, $3)", home, r.Lo, r.Hi)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("open a home: %w", err)
	}
	return home, nil
}

func sortedLangs(names i18n.Text) []i18n.Lang { return slices.Sorted(maps.Keys(names)) }
