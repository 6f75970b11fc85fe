package registry

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// rosterSubject is how change sets reach the roster of a household. The record is the household; its one field, the
// act, has no stored value: what is stored is the roster.
type rosterSubject struct{ s *Service }

func (r rosterSubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	h, err := r.s.household(ctx, scope, id)
	if err != nil {
		return change.Record{}, err
	}
	key, err := r.s.keys.Of(ctx, h.Home, h.ID)
	if err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", id, err)
	}
	return change.Record{Kind: SubjectRoster, ID: h.ID, Home: h.Home, Area: h.Area, Ver: h.Ver, Label: h.Number, On: on, Fields: change.Values{}, Key: key}, nil
}

// Sees: an act names persons and their relations. What the receiving county adds nobody submits.
func (r rosterSubject) Sees(scope access.Scope, record change.Record, field string) bool {
	known := field == FieldAct || field == FieldActAlone || field == FieldInto && scope.Verb() == access.ChangeDecide
	return known && scope.Sees(record.Area, access.P2)
}

func (r rosterSubject) Protected(_ context.Context, _ change.Record, field string) (bool, error) {
	if field != FieldAct && field != FieldActAlone && field != FieldInto {
		return false, fault.New(fault.Invalid, "a roster has no field %q", field).With(0, field, "unknown field")
	}
	return field != FieldActAlone, nil
}

// Check refuses what cannot be done to the roster as it is stored now, whoever asks; what the submitter may reach is
// checked when he submits, and what the decider may reach when it is applied.
func (r rosterSubject) Check(ctx context.Context, record change.Record, set change.Values) ([]policy.Problem, error) {
	plan, _, err := r.plan(ctx, access.System("an act is checked against the whole register"), record, set)
	return plan.Problems, err
}

// plan works a stored act out.
func (r rosterSubject) plan(ctx context.Context, scope access.Scope, record change.Record, set change.Values) (Plan, Act, error) {
	act, err := actIn(set)
	if err != nil {
		return Plan{}, act, err
	}
	if err := act.open(record.ID, record.Key); err != nil {
		return Plan{}, act, err
	}
	h, err := r.s.household(ctx, scope, record.ID)
	if err != nil {
		return Plan{}, act, err
	}
	plan, err := r.s.planned(ctx, scope, h, act)
	if _, alone := set[FieldActAlone]; err == nil && alone && plan.Rule.Protected {
		err = Objections{{Field: "code", Code: "no_act"}}.fault()
	}
	return plan, act, err
}

func (r rosterSubject) Prepare(ctx context.Context, scope access.Scope, record change.Record, set change.Values) (change.Write, error) {
	write, _, err := r.PrepareWide(ctx, scope, record, set)
	return write, err
}

func (r rosterSubject) PrepareWide(ctx context.Context, scope access.Scope, record change.Record, set change.Values) (change.Write, []journal.Entry, error) {
	plan, act, err := r.plan(ctx, scope, record, set)
	if err != nil {
		return nil, nil, err
	}
	if plan.Rule.Kind.BetweenCounties() {
		if err := r.s.received(scope, plan.Rule, act); err != nil {
			return nil, nil, err
		}
	}
	w, err := r.s.writer(ctx, scope, plan)
	if err != nil {
		return nil, nil, err
	}
	entries, err := w.entries(ctx, record.ID)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context, tx store.Tx) error { return w.write(ctx, tx) }, entries, nil
}

// received says whether what goes to another county can be received there now, by who decides.
func (s *Service) received(scope access.Scope, rule ActRule, act Act) error {
	switch {
	case !scope.Holds(act.Area):
		return fault.New(fault.Forbidden, "the county that receives the household or persons decides this")
	case act.Day > s.today():
		return fault.New(fault.Conflict, "the day from which this holds has not come")
	case rule.Kind == ActHandOver && act.Into == nil:
		return Objections{{Field: "target", Code: "no_target"}}.fault()
	}
	return nil
}

// Journalled: a change of the roster is a change of the household.
func (r rosterSubject) Journalled() string { return SubjectHousehold }

// Kept leaves out who is new: that stands in the events of these persons, under their own keys.
func (r rosterSubject) Kept(set change.Values) change.Values {
	act, err := actIn(set)
	if err != nil {
		return change.Values{}
	}
	return change.Values{FieldAct: act.public()}
}

