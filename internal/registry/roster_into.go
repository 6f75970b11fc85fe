package registry

import (
	"encoding/json"
	"slices"
	"strings"

	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// IntoInput is where a county takes in persons whom another hands over, as people and programs write it.
type IntoInput struct {
	Household string            `json:"household" doc:"Number of the household that takes them in; it lies in the county that was asked." example:"000010485771"`
	Relations map[string]string `json:"relations,omitempty" doc:"Relation to its head, by number of the person."`
	NewHead   string            `json:"new_head,omitempty" doc:"Number of its head from then on; who was the head if absent."`
}

// ReadInto turns what somebody wrote into an answer, or returns an Invalid fault with Objections.
func ReadInto(in IntoInput) (*Into, error) {
	r := &actReader{}
	into := &Into{Relations: map[int64]string{}}
	if strings.TrimSpace(in.Household) == "" {
		r.object("target", "no_target")
	} else {
		into.Target = r.person("target", in.Household, 0)
	}
	into.NewHead = r.optional("new_head", in.NewHead, 0)
	for number, relation := range in.Relations {
		if relation != "" {
			into.Relations[r.person("relations", number, 0)] = relation
		}
	}
	return into, r.objections.fault()
}

// encode writes the answer as a change set holds it.
func (i *Into) encode() (string, error) {
	text, err := json.Marshal(i)
	return string(text), err
}

// answered is the act with what the receiving county adds: where the persons go, and what they are there.
func (a Act) answered(into *Into) Act {
	a.Into = into
	if into == nil {
		return a
	}
	a.Target, a.NewHead = into.Target, into.NewHead
	relations := map[int64]string{}
	for person, relation := range a.Relations {
		if !a.about(person) {
			relations[person] = relation
		}
	}
	for person, relation := range into.Relations {
		if a.about(person) {
			relations[person] = relation
		}
	}
	a.Relations = relations
	return a
}

// withInto is the act with the answer that a change set holds beside it.
func (a Act) withInto(text string) (Act, error) {
	var into Into
	if err := policy.DecodeJSON([]byte(text), &into); err != nil {
		return a, fault.Wrap(fault.Invalid, err, "where persons are taken in cannot be read")
	}
	return a.answered(&into), nil
}

// handOver takes persons off the roll; once the receiving county has answered, they are on that of its household.
func (p *planner) handOver() {
	if len(p.act.Persons) == 0 {
		p.object("persons", "nobody")
	}
	if p.act.Area == 0 {
		p.object("area", "no_area")
	}
	if p.act.Into == nil {
		for _, person := range p.act.Persons {
			if seat := p.source.take(person); p.act.Day < seat.From {
				p.object("day", "before_joined", seat.Number)
			}
		}
		return
	}
	p.move()
}

// those is the plan as far as it is about the persons who go: what the receiving county has to know of the household
// that they leave.
func (p Plan) those() Plan {
	goes := func(seats []Seat) []Seat {
		return slices.DeleteFunc(slices.Clone(seats), func(s Seat) bool { return !p.Act.about(s.ID) })
	}
	p.Before, p.After = slices.Clone(p.Before), slices.Clone(p.After)
	p.Before[0].Seats, p.After[0].Seats = goes(p.Before[0].Seats), goes(p.After[0].Seats)
	return p
}
