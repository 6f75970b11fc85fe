package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// SubjectRoster is the kind of a change set's row that changes who belongs to a household. Its subject is the
// household, its one field is FieldAct.
const SubjectRoster = "roster"

// The fields of a roster's change, of which it has one: the act as a whole, so that it is applied or refused as a whole.
const (
	FieldAct      = "act"       // decided by a second person
	FieldActAlone = "act_alone" // the pack asks for nobody else
	FieldInto     = "into"      // what the county that receives persons adds to an act
)

// fieldOf is the field under which an act by a rule is submitted.
func fieldOf(rule ActRule) string {
	if rule.Protected {
		return FieldAct
	}
	return FieldActAlone
}

// Act is a change of a household's roster as somebody reports it. Persons are named by identifier; those of New, who
// have none yet, by -1 for the first, -2 for the second and so on.
type Act struct {
	Code      string    // of the pack's acts
	Day       clock.Day // from which it holds
	Evidence  string    // certificate or other proof, in words
	Persons   []int64   // the members it is about; of a join who comes back
	New       []NewPerson
	Target    int64            // household that members go to
	Twin      int64            // of a double: the person whose number goes on
	Area      int64            // where the household, or the one that is founded, is from then on; 0: where it was
	Head      int64            // who is the head of the household afterwards; 0: who was
	NewHead   int64            // who is the head of the household that is founded or that members go to
	Relations map[int64]string // relation to the head from then on, by person
	Dwelling  bool             // of a split: the new household takes the house
	Shares    map[string]string
	Into      *Into // of a hand-over, what the receiving county answers; nil until it does
}

// Into is where a county takes in persons whom another hands over.
type Into struct {
	Target    int64            `json:"target"` // household
	NewHead   int64            `json:"new_head,omitempty"`
	Relations map[int64]string `json:"relations,omitempty"` // to its head, by person
}

// NewPerson is somebody who is not in the register yet, or the right national number of somebody who is.
type NewPerson struct {
	Name, Sex  string
	Birth      *clock.Day
	NationalID string // canonical; stored sealed
	Tail       string // its last characters
	sealed     []byte
}

// actBody is an act as it is stored in a change row.
type actBody struct {
	Code      string            `json:"code"`
	Day       string            `json:"day"`
	Evidence  string            `json:"evidence,omitempty"`
	Persons   []int64           `json:"persons,omitempty"`
	New       []newPersonBody   `json:"new,omitempty"`
	Target    int64             `json:"target,omitempty"`
	Twin      int64             `json:"twin,omitempty"`
	Area      int64             `json:"area,omitempty"`
	Head      int64             `json:"head,omitempty"`
	NewHead   int64             `json:"new_head,omitempty"`
	Relations map[int64]string  `json:"relations,omitempty"`
	Dwelling  bool              `json:"dwelling,omitempty"`
	Shares    map[string]string `json:"shares,omitempty"`
}

type newPersonBody struct {
	Name   string `json:"name,omitempty"`
	Sex    string `json:"sex,omitempty"`
	Birth  string `json:"birth,omitempty"`
	Tail   string `json:"id_tail,omitempty"`
	Sealed []byte `json:"id_sealed,omitempty"`
}

// actPlace is where the national number of an act's n-th new person is sealed.
func actPlace(household int64, n int) crypt.Place {
	return crypt.Place{Table: "change_row", Column: fmt.Sprintf("act/%d", n), Row: household}
}

// encode writes an act about a household; national numbers are sealed under the household's key.
func (a Act) encode(household int64, key crypt.DataKey) (string, error) {
	b := actBody{Code: a.Code, Day: a.Day.String(), Evidence: a.Evidence, Persons: a.Persons, Target: a.Target, Twin: a.Twin, Area: a.Area, Head: a.Head, NewHead: a.NewHead,
		Relations: a.Relations, Dwelling: a.Dwelling, Shares: a.Shares}
	for n, p := range a.New {
		body := newPersonBody{Name: p.Name, Sex: p.Sex, Tail: p.Tail}
		if p.Birth != nil {
			body.Birth = p.Birth.String()
		}
		if p.NationalID != "" {
			body.Tail, body.Sealed = lastCharacters(p.NationalID), crypt.Seal(key, []byte(p.NationalID), actPlace(household, n))
		}
		b.New = append(b.New, body)
	}
	text, err := json.Marshal(b)
	return string(text), err
}

