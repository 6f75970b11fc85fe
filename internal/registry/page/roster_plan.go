package page

import (
	"context"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// planView is what an act comes to: each household before and after, side by side.
type planView struct {
	words    web.Facts
	sides    []web.DiffColumns
	problems []string
}

// planView shows a plan as far as the scope may see it.
func (p *pages) planView(ctx context.Context, scope access.Scope, plan registry.Plan) (planView, error) {
	var keys []int64
	for _, roll := range slices.Concat(plan.Before, plan.After) {
		keys = append(keys, roll.Area, p.Registry.Areas().Scheme().Parent(roll.Area))
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return planView{}, err
	}
	view := planView{}
	for _, problem := range plan.Problems {
		view.problems = append(view.problems, problem.Reason.In(web.Lang(ctx)))
	}
	for i := range plan.Before {
		pack, err := p.Registry.Pack(plan.After[i].Area)
		if err != nil {
			return view, err
		}
		side := sides{ctx, scope, pack, places}.columns(plan.Before[i], plan.After[i])
		for _, share := range plan.Shares {
			if item, ok := pack.Item(registry.SubjectHousehold, share.Item); ok {
				value := []policy.Value{share.Stays, share.Goes}[i]
				side.Lines = append(side.Lines, web.DiffLine{Label: item.Label.In(web.Lang(ctx)), Left: web.DiffValue{Missing: true}, Right: sideOf(ctx, pack, item, value)})
			}
		}
		view.sides = append(view.sides, side)
	}
	return view, nil
}

// sides compares a household before and after.
type sides struct {
	ctx    context.Context
	scope  access.Scope
	pack   *policy.Pack
	places map[int64]area.Area
}

func (s sides) columns(before, after registry.Roll) web.DiffColumns {
	diff := web.DiffColumns{Caption: word(s.ctx, "roster.founded"), Left: word(s.ctx, "roster.now"), Right: word(s.ctx, "roster.then")}
	if before.ID != 0 {
		diff.Caption = word(s.ctx, "household.title", "number", before.Number)
	}
	line := func(label, left, right string) {
		diff.Lines = append(diff.Lines, web.DiffLine{Label: label, Left: web.DiffValue{Text: left, Missing: left == ""}, Right: web.DiffValue{Text: right, Missing: right == ""}})
	}
	founded := before.ID == 0
	for _, person := range everybody(before, after) {
		line(s.name(person, after.Area), s.seat(before, person.ID), s.seat(after, person.ID))
	}
	left := ""
	if !founded {
		left = i18n.Number(web.Lang(s.ctx), int64(len(before.Seats)))
	}
	line(word(s.ctx, "household.members"), left, i18n.Number(web.Lang(s.ctx), int64(len(after.Seats))))
	line(web.T(s.ctx, "common.status"), s.status(before), s.status(after))
	left = ""
	if !founded {
		left = placeLabel(s.ctx, s.places, before.Area)
	}
	line(web.T(s.ctx, "common.area"), left, placeLabel(s.ctx, s.places, after.Area))
	if after.Closed != nil || before.Closed != nil {
		line(word(s.ctx, "household.closed"), s.closed(before), s.closed(after))
	}
	return diff
}

// everybody is who belongs to the household before or after.
func everybody(before, after registry.Roll) []registry.Person {
	var people []registry.Person
	for _, seat := range slices.Concat(before.Seats, after.Seats) {
		if !slices.ContainsFunc(people, func(p registry.Person) bool { return p.ID == seat.ID }) {
			people = append(people, seat.Person)
		}
	}
	return people
}

func (s sides) name(p registry.Person, area int64) string {
	name := p.Name
	if !s.scope.Sees(area, access.P2) {
		name = "***"
	}
	if p.Number == "" {
		return name + " · " + word(s.ctx, "roster.new")
	}
	return name
}

// seat is a person's place in a household in words, nothing where he has none.
func (s sides) seat(roll registry.Roll, person int64) string {
	for _, seat := range roll.Seats {
		if seat.ID != person {
			continue
		}
		if item, ok := s.pack.Item(registry.SubjectPerson, registry.FieldRelation); ok && seat.Relation != "" {
			return item.Format(web.Lang(s.ctx), seat.Relation)
		}
		return word(s.ctx, "roster.member")
	}
	return ""
}

func (s sides) status(roll registry.Roll) string {
	if item, ok := s.pack.Item(registry.SubjectHousehold, registry.FieldStatus); ok && roll.Status != "" {
		return item.Format(web.Lang(s.ctx), roll.Status)
	}
	return ""
}

func (s sides) closed(roll registry.Roll) string {
	if roll.Closed == nil {
		return word(s.ctx, "roster.open")
	}
	return i18n.Day(web.Lang(s.ctx), *roll.Closed)
}

// actWords tells an act in words.
func actWords(ctx context.Context, r registry.Reviewed) web.Facts {
	lang := web.Lang(ctx)
	label := r.Rule.Label.In(lang)
	if label == "" {
		label = r.Act.Code
	}
	facts := []web.Fact{{Label: word(ctx, "roster.what"), Value: label}, {Label: word(ctx, "roster.field.day"), Value: i18n.Day(lang, r.Act.Day)}}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, web.Fact{Label: label, Value: value})
		}
	}
	var people []string
	for _, person := range r.Act.Persons {
		people = append(people, personWords(r, person))
	}
	add(word(ctx, "roster.about"), strings.Join(people, ", "))
	for _, person := range r.Act.New {
		text := strings.TrimSpace(person.Name)
		if person.Birth != nil {
			text += " · " + i18n.Day(lang, *person.Birth)
		}
		if person.Tail != "" {
			text += " · …" + person.Tail
		}
		add(word(ctx, "roster.new"), text)
	}
	if r.Act.Head != 0 {
		add(word(ctx, "roster.field.head"), personWords(r, r.Act.Head))
	}
	if r.Act.NewHead != 0 {
		add(word(ctx, "roster.field.new_head"), personWords(r, r.Act.NewHead))
	}
	if r.Act.Target != 0 {
		add(word(ctx, "roster.field.target"), registry.Number(r.Act.Target))
	}
	add(word(ctx, "roster.field.evidence"), r.Act.Evidence)
	return web.Facts{Items: facts}
}

