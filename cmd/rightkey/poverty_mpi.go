package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/poverty"
	"rightkey/poverty/mpi"
	"rightkey/poverty/survey"
)

// povertyMPI is "rightkey poverty mpi".
type povertyMPI struct {
	In     string `required:"" placeholder:"FILE" help:"Survey or register."`
	Spec   string `required:"" placeholder:"S.yaml" help:"Definition of the index."`
	Lonely string `enum:"fail,grand-mean,average,certainty,merge" default:"fail" help:"Treatment of a stratum with a single PSU: ${enum}."`
	Format string `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertyMPI) Help() string {
	return `Example:
  rightkey poverty mpi --in survey.csv --spec index.yaml

The definition:
  name: national index
  cutoffs: [0.33, 0.5]
  missing: drop            # or reweight, not_deprived
  weight: w
  strata: stratum
  psu: village
  by: [region]
  dimensions:
    - name: health
      indicators: [{name: nutrition, deprived: "undernourished == 1"}, {name: mortality, deprived: "died > 0"}]
    - name: schooling
      indicators: [{name: years, deprived: "years < 6"}]`
}

// countedLine is one printed line.
type countedLine struct {
	Cutoff    float64  `json:"cutoff"`
	By        string   `json:"by,omitempty"`
	Group     string   `json:"group,omitempty"`
	Measure   string   `json:"measure"`
	Indicator string   `json:"indicator,omitempty"`
	Rows      int      `json:"rows"`
	Dropped   int      `json:"dropped"`
	Estimate  *float64 `json:"estimate"`
	SE        *float64 `json:"se"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
}

// Run measures and prints.
func (c *povertyMPI) Run(k *kong.Kong) error {
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	var spec mpi.Spec
	if err := readYAML(c.Spec, &spec); err != nil {
		return err
	}
	lines, err := c.measure(frame, spec)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(lines)
	}
	return printCounted(k.Stdout, lines)
}

func (c *povertyMPI) measure(frame *table.Frame, spec mpi.Spec) ([]countedLine, error) {
	data, design, err := c.prepare(frame, spec)
	if err != nil {
		return nil, err
	}
	if len(spec.Cutoffs) == 0 {
		spec.Cutoffs = []float64{1.0 / 3}
	}
	var lines []countedLine
	for _, cutoff := range spec.Cutoffs {
		more, err := countedLines(data, cutoff, "", "", design)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
		for _, by := range spec.By {
			groups, err := labels(frame, by)
			if err != nil {
				return nil, err
			}
			if more, err = countedGroups(data, cutoff, by, groups, design); err != nil {
				return nil, err
			}
			lines = append(lines, more...)
		}
	}
	return lines, nil
}

// prepare evaluates the definition; a row without a weight lies outside the domain.
func (c *povertyMPI) prepare(frame *table.Frame, spec mpi.Spec) (mpi.Data, *survey.Design, error) {
	data, err := spec.Data(frame)
	if err != nil {
		return data, nil, err
	}
	data.Weight = repeated(1, frame.Len())
	if spec.Weight != "" {
		if data.Weight, err = numbers(frame, spec.Weight); err != nil {
			return data, nil, fmt.Errorf("weight: %w", err)
		}
	}
	for i, w := range data.Weight {
		if math.IsNaN(w) {
			data.Weight[i] = 0
		}
	}
	strata, err := labels(frame, spec.Strata)
	if err != nil {
		return data, nil, err
	}
	psu, err := labels(frame, spec.PSU)
	if err != nil {
		return data, nil, err
	}
	design, err := survey.New(frame.Len(), survey.Options{Weights: data.Weight, Strata: strata, PSU: psu, Lonely: lonely[c.Lonely]})
	return data, design, err
}

// countedGroups is the measure in each group of a column.
func countedGroups(data mpi.Data, cutoff float64, by string, groups []string, design *survey.Design) ([]countedLine, error) {
	var lines []countedLine
	for _, group := range poverty.Groups(poverty.Sample{Welfare: data.Weight, Weight: data.Weight}, groups) {
		domain := data
		domain.Weight = make([]float64, len(groups))
		for i, g := range groups {
			if g == group {
				domain.Weight[i] = data.Weight[i]
			}
		}
		more, err := countedLines(domain, cutoff, by, group, design)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", by, group, err)
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// countedLines is the measure in one domain.
func countedLines(data mpi.Data, cutoff float64, by, group string, design *survey.Design) ([]countedLine, error) {
	r, err := mpi.Measure(data, cutoff)
	if err != nil {
		return nil, err
	}
	var lines []countedLine
	add := func(measure, indicator string, e poverty.Estimate) error {
		se, err := design.SE(e.Influence)
		low, high := design.ShareInterval(e.Value, se, 0.95)
		lines = append(lines, countedLine{cutoff, by, group, measure, indicator, r.Rows, r.Dropped, known(e.Value), known(se), known(low), known(high)})
		return err
	}
	for _, m := range []struct {
		name string
		of   poverty.Estimate
	}{{"M0", r.M0}, {"H", r.H}, {"A", r.A}} {
		if err := add(m.name, "", m.of); err != nil {
			return nil, err
		}
	}
	for _, part := range r.Indicators {
		for _, m := range []struct {
			name string
			of   poverty.Estimate
		}{{"raw headcount", part.Raw}, {"censored headcount", part.Censored}, {"contribution", part.Contribution}} {
			if err := add(m.name, part.Name, m.of); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}

func printCounted(w io.Writer, lines []countedLine) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "cut-off\tgroup\tmeasure\tindicator\trows\tdropped\testimate\tstandard error\t95 % from\tto")
	for _, l := range lines {
		group := l.Group
		if l.By == "" {
			group = "all"
		}
		fmt.Fprintf(t, "%.4g\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", l.Cutoff, group, l.Measure, l.Indicator, l.Rows, l.Dropped,
			shown(l.Estimate), shown(l.SE), shown(l.Low), shown(l.High))
	}
	return t.Flush()
}
