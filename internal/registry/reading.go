package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// reads is who reads records of an area, for the journal.
func reads(scope access.Scope, area int64) journal.Who {
	c := scope.Caller()
	return journal.Who{Account: c.Account, Role: scope.Role(area), Place: c.Place, Why: c.Purpose}
}

// Browse is List for people and programs: where it shows names, it journals whose they are before it answers.
func (s *Service) Browse(ctx context.Context, scope access.Scope, f Filter, after Position, limit int) ([]Household, error) {
	list, err := s.List(ctx, scope, f, after, limit)
	if err != nil {
		return nil, err
	}
	var shown []int64
	for _, h := range list {
		if h.HeadName != "" {
			shown = append(shown, h.ID)
		}
	}
	if len(shown) == 0 {
		return list, nil
	}
	if err := s.journal.Shown(ctx, reads(scope, list[0].Area), "household.listed", SubjectHousehold, 0, f.Area, shown); err != nil {
		return nil, fmt.Errorf("journal that households were listed: %w", err)
	}
	return list, nil
}

// OpenChange returns a change set with its rows, as change.Get does, and journals that its records were read.
func (s *Service) OpenChange(ctx context.Context, scope access.Scope, id int64) (change.Set, []change.Detail, error) {
	set, details, err := s.changes.Get(ctx, scope, id)
	if err != nil {
		return set, nil, err
	}
	shown := make([]int64, len(details))
	for i, d := range details {
		shown[i] = d.Record.ID
	}
	if err := s.journal.Shown(ctx, reads(scope, set.Area), "change.read", "change", set.Home, set.Area, shown); err != nil {
		return set, nil, fmt.Errorf("journal that a change was read: %w", err)
	}
	return set, details, nil
}

// OpenPerson returns a person with what the reader may see and the household he lives in now, and journals that it
// was read. It returns a NotFound fault for a person who is absent or out of scope.
func (s *Service) OpenPerson(ctx context.Context, scope access.Scope, id int64) (Member, Household, error) {
	p, h, relation, err := s.person(ctx, scope, id)
	if err != nil {
		return Member{}, Household{}, err
	}
	m := Member{Person: p, Relation: relation, IsHead: h.Head == p.ID}
	documents, err := s.documents(ctx, scope, p.Home, p.ID, func() (crypt.DataKey, error) { return s.keys.Of(ctx, p.Home, p.ID) })
	if err != nil {
		return Member{}, Household{}, err
	}
	shown := documents.latest()
	scope = scope.In(h.State())
	m.Facts, m.Answered = s.visible(scope, h.Area, SubjectPerson, shown.flat()), shown.years()
	s.maskPerson(scope, h.Area, &m)
	if !s.sees(scope, SubjectPerson, h.Area, FieldName) {
		h.HeadName = ""
	}
	if err := s.journal.Shown(ctx, reads(scope, h.Area), "person.read", SubjectPerson, p.Home, h.Area, []int64{p.ID}); err != nil {
		return Member{}, Household{}, fmt.Errorf("journal that a person was read: %w", err)
	}
	return m, h, nil
}

// HouseholdOf is the number of the household in which a person in scope lives now.
func (s *Service) HouseholdOf(ctx context.Context, scope access.Scope, person int64) (string, error) {
	_, h, _, err := s.person(ctx, scope, person)
	return h.Number, err
}

// Places returns areas by their keys. Names of areas are public.
func (s *Service) Places(ctx context.Context, keys []int64) (map[int64]area.Area, error) {
	places := map[int64]area.Area{}
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	for some := range slices.Chunk(keys, 500) {
		args := make([]any, len(some))
		for i, k := range some {
			args[i] = k
		}
		scope := access.System("names of areas are public")
		found, err := store.All(ctx, s.db.In(scope), "SELECT key, level, parent, code, name, names FROM area WHERE key IN ("+store.In(1, len(args))+")", args, scanPlace)
		if err != nil {
			return nil, fmt.Errorf("read names of areas: %w", err)
		}
		for _, a := range found {
			places[a.Key] = a
		}
	}
	return places, nil
}

func scanPlace(r store.Rows, a *area.Area) error {
	var names string
	if err := r.Scan(&a.Key, &a.Level, &a.Parent, &a.Code, &a.Name, &names); err != nil || names == "" {
		return err
	}
	a.Names = i18n.Text{}
	return json.Unmarshal([]byte(names), &a.Names)
}

