package quality

import (
	"context"
	"encoding/json"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// JobKind is the kind of the jobs that look at many households.
const JobKind = "quality"

// runChunk is how many households one transaction of a run is about; companyChunk is that while people are here.
const (
	runChunk     = 200
	companyChunk = 25
)

// RunArgs says which households a run looks at: those below Area, 0 for all.
type RunArgs struct {
	Area int64 `json:"area"`
}

// Start looks at the households below an area as a job. It returns a NotFound fault for an area out of scope.
func (s *Service) Start(ctx context.Context, scope access.Scope, args RunArgs) (job.Job, error) {
	scheme := s.registry.Areas().Scheme()
	within := scope.Within(scheme.Range(args.Area)).Ranges()
	if len(within) == 0 {
		return job.Job{}, fault.New(fault.NotFound, "no such area")
	}
	concerned := access.Range{Lo: within[0].Lo, Hi: within[len(within)-1].Hi}
	if len(within) > 1 || (scheme.Range(concerned.Lo) != concerned && concerned != access.Everywhere) {
		return job.Job{}, fault.New(fault.Invalid, "choose one of your areas").With(0, "area", "choose one of your areas")
	}
	if concerned != access.Everywhere {
		args.Area = concerned.Lo
	}
	return s.submit(ctx, scope.Caller().Account, args)
}

// submit queues a run.
func (s *Service) submit(ctx context.Context, account int64, args RunArgs) (job.Job, error) {
	r := s.registry.Areas().Scheme().Range(args.Area)
	return s.jobs.Submit(ctx, account, job.Request{Kind: JobKind, Title: "data quality", Args: args, Area: args.Area, Range: r})
}

// stage is what a run does now.
type stage string

// The stages, in their order.
const (
	alone    stage = "alone"    // each household by itself
	together stage = "together" // rules over several households: where they may fire
	again    stage = "again"    // the same rules where they fired before
	closed   stage = "closed"   // households that have ended
	stated   stage = "stated"   // what the forms of areas state
)

// runProgress is how far a run got.
type runProgress struct {
	Stage  stage             `json:"stage"`
	After  registry.Position `json:"after"`  // alone
	Packs  []string          `json:"packs"`  // hashes of the packs met
	Rule   int               `json:"rule"`   // together, again: position among the rules of all packs
	Cursor string            `json:"cursor"` // together
	Last   int64             `json:"last"`   // again, closed: last problem looked at; stated: last record of an area
	Done   int64             `json:"done"`
	Found  int64             `json:"found"`
	Fixed  int64             `json:"fixed"`
}

// runner is one run at work.
type runner struct {
	s      *Service
	run    *job.Run
	scope  access.Scope
	at     runProgress
	total  int64
	counts job.Counts
}

func (s *Service) work(ctx context.Context, run *job.Run) error {
	var args RunArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	r := &runner{s: s, run: run, scope: program.Within(s.registry.Areas().Scheme().Range(args.Area)), at: runProgress{Stage: alone}, counts: run.Job.Counts}
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &r.at); err != nil {
			return err
		}
	}
	if args.Area == 0 && run.Job.Progress == nil {
		if err := s.begun(ctx); err != nil {
			return err
		}
	}
	var err error
	if r.total, _, err = s.registry.Count(ctx, r.scope, registry.Filter{}); err != nil {
		return err
	}
	for _, step := range []struct {
		stage stage
		next  stage
		do    func(context.Context) (more bool, err error)
	}{{alone, together, r.alone}, {together, again, r.together}, {again, closed, r.again}, {closed, stated, r.closed}, {stated, "", r.places}} {
		for r.at.Stage == step.stage {
			if err := ctx.Err(); err != nil {
				return err
			}
			more, err := step.do(ctx)
			if err != nil {
				return err
			}
			if !more {
				r.at.Stage, r.at.Rule, r.at.Cursor, r.at.Last = step.next, 0, "", 0
			}
		}
	}
	return nil
}

// save stores the progress that r will have once the step is stored.
func (r *runner) save(next *runProgress, households int64) saver {
	return func(ctx context.Context, tx store.Tx, done tally) error {
		at := *next
		at.Found, at.Fixed = at.Found+done.Found, at.Fixed+done.Fixed
		counts := r.counts
		if households > 0 {
			counts = counts.Add(counted(households, done))
		}
		return r.run.Save(ctx, tx, at.Done, r.total, counts, at)
	}
}

// step takes over the progress of a step that is stored.
func (r *runner) step(next runProgress, households int64, done tally) {
	next.Found, next.Fixed = next.Found+done.Found, next.Fixed+done.Fixed
	r.at = next
	if households > 0 {
		r.counts = r.counts.Add(counted(households, done))
	}
}

