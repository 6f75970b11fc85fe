package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/table"
	"rightkey/poverty/formula"
)

// povertyCommands measure poverty in surveys and registers, and train and judge the scores that find the poor.
type povertyCommands struct {
	Measure   povertyMeasure   `cmd:"" help:"Headcount, gap and other indices of a survey with standard errors."`
	MPI       povertyMPI       `cmd:"" name:"mpi" help:"Multidimensional poverty by counting deprivations."`
	Train     povertyTrain     `cmd:"" help:"Train a score that predicts welfare from observable features."`
	Predict   povertyPredict   `cmd:"" help:"Score households with a trained model."`
	Evaluate  povertyEvaluate  `cmd:"" help:"Every targeting error of a score against the truth, with plots."`
	SmallArea povertySmallArea `cmd:"" name:"smallarea" help:"Estimates for areas with few surveyed households."`
	Check     povertyCheck     `cmd:"" help:"Our results beside those of reference software and published papers."`
}

// loadTable reads a whole table (CSV, TSV, XLSX or Parquet, by the ending of its name).
func loadTable(path string) (*table.Frame, error) {
	reader, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	frame, err := table.Load(reader)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return frame, nil
}

// numbers is a column of a table, or a formula over its columns, as numbers with NaN for missing entries.
func numbers(frame *table.Frame, expression string) ([]float64, error) {
	if _, is := frame.Index(expression); is {
		return frame.Numbers(expression)
	}
	values, err := formula.Eval(expression, frame)
	if err != nil {
		return nil, err
	}
	if len(values) == 1 && frame.Len() != 1 {
		return repeated(values[0], frame.Len()), nil
	}
	return values, nil
}

func repeated(value float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = value
	}
	return all
}

// labels is a column of texts, nil where no column is named; NA is missing.
func labels(frame *table.Frame, column string) ([]string, error) {
	if column == "" {
		return nil, nil
	}
	cells, err := frame.Strings(column)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(cells))
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell != "NA" {
			texts[i] = cell
		}
	}
	return texts, nil
}

// readYAML reads a definition file; a key that is not known is an error.
func readYAML(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open definition: %w", err)
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// shown prints an estimate for a table: enough digits to compare, "-" where there is none.
func shown(value *float64) string {
	if value == nil {
		return "-"
	}
	return strconv.FormatFloat(*value, 'g', 7, 64)
}

// known is a number for JSON, nil where it is not one.
func known(value float64) *float64 {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return nil
	}
	return &value
}
