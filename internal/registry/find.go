package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

// Why says how a search met what it answers.
type Why string

// The reasons besides those of names, which are namekey's.
const (
	WhyNumber   Why = "number"   // the permanent number of a household or person
	WhyIdentity Why = "identity" // the national identity number
	WhyPhone    Why = "phone"    // a telephone number
	WhyPlace    Why = "place"    // the name of a village or another area
)

// Hit is one answer of a search: a person in a household, a household, or an area.
type Hit struct {
	Why   Why
	Score float64 // 1 is what was looked for, near 0 hardly like it
	// Household is the household that was met or in which Person lives; nil for an area.
	Household *Household
	Person    *Member // nil where the household itself or an area was met
	Area      area.Area
	sharers   int // hits that share the same part of what was typed, 0 where that says nothing
}

// Query is what is looked for: a name in any script, a part of one, the number of a household or person, a telephone
// number, a national identity number, the name of a village.
type Query struct {
	Text string
	Area int64 // subtree, 0 for everywhere in scope
}

const (
	maxQuery = 200 // bytes
	// MostHits is how many answers a search gives at most: one looks for somebody, not for a list.
	MostHits = 20
)

// Find looks for households, their members and villages in scope and returns the likeliest first, at most MostHits.
// What is out of scope, or whose names or numbers the caller may not see, is absent. It counts the search against the
// caller's limit (a TooMany fault) and journals whom it shows before it answers.
func (s *Service) Find(ctx context.Context, scope access.Scope, q Query, limit int) ([]Hit, error) {
	text := strings.TrimSpace(q.Text)
	if text == "" {
		return nil, nil
	}
	if len(text) > maxQuery {
		return nil, fault.New(fault.TooLarge, "this is too long to look for")
	}
	scope = scope.Within(s.areas.Scheme().Range(q.Area))
	if err := s.countLookup(ctx, scope, lookupName); err != nil {
		return nil, err
	}
	var hits []Hit
	for _, way := range []func(context.Context, access.Scope, string) ([]Hit, error){s.findNumber, s.findIdentity, s.findPhone, s.findName, s.findPlace} {
		found, err := way(ctx, scope, text)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	hits = s.best(scope, hits, min(limit, MostHits))
	if err := s.place(ctx, hits); err != nil {
		return nil, err
	}
	return hits, s.journalHits(ctx, scope, hits)
}

// best orders hits, keeps the first of each household or person, and hides what the caller may not see of them.
func (s *Service) best(scope access.Scope, hits []Hit, limit int) []Hit {
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.sharers, b.sharers))
	})
	met := map[int64]bool{}
	kept := make([]Hit, 0, limit)
	for _, h := range hits {
		if len(kept) == limit {
			break
		}
		if id := h.subject(); met[id] {
			continue
		} else if id != 0 {
			met[id] = true
		}
		if h.Household != nil && !s.sees(scope, SubjectPerson, h.Household.Area, FieldName) {
			h.Household.HeadName = ""
		}
		if h.Person != nil {
			s.maskPerson(scope, h.Household.Area, h.Person)
		}
		kept = append(kept, h)
	}
	return kept
}

// subject identifies the person or household that was met, 0 for an area.
func (h Hit) subject() int64 {
	switch {
	case h.Person != nil:
		return h.Person.ID
	case h.Household != nil:
		return h.Household.ID
	}
	return 0
}

// place names the areas of the households that were met.
func (s *Service) place(ctx context.Context, hits []Hit) error {
	var keys []int64
	for _, h := range hits {
		if h.Household != nil {
			keys = append(keys, h.Household.Area)
		}
	}
	places, err := s.Places(ctx, keys)
	if err != nil {
		return err
	}
	for i, h := range hits {
		if h.Household != nil {
			hits[i].Area = places[h.Household.Area]
		}
	}
	return nil
}

// journalHits stores whom a search showed: one event a storage home, so that each stands with its households.
func (s *Service) journalHits(ctx context.Context, scope access.Scope, hits []Hit) error {
	shown := map[int64][]Hit{}
	var homes []int64
	for _, h := range hits {
		if h.Household == nil {
			continue
		}
		if shown[h.Household.Home] == nil {
			homes = append(homes, h.Household.Home)
		}
		shown[h.Household.Home] = append(shown[h.Household.Home], h)
	}
	var entries []journal.Entry
	for _, home := range homes {
		first := shown[home][0]
		ids := make([]int64, len(shown[home]))
		for i, h := range shown[home] {
			ids[i] = h.subject()
		}
		entries = append(entries, journal.Entry{Kind: "search.read", SubjectKind: SubjectHousehold, Subject: first.Household.ID, Home: home, Area: first.Household.Area,
			Body: map[string]any{"shown": ids, "why": first.Why}})
	}
	if len(entries) == 0 {
		return nil
	}
	if err := s.journal.Reading(ctx, reads(scope, entries[0].Area), entries...); err != nil {
		return fmt.Errorf("journal a search: %w", err)
	}
	return nil
}

