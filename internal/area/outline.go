package area

import (
	"context"
	"fmt"
	"io"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area/shape"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Outlines says how to load a file of outlines.
type Outlines struct {
	// Code is the property of a feature that holds the area's code, Name the one that holds its name. A feature is
	// looked up by its code; without one by its name, among the areas of Level.
	Code, Name string
	Level      int
	DryRun     bool
	// Skip stores the outlines that are right although others were rejected; otherwise one rejected stops the load.
	Skip bool
	// File names the source, for the journal.
	File string
}

// outlined is an area with its outline.
type outlined struct {
	key   int64
	shape shape.Shape
}

// LoadOutlines reads a GeoJSON file (a FeatureCollection in degrees), checks all of it and stores the outline of each
// area, thinned out for maps. A feature whose geometry is bad, or whose area is unknown or outside the scope, is
// rejected by its number (Reject.Row) with the reason. Loading the same file again changes nothing.
func (s *Service) LoadOutlines(ctx context.Context, scope access.Scope, r io.Reader, o Outlines) (Report, error) {
	var report Report
	find, err := s.finder(ctx, o)
	if err != nil {
		return report, err
	}
	var found []outlined
	seen := map[int64]int{}
	err = shape.Read(r, func(f shape.Feature) error {
		report.Rows++
		key, property, reason := find(f)
		label := f.Properties[property]
		switch {
		case f.Err != nil:
			report.reject(f.N, "geometry", label, f.Err.Error())
		case reason != "":
			report.reject(f.N, property, label, reason)
		case !scope.Holds(key):
			report.reject(f.N, property, label, "the area lies outside your area")
		case seen[key] != 0:
			report.reject(f.N, property, label, fmt.Sprintf("feature %d is the same area", seen[key]))
		default:
			seen[key] = f.N
			found = append(found, outlined{key, f.Shape})
		}
		return nil
	})
	if err != nil {
		return report, fault.New(fault.Invalid, "%s", err)
	}
	thinOut(found)
	if found, err = s.changedOutlines(ctx, found, &report); err != nil {
		return report, err
	}
	if o.DryRun || report.Rejected > 0 && !o.Skip {
		return report, nil
	}
	if err := s.storeOutlines(ctx, scope, found, o.File); err != nil {
		return report, err
	}
	report.Applied = true
	if len(found) == 0 {
		return report, nil
	}
	who := journal.Who{Account: scope.Caller().Account, Role: scope.Role(0), Place: scope.Caller().Place, Why: "load of outlines"}
	return report, s.journal.Record(ctx, who, journal.Entry{Kind: "area.outlines-loaded", SubjectKind: "area",
		Body: map[string]any{"file": o.File, "rows": report.Rows, "created": report.Created, "updated": report.Updated, "unchanged": report.Unchanged, "rejected": report.Rejected}})
}

// thinOut gives all outlines of a file the same grid, so that shared borders stay shared.
func thinOut(found []outlined) {
	shapes := make([]shape.Shape, len(found))
	for i, one := range found {
		shapes[i] = one.shape
	}
	grid := shape.Grid(shapes)
	for i := range found {
		found[i].shape = found[i].shape.Thin(grid)
	}
}

// finder finds the area of a feature: its key, or the property by which it was looked up and why it was not found.
func (s *Service) finder(ctx context.Context, o Outlines) (func(shape.Feature) (key int64, property, reason string), error) {
	scope := access.System("names and codes of areas are public")
	rows, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfArea+" FROM area WHERE valid_to IS NULL", nil, scanArea)
	if err != nil {
		return nil, fmt.Errorf("read the registered areas: %w", err)
	}
	byCode, byName := map[string]int64{}, map[string][]int64{}
	for _, a := range rows {
		byCode[a.Code] = a.Key
		if o.Level == 0 || a.Level == o.Level {
			names := []string{fold(a.Name)}
			for _, name := range a.Names {
				names = append(names, fold(name))
			}
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				byName[name] = append(byName[name], a.Key)
			}
		}
	}
	return func(f shape.Feature) (int64, string, string) {
		if code := f.Properties[o.Code]; code != "" {
			if key, ok := byCode[code]; ok {
				return key, o.Code, ""
			}
			return 0, o.Code, "no area has this code"
		}
		switch keys := byName[fold(f.Properties[o.Name])]; {
		case f.Properties[o.Name] == "":
			return 0, o.Code, fmt.Sprintf("it has neither a property %q with a code nor %q with a name", o.Code, o.Name)
		case len(keys) == 0:
			return 0, o.Name, "no area has this name"
		case len(keys) > 1:
			return 0, o.Name, "several areas have this name; give a level, or a property with the code"
		default:
			return keys[0], o.Name, ""
		}
	}, nil
}

// changedOutlines counts, and returns those that are new or another than the stored ones.
func (s *Service) changedOutlines(ctx context.Context, found []outlined, report *Report) ([]outlined, error) {
	var changed []outlined
	for some := range slices.Chunk(found, chunk/10) {
		keys := make([]int64, len(some))
		for i, one := range some {
			keys[i] = one.key
		}
		stored, err := s.stored(ctx, access.System("outlines of areas are public"), keys)
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			switch before, ok := stored[one.key]; {
			case !ok:
				report.Created++
			case string(before) == string(one.shape.Encode()):
				report.Unchanged++
				continue
			default:
				report.Updated++
			}
			changed = append(changed, one)
		}
	}
	return changed, nil
}

// stored are the outlines of areas in scope, packed.
func (s *Service) stored(ctx context.Context, scope access.Scope, keys []int64) (map[int64][]byte, error) {
	found := map[int64][]byte{}
	for some := range slices.Chunk(keys, chunk/10) {
		args := make([]any, len(some))
		for i, key := range some {
			args[i] = key
		}
		rows, err := s.db.Query(ctx, scope, "SELECT key, body FROM area_shape WHERE key IN ("+store.In(1, len(args))+") AND {place key}", args...)
		if err != nil {
			return nil, fmt.Errorf("read outlines: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var key int64
			var body []byte
			if err := rows.Scan(&key, &body); err != nil {
				return nil, fmt.Errorf("read outlines: %w", err)
			}
			found[key] = body
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read outlines: %w", err)
		}
	}
	return found, nil
}

func (s *Service) storeOutlines(ctx context.Context, scope access.Scope, found []outlined, file string) error {
	now := int64(s.journal.Clock().Now())
	for some := range slices.Chunk(found, chunk/10) {
		bodies := make([][]byte, len(some))
		for i, one := range some {
			bodies[i] = one.shape.Encode()
		}
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			for i, one := range some {
				_, err := tx.Exec(ctx, `INSERT INTO area_shape (key, body, file, at) VALUES ($1, $2, $3, $4)
					ON CONFLICT (key) DO UPDATE SET body = excluded.body, file = excluded.file, at = excluded.at`, one.key, bodies[i], file, now)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store outlines: %w", err)
		}
	}
	return nil
}

// Outline returns the outlines of areas in scope, for those of the keys that have one.
func (s *Service) Outline(ctx context.Context, scope access.Scope, keys []int64) (map[int64]shape.Shape, error) {
	stored, err := s.stored(ctx, scope, keys)
	if err != nil {
		return nil, err
	}
	shapes := make(map[int64]shape.Shape, len(stored))
	for key, body := range stored {
		if shapes[key], err = shape.Decode(body); err != nil {
			return nil, fmt.Errorf("outline of area %d: %w", key, err)
		}
	}
	return shapes, nil
}
