package duplicate

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/linkage"
)

// JobKind is the kind of the jobs that compare the whole register with itself.
const JobKind = "duplicates"

const (
	// teaching is how many persons a register needs to teach a model of its own.
	teaching = 2000
	// fewest is how many pairs of one person are to be expected in a register that teaches.
	fewest = 20
	// readChunk is how many persons one statement reads, storeChunk how many pairs one transaction writes.
	readChunk  = 2000
	storeChunk = 200
)

// Start compares the whole register with itself as a job: who may be one lives anywhere. The job is the caller's to
// watch where he reaches the whole register; of others it is the program's, for its counts tell of other areas.
func (s *Service) Start(ctx context.Context, scope access.Scope) (job.Job, bool, error) {
	account, ranges := scope.Caller().Account, scope.Ranges()
	whole := len(ranges) == 1 && ranges[0].Lo <= access.Everywhere.Lo && ranges[0].Hi >= access.Everywhere.Hi
	if !whole {
		account = 0
	}
	j, err := s.submit(ctx, account)
	return j, whole, err
}

func (s *Service) submit(ctx context.Context, account int64) (job.Job, error) {
	return s.jobs.Submit(ctx, account, job.Request{Kind: JobKind, Title: "duplicates", Range: access.Everywhere})
}

// runProgress is how far a run got. A run that is taken up again learns and compares anew, for nothing of the register
// is kept outside it, and goes on storing after the last pair: the same register teaches the same model and gives the
// same pairs in the same order. One that changed meanwhile teaches another, and its pairs are stored from the first on.
type runProgress struct {
	One   int64 `json:"one"` // the last pair that was stored
	Other int64 `json:"other"`
	Swept int64 `json:"swept"` // the last stored pair that was looked at again
	Tally tally `json:"tally"`
}

// runner is one run at work.
type runner struct {
	s      *Service
	run    *job.Run
	at     runProgress
	people []registry.Identity
	judge  *judge
}

func (s *Service) work(ctx context.Context, run *job.Run) error {
	r := &runner{s: s, run: run}
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &r.at); err != nil {
			return err
		}
	}
	if err := r.read(ctx); err != nil {
		return err
	}
	groups, err := r.group(ctx)
	if err != nil {
		return err
	}
	likes, err := r.judged(groups)
	if err != nil {
		return err
	}
	if err := r.store(ctx, likes); err != nil {
		return err
	}
	return r.sweep(ctx, likes)
}

// read brings all persons who live in a household now into memory.
func (r *runner) read(ctx context.Context) error {
	var home, person int64
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		some, err := r.s.registry.Identities(ctx, program, home, person, readChunk)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		home, person = some[len(some)-1].Home, some[len(some)-1].ID
		r.people = append(r.people, some...)
	}
	slices.SortFunc(r.people, func(a, b registry.Identity) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// group runs the engine over the register under the decisions that people made. What it learns is stored as the model
// by which everybody is judged from now on. A register too small to teach has its persons compared one by one.
func (r *runner) group(ctx context.Context) (grouping, error) {
	var err error
	if r.judge, err = r.s.judge(ctx); err != nil {
		return grouping{}, err
	}
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return grouping{}, err
	}
	builder.Expect(len(r.people))
	for _, who := range r.people {
		builder.Add(values(who, r.judge.width), strconv.FormatInt(who.Household, 10))
	}
	records := builder.Finish()
	if len(r.people) < teaching {
		groups, err := r.oneByOne(ctx)
		return grouping{groups, records}, err
	}
	options := linkage.Defaults()
	options.Workers = runtime.GOMAXPROCS(0)
	if r.run.Way().Company() {
		options.Workers = max(1, options.Workers-1)
	}
	options.AtLeast = .005
	if options.Decisions, err = r.decisions(ctx); err != nil {
		return grouping{}, err
	}
	groups, err := linkage.Dedupe(records, options)
	if err != nil {
		return grouping{}, fmt.Errorf("compare the register with itself: %w", err)
	}
	return grouping{groups, records}, r.learnt(ctx, groups)
}

