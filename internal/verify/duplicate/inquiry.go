package duplicate

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Reply is what a county answers to another.
type Reply string

// The replies.
const (
	SameThere    Reply = "same"      // it is the same person
	AnotherThere Reply = "different" // it is somebody else
	Unknown      Reply = "unknown"   // it cannot be said
)

// Replies are all replies, in the order in which forms offer them.
var Replies = []Reply{SameThere, AnotherThere, Unknown}

// Elsewhere is a pair of which one person is in scope and the other is not: of the other only the county is known.
type Elsewhere struct {
	Pair     int64
	Person   int64 // the one in scope
	Area     int64 // where he lives
	County   area.Area
	Inquiry  int64 // 0 while the county was not asked
	Answer   Reply // "" while it has not answered
	Answered clock.Time
	Found    clock.Time
}

// Elsewhere returns the undecided pairs, newest first, of which only one person is in scope and that agree by what only
// who knows the person can know. Whatever is known of the other person, there is the county and nothing more.
func (s *Service) Elsewhere(ctx context.Context, scope access.Scope, limit int) ([]Elsewhere, error) {
	type row struct {
		Pair
		mine, area, their int64
		inquiry           *int64
		answer            *string
		answered          *int64
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT "+pairColumns+`, m.person, m.area, o.area, q.id, q.answer, q.answered FROM duplicate_side m
		JOIN duplicate_pair p ON p.id = m.pair JOIN duplicate_side o ON o.pair = m.pair AND o.person <> m.person
		LEFT JOIN duplicate_inquiry q ON q.pair = m.pair AND q.mine = m.person
		WHERE {scope m.area m.household} AND NOT {scope o.area o.household} AND p.state IN ('open', 'postponed') ORDER BY p.found DESC, p.id DESC LIMIT $1`, []any{limit},
		func(r store.Rows, one *row) error {
			return scanPair(r, &one.Pair, &one.mine, &one.area, &one.their, &one.inquiry, &one.answer, &one.answered)
		})
	if err != nil {
		return nil, fmt.Errorf("list pairs with persons elsewhere: %w", err)
	}
	var list []Elsewhere
	var counties []int64
	for _, one := range rows {
		if !one.sure() {
			continue
		}
		e := Elsewhere{Pair: one.ID, Person: one.mine, Area: one.area, County: area.Area{Key: s.registry.County(one.their)}, Found: one.Found}
		if one.inquiry != nil {
			e.Inquiry, e.Answer, e.Answered = *one.inquiry, Reply(*one.answer), clock.Time(*one.answered)
		}
		counties, list = append(counties, e.County.Key), append(list, e)
	}
	places, err := s.registry.Places(ctx, counties)
	for i := range list {
		list[i].County = places[list[i].County.Key]
	}
	return list, err
}

// sure is the rule of what is told of persons elsewhere, for a stored pair.
func (p Pair) sure() bool {
	level := map[string]string{}
	for _, e := range p.Evidence {
		level[e.Field] = e.Level
	}
	return sureBy(level["name"], level["birth"], level["id"])
}

// Ask asks the county where the other person of a pair may live. With it the asker's person is shown there: name, sex
// and date of birth. It returns a NotFound fault for a pair that Elsewhere does not show the caller, and a Conflict
// fault where the county was asked already.
func (s *Service) Ask(ctx context.Context, scope access.Scope, pair int64) error {
	list, err := s.Elsewhere(ctx, scope, 1000)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(e Elsewhere) bool { return e.Pair == pair })
	if at < 0 {
		return fault.New(fault.NotFound, "no such pair")
	}
	one := list[at]
	if one.Inquiry != 0 {
		return fault.New(fault.Conflict, "the county was asked already")
	}
	if err := access.NotOwn(scope.Acting(one.Area), access.DuplicateStep, one.Person); err != nil {
		return err
	}
	home, err := s.homeOf(ctx, one.Person)
	if err != nil {
		return err
	}
	id, err := s.journal.Ids().One(ctx, home)
	if err != nil {
		return err
	}
	command, err := s.journal.Begin(ctx, who(scope, one.Area, ""))
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "person.duplicate-asked", SubjectKind: registry.SubjectPerson, Subject: one.Person, Home: home, Area: one.Area,
		Body: map[string]any{"pair": pair, "county": one.County.Key}})
	if err != nil {
		return err
	}
	c := scope.Caller()
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO duplicate_inquiry (id, pair, from_area, to_area, mine, theirs, account, holder, asked)
			SELECT CAST($1 AS bigint), p.id, CAST($3 AS bigint), CAST($4 AS bigint), CAST($5 AS bigint), p.one + p.other - CAST($5 AS bigint), CAST($6 AS bigint), CAST($7 AS text), CAST($8 AS bigint)
			FROM duplicate_pair p WHERE {checked} AND p.id = $2 ON CONFLICT (pair, from_area) DO NOTHING`,
			id, pair, s.registry.County(one.Area), one.County.Key, one.Person, c.Account, scope.Acting(one.Area).Holder(), int64(s.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "the county was asked already")
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("ask another county: %w", err)
	}
	return nil
}

