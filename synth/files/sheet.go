package files

import (
	"fmt"
	"io"
	"strings"
)

// separator stands between the words of a field with several.
const separator = ";"

// sheet writes the rows of one subject in the columns of the layout, behind the columns key and, for what belongs to
// a household, household.
type sheet[T any] struct {
	out     *output
	keys    []func(T) string
	columns []func(T) (string, error)
}

// fields are what a subject can fill columns with, and its keys: its own and its household's.
type fields[T any] struct {
	key, household func(T) string
	values         map[string]func(T) string
}

// newSheet starts the file of a subject and writes its mapping.
func newSheet[T any](w *writer, name, subject string, known fields[T]) (*sheet[T], error) {
	s := &sheet[T]{keys: []func(T) string{known.key}}
	header := []string{"key"}
	if known.household != nil {
		s.keys = append(s.keys, known.household)
		header = append(header, "household")
	}
	for _, column := range w.layout.Columns[name] {
		fill, err := filler(column, known.values, w.layout.Codes)
		if err != nil {
			return nil, fmt.Errorf("column %s of %s: %w", column.Item, name, err)
		}
		s.columns = append(s.columns, fill)
		header = append(header, column.Item)
	}
	if err := w.mapping(name, subject, known.household != nil); err != nil {
		return nil, err
	}
	var err error
	s.out, err = w.csv(name+".csv", header...)
	return s, err
}

// filler makes the function that fills a column.
func filler[T any](column Column, known map[string]func(T) string, lists map[string]map[string]string) (func(T) (string, error), error) {
	if column.Const != "" {
		return func(T) (string, error) { return column.Const, nil }, nil
	}
	value, ok := known[column.Field]
	if !ok {
		return nil, fmt.Errorf("there is no field %q", column.Field)
	}
	if column.Codes == "" {
		return func(of T) (string, error) { return value(of), nil }, nil
	}
	list, ok := lists[column.Codes]
	if !ok {
		return nil, fmt.Errorf("there is no code list %q", column.Codes)
	}
	return func(of T) (string, error) { return code(value(of), column, list) }, nil
}

// code translates the words of a field; no word has no code.
func code(words string, column Column, list map[string]string) (string, error) {
	if words == "" {
		return "", nil
	}
	var codes []string
	for _, word := range strings.Split(words, separator) {
		code, ok := list[word]
		if !ok {
			return "", fmt.Errorf("column %s: code list %s has no %q", column.Item, column.Codes, word)
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, separator), nil
}

// cells are the cells of a row.
func (s *sheet[T]) cells(of T) ([]string, error) {
	cells := make([]string, 0, len(s.keys)+len(s.columns))
	for _, key := range s.keys {
		cells = append(cells, key(of))
	}
	for _, column := range s.columns {
		cell, err := column(of)
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell)
	}
	return cells, nil
}

// row writes a row at once.
func (s *sheet[T]) row(of T) error {
	cells, err := s.cells(of)
	if err != nil {
		return err
	}
	return s.out.row(cells...)
}

// mapping writes NAME.map.yaml: which subject the file holds, where its keys stand and which column fills which item.
func (w *writer) mapping(name, subject string, belongs bool) error {
	var text strings.Builder
	fmt.Fprintf(&text, "# How %s.csv is read by the import.\n", name)
	fmt.Fprintf(&text, "pack: %s\nsubject: %s\nsource: synth\nkey: key\n", w.layout.Pack, subject)
	if belongs {
		text.WriteString("household: household\n")
	}
	fmt.Fprintf(&text, "day: \"%d-12-31\"\n", w.year)
	text.WriteString("columns:\n")
	for _, column := range w.layout.Columns[name] {
		fmt.Fprintf(&text, "  %s: %s\n", column.Item, column.Item)
	}
	file, err := w.create(name + ".map.yaml")
	if err != nil {
		return err
	}
	if _, err = io.WriteString(file, text.String()); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
