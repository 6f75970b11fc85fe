package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// A person who was registered twice goes on under one number. The other number leaves its household, keeps its history,
// and leads to the number that goes on. This is no act of a country's: it puts right what the register did wrong, and
// a second person always decides.

// The acts of the register itself, and their kinds.
const (
	CodeDouble   = "double"
	CodeUndouble = "undouble"

	ActDouble   ActKind = CodeDouble   // a member is registered twice; another number goes on for him
	ActUndouble ActKind = CodeUndouble // it was not so: he comes back under his own number
)

// ownAct is an act of the register itself.
func ownAct(code string) (ActRule, bool) {
	switch code {
	case CodeDouble, CodeUndouble:
		return ActRule{Code: code, Kind: ActKind(code), Label: inMessages("registry.roster.kind." + code), Protected: true}, true
	}
	return ActRule{}, false
}

// comesBack says whether the persons of an act are no members yet: they come back.
func (k ActKind) comesBack() bool { return k == ActJoin || k == ActReopen || k == ActUndouble }

// mergedSource names, among the outside identifiers of persons, numbers that were merged into another.
const mergedSource = "merged"

// planTwin finds the person whose number goes on for a double.
func (s *Service) planTwin(ctx context.Context, scope access.Scope, p *planner) error {
	if p.rule.Kind != ActDouble {
		return nil
	}
	twin, h, _, err := s.person(ctx, scope, p.act.Twin)
	if fault.Is(err, fault.NotFound) {
		p.object("persons", "no_person", p.number(p.act.Twin))
		return nil
	}
	p.twin, p.twinArea = twin, h.Area
	return err
}

// double takes the member off the roll whose number does not go on.
func (p *planner) double() {
	if len(p.act.Persons) != 1 || p.act.Persons[0] == p.act.Twin {
		p.object("persons", "nobody")
		return
	}
	p.leave()
}

// undouble brings him back.
func (p *planner) undouble() {
	if len(p.outside) != 1 {
		p.object("persons", "nobody")
	}
	p.source.Closed = nil // where he was the last
	p.comeBack()
}

// claimOfDouble is what becomes of the national number of a double: it is left to the next who claims it, and claimed
// anew by who comes back.
func (w *rosterWriter) claimOfDouble(ctx context.Context, scope access.Scope) error {
	id := w.plan.Act.Persons[0]
	seat := w.plan.Before[0].seat(id)
	if w.plan.Rule.Kind == ActUndouble {
		seat = w.plan.After[0].seat(id)
	}
	key, err := w.s.keys.Of(ctx, seat.Home, seat.ID)
	if err != nil {
		return fmt.Errorf("open person %d: %w", seat.ID, err)
	}
	text, err := w.s.nationalID(ctx, scope, seat.Person, key)
	if err != nil {
		return err
	}
	number, ok := text.(string)
	if !ok {
		return nil
	}
	c := claim{person: seat.ID, home: seat.Home, key: key}
	if w.plan.Rule.Kind == ActUndouble {
		c.number = number
	} else {
		c.old = w.s.blind(number)
		if err := w.s.findNext(ctx, scope, &c); err != nil {
			return err
		}
	}
	w.claims = append(w.claims, c)
	return nil
}

// leads lets the number of a double lead to the number that goes on, or no longer.
func (w *rosterWriter) leads(ctx context.Context, tx store.Tx) error {
	number := Number(w.plan.Act.Persons[0])
	if _, err := tx.Exec(ctx, "DELETE FROM alias WHERE source = $1 AND key = $2", mergedSource, number); err != nil || w.plan.Rule.Kind == ActUndouble {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO alias (source, key, home, kind, id) VALUES ($1, $2, $3, $4, $5)", mergedSource, number, w.plan.Twin.Home, SubjectPerson, w.plan.Twin.ID)
	return err
}

// tookOver is the event of the person whose number goes on.
func (w *rosterWriter) tookOver() journal.Entry {
	twin := w.plan.Twin
	return journal.Entry{Kind: "person.took-over", SubjectKind: SubjectPerson, Subject: twin.ID, Home: twin.Home, Area: w.plan.twinArea, ValidOn: &w.plan.Act.Day,
		VerBefore: twin.Ver, VerAfter: twin.Ver, Body: map[string]any{"number": Number(w.plan.Act.Persons[0])}}
}

// Whereabouts are the number of a person in scope and that of the household in which he lives now; a number that was
// merged leads to the one that goes on.
func (s *Service) Whereabouts(ctx context.Context, scope access.Scope, person int64) (household, number string, err error) {
	for {
		_, h, _, err := s.person(ctx, scope, person)
		if !fault.Is(err, fault.NotFound) {
			return h.Number, Number(person), err
		}
		survivor, failed := s.survivor(ctx, person)
		if failed != nil || survivor == 0 {
			return "", "", cmp.Or(failed, err)
		}
		person = survivor
	}
}

// survivor is the person whose number goes on for a number that was merged, 0 if it was not.
func (s *Service) survivor(ctx context.Context, person int64) (int64, error) {
	var id int64
	err := store.One(ctx, s.db.In(findScope), "SELECT id FROM alias WHERE source = $1 AND key = $2", []any{mergedSource, Number(person)}, &id)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for the number that goes on: %w", err)
	}
	return id, nil
}
