package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/poverty"
	"rightkey/poverty/mpi"
	"rightkey/poverty/survey"
)

// povertyMPI is "rightkey poverty mpi".
type povertyMPI struct {
	In     []string  `required:"" sep:"none" placeholder:"FILE" help:"Survey or register; again for a later survey, with a --year for each."`
	Year   []float64 `placeholder:"YEAR" help:"Year of each file, as 2006 or 2017.5, for changes over time; a single file may name a column in the definition instead."`
	Spec   string    `required:"" placeholder:"S.yaml" help:"Definition of the index."`
	Lonely string    `enum:"fail,grand-mean,average,certainty,merge" default:"fail" help:"Treatment of a stratum with a single PSU: ${enum}."`
	Format string    `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertyMPI) Help() string {
	return `Examples:
  rightkey poverty mpi --in survey.csv --spec index.yaml
  rightkey poverty mpi --in first.csv --year 2006 --in second.csv --year 2017.5 --spec index.yaml

The definition:
  name: national index
  cutoffs: [0.33, 0.5]
  missing: drop            # or reweight, not_deprived
  weight: w
  strata: stratum
  psu: village
  year: survey_year        # only where one file holds several surveys
  by: [region]
  dimensions:
    - name: health
      indicators: [{name: nutrition, deprived: "undernourished == 1"}, {name: mortality, deprived: "died > 0"}]
    - name: schooling
      indicators: [{name: years, deprived: "years < 6"}]

With several years each level is followed by its change from the survey before: absolute and relative, in all and a
year, with standard errors that take the surveys as independent.`
}

// countedLine is one printed level, or its change since an earlier survey.
type countedLine struct {
	Year      *float64 `json:"year,omitempty"`
	Since     *float64 `json:"since,omitempty"`  // of a change: the year of the earlier survey
	Change    string   `json:"change,omitempty"` // absolute, absolute a year, relative, relative a year
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
	var spec mpi.Spec
	if err := readYAML(c.Spec, &spec); err != nil {
		return err
	}
	if len(spec.Cutoffs) == 0 {
		spec.Cutoffs = []float64{1.0 / 3}
	}
	surveys, err := c.surveys(spec)
	if err != nil {
		return err
	}
	var lines, before []countedLine
	for _, one := range surveys {
		levels, err := one.measure(spec)
		if err != nil {
			return err
		}
		lines = append(append(lines, levels...), changes(before, levels)...)
		before = levels
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(lines)
	}
	return printCounted(k.Stdout, lines)
}

// measure counts the whole survey and its groups at every cut-off.
func (s countedSurvey) measure(spec mpi.Spec) ([]countedLine, error) {
	var lines []countedLine
	for _, cutoff := range spec.Cutoffs {
		more, err := countedLines(s.data, cutoff, "", "", s.design)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
		for _, by := range spec.By {
			groups, err := labels(s.frame, by)
			if err != nil {
				return nil, err
			}
			if more, err = countedGroups(s.data, cutoff, by, groups, s.design); err != nil {
				return nil, err
			}
			lines = append(lines, more...)
		}
	}
	for i := range lines {
		lines[i].Year = s.year
	}
	return lines, nil
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
		lines = append(lines, countedLine{Cutoff: cutoff, By: by, Group: group, Measure: measure, Indicator: indicator, Rows: r.Rows, Dropped: r.Dropped,
			Estimate: known(e.Value), SE: known(se), Low: known(low), High: known(high)})
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
	fmt.Fprintln(t, "year\tcut-off\tgroup\tmeasure\tindicator\trows\tdropped\testimate\tstandard error\t95 % from\tto")
	for _, l := range lines {
		group, measure := l.Group, l.Measure
		if l.By == "" {
			group = "all"
		}
		if l.Change != "" {
			measure += " change, " + l.Change
		}
		fmt.Fprintf(t, "%s\t%.4g\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", l.when(), l.Cutoff, group, measure, l.Indicator, l.Rows, l.Dropped,
			shown(l.Estimate), shown(l.SE), shown(l.Low), shown(l.High))
	}
	return t.Flush()
}

// when is the year of a level, or from which year to which a change goes.
func (l countedLine) when() string {
	switch {
	case l.Year == nil:
		return "-"
	case l.Since == nil:
		return shown(l.Year)
	}
	return shown(l.Since) + "–" + shown(l.Year)
}
