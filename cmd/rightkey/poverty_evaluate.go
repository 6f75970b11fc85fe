package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/poverty"
	"rightkey/poverty/survey"
	"rightkey/poverty/targeting"
)

// povertyEvaluate is "rightkey poverty evaluate".
type povertyEvaluate struct {
	In       string    `required:"" placeholder:"FILE" help:"Households with truth and score."`
	Truth    string    `required:"" placeholder:"COL" help:"True welfare: a column or a formula."`
	Score    string    `required:"" placeholder:"COL" help:"Score, low for the poor: a column or a formula."`
	Coverage []float64 `default:"0.2,0.3" help:"Shares of households selected; the truth is the same share of the poorest."`
	Line     *float64  `help:"Poverty line: then the poor are those at or below it, at every coverage."`
	Weight   string    `placeholder:"COL" help:"Weight."`
	PSU      string    `name:"psu" placeholder:"COL" help:"Village or PSU, for the intervals."`
	By       string    `placeholder:"COL" help:"Also the errors in each of these groups under the whole's selection."`
	Plots    string    `placeholder:"DIR" help:"Write roc.svg, calibration.svg and areas.svg there."`
	Format   string    `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertyEvaluate) Help() string {
	return `Example:
  rightkey poverty evaluate --in scores.csv --truth target --score score --coverage .2,.3 --by district --plots plots

Every error is printed under its own name; docs/TARGETING.md explains them. Use scores of households that the model did
not see (train --oof): scores of its own training households flatter it.`
}

// evaluation is the printed result.
type evaluation struct {
	Rows     int              `json:"rows"`
	Missing  int              `json:"missing"`
	Spearman *float64         `json:"spearman"`
	Results  []evaluationLine `json:"results"`
}

// evaluationLine is one coverage in the whole (Group "") or a group.
type evaluationLine struct {
	Coverage       float64  `json:"coverage"`
	Group          string   `json:"group,omitempty"`
	Rows           int      `json:"rows"`
	PovertyRate    *float64 `json:"poverty_rate"`
	Selected       *float64 `json:"selected"`
	Exclusion      *float64 `json:"exclusion_error"`
	ExclusionLow   *float64 `json:"exclusion_error_low"`
	ExclusionHigh  *float64 `json:"exclusion_error_high"`
	Inclusion      *float64 `json:"inclusion_error"`
	Leakage        *float64 `json:"leakage"`
	NonPoorError   *float64 `json:"non_poor_error"`
	TotalError     *float64 `json:"total_error"`
	BPAC           *float64 `json:"bpac"`
	Differential   *float64 `json:"targeting_differential"`
	AUC            *float64 `json:"auc,omitempty"`
	CGH            *float64 `json:"cgh,omitempty"`
	PoorestDecile  *float64 `json:"poorest_decile_left_out,omitempty"`
	HeadcountAfter *float64 `json:"headcount_after_transfer,omitempty"`
}

// judged is the input of an evaluation, rows with unknown entries at weight 0.
type judged struct {
	truth, score, weight []float64
	psu, groups          []string
	missing              int
}

// Run evaluates, prints, and draws.
func (c *povertyEvaluate) Run(k *kong.Kong) error {
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	j, err := c.read(frame)
	if err != nil {
		return err
	}
	result, err := c.evaluate(j)
	if err != nil {
		return err
	}
	if c.Plots != "" {
		if err := c.draw(j, result); err != nil {
			return err
		}
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	}
	return result.print(k.Stdout)
}

// read keeps the rows in which truth, score and weight are known.
func (c *povertyEvaluate) read(frame *table.Frame) (*judged, error) {
	truth, err := numbers(frame, c.Truth)
	if err != nil {
		return nil, fmt.Errorf("truth: %w", err)
	}
	score, err := numbers(frame, c.Score)
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	weight := repeated(1, frame.Len())
	if c.Weight != "" {
		if weight, err = numbers(frame, c.Weight); err != nil {
			return nil, fmt.Errorf("weight: %w", err)
		}
	}
	psu, err := labels(frame, c.PSU)
	if err != nil {
		return nil, err
	}
	groups, err := labels(frame, c.By)
	if err != nil {
		return nil, err
	}
	j := &judged{}
	for i := range truth {
		if math.IsNaN(truth[i]) || math.IsNaN(score[i]) || math.IsNaN(weight[i]) {
			j.missing++
			continue
		}
		j.truth, j.score, j.weight = append(j.truth, truth[i]), append(j.score, score[i]), append(j.weight, weight[i])
		if psu != nil {
			j.psu = append(j.psu, psu[i])
		}
		if groups != nil {
			j.groups = append(j.groups, groups[i])
		}
	}
	if len(j.truth) == 0 {
		return nil, fmt.Errorf("no row has truth, score and weight")
	}
	return j, nil
}

func (c *povertyEvaluate) evaluate(j *judged) (*evaluation, error) {
	rank, err := targeting.Spearman(j.truth, j.score)
	if err != nil {
		return nil, err
	}
	design, err := survey.New(len(j.truth), survey.Options{Weights: j.weight, PSU: j.psu, Lonely: survey.LonelyCertainty})
	if err != nil {
		return nil, err
	}
	result := &evaluation{Rows: len(j.truth), Missing: j.missing, Spearman: known(rank)}
	for _, coverage := range c.Coverage {
		poor, err := c.poor(j, coverage)
		if err != nil {
			return nil, err
		}
		selected, err := targeting.Poorest(j.score, j.weight, coverage)
		if err != nil {
			return nil, err
		}
		whole, err := errorsOf(j, poor, selected, design, func(int) bool { return true })
		if err != nil {
			return nil, err
		}
		if err := whole.rank(j, poor, selected, c.Line); err != nil {
			return nil, err
		}
		whole.Coverage = coverage
		result.Results = append(result.Results, whole)
		for _, group := range poverty.Groups(poverty.Sample{Welfare: j.truth, Weight: j.weight}, j.groups) {
			part, err := errorsOf(j, poor, selected, design, func(i int) bool { return j.groups[i] == group })
			if err != nil {
				return nil, err
			}
			part.Coverage, part.Group = coverage, group
			result.Results = append(result.Results, part)
		}
	}
	return result, nil
}

// poor says who is poor: under the line, or the poorest share.
func (c *povertyEvaluate) poor(j *judged, share float64) ([]bool, error) {
	poor := make([]bool, len(j.truth))
	if c.Line != nil {
		for i, y := range j.truth {
			poor[i] = y <= *c.Line
		}
		return poor, nil
	}
	part, err := targeting.Poorest(j.truth, j.weight, share)
	for i, p := range part {
		poor[i] = p > 0.5
	}
	return poor, err
}

// errorsOf are the errors inside a group, with the interval of the exclusion error under the survey's clusters.
func errorsOf(j *judged, poor []bool, selected []float64, design *survey.Design, inside func(i int) bool) (evaluationLine, error) {
	weight := make([]float64, len(j.weight))
	line := evaluationLine{}
	for i, w := range j.weight {
		if inside(i) {
			weight[i] = w
			line.Rows++
		}
	}
	a, err := targeting.Compare(poor, selected, weight)
	if err != nil {
		return line, err
	}
	line.PovertyRate, line.Selected, line.Exclusion, line.Inclusion = known(a.PovertyRate), known(a.Coverage), known(a.Exclusion), known(a.Inclusion)
	line.Leakage, line.NonPoorError, line.TotalError = known(a.Leakage), known(a.NonPoorError), known(a.TotalError)
	line.BPAC, line.Differential = known(a.BPAC), known(a.Differential)
	if a.TP+a.FN == 0 {
		return line, nil
	}
	domain := poverty.Sample{Welfare: j.truth, Weight: weight}
	missed := domain.MeanOf(func(i int) float64 {
		if poor[i] {
			return 1 - selected[i]
		}
		return 0
	})
	all := domain.MeanOf(func(i int) float64 {
		if poor[i] {
			return 1
		}
		return 0
	})
	se, err := design.SE(poverty.Ratio(missed, all).Influence)
	if err != nil {
		return line, err
	}
	low, high := design.ShareInterval(a.Exclusion, se, 0.95)
	line.ExclusionLow, line.ExclusionHigh = known(low), known(high)
	return line, nil
}

// rank adds what is said of a whole population only.
func (l *evaluationLine) rank(j *judged, poor []bool, selected []float64, line *float64) error {
	auc, err := targeting.AUC(poor, j.score, j.weight)
	if err != nil {
		return err
	}
	cgh, err := targeting.CGH(j.truth, selected, j.weight)
	if err != nil {
		return err
	}
	decile, err := targeting.PoorestDecileExclusion(j.truth, selected, j.weight)
	if err != nil {
		return err
	}
	l.AUC, l.CGH, l.PoorestDecile = known(auc), known(cgh), known(decile)
	if line == nil {
		return nil
	}
	after, err := targeting.HeadcountAfter(j.truth, selected, j.weight, *line)
	l.HeadcountAfter = known(after)
	return err
}

func (e *evaluation) print(w io.Writer) error {
	fmt.Fprintf(w, "%d households, %d left out for missing values; rank correlation of score and truth %s\n\n", e.Rows, e.Missing, shown(e.Spearman))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "coverage\tgroup\trows\tpoor\tselected\texclusion error\t95 % from\tto\tinclusion error\tleakage\tnon-poor error\ttotal error\tBPAC\tAUC\tCGH\tpoorest tenth left out")
	for _, l := range e.Results {
		group := l.Group
		if group == "" {
			group = "all"
		}
		fmt.Fprintf(t, "%.3g\t%s\t%d", l.Coverage, group, l.Rows)
		for _, v := range []*float64{l.PovertyRate, l.Selected, l.Exclusion, l.ExclusionLow, l.ExclusionHigh, l.Inclusion, l.Leakage, l.NonPoorError, l.TotalError, l.BPAC, l.AUC, l.CGH, l.PoorestDecile} {
			if v == nil {
				fmt.Fprint(t, "\t-")
				continue
			}
			fmt.Fprintf(t, "\t%.3f", *v)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

// draw writes the plots of the first coverage.
func (c *povertyEvaluate) draw(j *judged, e *evaluation) error {
	if err := os.MkdirAll(c.Plots, 0o755); err != nil {
		return fmt.Errorf("make the folder of plots: %w", err)
	}
	poor, err := c.poor(j, c.Coverage[0])
	if err != nil {
		return err
	}
	curve, err := targeting.ROC(poor, j.score, j.weight)
	if err != nil {
		return err
	}
	for name, svg := range map[string]string{
		"roc.svg": rocPlot(curve), "calibration.svg": calibrationPlot(j.truth, j.score, j.weight), "areas.svg": areaPlot(e.Results),
	} {
		if err := os.WriteFile(filepath.Join(c.Plots, name), []byte(svg), 0o644); err != nil {
			return fmt.Errorf("write plot: %w", err)
		}
	}
	return nil
}
