package rest

import (
	"context"
	"fmt"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/verify/duplicate"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Duplicates *duplicate.Service
}

const room = "Duplicates"

// DuplicateSign is what one field of two persons says.
type DuplicateSign struct {
	Field string  `json:"field" enum:"name,birth,sex,id,place"`
	Level string  `json:"level" doc:"How far the field agrees, in words; missing where it is unknown on one side."`
	Bits  float64 `json:"bits" doc:"How strongly it speaks for one person: a bit doubles the odds."`
}

// DuplicatePair is two registered persons who may be one.
type DuplicatePair struct {
	ID          int64           `json:"id"`
	Persons     []string        `json:"persons" nullable:"false" doc:"Numbers of the two."`
	Probability float64         `json:"probability" minimum:"0" maximum:"1"`
	Zone        string          `json:"zone" enum:"same,review" doc:"By the costs of errors that the policy pack states."`
	Signs       []DuplicateSign `json:"signs" nullable:"false"`
	Held        bool            `json:"held" doc:"Benefit waits for the decision."`
	State       string          `json:"state" enum:"open,postponed,second,disputed,decided,gone"`
	Verdict     string          `json:"verdict,omitempty" enum:"same,moved,two,different,twins,error"`
	ChangeSet   int64           `json:"change_set,omitempty" doc:"That carries a merge out."`
}

func pairOf(p duplicate.Pair) DuplicatePair {
	out := DuplicatePair{ID: p.ID, Persons: []string{registry.Number(p.One), registry.Number(p.Other)}, Probability: p.Probability, Zone: string(p.Zone), Signs: []DuplicateSign{}, Held: p.Held && p.Undecided(),
		State: string(p.State), Verdict: string(p.Verdict), ChangeSet: p.Set}
	for _, e := range p.Evidence {
		out.Signs = append(out.Signs, DuplicateSign(e))
	}
	return out
}

// DuplicateAnswer is what is known of somebody who is about to be registered.
type DuplicateAnswer struct {
	Known     []DuplicateKnown `json:"known" nullable:"false" doc:"Persons in your areas, the likeliest first."`
	Elsewhere []string         `json:"elsewhere" nullable:"false" doc:"Codes of counties that can be asked; nothing more is said of persons there."`
}

// DuplicateKnown is a registered person who may be the newcomer.
type DuplicateKnown struct {
	Person      string          `json:"person" doc:"Number."`
	Probability float64         `json:"probability"`
	Zone        string          `json:"zone" enum:"same,review"`
	Signs       []DuplicateSign `json:"signs" nullable:"false"`
}

type pairOutput struct {
	rest.Tagged
	Body DuplicatePair
}

func answer(ctx context.Context, p duplicate.Pair) *pairOutput {
	return &pairOutput{Tagged: rest.Tag(ctx, p.Ver), Body: pairOf(p)}
}

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rest.Register(api, rest.Operation{ID: "compare-newcomer", Method: http.MethodPost, Path: "/duplicate-looks", Summary: "Compare somebody who is about to be registered with the register", Room: room, Verb: access.HouseholdEdit, Status: http.StatusOK,
		About: "Whom the answer shows is journalled before it is sent. Looks are limited by the hour (429). Of persons outside your areas only the county is told."}, rooms.look)
	rest.Register(api, rest.Operation{ID: "list-duplicates", Method: http.MethodGet, Path: "/duplicates", Summary: "List pairs of persons who may be one, the dearest error first", Room: room, Verb: access.ChangeDecide, About: "The reading is journalled."}, rooms.list)
	rest.Register(api, rest.Operation{ID: "get-duplicate", Method: http.MethodGet, Path: "/duplicates/{id}", Summary: "Read a pair", Room: room, Verb: access.ChangeDecide, About: "The reading of both households is journalled."}, rooms.get)
	rest.Register(api, rest.Operation{ID: "judge-duplicate", Method: http.MethodPost, Path: "/duplicates/{id}/judgements", Summary: "Say what a pair is", Room: room, Verb: access.ChangeDecide,
		About: "A merge is submitted as a change of the roster, which a second person decides. A share of the pairs is judged once more by somebody who does not know the first judgement."}, rooms.judge)
	rest.Register(api, rest.Operation{ID: "undo-duplicate", Method: http.MethodPost, Path: "/duplicates/{id}/undo", Summary: "Take the decision about a pair back", Room: room, Verb: access.ChangeDecide}, rooms.undo)
	rest.Register(api, rest.Operation{ID: "start-duplicate-run", Method: http.MethodPost, Path: "/duplicate-runs", Summary: "Compare the whole register with itself", Room: room, Verb: access.AssessRun, Status: http.StatusAccepted,
		About: "A job; Location names it."}, rooms.run)
	rooms.registerInquiries(api)
}

type lookInput struct {
	Body struct {
		Area       string `json:"area" maxLength:"40" doc:"Official code of the village in which the person is to be registered."`
		Name       string `json:"name,omitempty" maxLength:"200"`
		Sex        string `json:"sex,omitempty" maxLength:"20"`
		Birth      string `json:"birth,omitempty" format:"date"`
		NationalID string `json:"national_id,omitempty" maxLength:"40"`
	}
}

type lookOutput struct{ Body DuplicateAnswer }

