package rest

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/rest"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Quality *quality.Service
}

const room = "Data quality"

// DataProblem is a rule that fires, or fired, for a household, one of its members or the form of an area.
type DataProblem struct {
	ID        int64     `json:"id"`
	Household string    `json:"household,omitempty" doc:"Number; absent where it is about what an area's form states."`
	Person    string    `json:"person,omitempty" doc:"Number of the member it is about; absent where it is about the household or an area."`
	Area      string    `json:"area" doc:"Official code."`
	Rule      string    `json:"rule" doc:"Code of the policy pack's rule; item:SUBJECT.CODE for the check of an item."`
	Text      i18n.Text `json:"text" doc:"What is wrong, by language."`
	Severity  string    `json:"severity" enum:"provisional,problem" doc:"A provisional problem blocks benefit until it is settled."`
	Fields    []string  `json:"fields" doc:"The items that the rule looks at, SUBJECT.CODE."`
	State     string    `json:"state" enum:"open,claimed,proposed,accepted,fixed,obsolete"`
	Found     string    `json:"found" format:"date-time"`
	Due       string    `json:"due" format:"date"`
	Role      string    `json:"role" doc:"The role that is to settle it."`
	Owner     int64     `json:"owner,omitempty" doc:"Account that answers for it."`
	Reason    string    `json:"reason,omitempty" doc:"Why it is accepted."`
	Reopened  int64     `json:"reopened" doc:"How often it came back."`
}

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rest.Register(api, rest.Operation{ID: "list-problems", Method: http.MethodGet, Path: "/problems", Summary: "List problems of data quality, the most urgent first", Room: room, Verb: access.HouseholdList,
		About: "Problems of rules on special fields (health and others) are there for callers who see these fields. The reading is journalled."}, rooms.list)
	rest.Register(api, rest.Operation{ID: "get-problem", Method: http.MethodGet, Path: "/problems/{id}", Summary: "Read a problem", Room: room, Verb: access.HouseholdRead, About: "The reading is journalled."}, rooms.get)
	act := func(id, path, summary, about string, verb access.Verb, act func(ctx context.Context, in *actInput, ver int64) (quality.Problem, error)) {
		rest.Register(api, rest.Operation{ID: id, Method: http.MethodPost, Path: "/problems/{id}/" + path, Summary: summary, About: about, Room: room, Verb: verb},
			func(ctx context.Context, in *actInput) (*problemOutput, error) {
				ver, err := in.Version(ctx)
				if err != nil {
					return nil, err
				}
				p, err := act(ctx, in, ver)
				if err != nil {
					return nil, err
				}
				return rooms.answer(ctx, p)
			})
	}
	act("claim-problem", "claim", "Answer for a problem", "", access.HouseholdEdit, func(ctx context.Context, in *actInput, ver int64) (quality.Problem, error) {
		return rooms.Quality.Claim(ctx, rest.Scope(ctx), in.ID, ver)
	})
	act("accept-problem", "accept", "Accept a problem with a reason", "One that blocks benefit waits for a second person.", access.HouseholdEdit, func(ctx context.Context, in *actInput, ver int64) (quality.Problem, error) {
		return rooms.Quality.Accept(ctx, rest.Scope(ctx), in.ID, ver, in.Body.Reason)
	})
	act("confirm-problem", "confirm", "Agree to the acceptance of a problem", "By another person than the one who proposed it.", access.ChangeDecide, func(ctx context.Context, in *actInput, ver int64) (quality.Problem, error) {
		return rooms.Quality.Confirm(ctx, rest.Scope(ctx), in.ID, ver, true)
	})
	act("refuse-problem", "refuse", "Refuse the acceptance of a problem", "By another person than the one who proposed it. The problem has to be put right.", access.ChangeDecide, func(ctx context.Context, in *actInput, ver int64) (quality.Problem, error) {
		return rooms.Quality.Confirm(ctx, rest.Scope(ctx), in.ID, ver, false)
	})
	officerest.RegisterGiving(api, rest.Operation{ID: "assign-problems", Path: "/problem-assignments", Summary: "Give problems to an account", Room: room}, rooms.Quality.Assign)
	rest.Register(api, rest.Operation{ID: "start-problem-run", Method: http.MethodPost, Path: "/problem-runs", Summary: "Look at the households of an area anew", Room: room, Verb: access.AssessRun, Status: http.StatusAccepted,
		About: "A job; Location names it. Every change is followed and the whole register is looked at every night without it."}, rooms.run)
}