// alone looks at the next households, each by itself.
func (r *runner) alone(ctx context.Context) (bool, error) {
	chunk := runChunk
	if r.run.Way().Company() {
		chunk = companyChunk
	}
	list, err := r.s.registry.List(ctx, r.scope, registry.Filter{}, r.at.After, chunk)
	if err != nil || len(list) == 0 {
		return false, err
	}
	last, n := list[len(list)-1], int64(len(list))
	next := r.at
	next.After, next.Done = registry.Position{Area: last.Area, ID: last.ID}, next.Done+n
	for _, h := range list {
		e, ok, err := r.s.evaluator(h.Area)
		if err != nil {
			return false, err
		}
		if ok && !slices.Contains(next.Packs, e.pack.Hash) {
			next.Packs = append(slices.Clone(next.Packs), e.pack.Hash)
		}
	}
	done, err := r.s.checkAlone(ctx, list, r.save(&next, n))
	if err == nil {
		r.step(next, n, done)
	}
	return true, err
}

// rules are the rules over several households of all packs that were met.
func (r *runner) rules() []crossRule {
	var all []crossRule
	for _, hash := range r.at.Packs {
		pack, ok := r.s.packs.Get(hash)
		if !ok {
			continue
		}
		rules := RulesOf(pack)
		for i := range rules.List {
			if rule := (crossRule{pack, &rules.List[i]}); r.s.crossOf(pack, rule.rule) != nil {
				all = append(all, rule)
			}
		}
	}
	return all
}

func (r *runner) within(h registry.Household) bool { return r.scope.Holds(h.Area) }

// together looks for the next households for which a rule may fire.
func (r *runner) together(ctx context.Context) (bool, error) {
	rules := r.rules()
	if r.at.Rule >= len(rules) {
		return false, nil
	}
	rule, next := rules[r.at.Rule], r.at
	ids, cursor, err := r.s.crossOf(rule.pack, rule.rule).next(ctx, r.at.Cursor)
	if err != nil {
		return false, err
	}
	if next.Cursor = cursor; cursor == "" {
		next.Rule++
	}
	return true, r.cross(ctx, rule, ids, next)
}

// cross decides a rule for households and goes on to next.
func (r *runner) cross(ctx context.Context, rule crossRule, ids []int64, next runProgress) error {
	for len(ids) > crossChunk {
		done, err := r.s.checkTogether(ctx, rule, ids[:crossChunk], r.within, nil)
		if err != nil {
			return err
		}
		next.Found, next.Fixed, ids = next.Found+done.Found, next.Fixed+done.Fixed, ids[crossChunk:]
	}
	done, err := r.s.checkTogether(ctx, rule, ids, r.within, r.save(&next, 0))
	if err == nil {
		r.step(next, 0, done)
	}
	return err
}

// again looks at the households for which a rule fired before.
func (r *runner) again(ctx context.Context) (bool, error) {
	rules := r.rules()
	if r.at.Rule >= len(rules) {
		return false, nil
	}
	rule, next := rules[r.at.Rule], r.at
	ids, last, err := r.problems(ctx, "p.rule = $3 AND p.state IN ('open', 'claimed', 'proposed', 'accepted')", rule.rule.Code)
	if err != nil {
		return false, err
	}
	if next.Last = last; last == 0 {
		next.Rule++
	}
	return true, r.cross(ctx, rule, ids, next)
}

// problems are the households of the next problems that a condition selects, and the last of these problems, 0 when
// there are none.
func (r *runner) problems(ctx context.Context, condition string, args ...any) (ids []int64, last int64, err error) {
	type row struct{ id, household int64 }
	rows, err := store.All(ctx, r.s.db.In(r.scope), `SELECT p.id, p.household FROM problem_item p JOIN household h ON h.home = p.home AND h.id = p.household
		WHERE {scope p.area} AND p.id > $1 AND `+condition+" ORDER BY p.id LIMIT $2", append([]any{r.at.Last, crossChunk}, args...),
		func(rows store.Rows, one *row) error { return rows.Scan(&one.id, &one.household) })
	for _, one := range rows {
		ids, last = append(ids, one.household), one.id
	}
	slices.Sort(ids)
	return slices.Compact(ids), last, err
}

// closed lets the problems of households that have ended be.
func (r *runner) closed(ctx context.Context) (bool, error) {
	ids, last, err := r.problems(ctx, "h.closed IS NOT NULL AND p.state IN ('open', 'claimed', 'proposed')")
	if err != nil || len(ids) == 0 {
		return false, err
	}
	list, err := r.s.registry.Found(ctx, program, ids)
	if err != nil {
		return false, err
	}
	next := r.at
	next.Last = last
	done, err := r.s.checkAlone(ctx, list, r.save(&next, 0))
	if err == nil {
		r.step(next, 0, done)
	}
	return true, err
}

// ResultOf reads what a job of this kind found so far.
func ResultOf(j job.Job) (found, fixed int64, err error) {
	var at runProgress
	if j.Progress == nil {
		return 0, 0, nil
	}
	err = json.Unmarshal(j.Progress, &at)
	return at.Found, at.Fixed, err
}
