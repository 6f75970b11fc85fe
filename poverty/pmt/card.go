package pmt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Format names the layout of model files.
const Format = "rightkey score 1"

// File is a model as it is kept and handed on: everything needed to score a household, and the card that says what
// the score is, on whom it was trained, how well it did on households it had not seen, and what it is not for.
type File struct {
	Format      string       `json:"format"`
	Card        Card         `json:"card"`
	Log         bool         `json:"log"`      // the target is the logarithm of welfare
	Smearing    float64      `json:"smearing"` // level = exp(score) x smearing when Log
	Calibration *Calibration `json:"calibration,omitempty"`
	Cutoff      *float64     `json:"cutoff,omitempty"` // score at or below which the balanced poverty accuracy was best
	Encoder     *Encoder     `json:"encoder"`
	Model       *Model       `json:"model"`
}

// Card is the model card.
type Card struct {
	Target      string       `json:"target"`
	Data        string       `json:"data"`
	Rows        int          `json:"rows"`
	LeftOut     int          `json:"left_out"` // households without a target or weight
	Villages    int          `json:"villages,omitempty"`
	Kind        Kind         `json:"kind"`
	Features    int          `json:"features"`
	Folds       string       `json:"folds"`
	Seed        uint64       `json:"seed"`
	Performance *Performance `json:"performance,omitempty"`
	Important   []Weight     `json:"important,omitempty"` // the features that count most
	Limits      []string     `json:"limits"`
}

// Performance is how the score did on households that the model had not seen.
type Performance struct {
	R2              float64 `json:"r2"`
	Spearman        float64 `json:"spearman"`
	Exclusion20     float64 `json:"exclusion_20"` // share of the poorest 20 % left out when 20 % are selected
	Exclusion30     float64 `json:"exclusion_30"`
	PoorestDecile20 float64 `json:"poorest_decile_left_out_20"`
}

// Weight is a feature's importance: its share of what boosting gained, or of a scorecard's points.
type Weight struct {
	Feature string  `json:"feature"`
	Share   float64 `json:"share"`
}

// limits are on every card.
var limits = []string{
	"The score ranks; it is not a household's consumption. Some of the poorest are always left out: keep appeals and visits.",
	"It describes the population and the time of its survey. Accuracy decays within a year or two; survey again.",
	"Select by rank within a quota, or by the calibrated cut-off; never compare raw scores with the poverty line.",
}

// Limits are the standing warnings of a model card, with the ones that the kind of training calls for.
func Limits(o Options) []string {
	list := append([]string(nil), limits...)
	if o.VillageEffect {
		list = append(list, "Village effects hold only for villages that were surveyed, and contain the season of the visit.")
	}
	return list
}

// Write writes the file as indented JSON.
func (f *File) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	return encoder.Encode(f)
}

// Read reads a model file and refuses one of another format or without a model.
func Read(r io.Reader) (*File, error) {
	var f File
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("read model file: %w", err)
	}
	if f.Format != Format {
		return nil, fmt.Errorf("read model file: format %q is not %q", f.Format, Format)
	}
	if f.Encoder == nil || f.Model == nil {
		return nil, fmt.Errorf("read model file: it holds no model")
	}
	return &f, f.Model.check()
}

// check refuses a model whose parts cannot score: a file from outside may be damaged.
func (m *Model) check() error {
	needsLinear := m.Kind != KindBoost && m.Kind != KindScorecard
	needsTrees := m.Kind == KindBoost || m.Kind == KindMean
	if needsLinear && m.Linear == nil || needsTrees && m.Boosted == nil || m.Kind == KindScorecard && m.Scorecard == nil {
		return fmt.Errorf("model of kind %q lacks a part", m.Kind)
	}
	if l := m.Linear; l != nil && (len(l.Coefficients) != len(l.Names) || len(l.Means) != len(l.Names)) {
		return fmt.Errorf("linear model of %d features has %d coefficients and %d means", len(l.Names), len(l.Coefficients), len(l.Means))
	}
	if m.Scorecard != nil {
		for _, q := range m.Scorecard.Questions {
			if len(q.Labels) != len(q.Points) {
				return fmt.Errorf("question %q has %d answers and %d points", q.Name, len(q.Labels), len(q.Points))
			}
		}
	}
	if m.Boosted == nil {
		return nil
	}
	for t, tree := range m.Boosted.Trees {
		for k, node := range tree.Nodes {
			if node.Feature >= len(m.Boosted.Names) || node.Feature >= 0 && 2*k+2 >= len(tree.Nodes) {
				return fmt.Errorf("tree %d, node %d points outside the model", t+1, k)
			}
		}
		if len(tree.Nodes) == 0 {
			return fmt.Errorf("tree %d is empty", t+1)
		}
	}
	return nil
}

// Important lists the features that count most, at most n.
func (m *Model) Important(n int) []Weight {
	var list []Weight
	switch {
	case m.Boosted != nil:
		for j, share := range m.Boosted.Importance() {
			list = append(list, Weight{m.Boosted.Names[j], share})
		}
	case m.Scorecard != nil:
		for _, q := range m.Scorecard.Questions {
			most := 0
			for _, p := range q.Points {
				most = max(most, p)
			}
			list = append(list, Weight{q.Name, float64(most) / float64(max(1, m.Scorecard.Most))})
		}
	}
	sortByShare(list)
	return list[:min(n, len(list))]
}

func sortByShare(list []Weight) {
	slices.SortStableFunc(list, func(a, b Weight) int { return cmp.Compare(b.Share, a.Share) })
}
