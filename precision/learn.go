package precision

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// moments are sums over visited households: by how much what visits found differs from what was expected, and how much
// the expectation could be changed by it.
type moments struct {
	village, told []float64 // gradient and information of each village's effect
	tilt          [2]*mat.SymDense
	gradient      [2][]float64
}

// Learn fits the effects of villages and enumerators and the tilts to the visits, by Newton's steps on the penalised
// likelihood of what was found given status, score and signals. Who was visited may depend on these. For visits without
// error the likelihood is concave in the tilts.
func (b *Belief) Learn(steps int) {
	if len(b.visited) == 0 {
		return
	}
	for range steps {
		b.advance(b.collect())
		b.prepare()
	}
	b.learnEnumerators()
}

func (b *Belief) collect() *moments {
	m := &moments{village: make([]float64, len(b.village)), told: make([]float64, len(b.village))}
	for status := range m.tilt {
		size := len(b.tilts[status])
		m.tilt[status], m.gradient[status] = mat.NewSymDense(size, nil), make([]float64, size)
	}
	var expected, found density
	for _, i := range b.visited {
		b.prior(i, &expected)
		found = expected
		exact, known := b.weigh(i, &found)
		before, after := expect(&expected), expect(&found)
		if known {
			after.welfare = exact
		}
		h, variance := &b.Households[i], b.Setting.Spread*b.Setting.Spread
		m.village[h.Village] += (after.welfare - before.welfare) / variance
		m.told[h.Village] += max(0, before.square-before.welfare*before.welfare) / (variance * variance)
		b.addTilt(m, h, &expected, before, after)
	}
	return m
}

// expectation are means of functions of welfare under a density.
type expectation struct {
	welfare, square float64
	base            [baseCount]float64
}

func expect(d *density) (e expectation) {
	for k, x := range d {
		if x < 1e-12 {
			continue
		}
		w := welfareAt(k)
		e.welfare += x * w
		e.square += x * w * w
		for f, value := range base[k] {
			e.base[f] += x * value
		}
	}
	return e
}

// addTilt adds what a household tells of how its status tilts.
func (b *Belief) addTilt(m *moments, h *Household, expected *density, before, after expectation) {
	var both [baseCount][baseCount]float64
	for k, x := range expected {
		if x < 1e-12 {
			continue
		}
		for f := range baseCount {
			for g := f; g < baseCount; g++ {
				both[f][g] += x * base[k][f] * base[k][g]
			}
		}
	}
	covariance := func(f, g int) float64 { return both[min(f, g)][max(f, g)] - before.base[f]*before.base[g] }
	status := statusOf(*h)
	tilt, gradient := m.tilt[status], m.gradient[status]
	// A signal works as the first function does, on those who have it.
	var features [baseCount + 64][2]int
	n := 0
	for f := range baseCount {
		features[n], n = [2]int{f, f}, n+1
	}
	for s := range b.Setting.Signals {
		if h.Signals>>s&1 == 1 {
			features[n], n = [2]int{baseCount + s, 0}, n+1
		}
	}
	for x, f := range features[:n] {
		gradient[f[0]] += after.base[f[1]] - before.base[f[1]]
		for _, g := range features[x:n] {
			tilt.SetSym(f[0], g[0], tilt.At(f[0], g[0])+covariance(f[1], g[1]))
		}
	}
}

// How far tilts may lie from what was assumed, in deviations, and the longest step.
const (
	tiltDeviation   = 1.5
	signalDeviation = 0.5
	longestStep     = 1.5
)

// advance makes a step of Newton's method.
func (b *Belief) advance(m *moments) {
	for v := range b.village {
		b.village[v] += (m.village[v] - b.village[v]/b.Setting.Between) / (m.told[v] + 1/b.Setting.Between)
	}
	for status := range b.tilts {
		for x, tilt := range b.tilts[status] {
			deviation, assumed := tiltDeviation, 0.0
			if x == 0 {
				assumed = tiltAtFirst[status]
			}
			if x >= baseCount {
				deviation = signalDeviation
			}
			precision := 1 / (deviation * deviation)
			m.tilt[status].SetSym(x, x, m.tilt[status].At(x, x)+precision)
			m.gradient[status][x] -= (tilt - assumed) * precision
		}
		newton(b.tilts[status], m.tilt[status], m.gradient[status])
	}
}

// newton moves parameters by the step that the gradient and the information ask for, shortened where it is long.
func newton(parameters []float64, information *mat.SymDense, gradient []float64) {
	var factor mat.Cholesky
	if !factor.Factorize(information) {
		return
	}
	var by mat.VecDense
	if factor.SolveVecTo(&by, mat.NewVecDense(len(gradient), gradient)) != nil {
		return
	}
	longest := 0.0
	for x := range parameters {
		longest = max(longest, math.Abs(by.AtVec(x)))
	}
	scale := min(1, longestStep/max(longest, 1e-12))
	for x := range parameters {
		parameters[x] += scale * by.AtVec(x)
	}
}

// learnEnumerators estimates by how much each enumerator finds too much: the mean of what they found above what was
// expected, drawn towards none by how little is known (empirical Bayes).
func (b *Belief) learnEnumerators() {
	if b.Setting.Leaning == 0 {
		return
	}
	sums, weights := make([]float64, len(b.leaning)), make([]float64, len(b.leaning))
	var expected density
	for _, i := range b.visited {
		b.prior(i, &expected)
		e := expect(&expected)
		for _, v := range b.visits[i] {
			deviation := b.deviation(v)
			weight := 1 / (deviation*deviation + e.square - e.welfare*e.welfare)
			sums[v.Enumerator] += weight * (v.Welfare - e.welfare)
			weights[v.Enumerator] += weight
		}
	}
	for e := range b.leaning {
		b.leaning[e] = sums[e] / (weights[e] + 1/(b.Setting.Leaning*b.Setting.Leaning))
	}
}
