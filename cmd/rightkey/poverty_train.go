package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/poverty/pmt"
	"rightkey/poverty/targeting"
)

// povertyTrain is "rightkey poverty train".
type povertyTrain struct {
	In            string   `required:"" placeholder:"FILE" help:"Survey with the truth."`
	Target        string   `required:"" placeholder:"COL" help:"Welfare per head or adult equivalent: a column or a formula."`
	Log           bool     `help:"Train on the logarithm of the target."`
	Features      string   `required:"" placeholder:"S.yaml" help:"List of features, village and area."`
	Model         string   `enum:"ols,ridge,quantile,logit,boost,mean,scorecard" default:"mean" help:"Kind of score: ${enum}."`
	Group         string   `placeholder:"COL" help:"Village or PSU that folds keep whole; by default the features file's village."`
	Folds         string   `default:"5" placeholder:"N|COL" help:"Folds for the out-of-fold report: a number, or a column that holds them."`
	Weight        string   `placeholder:"COL" help:"Weight."`
	VillageEffect bool     `help:"Add the effects of surveyed villages; folds then part villages."`
	Line          string   `placeholder:"N" help:"Poverty line in the target's unit, for calibration, cut-off, logit and scorecard."`
	Tau           float64  `default:"0.5" help:"Order of quantile regression."`
	Questions     int      `default:"10" help:"Questions of a scorecard."`
	Rounds        int      `default:"700" help:"Most trees of boosting."`
	Seed          uint64   `default:"1" help:"Seed of folds and boosting."`
	Out           string   `required:"" placeholder:"M.json" help:"Model file to write."`
	OOF           string   `name:"oof" placeholder:"FILE.csv" help:"Also write each household's out-of-fold score."`
	Keep          []string `placeholder:"COL" help:"Columns to copy beside the out-of-fold scores."`
}

// Help is shown by --help.
func (povertyTrain) Help() string {
	return `Example:
  rightkey poverty train --in survey.csv --target pc_month --log --features features.yaml --model mean --out score.json

The features file names features (a column, or a name with a formula; category: true for texts), and optionally the
village's and the area's column:
  village: psu
  area: district
  features:
    - {name: size}
    - {name: roof, category: true}
    - {name: rooms_per_person, formula: rooms/size}

Penalties and numbers of trees are chosen by cross-validation inside the training households. Never list what is part
of the target, such as expenditure items or imputed rent.`
}

// training is the households to train on.
type training struct {
	rows    []int // of the file
	data    *pmt.Data
	target  []float64
	weight  []float64
	folds   []int
	encoder *pmt.Encoder
}

// Run trains, reports on out-of-fold scores, and writes the model file.
func (c *povertyTrain) Run(k *kong.Kong) error {
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	t, err := c.prepare(frame)
	if err != nil {
		return err
	}
	o, err := c.options(t)
	if err != nil {
		return err
	}
	scores, err := pmt.CrossFit(t.data, t.target, t.weight, t.folds, o)
	if err != nil {
		return err
	}
	o.Folds = t.folds
	model, err := pmt.Fit(t.data, t.target, t.weight, o)
	if err != nil {
		return err
	}
	file, err := c.file(t, frame.Len(), o, model, scores)
	if err != nil {
		return err
	}
	if err := writeModel(c.Out, file); err != nil {
		return err
	}
	if c.OOF != "" {
		if err := c.writeScores(frame, t, scores); err != nil {
			return err
		}
	}
	p := file.Card.Performance
	_, err = fmt.Fprintf(k.Stdout, "%s on %d households (%d left out): out of fold R2 %.3f, rank correlation %.3f;\n"+
		"selecting the poorest 20 %% leaves out %.1f %% of them, 30 %%: %.1f %%; of the poorest tenth %.1f %% are left out at 20 %%\nwrote %s\n",
		c.Model, file.Card.Rows, file.Card.LeftOut, p.R2, p.Spearman, 100*p.Exclusion20, 100*p.Exclusion30, 100*p.PoorestDecile20, c.Out)
	return err
}

// prepare reads the columns and keeps the households whose target and weight are known.
func (c *povertyTrain) prepare(frame *table.Frame) (*training, error) {
	var spec pmt.Spec
	if err := readYAML(c.Features, &spec); err != nil {
		return nil, err
	}
	if spec.Village == "" {
		spec.Village = c.Group
	}
	target, err := numbers(frame, c.Target)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	var weight []float64
	if c.Weight != "" {
		if weight, err = numbers(frame, c.Weight); err != nil {
			return nil, fmt.Errorf("weight: %w", err)
		}
	}
	t := &training{}
	for i, y := range target {
		if c.Log {
			if y <= 0 {
				y = math.NaN()
			}
			target[i] = math.Log(y)
		}
		if !math.IsNaN(target[i]) && (weight == nil || !math.IsNaN(weight[i])) {
			t.rows = append(t.rows, i)
		}
	}
	if t.encoder, err = pmt.NewEncoder(spec, frame); err != nil {
		return nil, err
	}
	all, err := t.encoder.Encode(frame)
	if err != nil {
		return nil, err
	}
	t.data, t.target = all.Take(t.rows), picked(target, t.rows)
	if weight != nil {
		t.weight = picked(weight, t.rows)
	}
	return t, c.setFolds(frame, t)
}

