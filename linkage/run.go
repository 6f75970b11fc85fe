package linkage

import (
	"fmt"
	"math"
	"slices"

	"rightkey/linkage/cluster"
)

// Options steer a run. The zero value is not usable; start from Defaults.
type Options struct {
	Workers int
	Seed    uint64
	// AtLeast is the probability from which pairs are reported.
	AtLeast float64
	// Model, if given, is used as it is and nothing is learnt.
	Model *Model
	// Decisions are pairs of rows that people have judged; they bind the result, refit the weights and calibrate the
	// probabilities.
	Decisions []Decision
	// Ask says how many pairs to propose for judging.
	Ask Ask
}

// Defaults are the options of a run without labels or wishes.
func Defaults() Options { return Options{Workers: 1, Seed: 1, AtLeast: .5, Ask: DefaultAsk()} }

// Decision is a person's judgement of a pair of rows.
type Decision struct {
	Left, Right uint32
	Same        bool
}

const (
	samplePairs  = 100_000   // random pairs for u at a first look
	secondPairs  = 400_000   // and at a second
	learnPairs   = 1_500_000 // pairs given by the rules from which m is learnt
	choosePairs  = 1_000_000 // pairs looked at to choose the rules
	largeShare   = 5         // of tables with manyRows and more, pairs are learnt from one in so many of these
	pairsAtLeast = 2_000_000 // pairs that are always affordable, beyond those per record
	floorBits    = -2        // evidence below which a pair is forgotten, unless pairs below are asked for
)

// run is one linkage from beginning to end.
type run struct {
	records   *Records
	options   Options
	model     *Model
	rules     []*rule
	comparers []*comparer
	scoring   *scoring
	report    Report
	thin      int                // m is learnt from one block in 2^thin
	judged    map[[2]uint32]bool // pairs that people have judged, true if to be one person
}

// Report tells what a run did, for people to judge it by.
type Report struct {
	Rules           []RuleReport
	Pairs           int     // pairs scored
	Refined         int     // blocks that were too large and were refined
	ExpectedMatches float64 // by the model, over all pairs
	Patterns        int     // agreement patterns that m was learnt from
}

// RuleReport is one blocking rule and the pairs expected from it.
type RuleReport struct {
	Keys  []string
	Pairs float64
}

func newRun(r *Records, o Options) (*run, error) {
	if r.rows < 2 {
		return nil, fmt.Errorf("%d rows: nothing to link", r.rows)
	}
	if r.split == r.rows {
		return nil, fmt.Errorf("the right table has no rows")
	}
	e := &run{records: r, options: o, judged: map[[2]uint32]bool{}}
	if err := e.bind(o.Decisions); err != nil {
		return nil, err
	}
	for range max(1, o.Workers) {
		e.comparers = append(e.comparers, newComparer(r))
	}
	return e, nil
}

// prepare learns the model and the rules, or takes them from the given model.
func (e *run) prepare() error {
	if given := e.options.Model; given != nil {
		return e.adopt(given)
	}
	e.learn(nil)
	if e.records.rows > secondLookRows || e.records.split > 0 {
		e.finish()
		return nil
	}
	owner := e.group(e.edges())
	e.records.learnFromGroups(owner)
	for i := range e.comparers {
		e.comparers[i] = newComparer(e.records)
	}
	e.report = Report{}
	e.learn(owner)
	e.finish()
	return nil
}

// finish keeps in the model what later records are judged by, and calibrates it on the decisions.
func (e *run) finish() {
	e.model.keepValues(e.records, e.comparers[0].whole)
	if len(e.options.Decisions) >= leastCurve {
		var judged []Judged
		for _, t := range e.lessons() {
			judged = append(judged, Judged{t.weight, t.same})
		}
		e.model.Calibration = Calibrate(judged)
	}
}

// learn makes model and rules from the data, and from a first grouping if there is one.
func (e *run) learn(owner []uint32) {
	prior, drawn := 1/float64(e.records.rows), samplePairs
	if owner != nil {
		prior, drawn = e.model.Prior, secondPairs
	}
	e.model = newModel(e.records, e.options.Seed)
	e.model.Prior = prior
	l := &learner{
		model: e.model, pairs: e.records.pairs(), exact: exactAgreement(e.records), entities: owner != nil,
		random: randomPairs(e.records, drawn, e.options.Seed, e.workers()),
	}
	l.start()
	e.chooseRules(owner)
	l.judged = e.tallyJudged()
	l.found, l.scale = e.tallyFound()
	e.report.Patterns = len(l.found)
	l.learnTwice(jointAgreement(e.records, l.exact, e.workers()))
	e.model.Ties = l.ties()
	e.scoring = newScoring(e.records, e.model)
	e.learnFrequency()
	e.report.ExpectedMatches = e.model.Prior * e.records.pairs()
	e.refit()
}

// group puts the records into entities; owner of each row is the first row of its entity.
func (e *run) group(edges []cluster.Edge) []uint32 {
	o := cluster.Defaults()
	o.Workers, o.Score, o.Apart = e.workers(), e.score, e.apart
	return e.unite(cluster.Group(e.records.rows, edges, o))
}

// affordable is the number of pairs that may be spent on learning.
func (e *run) affordable(pairs float64) float64 {
	if e.records.rows > manyRows {
		return pairs / largeShare
	}
	return pairs
}

