package registry

import (
	"slices"

	"rightkey/internal/clock"
	"rightkey/internal/policy"
)

// Seat is a person's place in a household now.
type Seat struct {
	Person
	Relation string
	IsHead   bool
	From     clock.Day
}

// Roll is a household with those who belong to it.
type Roll struct {
	Household
	Seats []Seat
}

// seat returns the place of a person, nil if he has none here.
func (r *Roll) seat(person int64) *Seat {
	i := slices.IndexFunc(r.Seats, func(s Seat) bool { return s.ID == person })
	if i < 0 {
		return nil
	}
	return &r.Seats[i]
}

// take removes a person from the roll and returns his seat.
func (r *Roll) take(person int64) Seat {
	i := slices.IndexFunc(r.Seats, func(s Seat) bool { return s.ID == person })
	seat := r.Seats[i]
	r.Seats = slices.Delete(slices.Clone(r.Seats), i, i+1)
	return seat
}

// head returns the head's seat, nil if there is none.
func (r *Roll) head() *Seat {
	i := slices.IndexFunc(r.Seats, func(s Seat) bool { return s.IsHead })
	if i < 0 {
		return nil
	}
	return &r.Seats[i]
}

// with puts a person on the roll from a day on.
func (r *Roll) with(p Person, from clock.Day) {
	r.Seats = append(slices.Clone(r.Seats), Seat{Person: p, From: from})
}

// Plan is what an act comes to: the households it concerns before and after, the one it was reported for first, then
// the one that members go to or found.
type Plan struct {
	Act           Act
	Rule          ActRule
	Before, After []Roll
	// Twin is, of a double, the person whose number goes on.
	Twin     Person
	twinArea int64
	// Shares are what a split divides besides the members.
	Shares   []Share
	sharesOn clock.Day
	// Problems do not refuse the act: they are listed, or block benefits until they are settled.
	Problems []policy.Problem
}

// planner works an act out on rolls.
type planner struct {
	pack       *policy.Pack
	rules      RosterRules
	rule       ActRule
	act        Act
	today      clock.Day
	source     Roll
	target     *Roll    // household that members go to; of a split an empty one
	outside    []Person // of Persons those who belong to no household, with their last day in Since
	held       held
	twin       Person // of a double, who lives in twinArea
	twinArea   int64
	objections Objections
}

// object notes an objection.
func (p *planner) object(field, code string, about ...string) {
	o := Objection{Field: field, Code: code}
	if len(about) > 0 {
		o.Number = about[0]
	}
	p.objections = append(p.objections, o)
}

// plan works the act out. Nothing is stored; the objections say why it cannot be taken.
func (p *planner) plan() (Plan, Objections) {
	out := Plan{Act: p.act, Rule: p.rule, Before: []Roll{p.source}, Twin: p.twin, twinArea: p.twinArea}
	if p.target != nil {
		out.Before = append(out.Before, *p.target)
	}
	p.common()
	if len(p.objections) > 0 {
		return out, p.objections
	}
	p.do()
	if p.rule.Kind == ActSplit {
		out.Shares, out.sharesOn = p.divide(), p.held.on
	}
	if len(p.objections) > 0 {
		return out, p.objections
	}
	p.settle(&p.source, p.act.Head, len(out.Before[0].Seats) > 0 && out.Before[0].head() == nil)
	out.After = []Roll{p.source}
	if p.target != nil {
		p.settle(p.target, p.act.NewHead, false)
		out.After = append(out.After, *p.target)
	}
	for _, roll := range out.After {
		out.Problems = append(out.Problems, p.spouses(roll)...)
	}
	return out, p.objections
}

// mostAhead is how many days ahead one county asks another.
const mostAhead = 366