// setFolds reads the folds' column, or deals whole groups (single households under village effects).
func (c *povertyTrain) setFolds(frame *table.Frame, t *training) error {
	count, err := strconv.Atoi(c.Folds)
	if err != nil {
		texts, err := labels(frame, c.Folds)
		if err != nil {
			return fmt.Errorf("folds: %w", err)
		}
		names := slices.Compact(slices.Sorted(slices.Values(texts)))
		for _, i := range t.rows {
			fold, _ := slices.BinarySearch(names, texts[i])
			t.folds = append(t.folds, fold)
		}
		return nil
	}
	if count < 2 {
		return fmt.Errorf("%d folds: at least 2 are needed", count)
	}
	groups := t.data.Village
	if c.Group != "" {
		all, err := labels(frame, c.Group)
		if err != nil {
			return fmt.Errorf("group: %w", err)
		}
		groups = make([]string, len(t.rows))
		for k, i := range t.rows {
			groups[k] = all[i]
		}
	}
	if c.VillageEffect {
		groups = nil
	}
	t.folds = pmt.GroupFolds(groups, len(t.rows), count, c.Seed)
	return nil
}

func (c *povertyTrain) options(t *training) (pmt.Options, error) {
	o := pmt.Options{Kind: pmt.Kind(c.Model), Seed: c.Seed, VillageEffect: c.VillageEffect, Tau: c.Tau, Questions: c.Questions}
	o.Boost.Rounds = c.Rounds
	if c.Line != "" {
		line, err := strconv.ParseFloat(c.Line, 64)
		if err != nil || line <= 0 {
			return o, fmt.Errorf("line %q is not an amount above 0", c.Line)
		}
		if o.Line = line; c.Log {
			o.Line = math.Log(line)
		}
	}
	return o, nil
}

// file assembles the model file with its card.
func (c *povertyTrain) file(t *training, rows int, o pmt.Options, model *pmt.Model, scores []float64) (*pmt.File, error) {
	performance, err := performanceOf(t.target, scores, t.weight)
	if err != nil {
		return nil, err
	}
	f := &pmt.File{Format: pmt.Format, Log: c.Log, Encoder: t.encoder, Model: model, Smearing: 1}
	f.Card = pmt.Card{
		Target: c.Target, Data: filepath.Base(c.In), Rows: len(t.rows), LeftOut: rows - len(t.rows), Kind: o.Kind, Seed: c.Seed,
		Features: len(t.encoder.Spec.Features), Folds: c.Folds, Performance: performance, Important: model.Important(15), Limits: pmt.Limits(o),
	}
	villages := slices.Clone(t.data.Village)
	slices.Sort(villages)
	f.Card.Villages = len(slices.Compact(villages))
	welfareUnit := o.Kind != pmt.KindLogit && o.Kind != pmt.KindScorecard
	if c.Log && welfareUnit {
		f.Smearing = pmt.Smearing(scores, t.target, t.weight)
	}
	if o.Line == 0 {
		return f, nil
	}
	cut, err := pmt.Cutoff(scores, t.target, t.weight, o.Line)
	if err != nil {
		return nil, err
	}
	f.Cutoff = &cut
	f.Calibration, err = pmt.Calibrate(scores, t.target, t.weight, o.Line)
	return f, err
}

func performanceOf(target, scores, weight []float64) (*pmt.Performance, error) {
	p := &pmt.Performance{}
	var err error
	if p.R2, err = targeting.R2(target, scores); err != nil {
		return nil, err
	}
	if p.Spearman, err = targeting.Spearman(target, scores); err != nil {
		return nil, err
	}
	for share, into := range map[float64]*float64{0.2: &p.Exclusion20, 0.3: &p.Exclusion30} {
		a, selected, err := judge(target, scores, weight, share)
		if err != nil {
			return nil, err
		}
		*into = a.Exclusion
		if share == 0.2 {
			if p.PoorestDecile20, err = targeting.PoorestDecileExclusion(target, selected, weight); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// judge selects a share of households by score and compares them with the same share of the poorest.
func judge(welfare, scores, weight []float64, share float64) (targeting.Accuracy, []float64, error) {
	truth, err := targeting.Poorest(welfare, weight, share)
	if err != nil {
		return targeting.Accuracy{}, nil, err
	}
	selected, err := targeting.Poorest(scores, weight, share)
	if err != nil {
		return targeting.Accuracy{}, nil, err
	}
	poor := make([]bool, len(truth))
	for i, part := range truth {
		poor[i] = part > 0.5
	}
	a, err := targeting.Compare(poor, selected, weight)
	return a, selected, err
}

func writeModel(path string, file *pmt.File) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err := file.Write(out); err != nil {
		out.Close()
		return fmt.Errorf("write model %s: %w", path, err)
	}
	return out.Close()
}

// writeScores writes the out-of-fold scores with the columns to keep.
func (c *povertyTrain) writeScores(frame *table.Frame, t *training, scores []float64) error {
	header := append([]string{"row", "fold", "target", "score"}, c.Keep...)
	kept := make([][]string, len(c.Keep))
	for k, name := range c.Keep {
		var err error
		if kept[k], err = frame.Strings(name); err != nil {
			return err
		}
	}
	rows := make([][]string, len(scores))
	for k, i := range t.rows {
		rows[k] = []string{strconv.Itoa(i + 1), strconv.Itoa(t.folds[k]), exact(t.target[k]), exact(scores[k])}
		for _, column := range kept {
			rows[k] = append(rows[k], column[i])
		}
	}
	return writeCSV(c.OOF, header, rows)
}

func picked[T any](x []T, rows []int) []T {
	p := make([]T, len(rows))
	for k, i := range rows {
		p[k] = x[i]
	}
	return p
}
