package registry

import (
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// settle brings a roll into order after members came or went: one head, relations to that head, their number; who has
// nobody left ends. headless is a household that had members and no head before: it may stay so.
func (p *planner) settle(roll *Roll, head int64, headless bool) {
	roll.Members = len(roll.Seats)
	if roll.Members == 0 {
		p.end(roll)
		return
	}
	before := roll.head()
	changed := p.appoint(roll, head)
	now := roll.head()
	if now == nil && !(headless && before == nil) {
		p.object(p.headField(roll), "needs_head")
		return
	}
	for i := range roll.Seats {
		p.relate(&roll.Seats[i], changed)
	}
	roll.Head, roll.HeadName = 0, ""
	if now != nil {
		roll.Head, roll.HeadName = now.ID, now.Name
	}
}

// headField is the field of the act that names the head of a roll.
func (p *planner) headField(roll *Roll) string {
	if p.target == roll {
		return "new_head"
	}
	return "head"
}

// appoint makes a member the head: the one who was named, else the only one there is. It says whether another person
// is the head now.
func (p *planner) appoint(roll *Roll, head int64) bool {
	now := roll.head()
	if head == 0 && now == nil && len(roll.Seats) == 1 {
		head = roll.Seats[0].ID
	}
	if head == 0 || now != nil && now.ID == head {
		return false
	}
	if roll.seat(head) == nil {
		p.object(p.headField(roll), "no_head")
		return false
	}
	roll.Seats = slices.Clone(roll.Seats)
	for i := range roll.Seats {
		roll.Seats[i].IsHead = roll.Seats[i].ID == head
	}
	return true
}

// relate gives a member his relation to the head. Under another head the old relations no longer hold: one that was
// not given is unknown.
func (p *planner) relate(seat *Seat, changed bool) {
	given, named := p.act.Relations[seat.ID]
	heads := headRelations(p.pack)
	switch {
	case seat.IsHead && !slices.Contains(heads, seat.Relation) && len(heads) > 0:
		seat.Relation = heads[0]
	case seat.IsHead:
	case named && slices.Contains(heads, given):
		p.object("relations", "two_heads", seat.Number)
	case named:
		seat.Relation = given
	case changed || slices.Contains(heads, seat.Relation):
		seat.Relation = ""
	}
}

// headRelations are the relations that mean the head of household.
func headRelations(pack *policy.Pack) []string {
	item, ok := pack.Item(SubjectPerson, FieldRelation)
	if !ok {
		return nil
	}
	var codes []string
	for _, o := range item.Options() {
		if o.Group == GroupHead {
			codes = append(codes, o.Code)
		}
	}
	return codes
}

// end closes a household in which nobody is left.
func (p *planner) end(roll *Roll) {
	day := p.act.Day
	roll.Closed, roll.Head, roll.HeadName = &day, 0, ""
	status := p.rules.Ended
	if p.rule.Status != "" && p.rule.Kind != ActSplit && p.rule.Kind != ActReopen {
		status = p.rule.Status
	}
	if status != "" && status != roll.Status {
		roll.Status, roll.Since = status, day
	}
}

// spouses is the problem of a household with more than one spouse of the head.
func (p *planner) spouses(roll Roll) []policy.Problem {
	n := 0
	for _, seat := range roll.Seats {
		if slices.Contains(p.rules.Spouse, seat.Relation) {
			n++
		}
	}
	if n < 2 {
		return nil
	}
	return []policy.Problem{{Subject: SubjectHousehold, Item: FieldRelation, Severity: policy.Provisional, Reason: &policy.Reason{Key: "spouses", Own: inMessages("registry.roster.problem.spouses")}}}
}

// inEveryLanguage is a reason in all languages of the program.
func inEveryLanguage(reason *policy.Reason) i18n.Text {
	text := i18n.Text{}
	for _, info := range i18n.Languages() {
		text[info.Lang] = reason.In(info.Lang)
	}
	return text
}

// inMessages is a message in all languages of the program.
func inMessages(key string) i18n.Text {
	text := i18n.Text{}
	for _, info := range i18n.Languages() {
		text[info.Lang] = i18n.T(info.Lang, key)
	}
	return text
}