// actIn reads the act of a roster's change; the national numbers stay sealed.
func actIn(set change.Values) (Act, error) {
	text, ok := set[FieldAct].(string)
	if !ok {
		text, ok = set[FieldActAlone].(string)
	}
	into, answered := set[FieldInto].(string)
	if !ok || len(set) != 1 && !(answered && len(set) == 2) {
		return Act{}, fault.New(fault.Invalid, "the act of a roster's change is missing")
	}
	var b actBody
	if err := policy.DecodeJSON([]byte(text), &b); err != nil {
		return Act{}, fault.Wrap(fault.Invalid, err, "the act of a roster's change cannot be read")
	}
	a := Act{Code: b.Code, Evidence: b.Evidence, Persons: b.Persons, Target: b.Target, Twin: b.Twin, Area: b.Area, Head: b.Head, NewHead: b.NewHead, Relations: b.Relations,
		Dwelling: b.Dwelling, Shares: b.Shares}
	var err error
	if a.Day, err = clock.ParseDay(b.Day); err != nil {
		return Act{}, fault.Wrap(fault.Invalid, err, "the day of a roster's change cannot be read")
	}
	for _, body := range b.New {
		p := NewPerson{Name: body.Name, Sex: body.Sex, Tail: body.Tail, sealed: body.Sealed}
		if body.Birth != "" {
			birth, err := clock.ParseDay(body.Birth)
			if err != nil {
				return Act{}, fault.Wrap(fault.Invalid, err, "the day of birth cannot be read")
			}
			p.Birth = &birth
		}
		a.New = append(a.New, p)
	}
	if answered {
		return a.withInto(into)
	}
	return a, nil
}

// open opens the sealed national numbers of an act about a household.
func (a *Act) open(household int64, key crypt.DataKey) error {
	for n := range a.New {
		if a.New[n].sealed == nil {
			continue
		}
		plain, err := crypt.Open(key, a.New[n].sealed, actPlace(household, n))
		if err != nil {
			return fmt.Errorf("open the national number of an act: %w", err)
		}
		a.New[n].NationalID = string(plain)
	}
	return nil
}

// lastCharacters are those of a national number that may be shown.
func lastCharacters(number string) string { return strings.TrimLeft(Tail(number), "*") }

// Objection is a reason why an act cannot be taken: a message of this room ("registry.roster.wrong." + Code).
type Objection struct {
	Field  string    // of the act: code, day, evidence, persons, new, target, area, head, new_head, relations, shares
	Code   string    // of the message
	Own    i18n.Text // words of the pack instead of a message
	Number string    // of the person it concerns; "" for none
}

// In is the objection in words.
func (o Objection) In(lang i18n.Lang) string {
	if len(o.Own) > 0 {
		return o.Own.In(lang)
	}
	return i18n.T(lang, "registry.roster.wrong."+o.Code, "number", o.Number)
}

// Objections are all that speaks against an act.
type Objections []Objection

// Error is the first objection in English.
func (o Objections) Error() string {
	if len(o) == 0 {
		return "no objection"
	}
	return o[0].Field + ": " + o[0].In(i18n.English)
}

// fault is the Invalid fault of the objections, nil if there are none.
func (o Objections) fault() error {
	if len(o) == 0 {
		return nil
	}
	refused := fault.New(fault.Invalid, "the change of the roster was refused")
	refused.Cause = o
	for _, one := range o {
		refused.With(0, FieldAct+"."+one.Field, "%s", one.In(i18n.English))
	}
	return refused
}

// ObjectionsOf returns what speaks against an act, where that is why it was refused.
func ObjectionsOf(err error) Objections {
	var found Objections
	errors.As(err, &found)
	return found
}

// about says whether the act names a person.
func (a Act) about(person int64) bool { return slices.Contains(a.Persons, person) }

// ActShown is a submitted act as a program reads it: without what is sealed in it, persons and households by their
// numbers.
func ActShown(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	act, err := actIn(change.Values{FieldAct: text})
	if err != nil {
		return nil
	}
	shown := act.public()
	numbers := func(ids ...int64) []string {
		var list []string
		for _, id := range ids {
			if id > 0 {
				list = append(list, Number(id))
			}
		}
		return list
	}
	shown["persons"], shown["target"] = numbers(act.Persons...), numbers(act.Target)
	shown["head"], shown["new_head"] = numbers(act.Head), numbers(act.NewHead)
	shown["twin"] = numbers(act.Twin)
	delete(shown, "area")
	shown["evidence"] = act.Evidence
	var news []map[string]any
	for _, p := range act.New {
		one := map[string]any{FieldName: textOrNil(p.Name), FieldSex: textOrNil(p.Sex), "identity_tail": textOrNil(p.Tail)}
		if p.Birth != nil {
			one[FieldBirth] = p.Birth.String()
		}
		news = append(news, one)
	}
	shown["new"] = news
	relations := map[string]string{}
	for person, relation := range act.Relations {
		if person > 0 {
			relations[Number(person)] = relation
		}
	}
	shown["relations"] = relations
	return shown
}
