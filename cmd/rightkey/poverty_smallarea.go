package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/poverty/smallarea"
)

// povertySmallArea is "rightkey poverty smallarea".
type povertySmallArea struct {
	In     string `required:"" placeholder:"FILE" help:"Areas with direct estimates and covariates, a row each; or, with --census, the surveyed households."`
	Census string `placeholder:"FILE" help:"Households of a census or register with the covariates of the survey, for a poverty map by simulation."`
	Spec   string `required:"" placeholder:"S.yaml" help:"Which column is what."`
	Format string `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertySmallArea) Help() string {
	return `Examples:
  rightkey poverty smallarea --in areas.csv --spec areas.yaml
  rightkey poverty smallarea --in survey.csv --census register.csv --spec map.yaml

The definition without a census (covariates are columns or formulas; an intercept is added):
  area: district
  direct: headcount
  variance: se*se
  covariates: [literacy, "roads == 1"]
  method: reml             # or ml, fh

Areas without a direct estimate get the synthetic one.

The definition with a census:
  area: village            # a column of both files
  welfare: income          # per person, of the survey
  weight: size             # persons a household stands for, of both files; left out: 1
  covariates: [rooms, "wall == 1"]
  line: 2736
  method: ell              # or ebp, which also uses what the survey saw of its own areas
  draws: 100
  seed: 1

Log welfare is fitted by weighted least squares on the survey; then the welfare of every household of the census is
drawn again and again, and the headcount, gap and squared gap of each area are averaged.`
}

// areaSpec is the definition file.
type areaSpec struct {
	Area       string           `yaml:"area"`
	Direct     string           `yaml:"direct"`
	Variance   string           `yaml:"variance"`
	Covariates []string         `yaml:"covariates"`
	Method     smallarea.Method `yaml:"method"`
	// of a poverty map
	Welfare string  `yaml:"welfare"`
	Weight  string  `yaml:"weight"`
	Line    float64 `yaml:"line"`
	Draws   int     `yaml:"draws"`
	Seed    uint64  `yaml:"seed"`
}

// areaLine is one area's printed result.
type areaLine struct {
	Area      string   `json:"area"`
	Direct    *float64 `json:"direct"`
	Estimate  *float64 `json:"estimate"`
	RootMSE   *float64 `json:"root_mse"`
	Shrinkage *float64 `json:"direct_weight"`
}

// Run fits the model and prints every area.
func (c *povertySmallArea) Run(k *kong.Kong) error {
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	spec := areaSpec{Method: smallarea.REML}
	if err := readYAML(c.Spec, &spec); err != nil {
		return err
	}
	if c.Census != "" {
		return c.drawMap(k, frame, spec)
	}
	all, err := spec.areas(frame)
	if err != nil {
		return err
	}
	var surveyed []smallarea.Area
	for _, a := range all {
		if !math.IsNaN(a.Direct) && !math.IsNaN(a.Variance) {
			surveyed = append(surveyed, a)
		}
	}
	fit, err := smallarea.Fit(surveyed, spec.Method)
	if err != nil {
		return err
	}
	lines, err := areaLines(all, fit)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"effect_variance": fit.EffectVar, "coefficients": fit.Beta, "coefficient_se": fit.BetaSE, "areas": lines})
	}
	fmt.Fprintf(k.Stdout, "variance of area effects %.6g (%s, %d rounds)\n\n", fit.EffectVar, fit.Method, fit.Iterations)
	t := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "area\tdirect\testimate\troot mean squared error\tweight of direct")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Area, shown(l.Direct), shown(l.Estimate), shown(l.RootMSE), shown(l.Shrinkage))
	}
	return t.Flush()
}

// areas reads the rows; covariates start with a 1 for the intercept.
func (s areaSpec) areas(frame *table.Frame) ([]smallarea.Area, error) {
	names, err := labels(frame, s.Area)
	if err != nil {
		return nil, err
	}
	direct, err := numbers(frame, s.Direct)
	if err != nil {
		return nil, fmt.Errorf("direct: %w", err)
	}
	variance, err := numbers(frame, s.Variance)
	if err != nil {
		return nil, fmt.Errorf("variance: %w", err)
	}
	list := make([]smallarea.Area, frame.Len())
	for i := range list {
		list[i] = smallarea.Area{Name: strconv.Itoa(i + 1), Direct: direct[i], Variance: variance[i], Covariates: []float64{1}}
		if names != nil {
			list[i].Name = names[i]
		}
	}
	for _, expression := range s.Covariates {
		values, err := numbers(frame, expression)
		if err != nil {
			return nil, fmt.Errorf("covariate: %w", err)
		}
		for i := range list {
			list[i].Covariates = append(list[i].Covariates, values[i])
		}
	}
	return list, nil
}

func areaLines(all []smallarea.Area, fit *smallarea.FayHerriot) ([]areaLine, error) {
	lines := make([]areaLine, len(all))
	next := 0
	for i, a := range all {
		lines[i] = areaLine{Area: a.Name, Direct: known(a.Direct)}
		if !math.IsNaN(a.Direct) && !math.IsNaN(a.Variance) {
			e := fit.Areas[next]
			next++
			lines[i].Estimate, lines[i].RootMSE, lines[i].Shrinkage = known(e.EBLUP), known(math.Sqrt(e.MSE)), known(e.Shrinkage)
			continue
		}
		synthetic, err := fit.Synthetic(a.Covariates)
		if err != nil {
			return nil, err
		}
		lines[i].Estimate = known(synthetic)
	}
	return lines, nil
}
