package duplicate

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/linkage"
)

// Alike is a registered person who may be the one that was looked for.
type Alike struct {
	Person registry.Identity
	Pair   linkage.Pair // its evidence in the order name, birth, sex, id, place
	Zone   Zone
}

// Answer is what is known of somebody who is about to be registered.
type Answer struct {
	Known []Alike // in scope, the likeliest first, at most mostShown
	// Elsewhere are the counties out of scope where somebody alike may live. How many and how much alike is not said.
	Elsewhere []area.Area
}

// mostShown is how many persons alike one answer names.
const mostShown = 5

// Look compares somebody who is about to be registered with the register. It counts against the caller's limit of
// look-ups (a TooMany fault) and journals whom it shows before it answers. An Invalid fault says that there is too
// little to compare: a name and a date of birth, or a national number, are needed.
func (s *Service) Look(ctx context.Context, scope access.Scope, who registry.Identity) (Answer, error) {
	if !comparable(who) {
		return Answer{}, fault.New(fault.Invalid, "name and date of birth, or the national number, are needed").With(0, registry.FieldBirth, "give the date of birth or the national number")
	}
	if !scope.Holds(who.Area) {
		return Answer{}, fault.New(fault.NotFound, "no such area")
	}
	began := time.Now()
	answer, err := s.look(ctx, scope, who)
	if err != nil {
		return Answer{}, err
	}
	hold(time.Now().Add(rest(time.Since(began))))
	return answer, ctx.Err()
}

// step is the stretch of time in whose multiples looks are answered. Reading and comparing persons elsewhere of whom
// nothing is told takes a part of a millisecond; who measures answers is not to learn from it that they are there.
const step = 1500 * time.Microsecond

// rest is how long an answer that took so long waits until it is given.
func rest(took time.Duration) time.Duration { return step - took%step }

// late is how much longer than asked a sleep takes at most on an idle machine.
const late = time.Millisecond

// hold waits until a moment to some microseconds.
func hold(until time.Time) {
	time.Sleep(time.Until(until) - late)
	for time.Now().Before(until) {
		runtime.Gosched()
	}
}

func (s *Service) look(ctx context.Context, scope access.Scope, who registry.Identity) (Answer, error) {
	found, err := s.alike(ctx, []registry.Identity{who})
	if err != nil {
		return Answer{}, err
	}
	answer, err := s.answer(ctx, scope, found[0])
	if err != nil {
		return Answer{}, err
	}
	count := func(tx store.Tx) error { return s.registry.CountAlike(ctx, tx, scope) }
	if err := s.shown(ctx, scope, "person.compared", answer.Known, count); err != nil { // one commit: a disk is slower than the rest
		return Answer{}, err
	}
	return answer, nil
}

// comparable says whether there is enough to tell somebody from others.
func comparable(who registry.Identity) bool {
	return who.Name != "" && who.Birth != nil || who.NationalID != ""
}

// alike finds for each person the registered ones who fall into a zone, the likeliest first. Who is different wherever
// he lives and whatever the national number is, is left out before these are read.
func (s *Service) alike(ctx context.Context, list []registry.Identity) ([][]Alike, error) {
	j, err := s.judge(ctx)
	if err != nil {
		return nil, err
	}
	costs := make([]Policy, len(list))
	for i, who := range list {
		if costs[i], err = s.Policy(who.Area); err != nil {
			return nil, err
		}
	}
	candidates, err := s.registry.Alike(ctx, list, func(i int, c registry.Identity) bool {
		return costs[i].Zone(j.most(list[i], c)) != Different
	})
	return inZones(j, costs, list, candidates), err
}

// inZones are the candidates of each person who fall into a zone by the costs of his area, the likeliest first.
func inZones(j *judge, costs []Policy, list []registry.Identity, candidates [][]registry.Identity) [][]Alike {
	out := make([][]Alike, len(list))
	for i := range candidates {
		for _, c := range candidates[i] {
			pair := j.compare(list[i], c)
			if zone := costs[i].Zone(pair.Probability); zone != Different {
				out[i] = append(out[i], Alike{c, pair, zone})
			}
		}
		slices.SortStableFunc(out[i], func(a, b Alike) int { return cmp.Compare(b.Pair.Weight, a.Pair.Weight) })
	}
	return out
}

// sure says whether a pair agrees by what only who knows the person can know: the national number, or name and date
// of birth. Less is not told of persons elsewhere, so that nobody learns by trying names or dates where somebody lives.
func sure(pair linkage.Pair) bool {
	return sureBy(pair.Evidence[ofName].Level, pair.Evidence[ofBirth].Level, pair.Evidence[ofID].Level)
}

func sureBy(name, birth, id string) bool {
	return id == "same" || birth == "same" && (name == "same" || name == "same words" || name == "known variant" || name == "very alike")
}

// answer divides what was found into what the scope reaches and the counties of the rest.
func (s *Service) answer(ctx context.Context, scope access.Scope, found []Alike) (Answer, error) {
	var ids []int64
	for _, one := range found {
		ids = append(ids, one.Person.Household)
	}
	reached, err := s.reached(ctx, scope, ids)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	var counties []int64
	for _, one := range found {
		if reached[one.Person.Household] {
			if len(a.Known) < mostShown {
				a.Known = append(a.Known, one)
			}
		} else if sure(one.Pair) {
			counties = append(counties, s.registry.County(one.Person.Area))
		}
	}
	a.Elsewhere, err = s.named(ctx, counties)
	return a, err
}

