package area

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// Report says what a load did or, in a dry run, would do. Rows = Created + Updated + Unchanged + Rejected.
type Report struct {
	Rows, Created, Updated, Unchanged, Rejected int
	// Applied is false for a dry run and where rejected rows stopped the load.
	Applied bool
	// Rejects lists the rejected rows, the first maxRejects of them.
	Rejects []Reject
}

// Reject is a row that was not loaded.
type Reject struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

const maxRejects = 10_000

func (r *Report) reject(row int, column, code, reason string) {
	r.Rejected++
	if len(r.Rejects) < maxRejects {
		r.Rejects = append(r.Rejects, Reject{Row: row, Column: column, Code: code, Reason: reason})
	}
}

// Load says how to load an area file.
type Load struct {
	DryRun bool
	// Skip loads the rows that are right although others were rejected; otherwise one rejected row stops the load.
	Skip bool
	// Day is the day from which new areas and new names hold, where the file does not say.
	Day clock.Day
	// Progress is told how many areas of how many are stored; nil for none.
	Progress func(done, total int)
	// File names the source, for the journal.
	File string
}

// stored is what is known of a registered area.
type stored struct {
	key      int64
	name     string
	names    string
	from     clock.Day
	lat, lon *float64
	ended    bool
}

// chunk is how many areas one transaction writes.
const chunk = 2000

// LoadFile reads a file of areas (columns code and name; parent, level, lat, lon, valid_from, valid_to and
// name_LANG optional), checks all of it, and registers what is new or changed. A changed name keeps the old one in
// the history. Loading the same file again changes nothing. It is a long work: cancel ctx to stop between chunks;
// what was stored stays, and loading again completes it.
func (s *Service) LoadFile(ctx context.Context, scope access.Scope, r table.Reader, o Load) (Report, error) {
	var report Report
	units, err := readUnits(r, &report)
	if err != nil {
		return report, err
	}
	known, err := s.registered(ctx)
	if err != nil {
		return report, fmt.Errorf("read the registered areas: %w", err)
	}
	placed := arrange(s.scheme, units, known, &report)
	placed = s.inScope(scope, placed, &report)
	created, updated := sortOut(placed, known, o.Day, &report)
	if o.DryRun || (report.Rejected > 0 && !o.Skip) {
		return report, nil
	}
	if err := s.apply(ctx, scope, created, updated, known, o); err != nil {
		return report, err
	}
	report.Applied = true
	if report.Created+report.Updated == 0 {
		return report, nil
	}
	return report, s.noteLoad(ctx, scope, o.File, report)
}

func (s *Service) inScope(scope access.Scope, units []*unit, report *Report) []*unit {
	kept := units[:0]
	for _, u := range units {
		if !scope.Holds(u.key) {
			report.reject(u.row, "code", u.code, "the area lies outside your area")
			continue
		}
		kept = append(kept, u)
	}
	return kept
}

// sortOut counts and separates the units that are new from those that changed.
func sortOut(units []*unit, known map[string]stored, day clock.Day, report *Report) (created, updated []*unit) {
	for _, u := range units {
		k, ok := known[u.code]
		switch {
		case !ok:
			report.Created++
			created = append(created, u)
		case u.changes(k):
			if u.from == nil {
				u.from = &day
			}
			report.Updated++
			updated = append(updated, u)
		default:
			report.Unchanged++
		}
	}
	return created, updated
}

// changes says whether the unit says something new of a registered area. An empty optional cell says nothing.
func (u *unit) changes(k stored) bool {
	return u.renames(k) ||
		(u.lat != nil && (k.lat == nil || *u.lat != *k.lat || *u.lon != *k.lon)) ||
		(u.to != nil && !k.ended)
}

func (u *unit) renames(k stored) bool {
	return u.name != k.name || (u.names != nil && encodeNames(u.names) != k.names)
}

func (s *Service) apply(ctx context.Context, scope access.Scope, created, updated []*unit, known map[string]stored, o Load) error {
	total, done := len(created)+len(updated), 0
	tell := func(n int) {
		if done += n; o.Progress != nil {
			o.Progress(done, total)
		}
	}
	for len(created) > 0 {
		n := min(chunk, len(created))
		rows := make([][]any, n)
		for i, u := range created[:n] {
			rows[i] = u.values(s.scheme, o.Day)
		}
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error { return tx.Bulk(ctx, "area", areaColumns, rows) })
		if err != nil {
			return fmt.Errorf("store areas: %w", err)
		}
		created = created[n:]
		tell(n)
	}
	for len(updated) > 0 {
		n := min(chunk/10, len(updated))
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			for _, u := range updated[:n] {
				if err := u.update(ctx, tx, known[u.code]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("change areas: %w", err)
		}
		updated = updated[n:]
		tell(n)
	}
	return nil
}

var areaColumns = []string{"key", "level", "parent", "code", "name", "names", "folded", "lat", "lon", "valid_from", "valid_to"}

func (u *unit) values(s Scheme, day clock.Day) []any {
	from := day
	if u.from != nil {
		from = *u.from
	}
	return []any{u.key, u.level, s.Parent(u.key), u.code, u.name, encodeNames(u.names), folded(u.code, u.name, u.names), u.lat, u.lon, int64(from), days(u.to)}
}

func days(d *clock.Day) *int64 {
	if d == nil {
		return nil
	}
	n := int64(*d)
	return &n
}

// update stores a changed area and, if its name changed, keeps the old name with the days on which it held.
func (u *unit) update(ctx context.Context, tx store.Tx, k stored) error {
	names := k.names
	if u.names != nil {
		names = encodeNames(u.names)
	}
	if u.renames(k) {
		_, err := tx.Exec(ctx, `INSERT INTO area_history (key, valid_from, valid_to, code, name, names, folded) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (key, valid_from, valid_to) DO UPDATE SET name = excluded.name, names = excluded.names, folded = excluded.folded`,
			k.key, int64(k.from), int64(max(k.from, *u.from-1)), u.code, k.name, k.names, folded(u.code, k.name, nil))
		if err != nil {
			return err
		}
	}
	decoded, err := decodeNames(names)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE area SET name = $2, names = $3, folded = $4, valid_from = CASE WHEN $8 THEN $5 ELSE valid_from END,
		lat = coalesce($6, lat), lon = coalesce($7, lon), valid_to = coalesce($9, valid_to), ver = ver + 1 WHERE key = $1`,
		k.key, u.name, names, folded(u.code, u.name, decoded), int64(*u.from), u.lat, u.lon, u.renames(k), days(u.to))
	return err
}

func (s *Service) noteLoad(ctx context.Context, scope access.Scope, file string, report Report) error {
	who := journal.Who{Account: scope.Caller().Account, Role: scope.Role(0), Place: scope.Caller().Place, Why: "load of area file"}
	return s.journal.Record(ctx, who, journal.Entry{Kind: "area.loaded", SubjectKind: "area",
		Body: map[string]any{"file": file, "rows": report.Rows, "created": report.Created, "updated": report.Updated,
			"unchanged": report.Unchanged, "rejected": report.Rejected}})
}
