package registry

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Whole is a household with all that rules of data quality look at: present members, present dwellings, and the
// entries of every year. Secret facts are left out; the national identity number is among a person's facts.
type Whole struct {
	Household
	Facts     policy.Facts // items of the household, its status among them
	People    []WholePart
	Dwellings []WholePart
	Entries   []Entry
	Year      int // the newest year for which anything is known that is asked yearly, 0 for none
}

// WholePart is a person or dwelling of a household with its items by code. A person's core items are among them, and as
// texts the day since which he belongs to the household ("joined"), his day of death ("died") and how sure his
// national number is ("identity": confirmed or provisional).
type WholePart struct {
	ID    int64
	Facts policy.Facts
}

// Wholes returns the whole of households that were found in scope before, in their order, in a few statements. It is
// work of the program: nothing of it is shown.
func (s *Service) Wholes(ctx context.Context, scope access.Scope, list []Household) ([]Whole, error) {
	wholes := make([]Whole, len(list))
	byHome := map[int64][]*Whole{}
	for i, h := range list {
		wholes[i] = Whole{Household: h}
		byHome[h.Home] = append(byHome[h.Home], &wholes[i])
	}
	for home, some := range byHome {
		g := gathering{s: s, scope: scope, home: home, at: map[int64]*Whole{}}
		for _, w := range some {
			g.at[w.ID] = w
			g.households = append(g.households, w.ID)
		}
		for _, part := range []func(context.Context) error{g.people, g.dwellings, g.entries, g.facts} {
			if err := part(ctx); err != nil {
				return nil, fmt.Errorf("gather households: %w", err)
			}
		}
	}
	return wholes, nil
}

// gathering reads households of one home.
type gathering struct {
	s          *Service
	scope      access.Scope
	home       int64
	at         map[int64]*Whole
	households []int64
	persons    []int64
}

