// Package files writes a synthetic county as the files that the ordinary import reads: areas, households, persons,
// incomes and expenditures under outside keys, with columns and codes as a policy pack calls them, the mapping that
// tells the import so, and, apart from them, the truth.
package files

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strconv"
	"strings"

	"rightkey/synth"
)

// Layout says which columns the files have and how the program's words are coded in them.
type Layout struct {
	Pack    string                       `yaml:"pack"`
	Digits  int                          `yaml:"digits"`  // decimals of the currency
	Codes   map[string]map[string]string `yaml:"codes"`   // list → word → code
	Columns map[string][]Column          `yaml:"columns"` // by file: households, persons, income, expenditure, villages, counties
	Places  PlaceForms                   `yaml:"places"`
}

// Column is a column of a file: the pack's item, and the field it is filled from or the constant it holds. Codes
// names the list through which the field's words go, "" for none.
type Column struct {
	Item  string `yaml:"item"`
	Field string `yaml:"field"`
	Codes string `yaml:"codes"`
	Const string `yaml:"const"`
}

// The files, in the order in which they are to be imported, and the one that is not.
const (
	Areas       = "areas.csv"
	Households  = "households.csv"
	Persons     = "persons.csv"
	Income      = "income.csv"
	Expenditure = "expenditure.csv"
	Villages    = "villages.csv"
	Counties    = "counties.csv"

	Truth        = "truth/households.csv" // what is true of each household
	TruthRecords = "truth/records.csv"    // each mistake in a record, and the truth
	TruthLists   = "truth/lists.csv"      // what is true of each row of the departments' lists
	Departments  = "departments/"         // folder of the departments' lists
)

// Create opens a file of the output for writing.
type Create func(name string) (io.WriteCloser, error)

// Counts are the rows written.
type Counts struct {
	Areas, Households, Persons, Income, Expenditure, Poor, Registered int
	Faults, Listed                                                    int // mistakes of records, rows of departments' lists
}

// Write writes the population: areas.csv, households.csv, persons.csv, income.csv, expenditure.csv, the forms of areas
// and a mapping for each of them; the departments' lists; and, in a folder apart, the truth. Villages are made and
// written down several at once, as many as there are processors, and put into the files in their order: equal
// populations give equal bytes. Progress is called after every village with the number of households written; it may
// be nil.
func Write(county *synth.County, layout Layout, create Create, progress func(done int)) (Counts, error) {
	w := &writer{county: county, layout: layout, create: create, year: county.Year()}
	err := w.start()
	if err == nil {
		err = w.write(progress)
	}
	for _, out := range w.open {
		err = errors.Join(err, out.close())
	}
	if err != nil {
		return w.counts, fmt.Errorf("write synthetic county: %w", err)
	}
	return w.counts, nil
}

type writer struct {
	county *synth.County
	layout Layout
	create Create
	open   []*output
	counts Counts
	year   int

	households          *sheet[*synth.Household]
	persons             *sheet[member]
	income, expenditure *sheet[entry]
	forms               *places
	lists               map[string]*output
	truth, records      *output
	listTruth           *output
}

// start writes the areas and begins the other files.
func (w *writer) start() error {
	if err := w.areas(w.county); err != nil {
		return err
	}
	var err error
	if w.households, err = newSheet(w, "households", "household", householdFields(w.county)); err != nil {
		return err
	}
	if w.persons, err = newSheet(w, "persons", "person", personFields()); err != nil {
		return err
	}
	if w.income, err = newSheet(w, "income", "income", entryFields()); err != nil {
		return err
	}
	if w.expenditure, err = newSheet(w, "expenditure", "expenditure", entryFields()); err != nil {
		return err
	}
	if w.forms, err = newPlaces(w, w.county); err != nil {
		return err
	}
	return w.startTruth()
}

// write makes the villages and writes them.
func (w *writer) write(progress func(int)) error {
	workers := runtime.GOMAXPROCS(0)
	made := inOrder(workers, villages(w.county), func(i int) village { return village{number: i, households: w.county.Make(i)} })
	for done := range inOrder(workers, numbered(w.county, made), w.writeDown) {
		if err := w.put(done); err != nil {
			return err
		}
		if progress != nil {
			progress(w.counts.Households)
		}
	}
	return w.forms.finish()
}

// village is a village at work.
type village struct {
	number     int
	households []*synth.Household
}

func villages(county *synth.County) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range county.Villages() {
			if !yield(i) {
				return
			}
		}
	}
}

// numbered gives the persons of each village their identity numbers, which needs the villages in their order.
func numbered(county *synth.County, made iter.Seq[village]) iter.Seq[village] {
	return func(yield func(village) bool) {
		numbers := county.Numbers()
		for v := range made {
			numbers.Number(v.households)
			if !yield(v) {
				return
			}
		}
	}
}

func (w *writer) areas(county *synth.County) error {
	out, err := w.csv(Areas, "code", "name", "name_en", "level", "lat", "lon", "valid_from")
	if err != nil {
		return err
	}
	for _, area := range county.Areas() {
		w.counts.Areas++
		err := out.row(area.Code, area.Name, area.Latin, strconv.Itoa(area.Level), degrees(area.Latitude), degrees(area.Longitude), county.ValidFrom())
		if err != nil {
			return err
		}
	}
	return nil
}

// degrees writes a coordinate, "" where none was given.
func degrees(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', 5, 64)
}

// output is one CSV file being written.
type output struct {
	name   string
	number int // among the files
	file   io.WriteCloser
	bytes  *bufio.Writer
}

// csv starts a file with its header.
func (w *writer) csv(name string, header ...string) (*output, error) {
	file, err := w.create(name)
	if err != nil {
		return nil, err
	}
	out := &output{name: name, number: len(w.open), file: file, bytes: bufio.NewWriterSize(file, 1<<16)}
	w.open = append(w.open, out)
	return out, out.row(header...)
}

func (o *output) row(cells ...string) error {
	line := csv.NewWriter(o.bytes)
	if err := line.Write(cells); err != nil {
		return err
	}
	line.Flush()
	return line.Error()
}

func (o *output) close() error {
	if err := errors.Join(o.bytes.Flush(), o.file.Close()); err != nil {
		return fmt.Errorf("file %s: %w", o.name, err)
	}
	return nil
}

// amount writes minor units in major units.
func amount(minor int64, digits int) string {
	text := strconv.FormatInt(minor, 10)
	if digits == 0 {
		return text
	}
	sign := ""
	if minor < 0 {
		sign, text = "-", text[1:]
	}
	text = strings.Repeat("0", max(0, digits+1-len(text))) + text
	return sign + text[:len(text)-digits] + "." + text[len(text)-digits:]
}
