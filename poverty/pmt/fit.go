package pmt

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Kind is a way to score.
type Kind string

// The kinds of score.
const (
	KindOLS       Kind = "ols"       // least squares on the features as they are: the score an auditor can redo by hand
	KindRidge     Kind = "ridge"     // ridge with bent features, village means and area effects
	KindQuantile  Kind = "quantile"  // quantile regression on the features as they are
	KindLogit     Kind = "logit"     // the odds of being above a line
	KindBoost     Kind = "boost"     // gradient boosting, with the area effect as a feature
	KindMean      Kind = "mean"      // the mean of ridge and boosting: the recommended score
	KindScorecard Kind = "scorecard" // a few questions with integer points
)

// Options say what to fit. Zero values mean the default in brackets.
type Options struct {
	Kind Kind
	// Folds gives each household's fold for the choice of penalties and rounds and for out-of-fold residuals [four
	// folds of whole villages, drawn by Seed]. Villages should not be parted between folds.
	Folds []int
	Seed  uint64
	// VillageEffect adds what the surveyed households of a village show beyond the model. It helps only where the
	// villages to be scored were surveyed themselves.
	VillageEffect bool
	Tau           float64 // of quantile regression [0.5]
	Line          float64 // of logit and scorecard, in the target's unit [the target's 30 % quantile]
	Questions     int     // of a scorecard [10]
	Boost         BoostOptions
}

// Model is a fitted score.
type Model struct {
	Kind      Kind       `json:"kind"`
	Linear    *Linear    `json:"linear,omitempty"`
	Area      *Effects   `json:"area,omitempty"`
	Village   *Effects   `json:"village,omitempty"`
	Scorecard *Scorecard `json:"scorecard,omitempty"`
	Boosted   *Boosted   `json:"boosted,omitempty"`
	// OutOfFold are the training households' scores from models that did not see their fold.
	OutOfFold []float64 `json:"-"`
}

// penalties are the ridge penalties among which cross-validation chooses.
var penalties = []float64{0.001, 0.003, 0.01, 0.03, 0.1}

// roundStep is the distance of the numbers of trees among which cross-validation chooses.
const roundStep = 100

// Fit fits a score to a target, such as the logarithm of consumption, under weights (nil for 1 each). Penalties and
// numbers of trees are chosen by cross-validation over the folds, by squared error; nothing else is tuned.
func Fit(d *Data, target, weight []float64, o Options) (*Model, error) {
	if err := d.Trees.check(target, weight); err != nil {
		return nil, err
	}
	f := &fitting{d: d, y: target, w: weight, o: o, model: &Model{Kind: o.Kind}}
	if err := f.setFolds(); err != nil {
		return nil, err
	}
	if err := f.fit(); err != nil {
		return nil, fmt.Errorf("fit %s: %w", o.Kind, err)
	}
	if !o.VillageEffect {
		return f.model, nil
	}
	if d.Village == nil || o.Kind == KindQuantile || o.Kind == KindLogit || o.Kind == KindScorecard {
		return nil, fmt.Errorf("a village effect needs the villages' column and a score of mean welfare, not %s", o.Kind)
	}
	effects := VillageEffects(d.Village, difference(target, f.model.OutOfFold))
	f.model.Village = &effects
	return f.model, nil
}

// Score scores households, the poorest lowest.
func (m *Model) Score(d *Data) ([]float64, error) {
	scores, err := m.score(d)
	if err != nil {
		return nil, fmt.Errorf("score by %s: %w", m.Kind, err)
	}
	if m.Village != nil && d.Village != nil {
		addTo(scores, m.Village.At(d.Village))
	}
	return scores, nil
}

func (m *Model) score(d *Data) ([]float64, error) {
	area := m.areaOf(d)
	switch m.Kind {
	case KindOLS, KindQuantile, KindLogit:
		return m.Linear.Predict(d.Trees)
	case KindScorecard:
		return m.Scorecard.Score(d.Answers)
	case KindBoost:
		return m.Boosted.Predict(d.withArea(area))
	}
	linear, err := m.Linear.Predict(d.Linear.Join(d.Means))
	if err != nil {
		return nil, err
	}
	addTo(linear, area)
	if m.Kind == KindRidge {
		return linear, nil
	}
	boosted, err := m.Boosted.Predict(d.withArea(area))
	if err != nil {
		return nil, err
	}
	return average(linear, boosted), nil
}

// areaOf is the effect of each household's area, nil where the model knows no areas.
func (m *Model) areaOf(d *Data) []float64 {
	if m.Area == nil {
		return nil
	}
	if d.Area == nil {
		return make([]float64, d.Rows())
	}
	return m.Area.At(d.Area)
}

// withArea is the features of boosting: those of the trees, and the area effect when there is one.
func (d *Data) withArea(area []float64) Matrix {
	if area == nil {
		return d.Trees
	}
	return d.Trees.Join(Matrix{Names: []string{"area effect"}, Columns: [][]float64{area}})
}

