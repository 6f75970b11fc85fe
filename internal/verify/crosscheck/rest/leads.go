package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/verify/crosscheck"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Crosschecks *crosscheck.Service
}

const room = "Cross-checks"

// Lead is something that speaks against what the register says of a household or a member.
type Lead struct {
	ID          int64             `json:"id"`
	About       string            `json:"about" enum:"household,person,area,account" doc:"What it is about."`
	Household   string            `json:"household,omitempty" doc:"Number; absent where it is about an area, or about all that an account recorded."`
	Account     int64             `json:"account,omitempty" doc:"Whose records, or whose deeds, it is about."`
	Person      string            `json:"person,omitempty" doc:"Number of the member it is about; absent where it is about the household."`
	Area        string            `json:"area" doc:"Official code."`
	Rule        string            `json:"rule" doc:"Code of the policy pack's check."`
	Effect      string            `json:"effect" enum:"veto,correct,review,attribute,risk" doc:"What it would mean if it is confirmed. A lead itself changes nothing."`
	Seen        int               `json:"seen,omitempty" doc:"Of an area or account: of so many of its records it is so."`
	Of          int               `json:"of,omitempty" doc:"So many of its records were looked at."`
	Low         float64           `json:"low,omitempty" doc:"Usual are from so many."`
	High        float64           `json:"high,omitempty" doc:"Usual are up to so many."`
	Deeds       []string          `json:"deeds,omitempty" enum:"registered,imported,changed,assessed,agreed,decided" doc:"What the official behind the account did in matters of the household, which is his own or of his kin."`
	Away        int               `json:"away,omitempty" doc:"Metres between the house and where a photo of the household was taken."`
	How         string            `json:"how" enum:"number,name,token,screen" doc:"How it was found."`
	Probability float64           `json:"probability" doc:"That the row of the list means the member."`
	List        int64             `json:"list,omitempty"`
	Day         string            `json:"day" format:"date" doc:"On which the list held."`
	Values      map[string]string `json:"values,omitempty" doc:"What the list says, by column; absent in lists, and once the list has expired."`
	Found       string            `json:"found" format:"date-time"`
	Due         string            `json:"due" format:"date"`
	Role        string            `json:"role" doc:"The role that looks into it."`
	Owner       int64             `json:"owner,omitempty"`
	State       string            `json:"state" enum:"new,assigned,explained,confirmed,acted"`
	Explanation string            `json:"explanation,omitempty" doc:"Code of the pack."`
	Evidence    string            `json:"evidence,omitempty"`
	Act         string            `json:"act,omitempty" doc:"Code of the pack: what was done."`
	Case        int64             `json:"case,omitempty" doc:"The case through which the act goes."`
	Landing     string            `json:"landing,omitempty" format:"date" doc:"Until which a household that is to be removed keeps what it gets."`
}

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rest.Register(api, rest.Operation{ID: "list-leads", Method: http.MethodGet, Path: "/leads", Summary: "List leads of cross-checks, the most urgent first", Room: room, Verb: access.CaseRead,
		About: "Leads of checks on special fields are there for callers who see these fields. The reading is journalled."}, rooms.list)
	rest.Register(api, rest.Operation{ID: "get-lead", Method: http.MethodGet, Path: "/leads/{id}", Summary: "Read a lead with what the list says", Room: room, Verb: access.CaseRead, About: "The reading is journalled."}, rooms.get)
	officerest.RegisterGiving(api, rest.Operation{ID: "assign-leads", Path: "/lead-assignments", Summary: "Give leads to an account", Room: room}, rooms.Crosschecks.Assign)
	rooms.act(api, "explain-lead", "explain", "Say that a hit is not what it seems", "With one of the check's explanations and evidence. A second person acts on it.", access.HouseholdEdit, func(ctx context.Context, in *actInput, ver int64) (crosscheck.Lead, error) {
		return rooms.Crosschecks.Explain(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Code, in.Body.Evidence)
	})
	rooms.act(api, "confirm-lead", "confirm", "Say that a hit is what it seems", "With evidence. A second person acts on it; nobody leaves the register by it.", access.HouseholdEdit, func(ctx context.Context, in *actInput, ver int64) (crosscheck.Lead, error) {
		return rooms.Crosschecks.Confirm(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Evidence)
	})
	rooms.act(api, "return-lead", "return", "Give a judged lead back to be looked into again", "By another person than the one who judged it.", access.ChangeDecide, func(ctx context.Context, in *actInput, ver int64) (crosscheck.Lead, error) {
		return rooms.Crosschecks.Return(ctx, rest.Scope(ctx), in.ID, ver)
	})
	rooms.act(api, "act-on-lead", "act", "Take over what was found and say what was done", "By another person than the one who judged it, with one of the check's acts. An act that goes through a procedure is for who may open it, and opens its case unless that runs already.", access.ChangeDecide, func(ctx context.Context, in *actInput, ver int64) (crosscheck.Lead, error) {
		return rooms.Crosschecks.Act(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Code)
	})
	rest.Register(api, rest.Operation{ID: "start-lead-run", Method: http.MethodPost, Path: "/lead-runs", Summary: "Look for what the register itself shows: kin of officials, shared telephones, one point", Room: room, Verb: access.AssessRun, Status: http.StatusAccepted,
		About: "A job; Location names it. What is known as a lead stays as it is."}, rooms.run)
	rooms.registerLists(api)
}

