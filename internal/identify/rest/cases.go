package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/identify/away"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Cases is what the operations on cases stand on.
type Cases struct {
	Cases    *procedure.Service
	Registry *registry.Service
	Packages *away.Service
}

const caseRoom = "Cases"

// Case is a matter on its way to a decision.
type Case struct {
	ID        int64    `json:"id"`
	Procedure string   `json:"procedure" doc:"Code of the definition."`
	Pack      string   `json:"pack" doc:"Hash of the pack whose definition holds for this case for good."`
	Household string   `json:"household" doc:"Number."`
	Area      string   `json:"area" doc:"Official code."`
	State     string   `json:"state"`
	Since     string   `json:"since" format:"date"`
	Ended     bool     `json:"ended"`
	Waits     []string `json:"waits" nullable:"false" doc:"Roles that can take it further."`
	Due       string   `json:"due,omitempty" format:"date" doc:"Day of its nearest term."`
	Notice    int64    `json:"notice,omitempty"`
	Sitting   int64    `json:"sitting,omitempty"`
	Version   int64    `json:"version"`
}

// CaseFile is a case with all that happened in it.
type CaseFile struct {
	Case
	Acts       []CaseAct       `json:"acts" nullable:"false"`
	Clocks     []CaseClock     `json:"clocks" nullable:"false"`
	Objections []CaseObjection `json:"objections" nullable:"false"`
	Votes      *CaseVote       `json:"votes,omitempty"`
	Offers     []CaseOffer     `json:"offers" nullable:"false" doc:"Steps that your roles take from here."`
}

// CaseOffer is a step that a role of the caller's takes from where a case is.
type CaseOffer struct {
	Step   string `json:"step"`
	Barred string `json:"barred,omitempty" doc:"Code of the reason for which you do not take it all the same, as that of the error if you tried."`
}

// CaseAct is a step that was taken, or agreed to by one of several.
type CaseAct struct {
	Step     string            `json:"step"`
	From     string            `json:"from"`
	To       string            `json:"to,omitempty" doc:"Absent while others have to take the step too."`
	Account  int64             `json:"account"`
	Role     string            `json:"role"`
	For      int64             `json:"for,omitempty" doc:"Account that was away and for which the step was taken."`
	Reason   string            `json:"reason,omitempty"`
	Comment  string            `json:"comment,omitempty"`
	Evidence map[string]string `json:"evidence,omitempty"`
	At       string            `json:"at" format:"date-time"`
}

// CaseClock is a term.
type CaseClock struct {
	Clock   string `json:"clock"`
	Started string `json:"started" format:"date"`
	Amber   string `json:"amber" format:"date"`
	Red     string `json:"red" format:"date"`
	Colour  string `json:"colour,omitempty" enum:"green,amber,red" doc:"Absent once it has stopped."`
}

// CaseObjection is an objection to a case on a notice.
type CaseObjection struct {
	ID    int64  `json:"id"`
	Text  string `json:"text,omitempty"`
	State string `json:"state" enum:"open,dismissed,upheld"`
	At    string `json:"at" format:"date-time"`
}

// CaseVote is what a meeting said of a case.
type CaseVote struct {
	Case    int64  `json:"case"`
	For     int64  `json:"for" minimum:"0"`
	Against int64  `json:"against" minimum:"0"`
	Abstain int64  `json:"abstain" minimum:"0"`
	Result  string `json:"result,omitempty" enum:"carried,lost"`
}

// placesOf are the areas of a list, by their keys.
func placesOf[T any](ctx context.Context, rooms Cases, list []T, key func(T) int64) (map[int64]area.Area, error) {
	keys := make([]int64, len(list))
	for i, one := range list {
		keys[i] = key(one)
	}
	return rooms.Registry.Places(ctx, keys)
}

func (rooms Cases) shown(ctx context.Context, list []procedure.Case) ([]Case, error) {
	places, err := placesOf(ctx, rooms, list, func(c procedure.Case) int64 { return c.Area })
	if err != nil {
		return nil, err
	}
	items := make([]Case, len(list))
	for i, c := range list {
		items[i] = Case{ID: c.ID, Procedure: c.Code, Pack: c.Pack, Household: registry.Number(c.Household), Area: places[c.Area].Code, State: c.State, Since: c.Since.String(), Ended: c.Ended != 0,
			Waits: append([]string{}, c.Waits...), Notice: c.Notice, Sitting: c.Sitting, Version: c.Ver}
		if c.HasTerm() {
			items[i].Due = c.Due.String()
		}
	}
	return items, nil
}

