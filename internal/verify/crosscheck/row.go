package crosscheck

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// The columns that every list has: whose the thing is, and the department's key of the row.
const (
	keyColumn    = "key"
	nameColumn   = "name"
	numberColumn = "number"
	birthColumn  = "birth"
	sexColumn    = "sex"
	tokenColumn  = "token"
)

var personColumns = []string{keyColumn, nameColumn, numberColumn, birthColumn, sexColumn, tokenColumn}

// Row is what is kept of a row of a list: whose the thing is, and what the check looks at.
type Row struct {
	Key    string            `json:"key,omitempty"`
	Token  string            `json:"token,omitempty"`
	Name   string            `json:"name,omitempty"`
	Number string            `json:"number,omitempty"`
	Birth  string            `json:"birth,omitempty"`
	Sex    string            `json:"sex,omitempty"`
	Values map[string]string `json:"values,omitempty"` // by column of the check
}

// refusal is why a row cannot be compared.
type refusal struct{ field, reason string }

// layout says which cell of a file holds which column.
type layout struct {
	check *Check
	at    map[string]int
}

// newLayout finds the columns in a header, by their codes or their names in the pack's languages. Other columns are not
// read: nothing is kept that the check does not need.
func newLayout(pack *policy.Pack, check *Check, header []string) layout {
	l := layout{check: check, at: map[string]int{}}
	names := map[string]i18n.Text{}
	for column, item := range map[string]string{nameColumn: "name", numberColumn: "national_id", birthColumn: "birth", sexColumn: "sex"} {
		if found, ok := pack.Item("person", item); ok {
			names[column] = found.Label
		}
	}
	for _, column := range check.Columns {
		names[column.Code] = column.Label
	}
	for i, cell := range header {
		for _, column := range append(slices.Clone(personColumns), codes(check.Columns)...) {
			named := slices.ContainsFunc(pack.Languages, func(lang i18n.Lang) bool { return names[column] != nil && names[column].In(lang) == cell })
			if _, taken := l.at[column]; !taken && (strings.EqualFold(cell, column) || named) {
				l.at[column] = i
			}
		}
	}
	return l
}

func codes(columns []Column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Code
	}
	return list
}

// tells says whether the columns tell whose the things are.
func (l layout) tells(tokens bool) bool {
	if tokens {
		return l.has(tokenColumn)
	}
	return l.has(nameColumn) && (l.has(numberColumn) || l.has(birthColumn))
}

func (l layout) has(column string) bool { _, ok := l.at[column]; return ok }

func (l layout) cell(cells []string, column string) string {
	at, ok := l.at[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(cells[at])
}

// read takes over a row, or says why not. Of a request's answer the token is enough.
func (l layout) read(cells []string, tokens bool) (Row, refusal) {
	row := Row{Key: l.cell(cells, keyColumn), Values: map[string]string{}}
	if tokens {
		row.Token = table.Unharmed(l.cell(cells, tokenColumn))
	} else {
		row.Name, row.Number, row.Birth, row.Sex = l.cell(cells, nameColumn), l.cell(cells, numberColumn), l.cell(cells, birthColumn), l.cell(cells, sexColumn)
	}
	switch {
	case tokens && row.Token == "":
		return row, refusal{tokenColumn, reasonMissing}
	case !tokens && row.Name == "":
		return row, refusal{nameColumn, reasonMissing}
	case !tokens && row.Number == "" && row.Birth == "":
		return row, refusal{numberColumn, reasonNeither}
	}
	if row.Birth != "" && !isDay(row.Birth) {
		return row, refusal{birthColumn, reasonDay}
	}
	for _, column := range l.check.Columns {
		value := l.cell(cells, column.Code)
		if value == "" {
			continue
		}
		if _, err := parseNumber(value); column.Kind == NumberColumn && err != nil {
			return row, refusal{column.Code, reasonNumber}
		}
		if column.Kind == DayColumn && !isDay(value) {
			return row, refusal{column.Code, reasonDay}
		}
		row.Values[column.Code] = value
	}
	return row, refusal{}
}

// Why a row is rejected.
const (
	reasonUnreadable = "unreadable"
	reasonMissing    = "missing"
	reasonNeither    = "neither" // neither number nor birth
	reasonNumber     = "no_number"
	reasonDay        = "no_day"
	reasonToken      = "no_token" // the request named nobody by this token
)

func isDay(text string) bool { _, err := clock.ParseDay(text); return err == nil }

func parseNumber(text string) (float64, error) {
	number, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	if err == nil && (math.IsNaN(number) || math.IsInf(number, 0)) {
		return 0, strconv.ErrRange
	}
	return number, err
}

// identity is the row's row.Key, or what tells its thing from others.
func (r Row) identity() string {
	if r.Key != "" {
		return r.Key
	}
	parts := []string{r.Number, r.Name, r.Birth}
	for _, column := range slices.Sorted(maps.Keys(r.Values)) {
		parts = append(parts, column+"="+r.Values[column])
	}
	return strings.Join(parts, "\x00")
}