// ListedFacts returns the values of list items of households and their dwellings, by household and item
// ("subject.code"). The items are of Filterable, so that the reader may see them.
func (s *Service) ListedFacts(ctx context.Context, scope access.Scope, households []Household, items []*policy.Item) (map[int64]policy.Facts, error) {
	byNumber := map[int64]*policy.Item{}
	for _, item := range items {
		if item.Subject != SubjectHousehold && item.Subject != SubjectDwelling {
			continue
		}
		n, err := s.itemNumber(ctx, item.Subject, item.Code)
		if err != nil {
			return nil, err
		}
		byNumber[n] = item
	}
	byHome := map[int64][]any{}
	for _, h := range households {
		byHome[h.Home] = append(byHome[h.Home], h.ID)
	}
	facts := map[int64]policy.Facts{}
	for home, ids := range byHome {
		for _, sql := range []string{
			"SELECT f.household, f.item, f.num, f.txt FROM fact_index f WHERE {scope f.area} AND f.home = $1 AND f.subject IN (%s) ORDER BY f.subject, f.item, f.n",
			"SELECT f.household, f.item, f.num, f.txt FROM dwelling d JOIN fact_index f ON f.home = d.home AND f.subject = d.id WHERE {scope f.area} AND d.to_day IS NULL AND d.home = $1 AND d.household IN (%s) ORDER BY f.subject, f.item, f.n",
		} {
			if err := s.listedFacts(ctx, scope, fmt.Sprintf(sql, store.In(2, len(ids))), append([]any{home}, ids...), byNumber, facts); err != nil {
				return nil, fmt.Errorf("read listed facts: %w", err)
			}
		}
	}
	return facts, nil
}

func (s *Service) listedFacts(ctx context.Context, scope access.Scope, sql string, args []any, items map[int64]*policy.Item, into map[int64]policy.Facts) error {
	rows, err := s.db.Query(ctx, scope, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var household, number int64
		var num *float64
		var txt *string
		if err := rows.Scan(&household, &number, &num, &txt); err != nil {
			return err
		}
		item := items[number]
		if item == nil {
			continue
		}
		if into[household] == nil {
			into[household] = policy.Facts{}
		}
		name := item.Subject + "." + item.Code
		into[household][name] = indexedValue(item.Kind, num, txt, into[household][name])
	}
	return rows.Err()
}

// indexedValue turns a row of the index back into a value; of a multi item before holds the choices so far.
func indexedValue(kind policy.Kind, num *float64, txt *string, before policy.Value) policy.Value {
	switch {
	case num != nil && kind == policy.Date:
		return clock.Day(*num).String()
	case num != nil && kind == policy.Decimal:
		return json.Number(strconv.FormatFloat(*num, 'f', -1, 64))
	case num != nil:
		return int64(*num)
	case txt == nil:
		return nil
	case kind == policy.Bool:
		return *txt == "true"
	case kind == policy.Multi:
		list, _ := before.([]string)
		return append(list, *txt)
	}
	return *txt
}

// Exported journals that the selected households are about to be written into a file: how many, and which items.
func (s *Service) Exported(ctx context.Context, scope access.Scope, f Filter, households int64, columns []string) error {
	err := s.journal.Record(ctx, reads(scope, f.Area), journal.Entry{Kind: "household.exported", SubjectKind: SubjectHousehold, Area: f.Area,
		Body: map[string]any{"households": households, "columns": columns, "status": f.Status, "filters": len(f.Items)}})
	if err != nil {
		return fmt.Errorf("journal an export: %w", err)
	}
	return nil
}

// ToDecide counts the undecided change sets in scope that the caller did not submit, and returns the oldest.
func (s *Service) ToDecide(ctx context.Context, scope access.Scope, limit int) ([]change.Set, int64, error) {
	c := scope.Caller()
	const undecided = " FROM change_set WHERE {place area} AND state IN ('waiting', 'conflict') AND account <> $1 AND person <> $2"
	var n int64
	if err := store.One(ctx, s.db.In(scope), "SELECT count(*)"+undecided, []any{c.Account, c.Person}, &n); err != nil {
		return nil, 0, fmt.Errorf("count changes to decide: %w", err)
	}
	sets, err := s.sets(ctx, scope, "SELECT id"+undecided+" ORDER BY id LIMIT $3", c.Account, c.Person, limit)
	return sets, n, err
}

// ImportChanges returns the change sets that a job made of an import's rows, newest first, from a position on.
func (s *Service) ImportChanges(ctx context.Context, scope access.Scope, job int64, from change.Position, limit int) ([]change.Set, error) {
	beyond, sort := store.Descending(from.Back)
	found, err := s.sets(ctx, scope, "SELECT id FROM change_set WHERE {place area} AND job = $1 AND id "+beyond+" $2 ORDER BY id"+sort+" LIMIT $3", job, from.Beyond(), limit)
	return store.InOrder(found, from.Back), err
}

func (s *Service) sets(ctx context.Context, scope access.Scope, sql string, args ...any) ([]change.Set, error) {
	ids, err := store.All(ctx, s.db.In(scope), sql, args, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("list change sets: %w", err)
	}
	sets := make([]change.Set, 0, len(ids))
	for _, id := range ids {
		set, err := s.changes.Summary(ctx, scope, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}
