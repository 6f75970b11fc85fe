package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"rightkey/poverty/pmt"
)

// povertyPredict is "rightkey poverty predict".
type povertyPredict struct {
	Model string `required:"" placeholder:"M.json" help:"Model file."`
	In    string `required:"" placeholder:"FILE" help:"Households to score."`
	ID    string `name:"id" placeholder:"COL" help:"Column that names households; by default the row's number."`
	Out   string `required:"" placeholder:"FILE.csv" help:"Scores to write."`
}

// Help is shown by --help.
func (povertyPredict) Help() string {
	return `Example:
  rightkey poverty predict --model score.json --in register.csv --id household --out scores.csv

Writes for each household its score (low is poor), its welfare level where the model predicts one, and where the model
was trained with a line the calibrated likelihood of being poor.`
}

// Run scores and writes.
func (c *povertyPredict) Run(k *kong.Kong) error {
	in, err := os.Open(c.Model)
	if err != nil {
		return fmt.Errorf("open model: %w", err)
	}
	defer in.Close()
	file, err := pmt.Read(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Model, err)
	}
	frame, err := loadTable(c.In)
	if err != nil {
		return err
	}
	data, err := file.Encoder.Encode(frame)
	if err != nil {
		return err
	}
	scores, err := file.Model.Score(data)
	if err != nil {
		return err
	}
	ids, err := labels(frame, c.ID)
	if err != nil {
		return err
	}
	rows := make([][]string, len(scores))
	for i, score := range scores {
		id := strconv.Itoa(i + 1)
		if ids != nil {
			id = ids[i]
		}
		rows[i] = scoreRow(file, id, score)
	}
	if err := writeCSV(c.Out, []string{"id", "score", "welfare", "likelihood"}, rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(k.Stdout, "wrote %d scores to %s\n", len(rows), c.Out)
	return err
}

func scoreRow(file *pmt.File, id string, score float64) []string {
	row := []string{id, exact(score), "", ""}
	kind := file.Model.Kind
	switch {
	case kind == pmt.KindLogit || kind == pmt.KindScorecard:
	case file.Log:
		row[2] = exact(math.Exp(score) * file.Smearing)
	default:
		row[2] = exact(score)
	}
	if kind == pmt.KindScorecard {
		row[3] = exact(file.Model.Scorecard.Likelihood(score))
	} else if file.Calibration != nil {
		row[3] = exact(file.Calibration.Likelihood(score))
	}
	return row
}

// exact prints a number so that reading it gives the same number.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func writeCSV(path string, header []string, rows [][]string) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	w := csv.NewWriter(out)
	if err := w.Write(header); err != nil {
		out.Close()
		return err
	}
	if err := w.WriteAll(rows); err != nil {
		out.Close()
		return fmt.Errorf("write table %s: %w", path, err)
	}
	return out.Close()
}
