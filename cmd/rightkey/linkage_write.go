package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"rightkey/internal/table"
	"rightkey/linkage"
)

// writePairs writes left, right, probability and weight of each pair, and for each field the level at which the two
// agree and what that contributes, such as "same 7.91". Rows are counted from 1.
func writePairs(path string, fields []linkage.Field, pairs []linkage.Pair) error {
	return writePairTable(path, nil, fields, pairs)
}

// writeQuestions is writePairs with an empty column for the answer.
func writeQuestions(path string, fields []linkage.Field, pairs []linkage.Pair) error {
	return writePairTable(path, []string{"same"}, fields, pairs)
}

// writePairTable leaves the cells of the columns to fill in empty.
func writePairTable(path string, fillIn []string, fields []linkage.Field, pairs []linkage.Pair) error {
	header := append([]string{"left", "right", "probability", "weight"}, fillIn...)
	for _, field := range fields {
		header = append(header, field.Name)
	}
	return writeTable(path, header, func(w table.Writer) error {
		for _, pair := range pairs {
			cells := []string{
				strconv.Itoa(int(pair.Left) + 1), strconv.Itoa(int(pair.Right) + 1),
				strconv.FormatFloat(pair.Probability, 'f', 6, 64), strconv.FormatFloat(pair.Weight, 'f', 3, 64),
			}
			cells = append(cells, make([]string, len(fillIn))...)
			for _, evidence := range pair.Evidence {
				cells = append(cells, evidence.Level+" "+strconv.FormatFloat(evidence.Bits, 'f', 2, 64))
			}
			if err := w.Write(cells); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeClusters writes for each row its cluster, named by the cluster's first row.
func writeClusters(path string, owner []uint32) error {
	return writeTable(path, []string{"row", "cluster"}, func(w table.Writer) error {
		for row, first := range owner {
			if err := w.Write([]string{strconv.Itoa(row + 1), strconv.Itoa(int(first) + 1)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func readModel(path string) (*linkage.Model, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	model := new(linkage.Model)
	if err := json.Unmarshal(data, model); err != nil {
		return nil, fmt.Errorf("read model %s: %w", path, err)
	}
	return model, nil
}

func saveModel(path string, model *linkage.Model) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(model, "", "  ")
	if err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// printReport says in a few lines what was done.
func printReport(out io.Writer, r linkage.Report) {
	for _, rule := range r.Rules {
		fmt.Fprintf(out, "block by %s: about %.0f pairs\n", strings.Join(rule.Keys, " + "), rule.Pairs)
	}
	fmt.Fprintf(out, "%d pairs scored, %d oversized blocks refined, %.0f matches expected\n", r.Pairs, r.Refined, r.ExpectedMatches)
}