type listing struct {
	rest.Paged
	Area   string `query:"area" maxLength:"40" doc:"Official code; everything in your areas if absent."`
	Rule   string `query:"rule" maxLength:"100"`
	Effect string `query:"effect" enum:"veto,correct,review,attribute,risk"`
	State  string `query:"state" enum:"new,assigned,explained,confirmed,acted" doc:"All in which somebody has something to do if absent."`
	Waived bool   `query:"waived" doc:"Those that were explained, settled ones among them: what the look-back's report keeps."`
	List   int64  `query:"list" minimum:"1"`
}

func (rooms Rooms) list(ctx context.Context, in *listing) (*rest.Listed[Lead], error) {
	scope := rest.Scope(ctx)
	f := crosscheck.Filter{Rule: in.Rule, Effect: in.Effect, Waived: in.Waived, List: in.List, States: crosscheck.Unsettled}
	switch {
	case in.State != "":
		f.States = []crosscheck.State{crosscheck.State(in.State)}
	case in.Waived:
		f.States = nil
	}
	if in.Area != "" {
		a, err := rooms.Crosschecks.Registry().Areas().ByCode(ctx, scope, in.Area)
		if err != nil {
			return nil, err
		}
		f.Area = a.Key
	}
	read := func(after crosscheck.Position, rows int) ([]crosscheck.Lead, error) {
		return rooms.Crosschecks.Browse(ctx, scope, f, after, rows)
	}
	at := func(l crosscheck.Lead) crosscheck.Position { return crosscheck.Position{Due: l.Due, ID: l.ID} }
	return rest.Listing(ctx, in.Paged, read, at, func(page []crosscheck.Lead) ([]Lead, error) { return rooms.shown(ctx, page) })
}

func (rooms Rooms) shown(ctx context.Context, list []crosscheck.Lead) ([]Lead, error) {
	keys := make([]int64, len(list))
	for i, l := range list {
		keys[i] = l.Area
	}
	places, err := rooms.Crosschecks.Registry().Places(ctx, slices.Compact(keys))
	if err != nil {
		return nil, err
	}
	out := make([]Lead, len(list))
	for i, l := range list {
		out[i] = Lead{ID: l.ID, About: l.SubjectKind, Household: l.Number, Area: places[l.Area].Code, Rule: l.Rule, Effect: string(l.Effect), How: l.How, Probability: l.Probability, List: l.List, Day: l.Day.String(),
			Found: l.Found.String(), Due: l.Due.String(), Role: l.Role, Owner: l.Owner, State: string(l.State), Explanation: l.Explanation, Evidence: l.Evidence, Act: l.Act, Case: l.Case}
		signs, err := crosscheck.SignsOf(l)
		if err != nil {
			return nil, err
		}
		out[i].Seen, out[i].Of, out[i].Low, out[i].High = signs.Seen, signs.Of, signs.Low, signs.High
		for _, deed := range signs.Deeds {
			out[i].Deeds = append(out[i].Deeds, string(deed))
		}
		out[i].Away = signs.Away
		if l.Landing != 0 {
			out[i].Landing = l.Landing.String()
		}
		switch l.SubjectKind {
		case registry.SubjectPerson:
			out[i].Person = registry.Number(l.Subject)
		case crosscheck.AboutAccount:
			out[i].Account = l.Subject
		}
	}
	return out, nil
}

type leadOutput struct {
	rest.Tagged
	Body Lead
}

func (rooms Rooms) answer(ctx context.Context, l crosscheck.Lead, values map[string]string) (*leadOutput, error) {
	list, err := rooms.shown(ctx, []crosscheck.Lead{l})
	if err != nil {
		return nil, err
	}
	list[0].Values = values
	return &leadOutput{Tagged: rest.Tag(ctx, l.Ver), Body: list[0]}, nil
}

func (rooms Rooms) get(ctx context.Context, in *struct {
	ID int64 `path:"id"`
}) (*leadOutput, error) {
	l, values, err := rooms.Crosschecks.Open(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return rooms.answer(ctx, l, values)
}

// actInput is an act on a lead at the version that was read.
type actInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the explanation or the act, as the pack's check names it."`
		Evidence string `json:"evidence,omitempty" maxLength:"300" doc:"What shows it, in words, without personal data."`
	}
}

func (rooms Rooms) act(api *rest.API, id, path, summary, about string, verb access.Verb, act func(ctx context.Context, in *actInput, ver int64) (crosscheck.Lead, error)) {
	rest.Register(api, rest.Operation{ID: id, Method: http.MethodPost, Path: "/leads/{id}/" + path, Summary: summary, About: about, Room: room, Verb: verb},
		func(ctx context.Context, in *actInput) (*leadOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			l, err := act(ctx, in, ver)
			if err != nil {
				return nil, err
			}
			return rooms.answer(ctx, l, nil)
		})
}

type runInput struct {
	Body struct {
		Area string `json:"area" maxLength:"40" doc:"Official code."`
	}
}

type runOutput struct {
	Location string `header:"Location" doc:"The job to look at."`
	Body     struct {
		Job int64 `json:"job"`
	}
}

func (rooms Rooms) run(ctx context.Context, in *runInput) (*runOutput, error) {
	a, err := rooms.Crosschecks.Registry().Areas().ByCode(ctx, rest.Scope(ctx), in.Body.Area)
	if err != nil {
		return nil, err
	}
	j, err := rooms.Crosschecks.StartScreens(ctx, rest.Scope(ctx), a.Key)
	if err != nil {
		return nil, err
	}
	out := &runOutput{Location: fmt.Sprintf("%s/jobs/%d", rest.Prefix, j.ID)}
	out.Body.Job = j.ID
	return out, nil
}

// day reads a day, 0 where none is given.
func day(field, text string) (clock.Day, error) {
	if text == "" {
		return 0, nil
	}
	d, err := clock.ParseDay(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "this is no day").With(0, field, "is no day")
	}
	return d, nil
}