// common checks what holds for every act.
func (p *planner) common() {
	if ahead := p.act.Day - p.today; ahead > 0 && (!p.rule.Kind.BetweenCounties() || ahead > mostAhead) {
		p.object("day", "future")
	}
	if p.rule.Evidence && p.act.Evidence == "" {
		p.object("evidence", "no_evidence")
	}
	if p.rule.Kind != ActUndouble && (p.source.Closed != nil) != (p.rule.Kind == ActReopen) {
		p.object("code", "closed")
	}
	for person, relation := range p.act.Relations {
		if relation != "" && !hasOption(p.pack, SubjectPerson, FieldRelation, relation) {
			p.object("relations", "no_relation", p.number(person))
		}
	}
	p.strangers()
	if !p.rule.Kind.comesBack() {
		for _, person := range p.act.Persons {
			if p.source.seat(person) == nil {
				p.object("persons", "no_member", Number(person))
			}
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(p.act.Persons)))) < len(p.act.Persons) {
		p.object("persons", "twice")
	}
}

// number is the number of a person, nothing for who has none yet.
func (p *planner) number(person int64) string {
	if person < 0 {
		return ""
	}
	return Number(person)
}

// do changes the rolls.
func (p *planner) do() {
	switch p.rule.Kind {
	case ActJoin:
		p.join()
	case ActDeath, ActLeave:
		p.leave()
	case ActMove, ActMerge:
		p.move()
	case ActSplit:
		p.split()
	case ActHead:
		if p.act.Head == 0 || p.source.seat(p.act.Head) == nil {
			p.object("head", "no_head")
		}
	case ActRelation:
		if len(p.act.Relations) == 0 {
			p.object("relations", "nothing")
		}
	case ActIdentity:
		p.identity()
	case ActRelocate, ActTransfer:
		p.relocate()
	case ActHandOver:
		p.handOver()
	case ActClose:
		p.close()
	case ActReopen:
		p.reopen()
	case ActDouble:
		p.double()
	case ActUndouble:
		p.undouble()
	}
}

// join seats new persons and those who come back.
func (p *planner) join() {
	if len(p.act.New)+len(p.act.Persons) == 0 {
		p.object("new", "nobody")
	}
	for n, person := range p.act.New {
		p.newPerson(n, person)
	}
	p.comeBack()
}

func (p *planner) comeBack() {
	for _, person := range p.outside {
		switch {
		case person.Died != nil:
			p.object("persons", "dead", person.Number)
		case person.Birth != nil && p.act.Day < *person.Birth:
			p.object("day", "before_birth", person.Number)
		default:
			p.source.with(person, p.act.Day)
		}
	}
}

// newPerson seats somebody who is not in the register.
func (p *planner) newPerson(n int, person NewPerson) {
	facts := policy.Facts{FieldName: textOrNil(person.Name), FieldSex: textOrNil(person.Sex), FieldRelation: textOrNil(p.act.Relations[int64(-n-1)])}
	if person.Birth != nil {
		facts[FieldBirth] = person.Birth.String()
	}
	if person.NationalID != "" {
		facts[FieldNationalID] = person.NationalID
	}
	for _, problem := range p.pack.Validate(SubjectPerson, facts) {
		item, _ := p.pack.Item(SubjectPerson, problem.Item)
		if problem.Severity == policy.Reject && item != nil && item.Core && problem.Item != FieldRelation {
			p.objections = append(p.objections, Objection{Field: "new." + problem.Item, Own: inEveryLanguage(problem.Reason)})
		}
	}
	switch {
	case person.Name == "":
		p.object("new."+FieldName, "no_name")
	case p.rule.Newborn && person.Birth == nil:
		p.object("new."+FieldBirth, "no_birth")
	case p.rule.Newborn && *person.Birth != p.act.Day:
		p.object("day", "not_birth")
	case person.Birth != nil && p.act.Day < *person.Birth:
		p.object("day", "before_birth")
	}
	p.source.with(Person{ID: int64(-n - 1), Name: person.Name, Sex: person.Sex, Birth: person.Birth}, p.act.Day)
}

