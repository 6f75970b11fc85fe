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

// Did says which person took a step of a matter, by which account. Person is what Capacity.Holder says, or a person.
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

// Separate says whether somebody may take a step in a matter in which others were taken: a Forbidden fault if the same
// person, by this or another account, took one that excludes it. Whoever acts in a matter for another counts as one with
// the other in it, so that standing in is never a way around a second person: done are all steps of the matter, those
// too that exclude nothing.
func Separate(as Capacity, step Step, done ...Did) error {
	one := as.one(done)
	for _, d := range done {
		if one.did(d) && excludes(step, d.Step) {
			return fault.New(fault.Forbidden, "a second person has to do this: you took part in it before (%s)", d.Step).Coded("duty.apart." + d.Step.Word())
		}
	}
	return nil
}

// Took says whether whoever acts, or somebody who counts as one with them in a matter in which these steps were taken,
// took the step d of it.
func Took(as Capacity, d Did, done ...Did) bool { return as.one(done).did(d) }

// party are those who count as one in a matter.
type party struct {
	account int64
	persons []string
}

// one are those who count as one with whoever acts in a matter in which steps were taken.
func (a Capacity) one(done []Did) party {
	p := party{account: a.caller.Account, persons: Persons(a.Holder())}
	for grown := true; grown; {
		grown = false
		for _, d := range done {
			if !p.did(d) {
				continue
			}
			for _, person := range Persons(d.Person) {
				if !slices.Contains(p.persons, person) {
					p.persons, grown = append(p.persons, person), true
				}
			}
		}
	}
	return p
}

// did says whether one of them took a step.
func (p party) did(d Did) bool {
	return p.account != 0 && d.Account == p.account || slices.ContainsFunc(Persons(d.Person), func(person string) bool { return slices.Contains(p.persons, person) })
}

func excludes(a, b Step) bool {
	return slices.ContainsFunc(separation.Apart, func(line []Step) bool {
		return a != b && slices.Contains(line, a) && slices.Contains(line, b)
	})
}

// NotOwn says whether somebody may take a step in a matter of these households and persons: a Forbidden fault where one
// is their own or declared kin's, or that of whom they act for.
func NotOwn(as Capacity, step Step, subjects ...int64) error {
	if !slices.Contains(separation.Own, step) {
		return nil
	}
	barred := as.caller.Own
	if as.For != nil {
		barred = slices.Concat(barred, as.For.Own)
	}
	for _, id := range subjects {
		if slices.Contains(barred, id) {
			return fault.New(fault.Forbidden, "nobody acts in a matter of their own household or kin (%s)", step).Coded("duty.own." + step.Word())
		}
	}
	return nil
}
