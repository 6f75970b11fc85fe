package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// filesOfAll is the scope of looking for a person in files, whoever sent or ordered them.
var filesOfAll = access.System("a person who is erased goes from everybody's files")

// inFiles are the copies of a person's data in files that are on their way in or out: rows of imports that are still
// staged, and exported files that can still be downloaded. They go with the person.
type inFiles struct {
	imports []emptied
	exports []fileOf
}

// fileOf is an import or export and the area it belongs to.
type fileOf struct{ id, area int64 }

// emptied are the rows of an import that hold the person, with the empty row that takes the place of each.
type emptied struct {
	fileOf
	rows   []int
	bodies [][]byte
}

// traces are by what a row of a file is known to hold a person: the national number alone, or the name with the birth
// where both are known.
type traces struct {
	number, name string
	birth        []string
}

// inFiles looks for a person in the files of the areas in which he lives; area 0 means in all.
func (e *Erasures) inFiles(ctx context.Context, home, person, area int64) (inFiles, error) {
	var found inFiles
	of, err := e.traces(ctx, home, person)
	if err != nil {
		return found, err
	}
	within := "($1 = 0 OR (f.lo <= $1 AND f.hi >= $1))"
	scan := func(r store.Rows, f *fileOf) error { return r.Scan(&f.id, &f.area) }
	found.exports, err = store.All(ctx, e.s.db.In(filesOfAll), "SELECT f.id, f.area FROM export f JOIN data_key k ON k.home = 0 AND k.subject = f.id WHERE {checked} AND f.state IN ('making', 'ready') AND "+within, []any{area}, scan)
	if err != nil {
		return found, fmt.Errorf("look for exports that hold a person: %w", err)
	}
	imports, err := store.All(ctx, e.s.db.In(filesOfAll), "SELECT f.id, f.area FROM import f JOIN data_key k ON k.home = 0 AND k.subject = f.id WHERE {checked} AND "+within, []any{area}, scan)
	if err != nil {
		return found, fmt.Errorf("look for imports that hold a person: %w", err)
	}
	for _, f := range imports {
		rows, err := e.stagedOf(ctx, f, of)
		if err != nil {
			return found, err
		}
		if len(rows.rows) > 0 {
			found.imports = append(found.imports, rows)
		}
	}
	return found, nil
}

// traces reads what a person is known by.
func (e *Erasures) traces(ctx context.Context, home, person int64) (traces, error) {
	var of traces
	var birth *int64
	var sealed []byte
	err := store.One(ctx, e.s.db.In(filesOfAll), "SELECT name, birth, id_sealed FROM person WHERE {checked} AND home = $1 AND id = $2", []any{home, person}, &of.name, &birth, &sealed)
	if err != nil {
		return of, fmt.Errorf("read what a person is known by: %w", err)
	}
	of.name = plainCell(of.name)
	if birth != nil {
		day := clock.Day(*birth).String()
		of.birth = []string{day, strings.ReplaceAll(day, "-", ""), strings.ReplaceAll(day, "-", "/"), strings.ReplaceAll(day, "-", ".")}
	}
	if len(sealed) == 0 {
		return of, nil
	}
	key, err := e.s.keys.Of(ctx, home, person)
	if errors.Is(err, journal.ErrErased) {
		return of, nil
	}
	if err != nil {
		return of, fmt.Errorf("open the key of a person: %w", err)
	}
	number, err := crypt.Open(key, sealed, idPlace(person))
	of.number = plainCell(string(number))
	return of, err
}

// plainCell brings a cell into the form in which it is compared.
func plainCell(text string) string {
	return strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(text)), " "))
}

// hold says whether the cells of a row are about the person.
func (of traces) hold(cells []string) bool {
	named, born := false, len(of.birth) == 0
	for _, cell := range cells {
		plain := plainCell(cell)
		if of.number != "" && strings.NewReplacer(" ", "", "-", "").Replace(plain) == of.number {
			return true
		}
		named = named || (of.name != "" && plain == of.name)
		born = born || slices.Contains(of.birth, plain)
	}
	return named && born
}