// leave takes members off the roll.
func (p *planner) leave() {
	if len(p.act.Persons) == 0 {
		p.object("persons", "nobody")
	}
	for _, person := range p.act.Persons {
		seat := p.source.take(person)
		switch {
		case p.rule.Kind == ActDeath && seat.Birth != nil && p.act.Day < *seat.Birth:
			p.object("day", "before_birth", seat.Number)
		case p.rule.Kind == ActLeave && p.act.Day < seat.From:
			p.object("day", "before_joined", seat.Number)
		}
	}
}

// move puts members on the roll of another household.
func (p *planner) move() {
	persons := p.act.Persons
	if p.rule.Kind == ActMerge {
		persons = nil
		for _, seat := range p.source.Seats {
			persons = append(persons, seat.ID)
		}
	}
	switch {
	case p.target == nil || p.target.ID == p.source.ID:
		p.object("target", "no_target")
		return
	case p.target.Closed != nil:
		p.object("target", "target_closed")
		return
	case len(persons) == 0:
		p.object("persons", "nobody")
	}
	p.seatElsewhere(persons)
}

func (p *planner) seatElsewhere(persons []int64) {
	for _, person := range persons {
		seat := p.source.take(person)
		if p.act.Day < seat.From {
			p.object("day", "before_joined", seat.Number)
		}
		p.target.with(seat.Person, p.act.Day)
	}
}

// split founds a household of some of the members.
func (p *planner) split() {
	if len(p.act.Persons) == 0 {
		p.object("persons", "nobody")
	}
	if len(p.act.Persons) >= len(p.source.Seats) {
		p.object("persons", "nobody_stays")
		return
	}
	p.target.Origin, p.target.Opened, p.target.Since = p.source.ID, p.act.Day, p.act.Day
	p.target.Area, p.target.Status = p.source.Area, p.source.Status
	if p.act.Area != 0 {
		p.target.Area = p.act.Area
	}
	if p.rule.Status != "" {
		p.target.Status = p.rule.Status
	}
	p.seatElsewhere(p.act.Persons)
}

func (p *planner) identity() {
	if len(p.act.Persons) != 1 || len(p.act.New) != 1 || p.act.New[0].NationalID == "" && p.act.New[0].sealed == nil {
		p.object("new."+FieldNationalID, "no_number")
		return
	}
	item, ok := p.pack.Item(SubjectPerson, FieldNationalID)
	if !ok {
		p.object("new."+FieldNationalID, "no_number")
		return
	}
	for _, problem := range p.pack.Validate(SubjectPerson, policy.Facts{item.Code: p.act.New[0].NationalID}) {
		if problem.Item == item.Code && problem.Severity == policy.Reject {
			p.objections = append(p.objections, Objection{Field: "new." + item.Code, Own: inEveryLanguage(problem.Reason)})
		}
	}
}

func (p *planner) relocate() {
	if p.act.Area == 0 || p.act.Area == p.source.Area {
		p.object("area", "no_area")
		return
	}
	p.source.Area = p.act.Area
}

// close ends the household; whoever is still on the roll leaves it.
func (p *planner) close() {
	for _, seat := range p.source.Seats {
		if p.act.Day < seat.From {
			p.object("day", "before_joined", seat.Number)
		}
	}
	p.source.Seats = nil
}

// reopen begins a closed household again with those who come back to it.
func (p *planner) reopen() {
	if len(p.outside)+len(p.act.New) == 0 {
		p.object("persons", "nobody")
	}
	if p.source.Closed != nil && p.act.Day < *p.source.Closed {
		p.object("day", "before_closed")
	}
	p.source.Closed = nil
	if p.rule.Status != "" {
		p.source.Status, p.source.Since = p.rule.Status, p.act.Day
	}
	for n, person := range p.act.New {
		p.newPerson(n, person)
	}
	p.comeBack()
}
