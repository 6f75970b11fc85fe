package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// roll reads who belongs to a household whose scope was decided, the head first.
func (s *Service) roll(ctx context.Context, scope access.Scope, h Household) (Roll, error) {
	type row struct {
		seat        Seat
		birth, died *int64
		head        int64
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT "+personColumns+`, m.relation, m.head, m.from_day FROM membership m
		JOIN person p ON p.home = m.home AND p.id = m.person WHERE {checked} AND m.home = $1 AND m.household = $2 AND m.to_day IS NULL ORDER BY m.head DESC, m.from_day, m.person`,
		[]any{h.Home, h.ID}, func(r store.Rows, row *row) error {
			return r.Scan(append(scanPersonInto(&row.seat.Person, &row.birth, &row.died), &row.seat.Relation, &row.head, &row.seat.From)...)
		})
	if err != nil {
		return Roll{}, fmt.Errorf("read who belongs to a household: %w", err)
	}
	roll := Roll{Household: h}
	for _, row := range rows {
		row.seat.Birth, row.seat.Died, row.seat.IsHead = day(row.birth), day(row.died), row.head == 1
		roll.Seats = append(roll.Seats, row.seat)
	}
	return roll, nil
}

// lastSeat is the household that a person belonged to last, and until when.
type lastSeat struct {
	person Person
	to     *clock.Day // nil while he belongs to it
}

// lastSeat finds a person whose last household is in scope, or returns a NotFound fault.
func (s *Service) lastSeat(ctx context.Context, scope access.Scope, id int64) (lastSeat, error) {
	home, err := s.journal.Ids().Home(ctx, id)
	if err == nil {
		home, _, err = s.journal.Ids().Moved(ctx, id, home)
	}
	if err != nil {
		return lastSeat{}, err
	}
	var found lastSeat
	var birth, died, to *int64
	// A person's last place is the one that has not ended, else the one that ended last; where he lived before says nothing
	// about who may see him now.
	var area int64
	err = store.One(ctx, s.db.In(scope), "SELECT "+personColumns+`, m.to_day, h.area FROM person p
		JOIN membership m ON m.home = p.home AND m.person = p.id JOIN household h ON h.home = m.home AND h.id = m.household
		WHERE {checked} AND p.home = $1 AND p.id = $2 ORDER BY CASE WHEN m.to_day IS NULL THEN 0 ELSE 1 END, m.to_day DESC, m.from_day DESC, m.household DESC LIMIT 1`,
		[]any{home, id}, append(scanPersonInto(&found.person, &birth, &died), &to, &area)...)
	if errors.Is(err, store.ErrNoRows) || err == nil && !scope.Holds(area) {
		return lastSeat{}, fault.New(fault.NotFound, "no such person")
	}
	if err != nil {
		return lastSeat{}, fmt.Errorf("read a person's last household: %w", err)
	}
	found.person.Birth, found.person.Died, found.to = day(birth), day(died), day(to)
	return found, nil
}

// planner gathers what an act about a household concerns, as far as it is in scope. What is out of scope is absent:
// it becomes an objection that says no more than that.
func (s *Service) planner(ctx context.Context, scope access.Scope, h Household, act Act) (*planner, error) {
	pack, err := s.Pack(h.Area)
	if err != nil {
		return nil, err
	}
	p := &planner{pack: pack, rules: RosterOf(pack), act: act, today: s.today()}
	var known bool
	if p.rule, known = ownAct(act.Code); !known {
		p.rule, known = p.rules.Find(act.Code)
	}
	if !known {
		p.object("code", "no_act")
		return p, nil
	}
	if p.source, err = s.roll(ctx, scope, h); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, access.Scope, *planner) error{s.planTarget, s.planTwin, s.planOutside, s.planArea, s.planShares} {
		if err := part(ctx, scope, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// planTarget finds the household that members go to; one that is founded has the home of those who found it.
func (s *Service) planTarget(ctx context.Context, scope access.Scope, p *planner) error {
	switch p.rule.Kind {
	case ActSplit:
		p.target = &Roll{Household: Household{Home: p.source.Home}}
	case ActMove, ActMerge, ActHandOver:
		if p.rule.Kind == ActHandOver && p.act.Into == nil {
			return nil
		}
		h, err := s.household(ctx, scope, p.act.Target)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if level := homeLevel(p.pack, s.areas.Scheme()); p.rule.Kind == ActHandOver && s.areas.Scheme().At(h.Area, level) != s.areas.Scheme().At(p.act.Area, level) {
			return nil
		}
		roll, err := s.roll(ctx, scope, h)
		p.target = &roll
		return err
	}
	return nil
}

// planOutside finds those who come back.
func (s *Service) planOutside(ctx context.Context, scope access.Scope, p *planner) error {
	if !p.rule.Kind.comesBack() {
		return nil
	}
	for _, id := range p.act.Persons {
		last, err := s.lastSeat(ctx, scope, id)
		switch {
		case fault.Is(err, fault.NotFound):
			p.object("persons", "no_person", Number(id))
		case err != nil:
			return err
		case last.to == nil:
			p.object("persons", "elsewhere", last.person.Number)
		case p.act.Day < *last.to:
			p.object("day", "before_left", last.person.Number)
		default:
			p.outside = append(p.outside, last.person)
		}
	}
	return nil
}

// planArea checks the area that a household moves to: one of the same level, in the same county or, for a transfer,
// in another.
func (s *Service) planArea(ctx context.Context, scope access.Scope, p *planner) error {
	if p.act.Area == 0 {
		return nil
	}
	transfer := p.rule.Kind.BetweenCounties()
	if transfer {
		scope = access.System("names of areas are public")
	}
	place, err := s.areas.Get(ctx, scope, p.act.Area)
	if fault.Is(err, fault.NotFound) || err == nil && (place.To != nil || place.Level != s.areas.Scheme().Level(p.source.Area)) {
		p.object("area", "no_area")
		return nil
	}
	if err != nil {
		return err
	}
	switch level := homeLevel(p.pack, s.areas.Scheme()); {
	case transfer && s.areas.Scheme().At(place.Key, level) == s.areas.Scheme().At(p.source.Area, level):
		p.object("area", "same_county")
	case !transfer && s.areas.Scheme().At(place.Key, level) != s.areas.Scheme().At(p.source.Area, level):
		p.object("area", "other_county")
	}
	return nil
}

// homeLevel is the level of the areas that keep a store of their own: the county, in the pack's word.
func homeLevel(pack *policy.Pack, scheme area.Scheme) int {
	return min(max(1, pack.Levels.Find(pack.HomeLevel)), scheme.Levels())
}

// strangers are the persons whose relation an act gives although they are on none of its rolls.
func (p *planner) strangers() {
	for person := range p.act.Relations {
		known := p.source.seat(person) != nil || p.target != nil && p.target.seat(person) != nil ||
			slices.ContainsFunc(p.outside, func(o Person) bool { return o.ID == person }) || person < 0 && int(-person) <= len(p.act.New)
		if !known {
			p.object("relations", "no_member", p.number(person))
		}
	}
}

// formerly keeps, of the places that have ended, the last one of each person who belongs to the household no longer: a
// member who became the head has ended places too.
func formerly(present, ended []Member) []Member {
	var former []Member
	for _, m := range ended {
		same := func(o Member) bool { return o.ID == m.ID }
		if slices.ContainsFunc(present, same) {
			continue
		}
		if i := slices.IndexFunc(former, same); i < 0 {
			former = append(former, m)
		} else if former[i].From <= m.From {
			former[i] = m
		}
	}
	return former
}

// Neighbours are the places of a household's county, in scope, at the level at which it lives: where it can move
// without being handed over. It returns nil where there are more than most.
func (s *Service) Neighbours(ctx context.Context, scope access.Scope, h Household, most int) ([]area.Area, error) {
	pack, err := s.Pack(h.Area)
	if err != nil {
		return nil, err
	}
	scheme := s.areas.Scheme()
	around := []int64{scheme.At(h.Area, homeLevel(pack, scheme))}
	for level := scheme.Level(around[0]) + 1; level <= scheme.Level(h.Area); level++ {
		var next []int64
		var places []area.Area
		for _, parent := range around {
			found, err := s.areas.Children(ctx, scope, parent, 0, most+1)
			if err != nil {
				return nil, err
			}
			for _, place := range found {
				if place.To == nil {
					places, next = append(places, place), append(next, place.Key)
				}
			}
			if len(places) > most {
				return nil, nil
			}
		}
		if around = next; level == scheme.Level(h.Area) {
			return slices.DeleteFunc(places, func(a area.Area) bool { return a.Key == h.Area }), nil
		}
	}
	return nil, nil
}
