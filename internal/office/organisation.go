package office

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Organisation is a cooperative, a firm, a department, a partner unit: whoever is no household and takes part. It holds
// no data of persons; its contact is an office or a post.
type Organisation struct {
	ID          int64
	Number      string // given by the program, permanent
	Name        string
	Kind        string // of the pack's code list "organisation_kind"
	Area        int64  // where it has its seat
	Parent      int64  // the organisation it belongs to, 0 for none
	Identifiers map[string]string
	Contact     string
	Phone       string
	From        clock.Day
	To          *clock.Day // the last day of one that exists no longer
	Ver         int64
}

// The pack's code lists of organisations: what kinds there are, and which numbers name one.
const (
	OrganisationKinds       = "organisation_kind"
	OrganisationIdentifiers = "organisation_identifier"
)

// Packs gives the pack in use on a day.
type Packs interface {
	Current(day clock.Day) (*policy.Pack, error)
}

// Organisations is the register of organisations. Who works in an area sees those that have their seat in it.
type Organisations struct {
	db      *access.DB
	journal *journal.Journal
	areas   *area.Service
	packs   Packs
}

// NewOrganisations opens the register of a database.
func NewOrganisations(db *access.DB, j *journal.Journal, areas *area.Service, packs Packs) *Organisations {
	return &Organisations{db: db, journal: j, areas: areas, packs: packs}
}

// Options are the answers of one of the pack's code lists of organisations, none where it has no such list.
func (s *Organisations) Options(list string, on clock.Day) []policy.Option {
	pack, err := s.packs.Current(on)
	if err != nil || pack.Codes[list] == nil {
		return nil
	}
	return pack.Codes[list].Options
}

// has says whether a code stands in a list.
func (s *Organisations) has(list, code string, on clock.Day) bool {
	return slices.ContainsFunc(s.Options(list, on), func(o policy.Option) bool { return o.Code == code })
}

// OrganisationFilter selects organisations; zero values select all that exist.
type OrganisationFilter struct {
	Text  string // part of the name, or the number
	Kind  string
	Area  int64
	Ended bool // those that exist no longer as well
}

const organisationColumns = "id, number, name, kind, area, parent, identifiers, contact, phone, from_day, to_day, ver"

func scanOrganisation(r store.Rows, o *Organisation) error {
	var identifiers string
	var to *int64
	if err := r.Scan(&o.ID, &o.Number, &o.Name, &o.Kind, &o.Area, &o.Parent, &identifiers, &o.Contact, &o.Phone, &o.From, &to, &o.Ver); err != nil {
		return err
	}
	if to != nil {
		day := clock.Day(*to)
		o.To = &day
	}
	return json.Unmarshal([]byte(identifiers), &o.Identifiers)
}

// List returns the organisations in scope that a filter selects, by identifier after one.
func (s *Organisations) List(ctx context.Context, scope access.Scope, f OrganisationFilter, after int64, limit int) ([]Organisation, error) {
	scope = scope.Within(s.areas.Scheme().Range(f.Area))
	parts, args := []string{"{scope area}", "id > $1"}, []any{after}
	bind := func(value any) string {
		args = append(args, value)
		return "$" + strconv.Itoa(len(args))
	}
	if !f.Ended {
		today := scope.Caller().Today
		parts = append(parts, "(to_day IS NULL OR to_day >= "+bind(int64(today))+")")
	}
	if f.Kind != "" {
		parts = append(parts, "kind = "+bind(f.Kind))
	}
	if text := foldName(f.Text); text != "" {
		parts = append(parts, "(number = "+bind(text)+" OR folded LIKE "+bind("%"+store.EscapeLike(text)+"%")+" ESCAPE '!')")
	}
	sql := "SELECT " + organisationColumns + " FROM organisation WHERE " + strings.Join(parts, " AND ") + " ORDER BY id LIMIT " + bind(limit)
	found, err := store.All(ctx, s.db.In(scope), sql, args, scanOrganisation)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return found, nil
}

// Get returns an organisation in scope, or a NotFound fault.
func (s *Organisations) Get(ctx context.Context, scope access.Scope, id int64) (Organisation, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+organisationColumns+" FROM organisation WHERE id = $1 AND {scope area}", []any{id}, scanOrganisation)
	if err != nil {
		return Organisation{}, fmt.Errorf("read an organisation: %w", err)
	}
	if len(found) == 0 {
		return Organisation{}, refuse(ctx, fault.NotFound, "no_organisation")
	}
	return found[0], nil
}

