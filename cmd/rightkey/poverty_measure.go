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
	"rightkey/poverty/survey"
)

// povertyMeasure is "rightkey poverty measure".
type povertyMeasure struct {
	In        string   `required:"" placeholder:"FILE" help:"Survey: .csv, .csv.gz, .tsv, .xlsx or .parquet."`
	Welfare   string   `required:"" placeholder:"COL" help:"Welfare per person: a column or a formula such as exp(lnexp)."`
	Line      string   `placeholder:"N|COL" help:"Poverty line: an amount, a column or a formula."`
	Weight    string   `placeholder:"COL" help:"Weight: a column or a formula such as weight*size."`
	Strata    string   `placeholder:"COL" help:"Stratum."`
	PSU       string   `name:"psu" placeholder:"COL" help:"Primary sampling unit, nested in its stratum."`
	By        string   `placeholder:"COL" help:"Also one result for each value of this column."`
	Indices   []string `default:"fgt0,fgt1,fgt2" help:"Indices: fgtA, watts, sen, arpt, arpr, rmpg, qsr, gini, gini-cumulative, geA, atkinsonE, mean, median."`
	Strict    bool     `help:"Poor is strictly below the line; by default a welfare on the line is poor."`
	Lonely    string   `enum:"fail,grand-mean,average,certainty,merge" default:"fail" help:"Treatment of a stratum with a single PSU: ${enum}."`
	Bootstrap int      `placeholder:"N" help:"Standard errors from N replicates of the rescaling bootstrap instead of linearisation."`
	Seed      uint64   `default:"1" help:"Seed of the bootstrap."`
	Format    string   `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertyMeasure) Help() string {
	return `Example:
  rightkey poverty measure --in survey.csv --welfare income --line 10000 --weight w --strata region --psu village

Rows whose welfare, weight or line is missing are left out of the estimates and counted; rows with a welfare of 0 or
less are left out, and counted, for indices that need its logarithm. Standard errors are linearised, or, with
--bootstrap, those of Rao, Wu and Yue's replicates.`
}

// measurement is the printed result.
type measurement struct {
	Rows       int            `json:"rows"`
	Missing    int            `json:"missing"`
	Population float64        `json:"population"`
	Strata     int            `json:"strata"`
	PSUs       int            `json:"psus"`
	Results    []measuredLine `json:"results"`
}

