package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"rightkey/internal/table"
	"rightkey/linkage"
)

// guessRows is the number of rows that the kinds of columns are guessed from.
const guessRows = 5000

// fieldsFor reads the --field flags, or guesses the fields of the table and says so.
func fieldsFor(flags []string, path string, out io.Writer) ([]linkage.Field, error) {
	var fields []linkage.Field
	for _, flag := range flags {
		field, err := linkage.ParseField(flag)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
	}
	if len(fields) > 0 {
		return fields, nil
	}
	header, sample, err := head(path)
	if err != nil {
		return nil, err
	}
	fields = linkage.Guess(header, sample)
	if len(fields) == 0 {
		return nil, fmt.Errorf("%s: no column to compare was recognised, name them with --field COLUMN:KIND", path)
	}
	fmt.Fprint(out, "fields guessed from names and values:")
	for _, field := range fields {
		fmt.Fprintf(out, " --field %s:%s", field.Name, field.Kind)
	}
	fmt.Fprintln(out)
	return fields, nil
}

// openTable opens a table. A text of one column may be separated by something else than commas, which is then found
// out.
func openTable(path string) (table.Reader, error) {
	reader, err := table.Open(path)
	if err != nil || len(reader.Header()) > 1 || !strings.EqualFold(filepath.Ext(path), ".csv") {
		return reader, err
	}
	if err := reader.Close(); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return table.OpenText(bytes.NewReader(text), table.Options{})
}

// head reads the first rows of a table.
func head(path string) (header []string, rows [][]string, err error) {
	reader, err := openTable(path)
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	for len(rows) < guessRows {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", path, err)
		}
		rows = append(rows, row.Cells)
	}
	return reader.Header(), rows, nil
}

// feed adds the rows of a table to a builder, and returns the cells of the extra columns by name.
func feed(b *linkage.Builder, path string, fields []linkage.Field, group string, extra ...string) (map[string][]string, error) {
	reader, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	columns := map[string]int{}
	for i, name := range reader.Header() {
		columns[name] = i
	}
	places := make([]int, len(fields))
	for i, field := range fields {
		at, ok := columns[field.Name]
		if !ok {
			return nil, fmt.Errorf("%s has no column %q (it has %s)", path, field.Name, strings.Join(reader.Header(), ", "))
		}
		places[i] = at
	}
	for _, name := range append([]string{group}, extra...) {
		if _, ok := columns[name]; name != "" && !ok {
			return nil, fmt.Errorf("%s has no column %q (it has %s)", path, name, strings.Join(reader.Header(), ", "))
		}
	}
	kept := map[string][]string{}
	values := make([]string, len(fields))
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return kept, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		for i, at := range places {
			values[i] = row.Cells[at]
		}
		household := ""
		if group != "" {
			household = row.Cells[columns[group]]
		}
		b.Add(values, household)
		for _, name := range extra {
			if name != "" {
				kept[name] = append(kept[name], row.Cells[columns[name]])
			}
		}
	}
}

// readTwo reads a left and a right table, and returns the cells of the extra columns of either by name.
func readTwo(left, right string, fields []linkage.Field, extra ...string) (*linkage.Records, [2]map[string][]string, error) {
	var kept [2]map[string][]string
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return nil, kept, err
	}
	for side, path := range []string{left, right} {
		if side == 1 {
			builder.Split()
		}
		if kept[side], err = feed(builder, path, fields, "", extra...); err != nil {
			return nil, kept, err
		}
	}
	return builder.Finish(), kept, nil
}

// readLabels reads judged pairs: columns left and right, rows counted from 1, and same, 1 or 0. Pairs without a word
// in same are passed over.
func readLabels(path string) ([]linkage.Decision, error) {
	if path == "" {
		return nil, nil
	}
	reader, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	frame, err := table.Load(reader)
	if err != nil {
		return nil, fmt.Errorf("read labels %s: %w", path, err)
	}
	var columns [3][]float64
	for i, name := range []string{"left", "right", "same"} {
		if columns[i], err = frame.Numbers(name); err != nil {
			return nil, fmt.Errorf("read labels %s: %w", path, err)
		}
	}
	var decisions []linkage.Decision
	for i := range frame.Len() {
		left, right, same := columns[0][i], columns[1][i], columns[2][i]
		if math.IsNaN(same) {
			continue
		}
		if !(left >= 1 && right >= 1 && (same == 0 || same == 1)) {
			return nil, fmt.Errorf("read labels %s: row %d: want rows from 1 in left and right, and 1 or 0 in same", path, i+1)
		}
		decisions = append(decisions, linkage.Decision{Left: uint32(left) - 1, Right: uint32(right) - 1, Same: same == 1})
	}
	return decisions, nil
}
