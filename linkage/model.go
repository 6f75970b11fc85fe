package linkage

import "math"

// Model is what a run has learnt and what another run, or a form while it is being filled in, can use.
type Model struct {
	NormVersion int          `json:"norm_version"`
	Fields      []FieldModel `json:"fields"`
	Prior       float64      `json:"prior"` // probability that a random pair is a match
	Together    []EqualTie   `json:"together"`
	Ties        []Tie        `json:"ties"`
	Rules       [][]string   `json:"rules"` // blocking rules, each a list of FIELD.KEY
	// Slope is by how much the evidence is stronger or weaker than it counts, as decisions have shown; 0 stands for 1.
	Slope       float64 `json:"slope,omitempty"`
	Calibration []Step  `json:"calibration,omitempty"`
	Seed        uint64  `json:"seed"`
	Records     int     `json:"records"` // size of the table it was learnt on
}

// FieldModel holds what each level of agreement of a field tells.
type FieldModel struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Levels []string  `json:"levels"`
	M      []float64 `json:"m"` // share of true matches that show the level
	U      []float64 `json:"u"` // share of strangers that show it
	// Known, Common and Variants are of the table that the model was learnt on: rows (or entities) with a value, how
	// many have the common values, and values that stand for each other.
	Known    int            `json:"known"`
	Common   map[string]int `json:"common,omitempty"`
	Variants [][2]string    `json:"variants,omitempty"`
	Whole    bool           `json:"whole,omitempty"` // it only repeats given name and surname
	// Single is what a value without a frequency counts as; 0 stands for 1.
	Single float64 `json:"single,omitempty"`
	// Frequency is the curve by which equality on a rare value counts more; without one, rarity counts bit for bit.
	Frequency []Knot `json:"frequency,omitempty"`
}

func newModel(r *Records, seed uint64) *Model {
	m := &Model{NormVersion: NormVersion, Seed: seed, Records: r.rows}
	for _, c := range r.columns {
		names := levelNames[c.field.Kind]
		m.Fields = append(m.Fields, FieldModel{
			Name: c.field.Name, Kind: c.field.Kind.String(), Levels: names,
			M: append([]float64(nil), guessM[c.field.Kind]...), U: make([]float64, len(names)),
		})
	}
	return m
}

// weight is the evidence of a level in bits.
func (f *FieldModel) weight(level uint8) float64 {
	if level == missing {
		return 0
	}
	return math.Log2(f.M[level] / f.U[level])
}

// weights are the evidence of every level of every field.
type weights [][mostLevels + 1]float64

func (m *Model) weights() weights {
	w := make(weights, len(m.Fields))
	for f := range m.Fields {
		for level := range m.Fields[f].Levels {
			w[f][level] = m.Fields[f].weight(uint8(level))
		}
	}
	return w
}

// of sums the evidence of a pattern.
func (w weights) of(pattern uint64) float64 {
	total := 0.0
	for f := range w {
		total += w[f][levelOf(pattern, f)]
	}
	return total
}

// logit2 is the logarithm to base two of the odds of p.
func logit2(p float64) float64 { return math.Log2(p / (1 - p)) }

// sigmoid2 is the probability whose odds are 2^bits.
func sigmoid2(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }
