package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"

	"rightkey/synth"
)

// block is what a village adds to the files.
type block struct {
	village village
	parts   []bytes.Buffer // by the number of the file
	lines   []*csv.Writer
	counts  Counts
	tally   synth.Tally
	err     error
}

// writeDown writes a village's rows into memory.
func (w *writer) writeDown(v village) *block {
	b := &block{village: v, parts: make([]bytes.Buffer, len(w.open)), lines: make([]*csv.Writer, len(w.open))}
	for _, h := range v.households {
		b.err = errors.Join(b.err, fill(b, w.households, h), w.members(b, h), w.entries(b, h), b.row(w.truth, w.truthOf(h)...), w.faults(b, h))
		b.count(h)
		b.tally.Add(h)
	}
	b.err = errors.Join(b.err, w.listed(b))
	for _, line := range b.lines {
		if line != nil {
			line.Flush()
			b.err = errors.Join(b.err, line.Error())
		}
	}
	return b
}

// row adds a line to a file.
func (b *block) row(to *output, cells ...string) error {
	if b.lines[to.number] == nil {
		b.lines[to.number] = csv.NewWriter(&b.parts[to.number])
	}
	return b.lines[to.number].Write(cells)
}

// fill adds a row of a sheet.
func fill[T any](b *block, s *sheet[T], of T) error {
	cells, err := s.cells(of)
	if err != nil {
		return err
	}
	return b.row(s.out, cells...)
}

func (w *writer) members(b *block, h *synth.Household) error {
	var err error
	for i := range h.Members {
		err = errors.Join(err, fill(b, w.persons, member{Person: h.Members[i], household: h.Key}))
	}
	return err
}

// entries writes the incomes and the expenditures of a household, each numbered within it.
func (w *writer) entries(b *block, h *synth.Household) error {
	var err error
	incomes, expenditures := 0, 0
	for _, e := range h.Entries {
		row := entry{Entry: e, household: h.Key, digits: w.layout.Digits}
		if e.Expenditure {
			expenditures++
			row.number = expenditures
			err = errors.Join(err, fill(b, w.expenditure, row))
			continue
		}
		incomes++
		row.number = incomes
		err = errors.Join(err, fill(b, w.income, row))
	}
	b.counts.Income += incomes
	b.counts.Expenditure += expenditures
	return err
}

func (b *block) count(h *synth.Household) {
	b.counts.Households++
	b.counts.Persons += len(h.Members)
	b.counts.Faults += len(h.Faults)
	if h.Poor {
		b.counts.Poor++
	}
	if h.Registered {
		b.counts.Registered++
	}
}

// put puts a village into the files.
func (w *writer) put(b *block) error {
	if b.err != nil {
		return b.err
	}
	for i := range b.parts {
		if _, err := w.open[i].bytes.Write(b.parts[i].Bytes()); err != nil {
			return err
		}
	}
	for _, of := range []struct {
		to  *int
		add int
	}{{&w.counts.Households, b.counts.Households}, {&w.counts.Persons, b.counts.Persons}, {&w.counts.Income, b.counts.Income},
		{&w.counts.Expenditure, b.counts.Expenditure}, {&w.counts.Poor, b.counts.Poor}, {&w.counts.Registered, b.counts.Registered},
		{&w.counts.Faults, b.counts.Faults}, {&w.counts.Listed, b.counts.Listed}} {
		*of.to += of.add
	}
	return w.forms.village(b.village.households[0], b.tally)
}

// startTruth begins the files of the truth and of the departments' lists.
func (w *writer) startTruth() error {
	var err error
	if w.truth, err = w.csv(Truth, "household", "village", "size", "consumption", "net_income", "net_income_per_head", "welfare", "poor",
		"registered", "mistake", "fitted", "causes", "official", "kin_of", "kin"); err != nil {
		return err
	}
	if w.records, err = w.csv(TruthRecords, "key", "fault", "truth"); err != nil {
		return err
	}
	names := w.county.ListNames()
	if len(names) == 0 {
		return nil
	}
	w.lists = map[string]*output{}
	for _, name := range names {
		if w.lists[name], err = w.csv(Departments+name+".csv", "key", "name", "number", "sex", "birth", "kind", "value", "since"); err != nil {
			return err
		}
	}
	w.listTruth, err = w.csv(TruthLists, "list", "key", "owner", "truth", "namesake")
	return err
}

// truthOf is what is true of a household. Welfare is the logarithm of the measure by head as a multiple of the line.
func (w *writer) truthOf(h *synth.Household) []string {
	size := int64(len(h.Members))
	causes := ""
	for i, cause := range h.Causes {
		if i > 0 {
			causes += separator
		}
		causes += cause
	}
	return []string{h.Key, h.Village.Code, strconv.FormatInt(size, 10), amount(h.Consumption, w.layout.Digits), amount(h.Net, w.layout.Digits),
		amount(h.Net/size, w.layout.Digits), strconv.FormatFloat(h.Welfare, 'f', 4, 64), strconv.FormatBool(h.Poor), strconv.FormatBool(h.Registered),
		h.Mistake, presence(h.Fitted), causes, presence(h.Official), h.KinOf, h.Kin}
}

func (w *writer) faults(b *block, h *synth.Household) error {
	var err error
	for _, f := range h.Faults {
		err = errors.Join(err, b.row(w.records, f.Key, f.Kind, f.Truth))
	}
	return err
}

// listed writes the rows of the departments' lists that concern the village; of what a department does not know yet
// only the truth.
func (w *writer) listed(b *block) error {
	if w.lists == nil {
		return nil
	}
	var err error
	for _, r := range w.county.Lists(b.village.number, b.village.households) {
		err = errors.Join(err, b.row(w.listTruth, r.List, r.Key, r.Owner, r.Truth, r.Namesake))
		if r.Truth == synth.RowLate {
			continue
		}
		sex := "female"
		if r.Male {
			sex = "male"
		}
		err = errors.Join(err, b.row(w.lists[r.List], r.Key, r.Name, r.Number, sex, day(r.Birth), r.Kind, amount(r.Value, w.layout.Digits), day(r.Since)))
		b.counts.Listed++
	}
	return err
}
