package office

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Relations are what can be declared: the own person and household, and kin of the first degree.
var Relations = []string{"self", "spouse", "parent", "child", "sibling", "in_law"}

// Declared is a household or person that somebody declared as their own or as kin.
type Declared struct {
	Home        int64
	SubjectKind string // household or person
	Subject     int64
	Relation    string
	Declared    clock.Time
}

// Declare notes that a household or person of the register is the caller's own or kin. From now on the caller takes no
// step in their matters (duties.yaml), by whatever account. A declaration is not taken back: kin stays kin.
func (s *Service) Declare(ctx context.Context, c access.Caller, d Declared) error {
	if !slices.Contains(Relations, d.Relation) {
		return invalid(ctx, "relation", "relation")
	}
	e := journal.Entry{Kind: "account.kin_declared", SubjectKind: "account", Subject: c.Account, Area: placeOf(c), Body: map[string]any{"relation": d.Relation, "subject": d.Subject}}
	return s.act(ctx, self(c.Account, c.Place, "declare the own household or kin"), func(tx store.Tx, at clock.Time) error {
		_, err := tx.Exec(ctx, `INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (person, subject) DO UPDATE SET relation = excluded.relation`, c.Person, d.Home, d.SubjectKind, d.Subject, d.Relation, int64(at), c.Account)
		return err
	}, e)
}

// DeclaredBy lists what the caller's person has declared.
func (s *Service) DeclaredBy(ctx context.Context, c access.Caller) ([]Declared, error) {
	found, err := store.All(ctx, s.db.In(system), "SELECT home, subject_kind, subject, relation, declared FROM own_declared WHERE person = $1 ORDER BY declared, subject", []any{c.Person},
		func(r store.Rows, d *Declared) error {
			return r.Scan(&d.Home, &d.SubjectKind, &d.Subject, &d.Relation, &d.Declared)
		})
	if err != nil {
		return nil, fmt.Errorf("read declarations: %w", err)
	}
	return found, nil
}