// reached are the households of those given that the scope reaches and whose members' names it sees.
func (s *Service) reached(ctx context.Context, scope access.Scope, households []int64) (map[int64]bool, error) {
	slices.Sort(households)
	found, err := s.registry.Found(ctx, scope, slices.Compact(households))
	if err != nil {
		return nil, err
	}
	set := map[int64]bool{}
	for _, h := range found {
		set[h.ID] = scope.SeesOf(h.Area, h.ID, access.P2)
	}
	return set, nil
}

// named are areas by key, each once, in order.
func (s *Service) named(ctx context.Context, keys []int64) ([]area.Area, error) {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	places, err := s.registry.Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	var list []area.Area
	for _, key := range keys {
		if a, ok := places[key]; ok {
			list = append(list, a)
		}
	}
	return list, nil
}

// shown journals whose data a look shows, one event a storage home, and does what else belongs to the transaction.
func (s *Service) shown(ctx context.Context, scope access.Scope, kind string, list []Alike, also ...func(store.Tx) error) error {
	byHome := map[int64][]int64{}
	first := map[int64]registry.Identity{}
	for _, one := range list {
		if len(byHome[one.Person.Home]) == 0 {
			first[one.Person.Home] = one.Person
		}
		byHome[one.Person.Home] = append(byHome[one.Person.Home], one.Person.ID)
	}
	for home, persons := range byHome {
		c, err := s.journal.Showing(ctx, who(scope, first[home].Area, ""), kind, registry.SubjectPerson, home, first[home].Area, persons)
		if err != nil {
			return fmt.Errorf("journal whom a comparison showed: %w", err)
		}
		also = append(also, func(tx store.Tx) error { return c.Append(ctx, tx) })
	}
	if len(also) == 0 {
		return nil
	}
	err := s.db.TxSoon(ctx, scope, func(tx store.Tx) error {
		for _, do := range also {
			if err := do(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !fault.Is(err, fault.TooMany) {
		return fmt.Errorf("journal whom a comparison showed: %w", err)
	}
	return err
}

// who acts or reads in an area, for the journal; why is a reason in words, the caller's purpose if empty.
func who(scope access.Scope, area int64, why string) journal.Who {
	c := scope.Caller()
	if why == "" {
		why = c.Purpose
	}
	return journal.Who{Account: c.Account, Role: scope.Role(area), Place: c.Place, Why: why}
}

// severities are what the measures come to for the register.
var severities = map[Measure]policy.Severity{Warn: policy.Listed, Hold: policy.Provisional, Refuse: policy.Reject}

// newcomers is the register's question about persons before they enter it.
func (s *Service) newcomers(ctx context.Context, scope access.Scope, way registry.Way, list []registry.Identity) ([][]policy.Problem, error) {
	problems := make([][]policy.Problem, len(list))
	found, err := s.alike(ctx, list)
	if err != nil {
		return nil, err
	}
	for i, some := range found {
		if len(some) == 0 {
			continue
		}
		costs, err := s.Policy(list[i].Area)
		if err != nil {
			return nil, err
		}
		measure := costs.Act
		if way == registry.ByImport {
			measure = costs.Import
		}
		reason, err := s.reason(ctx, scope, some)
		if err != nil {
			return nil, err
		}
		if reason != nil {
			problems[i] = []policy.Problem{{Subject: registry.SubjectPerson, Item: registry.FieldName, Severity: severities[measure], Reason: &policy.Reason{Key: "alike", Own: reason}}}
		}
	}
	return problems, nil
}

// reason says in all languages where somebody alike is registered: by number in scope, by county elsewhere; nil where
// nothing may be said. For the program itself, whose words others may read, there are neither.
func (s *Service) reason(ctx context.Context, scope access.Scope, found []Alike) (i18n.Text, error) {
	if scope.Role(found[0].Person.Area) == "system" {
		return inMessages(func(lang i18n.Lang) string { return i18n.T(lang, "duplicate.entry.somewhere") }), nil
	}
	answer, err := s.answer(ctx, scope, found)
	if err != nil {
		return nil, err
	}
	switch {
	case len(answer.Known) > 0:
		return inMessages(func(lang i18n.Lang) string {
			return i18n.T(lang, "duplicate.entry.known", "number", answer.Known[0].Person.Number)
		}), nil
	case len(answer.Elsewhere) > 0:
		return inMessages(func(lang i18n.Lang) string {
			return i18n.T(lang, "duplicate.entry.elsewhere", "county", answer.Elsewhere[0].Label(lang))
		}), nil
	}
	return nil, nil
}

// inMessages is a text in all languages of the program.
func inMessages(say func(i18n.Lang) string) i18n.Text {
	text := i18n.Text{}
	for _, info := range i18n.Languages() {
		text[info.Lang] = say(info.Lang)
	}
	return text
}