// Inquiry is what another county asks about a person in scope.
type Inquiry struct {
	ID, Pair int64
	From     area.Area         // the county that asks
	Asked    registry.Identity // its person, as far as it showed him: number, name, sex, birth
	Mine     int64             // the person in scope
	MyArea   int64
	At       clock.Time
	Answer   Reply
	Ver      int64

	account int64
	holder  string
}

// Asked returns what other counties ask about persons in scope, the oldest first, the unanswered before the others, and
// journals whom it shows. id restricts it to one, 0 returns all.
func (s *Service) Asked(ctx context.Context, scope access.Scope, id int64, limit int) ([]Inquiry, error) {
	type row struct {
		Inquiry
		from, person int64
	}
	rows, err := store.All(ctx, s.db.In(scope), `SELECT q.id, q.pair, q.from_area, q.mine, q.theirs, d.area, q.asked, q.answer, q.ver, q.account, q.holder FROM duplicate_inquiry q
		JOIN duplicate_side d ON d.pair = q.pair AND d.person = q.theirs WHERE {scope d.area d.household} AND ($1 = 0 OR q.id = $1)
		ORDER BY CASE WHEN q.answer = '' THEN 0 ELSE 1 END, q.asked, q.id LIMIT $2`, []any{id, limit}, func(r store.Rows, one *row) error {
		return r.Scan(&one.ID, &one.Pair, &one.from, &one.person, &one.Mine, &one.MyArea, (*int64)(&one.At), &one.Answer, &one.Ver, &one.account, &one.holder)
	})
	if err != nil {
		return nil, fmt.Errorf("list what other counties ask: %w", err)
	}
	var persons, counties []int64
	for _, one := range rows {
		persons, counties = append(persons, one.person), append(counties, one.from)
	}
	shown, err := s.registry.IdentitiesOf(ctx, persons)
	if err != nil {
		return nil, err
	}
	places, err := s.registry.Places(ctx, counties)
	if err != nil {
		return nil, err
	}
	list := make([]Inquiry, 0, len(rows))
	var read []Alike
	for _, one := range rows {
		one.From = places[one.from]
		at := slices.IndexFunc(shown, func(i registry.Identity) bool { return i.ID == one.person })
		if at >= 0 {
			who := shown[at]
			one.Inquiry.Asked = registry.Identity{ID: who.ID, Number: who.Number, Name: who.Name, Sex: who.Sex, Birth: who.Birth}
			read = append(read, Alike{Person: who})
		}
		list = append(list, one.Inquiry)
	}
	return list, s.shown(ctx, scope, "person.inquiry-read", read)
}

// Unanswered is how many questions of other counties about persons in scope wait for an answer.
func (s *Service) Unanswered(ctx context.Context, scope access.Scope) (int64, error) {
	var n int64
	err := store.One(ctx, s.db.In(scope), `SELECT count(*) FROM duplicate_inquiry q JOIN duplicate_side d ON d.pair = q.pair AND d.person = q.theirs
		WHERE {scope d.area d.household} AND q.answer = ''`, nil, &n)
	if err != nil {
		return 0, fmt.Errorf("count what other counties ask: %w", err)
	}
	return n, nil
}

// Answer answers another county. That the two are different persons decides the pair; that they are the same leaves it
// open until one county has handed its person over to the other, where the two are then merged. It returns a NotFound
// fault for an inquiry out of scope, Conflict for one that is answered, Forbidden for who asked it.
func (s *Service) Answer(ctx context.Context, scope access.Scope, id, ver int64, reply Reply) error {
	list, err := s.Asked(ctx, scope, id, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "no such inquiry")
	}
	one, c := list[0], scope.Caller()
	switch {
	case !slices.Contains(Replies, reply):
		return fault.New(fault.Invalid, "say whether it is the same person").With(0, "answer", "is not one of %v", Replies)
	case one.Answer != "":
		return fault.New(fault.Conflict, "this is answered already")
	case one.Ver != ver:
		return fault.New(fault.Stale, "the inquiry moved on since you opened it")
	}
	if err := access.Separate(scope.Acting(one.MyArea), access.DuplicateAgainStep, access.Did{Step: access.DuplicateStep, Account: one.account, Person: one.holder}); err != nil {
		return err
	}
	if err := access.NotOwn(scope.Acting(one.MyArea), access.DuplicateStep, one.Mine); err != nil {
		return err
	}
	home, err := s.homeOf(ctx, one.Mine)
	if err != nil {
		return err
	}
	command, err := s.journal.Begin(ctx, who(scope, one.MyArea, ""))
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "person.duplicate-answered", SubjectKind: registry.SubjectPerson, Subject: one.Mine, Home: home, Area: one.MyArea,
		Body: map[string]any{"pair": one.Pair, "inquiry": one.ID, "answer": reply}})
	if err != nil {
		return err
	}
	now := int64(s.now())
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE duplicate_inquiry SET answer = $3, answerer = $4, answered = $5, ver = ver + 1 WHERE {checked} AND id = $1 AND ver = $2", one.ID, ver, string(reply), c.Account, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Stale, "the inquiry moved on since you opened it")
		}
		if reply == AnotherThere {
			_, err = tx.Exec(ctx, "UPDATE duplicate_pair SET state = 'decided', verdict = 'different', changed = $2, ver = ver + 1 WHERE {checked} AND id = $1 AND state IN ('open', 'postponed')", one.Pair, now)
			if err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("answer another county: %w", err)
	}
	return nil
}
