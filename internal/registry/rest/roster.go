package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// RosterAct is a change of a roster that the pack knows.
type RosterAct struct {
	Code         string    `json:"code"`
	Kind         string    `json:"kind" doc:"What it does: join, death, leave, move, split, merge, head, relation, identity, relocate, transfer, hand_over, close or reopen."`
	Label        i18n.Text `json:"label" doc:"By language."`
	Newborn      bool      `json:"newborn" doc:"The day is the day of birth."`
	Evidence     bool      `json:"evidence" doc:"A certificate or other proof has to be named."`
	SecondPerson bool      `json:"second_person" doc:"A second person decides; of a transfer or hand-over, somebody of the receiving county."`
}

// RosterSide is a household before or after an act.
type RosterSide struct {
	Number  string       `json:"number,omitempty" doc:"Absent for a household that the act founds."`
	Area    string       `json:"area"`
	Status  string       `json:"status,omitempty"`
	Closed  string       `json:"closed,omitempty" format:"date"`
	Members []RosterSeat `json:"members" nullable:"false"`
}

// RosterSeat is a member before or after an act.
type RosterSeat struct {
	Number   string `json:"number,omitempty" doc:"Absent for who is new."`
	Name     string `json:"name,omitempty"`
	Relation string `json:"relation,omitempty" doc:"Absent where it is unknown."`
	Head     bool   `json:"head"`
}

// RosterPlan is what an act comes to.
type RosterPlan struct {
	Before   []RosterSide `json:"before" nullable:"false" doc:"The household it was reported for, then the one that members go to or found."`
	After    []RosterSide `json:"after" nullable:"false"`
	Problems []string     `json:"problems" nullable:"false" doc:"What does not refuse the act but is listed, or blocks benefits until it is settled."`
}

type rosterInput struct {
	Number string `path:"number"`
	Body   registry.ActInput
}

func (rooms Rooms) sides(ctx context.Context, scope access.Scope, rolls []registry.Roll) ([]RosterSide, error) {
	keys := make([]int64, len(rolls))
	for i, roll := range rolls {
		keys[i] = roll.Area
	}
	codes, err := rooms.codes(ctx, keys...)
	if err != nil {
		return nil, err
	}
	sides := make([]RosterSide, len(rolls))
	for i, roll := range rolls {
		side := RosterSide{Number: roll.Number, Area: codes[roll.Area], Status: roll.Status, Closed: day(roll.Closed), Members: []RosterSeat{}}
		for _, seat := range roll.Seats {
			one := RosterSeat{Number: seat.Number, Relation: seat.Relation, Head: seat.IsHead}
			if scope.Sees(roll.Area, access.P2) {
				one.Name = seat.Name
			}
			side.Members = append(side.Members, one)
		}
		sides[i] = side
	}
	return sides, nil
}

func (rooms Rooms) planOf(ctx context.Context, scope access.Scope, p registry.Plan) (RosterPlan, error) {
	out := RosterPlan{Problems: []string{}}
	var err error
	if out.Before, err = rooms.sides(ctx, scope, p.Before); err != nil {
		return out, err
	}
	out.After, err = rooms.sides(ctx, scope, p.After)
	for _, problem := range p.Problems {
		out.Problems = append(out.Problems, problem.Reason.In(i18n.English))
	}
	return out, err
}

// opened opens the household that an act is about, which journals that it was read, and reads the act.
func (rooms Rooms) opened(ctx context.Context, number string, in registry.ActInput) (registry.File, registry.Act, error) {
	id, err := numbered(number)
	if err != nil {
		return registry.File{}, registry.Act{}, err
	}
	f, err := rooms.Registry.Open(ctx, rest.Scope(ctx), id)
	if err != nil {
		return f, registry.Act{}, err
	}
	act, err := rooms.Registry.ReadAct(ctx, f.Area, in)
	return f, act, err
}

func (rooms Rooms) registerRoster(api *rest.API) {
	type numberInput struct {
		Number string `path:"number"`
	}
	rest.Register(api, rest.Operation{ID: "list-roster-acts", Method: http.MethodGet, Path: "/households/{number}/roster-acts", Summary: "List the changes of a household's roster that are possible", Room: room, Verb: access.HouseholdEdit},
		func(ctx context.Context, in *numberInput) (*rest.Listed[RosterAct], error) {
			id, err := numbered(in.Number)
			if err != nil {
				return nil, err
			}
			f, err := rooms.Registry.Open(ctx, rest.Scope(ctx), id)
			if err != nil {
				return nil, err
			}
			rules, err := rooms.Registry.Acts(f.Area, f.Closed != nil)
			if err != nil {
				return nil, err
			}
			acts := make([]RosterAct, len(rules))
			for i, r := range rules {
				acts[i] = RosterAct{Code: r.Code, Kind: string(r.Kind), Label: r.Label, Newborn: r.Newborn, Evidence: r.Evidence, SecondPerson: r.Protected}
			}
			return rest.List(ctx, acts, nil)
		})
	type planOutput struct {
		rest.Tagged
		Body RosterPlan
	}
	rest.Register(api, rest.Operation{ID: "preview-roster-act", Method: http.MethodPost, Path: "/households/{number}/roster-previews", Summary: "See what a change of the roster would come to", Room: room, Verb: access.HouseholdEdit,
		About: "Nothing is stored. The ETag is the household's version, for sending the act."},
		func(ctx context.Context, in *rosterInput) (*planOutput, error) {
			f, act, err := rooms.opened(ctx, in.Number, in.Body)
			if err != nil {
				return nil, err
			}
			plan, err := rooms.Registry.PreviewAct(ctx, rest.Scope(ctx), f.ID, act)
			if err != nil {
				return nil, err
			}
			out := &planOutput{Tagged: rest.Tag(ctx, f.Ver)}
			out.Body, err = rooms.planOf(ctx, rest.Scope(ctx), plan)
			return out, err
		})
	type actInput struct {
		rest.Conditional
		Number string `path:"number"`
		Body   struct {
			registry.ActInput
			Reason string `json:"reason" minLength:"1" maxLength:"600" doc:"Where you know it from, in words, without personal data."`
		}
	}
	rest.Register(api, rest.Operation{ID: "report-roster-act", Method: http.MethodPost, Path: "/households/{number}/roster-acts", Summary: "Report a change of a household's roster", Room: room, Verb: access.HouseholdEdit,
		About: "Births, deaths, marriages, splits, moves, ends. It is one change set: applied at once, or waiting for a second person where the pack asks for one."},
		func(ctx context.Context, in *actInput) (*setOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			f, act, err := rooms.opened(ctx, in.Number, in.Body.ActInput)
			if err != nil {
				return nil, err
			}
			set, err := rooms.Registry.ReportAct(ctx, rest.Scope(ctx), f.ID, registry.Report{Source: change.API, Reason: in.Body.Reason, Ver: ver, Act: act})
			if err != nil {
				return nil, err
			}
			return rooms.answerSet(ctx, set)
		})
}
