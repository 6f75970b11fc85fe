package access

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/fault"
)

//go:embed duties.yaml
var dutiesFile []byte

// Step is something that is done in a matter and that not everybody may do who did another: "change.decide".
type Step string

// The steps that exist so far.
const (
	ChangeSubmitStep   Step = "change.submit"
	ChangeDecideStep   Step = "change.decide"
	ApprovalAskStep    Step = "approval.ask"
	ApprovalDecideStep Step = "approval.decide"
	GrantAskStep       Step = "grant.ask"
	GrantConfirmStep   Step = "grant.confirm"
	UnmaskStep         Step = "field.unmask"
	ProblemProposeStep Step = "problem.propose"
	ProblemConfirmStep Step = "problem.confirm"
	DuplicateStep      Step = "duplicate.judge"
	DuplicateAgainStep Step = "duplicate.again"
	VisitRecordStep    Step = "visit.record"
	VisitAgainStep     Step = "visit.again"
	CaseRecordStep     Step = "case.record"
	CaseReviewStep     Step = "case.review"
	CaseApproveStep    Step = "case.approve"
	LeadJudgeStep      Step = "lead.judge"
	LeadActStep        Step = "lead.act"
)

// Word is the step as a part of the key of a message: "change_decide".
func (s Step) Word() string { return strings.ReplaceAll(string(s), ".", "_") }

// Did says which person took a step of a matter, by which account.
type Did struct {
	Step    Step
	Account int64
	Person  string
}

// duties are the table of duties.yaml.
type duties struct {
	Apart [][]Step
	Own   []Step
}

var separation = mustReadDuties(dutiesFile)

func mustReadDuties(text []byte) duties {
	d, err := readDuties(text)
	if err != nil {
		panic("access: duties.yaml: " + err.Error())
	}
	return d
}

func readDuties(text []byte) (duties, error) {
	var d duties
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d); err != nil {
		return d, err
	}
	for _, line := range d.Apart {
		if len(line) < 2 {
			return d, fmt.Errorf("a line of apart needs two steps, has %v", line)
		}
	}
	return d, nil
}

// Separate says whether the caller may take a step in a matter in which others were taken: a Forbidden fault if the
// same person, by this or another account, took one that excludes it.
func Separate(c Caller, step Step, done ...Did) error {
	for _, d := range done {
		same := (c.Account != 0 && d.Account == c.Account) || (c.Person != "" && d.Person == c.Person)
		if same && excludes(step, d.Step) {
			return fault.New(fault.Forbidden, "a second person has to do this: you took part in it before (%s)", d.Step).Coded("duty.apart." + d.Step.Word())
		}
	}
	return nil
}

func excludes(a, b Step) bool {
	return slices.ContainsFunc(separation.Apart, func(line []Step) bool {
		return a != b && slices.Contains(line, a) && slices.Contains(line, b)
	})
}

// NotOwn says whether the caller may take a step in a matter of these households and persons: a Forbidden fault where
// one is the caller's own or declared kin's.
func NotOwn(c Caller, step Step, subjects ...int64) error {
	if !slices.Contains(separation.Own, step) {
		return nil
	}
	for _, id := range subjects {
		if slices.Contains(c.Own, id) {
			return fault.New(fault.Forbidden, "nobody acts in a matter of their own household or kin (%s)", step).Coded("duty.own." + step.Word())
		}
	}
	return nil
}
