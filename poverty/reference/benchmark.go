package reference

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"path"

	"rightkey/poverty/pmt"
	"rightkey/poverty/targeting"
)

//go:embed benchmarks/*.json
var benchmarkFiles embed.FS

// Benchmark is a survey with folds and out-of-fold scores of other software, and the numbers to beat on it. The
// procedure is the same for all: the recommended score ([pmt.KindMean]) on the listed features, five folds of whole
// villages as given, penalties and numbers of trees chosen by cross-validation among the training folds only, errors
// averaged over the seeds. The truth is the poorest share of households by the file's log welfare, unweighted, and as
// many are selected.
type Benchmark struct {
	Name     string   `json:"name"`
	Data     string   `json:"data"`
	Baseline string   `json:"baseline"`
	Rival    string   `json:"rival"`
	Spec     pmt.Spec `json:"spec"`
	// Numbers to beat; 0: none on this survey.
	Stretch   float64 `json:"stretch"`   // exclusion error at 20 %, grouped folds
	Village   float64 `json:"village"`   // the same with village effects, random folds
	Scorecard float64 `json:"scorecard"` // the same of ten questions
	BPAC      float64 `json:"bpac"`      // least balanced poverty accuracy in per cent with a tuned cut-off
	Line      float64 `json:"line"`      // of that accuracy
	Quota     *Quota  `json:"quota"`
}

// Quota is the error under villages' own quotas: the households that each village really served.
type Quota struct {
	Served string  `json:"served"` // column: 1 for served households
	Most   float64 `json:"most"`
}

// Benchmarks are the surveys with numbers to beat.
func Benchmarks() ([]Benchmark, error) {
	entries, err := benchmarkFiles.ReadDir("benchmarks")
	if err != nil {
		return nil, err
	}
	var list []Benchmark
	for _, entry := range entries {
		raw, err := benchmarkFiles.ReadFile(path.Join("benchmarks", entry.Name()))
		if err != nil {
			return nil, err
		}
		var b Benchmark
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, fmt.Errorf("benchmark %s: %w", entry.Name(), err)
		}
		list = append(list, b)
	}
	return list, nil
}

// contest is a benchmark with its data.
type contest struct {
	Benchmark
	book    *book
	table   Table
	data    *pmt.Data
	welfare []float64
	rival   []float64
	folds   []int
	seeds   int
	scores  [][]float64 // recommended, by seed
}