// RegisterCases adds the operations on cases to the API.
func RegisterCases(api *rest.API, rooms Cases) {
	add := func(id, method, path, summary string, verb access.Verb, about string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: path, Summary: summary, Room: caseRoom, Verb: verb, About: about}
	}
	rest.Register(api, add("list-cases", http.MethodGet, "/cases", "List cases by the day of their nearest term", access.CaseRead, ""), rooms.list)
	open := add("open-cases", http.MethodPost, "/cases", "Open a case for each of some households", access.CaseAct, "A household has one running case of a kind. Up to 50 households: all or none; more are done by a job, and list-case-refusals says where it was refused.")
	open.Status = http.StatusCreated
	rest.Register(api, open, rooms.open)
	rest.Register(api, add("preview-cases", http.MethodPost, "/case-openings", "Say what opening cases for some households would come to", access.CaseAct, "Nothing is written."), rooms.preview)
	rest.Register(api, add("get-case", http.MethodGet, "/cases/{id}", "Read a case with all that happened in it", access.CaseRead, "The reading is journalled, and counts as opening a case of your sample."), rooms.get)
	rest.Register(api, add("take-case-step", http.MethodPost, "/cases/{id}/steps", "Take a step in a case", access.CaseAct, "Where several persons take the step together it waits for the others."), rooms.take)
	rest.Register(api, add("take-step-in-cases", http.MethodPost, "/case-steps", "Take the same step in many cases, each by itself", access.CaseAct,
		"A step with a sample needs a batch (draw-case-sample) whose sample you have read. Up to 50 cases: all or none; more are done by a job, and list-case-refusals says where the step was refused."), rooms.takeMany)
	rest.Register(api, add("draw-case-sample", http.MethodPost, "/case-batches", "Draw the cases that have to be read before a step is taken in many", access.CaseAct, ""), rooms.draw)
	rest.Register(api, add("list-case-refusals", http.MethodGet, "/case-refusals", "List the cases in which a job refused what was asked for", access.CaseRead, "With the reasons, in the order in which they were given to it."), rooms.refusals)
	rooms.registerMeetings(api)
	rooms.registerPackages(api)
	rooms.registerNotices(api)
	rooms.registerProcedures(api)
}

type casesInput struct {
	rest.Paged
	Procedure string `query:"procedure" maxLength:"80"`
	State     string `query:"state" maxLength:"80"`
	Household string `query:"household" maxLength:"20" doc:"Number."`
	Mine      bool   `query:"mine" doc:"Only those that your roles can take further."`
	Ended     bool   `query:"ended" doc:"Those that have ended, in place of those that run."`
	Notice    int64  `query:"notice"`
	Sitting   int64  `query:"sitting"`
}

func (rooms Cases) list(ctx context.Context, in *casesInput) (*rest.Listed[Case], error) {
	of := procedure.Selection{Code: in.Procedure, State: in.State, Mine: in.Mine, Ended: in.Ended, Notice: in.Notice, Sitting: in.Sitting}
	if in.Household != "" {
		ids, err := numbers([]string{in.Household})
		if err != nil {
			return nil, err
		}
		of.Household = ids[0]
	}
	scope := rest.Scope(ctx)
	read := func(after procedure.Position, rows int) ([]procedure.Case, error) {
		return rooms.Cases.List(ctx, scope, of, after, rows)
	}
	at := func(c procedure.Case) procedure.Position { return procedure.Position{Due: int64(c.Due), ID: c.ID} }
	return rest.Listing(ctx, in.Paged, read, at, func(list []procedure.Case) ([]Case, error) { return rooms.shown(ctx, list) })
}

// numbers reads numbers of households.
func numbers(list []string) ([]int64, error) {
	ids := make([]int64, len(list))
	for i, text := range list {
		id, ok := registry.ParseNumber(text)
		if !ok {
			return nil, fault.New(fault.Invalid, "this is no number of a household").With(i+1, "households", "is no number of a household")
		}
		ids[i] = id
	}
	return ids, nil
}

type openInput struct {
	Body struct {
		Procedure  string   `json:"procedure" maxLength:"80"`
		Households []string `json:"households" minItems:"1" maxItems:"5000" doc:"Numbers."`
	}
}

type openOutput struct {
	Body struct {
		Cases []Case `json:"cases" nullable:"false"`
		Job   int64  `json:"job,omitempty" doc:"That opens the cases of more than 50 households, each by itself; absent where all are open."`
	}
}

func (rooms Cases) open(ctx context.Context, in *openInput) (*openOutput, error) {
	ids, err := numbers(in.Body.Households)
	if err != nil {
		return nil, err
	}
	opened, job, err := rooms.Cases.Open(ctx, rest.Scope(ctx), in.Body.Procedure, ids)
	if err != nil {
		return nil, err
	}
	out := &openOutput{}
	out.Body.Job = job
	out.Body.Cases, err = rooms.shown(ctx, opened)
	return out, err
}

type caseInput struct {
	ID int64 `path:"id"`
}

type fileOutput struct {
	rest.Tagged
	Body CaseFile
}

