package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/rest"
)

// registerProcedures adds the operation by which programs learn what a case can do next.
func (rooms Cases) registerProcedures(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-procedure", Method: http.MethodGet, Path: "/procedures/{hash}/{procedure}", Summary: "Read the definition under which a case runs", Room: caseRoom, Verb: access.PackRead,
		About: "States, the steps between them with who takes them and what they need, and the codes of papers and reasons."}, rooms.definition)
}

// Procedure is a definition as programs need it to take cases further.
type Procedure struct {
	Code    string           `json:"code"`
	Kind    string           `json:"kind"`
	Title   i18n.Text        `json:"title" doc:"By language."`
	States  []ProcedureState `json:"states" nullable:"false"`
	Steps   []ProcedureStep  `json:"steps" nullable:"false"`
	Papers  []Titled         `json:"papers" nullable:"false"`
	Reasons []Titled         `json:"reasons" nullable:"false"`
}

// Titled is a code with its name.
type Titled struct {
	Code  string    `json:"code"`
	Title i18n.Text `json:"title" doc:"By language."`
}

// ProcedureState is where a case waits, or ends.
type ProcedureState struct {
	Titled
	Mandatory bool   `json:"mandatory" doc:"No case is granted without having been here."`
	Meeting   string `json:"meeting,omitempty" doc:"Kind of meeting that decides here."`
	Notice    string `json:"notice,omitempty" doc:"Kind of notice that hangs while a case is here."`
	End       string `json:"end,omitempty" enum:"granted,refused,withdrawn"`
}

// ProcedureStep is a step from some states to another.
type ProcedureStep struct {
	Titled
	From     []string `json:"from" nullable:"false"`
	To       string   `json:"to"`
	On       string   `json:"on,omitempty" enum:"carried,lost,objection,dismissed,upheld" doc:"What takes it; absent where somebody does by hand."`
	Roles    []string `json:"roles" nullable:"false" doc:"Who takes it."`
	Persons  int      `json:"persons" doc:"How many different persons take it together."`
	Evidence []string `json:"evidence" nullable:"false" doc:"Codes of papers that have to be shown."`
	Reason   bool     `json:"reason" doc:"A reason has to be given in each case."`
	Sample   bool     `json:"sample" doc:"In many cases at once it needs a sample; see draw-case-sample."`
}

func stepOf(t *procedure.Transition) ProcedureStep {
	step := ProcedureStep{Titled: Titled{t.Code, t.Title}, From: t.From, To: t.To, On: string(t.On), Roles: []string{}, Persons: t.Persons, Evidence: append([]string{}, t.Evidence...), Reason: t.Reason != "", Sample: t.Sample != nil}
	for _, by := range t.By {
		step.Roles = append(step.Roles, by.Role)
	}
	return step
}

type procedureInput struct {
	Pack string `path:"hash" doc:"Hash, as in a case."`
	Code string `path:"procedure"`
}

func (rooms Cases) definition(_ context.Context, in *procedureInput) (*struct{ Body Procedure }, error) {
	d, err := rooms.Cases.DefinitionIn(in.Pack, in.Code)
	if err != nil {
		return nil, err
	}
	out := Procedure{Code: d.Code, Kind: d.Kind, Title: d.Title, States: []ProcedureState{}, Steps: []ProcedureStep{}, Papers: []Titled{}, Reasons: []Titled{}}
	for _, s := range d.States {
		out.States = append(out.States, ProcedureState{Titled: Titled{s.Code, s.Title}, Mandatory: s.Mandatory, Meeting: s.Sitting, Notice: s.Notice, End: string(s.End)})
	}
	for _, t := range d.Transitions {
		out.Steps = append(out.Steps, stepOf(t))
	}
	for _, p := range d.Papers {
		out.Papers = append(out.Papers, Titled{p.Code, p.Title})
	}
	for _, r := range d.Reasons {
		out.Reasons = append(out.Reasons, Titled{r.Code, r.Title})
	}
	return &struct{ Body Procedure }{out}, nil
}