func (e *run) workers() int { return len(e.comparers) }

// chooseRules lets the data choose the blocking rules, judged by the first guess of the model.
func (e *run) chooseRules(owner []uint32) {
	budget := pairsAtLeast + .8*float64(e.records.rows)
	c := newRuleChooser(e.records, budget, e.workers())
	e.rules = c.choose(e.examples(c, owner))
	for _, by := range e.rules {
		names := e.records.names(by)
		e.model.Rules = append(e.model.Rules, names)
		e.report.Rules = append(e.report.Rules, RuleReport{Keys: names, Pairs: c.cost(by)})
	}
}

// examples are probable matches to choose rules by: pairs of one group, or pairs that the first guess of the model
// takes for matches.
func (e *run) examples(c *ruleChooser, owner []uint32) []positive {
	if owner != nil {
		return c.examples(owner)
	}
	w, prior := e.model.weights(), logit2(e.model.Prior)
	probability := func(worker int, i, j uint32) float64 {
		return sigmoid2(prior + w.of(e.comparers[worker].pattern(i, j)))
	}
	for _, least := range []float64{.95, .5, .05} {
		if found := c.discover(e.affordable(choosePairs), least, probability); len(found) > 0 {
			return found
		}
	}
	return nil
}

// names writes a rule as FIELD.KEY for each key.
func (r *Records) names(by *rule) []string {
	names := make([]string, len(by.keys))
	for i, k := range by.keys {
		names[i] = r.fields[k.field].Name + "." + k.name
	}
	return names
}

// tallyFound counts the patterns of the pairs that the rules give, of large tables only those of some blocks. It
// returns the counts and the pairs that each stands for.
func (e *run) tallyFound() ([]counted, float64) {
	expected := 0.0
	for _, by := range e.report.Rules {
		expected += by.Pairs
	}
	e.thin = 0
	for expected > e.affordable(learnPairs) {
		e.thin++
		expected /= 2
	}
	parts := make([]tally, e.workers())
	for i := range parts {
		parts[i] = tally{}
	}
	enumerate(e.records, e.rules, e.thin, e.workers(), func(worker int, i, j uint32) {
		if _, judged := e.judged[[2]uint32{i, j}]; judged {
			return
		}
		parts[worker][counted{pattern: e.comparers[worker].pattern(i, j), free: e.freeFields(i, j)}]++
	})
	return merge(parts), math.Exp2(float64(e.thin))
}

// tallyJudged counts the patterns of the judged pairs. One that no rule gives was found without the help of any field.
func (e *run) tallyJudged() []judgedPattern {
	var patterns []judgedPattern
	for _, t := range e.lessons() {
		free := e.freeFields(t.left, t.right)
		if free == 0 {
			free = math.MaxUint16
		}
		patterns = append(patterns, judgedPattern{counted{t.pattern, free, 1}, t.same})
	}
	return patterns
}

// freeFields has a bit for each field without which some rule would have found the pair.
func (e *run) freeFields(i, j uint32) uint16 {
	a, b := e.records.row(int(i)), e.records.row(int(j))
	var free uint16
	for _, by := range e.rules {
		if free|^by.fields != free && by.joins(a, b) {
			free |= ^by.fields
		}
	}
	return free
}

// adopt takes a model that was learnt before.
func (e *run) adopt(m *Model) error {
	if err := m.fits(e.records.fields); err != nil {
		return err
	}
	rules, err := rulesOf(e.records, m.Rules)
	if err != nil {
		return err
	}
	m.restoreValues(e.records)
	for i := range e.comparers {
		e.comparers[i] = newComparer(e.records)
	}
	e.model, e.rules = m, rules
	e.report.ExpectedMatches = m.Prior * e.records.pairs()
	e.scoring = newScoring(e.records, m)
	return nil
}

// edges scores the pairs that the rules give and returns those worth remembering, in order of their rows.
func (e *run) edges() []cluster.Edge {
	floor := min(floorBits, e.model.weightFor(max(e.options.AtLeast, 1e-6)))
	if e.options.Ask.Count > 0 {
		floor = min(floor, askedBits)
	}
	parts := make([][]cluster.Edge, e.workers())
	counts := make([]int, e.workers())
	enumerate(e.records, e.rules, 0, e.workers(), func(worker int, i, j uint32) {
		counts[worker]++
		if w := e.score(worker, i, j); w >= floor {
			parts[worker] = append(parts[worker], cluster.Edge{Left: i, Right: j, Weight: float32(w)})
		}
	})
	e.report.Pairs, e.report.Refined = 0, 0
	for _, n := range counts {
		e.report.Pairs += n
	}
	for _, by := range e.rules {
		e.report.Refined += len(by.large)
	}
	edges := slices.Concat(parts...)
	slices.SortFunc(edges, byRows)
	return slices.CompactFunc(edges, func(a, b cluster.Edge) bool { return a.Left == b.Left && a.Right == b.Right })
}

func byRows(a, b cluster.Edge) int {
	if a.Left != b.Left {
		return int(a.Left) - int(b.Left)
	}
	return int(a.Right) - int(b.Right)
}

// score returns the evidence of a pair in bits, prior included.
func (e *run) score(worker int, i, j uint32) float64 {
	return e.scoring.of(e.comparers[worker].pattern(i, j), e.records.row(int(i)))
}
