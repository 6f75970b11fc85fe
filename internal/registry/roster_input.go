package registry

import (
	"context"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// ActInput is an act as people and programs write it: persons and households by their numbers, areas by their codes,
// days as 2014-06-30. Those of New are called "new1", "new2" and so on where an act names persons.
type ActInput struct {
	Code      string            `json:"code" doc:"Of the acts that the pack knows: see the list of acts." example:"died"`
	Day       string            `json:"day" format:"date" doc:"From which the change holds; up to today."`
	Evidence  string            `json:"evidence,omitempty" maxLength:"300" doc:"Certificate or other proof, in words."`
	Persons   []string          `json:"persons,omitempty" maxItems:"100" doc:"Numbers of the members it is about; of somebody who comes back, his number."`
	New       []NewInput        `json:"new,omitempty" maxItems:"20" doc:"Who is not in the register yet; for a corrected national number one entry with only that number."`
	Target    string            `json:"target,omitempty" doc:"Number of the household that members go to."`
	Area      string            `json:"area,omitempty" doc:"Official code of the place that the household is in from then on."`
	Head      string            `json:"head,omitempty" doc:"Number of the head afterwards; who was the head if absent."`
	NewHead   string            `json:"new_head,omitempty" doc:"Number of the head of the household that is founded or that members go to."`
	Relations map[string]string `json:"relations,omitempty" doc:"Relation to the head from then on, by number of the person. Under another head, a relation that is not given is unknown."`
	Dwelling  bool              `json:"dwelling,omitempty" doc:"Of a split: the new household takes the house."`
	Shares    map[string]string `json:"shares,omitempty" doc:"Of a split: how much of an item of the household the new one gets."`
}

// NewInput is a person who is not in the register yet.
type NewInput struct {
	Name       string `json:"name,omitempty" maxLength:"200"`
	Sex        string `json:"sex,omitempty" doc:"Code of the pack's list."`
	Birth      string `json:"birth,omitempty" format:"date"`
	NationalID string `json:"national_id,omitempty" maxLength:"60"`
}

// actReader turns an input into an act.
type actReader struct {
	objections Objections
}

func (r *actReader) object(field, code string) {
	r.objections = append(r.objections, Objection{Field: field, Code: code})
}

// ReadAct turns what somebody wrote about a household of area into an act, or returns an Invalid fault with
// Objections.
func (s *Service) ReadAct(ctx context.Context, area int64, in ActInput) (Act, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return Act{}, err
	}
	r := &actReader{}
	act := Act{Code: in.Code, Evidence: strings.TrimSpace(in.Evidence), Dwelling: in.Dwelling, Shares: in.Shares, Relations: map[int64]string{}}
	if day := r.day("day", in.Day); day != nil {
		act.Day = *day
	} else if len(r.objections) == 0 {
		r.object("day", "no_day")
	}
	for _, number := range in.Persons {
		act.Persons = append(act.Persons, r.person("persons", number, len(in.New)))
	}
	for _, person := range in.New {
		act.New = append(act.New, r.newPerson(pack, person))
	}
	for number, relation := range in.Relations {
		act.Relations[r.person("relations", number, len(in.New))] = relation
	}
	act.Head, act.NewHead = r.optional("head", in.Head, len(in.New)), r.optional("new_head", in.NewHead, len(in.New))
	act.Target = r.optional("target", in.Target, 0)
	if in.Area != "" {
		place, err := s.areas.ByCode(ctx, access.System("names of areas are public"), strings.TrimSpace(in.Area))
		if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Conflict {
			return act, err
		}
		if err != nil {
			r.object("area", "no_area")
		}
		act.Area = place.Key
	}
	return act, r.objections.fault()
}

func (r *actReader) day(field, text string) *clock.Day {
	if text == "" {
		return nil
	}
	day, err := clock.ParseDay(strings.TrimSpace(text))
	if err != nil {
		r.object(field, "no_day")
		return nil
	}
	return &day
}

// person reads the number of a person, or the name of one of so many new ones.
func (r *actReader) person(field, text string, news int) int64 {
	text = strings.ReplaceAll(strings.TrimSpace(text), " ", "")
	if nth, isNew := strings.CutPrefix(text, "new"); isNew {
		n, err := strconv.Atoi(nth)
		if err != nil || n < 1 || n > news {
			r.object(field, "bad_number")
			return 0
		}
		return int64(-n)
	}
	id, ok := ParseNumber(text)
	if !ok {
		r.object(field, "bad_number")
	}
	return id
}

func (r *actReader) optional(field, text string, news int) int64 {
	if strings.TrimSpace(text) == "" {
		return 0
	}
	return r.person(field, text, news)
}

func (r *actReader) newPerson(pack *policy.Pack, in NewInput) NewPerson {
	p := NewPerson{Name: strings.TrimSpace(in.Name), Sex: in.Sex, Birth: r.day("new."+FieldBirth, in.Birth), NationalID: strings.TrimSpace(in.NationalID)}
	if item, ok := pack.Item(SubjectPerson, FieldNationalID); ok && item.Identity != nil && p.NationalID != "" {
		p.NationalID = item.Identity.Canonical(p.NationalID)
	}
	return p
}

// Acts are the changes of a roster that are known in an area and fit a household that is open, or closed.
func (s *Service) Acts(area int64, closed bool) ([]ActRule, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	var fitting []ActRule
	for _, rule := range RosterOf(pack).Acts {
		if (rule.Kind == ActReopen) == closed {
			fitting = append(fitting, rule)
		}
	}
	return fitting, nil
}
