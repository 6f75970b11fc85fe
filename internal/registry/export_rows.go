package registry

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/policy"
)

// exportRow is a row of a file with the record's number, by which the hidden mark is made.
type exportRow struct {
	key   string
	cells []string
}

// values are what a row says: columns of the program by their names, items by subject and code.
type rowValues struct {
	program map[string]string
	facts   map[string]policy.Facts // by subject
}

// row writes the values into the columns of a file.
func (w *exportWork) row(v rowValues) exportRow {
	cells := make([]string, len(w.columns))
	for i, c := range w.columns {
		if c.Item == nil {
			cells[i] = v.program[c.Name]
			continue
		}
		cells[i] = CellText(c.Item, v.facts[c.Item.Subject][c.Item.Code])
	}
	key := v.program[numberColumn]
	cells[len(cells)-1] = w.visible
	cells[1] = w.mark.space(key, cells[1])
	return exportRow{key, cells}
}

// rowsOf are the rows of a household in the export's file.
func (w *exportWork) rowsOf(ctx context.Context, h Household, code string) ([]exportRow, error) {
	switch w.export.Subject {
	case SubjectHousehold:
		row, err := w.householdRow(ctx, h, code)
		return []exportRow{row}, err
	case SubjectPerson:
		return w.personRows(ctx, h)
	case SubjectDwelling:
		return w.dwellingRows(ctx, h)
	}
	return w.entryRows(ctx, h)
}

func (w *exportWork) householdRow(ctx context.Context, h Household, code string) (exportRow, error) {
	key, err := w.s.keys.Of(ctx, h.Home, h.ID)
	if err != nil {
		return exportRow{}, fmt.Errorf("open household %d: %w", h.ID, err)
	}
	open := func() (crypt.DataKey, error) { return key, nil }
	all, err := w.s.documents(ctx, w.scope, h.Home, h.ID, open)
	if err != nil {
		return exportRow{}, err
	}
	facts, year := all.newest()
	facts[FieldStatus] = textOrNil(h.Status)
	v := rowValues{facts: map[string]policy.Facts{SubjectHousehold: facts}, program: map[string]string{
		numberColumn: h.Number, areaColumnName: code, yearColumnName: year, versionColumn: strconv.FormatInt(h.Ver, 10)}}
	f := File{Household: h}
	if err := w.s.fillDwellings(ctx, w.scope, &f); err != nil {
		return exportRow{}, err
	}
	for _, d := range f.Dwellings {
		if d.To != nil {
			continue
		}
		v.facts[SubjectDwelling] = d.Facts
		if d.Lat != nil && d.Lon != nil {
			v.program["lat"], v.program["lon"] = strconv.FormatFloat(*d.Lat, 'f', -1, 64), strconv.FormatFloat(*d.Lon, 'f', -1, 64)
		}
	}
	return w.row(v), nil
}

// dwellingRows is the house in which the household lives. Where it stands goes with the household.
func (w *exportWork) dwellingRows(ctx context.Context, h Household) ([]exportRow, error) {
	f := File{Household: h, Pack: w.pack}
	if err := w.s.fillDwellings(ctx, w.scope, &f); err != nil {
		return nil, err
	}
	var rows []exportRow
	for _, d := range f.Dwellings {
		if d.To != nil {
			continue
		}
		all, err := w.s.documents(ctx, w.scope, d.Home, d.ID, func() (crypt.DataKey, error) { return w.s.keys.Of(ctx, h.Home, h.ID) })
		if err != nil {
			return nil, err
		}
		facts, year := all.newest()
		rows = append(rows, w.row(rowValues{facts: map[string]policy.Facts{SubjectDwelling: facts}, program: map[string]string{
			numberColumn: strconv.FormatInt(d.ID, 10), householdColumnName: h.Number, yearColumnName: year, versionColumn: strconv.FormatInt(d.Ver, 10)}}))
	}
	return rows, nil
}

// newest are the answers of the latest year that has any, together with those that are not yearly.
func (all documents) newest() (facts policy.Facts, year string) {
	last := 0
	for _, y := range all.years() {
		last = max(last, y)
	}
	if last == 0 {
		return all.flat(), ""
	}
	return all.ofYear(last).flat(), strconv.Itoa(last)
}

func (w *exportWork) personRows(ctx context.Context, h Household) ([]exportRow, error) {
	f := File{Household: h, Pack: w.pack}
	if err := w.s.fillMembers(ctx, w.scope, &f); err != nil {
		return nil, err
	}
	var rows []exportRow
	for _, m := range f.Members {
		all, err := w.s.documents(ctx, w.scope, m.Home, m.ID, func() (crypt.DataKey, error) { return w.s.keys.Of(ctx, m.Home, m.ID) })
		if err != nil {
			return nil, err
		}
		facts, year := all.newest()
		facts[FieldName], facts[FieldSex], facts[FieldRelation] = textOrNil(m.Name), textOrNil(m.Sex), textOrNil(m.Relation)
		if m.Birth != nil {
			facts[FieldBirth] = m.Birth.String()
		}
		if w.writes(FieldNationalID) {
			key, err := w.s.keys.Of(ctx, m.Home, m.ID)
			if err != nil {
				return nil, err
			}
			if facts[FieldNationalID], err = w.s.nationalID(ctx, w.scope, m.Person, key); err != nil {
				return nil, err
			}
		}
		rows = append(rows, w.row(rowValues{facts: map[string]policy.Facts{SubjectPerson: facts}, program: map[string]string{
			numberColumn: m.Number, householdColumnName: h.Number, yearColumnName: year, versionColumn: strconv.FormatInt(m.Ver, 10)}}))
	}
	return rows, nil
}

// writes says whether the file has a column.
func (w *exportWork) writes(name string) bool {
	for _, c := range w.columns {
		if c.Name == name {
			return true
		}
	}
	return false
}

func (w *exportWork) entryRows(ctx context.Context, h Household) ([]exportRow, error) {
	if !w.scope.Sees(h.Area, access.P2) {
		return nil, nil
	}
	entries, err := w.s.entries(ctx, w.scope, h.Home, h.ID)
	if err != nil {
		return nil, err
	}
	var rows []exportRow
	for _, e := range entries {
		if e.Subject != w.export.Subject {
			continue
		}
		record, err := entrySubject{w.s, e.Subject}.Load(ctx, w.scope, e.ID, e.To)
		if err != nil {
			return nil, err
		}
		rows = append(rows, w.row(rowValues{facts: map[string]policy.Facts{e.Subject: policy.Facts(record.Fields)}, program: map[string]string{
			numberColumn: strconv.FormatInt(e.ID, 10), householdColumnName: h.Number, versionColumn: strconv.FormatInt(record.Ver, 10)}}))
	}
	return rows, nil
}

// visibleMark says for whom a file was written: on every row, because rows travel alone.
func visibleMark(caller access.Caller, e Export, area string) string {
	parts := []string{caller.Name, e.Created.String(), e.Purpose, area, strconv.FormatInt(e.ID, 10)}
	return strings.Join(parts, " · ")
}
