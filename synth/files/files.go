// Package files writes a synthetic county as the files that the ordinary import reads: areas, households, persons,
// incomes and expenditures under outside keys, with columns and codes as a policy pack calls them, the mapping that
// tells the import so, and, apart from them, the truth.
package files

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
	Truth       = "truth.csv"
)

// Create opens a file of the output for writing.
type Create func(name string) (io.WriteCloser, error)

// Counts are the rows written.
type Counts struct {
	Areas, Households, Persons, Income, Expenditure, Poor, Registered int
}

// Write writes the county: areas.csv, households.csv, persons.csv, income.csv, expenditure.csv and, where the layout has
// forms of areas, villages.csv and counties.csv, a mapping for each but the first, and truth.csv. Progress is called after every household with the number written; it may be nil.
func Write(county *synth.County, layout Layout, create Create, progress func(done int)) (Counts, error) {
	w := &writer{layout: layout, create: create}
	err := w.write(county, progress)
	for _, out := range w.open {
		err = errors.Join(err, out.close())
	}
	if err != nil {
		return w.counts, fmt.Errorf("write synthetic county: %w", err)
	}
	return w.counts, nil
}

type writer struct {
	layout Layout
	create Create
	open   []*output
	counts Counts
	year   int
}

func (w *writer) write(county *synth.County, progress func(int)) error {
	w.year = county.Year()
	if err := w.areas(county); err != nil {
		return err
	}
	households, err := newSheet(w, "households", "household", householdFields())
	if err != nil {
		return err
	}
	persons, err := newSheet(w, "persons", "person", personFields())
	if err != nil {
		return err
	}
	income, err := newSheet(w, "income", "income", entryFields())
	if err != nil {
		return err
	}
	expenditure, err := newSheet(w, "expenditure", "expenditure", entryFields())
	if err != nil {
		return err
	}
	forms, err := newPlaces(w, county)
	if err != nil {
		return err
	}
	truth, err := w.csv(Truth, "household", "size", "net_income", "net_income_per_head", "poor", "registered")
	if err != nil {
		return err
	}
	for h := range county.Households() {
		err = errors.Join(households.row(h), writeMembers(persons, h), w.entries(h, income, expenditure), forms.add(h), truth.row(w.truth(h)...))
		if err != nil {
			return err
		}
		w.count(h)
		if progress != nil {
			progress(w.counts.Households)
		}
	}
	return forms.finish()
}

func writeMembers(persons *sheet[member], h *synth.Household) error {
	for i := range h.Members {
		if err := persons.row(member{Person: h.Members[i], household: h.Key}); err != nil {
			return err
		}
	}
	return nil
}

// entries writes the incomes and the expenditures of a household, each numbered within it.
func (w *writer) entries(h *synth.Household, income, expenditure *sheet[entry]) error {
	var err error
	counts := map[bool]int{}
	for _, e := range h.Entries {
		counts[e.Expenditure]++
		row := entry{Entry: e, household: h.Key, number: counts[e.Expenditure], digits: w.layout.Digits}
		if e.Expenditure {
			err = errors.Join(err, expenditure.row(row))
		} else {
			err = errors.Join(err, income.row(row))
		}
	}
	w.counts.Income += counts[false]
	w.counts.Expenditure += counts[true]
	return err
}

func (w *writer) truth(h *synth.Household) []string {
	size := int64(len(h.Members))
	return []string{h.Key, strconv.FormatInt(size, 10), amount(h.Net, w.layout.Digits), amount(h.Net/size, w.layout.Digits),
		strconv.FormatBool(h.Poor), strconv.FormatBool(h.Registered)}
}

func (w *writer) count(h *synth.Household) {
	w.counts.Households++
	w.counts.Persons += len(h.Members)
	if h.Poor {
		w.counts.Poor++
	}
	if h.Registered {
		w.counts.Registered++
	}
}

func (w *writer) areas(county *synth.County) error {
	out, err := w.csv(Areas, "code", "name", "name_en", "level", "lat", "lon", "valid_from")
	if err != nil {
		return err
	}
	for _, area := range county.Areas() {
		w.counts.Areas++
		err := out.row(area.Code, area.Name, area.Latin, strconv.Itoa(area.Level),
			strconv.FormatFloat(area.Latitude, 'f', 5, 64), strconv.FormatFloat(area.Longitude, 'f', 5, 64), county.ValidFrom())
		if err != nil {
			return err
		}
	}
	return nil
}

// output is one CSV file being written.
type output struct {
	name string
	file io.WriteCloser
	csv  *csv.Writer
}

// csv starts a file with its header.
func (w *writer) csv(name string, header ...string) (*output, error) {
	file, err := w.create(name)
	if err != nil {
		return nil, err
	}
	out := &output{name: name, file: file, csv: csv.NewWriter(file)}
	w.open = append(w.open, out)
	return out, out.row(header...)
}

func (o *output) row(cells ...string) error { return o.csv.Write(cells) }

func (o *output) close() error {
	o.csv.Flush()
	if err := errors.Join(o.csv.Error(), o.file.Close()); err != nil {
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
