package linkage

import (
	"cmp"
	"math"
	"slices"
)

// People's decisions teach the model twice. Judged pairs take part in expectation-maximisation with what was decided
// in place of an expected value. Then a logistic regression moves the evidence of each level, of the prior and of the
// whole as far as the decisions ask for it (ridge towards the model that was learnt without them): since it is
// conditional on the evidence, it may be taught by pairs that were chosen for being doubtful. How far it may move is
// judged on decisions that it did not see; if none of the ways does better there than the model as it is, nothing is
// changed.

// teaching is a judged pair as the regression sees it.
type teaching struct {
	left, right uint32
	pattern     uint64
	weight      float64 // bits, prior included
	same        bool
}

// freedom says how far a regression may move from the model, as standard deviations in bits; slope is a factor.
type freedom struct{ prior, slope, level float64 }

// freedoms are tried from the least to the most.
var freedoms = []freedom{{2, .3, 0}, {2, .3, .3}, {2, .3, .6}, {2, .3, 1.2}}

const (
	leastDecisions = 20 // from which weights are refitted
	leastOfAKind   = 2  // of either kind among them
	refitFolds     = 5
	mostTeaching   = 15  // bits beyond which a decision against the model is taken for a slip of the reviewer
	worthwhile     = .98 // of the loss without a correction, from which a correction is believed
)

// correction is what the decisions add: weights become slope * (weight + prior + levels).
type correction struct {
	prior, slope float64
	levels       [mostFields][mostLevels + 1]float64
}

// of is the corrected evidence of a pair.
func (c *correction) of(t teaching, fields int) float64 {
	bits := clip(t.weight) + c.prior
	for f := range fields {
		bits += c.levels[f][levelOf(t.pattern, f)]
	}
	return c.slope * bits
}

func clip(bits float64) float64 { return max(-mostTeaching, min(mostTeaching, bits)) }

// refit corrects the model by the decisions.
func (e *run) refit() {
	lessons := e.lessons()
	yes := 0
	for _, t := range lessons {
		yes += btoi(t.same)
	}
	if len(lessons) < leastDecisions || yes < leastOfAKind || len(lessons)-yes < leastOfAKind {
		return
	}
	fields := len(e.model.Fields)
	allowed, ok := bestFreedom(lessons, fields)
	if !ok {
		return
	}
	e.model.correct(fitCorrection(lessons, fields, allowed))
	e.scoring = newScoring(e.records, e.model)
}

// lessons are the decisions in order of their rows, so that the order of a file does not matter.
func (e *run) lessons() []teaching {
	lessons := make([]teaching, 0, len(e.judged))
	for pair, same := range e.judged {
		i, j := pair[0], pair[1]
		t := teaching{left: i, right: j, pattern: e.comparers[0].pattern(i, j), same: same}
		if e.scoring != nil {
			t.weight = e.score(0, i, j)
		}
		lessons = append(lessons, t)
	}
	slices.SortFunc(lessons, func(a, b teaching) int { return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right)) })
	return lessons
}

// correct moves the model. Levels stay in order, and the prior takes what holds for every pair.
func (m *Model) correct(c correction) {
	m.Prior = sigmoid2(logit2(m.Prior) + c.prior)
	m.Slope = c.slope
	for f := range m.Fields {
		field := &m.Fields[f]
		for level := range field.Levels {
			field.M[level] *= math.Exp2(c.levels[f][level])
		}
		fallingWeights(field)
	}
}

// bestFreedom compares the freedoms by the loss on decisions left out of the fit, and says whether any is worth it.
func bestFreedom(lessons []teaching, fields int) (freedom, bool) {
	unmoved := correction{slope: 1}
	least := worthwhile * loss(lessons, fields, &unmoved)
	var best freedom
	found := false
	for _, allowed := range freedoms {
		total := 0.0
		for fold := range refitFolds {
			var taught, left []teaching
			for i, t := range lessons {
				if i%refitFolds == fold {
					left = append(left, t)
				} else {
					taught = append(taught, t)
				}
			}
			c := fitCorrection(taught, fields, allowed)
			total += loss(left, fields, &c)
		}
		if total < least {
			best, least, found = allowed, total, true
		}
	}
	return best, found
}

