package area

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/table"
)

// unit is one row of an area file.
type unit struct {
	row    int
	code   string
	name   string
	names  i18n.Text
	parent string // parent's code where the file has the column
	level  int    // 0 until known
	lat    *float64
	lon    *float64
	from   *clock.Day
	to     *clock.Day
	key    int64
}

// columns are the positions of a file's columns, -1 where absent. A file needs code and name; parent, level, lat,
// lon, valid_from, valid_to and name_LANG are optional.
type columns struct {
	code, name, parent, level, lat, lon, from, to int
	names                                         map[i18n.Lang]int
}

func findColumns(header []string) (columns, error) {
	c := columns{names: map[i18n.Lang]int{}}
	for name, at := range map[string]*int{"code": &c.code, "name": &c.name, "parent": &c.parent, "level": &c.level,
		"lat": &c.lat, "lon": &c.lon, "valid_from": &c.from, "valid_to": &c.to} {
		*at = slices.Index(header, name)
	}
	for i, name := range header {
		if lang, is := strings.CutPrefix(name, "name_"); is {
			c.names[i18n.Lang(lang)] = i
		}
	}
	for name, at := range map[string]int{"code": c.code, "name": c.name} {
		if at < 0 {
			return c, fault.New(fault.Invalid, "the area file has no column %q (it has: %s)", name, strings.Join(header, ", ")).
				With(0, name, "the column is missing")
		}
	}
	return c, nil
}

const maxName = 200 // characters

// read reads a row; the error's text is the reason, field the column it concerns.
func (c columns) read(row table.Row) (u unit, field string, err error) {
	u = unit{row: row.Number, code: c.cell(row, c.code), name: c.cell(row, c.name), parent: c.cell(row, c.parent)}
	switch {
	case u.code == "":
		return u, "code", errors.New("the code is empty")
	case len(u.code) > 40:
		return u, "code", errors.New("the code is longer than 40 characters")
	case u.name == "":
		return u, "name", errors.New("the name is empty")
	case utf8.RuneCountInString(u.name) > maxName:
		return u, "name", fmt.Errorf("the name is longer than %d characters", maxName)
	}
	if text := c.cell(row, c.level); text != "" {
		if u.level, err = strconv.Atoi(text); err != nil || u.level < 1 {
			return u, "level", fmt.Errorf("%q is not a level (1, 2, …)", text)
		}
	}
	if field, err = c.readPlace(row, &u); err != nil {
		return u, field, err
	}
	if field, err = c.readValidity(row, &u); err != nil {
		return u, field, err
	}
	for lang, at := range c.names {
		if name := c.cell(row, at); name != "" {
			if u.names == nil {
				u.names = i18n.Text{}
			}
			u.names[lang] = name
		}
	}
	return u, "", nil
}

func (c columns) cell(row table.Row, at int) string {
	if at < 0 {
		return ""
	}
	return strings.TrimSpace(row.Cells[at])
}

func (c columns) readPlace(row table.Row, u *unit) (string, error) {
	for _, part := range []struct {
		field string
		at    int
		limit float64
		to    **float64
	}{{"lat", c.lat, 90, &u.lat}, {"lon", c.lon, 180, &u.lon}} {
		text := c.cell(row, part.at)
		if text == "" {
			continue
		}
		degrees, err := strconv.ParseFloat(text, 64)
		if err != nil || !(degrees >= -part.limit && degrees <= part.limit) {
			return part.field, fmt.Errorf("%q is not a number of degrees between -%g and %g", text, part.limit, part.limit)
		}
		*part.to = &degrees
	}
	if (u.lat == nil) != (u.lon == nil) {
		return "lat", errors.New("latitude and longitude must both be given or both be empty")
	}
	return "", nil
}

func (c columns) readValidity(row table.Row, u *unit) (string, error) {
	for _, part := range []struct {
		field string
		at    int
		to    **clock.Day
	}{{"valid_from", c.from, &u.from}, {"valid_to", c.to, &u.to}} {
		text := c.cell(row, part.at)
		if text == "" {
			continue
		}
		day, err := clock.ParseDay(text)
		if err != nil {
			return part.field, fmt.Errorf("%q is not a date (YYYY-MM-DD)", text)
		}
		*part.to = &day
	}
	if u.from != nil && u.to != nil && *u.to < *u.from {
		return "valid_to", errors.New("the area ends before it begins")
	}
	return "", nil
}

// readUnits reads the whole file. Rows that cannot be read are reported, the others returned in file order.
func readUnits(r table.Reader, report *Report) ([]*unit, error) {
	cols, err := findColumns(r.Header())
	if err != nil {
		return nil, err
	}
	byCode := map[string]*unit{}
	var units []*unit
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return units, nil
		}
		if err != nil {
			var bad *fault.Error
			if !errors.As(err, &bad) || len(bad.Details) == 0 || bad.Details[0].Row == 0 {
				return nil, err
			}
			report.Rows++
			report.reject(row.Number, bad.Details[0].Field, "", bad.Details[0].Reason)
			continue
		}
		report.Rows++
		u, field, err := cols.read(row)
		if err != nil {
			report.reject(row.Number, field, u.code, err.Error())
			continue
		}
		if twin := byCode[u.code]; twin != nil {
			report.reject(row.Number, "code", u.code, fmt.Sprintf("the code stands already in row %d", twin.row))
			continue
		}
		byCode[u.code] = &u
		units = append(units, &u)
	}
}
