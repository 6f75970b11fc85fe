package linkage

import (
	"fmt"

	"rightkey/linkage/cluster"
)

// Pair is two records and what speaks for their being one person.
type Pair struct {
	Left, Right uint32 // rows, counted from 0; of a link, Right is counted within the right table
	Probability float64
	Weight      float64 // bits, log2 of the odds, prior included
	Evidence    []Evidence
}

// Evidence is what one field contributes to a pair. The bits of all fields and of the prior add up to the weight.
type Evidence struct {
	Level string // level of agreement, "missing" where one side has no value
	Bits  float64
}

// Grouping is the result of a deduplication.
type Grouping struct {
	Model  *Model
	Report Report
	Pairs  []Pair   // of probability AtLeast and more, in order of rows
	Owner  []uint32 // for each row the first row of its entity
	Ask    []Pair   // pairs to judge next, in order of rows
}

// Dedupe groups the rows of one table into entities.
func Dedupe(r *Records, o Options) (*Grouping, error) {
	if r.split > 0 {
		return nil, fmt.Errorf("deduplicate: the records are of two tables")
	}
	if r.rows < 2 && o.Model == nil && len(o.Decisions) == 0 {
		return &Grouping{Model: newModel(r, o.Seed), Owner: make([]uint32, r.rows)}, nil
	}
	e, err := newRun(r, o)
	if err != nil {
		return nil, fmt.Errorf("deduplicate: %w", err)
	}
	if err := e.prepare(); err != nil {
		return nil, fmt.Errorf("deduplicate: %w", err)
	}
	edges := e.edges()
	owner := e.group(edges)
	return &Grouping{Model: e.model, Report: e.report, Pairs: e.explainAll(edges), Owner: owner, Ask: e.questions(edges)}, nil
}

// explainAll turns the edges of sufficient probability into explained pairs.
func (e *run) explainAll(edges []cluster.Edge) []Pair {
	least := max(e.options.AtLeast, 1e-9)
	kept := make([]cluster.Edge, 0, len(edges))
	for _, edge := range edges {
		if e.model.calibrated(float64(edge.Weight)) >= least {
			kept = append(kept, edge)
		}
	}
	pairs := make([]Pair, len(kept))
	const piece = 4096
	inParallel(e.workers(), (len(kept)+piece-1)/piece, func(worker, task int) {
		for at := task * piece; at < min(len(kept), (task+1)*piece); at++ {
			pairs[at] = e.explain(worker, kept[at].Left, kept[at].Right)
		}
	})
	return pairs
}

// explain scores a pair field by field.
func (e *run) explain(worker int, i, j uint32) Pair {
	pattern := e.comparers[worker].pattern(i, j)
	evidence := e.scoring.evidence(pattern, e.records.row(int(i)))
	p := Pair{Left: i, Right: j, Weight: e.scoring.prior, Evidence: make([]Evidence, len(evidence))}
	for f, bits := range evidence {
		level := levelOf(pattern, f)
		name := "missing"
		if level != missing {
			name = e.model.Fields[f].Levels[level]
		}
		p.Evidence[f] = Evidence{Level: name, Bits: bits}
		p.Weight += bits
	}
	p.Probability = e.model.calibrated(p.Weight)
	return p
}

// evidence splits the evidence of a pattern by field; what a tie takes back is shared by its two fields.
func (s *scoring) evidence(pattern uint64, row []uint32) []float64 {
	bits := make([]float64, len(s.weights))
	for f := range s.weights {
		level := levelOf(pattern, f)
		bits[f] = s.weights[f][level]
		if level == same {
			bits[f] += s.rarityOf(f, row[f])
		}
	}
	for i := range s.ties {
		t := &s.ties[i]
		half := t.bits[levelOf(pattern, t.a)][levelOf(pattern, t.b)] / 2
		bits[t.a] += half
		bits[t.b] += half
	}
	for _, tie := range s.together.trees[equalFields(pattern, len(bits))] {
		bits[tie.A] -= tie.Bits / 2
		bits[tie.B] -= tie.Bits / 2
	}
	return bits
}

// odds are those of the probability of a match at a weight, kept finite.
func (m *Model) odds(weight float32) float64 {
	p := m.calibrated(float64(weight))
	return p / max(1-p, 1e-18)
}