func (rooms Rooms) look(ctx context.Context, in *lookInput) (*lookOutput, error) {
	scope := rest.Scope(ctx)
	a, err := rooms.Duplicates.Registry().Areas().ByCode(ctx, scope, in.Body.Area)
	if err != nil {
		return nil, err
	}
	who := registry.Identity{Area: a.Key, Name: in.Body.Name, Sex: in.Body.Sex, NationalID: rooms.Duplicates.Registry().Canonical(a.Key, in.Body.NationalID)}
	if in.Body.Birth != "" {
		born, err := clock.ParseDay(in.Body.Birth)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the date of birth is not a date").With(0, "birth", "is not a date")
		}
		who.Birth = &born
	}
	found, err := rooms.Duplicates.Look(ctx, scope, who)
	if err != nil {
		return nil, err
	}
	out := &lookOutput{Body: DuplicateAnswer{Known: []DuplicateKnown{}, Elsewhere: []string{}}}
	for _, one := range found.Known {
		known := DuplicateKnown{Person: one.Person.Number, Probability: one.Pair.Probability, Zone: string(one.Zone), Signs: []DuplicateSign{}}
		for _, e := range duplicate.EvidenceOf(one.Pair) {
			known.Signs = append(known.Signs, DuplicateSign(e))
		}
		out.Body.Known = append(out.Body.Known, known)
	}
	for _, county := range found.Elsewhere {
		out.Body.Elsewhere = append(out.Body.Elsewhere, county.Code)
	}
	return out, nil
}

type listing struct {
	rest.Paged
	State string `query:"state" enum:"open,postponed,second,disputed,decided,gone" doc:"All in which somebody has something to do if absent."`
	Zone  string `query:"zone" enum:"same,review"`
	Area  string `query:"area" maxLength:"40" doc:"Official code of an area in which both live."`
	Held  bool   `query:"held" doc:"Only those for which benefit waits."`
}

func (rooms Rooms) list(ctx context.Context, in *listing) (*rest.Listed[DuplicatePair], error) {
	scope := rest.Scope(ctx)
	f := duplicate.Filter{States: duplicate.Undecided, Zone: duplicate.Zone(in.Zone), Held: in.Held}
	if in.Area != "" {
		a, err := rooms.Duplicates.Registry().Areas().ByCode(ctx, scope, in.Area)
		if err != nil {
			return nil, err
		}
		f.Area = a.Key
	}
	if in.State != "" {
		f.States = []duplicate.State{duplicate.State(in.State)}
	}
	read := func(after duplicate.Position, rows int) ([]duplicate.Listed, error) {
		return rooms.Duplicates.Queue(ctx, scope, f, after, rows)
	}
	at := func(p duplicate.Listed) duplicate.Position { return duplicate.Position{Rank: p.Rank, ID: p.ID} }
	show := func(page []duplicate.Listed) ([]DuplicatePair, error) {
		items := make([]DuplicatePair, len(page))
		for i, p := range page {
			items[i] = pairOf(p.Pair)
		}
		return items, nil
	}
	return rest.Listing(ctx, in.Paged, read, at, show)
}

type pairInput struct {
	ID int64 `path:"id"`
}

func (rooms Rooms) get(ctx context.Context, in *pairInput) (*pairOutput, error) {
	one, err := rooms.Duplicates.Open(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return answer(ctx, one.Pair), nil
}

type judgeInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Verdict string `json:"verdict" enum:"same,moved,two,different,twins,error"`
		Keep    string `json:"keep,omitempty" maxLength:"20" doc:"Number of the person whose number goes on; needed for same."`
		Head    string `json:"head,omitempty" maxLength:"20" doc:"Number of the member who becomes the head where the number that ends was the head's."`
	}
}

// person reads a number in the body.
func person(field, number string) (int64, error) {
	if number == "" {
		return 0, nil
	}
	id, ok := registry.ParseNumber(number)
	if !ok {
		return 0, fault.New(fault.Invalid, "this is no number of a person").With(0, field, "is no number of a person")
	}
	return id, nil
}

func (rooms Rooms) judge(ctx context.Context, in *judgeInput) (*pairOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	say := duplicate.Say{Verdict: duplicate.Verdict(in.Body.Verdict), Source: change.API}
	if say.Keep, err = person("keep", in.Body.Keep); err != nil {
		return nil, err
	}
	if say.Head, err = person("head", in.Body.Head); err != nil {
		return nil, err
	}
	p, err := rooms.Duplicates.Judge(ctx, rest.Scope(ctx), in.ID, ver, say)
	if err != nil {
		return nil, err
	}
	return answer(ctx, p), nil
}

type undoInput struct {
	rest.Conditional
	ID int64 `path:"id"`
}

func (rooms Rooms) undo(ctx context.Context, in *undoInput) (*pairOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	p, err := rooms.Duplicates.Undo(ctx, rest.Scope(ctx), in.ID, ver)
	if err != nil {
		return nil, err
	}
	return answer(ctx, p), nil
}

type runOutput struct {
	Location string `header:"Location" doc:"The job to look at, for who reaches the whole register."`
}

func (rooms Rooms) run(ctx context.Context, _ *struct{}) (*runOutput, error) {
	j, watches, err := rooms.Duplicates.Start(ctx, rest.Scope(ctx))
	if err != nil || !watches {
		return &runOutput{}, err
	}
	return &runOutput{Location: fmt.Sprintf("%s/jobs/%d", rest.Prefix, j.ID)}, nil
}