// stagedOf finds the staged rows of an import that hold a person.
func (e *Erasures) stagedOf(ctx context.Context, f fileOf, of traces) (emptied, error) {
	found := emptied{fileOf: f}
	key, err := e.s.keys.Of(ctx, 0, f.id)
	if errors.Is(err, journal.ErrErased) {
		return found, nil
	}
	if err != nil {
		return found, fmt.Errorf("open the staged rows: %w", err)
	}
	for last := 0; ; {
		rows, err := store.All(ctx, e.s.db.In(filesOfAll), "SELECT n, state, body FROM staging WHERE {checked} AND set_id = $1 AND n > $2 ORDER BY n LIMIT $3", []any{f.id, last, stageChunk},
			func(r store.Rows, row *staged) error { return r.Scan(&row.n, &row.state, &row.body) })
		if err != nil || len(rows) == 0 {
			return found, err
		}
		for _, row := range rows {
			last = row.n
			if len(row.body) == 0 {
				continue
			}
			plain, err := crypt.Open(key, row.body, stagePlace(f.id, row.n))
			if err != nil {
				return found, fmt.Errorf("open row %d: %w", row.n, err)
			}
			cells, _, err := decodeStaged(plain)
			if err != nil {
				return found, fmt.Errorf("read row %d: %w", row.n, err)
			}
			if of.hold(cells) {
				found.rows = append(found.rows, row.n)
				found.bodies = append(found.bodies, crypt.Seal(key, []byte("[]"), stagePlace(f.id, row.n)))
			}
		}
	}
}

// entries are the events of taking the copies away.
func (in inFiles) entries(approval int64) []journal.Entry {
	var list []journal.Entry
	for _, im := range in.imports {
		list = append(list, journal.Entry{Kind: "import.rows-erased", SubjectKind: "import", Subject: im.id, Area: im.area, Body: map[string]any{"rows": len(im.rows), "approval": approval}})
	}
	for _, f := range in.exports {
		list = append(list, journal.Entry{Kind: "export.destroyed", SubjectKind: "export", Subject: f.id, Area: f.area, Body: map[string]any{"approval": approval}})
	}
	return list
}

// takeAway empties the rows, with the words that were collected of their files, and destroys the exported files.
func (in inFiles) takeAway(ctx context.Context, tx store.Tx) error {
	gone := encodeProblems([]Problem{newProblem("", policy.Reject, func(lang i18n.Lang) string { return i18n.T(lang, "registry.row.erased") })})
	for _, im := range in.imports {
		for i, n := range im.rows {
			if _, err := tx.Exec(ctx, "UPDATE staging SET body = $3, state = 'unreadable', problems = $4 WHERE {checked} AND set_id = $1 AND n = $2", im.id, n, im.bodies[i], gone); err != nil {
				return fmt.Errorf("erase a staged row: %w", err)
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE import SET words = NULL WHERE {checked} AND id = $1", im.id); err != nil {
			return fmt.Errorf("erase the words of a file: %w", err)
		}
	}
	for _, f := range in.exports {
		if err := destroyExport(ctx, tx, f.id); err != nil {
			return err
		}
	}
	return nil
}

// destroyExport destroys the key of an exported file, and the file.
func destroyExport(ctx context.Context, tx store.Tx, id int64) error {
	for _, text := range []string{"DELETE FROM data_key WHERE home = 0 AND subject = $1", "DELETE FROM export_part WHERE {checked} AND export = $1", "UPDATE export SET state = 'expired', ver = ver + 1 WHERE {checked} AND id = $1"} {
		if _, err := tx.Exec(ctx, text, id); err != nil {
			return fmt.Errorf("destroy an exported file: %w", err)
		}
	}
	return nil
}