// public is an act without names, birth days and words.
func (a Act) public() map[string]any {
	relations := map[string]string{}
	for person, relation := range a.Relations {
		relations[fmt.Sprint(person)] = relation
	}
	return map[string]any{"code": a.Code, "day": a.Day.String(), "persons": a.Persons, "new": len(a.New), "target": a.Target, "twin": a.Twin, "area": a.Area,
		"head": a.Head, "new_head": a.NewHead, "relations": relations, "shares": a.Shares}
}

// entries are the events of every record that the act reaches besides the household it was reported for.
func (w *rosterWriter) entries(ctx context.Context, reported int64) ([]journal.Entry, error) {
	var list []journal.Entry
	day := w.plan.Act.Day
	for i, after := range w.plan.After {
		if after.ID == reported {
			continue
		}
		e := journal.Entry{Kind: "household.roster", SubjectKind: SubjectHousehold, Subject: after.ID, Home: after.Home, Area: after.Area, ValidOn: &day,
			VerBefore: w.plan.Before[i].Ver, VerAfter: w.plan.Before[i].Ver + 1, Body: map[string]any{"act": w.plan.Rule.Code, "with": reported, "status": after.Status}}
		if w.founds[after.ID] {
			e.Kind = "household.founded"
		}
		list = append(list, e)
	}
	for _, c := range w.changes() {
		e, err := w.entry(ctx, c)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	if w.plan.Rule.Kind == ActDouble {
		list = append(list, w.tookOver())
	}
	for _, c := range w.claims {
		if c.next != nil {
			list = append(list, journal.Entry{Kind: "person.number-confirmed", SubjectKind: SubjectPerson, Subject: c.next.ID, Home: c.next.Home, Area: c.nextArea, ValidOn: &day,
				VerBefore: c.next.Ver, VerAfter: c.next.Ver + 1})
		}
	}
	return list, nil
}

// entry is the event of a person whom the act reaches, sealed under the person's key.
func (w *rosterWriter) entry(ctx context.Context, c seatChange) (journal.Entry, error) {
	who := c.who()
	body := map[string]any{"act": w.plan.Rule.Code}
	e := journal.Entry{SubjectKind: SubjectPerson, Subject: who.ID, Home: who.Home, ValidOn: &w.plan.Act.Day, VerBefore: who.Ver, VerAfter: who.Ver + 1, Body: body}
	switch {
	case c.born:
		e.Kind, e.VerBefore, e.VerAfter = "person.created", 0, 1
		body["set"] = map[string]any{FieldName: who.Name, FieldSex: textOrNil(who.Sex), FieldBirth: who.Birth, FieldRelation: textOrNil(c.after.Relation)}
		key := w.born[who.ID]
		e.Key = &key
	case c.after == nil && w.plan.Rule.Kind == ActDeath && w.plan.Act.about(who.ID):
		e.Kind = "person.died"
	case c.after == nil && w.plan.Rule.Kind == ActDouble:
		e.Kind, body["twin"] = "person.merged", w.plan.Act.Twin
	case c.after == nil:
		e.Kind = "person.left"
	case w.plan.Rule.Kind == ActIdentity:
		e.Kind = "person.identified"
	case c.before == nil:
		e.Kind = "person.joined"
	case c.from.ID != c.to.ID:
		e.Kind, e.Home = "person.moved", c.to.Home
	default:
		e.Kind = "person.relation"
		body["diff"] = map[string]any{FieldRelation: [2]any{textOrNil(c.before.Relation), textOrNil(c.after.Relation)}, "head": [2]bool{c.before.IsHead, c.after.IsHead}}
	}
	if c.before != nil {
		e.Area, body["from"] = c.from.Area, c.from.ID
	}
	if c.after != nil {
		e.Area, body["to"] = c.to.Area, c.to.ID
	}
	if e.Key == nil {
		key, err := w.s.keys.Of(ctx, who.Home, who.ID)
		if err != nil {
			return e, fmt.Errorf("open person %d: %w", who.ID, err)
		}
		e.Key = &key
	}
	return e, nil
}