// measuredLine is one index of the whole (Group "") or of a group. LeftOut counts rows with welfare of 0 or less.
type measuredLine struct {
	Group    string   `json:"group,omitempty"`
	Index    string   `json:"index"`
	Rows     int      `json:"rows"`
	LeftOut  int      `json:"left_out,omitempty"`
	Estimate *float64 `json:"estimate"`
	SE       *float64 `json:"se"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Problem  string   `json:"problem,omitempty"`
}

var lonely = map[string]survey.Lonely{
	"fail": survey.LonelyFail, "grand-mean": survey.LonelyGrandMean, "average": survey.LonelyAverage,
	"certainty": survey.LonelyCertainty, "merge": survey.LonelyMerge,
}

// Run measures and prints.
func (c *povertyMeasure) Run(k *kong.Kong) error {
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	result, err := c.measure(frame)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	}
	return result.print(k.Stdout)
}

func (c *povertyMeasure) measure(frame *table.Frame) (*measurement, error) {
	sample, line, missing, err := c.sample(frame)
	if err != nil {
		return nil, err
	}
	design, err := c.design(frame, sample)
	if err != nil {
		return nil, err
	}
	groups, err := labels(frame, c.By)
	if err != nil {
		return nil, err
	}
	result := &measurement{Rows: frame.Len(), Missing: missing, Population: sample.Total(), Strata: design.Strata(), PSUs: design.Units()}
	for _, name := range c.Indices {
		index, err := poverty.IndexNamed(name)
		if err != nil {
			return nil, err
		}
		whole, err := c.estimate(index, name, sample, line, design)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		result.Results = append(result.Results, whole)
		for _, group := range poverty.Groups(sample, groups) {
			part, err := c.estimate(index, name, sample.Where(func(i int) bool { return groups[i] == group }), line, design)
			part.Group = group
			if group == "" {
				part.Group = "(unknown)"
			}
			if err != nil {
				part.Problem = err.Error()
			}
			result.Results = append(result.Results, part)
		}
	}
	return result, nil
}

// sample reads welfare, weight and line; a row where one of them is missing gets weight 0.
func (c *povertyMeasure) sample(frame *table.Frame) (s poverty.Sample, line poverty.Line, missing int, err error) {
	if s.Welfare, err = numbers(frame, c.Welfare); err != nil {
		return s, line, 0, fmt.Errorf("welfare: %w", err)
	}
	s.Weight = repeated(1, frame.Len())
	if c.Weight != "" {
		if s.Weight, err = numbers(frame, c.Weight); err != nil {
			return s, line, 0, fmt.Errorf("weight: %w", err)
		}
	}
	line = poverty.Line{Each: repeated(1, frame.Len()), Strict: c.Strict}
	if c.Line != "" {
		if line.Each, err = numbers(frame, c.Line); err != nil {
			return s, line, 0, fmt.Errorf("line: %w", err)
		}
	}
	if len(line.Each) > 0 && constant(line.Each) {
		line.Amount, line.Each = line.Each[0], nil
	}
	s.Weight = append([]float64(nil), s.Weight...)
	for i := range s.Weight {
		if math.IsNaN(s.Weight[i]) || math.IsNaN(s.Welfare[i]) || line.Each != nil && math.IsNaN(line.Each[i]) {
			s.Weight[i] = 0
			missing++
		}
	}
	return s, line, missing, c.needLine()
}

// needLine refuses an index that compares with a line when there is none.
func (c *povertyMeasure) needLine() error {
	for _, name := range c.Indices {
		if c.Line == "" && (name == "watts" || name == "sen" || len(name) > 2 && name[:3] == "fgt") {
			return fmt.Errorf("index %s needs --line", name)
		}
	}
	return nil
}

func constant(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

func (c *povertyMeasure) design(frame *table.Frame, s poverty.Sample) (*survey.Design, error) {
	strata, err := labels(frame, c.Strata)
	if err != nil {
		return nil, err
	}
	psu, err := labels(frame, c.PSU)
	if err != nil {
		return nil, err
	}
	return survey.New(frame.Len(), survey.Options{Weights: s.Weight, Strata: strata, PSU: psu, Lonely: lonely[c.Lonely]})
}

// estimate computes one index in one domain.
func (c *povertyMeasure) estimate(index poverty.Index, name string, s poverty.Sample, line poverty.Line, design *survey.Design) (measuredLine, error) {
	result := measuredLine{Index: name}
	if poverty.NeedsPositive(name) {
		all := s
		s = all.Where(func(i int) bool { return all.Welfare[i] > 0 })
		for i := range s.Weight {
			if all.Weight[i] > 0 && s.Weight[i] == 0 {
				result.LeftOut++
			}
		}
	}
	for _, w := range s.Weight {
		if w > 0 {
			result.Rows++
		}
	}
	e, err := index(s, line)
	if err != nil {
		return result, err
	}
	se, err := c.standardError(index, e, s, line, design)
	if err != nil {
		return result, err
	}
	low, high := design.Interval(e.Value, se, 0.95)
	result.Estimate, result.SE, result.Low, result.High = known(e.Value), known(se), known(low), known(high)
	return result, nil
}

// standardError is linearised, or that of the replicates that were asked for.
func (c *povertyMeasure) standardError(index poverty.Index, e poverty.Estimate, s poverty.Sample, line poverty.Line, design *survey.Design) (float64, error) {
	if c.Bootstrap == 0 {
		return design.SE(e.Influence)
	}
	replication, err := design.Bootstrap(c.Bootstrap, c.Seed, func(weights []float64) (float64, error) {
		replicate := s
		replicate.Weight = weights
		for i := range weights {
			if s.Weight[i] == 0 { // outside the domain
				weights[i] = 0
			}
		}
		again, err := index(replicate, line)
		return again.Value, err
	})
	return replication.SE, err
}

func (m *measurement) print(w io.Writer) error {
	fmt.Fprintf(w, "%d rows, %d left out for missing values; population %.0f; %d strata, %d primary sampling units\n\n",
		m.Rows, m.Missing, m.Population, m.Strata, m.PSUs)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "index\tgroup\trows\testimate\tstandard error\t95 % from\tto\t")
	for _, r := range m.Results {
		group := r.Group
		if group == "" {
			group = "all"
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Index, group, r.Rows, shown(r.Estimate), shown(r.SE), shown(r.Low), shown(r.High), r.Problem)
	}
	return t.Flush()
}
