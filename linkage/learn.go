package linkage

import "math"

// learner fits a model to counts of agreement patterns by expectation-maximisation. u comes from random pairs, m
// from the pairs that the blocking rules give, each field taught only by pairs that were found without its help:
// given the model, the probability of a match does not depend on how the pair was found, so those pairs are an
// unbiased sample of the matches as far as that field goes.
type learner struct {
	model  *Model
	random []counted // patterns of random pairs
	found  []counted // patterns of pairs given by the rules
	judged []judgedPattern
	scale  float64   // pairs of the table per pair in found
	pairs  float64   // all pairs of the table
	exact  []float64 // per field, the share of pairs with equal values
	// entities says that exact is of pairs of entities, so that it holds no matches.
	entities bool
	// together are dependences between equal values among strangers.
	together *together
	// apart are dependences between levels among strangers.
	apart []tieWeights
}

// judgedPattern is the pattern of a pair that people have judged.
type judgedPattern struct {
	counted
	same bool
}

// posterior is the probability that a pair of the pattern is a match, in this round's weights.
func (l *learner) posterior(w weights, prior float64, pattern uint64) float64 {
	bits := prior + w.of(pattern)
	if l.together != nil {
		bits -= l.together.bits[equalFields(pattern, len(w))]
	}
	for i := range l.apart {
		t := &l.apart[i]
		bits -= t.bits[levelOf(pattern, t.a)][levelOf(pattern, t.b)]
	}
	return sigmoid2(bits)
}

// learnU estimates u from random pairs, less the share of each pattern that are matches.
func (l *learner) learnU() {
	w := l.model.weights()
	prior := logit2(l.model.Prior)
	counts := make([][mostLevels + 1]float64, len(l.model.Fields))
	for _, c := range l.random {
		strangers := float64(c.pairs) * (1 - l.posterior(w, prior, c.pattern))
		for f := range counts {
			counts[f][levelOf(c.pattern, f)] += strangers
		}
	}
	for f := range l.model.Fields {
		l.setU(f, counts[f][:])
	}
}

// setU turns counts of strangers by level into u; the share of equal values is exact, not sampled.
func (l *learner) setU(f int, counts []float64) {
	field := &l.model.Fields[f]
	total := 0.0
	for level := range field.Levels {
		total += counts[level]
	}
	rest := total - counts[same]
	equal := l.exact[f]
	if !l.entities {
		equal = max(equal-l.model.Prior*field.M[same], equal/20)
	}
	equal = max(equal, 1e-9)
	for level := range field.Levels {
		if level == same {
			field.U[level] = equal
			continue
		}
		field.U[level] = (1 - equal) * (counts[level] + .5) / (rest + .5*float64(len(field.Levels)-1))
	}
}

// start sets u as if no random pair were a match.
func (l *learner) start() {
	counts := make([][mostLevels + 1]float64, len(l.model.Fields))
	for _, c := range l.random {
		for f := range counts {
			counts[f][levelOf(c.pattern, f)] += float64(c.pairs)
		}
	}
	for f := range l.model.Fields {
		l.setU(f, counts[f][:])
	}
	l.apart = l.strangers()
}

// learnTwice learns, looks which fields depend on each other among strangers, and learns again from the start where
// some do.
func (l *learner) learnTwice(g *agreement) {
	prior := l.model.Prior
	l.learn()
	l.model.Together = g.ties(l.model)
	if len(l.model.Together) == 0 {
		return
	}
	l.together = newTogether(l.model.Together, len(l.model.Fields))
	for f := range l.model.Fields {
		kind, _ := ParseKind(l.model.Fields[f].Kind)
		copy(l.model.Fields[f].M, guessM[kind])
	}
	l.model.Prior = prior
	l.start()
	l.learn()
}

// learn repeats expectation and maximisation until the parameters stand still.
func (l *learner) learn() {
	for range 100 {
		before := l.model.weights()
		prior := l.model.Prior
		l.learnM()
		l.learnU()
		if change(before, l.model.weights()) < 1e-3 && math.Abs(math.Log2(l.model.Prior/prior)) < 1e-3 {
			return
		}
	}
}