// Run computes the benchmark's numbers over seeds 1 to seeds.
func (b Benchmark) Run(open Tables, seeds int) ([]Check, error) {
	c, err := b.prepare(open, seeds)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name, err)
	}
	for _, part := range []func() error{c.recommended, c.paired, c.villages, c.scorecard, c.balanced, c.quotas} {
		if err := part(); err != nil {
			return c.book.checks, fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	return c.book.checks, nil
}

// Guard computes a cheap part of the benchmark: the linear half of the recommended score with one seed, which no
// change of the code should make worse than the rival by more than two points.
func (b Benchmark) Guard(open Tables) ([]Check, error) {
	c, err := b.prepare(open, 1)
	if err != nil {
		return nil, err
	}
	scores, err := pmt.CrossFit(c.data, c.welfare, nil, c.folds, pmt.Options{Kind: pmt.KindRidge, Seed: 1})
	if err != nil {
		return nil, err
	}
	ours, err := exclusion(c.welfare, scores, 0.2)
	if err != nil {
		return nil, err
	}
	theirs, err := exclusion(c.welfare, c.rival, 0.2)
	if err != nil {
		return nil, err
	}
	c.book.add("exclusion error at 20 %, ridge alone", AtMost, theirs, ours, 0.02)
	return c.book.checks, nil
}

func (b Benchmark) prepare(open Tables, seeds int) (*contest, error) {
	c := &contest{Benchmark: b, seeds: seeds, book: &book{suite: b.Name, open: open, source: "stored out-of-fold scores"}}
	var err error
	if c.table, err = open(b.Data); err != nil {
		return nil, err
	}
	baseline, err := open(b.Baseline)
	if err != nil {
		return nil, err
	}
	columns, err := columnsOf(baseline, []string{"ln_welfare", "fold", b.Rival}, nil)
	if err != nil {
		return nil, err
	}
	c.welfare, c.rival = columns.number["ln_welfare"], columns.number[b.Rival]
	for _, fold := range columns.number["fold"] {
		c.folds = append(c.folds, int(fold))
	}
	encoder, err := pmt.NewEncoder(b.Spec, c.table)
	if err != nil {
		return nil, err
	}
	c.data, err = encoder.Encode(c.table)
	return c, err
}

// exclusion is the exclusion error when as many are selected as are poor.
func exclusion(welfare, scores []float64, share float64) (float64, error) {
	a, err := accuracy(welfare, scores, share)
	return a.Exclusion, err
}

func accuracy(welfare, scores []float64, share float64) (targeting.Accuracy, error) {
	truth, err := targeting.Poorest(welfare, nil, share)
	if err != nil {
		return targeting.Accuracy{}, err
	}
	selected, err := targeting.Poorest(scores, nil, share)
	if err != nil {
		return targeting.Accuracy{}, err
	}
	return targeting.Compare(isPoor(truth), selected, nil)
}

func isPoor(part []float64) []bool {
	poor := make([]bool, len(part))
	for i, p := range part {
		poor[i] = p > 0.5
	}
	return poor
}

// overSeeds cross-fits once for each seed.
func (c *contest) overSeeds(fit func(seed uint64) ([]float64, error)) ([][]float64, error) {
	var all [][]float64
	for seed := range c.seeds {
		scores, err := fit(uint64(seed + 1))
		if err != nil {
			return nil, err
		}
		all = append(all, scores)
	}
	return all, nil
}

func (c *contest) meanExclusion(all [][]float64, share float64) (float64, error) {
	mean := 0.0
	for _, scores := range all {
		e, err := exclusion(c.welfare, scores, share)
		if err != nil {
			return 0, err
		}
		mean += e / float64(len(all))
	}
	return mean, nil
}

// recommended cross-fits the recommended score on the stored folds.
func (c *contest) recommended() (err error) {
	c.scores, err = c.overSeeds(func(seed uint64) ([]float64, error) {
		return pmt.CrossFit(c.data, c.welfare, nil, c.folds, pmt.Options{Kind: pmt.KindMean, Seed: seed})
	})
	return err
}

// paired compares the recommended score with the rival on the same folds.
func (c *contest) paired() error {
	for _, share := range []float64{0.2, 0.3} {
		what := fmt.Sprintf("exclusion error at %.0f %%", 100*share)
		ours, err := c.meanExclusion(c.scores, share)
		if err != nil {
			return err
		}
		theirs, err := exclusion(c.welfare, c.rival, share)
		if err != nil {
			return err
		}
		c.book.add(what+", recommended score", AtMost, theirs, ours, 0.005)
		d, err := targeting.PairedExclusion(c.welfare, c.scores, c.rival, c.data.Village, share, 2000, 1)
		if err != nil {
			return err
		}
		c.book.add(what+", paired difference", AtMost, 0.005, d.Estimate, 0)
		c.book.add(what+", upper 95 % bound of the difference", AtMost, 0.015, d.High, 0)
		if share == 0.2 && c.Stretch > 0 {
			c.book.add(what+", stretch", AtMost, c.Stretch, ours, 0)
		}
	}
	return nil
}

// villages adds village effects: folds of single households, so that each village was partly surveyed.
func (c *contest) villages() error {
	if c.Village == 0 {
		return nil
	}
	all, err := c.overSeeds(func(seed uint64) ([]float64, error) {
		folds := pmt.GroupFolds(nil, len(c.welfare), 5, seed)
		return pmt.CrossFit(c.data, c.welfare, nil, folds, pmt.Options{Kind: pmt.KindMean, Seed: seed, VillageEffect: true})
	})
	if err != nil {
		return err
	}
	ours, err := c.meanExclusion(all, 0.2)
	c.book.add("exclusion error at 20 %, village effect, random folds", AtMost, c.Village, ours, 0)
	return err
}

func (c *contest) scorecard() error {
	if c.Scorecard == 0 {
		return nil
	}
	scores, err := pmt.CrossFit(c.data, c.welfare, nil, c.folds, pmt.Options{Kind: pmt.KindScorecard, Questions: 10})
	if err != nil {
		return err
	}
	ours, err := exclusion(c.welfare, scores, 0.2)
	c.book.add("exclusion error at 20 %, scorecard of 10 questions", AtMost, c.Scorecard, ours, 0)
	return err
}

// balanced is the protocol of McBride and Nichols: half of the households train the score and tune the cut-off by
// cross-validation, the other half judge it; mean over splits.
func (c *contest) balanced() error {
	if c.BPAC == 0 {
		return nil
	}
	const splits = 6
	mean := 0.0
	for seed := range splits {
		half := pmt.GroupFolds(nil, len(c.welfare), 2, uint64(seed+1))
		var train, test []int
		for i, h := range half {
			if h == 0 {
				train = append(train, i)
			} else {
				test = append(test, i)
			}
		}
		b, err := c.halfBalanced(train, test, uint64(seed+1))
		if err != nil {
			return err
		}
		mean += b / splits
	}
	c.book.add("balanced poverty accuracy %, tuned cut-off, half samples", AtLeast, c.BPAC, 100*mean, 0)
	return nil
}

func (c *contest) halfBalanced(train, test []int, seed uint64) (float64, error) {
	welfare := pick(c.welfare, train)
	model, err := pmt.Fit(c.data.Take(train), welfare, nil, pmt.Options{Kind: pmt.KindMean, Seed: seed, Folds: pmt.GroupFolds(nil, len(train), 5, seed)})
	if err != nil {
		return 0, err
	}
	cut, err := pmt.Cutoff(model.OutOfFold, welfare, nil, c.Line)
	if err != nil {
		return 0, err
	}
	scores, err := model.Score(c.data.Take(test))
	if err != nil {
		return 0, err
	}
	poor, selected := make([]bool, len(test)), make([]float64, len(test))
	for k, i := range test {
		poor[k] = c.welfare[i] <= c.Line
		selected[k] = float64(boolean(scores[k] <= cut))
	}
	a, err := targeting.Compare(poor, selected, nil)
	return a.BPAC, err
}

// quotas selects in each village as many households as were served there, and compares with the poorest by welfare.
func (c *contest) quotas() error {
	if c.Quota == nil {
		return nil
	}
	served, err := c.table.Numbers(c.Quota.Served)
	if err != nil {
		return err
	}
	quota := map[string]float64{}
	for i, village := range c.data.Village {
		if served[i] == 1 {
			quota[village]++
		}
	}
	truth, err := targeting.Quota(c.welfare, c.data.Village, quota)
	if err != nil {
		return err
	}
	mean := 0.0
	for _, scores := range c.scores {
		selected, err := targeting.Quota(scores, c.data.Village, quota)
		if err != nil {
			return err
		}
		a, err := targeting.Compare(isPoor(truth), selected, nil)
		if err != nil {
			return err
		}
		mean += a.Exclusion / float64(len(c.scores))
	}
	if math.IsNaN(mean) {
		return fmt.Errorf("no village has a quota")
	}
	c.book.add("exclusion error under the villages' own quotas", AtMost, c.Quota.Most, mean, 0)
	return nil
}

func pick(x []float64, rows []int) []float64 {
	picked := make([]float64, len(rows))
	for k, i := range rows {
		picked[k] = x[i]
	}
	return picked
}