// findNumber finds the household or person with a permanent number.
func (s *Service) findNumber(ctx context.Context, scope access.Scope, text string) ([]Hit, error) {
	id, ok := ParseNumber(strings.ReplaceAll(text, " ", ""))
	if !ok {
		return nil, nil
	}
	home, err := s.journal.Ids().Home(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := s.people(ctx, scope, thatPerson, "", home, id)
	if err == nil && len(found) == 0 {
		found, err = s.people(ctx, scope, "SELECT home, id AS person, 1 AS w FROM alias WHERE {checked} AND source = $1 AND key = $2", "", mergedSource, Number(id))
	}
	if err != nil || len(found) > 0 {
		return scored(found, WhyNumber), err
	}
	h, err := s.household(ctx, scope, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return []Hit{{Why: WhyNumber, Score: 1, Household: &h}}, err
}

func scored(hits []Hit, why Why) []Hit {
	for i := range hits {
		hits[i].Why, hits[i].Score = why, 1
	}
	return hits
}

// thatPerson chooses one person by home and id.
const thatPerson = "SELECT CAST($1 AS bigint) AS home, CAST($2 AS bigint) AS person, 1 AS w"

// people reads persons in scope with their households. who is a statement that chooses them: it gives home, person and
// a weight w, by which order may go.
func (s *Service) people(ctx context.Context, scope access.Scope, who, order string, args ...any) ([]Hit, error) {
	found, err := store.All(ctx, s.db.In(scope), peopleOf(who)+order, args, scanHit)
	if err != nil {
		return nil, fmt.Errorf("find persons: %w", err)
	}
	return found, nil
}

// peopleOf is the statement that reads the persons whom who chooses, table after table: a planner that may mix the
// steps reads all households of the scope for a handful of persons.
func peopleOf(who string) string {
	return "WITH chosen AS MATERIALIZED (" + who + `), member AS MATERIALIZED (
		SELECT m.home, m.person, m.household, m.relation, m.head, m.from_day, chosen.w FROM chosen CROSS JOIN membership m
		WHERE m.home = chosen.home AND m.person = chosen.person AND m.to_day IS NULL), p AS MATERIALIZED (
		SELECT person.*, m.household, m.relation, m.head, m.from_day, m.w FROM member m CROSS JOIN person
		WHERE person.home = m.home AND person.id = m.person)
		SELECT ` + personColumns + ", p.relation, p.head, p.from_day, " + householdColumns + ` FROM p CROSS JOIN household h
		WHERE h.home = p.home AND h.id = p.household AND {scope h.area h.id}`
}

func scanHit(r store.Rows, hit *Hit) error {
	hit.Person, hit.Household = &Member{}, &Household{}
	var birth, died *int64
	var head int64
	p := hit.Person
	err := scanHousehold(leading{r, append(scanPersonInto(&p.Person, &birth, &died), &p.Relation, &head, &p.From)}, hit.Household)
	p.Birth, p.Died, p.IsHead = day(birth), day(died), head == 1
	return err
}

// leading scans some columns before those that a scan function knows.
type leading struct {
	store.Rows
	first []any
}

// Scan reads the leading columns and then dest.
func (l leading) Scan(dest ...any) error {
	return l.Rows.Scan(append(slices.Clip(l.first), dest...)...)
}

// findPlace finds villages and other areas by the beginning of their names.
func (s *Service) findPlace(ctx context.Context, scope access.Scope, text string) ([]Hit, error) {
	found, err := s.areas.Starting(ctx, scope, text, 5)
	if err != nil {
		return nil, err
	}
	typed := namekey.Type(text)
	hits := make([]Hit, len(found))
	for i, a := range found {
		score, _ := typed.Compare(a.Name)
		hits[i] = Hit{Why: WhyPlace, Score: max(.5, score), Area: a}
	}
	return hits, nil
}