// Take is the data of the given households, in their order. Village means stay those of all households.
func (d *Data) Take(rows []int) *Data {
	t := &Data{Trees: d.Trees.Take(rows), Linear: d.Linear.Take(rows), Means: d.Means.Take(rows), Monotone: d.Monotone}
	if d.Village != nil {
		t.Village = take(d.Village, rows)
	}
	if d.Area != nil {
		t.Area = take(d.Area, rows)
	}
	for _, a := range d.Answers {
		t.Answers = append(t.Answers, Answers{a.Question, a.Labels, take(a.Of, rows)})
	}
	return t
}

// fitting is one call of Fit.
type fitting struct {
	d     *Data
	y, w  []float64
	o     Options
	folds []int
	rows  [][]int // by fold
	model *Model
}

func (f *fitting) setFolds() error {
	f.folds = f.o.Folds
	if f.folds == nil {
		f.folds = GroupFolds(f.d.Village, len(f.y), 4, f.o.Seed)
	}
	if len(f.folds) != len(f.y) {
		return fmt.Errorf("%d folds for %d households", len(f.folds), len(f.y))
	}
	names := slices.Clone(f.folds)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 2 {
		return errors.New("cross-validation needs households in at least two folds")
	}
	f.rows = make([][]int, len(names))
	for i, fold := range f.folds {
		k, _ := slices.BinarySearch(names, fold)
		f.rows[k] = append(f.rows[k], i)
	}
	return nil
}

func (f *fitting) fit() error {
	switch f.o.Kind {
	case KindOLS:
		return f.fitLinear(f.d.Trees, []float64{0})
	case KindRidge:
		return f.fitRidge()
	case KindBoost:
		return f.fitBoost()
	case KindMean:
		return f.fitMean()
	case KindQuantile:
		return f.refit(func(d *Data, y, w []float64) (*Model, error) {
			linear, err := Quantile(d.Trees, y, w, or(f.o.Tau, 0.5))
			return &Model{Kind: KindQuantile, Linear: linear}, err
		})
	case KindLogit:
		return f.refit(func(d *Data, y, w []float64) (*Model, error) {
			linear, err := Logit(d.Trees, above(y, f.line()), w, 1e-4)
			if err != nil {
				return nil, err
			}
			return &Model{Kind: KindLogit, Linear: linear}, nil
		})
	case KindScorecard:
		return f.refit(func(d *Data, y, w []float64) (*Model, error) {
			card, err := FitScorecard(d.Answers, y, w, f.line(), or(f.o.Questions, 10))
			return &Model{Kind: KindScorecard, Scorecard: card}, err
		})
	}
	return errors.New("there is no such kind of score (known are ols, ridge, quantile, logit, boost, mean, scorecard)")
}

// line is the poverty line of logit and scorecard.
func (f *fitting) line() float64 {
	if f.o.Line != 0 {
		return f.o.Line
	}
	sorted := slices.Clone(f.y)
	slices.Sort(sorted)
	return sorted[len(sorted)*3/10]
}

// refit fits a model on all households, and for the out-of-fold scores once without each fold.
func (f *fitting) refit(fit func(d *Data, y, w []float64) (*Model, error)) error {
	whole, err := fit(f.d, f.y, f.w)
	if err != nil {
		return err
	}
	whole.OutOfFold = make([]float64, len(f.y))
	for k, rows := range f.rows {
		rest := f.without(k)
		part, err := fit(f.d.Take(rest), take(f.y, rest), takeWeights(f.w, rest))
		if err != nil {
			return err
		}
		scores, err := part.Score(f.d.Take(rows))
		if err != nil {
			return err
		}
		for r, i := range rows {
			whole.OutOfFold[i] = scores[r]
		}
	}
	f.model = whole
	return nil
}

// without lists the households outside fold k.
func (f *fitting) without(k int) []int {
	var rest []int
	for other, rows := range f.rows {
		if other != k {
			rest = append(rest, rows...)
		}
	}
	slices.Sort(rest)
	return rest
}

// GroupFolds deals n households into folds from 0 to count-1 at random, keeping groups whole; without groups (nil)
// each household is dealt by itself.
func GroupFolds(groups []string, n, count int, seed uint64) []int {
	number := make([]int, n)
	units := n
	if groups != nil {
		number, units = numbered(groups)
	} else {
		for i := range number {
			number[i] = i
		}
	}
	order := rand.New(rand.NewPCG(seed, 0x666f6c6473)).Perm(units)
	folds := make([]int, n)
	for i, u := range number {
		folds[i] = order[u] % count
	}
	return folds
}

func takeWeights(w []float64, rows []int) []float64 {
	if w == nil {
		return nil
	}
	return take(w, rows)
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}

func addTo(a, b []float64) {
	for i := range b {
		a[i] += b[i]
	}
}

func average(a, b []float64) []float64 {
	m := make([]float64, len(a))
	for i := range a {
		m[i] = (a[i] + b[i]) / 2
	}
	return m
}

func above(y []float64, line float64) []float64 {
	is := make([]float64, len(y))
	for i, v := range y {
		is[i] = truth(v > line)
	}
	return is
}

// squaredError is the weighted sum of squared differences.
func squaredError(a, b, weight []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += at(weight, i) * (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum
}

// better says whether an error is clearly below the best so far; NaN never is.
func better(loss, best float64) bool { return loss < best && !math.IsNaN(loss) }