// loss is the sum of -log2 of the probabilities given to what was decided.
func loss(lessons []teaching, fields int, c *correction) float64 {
	total := 0.0
	for _, t := range lessons {
		bits := c.of(t, fields)
		if !t.same {
			bits = -bits
		}
		total += math.Log2(1 + math.Exp2(-bits))
	}
	return total
}

// fitCorrection maximises the penalised likelihood of the decisions by Newton's method.
func fitCorrection(lessons []teaching, fields int, allowed freedom) correction {
	r := newRidge(lessons, fields, allowed)
	for range 50 {
		if r.step() < 1e-6 {
			break
		}
	}
	return r.correction()
}

// ridge is a logistic regression with coefficients drawn to where they start: the intercept to 0, the slope to 1 and
// those of the levels to 0.
type ridge struct {
	lessons      []teaching
	place        map[[2]int]int // column of a field's level
	rows         [][]int        // columns of levels of each lesson
	coefficients []float64
	centre       []float64
	penalty      []float64
}

func newRidge(lessons []teaching, fields int, allowed freedom) *ridge {
	r := &ridge{
		lessons: lessons, place: map[[2]int]int{}, centre: []float64{0, 1},
		penalty: []float64{1 / allowed.prior / allowed.prior, 1 / allowed.slope / allowed.slope},
	}
	for _, t := range lessons {
		var row []int
		for f := range fields {
			level := levelOf(t.pattern, f)
			if level == missing || allowed.level == 0 {
				continue
			}
			at, ok := r.place[[2]int{f, int(level)}]
			if !ok {
				at = len(r.centre)
				r.place[[2]int{f, int(level)}] = at
				r.centre = append(r.centre, 0)
				r.penalty = append(r.penalty, 1/allowed.level/allowed.level)
			}
			row = append(row, at)
		}
		r.rows = append(r.rows, row)
	}
	r.coefficients = slices.Clone(r.centre)
	return r
}

// step moves all coefficients once and returns the largest change.
func (r *ridge) step() float64 {
	n := len(r.coefficients)
	gradient, hessian := make([]float64, n), make([][]float64, n)
	for i := range hessian {
		hessian[i] = make([]float64, n)
		hessian[i][i] = r.penalty[i]
		gradient[i] = r.penalty[i] * (r.centre[i] - r.coefficients[i])
	}
	columns, values := make([]int, 0, mostFields+2), make([]float64, 0, mostFields+2)
	for i, t := range r.lessons {
		columns, values = append(columns[:0], 0, 1), append(values[:0], 1, clip(t.weight))
		for _, at := range r.rows[i] {
			columns, values = append(columns, at), append(values, 1)
		}
		bits := 0.0
		for k, at := range columns {
			bits += values[k] * r.coefficients[at]
		}
		p := sigmoid2(bits)
		for k, at := range columns {
			gradient[at] += math.Ln2 * (float64(btoi(t.same)) - p) * values[k]
			for l, other := range columns {
				hessian[at][other] += math.Ln2 * math.Ln2 * p * (1 - p) * values[k] * values[l]
			}
		}
	}
	solve(hessian, gradient)
	most := 0.0
	for i, move := range gradient {
		r.coefficients[i] += move
		most = max(most, math.Abs(move))
	}
	return most
}

// solve replaces b by the solution of a x = b, a symmetric and positive definite (Cholesky); a is overwritten.
func solve(a [][]float64, b []float64) {
	n := len(b)
	for i := range n {
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i][j] = sum / a[j][j]
			}
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
}

// correction turns the coefficients into what is added before the slope.
func (r *ridge) correction() correction {
	c := correction{slope: max(.25, min(4, r.coefficients[1]))}
	c.prior = r.coefficients[0] / c.slope
	for key, at := range r.place {
		c.levels[key[0]][key[1]] = r.coefficients[at] / c.slope
	}
	return c
}