func (g *gathering) query(ctx context.Context, sql string, ids []int64, each func(store.Rows) error) error {
	if len(ids) == 0 {
		return nil
	}
	args := append([]any{g.home}, store.Padded(ids)...)
	rows, err := g.s.db.Query(ctx, g.scope, fmt.Sprintf(sql, store.In(2, len(args)-1)), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (g *gathering) people(ctx context.Context) error {
	type secret struct {
		part   policy.Facts
		person int64
		sealed []byte
	}
	var secrets []secret
	err := g.query(ctx, `SELECT m.household, p.id, p.name, p.sex, p.birth, p.died, p.id_sealed, p.id_state, m.relation, m.from_day
		FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person
		WHERE {checked} AND m.home = $1 AND m.to_day IS NULL AND m.household IN (%s) ORDER BY m.household, m.head DESC, p.id`, g.households, func(r store.Rows) error {
		var household, id, from int64
		var name, sex, state, relation string
		var birth, died *int64
		var sealed []byte
		if err := r.Scan(&household, &id, &name, &sex, &birth, &died, &sealed, &state, &relation, &from); err != nil {
			return err
		}
		facts := policy.Facts{FieldName: textOrNil(name), FieldSex: textOrNil(sex), FieldRelation: textOrNil(relation), "identity": textOrNil(state), "joined": clock.Day(from).String()}
		if birth != nil {
			facts[FieldBirth] = clock.Day(*birth).String()
		}
		if died != nil {
			facts["died"] = clock.Day(*died).String()
		}
		w := g.at[household]
		w.People = append(w.People, WholePart{id, facts})
		g.persons = append(g.persons, id)
		if sealed != nil {
			secrets = append(secrets, secret{facts, id, sealed})
		}
		return nil
	})
	if err != nil {
		return err
	}
	keys, err := g.s.keys.Many(ctx, g.home, g.persons)
	if err != nil {
		return err
	}
	for _, one := range secrets {
		key, ok := keys[one.person]
		if !ok {
			continue // erased
		}
		plain, err := crypt.Open(key, one.sealed, idPlace(one.person))
		if err != nil {
			return fmt.Errorf("open a national identity number: %w", err)
		}
		one.part[FieldNationalID] = string(plain)
	}
	return nil
}

func (g *gathering) dwellings(ctx context.Context) error {
	return g.query(ctx, "SELECT d.household, d.id FROM dwelling d WHERE {checked} AND d.home = $1 AND d.to_day IS NULL AND d.household IN (%s) ORDER BY d.household, d.id", g.households,
		func(r store.Rows) error {
			var household, id int64
			err := r.Scan(&household, &id)
			if err == nil {
				w := g.at[household]
				w.Dwellings = append(w.Dwellings, WholePart{id, policy.Facts{}})
			}
			return err
		})
}

func (g *gathering) entries(ctx context.Context) error {
	return g.query(ctx, `SELECT household, id, person, subject, class, source, from_day, to_day, minor, currency, origin FROM entry
		WHERE {checked} AND home = $1 AND ended IS NULL AND household IN (%s) ORDER BY household, from_day DESC, id`, g.households, func(r store.Rows) error {
		e := Entry{Home: g.home}
		err := r.Scan(&e.Household, &e.ID, &e.Person, &e.Subject, &e.Class, &e.Source, &e.From, &e.To, &e.Minor, &e.Currency, &e.Basis)
		if err == nil {
			w := g.at[e.Household]
			w.Entries = append(w.Entries, e)
		}
		return err
	})
}

// facts reads the documents of the households and their parts; of a yearly section the latest year.
func (g *gathering) facts(ctx context.Context) error {
	into, of := map[int64]policy.Facts{}, map[int64]*Whole{}
	var subjects []int64
	for id, w := range g.at {
		w.Facts = policy.Facts{FieldStatus: textOrNil(w.Status)}
		into[id], of[id] = w.Facts, w
		for _, e := range w.Entries {
			y, _, _ := e.To.Civil()
			w.Year = max(w.Year, y)
		}
		subjects = append(subjects, id)
		for _, part := range append(w.People[:len(w.People):len(w.People)], w.Dwellings...) {
			into[part.ID], of[part.ID] = part.Facts, w
			subjects = append(subjects, part.ID)
		}
	}
	found := map[int64]documents{}
	err := g.query(ctx, "SELECT subject, section, body FROM facts WHERE {checked} AND home = $1 AND subject IN (%s)", subjects, func(r store.Rows) error {
		var subject int64
		var section, body string
		if err := r.Scan(&subject, &section, &body); err != nil {
			return err
		}
		d := document{}
		d.Section, d.Year = splitSection(section)
		var err error
		if d.Facts, err = openFacts(body); err != nil {
			return fmt.Errorf("facts %s of subject %d: %w", section, subject, err)
		}
		found[subject] = append(found[subject], d)
		return nil
	})
	if err != nil {
		return err
	}
	for subject, documents := range found {
		latest := documents.latest()
		maps.Copy(into[subject], latest.flat())
		for _, year := range latest.years() {
			of[subject].Year = max(of[subject].Year, year)
		}
	}
	return nil
}

// openFacts reads a document without its secret values.
func openFacts(body string) (policy.Facts, error) {
	facts := policy.Facts{}
	if err := policy.DecodeJSON([]byte(body), &facts); err != nil {
		return nil, err
	}
	for code, value := range facts {
		if text, ok := value.(string); ok && strings.HasPrefix(text, sealedMark) {
			delete(facts, code)
			continue
		}
		facts[code] = policy.Canonical(value)
	}
	return facts, nil
}

// Found returns the households in scope with these identifiers, closed ones among them; those that are absent or out
// of scope are left out.
func (s *Service) Found(ctx context.Context, scope access.Scope, ids []int64) ([]Household, error) {
	byHome := map[int64][]int64{}
	for _, id := range ids {
		home, err := s.journal.Ids().Home(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		byHome[home] = append(byHome[home], id)
	}
	var all []Household
	for home, some := range byHome {
		args := append([]any{home}, store.Padded(some)...)
		found, err := store.All(ctx, s.db.In(scope), "SELECT "+householdColumns+" FROM household h WHERE h.home = $1 AND {scope h.area h.id} AND h.id IN ("+store.In(2, len(args)-1)+") ORDER BY h.area, h.id", args, scanHousehold)
		if err != nil {
			return nil, fmt.Errorf("find households: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// SourceItem is the item that says in words what an entry of income or expenditure came from, "" if the pack has none.
func SourceItem(pack *policy.Pack, subject string) string { return sourceItem(pack, subject) }
