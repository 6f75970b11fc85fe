package registry

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/store"
)

// differences proposes what a file says of a member and the register does not: another relation, another national
// number, another household. These are acts of the roster; an import applies none of them, a second person looks at
// each. It says whether it proposed anything. What cannot be is noted on the row.
func (r *importRun) differences(ctx context.Context, b *batch, p *parsed, person int64, h *Household, dry bool) (bool, error) {
	who, lives, relation, err := r.s.person(ctx, r.scope, person)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var acts []Act
	given, _ := p.values[FieldRelation].(string)
	switch {
	case lives.ID != h.ID:
		move := r.proposal(ActMove, Act{Persons: []int64{person}, Target: h.ID})
		if given != "" && !r.isHead(p) {
			move.Relations = map[int64]string{person: given}
		}
		acts = append(acts, move)
	case r.isHead(p) && lives.Head != person:
		acts = append(acts, r.proposal(ActHead, Act{Head: person}))
	case given != "" && given != relation && lives.Head != person:
		acts = append(acts, r.proposal(ActRelation, Act{Relations: map[int64]string{person: given}}))
	}
	if number, ok := p.values[FieldNationalID].(string); ok {
		key, err := r.s.keys.Of(ctx, who.Home, who.ID)
		if err != nil {
			return false, fmt.Errorf("open person %d: %w", who.ID, err)
		}
		stored, err := r.s.nationalID(ctx, r.scope, who, key)
		if err != nil {
			return false, err
		}
		if stored != number {
			acts = append(acts, r.proposal(ActIdentity, Act{Persons: []int64{person}, New: []NewPerson{{NationalID: number}}}))
		}
	}
	proposed := false
	for _, act := range acts {
		done, err := r.propose(ctx, b, p, lives, act, dry)
		if err != nil {
			return proposed, err
		}
		proposed = proposed || done
	}
	return proposed, nil
}

// reviseMember revises a person who is in the register, and proposes what is another relation, number or household.
func (r *importRun) reviseMember(ctx context.Context, b *batch, p *parsed, person int64, h *Household, values change.Values, dry bool) (outcome, error) {
	became, err := r.revise(ctx, b, p, SubjectPerson, person, values, dry)
	if err != nil {
		return became, err
	}
	if became == rejected {
		over, err := r.gone(ctx, p, person)
		if over {
			became = unchanged
		}
		return became, err
	}
	proposed, err := r.differences(ctx, b, p, person, h, dry)
	if proposed && became == unchanged {
		became = updated
	}
	return became, err
}

// proposal is an act of a kind, by the first of the pack's acts of that kind.
func (r *importRun) proposal(kind ActKind, act Act) Act {
	if rules := RosterOf(r.r.pack).Of(kind); len(rules) > 0 {
		act.Code = rules[0].Code
	}
	act.Evidence = change.ImportReason(r.im.ID)
	return act
}

// propose submits an act to a second person, unless the same one waits already.
func (r *importRun) propose(ctx context.Context, b *batch, p *parsed, h Household, act Act, dry bool) (bool, error) {
	act.Day = p.day
	plan, err := r.s.planned(ctx, r.scope, h, act)
	if found := ObjectionsOf(err); len(found) > 0 {
		p.note(r.im.Mapping.Key, "roster", "reason", found[0].text())
		return false, nil
	}
	if err != nil {
		return false, err
	}
	key, err := r.s.keys.Of(ctx, h.Home, h.ID)
	if err != nil {
		return false, fmt.Errorf("open household %d: %w", h.ID, err)
	}
	waits, err := r.waits(ctx, h, act)
	if err != nil || waits {
		return false, err
	}
	p.note(r.im.Mapping.Key, "proposed", "act", plan.Rule.Label)
	if dry {
		return true, nil
	}
	text, err := act.encode(h.ID, key)
	if err != nil {
		return false, err
	}
	prepared, err := r.s.changes.Prepare(ctx, r.scope, change.Draft{Source: change.File, Title: plan.Rule.Label.In(r.r.pack.Languages[0]), Reason: act.Evidence, Job: r.im.Job, ValidOn: &act.Day,
		Rows: []change.Row{{SubjectKind: SubjectRoster, Subject: h.ID, BaseVer: h.Ver, Set: change.Values{FieldAct: text}}}})
	if err != nil {
		return false, err
	}
	b.prepared = append(b.prepared, prepared)
	return true, nil
}

// waits says whether the same act about a household waits for a decision already, from this file or an earlier one.
func (r *importRun) waits(ctx context.Context, h Household, act Act) (bool, error) {
	sets, err := store.All(ctx, r.s.db.In(r.scope), `SELECT DISTINCT r.set_id FROM change_row r JOIN change_set c ON c.id = r.set_id
		WHERE {checked} AND r.home = $1 AND r.subject = $2 AND r.subject_kind = $3 AND c.source = 'import' AND c.state IN ('waiting', 'conflict') ORDER BY r.set_id`,
		[]any{h.Home, h.ID, SubjectRoster}, func(rows store.Rows, id *int64) error { return rows.Scan(id) })
	if err != nil {
		return false, fmt.Errorf("read what waits: %w", err)
	}
	for _, id := range sets {
		_, details, err := r.s.changes.Get(ctx, r.scope, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		for _, d := range details {
			for _, f := range d.Fields {
				waiting, err := actIn(change.Values{f.Name: f.Mine})
				if err != nil {
					return false, err
				}
				if sameAct(waiting, act) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// sameAct says whether two proposals come to the same; the days of their files may differ.
func sameAct(a, b Act) bool {
	if a.Code != b.Code || a.Target != b.Target || a.Head != b.Head || !slices.Equal(a.Persons, b.Persons) || len(a.Relations) != len(b.Relations) || len(a.New) != len(b.New) {
		return false
	}
	for person, relation := range a.Relations {
		if b.Relations[person] != relation {
			return false
		}
	}
	for i := range a.New {
		if a.New[i].Tail != lastCharacters(b.New[i].NationalID) {
			return false
		}
	}
	return true
}

// text is the objection in every language, for a report whose reader is not known yet.
func (o Objection) text() i18n.Text {
	text := i18n.Text{}
	for _, info := range i18n.Languages() {
		text[info.Lang] = o.In(info.Lang)
	}
	return text
}

// gone says whether a row is about somebody who belongs to no household any more: that is not out of sight, it is
// over. The row is noted and left.
func (r *importRun) gone(ctx context.Context, p *parsed, person int64) (bool, error) {
	last, err := r.s.lastSeat(ctx, r.scope, person)
	if fault.Is(err, fault.NotFound) || err == nil && last.to == nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.problems = nil
	p.note(r.im.Mapping.Key, "gone")
	return true, nil
}
