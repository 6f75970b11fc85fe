package registry

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/policy"
)

// Way is how persons are about to enter the register.
type Way string

// The ways.
const (
	ByAct    Way = "act"    // an act of a roster, by page or API
	ByImport Way = "import" // a row of a file
)

// PersonCheck says what speaks against letting persons into the register: for each its problems, of which one of
// severity reject keeps him out. What the scope does not reach is not named.
type PersonCheck func(ctx context.Context, scope access.Scope, way Way, list []Identity) ([][]policy.Problem, error)

// OnPersonWrite has persons looked at by a later room before they enter the register, on every way there is.
func (s *Service) OnPersonWrite(check PersonCheck) { s.newcomers = check }

// checkNewcomers asks who is to look at newcomers; without one nothing speaks against them.
func (s *Service) checkNewcomers(ctx context.Context, scope access.Scope, way Way, list []Identity) ([][]policy.Problem, error) {
	if s.newcomers == nil || len(list) == 0 {
		return make([][]policy.Problem, len(list)), nil
	}
	problems, err := s.newcomers(ctx, scope, way, list)
	if err != nil {
		return nil, fmt.Errorf("look whether persons are registered already: %w", err)
	}
	return problems, nil
}

// newcomersOf adds to a plan what speaks against the persons whom it brings into the register. What keeps one of them
// out is an Invalid fault with its Objections.
func (s *Service) newcomersOf(ctx context.Context, scope access.Scope, plan *Plan) error {
	problems, err := s.checkNewcomers(ctx, scope, ByAct, plan.Newcomers())
	if err != nil {
		return err
	}
	var objections Objections
	for _, problem := range slices.Concat(problems...) {
		if problem.Severity == policy.Reject {
			objections = append(objections, Objection{Field: "new." + problem.Item, Own: inEveryLanguage(problem.Reason)})
			continue
		}
		plan.Problems = append(plan.Problems, problem)
	}
	return objections.fault()
}

// Newcomers are the persons whom the plan brings into the register.
func (p Plan) Newcomers() []Identity {
	if p.Rule.Kind != ActJoin && p.Rule.Kind != ActReopen {
		return nil
	}
	h := p.Before[0].Household
	list := make([]Identity, len(p.Act.New))
	for i, one := range p.Act.New {
		list[i] = Identity{Area: h.Area, Household: h.ID, Name: one.Name, Sex: one.Sex, Birth: one.Birth, NationalID: one.NationalID}
	}
	return list
}

// newcomersIn marks the rows of persons who are not in the register under their key but may be under another.
func (r *importRun) newcomersIn(ctx context.Context, rows []parsed, households map[string]*Household, found map[string]known) error {
	var at []int
	var list []Identity
	for i := range rows {
		p := &rows[i]
		h := households[p.household]
		if _, exists := found[p.key]; exists || h == nil || p.rejected() {
			continue
		}
		one, err := identityOfRow(p)
		if err != nil {
			continue // a wrong date is named elsewhere
		}
		one.Area, one.Household = h.Area, h.ID
		at, list = append(at, i), append(list, one)
	}
	problems, err := r.s.checkNewcomers(ctx, r.scope, ByImport, list)
	if err != nil {
		return err
	}
	for n, some := range problems {
		p := &rows[at[n]]
		for _, problem := range some {
			p.problems = append(p.problems, newProblem(r.r.columnOf(SubjectPerson, problem.Item), problem.Severity, problem.Reason.In))
		}
		if len(some) > 0 {
			r.alike++
		}
	}
	return nil
}

func identityOfRow(p *parsed) (Identity, error) {
	var one Identity
	one.Name, _ = p.values[FieldName].(string)
	one.Sex, _ = p.values[FieldSex].(string)
	one.NationalID, _ = p.values[FieldNationalID].(string)
	birth, err := parseBirth(p.values[FieldBirth])
	one.Birth = day(birth)
	return one, err
}