// oneByOne compares each person with the register as a newcomer is; persons are one entity where they are likelier one
// than not.
func (r *runner) oneByOne(ctx context.Context) (*linkage.Grouping, error) {
	groups := &linkage.Grouping{Owner: make([]uint32, len(r.people))}
	for i := range groups.Owner {
		groups.Owner[i] = uint32(i)
	}
	for from := 0; from < len(r.people); from += examineChunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := r.people[from:min(len(r.people), from+examineChunk)]
		found, err := r.s.alike(ctx, some)
		if err != nil {
			return nil, err
		}
		for i, who := range some {
			for _, one := range found[i] {
				other, ok := r.row(one.Person.ID)
				if ok && one.Person.ID > who.ID {
					groups.Pairs = append(groups.Pairs, linkage.Pair{Left: uint32(from + i), Right: uint32(other), Probability: one.Pair.Probability, Weight: one.Pair.Weight})
				}
			}
		}
	}
	for _, pair := range groups.Pairs {
		a, b := groups.Owner[pair.Left], groups.Owner[pair.Right]
		for i := range groups.Owner {
			if pair.Probability >= .5 && groups.Owner[i] == max(a, b) {
				groups.Owner[i] = min(a, b)
			}
		}
	}
	return groups, nil
}

// grouping is what the engine made of the register.
type grouping struct {
	*linkage.Grouping
	records *linkage.Records
}

// learnt stores what the register taught, if it is anything new and rests on enough pairs, and judges by it.
func (r *runner) learnt(ctx context.Context, groups *linkage.Grouping) error {
	if groups.Report.ExpectedMatches < fewest {
		return nil
	}
	body, err := json.Marshal(impersonal(groups.Model))
	if err != nil {
		return err
	}
	before, err := json.Marshal(r.judge.model)
	if err != nil || string(before) == string(body) {
		return err
	}
	id, err := r.s.journal.Ids().One(ctx, 0)
	if err != nil {
		return err
	}
	r.at = runProgress{} // the register changed since the run was interrupted, or it has just begun
	key := r.s.keys.Make(0, id)
	sealed := crypt.Seal(key.Key, body, modelPlace(id))
	err = r.s.db.Tx(ctx, program, func(tx store.Tx) error {
		if err := journal.StoreKeys(ctx, tx, []journal.NewKey{key}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO duplicate_model (id, at, persons, body) VALUES ($1, $2, $3, $4)", id, int64(r.s.now()), len(r.people), sealed); err != nil {
			return err
		}
		return r.run.Save(ctx, tx, 0, int64(len(r.people)), job.Counts{}, r.at)
	})
	if err != nil {
		return fmt.Errorf("store the model of duplicates: %w", err)
	}
	r.judge, err = r.s.judge(ctx)
	return err
}

// decisions are what people said of pairs of which both persons are still registered, by their rows.
func (r *runner) decisions(ctx context.Context) ([]linkage.Decision, error) {
	labels, err := r.s.labelled(ctx)
	if err != nil {
		return nil, err
	}
	var list []linkage.Decision
	for _, l := range labels {
		one, ok := r.row(l.One)
		other, both := r.row(l.Other)
		if ok && both {
			list = append(list, linkage.Decision{Left: uint32(one), Right: uint32(other), Same: l.Same})
		}
	}
	return list, nil
}

// row is the place of a person among those who were read.
func (r *runner) row(person int64) (int, bool) {
	return slices.BinarySearchFunc(r.people, person, func(p registry.Identity, id int64) int { return cmp.Compare(p.ID, id) })
}

// judged are the pairs of a grouping that fall into a zone, in the order of their persons.
func (r *runner) judged(groups grouping) ([]likeness, error) {
	households := map[[2]string]string{}
	for _, h := range linkage.Households(groups.records, groups.Pairs) {
		households[[2]string{h.Left, h.Right}] = string(h.Overlap)
		households[[2]string{h.Right, h.Left}] = string(h.Overlap)
	}
	var likes []likeness
	for _, pair := range groups.Pairs {
		a, b := r.people[pair.Left], r.people[pair.Right]
		like, kept, err := r.s.like(r.judge, a, b)
		if err != nil {
			return nil, err
		}
		if !kept {
			continue
		}
		if owner := groups.Owner[pair.Left]; owner == groups.Owner[pair.Right] {
			like.entity = r.people[owner].ID
		}
		like.overlap = households[[2]string{strconv.FormatInt(a.Household, 10), strconv.FormatInt(b.Household, 10)}]
		likes = append(likes, like)
	}
	slices.SortFunc(likes, func(x, y likeness) int { return cmp.Or(cmp.Compare(x.a.ID, y.a.ID), cmp.Compare(x.b.ID, y.b.ID)) })
	return likes, nil
}