// listing says which problems are listed.
type listing struct {
	rest.Paged
	Area     string `query:"area" maxLength:"40" doc:"Official code; everything in your areas if absent."`
	Rule     string `query:"rule" maxLength:"100"`
	Severity string `query:"severity" enum:"provisional,problem"`
	State    string `query:"state" enum:"open,claimed,proposed,accepted,fixed,obsolete" doc:"All in which somebody has something to do if absent."`
	Overdue  bool   `query:"overdue" doc:"Only those past their date."`
}

func (rooms Rooms) list(ctx context.Context, in *listing) (*rest.Listed[DataProblem], error) {
	scope := rest.Scope(ctx)
	f := quality.Filter{Rule: in.Rule, Severity: in.Severity, Overdue: in.Overdue, States: quality.Unsettled}
	if in.State != "" {
		f.States = []quality.State{quality.State(in.State)}
	}
	if in.Area != "" {
		a, err := rooms.Quality.Registry().Areas().ByCode(ctx, scope, in.Area)
		if err != nil {
			return nil, err
		}
		f.Area = a.Key
	}
	read := func(after quality.Position, rows int) ([]quality.Problem, error) {
		return rooms.Quality.Browse(ctx, scope, f, after, rows)
	}
	at := func(p quality.Problem) quality.Position { return quality.Position{Due: p.Due, ID: p.ID} }
	show := func(page []quality.Problem) ([]DataProblem, error) { return rooms.problems(ctx, page) }
	return rest.Listing(ctx, in.Paged, read, at, show)
}

func (rooms Rooms) problems(ctx context.Context, list []quality.Problem) ([]DataProblem, error) {
	var keys []int64
	for _, p := range list {
		keys = append(keys, p.Area)
	}
	places, err := rooms.Quality.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	items := make([]DataProblem, len(list))
	for i, p := range list {
		if items[i], err = rooms.problem(p, places); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (rooms Rooms) problem(p quality.Problem, places map[int64]area.Area) (DataProblem, error) {
	one := DataProblem{ID: p.ID, Household: p.Number, Area: places[p.Area].Code, Rule: p.Rule, Text: i18n.Text{}, Severity: string(p.Severity), Fields: slices.Clone(p.Fields), State: string(p.State),
		Found: p.Found.String(), Due: p.Due.String(), Role: p.Role, Owner: p.Owner, Reason: p.Reason, Reopened: p.Reopened}
	if one.Fields == nil {
		one.Fields = []string{}
	}
	if p.SubjectKind == registry.SubjectPerson {
		one.Person = registry.Number(p.Subject)
	}
	pack, _, err := rooms.Quality.Rules(p.Area)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return one, nil
	}
	if err != nil {
		return one, err
	}
	one.Text = texts(pack, p.Rule)
	return one, nil
}

// texts are what is wrong, in the languages of the pack.
func texts(pack *policy.Pack, rule string) i18n.Text {
	text := i18n.Text{}
	for _, lang := range pack.Languages {
		text[lang] = quality.Text(pack, rule, lang)
	}
	return text
}

type problemOutput struct {
	rest.Tagged
	Body DataProblem
}

func (rooms Rooms) answer(ctx context.Context, p quality.Problem) (*problemOutput, error) {
	items, err := rooms.problems(ctx, []quality.Problem{p})
	if err != nil {
		return nil, err
	}
	return &problemOutput{Tagged: rest.Tag(ctx, p.Ver), Body: items[0]}, nil
}

func (rooms Rooms) get(ctx context.Context, in *struct {
	ID int64 `path:"id"`
}) (*problemOutput, error) {
	p, err := rooms.Quality.Open(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return rooms.answer(ctx, p)
}

// actInput is an act on a problem at the version that was read.
type actInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"300" doc:"Why it may stand, in words, without personal data."`
	}
}

type runInput struct {
	Body struct {
		Area string `json:"area,omitempty" maxLength:"40" doc:"Official code; your area if absent."`
	}
}

type runOutput struct {
	Location string `header:"Location" doc:"The job to look at."`
	Body     struct {
		Job int64 `json:"job"`
	}
}

func (rooms Rooms) run(ctx context.Context, in *runInput) (*runOutput, error) {
	scope := rest.Scope(ctx)
	var args quality.RunArgs
	if in.Body.Area != "" {
		a, err := rooms.Quality.Registry().Areas().ByCode(ctx, scope, in.Body.Area)
		if err != nil {
			return nil, err
		}
		args.Area = a.Key
	}
	j, err := rooms.Quality.Start(ctx, scope, args)
	if err != nil {
		return nil, err
	}
	out := &runOutput{Location: fmt.Sprintf("%s/jobs/%d", rest.Prefix, j.ID)}
	out.Body.Job = j.ID
	return out, nil
}