func change(a, b weights) float64 {
	most := 0.0
	for f := range a {
		for level := range a[f] {
			most = max(most, math.Abs(a[f][level]-b[f][level]))
		}
	}
	return most
}

// learnM estimates m and the prior from the expected matches among the pairs found.
func (l *learner) learnM() {
	w := l.model.weights()
	prior := logit2(l.model.Prior)
	counts := make([][mostLevels + 1]float64, len(l.model.Fields))
	matches := 0.0
	for _, c := range l.found {
		expected := float64(c.pairs) * l.posterior(w, prior, c.pattern)
		matches += expected
		for f := range counts {
			if c.free&(1<<f) != 0 {
				counts[f][levelOf(c.pattern, f)] += expected
			}
		}
	}
	decided := 0.0
	for _, c := range l.judged {
		if !c.same {
			continue
		}
		decided++
		for f := range counts {
			if c.free&(1<<f) != 0 {
				counts[f][levelOf(c.pattern, f)]++
			}
		}
	}
	l.model.Prior = min(.5, max(matches*l.scale+decided, 1)/l.pairs)
	for f := range l.model.Fields {
		l.setM(f, counts[f][:])
	}
}

// priorMatches is the number of imagined matches by which the first guess of m still speaks.
const priorMatches = 20

// setM turns counts of expected matches by level into m and makes the levels' weights fall from more to less alike.
func (l *learner) setM(f int, counts []float64) {
	field := &l.model.Fields[f]
	kind, _ := ParseKind(field.Kind)
	total := 0.0
	for level := range field.Levels {
		total += counts[level]
	}
	for level, guess := range guessM[kind] {
		field.M[level] = (counts[level] + priorMatches*guess) / (total + priorMatches)
	}
	fallingWeights(field)
}

// fallingWeights pools neighbouring levels whose likelihood ratios stand in the wrong order (pool adjacent
// violators). A swap of names stands outside the order.
func fallingWeights(field *FieldModel) {
	type pool struct {
		m, u   float64
		levels []int
	}
	var pools []pool
	for level, name := range field.Levels {
		if name == levelNames[Given][swapped] {
			continue
		}
		pools = append(pools, pool{field.M[level], field.U[level], []int{level}})
		for n := len(pools); n > 1 && pools[n-1].m*pools[n-2].u > pools[n-2].m*pools[n-1].u; n = len(pools) {
			pools[n-2].m += pools[n-1].m
			pools[n-2].u += pools[n-1].u
			pools[n-2].levels = append(pools[n-2].levels, pools[n-1].levels...)
			pools = pools[:n-1]
		}
	}
	for _, p := range pools {
		if len(p.levels) < 2 || p.u == 0 {
			continue
		}
		for _, level := range p.levels {
			field.M[level] = field.U[level] * p.m / p.u
		}
	}
}

// exactAgreement returns for each field the share of pairs of rows, both known, with equal values.
func exactAgreement(r *Records) []float64 {
	shares := make([]float64, len(r.columns))
	for f, c := range r.columns {
		if r.split > 0 {
			shares[f] = crossAgreement(r, f)
			continue
		}
		if c.entities {
			shares[f] = c.equal
			continue
		}
		equal := 0.0
		for _, n := range c.counts[1:] {
			equal += float64(n) * float64(n-1)
		}
		if known := float64(c.known); known > 1 {
			shares[f] = equal / known / (known - 1)
		}
	}
	return shares
}

// crossAgreement is exactAgreement between the left and the right table.
func crossAgreement(r *Records, f int) float64 {
	left := make([]uint32, r.columns[f].values.size())
	for i := range r.split {
		left[r.row(i)[f]]++
	}
	equal, known := 0.0, 0.0
	for i := r.split; i < r.rows; i++ {
		if value := r.row(i)[f]; value != 0 {
			equal += float64(left[value])
			known++
		}
	}
	return equal / max(1, known) / max(1, float64(r.split)-float64(left[0]))
}