// store stores the pairs after the last that was stored.
func (r *runner) store(ctx context.Context, likes []likeness) error {
	from, _ := slices.BinarySearchFunc(likes, r.at, func(l likeness, at runProgress) int {
		return cmp.Or(cmp.Compare(l.a.ID, at.One), cmp.Compare(l.b.ID, at.Other+1))
	})
	for some := range slices.Chunk(likes[from:], storeChunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := r.at
		last := some[len(some)-1]
		next.One, next.Other = last.a.ID, last.b.ID
		if err := r.step(ctx, some, nil, next, r.done(next)); err != nil {
			return err
		}
	}
	return nil
}

// sweep looks again at stored pairs that the run did not find: they are no longer alike, or one of the two is no longer
// registered.
func (r *runner) sweep(ctx context.Context, likes []likeness) error {
	found := map[key]bool{}
	for _, l := range likes {
		found[keyOf(l.a.ID, l.b.ID)] = true
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		list, err := store.All(ctx, r.s.db.In(program), "SELECT "+pairColumns+" FROM duplicate_pair p WHERE {checked} AND p.id > $1 AND p.state IN ('open', 'postponed') ORDER BY p.id LIMIT $2",
			[]any{r.at.Swept, storeChunk}, func(rows store.Rows, p *Pair) error { return scanPair(rows, p) })
		if err != nil {
			return fmt.Errorf("read pairs: %w", err)
		}
		if len(list) == 0 {
			return r.step(ctx, nil, nil, r.at, int64(len(r.people)))
		}
		next := r.at
		next.Swept = list[len(list)-1].ID
		alike, lapsed, err := r.s.again(r.judge, slices.DeleteFunc(list, func(p Pair) bool { return found[key{p.One, p.Other}] }), r.person)
		if err != nil {
			return err
		}
		if err := r.step(ctx, alike, lapsed, next, r.done(next)); err != nil {
			return err
		}
	}
}

// person is one of those who were read.
func (r *runner) person(id int64) (registry.Identity, bool) {
	at, ok := r.row(id)
	if !ok {
		return registry.Identity{}, false
	}
	return r.people[at], true
}

// done is how many of the persons are done: those before the last pair that was stored.
func (r *runner) done(at runProgress) int64 {
	n, _ := r.row(at.One + 1)
	return int64(n)
}

// step stores some pairs with the progress after them.
func (r *runner) step(ctx context.Context, likes []likeness, lapsed []Pair, next runProgress, done int64) error {
	_, err := r.s.settle(ctx, likes, lapsed, func(ctx context.Context, tx store.Tx, t tally) error {
		at := next
		at.Tally = tally{In: next.Tally.In + t.In, Found: next.Tally.Found + t.Found, Changed: next.Tally.Changed + t.Changed, Gone: next.Tally.Gone + t.Gone}
		r.at = at
		counts := job.Counts{In: at.Tally.In + at.Tally.Gone, Created: at.Tally.Found, Updated: at.Tally.Changed + at.Tally.Gone, Unchanged: at.Tally.In - at.Tally.Found - at.Tally.Changed}
		return r.run.Save(ctx, tx, done, int64(len(r.people)), counts, at)
	})
	return err
}

// Result is what a run did with pairs.
type Result struct{ Pairs, Found, Changed, Gone int64 }

// ResultOf reads what a job of this kind did so far.
func ResultOf(j job.Job) (Result, error) {
	var at runProgress
	if j.Progress == nil {
		return Result{}, nil
	}
	err := json.Unmarshal(j.Progress, &at)
	return Result{at.Tally.In, at.Tally.Found, at.Tally.Changed, at.Tally.Gone}, err
}