// personWords names a person whom an act is about.
func personWords(r registry.Reviewed, person int64) string {
	if person < 0 && int(-person) <= len(r.Act.New) {
		return r.Act.New[-person-1].Name
	}
	known, ok := r.People[person]
	if !ok || known.Name == "" {
		return registry.Number(person)
	}
	return known.Name + " (" + known.Number + ")"
}

// rosterRow is a row of a change set that changes a roster: the act in words and, while nobody has decided, what it
// comes to.
func (p *pages) rosterRow(ctx context.Context, scope access.Scope, set change.Set, d change.Detail) (reviewRow, error) {
	row := reviewRow{title: word(ctx, "household.title", "number", d.Record.Label), href: "/households/" + d.Record.Label}
	reviewed, err := p.Registry.ReviewAct(ctx, scope, set, d)
	if err != nil {
		return row, err
	}
	if reviewed.Act.Code == "" {
		row.hidden = len(d.Fields)
		return row, nil
	}
	view := planView{}
	if reviewed.Plan != nil {
		if view, err = p.planView(ctx, scope, *reviewed.Plan); err != nil {
			return row, err
		}
	}
	view.words = actWords(ctx, reviewed)
	for _, o := range reviewed.Objections {
		view.problems = append(view.problems, o.In(web.Lang(ctx)))
	}
	row.roster = &view
	if set.State == change.Conflict {
		for _, f := range d.Fields {
			row.choices = append(row.choices, web.Field{Name: choiceName(d.N, f.Name), Label: word(ctx, "roster.what"), Kind: web.FieldRadio, Required: true, Options: []web.Option{
				{Value: string(change.Stored), Label: word(ctx, "roster.keep")}, {Value: string(change.Mine), Label: word(ctx, "roster.take")}}})
		}
	}
	return row, nil
}
