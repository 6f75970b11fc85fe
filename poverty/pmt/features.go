package pmt

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"rightkey/poverty/formula"
)

// Spec says which columns of a survey or register are features, and which ones say where a household lives.
type Spec struct {
	// Features in the order of the file.
	Features []Feature `json:"features" yaml:"features"`
	// Village is the column of the smallest place in which several households were surveyed; the means of its
	// households' features become features of the linear part. Empty: none.
	Village string `json:"village,omitempty" yaml:"village,omitempty"`
	// Area is a column or formula of the larger area that villages lie in, whose effect is estimated. Empty: none.
	Area string `json:"area,omitempty" yaml:"area,omitempty"`
	// LeastRows is how many households a category must have to become a feature of its own [50].
	LeastRows int `json:"least_rows,omitempty" yaml:"least_rows,omitempty"`
}

// Feature is a column or a formula over columns.
type Feature struct {
	Name     string    `json:"name" yaml:"name"`
	Formula  string    `json:"formula,omitempty" yaml:"formula,omitempty"`   // default: the column Name
	Category bool      `json:"category,omitempty" yaml:"category,omitempty"` // texts or codes without an order
	Monotone int       `json:"monotone,omitempty" yaml:"monotone,omitempty"` // +1: never lowers the score; -1: never raises it
	Cuts     []float64 `json:"cuts,omitempty" yaml:"cuts,omitempty"`         // answers of a scorecard: up to the first cut, the second ...
}

// Encoder turns tables into features, always the same ones: it remembers the categories seen in training.
type Encoder struct {
	Spec   Spec                 `json:"spec"`
	Levels map[string][]string  `json:"levels,omitempty"` // categories of each category feature
	Curved []string             `json:"curved,omitempty"` // number features whose square and logarithm the linear part gets
	Cuts   map[string][]float64 `json:"cuts,omitempty"`   // answers of number features without cuts of their own
	Gaps   []string             `json:"gaps,omitempty"`   // features with unknown entries, which the linear part gets a sign for
}

// Data are encoded households.
type Data struct {
	Trees   Matrix    // for boosting and scorecards: numbers as they are, categories as 0 and 1
	Linear  Matrix    // the same with squares, logarithms, signs of the unknown
	Means   Matrix    // village means of Trees; no columns without a village
	Village []string  // nil without
	Area    []string  // nil without
	Answers []Answers // each feature as a question with few answers
	// Monotone are the constraints by feature of Trees.
	Monotone map[string]int
}

// Rows is the number of households.
func (d Data) Rows() int { return d.Trees.Rows() }

// NewEncoder learns categories and shapes from a table.
func NewEncoder(spec Spec, source formula.Source) (*Encoder, error) {
	if len(spec.Features) == 0 {
		return nil, errors.New("the list of features is empty")
	}
	e := &Encoder{Spec: spec, Levels: map[string][]string{}, Cuts: map[string][]float64{}}
	seen := map[string]bool{}
	for _, f := range spec.Features {
		if f.Name == "" || seen[f.Name] {
			return nil, fmt.Errorf("feature %q is named twice or not at all", f.Name)
		}
		seen[f.Name] = true
		if f.Category {
			texts, err := f.texts(source)
			if err != nil {
				return nil, err
			}
			e.Levels[f.Name] = frequent(texts, or(spec.LeastRows, 50))
			continue
		}
		values, err := f.numbers(source)
		if err != nil {
			return nil, err
		}
		if curved(values) {
			e.Curved = append(e.Curved, f.Name)
		}
		if slices.ContainsFunc(values, math.IsNaN) {
			e.Gaps = append(e.Gaps, f.Name)
		}
		if f.Cuts == nil {
			e.Cuts[f.Name] = chosenCuts(values)
		}
	}
	return e, nil
}

// Encode computes the features of every household of a table.
func (e *Encoder) Encode(source formula.Source) (*Data, error) {
	d := &Data{Monotone: map[string]int{}}
	for _, f := range e.Spec.Features {
		if err := e.encode(d, f, source); err != nil {
			return nil, err
		}
	}
	var err error
	if d.Village, err = place(e.Spec.Village, source); err != nil {
		return nil, fmt.Errorf("village: %w", err)
	}
	if d.Area, err = place(e.Spec.Area, source); err != nil {
		return nil, fmt.Errorf("area: %w", err)
	}
	if d.Village != nil {
		d.Means = groupMeans(d.Trees, d.Village)
	}
	return d, nil
}

