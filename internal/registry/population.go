package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Case is a household with what a rule needs to judge it.
type Case struct {
	Household
	Facts   policy.Facts
	Members []policy.Facts // present members: items and the core items by code; nil where none is registered
	Entries []Entry        // of the period
	// Dwellings are the items of those the household lives in, the longest inhabited first.
	Dwellings []policy.Facts
}

// Cases returns the households in scope below area after a position, with facts, members and the entries of a period,
// for rules that judge them. Answers of yearly sections are the latest that are not of a later year than the period's
// end, or the earliest where all are later. It is work of the program on behalf of the scope's caller: nothing of it is shown.
func (s *Service) Cases(ctx context.Context, scope access.Scope, area int64, from, to clock.Day, after Position, limit int) ([]Case, error) {
	list, err := s.List(ctx, scope, Filter{Area: area}, after, limit)
	if err != nil {
		return nil, err
	}
	cases := make([]Case, len(list))
	for i, h := range list {
		cases[i].Household = h
	}
	return cases, s.fillCases(ctx, scope, cases, from, to)
}

// CaseOf is Cases of one household in scope, a NotFound fault for one that is not.
func (s *Service) CaseOf(ctx context.Context, scope access.Scope, id int64, from, to clock.Day) (Case, error) {
	found, err := s.Found(ctx, scope, []int64{id})
	if err != nil {
		return Case{}, err
	}
	if len(found) == 0 {
		return Case{}, fault.New(fault.NotFound, "no such household")
	}
	cases := []Case{{Household: found[0]}}
	err = s.fillCases(ctx, scope, cases, from, to)
	return cases[0], err
}

// fillCases fills cases, those of a home together.
func (s *Service) fillCases(ctx context.Context, scope access.Scope, cases []Case, from, to clock.Day) error {
	homes := map[int64]*caseload{}
	for i := range cases {
		c := &cases[i]
		load := homes[c.Home]
		if load == nil {
			load = &caseload{home: c.Home, of: map[int64]*Case{}}
			homes[c.Home] = load
		}
		load.of[c.ID], load.households = c, append(load.households, c.ID)
	}
	for _, load := range homes {
		if err := s.fillHome(ctx, scope, load, from, to); err != nil {
			return fmt.Errorf("households from %d on: %w", load.households[0], err)
		}
	}
	return nil
}

// caseload are the cases of a home.
type caseload struct {
	home       int64
	households []int64
	of         map[int64]*Case // by household

	// Read for all of them:
	entries   []Entry
	dwellings []belonging
	members   []belonging
	documents map[int64]documents // by subject
}

// belonging is a dwelling or a member of a household.
type belonging struct {
	household, id int64
	birth         *int64
	sex, relation string
}

// within is the condition that a row of a table, "" or its alias with a dot, is of one of the households, and its arguments.
func (l *caseload) within(table string) (string, []any) {
	ids := store.Padded(l.households)
	return "{checked} AND " + table + "home = $1 AND " + table + "household IN (" + store.In(2, len(ids)) + ")", append([]any{l.home}, ids...)
}

func (s *Service) fillHome(ctx context.Context, scope access.Scope, l *caseload, from, to clock.Day) error {
	for _, read := range []func(context.Context, access.Scope, *caseload) error{s.readEntries, s.readDwellings, s.readMembers, s.readDocuments} {
		if err := read(ctx, scope, l); err != nil {
			return err
		}
	}
	year, _, _ := to.Civil()
	for id, c := range l.of {
		c.Facts = l.documents[id].near(year).flat()
	}
	for _, e := range l.entries {
		if e.From >= from && e.To <= to {
			c := l.of[e.Household]
			c.Entries = append(c.Entries, e)
		}
	}
	for _, d := range l.dwellings {
		c := l.of[d.household]
		c.Dwellings = append(c.Dwellings, l.documents[d.id].near(year).flat())
	}
	for _, m := range l.members {
		facts := l.documents[m.id].near(year).flat()
		facts[FieldSex], facts[FieldRelation] = textOrNil(m.sex), textOrNil(m.relation)
		if m.birth != nil {
			facts[FieldBirth] = clock.Day(*m.birth).String()
		}
		c := l.of[m.household]
		c.Members = append(c.Members, facts)
	}
	return nil
}

func (s *Service) readEntries(ctx context.Context, scope access.Scope, l *caseload) (err error) {
	where, args := l.within("")
	l.entries, err = s.entriesOf(ctx, scope, where+" AND ended IS NULL", args)
	return err
}

func (s *Service) readDwellings(ctx context.Context, scope access.Scope, l *caseload) (err error) {
	where, args := l.within("")
	l.dwellings, err = store.All(ctx, s.db.In(scope), "SELECT household, id FROM dwelling WHERE "+where+" AND to_day IS NULL ORDER BY from_day, id", args,
		func(r store.Rows, d *belonging) error { return r.Scan(&d.household, &d.id) })
	return err
}

func (s *Service) readMembers(ctx context.Context, scope access.Scope, l *caseload) (err error) {
	where, args := l.within("m.")
	l.members, err = store.All(ctx, s.db.In(scope), "SELECT m.household, p.id, p.birth, p.sex, m.relation FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person WHERE "+where+
		" AND m.to_day IS NULL ORDER BY m.household, m.person", args,
		func(r store.Rows, m *belonging) error {
			return r.Scan(&m.household, &m.id, &m.birth, &m.sex, &m.relation)
		})
	return err
}

// readDocuments reads the facts of the households, of whom lives in them and of where.
func (s *Service) readDocuments(ctx context.Context, scope access.Scope, l *caseload) (err error) {
	subjects, owner := slices.Clone(l.households), map[int64]int64{}
	for _, d := range l.dwellings {
		subjects, owner[d.id] = append(subjects, d.id), d.household
	}
	for _, m := range l.members {
		subjects = append(subjects, m.id)
	}
	l.documents, err = s.documentsOf(ctx, scope, l.home, subjects, func(subject int64) (crypt.DataKey, error) {
		return s.keys.Of(ctx, l.home, cmp.Or(owner[subject], subject))
	})
	return err
}
