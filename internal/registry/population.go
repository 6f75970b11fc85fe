package registry

import (
	"context"
	"fmt"

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
		if err := s.fillCase(ctx, scope, &cases[i], from, to); err != nil {
			return nil, fmt.Errorf("household %d: %w", h.ID, err)
		}
	}
	return cases, nil
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
	c := Case{Household: found[0]}
	return c, s.fillCase(ctx, scope, &c, from, to)
}

func (s *Service) fillCase(ctx context.Context, scope access.Scope, c *Case, from, to clock.Day) error {
	documents, err := s.documents(ctx, scope, c.Home, c.ID, func() (crypt.DataKey, error) { return s.keys.Of(ctx, c.Home, c.ID) })
	if err != nil {
		return err
	}
	y, _, _ := to.Civil()
	c.Facts = documents.near(y).flat()
	all, err := s.entries(ctx, scope, c.Home, c.ID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.From >= from && e.To <= to {
			c.Entries = append(c.Entries, e)
		}
	}
	if err := s.fillCaseDwellings(ctx, scope, c, y); err != nil {
		return err
	}
	return s.fillCaseMembers(ctx, scope, c, y)
}

func (s *Service) fillCaseDwellings(ctx context.Context, scope access.Scope, c *Case, year int) error {
	ids, err := store.All(ctx, s.db.In(scope), "SELECT id FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND to_day IS NULL ORDER BY from_day, id",
		[]any{c.Home, c.ID}, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		documents, err := s.documents(ctx, scope, c.Home, id, func() (crypt.DataKey, error) { return s.keys.Of(ctx, c.Home, c.ID) })
		if err != nil {
			return err
		}
		c.Dwellings = append(c.Dwellings, documents.near(year).flat())
	}
	return nil
}

func (s *Service) fillCaseMembers(ctx context.Context, scope access.Scope, c *Case, year int) error {
	type member struct {
		id       int64
		birth    *int64
		sex      string
		relation string
	}
	members, err := store.All(ctx, s.db.In(scope), `SELECT p.id, p.birth, p.sex, m.relation FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person
		WHERE {checked} AND m.home = $1 AND m.household = $2 AND m.to_day IS NULL`, []any{c.Home, c.ID}, func(r store.Rows, m *member) error {
		return r.Scan(&m.id, &m.birth, &m.sex, &m.relation)
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		documents, err := s.documents(ctx, scope, c.Home, m.id, func() (crypt.DataKey, error) { return s.keys.Of(ctx, c.Home, m.id) })
		if err != nil {
			return err
		}
		facts := documents.near(year).flat()
		facts[FieldSex], facts[FieldRelation] = textOrNil(m.sex), textOrNil(m.relation)
		if m.birth != nil {
			facts[FieldBirth] = clock.Day(*m.birth).String()
		}
		c.Members = append(c.Members, facts)
	}
	return nil
}