func (rooms Cases) get(ctx context.Context, in *caseInput) (*fileOutput, error) {
	f, err := rooms.Cases.Read(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := rooms.shown(ctx, []procedure.Case{f.Case})
	if err != nil {
		return nil, err
	}
	offers, err := rooms.Cases.Offers(ctx, rest.Scope(ctx), f)
	if err != nil {
		return nil, err
	}
	today := rooms.Cases.Today()
	out := &fileOutput{Tagged: rest.Tag(ctx, f.Ver), Body: CaseFile{Case: shown[0], Acts: []CaseAct{}, Clocks: []CaseClock{}, Objections: []CaseObjection{}, Offers: []CaseOffer{}}}
	for _, a := range f.Acts {
		role, whom := access.ReadRole(a.Role)
		out.Body.Acts = append(out.Body.Acts, CaseAct{Step: a.Transition, From: a.From, To: a.To, Account: a.Account, Role: role, For: whom, Reason: a.Reason, Comment: a.Said.Comment, Evidence: a.Said.Evidence, At: a.At.String()})
	}
	for _, r := range f.Clocks {
		out.Body.Clocks = append(out.Body.Clocks, CaseClock{Clock: r.Code, Started: r.Started.String(), Amber: r.Amber.String(), Red: r.Red.String(), Colour: r.Colour(today)})
	}
	for _, o := range f.Objections {
		out.Body.Objections = append(out.Body.Objections, CaseObjection{ID: o.ID, Text: o.Text, State: o.State, At: o.At.String()})
	}
	for _, o := range offers {
		offer := CaseOffer{Step: o.Code}
		if o.Barred != nil {
			offer.Barred = o.Barred.Code
		}
		out.Body.Offers = append(out.Body.Offers, offer)
	}
	if v := f.Votes; v != nil {
		vote := voteOf(*v)
		out.Body.Votes = &vote
	}
	return out, nil
}

// CaseStep is a step that is to be taken.
type CaseStep struct {
	Step     string            `json:"step" maxLength:"80" doc:"Code of a transition of the procedure."`
	Reason   string            `json:"reason,omitempty" maxLength:"80" doc:"Code of a reason of the procedure."`
	Comment  string            `json:"comment,omitempty" maxLength:"2000"`
	Evidence map[string]string `json:"evidence,omitempty" doc:"By paper: what it is and where it lies."`
}

func (s CaseStep) act() procedure.Act {
	return procedure.Act{Transition: s.Step, Reason: s.Reason, Said: procedure.Said{Comment: s.Comment, Evidence: s.Evidence}}
}

type stepInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body CaseStep
}

type caseOutput struct {
	rest.Tagged
	Body Case
}

func (rooms Cases) take(ctx context.Context, in *stepInput) (*caseOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	c, err := rooms.Cases.Take(ctx, rest.Scope(ctx), procedure.Seen{ID: in.ID, Ver: ver}, in.Body.act())
	if err != nil {
		return nil, err
	}
	shown, err := rooms.shown(ctx, []procedure.Case{c})
	if err != nil {
		return nil, err
	}
	return &caseOutput{Tagged: rest.Tag(ctx, c.Ver), Body: shown[0]}, nil
}

type stepsInput struct {
	Body struct {
		CaseStep
		Batch int64 `json:"batch,omitempty"`
		Cases []struct {
			ID      int64 `json:"id"`
			Version int64 `json:"version"`
		} `json:"cases" minItems:"1" maxItems:"5000"`
	}
}

// begunOutput names the job that does what is too much to be done at once.
type begunOutput struct {
	Body struct {
		Job int64 `json:"job,omitempty" doc:"That does it in more than 50 cases, each by itself; absent where all is done."`
	}
}

func begun(job int64, err error) (*begunOutput, error) {
	out := &begunOutput{}
	out.Body.Job = job
	return out, err
}

func (rooms Cases) takeMany(ctx context.Context, in *stepsInput) (*begunOutput, error) {
	act := in.Body.act()
	act.Batch = in.Body.Batch
	seen := make([]procedure.Seen, len(in.Body.Cases))
	for i, c := range in.Body.Cases {
		seen[i] = procedure.Seen{ID: c.ID, Ver: c.Version}
	}
	return begun(rooms.Cases.TakeMany(ctx, rest.Scope(ctx), seen, act))
}

type drawInput struct {
	Body struct {
		Step  string  `json:"step" maxLength:"80"`
		Cases []int64 `json:"cases" minItems:"1" maxItems:"5000"`
	}
}

type drawOutput struct {
	Body struct {
		Batch  int64   `json:"batch"`
		Sample []int64 `json:"sample" nullable:"false" doc:"Cases to read first."`
	}
}

func (rooms Cases) draw(ctx context.Context, in *drawInput) (*drawOutput, error) {
	b, err := rooms.Cases.Draw(ctx, rest.Scope(ctx), in.Body.Step, in.Body.Cases)
	if err != nil {
		return nil, err
	}
	out := &drawOutput{}
	out.Body.Batch, out.Body.Sample = b.ID, append([]int64{}, b.Sample...)
	return out, nil
}
