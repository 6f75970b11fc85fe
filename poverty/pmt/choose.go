package pmt

import (
	"math"
)

// fitLinear fits a linear score with the penalty that predicts best out of fold.
func (f *fitting) fitLinear(x Matrix, lambdas []float64) error {
	s := newScale(x, f.y, f.w)
	grams := make([]*Gram, len(f.rows))
	var whole *Gram
	for k, rows := range f.rows {
		grams[k] = s.gram(x, f.y, f.w, rows)
		if whole == nil {
			whole = grams[k]
		} else {
			whole = whole.plus(grams[k], 1)
		}
	}
	best, chosen := math.Inf(1), lambdas[0]
	for _, lambda := range lambdas {
		scores := make([]float64, len(f.y))
		for k, rows := range f.rows {
			model, err := whole.plus(grams[k], -1).solve(s, lambda)
			if err != nil {
				return err
			}
			model.predictRows(x, rows, scores)
		}
		if loss := squaredError(scores, f.y, f.w); better(loss, best) {
			best, chosen, f.model.OutOfFold = loss, lambda, scores
		}
	}
	var err error
	f.model.Linear, err = whole.solve(s, chosen)
	return err
}

// predictRows writes the scores of some households into scores.
func (l *Linear) predictRows(m Matrix, rows []int, scores []float64) {
	for _, i := range rows {
		scores[i] = l.Intercept
	}
	for j, coefficient := range l.Coefficients {
		if coefficient == 0 {
			continue
		}
		for _, i := range rows {
			v := m.Columns[j][i]
			if math.IsNaN(v) {
				v = l.Means[j]
			}
			scores[i] += coefficient * v
		}
	}
}

// fitRidge fits ridge on bent features and village means, then the effects of areas on its residuals.
func (f *fitting) fitRidge() error {
	if err := f.fitLinear(f.d.Linear.Join(f.d.Means), penalties); err != nil {
		return err
	}
	addTo(f.model.OutOfFold, f.fitArea())
	return nil
}

// fitArea estimates the effects of areas from the out-of-fold residuals so far; nil without areas.
func (f *fitting) fitArea() []float64 {
	if f.d.Area == nil {
		return nil
	}
	effects := AreaEffects(f.d.Area, f.d.Village, difference(f.y, f.model.OutOfFold))
	f.model.Area = &effects
	return effects.At(f.d.Area)
}

// fitBoost fits boosting with the area effect that ridge finds as a feature.
func (f *fitting) fitBoost() error {
	var area []float64
	if f.d.Area != nil {
		if err := f.fitLinear(f.d.Linear.Join(f.d.Means), penalties); err != nil {
			return err
		}
		area = f.fitArea()
		f.model.Linear = nil
	}
	return f.boost(f.d.withArea(area))
}

// fitMean fits ridge and boosting and keeps both.
func (f *fitting) fitMean() error {
	if err := f.fitLinear(f.d.Linear.Join(f.d.Means), penalties); err != nil {
		return err
	}
	area := f.fitArea()
	linear := f.model.OutOfFold
	addTo(linear, area)
	if err := f.boost(f.d.withArea(area)); err != nil {
		return err
	}
	f.model.OutOfFold = average(linear, f.model.OutOfFold)
	return nil
}

// boost chooses the number of trees by the out-of-fold error and fits that many to all households.
func (f *fitting) boost(x Matrix) error {
	o := f.o.Boost.withDefaults()
	o.Seed = f.o.Seed
	if o.Monotone == nil {
		o.Monotone = f.d.Monotone
	}
	scores, err := f.stages(x, o)
	if err != nil {
		return err
	}
	best, chosen := math.Inf(1), len(scores)-1
	for s := range scores {
		if loss := squaredError(scores[s], f.y, f.w); better(loss, best) {
			best, chosen = loss, s
		}
	}
	if chosen < len(scores)-1 {
		o.Rounds = (chosen + 1) * roundStep
	}
	f.model.OutOfFold = scores[chosen]
	f.model.Boosted, err = Boost(x, f.y, f.w, o)
	return err
}

// stages are the out-of-fold scores after every roundStep trees; the last are those after all of them.
func (f *fitting) stages(x Matrix, o BoostOptions) ([][]float64, error) {
	scores := make([][]float64, max(1, o.Rounds/roundStep))
	for s := range scores {
		scores[s] = make([]float64, len(f.y))
	}
	for k, rows := range f.rows {
		rest := f.without(k)
		model, err := Boost(x.Take(rest), take(f.y, rest), takeWeights(f.w, rest), o)
		if err != nil {
			return nil, err
		}
		err = model.Stages(x.Take(rows), func(trees int, now []float64) {
			s := trees/roundStep - 1
			if trees == o.Rounds {
				s = len(scores) - 1
			} else if trees%roundStep != 0 {
				return
			}
			for r, i := range rows {
				scores[s][i] = now[r]
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// CrossFit scores every household by a model fitted to the other folds; those folds are also the inner ones by which
// the model chooses its penalty and its number of trees.
func CrossFit(d *Data, target, weight []float64, folds []int, o Options) ([]float64, error) {
	f := &fitting{d: d, y: target, w: weight, o: Options{Folds: folds}}
	if err := f.setFolds(); err != nil {
		return nil, err
	}
	scores := make([]float64, len(target))
	for k, rows := range f.rows {
		rest := f.without(k)
		inner := o
		inner.Folds = take(folds, rest)
		model, err := Fit(d.Take(rest), take(target, rest), takeWeights(weight, rest), inner)
		if err != nil {
			return nil, err
		}
		out, err := model.Score(d.Take(rows))
		if err != nil {
			return nil, err
		}
		for r, i := range rows {
			scores[i] = out[r]
		}
	}
	return scores, nil
}