// Save registers an organisation (ID 0) or changes one as it was read (Ver). Invalid faults name the field; a Stale
// fault says that somebody else changed it meanwhile.
func (s *Organisations) Save(ctx context.Context, scope access.Scope, o Organisation) (Organisation, error) {
	command, err := s.journal.Begin(ctx, whoSaves(scope, o.Area))
	if err != nil {
		return o, err
	}
	o, write, err := s.prepare(ctx, scope, command, o)
	if err != nil {
		return o, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := write(ctx, tx); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	o.Ver++
	return o, err
}

func whoSaves(scope access.Scope, at int64) journal.Who {
	c := scope.Caller()
	return journal.Who{Account: c.Account, Role: scope.Role(at), Place: c.Place}
}

// prepare checks an organisation, gives a new one its number and notes the event in the command; write stores it.
func (s *Organisations) prepare(ctx context.Context, scope access.Scope, command *journal.Command, o Organisation) (of Organisation, write func(context.Context, store.Tx) error, err error) {
	if err := s.check(ctx, scope, &o); err != nil {
		return o, nil, err
	}
	kind, before := "organisation.changed", map[string]any{}
	if o.ID == 0 {
		id, err := s.journal.Ids().One(ctx, 0)
		if err != nil {
			return o, nil, err
		}
		o.ID, o.Number, o.Ver, kind = id, strconv.FormatInt(id, 10), 0, "organisation.registered"
	} else {
		stored, err := s.Get(ctx, scope, o.ID)
		if err != nil {
			return o, nil, err
		}
		o.Number, before = stored.Number, stored.told()
	}
	err = command.Note(ctx, journal.Entry{Kind: kind, SubjectKind: "organisation", Subject: o.ID, Area: o.Area, VerBefore: o.Ver, VerAfter: o.Ver + 1,
		Body: map[string]any{"before": before, "after": o.told()}})
	return o, o.write, err
}

// told is what the journal keeps.
func (o Organisation) told() map[string]any {
	to := ""
	if o.To != nil {
		to = o.To.String()
	}
	return map[string]any{"name": o.Name, "kind": o.Kind, "area": o.Area, "parent": o.Parent, "identifiers": o.Identifiers, "contact": o.Contact, "phone": o.Phone, "from": o.From.String(), "to": to}
}

func (o Organisation) write(ctx context.Context, tx store.Tx) error {
	identifiers, err := json.Marshal(o.Identifiers)
	if err != nil {
		return err
	}
	var to *int64
	if o.To != nil {
		day := int64(*o.To)
		to = &day
	}
	values := []any{o.ID, o.Name, foldName(o.Name), o.Kind, o.Area, o.Parent, string(identifiers), o.Contact, o.Phone, int64(o.From), to}
	if o.Ver == 0 {
		_, err := tx.Exec(ctx, `INSERT INTO organisation (id, name, folded, kind, area, parent, identifiers, contact, phone, from_day, to_day, number)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, append(values, o.Number)...)
		return err
	}
	if err := store.Bump(ctx, tx, "organisation", "{scope area} AND id = $1", o.Ver, o.ID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE organisation SET name = $2, folded = $3, kind = $4, area = $5, parent = $6, identifiers = $7, contact = $8, phone = $9, from_day = $10, to_day = $11
		WHERE id = $1 AND {checked}`, values...)
	return err
}

// phoneForm is what a telephone number may look like.
var phoneForm = regexp.MustCompile(`^[0-9+() -]{0,30}$`)

// deepest is how many organisations may stand above one.
const deepest = 10

func (s *Organisations) check(ctx context.Context, scope access.Scope, o *Organisation) error {
	for _, text := range []*string{&o.Name, &o.Contact, &o.Phone} {
		*text = strings.TrimSpace(norm.NFC.String(*text))
	}
	today := scope.Caller().Today
	if err := s.checkIdentifiers(ctx, o, today); err != nil {
		return err
	}
	switch {
	case o.Name == "" || len([]rune(o.Name)) > 200:
		return invalid(ctx, "name", "name", "max", 200)
	case !s.has(OrganisationKinds, o.Kind, today):
		return invalid(ctx, "kind", "organisation_kind")
	case len([]rune(o.Contact)) > 200:
		return invalid(ctx, "contact", "organisation_long", "max", 200)
	case !phoneForm.MatchString(o.Phone):
		return invalid(ctx, "phone", "organisation_phone")
	case o.Area == 0 || !scope.Holds(o.Area):
		return invalid(ctx, "area", "area")
	case o.To != nil && *o.To < o.From:
		return invalid(ctx, "to", "organisation_days")
	}
	return s.checkParents(ctx, scope, *o)
}

// checkIdentifiers trims the numbers and leaves empty ones out.
func (s *Organisations) checkIdentifiers(ctx context.Context, o *Organisation, today clock.Day) error {
	kept := map[string]string{}
	for _, kind := range slices.Sorted(maps.Keys(o.Identifiers)) {
		number := strings.TrimSpace(o.Identifiers[kind])
		switch {
		case number == "":
			continue
		case len(number) > 60:
			return invalid(ctx, identifierColumn(kind), "organisation_long", "max", 60)
		case !s.has(OrganisationIdentifiers, kind, today):
			return invalid(ctx, identifierColumn(kind), "organisation_identifier")
		}
		kept[kind] = number
	}
	o.Identifiers = kept
	return nil
}

// checkParents refuses a parent that is absent, the organisation itself, or below it.
func (s *Organisations) checkParents(ctx context.Context, scope access.Scope, o Organisation) error {
	at := o.Parent
	for range deepest {
		if at == 0 {
			return nil
		}
		if at == o.ID {
			break
		}
		parent, err := s.Get(ctx, scope, at)
		if fault.Is(err, fault.NotFound) && at != o.Parent {
			return nil // what stands above the parent may lie outside the caller's area
		}
		if err != nil {
			return invalid(ctx, "parent", "no_organisation")
		}
		at = parent.Parent
	}
	return invalid(ctx, "parent", "organisation_parent")
}

// foldName is a name as it is searched for.
func foldName(name string) string {
	return cases.Fold().String(norm.NFKC.String(strings.Join(strings.Fields(name), " ")))
}
