package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Template is a mapping that somebody saved under a name, for files with the same columns. Who works in the area it
// was saved for, or inside of it, may use it.
type Template struct {
	ID      int64
	Name    string
	Account int64 // who saved it
	Pack    string
	Columns []string // of the file it was made for
	Mapping Mapping  // without the reference day, which belongs to a file
	Created clock.Time
	Used    clock.Time
	Ver     int64
	Own     bool // the caller may rename and delete it

	within access.Range
}

// longestTemplateName is in characters.
const longestTemplateName = 80

// headerHash finds a template for a header again: the order of columns and the writing of their names do not matter.
func headerHash(header []string) string {
	folded := make([]string, len(header))
	for i, column := range header {
		folded[i] = foldName(column)
	}
	slices.Sort(folded)
	sum := sha256.Sum256([]byte(strings.Join(folded, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func templateName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > longestTemplateName {
		return "", fault.New(fault.Invalid, "a saved mapping needs a name of up to %d characters", longestTemplateName).With(0, "name", "is empty or longer than %d characters", longestTemplateName)
	}
	return name, nil
}

// SaveTemplate saves an import's mapping under a name. One of the caller's own with the same name is replaced.
func (s *Service) SaveTemplate(ctx context.Context, scope access.Scope, im Import, m Mapping, name string) (Template, error) {
	name, err := templateName(name)
	if err != nil {
		return Template{}, err
	}
	pack, err := s.Pack(im.Area)
	if err != nil {
		return Template{}, err
	}
	resolved := m
	if resolved.Day == "" {
		resolved.Day = s.today().String()
	}
	if _, err := resolved.resolve(im.Header, pack); err != nil {
		return Template{}, err
	}
	m.Day = ""
	body, err := json.Marshal(m)
	if err != nil {
		return Template{}, err
	}
	columns, err := json.Marshal(im.Header)
	if err != nil {
		return Template{}, err
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Template{}, err
	}
	ranges := scope.Ranges()
	now := s.journal.Clock().Now()
	t := Template{ID: id, Name: name, Account: scope.Caller().Account, Pack: pack.ID, Columns: im.Header, Mapping: m, Created: now, Used: now, Ver: 1, Own: true,
		within: access.Range{Lo: ranges[0].Lo, Hi: ranges[len(ranges)-1].Hi}}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM import_template WHERE {checked} AND account = $1 AND name = $2", t.Account, t.Name); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO import_template (id, name, account, lo, hi, pack, subject, header, columns, body, created, used)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`, t.ID, t.Name, t.Account, t.within.Lo, t.within.Hi, t.Pack, m.Subject, headerHash(im.Header), string(columns), string(body), int64(now))
		return err
	})
	if err != nil {
		return Template{}, fmt.Errorf("save a mapping: %w", err)
	}
	return t, nil
}

const templateColumns = "id, name, account, lo, hi, pack, columns, body, created, used, ver"

func scanTemplate(r store.Rows, t *Template) error {
	var columns, body string
	if err := r.Scan(&t.ID, &t.Name, &t.Account, &t.within.Lo, &t.within.Hi, &t.Pack, &columns, &body, &t.Created, &t.Used, &t.Ver); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(columns), &t.Columns); err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), &t.Mapping)
}

// Templates lists the saved mappings that the caller may use, the last used first.
func (s *Service) Templates(ctx context.Context, scope access.Scope) ([]Template, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+templateColumns+" FROM import_template WHERE {checked} ORDER BY used DESC, id DESC", nil, scanTemplate)
	if err != nil {
		return nil, fmt.Errorf("read saved mappings: %w", err)
	}
	account, ranges := scope.Caller().Account, scope.Ranges()
	var usable []Template
	for _, t := range found {
		inside := slices.ContainsFunc(ranges, func(r access.Range) bool { return t.within.Lo <= r.Lo && r.Hi <= t.within.Hi })
		over := slices.ContainsFunc(ranges, func(r access.Range) bool { return r.Lo <= t.within.Lo && t.within.Hi <= r.Hi })
		t.Own = t.Account == account || over
		if t.Own || inside {
			usable = append(usable, t)
		}
	}
	return usable, nil
}

// TemplatesFor lists the saved mappings that fit an import: first those made for the same columns, then those all of
// whose columns the file has. same is how many are of the first kind.
func (s *Service) TemplatesFor(ctx context.Context, scope access.Scope, im Import) (fitting []Template, same int, err error) {
	pack, err := s.Pack(im.Area)
	if err != nil {
		return nil, 0, err
	}
	all, err := s.Templates(ctx, scope)
	if err != nil {
		return nil, 0, err
	}
	var others []Template
	for _, t := range all {
		m := t.Mapping
		m.Day = s.today().String()
		if _, err := m.resolve(im.Header, pack); err != nil || t.Pack != pack.ID {
			continue
		}
		if headerHash(t.Columns) == headerHash(im.Header) {
			fitting = append(fitting, t)
		} else {
			others = append(others, t)
		}
	}
	return append(fitting, others...), len(fitting), nil
}

// UsedTemplate remembers that a saved mapping was used now.
func (s *Service) UsedTemplate(ctx context.Context, scope access.Scope, id int64) error {
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE import_template SET used = $2 WHERE {checked} AND id = $1", id, int64(s.journal.Clock().Now()))
		return err
	})
}

// ownTemplate is a saved mapping that the caller may change; a NotFound fault for others.
func (s *Service) ownTemplate(ctx context.Context, scope access.Scope, id int64) (Template, error) {
	all, err := s.Templates(ctx, scope)
	if err != nil {
		return Template{}, err
	}
	for _, t := range all {
		if t.ID == id && t.Own {
			return t, nil
		}
	}
	return Template{}, fault.New(fault.NotFound, "no such saved mapping")
}

// RenameTemplate gives a saved mapping of the caller's another name.
func (s *Service) RenameTemplate(ctx context.Context, scope access.Scope, id int64, name string) error {
	name, err := templateName(name)
	if err != nil {
		return err
	}
	if _, err := s.ownTemplate(ctx, scope, id); err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE import_template SET name = $2, ver = ver + 1 WHERE {checked} AND id = $1", id, name)
		return err
	})
}

// DeleteTemplate takes a saved mapping of the caller's away; imports that used it keep theirs.
func (s *Service) DeleteTemplate(ctx context.Context, scope access.Scope, id int64) error {
	if _, err := s.ownTemplate(ctx, scope, id); err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM import_template WHERE {checked} AND id = $1", id)
		return err
	})
}