func (e *Encoder) encode(d *Data, f Feature, source formula.Source) error {
	if f.Category {
		texts, err := f.texts(source)
		if err != nil {
			return err
		}
		for _, level := range e.Levels[f.Name] {
			column := make([]float64, len(texts))
			for i, text := range texts {
				column[i] = truth(text == level)
			}
			d.add(f.Name+"="+level, column)
		}
		d.Answers = append(d.Answers, categoryAnswers(f.Name, texts, e.Levels[f.Name]))
		return nil
	}
	values, err := f.numbers(source)
	if err != nil {
		return err
	}
	d.add(f.Name, values)
	if f.Monotone != 0 {
		d.Monotone[f.Name] = f.Monotone
	}
	if slices.Contains(e.Curved, f.Name) {
		d.addLinear(f.Name+" squared", values, func(v float64) float64 { return v * v })
		d.addLinear(f.Name+" logarithm", values, func(v float64) float64 { return math.Copysign(math.Log1p(math.Abs(v)), v) })
	}
	if slices.Contains(e.Gaps, f.Name) {
		d.addLinear(f.Name+" unknown", values, func(v float64) float64 { return truth(math.IsNaN(v)) })
	}
	if f.Cuts == nil {
		f.Cuts = e.Cuts[f.Name]
	}
	d.Answers = append(d.Answers, numberAnswers(f, values))
	return nil
}

func (d *Data) add(name string, column []float64) {
	d.Trees.Names, d.Trees.Columns = append(d.Trees.Names, name), append(d.Trees.Columns, column)
	d.Linear.Names, d.Linear.Columns = append(d.Linear.Names, name), append(d.Linear.Columns, column)
}

func (d *Data) addLinear(name string, values []float64, of func(float64) float64) {
	column := make([]float64, len(values))
	for i, v := range values {
		column[i] = of(v)
	}
	d.Linear.Names, d.Linear.Columns = append(d.Linear.Names, name), append(d.Linear.Columns, column)
}

func (f Feature) numbers(source formula.Source) ([]float64, error) {
	if f.Formula != "" {
		values, err := formula.Eval(f.Formula, source)
		if err != nil {
			return nil, fmt.Errorf("feature %q: %w", f.Name, err)
		}
		return values, nil
	}
	values, err := source.Numbers(f.Name)
	if err != nil {
		return nil, fmt.Errorf("feature %q: %w", f.Name, err)
	}
	return values, nil
}

func (f Feature) texts(source formula.Source) ([]string, error) {
	texts, err := place(or(f.Formula, f.Name), source)
	if err != nil {
		return nil, fmt.Errorf("feature %q: %w", f.Name, err)
	}
	return texts, nil
}

// place reads a column of texts, or a formula whose numbers are used as codes; "NA" is unknown.
func place(expression string, source formula.Source) ([]string, error) {
	if expression == "" {
		return nil, nil
	}
	if cells, err := source.Strings(expression); err == nil {
		texts := make([]string, len(cells))
		for i, cell := range cells {
			if texts[i] = strings.TrimSpace(cell); texts[i] == "NA" {
				texts[i] = ""
			}
		}
		return texts, nil
	}
	values, err := formula.Eval(expression, source)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			texts[i] = fmt.Sprintf("%.15g", v)
		}
	}
	return texts, nil
}

// frequent lists the texts that occur at least so often, sorted; "" (unknown) is one of them if it does.
func frequent(texts []string, least int) []string {
	counts := map[string]int{}
	for _, text := range texts {
		counts[text]++
	}
	var levels []string
	for text, n := range counts {
		if n >= least {
			levels = append(levels, text)
		}
	}
	slices.Sort(levels)
	return levels
}

// curved says whether a number has more than two values, so that its shape can bend.
func curved(values []float64) bool {
	seen := map[float64]bool{}
	for _, v := range values {
		if !math.IsNaN(v) {
			seen[v] = true
		}
		if len(seen) > 2 {
			return true
		}
	}
	return false
}

// groupMeans are the means of the known entries of each column by group, NaN where none is known.
func groupMeans(m Matrix, groups []string) Matrix {
	number, count := numbered(groups)
	means := Matrix{}
	for j, column := range m.Columns {
		sum, n := make([]float64, count), make([]float64, count)
		for i, v := range column {
			if !math.IsNaN(v) {
				sum[number[i]] += v
				n[number[i]]++
			}
		}
		mean := make([]float64, len(column))
		for i := range mean {
			mean[i] = sum[number[i]] / n[number[i]]
		}
		means.Names = append(means.Names, "village mean of "+m.Names[j])
		means.Columns = append(means.Columns, mean)
	}
	return means
}

// numbered replaces labels by numbers from 0 in the order of first appearance.
func numbered(labels []string) (number []int, count int) {
	index := map[string]int{}
	number = make([]int, len(labels))
	for i, label := range labels {
		n, known := index[label]
		if !known {
			n = len(index)
			index[label] = n
		}
		number[i] = n
	}
	return number, len(index)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
