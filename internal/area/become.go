package area

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// checkChange says whether a change between registered areas is possible.
func (s *Service) checkChange(ctx context.Context, c Change) error {
	if c.Kind == Renamed {
		return s.checkNames(ctx, c)
	}
	known := c.Kind == Moved || c.Kind == Merged || c.Kind == Split
	if c.From == c.To || s.scheme.Level(c.From) != s.scheme.Level(c.To) || !known {
		return fault.New(fault.Invalid, "an area goes to another of its level, by move, merge or split").With(0, "to", "is not another area of the same level")
	}
	if c.Kind == Moved {
		return nil
	}
	parts, err := s.Children(ctx, access.System("whether an area has parts"), c.From, 0, 1)
	if err == nil && len(parts) > 0 {
		return fault.New(fault.Invalid, "an area that has parts is not merged or split as a whole: move its parts").With(0, "from", "has parts")
	}
	return err
}

// checkNames says whether an area can take a code and name.
func (s *Service) checkNames(ctx context.Context, c Change) error {
	if c.Code == "" && c.Name == "" {
		return fault.New(fault.Invalid, "another code or name is missing").With(0, "name", "is missing")
	}
	if len(c.Code) > 40 || len([]rune(c.Name)) > maxName {
		return fault.New(fault.Invalid, "the code or name is too long").With(0, "name", "is too long")
	}
	taken, err := s.Codes(ctx, access.System("no two areas have one code"), []string{c.Code})
	if err == nil && c.Code != "" && taken[c.Code] != 0 && taken[c.Code] != c.From {
		return fault.New(fault.Invalid, "another area has this code").With(0, "code", "belongs to another area")
	}
	return err
}

// body is what the journal keeps of a change.
func (c Change) body() map[string]any {
	body := map[string]any{"to": c.To, "kind": c.Kind, "change": c.ID}
	if c.Kind == Renamed {
		body["code"], body["name"] = c.Code, c.Name
	}
	return body
}

// rename gives an area its new code and name and keeps the old ones with the days on which they held.
func rename(ctx context.Context, tx store.Tx, c Change) error {
	var a Area
	found, err := store.All(ctx, tx, "SELECT "+columnsOfArea+" FROM area WHERE key = $1", []any{c.From}, scanArea)
	if err != nil || len(found) == 0 {
		return err
	}
	a = found[0]
	_, err = tx.Exec(ctx, `INSERT INTO area_history (key, valid_from, valid_to, code, name, names, folded) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (key, valid_from, valid_to) DO UPDATE SET code = excluded.code, name = excluded.name, names = excluded.names, folded = excluded.folded`,
		a.Key, int64(a.From), int64(max(a.From, c.Day-1)), a.Code, a.Name, encodeNames(a.Names), folded(a.Code, a.Name, a.Names))
	if err != nil {
		return err
	}
	code, name, names := a.Code, a.Name, a.Names
	if c.Code != "" {
		code = c.Code
	}
	if c.Name != "" { // what other languages called the old name is not known of the new one
		name, names = c.Name, nil
	}
	_, err = tx.Exec(ctx, "UPDATE area SET code = $2, name = $3, names = $4, folded = $5, valid_from = $6, ver = ver + 1 WHERE key = $1", a.Key, code, name, encodeNames(names), folded(code, name, names), int64(c.Day))
	return err
}

// Continue registers, under the area that another becomes, the parts that it does not have yet: they keep code and
// name. What is there already, as a file of areas has registered it, stays.
func (s *Service) Continue(ctx context.Context, c Change) error {
	if c.Kind != Moved {
		return nil
	}
	scope := access.System("what lies in an area follows it")
	r := s.scheme.Range(c.From)
	parts, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+" FROM area WHERE key BETWEEN $1 AND $2 AND key <> $3 AND valid_to IS NULL ORDER BY key", []any{r.Lo, r.Hi, c.From}, scanArea)
	if err != nil {
		return fmt.Errorf("read the parts of an area: %w", err)
	}
	for start := 0; start < len(parts); start += chunk / 10 {
		some := parts[start:min(len(parts), start+chunk/10)]
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			for _, a := range some {
				key := c.To + a.Key - c.From
				_, err := tx.Exec(ctx, `INSERT INTO area (key, level, parent, code, name, names, folded, lat, lon, valid_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING`,
					key, a.Level, s.scheme.Parent(key), a.Code, a.Name, encodeNames(a.Names), folded(a.Code, a.Name, a.Names), a.Lat, a.Lon, int64(c.Day))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("register the parts of an area anew: %w", err)
		}
	}
	return nil
}

// Became returns the key under which an area goes on today: its own, or that of the area it has become or become part of.
func (s *Service) Became(ctx context.Context, key int64) (int64, error) {
	scope := access.System("what areas have become is public")
	for range 20 { // an area does not become another more often
		path := s.scheme.Path(key)
		args := make([]any, len(path))
		for i, k := range path {
			args[i] = k
		}
		if len(args) == 0 {
			return key, nil
		}
		changes, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfChange+" FROM area_change WHERE done IS NOT NULL AND kind IN ('move', 'merge') AND from_key IN ("+store.In(1, len(args))+") ORDER BY from_key DESC LIMIT 1", args, scanChange)
		if err != nil {
			return 0, fmt.Errorf("find what an area has become: %w", err)
		}
		if len(changes) == 0 {
			return key, nil
		}
		key = changes[0].To + key - changes[0].From
	}
	return key, nil
}

// formerly finds the present area in scope behind a code that no area has any more.
func (s *Service) formerly(ctx context.Context, scope access.Scope, code string) (Area, error) {
	keys, err := store.All(ctx, s.db.In(access.System("former codes of areas are public")), `SELECT key FROM area WHERE code = $1 AND valid_to IS NOT NULL
		UNION SELECT key FROM area_history WHERE code = $1`, []any{code}, func(r store.Rows, key *int64) error { return r.Scan(key) })
	if err != nil {
		return Area{}, fmt.Errorf("find an area by a former code: %w", err)
	}
	present := map[int64]bool{}
	for _, key := range keys {
		if key, err = s.Became(ctx, key); err != nil {
			return Area{}, err
		}
		present[key] = true
	}
	if len(present) != 1 {
		return Area{}, fault.New(fault.NotFound, "no such area")
	}
	for key := range present {
		a, err := s.Get(ctx, scope, key)
		if err == nil && a.To != nil {
			return Area{}, fault.New(fault.NotFound, "no such area")
		}
		return a, err
	}
	return Area{}, nil
}
