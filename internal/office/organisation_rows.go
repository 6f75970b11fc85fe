package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/table"
)

// organisationLoad is a file being read.
type organisationLoad struct {
	s      *Organisations
	scope  access.Scope
	header []string
	day    clock.Day
	report area.Report
	known  map[string]Organisation // in scope, by number and by names
	areas  map[string]int64        // code → key, 0 for none in scope
	met    map[int64]int           // registered organisation → row that was about it
	fresh  map[string]int          // what names a new one → row that brought it
}

// readAll returns what is to be written, with the report of all rows.
func (l *organisationLoad) readAll(ctx context.Context, file table.Reader) ([]Organisation, error) {
	var write []Organisation
	for {
		row, err := file.Next()
		if errors.Is(err, io.EOF) {
			return write, nil
		}
		var bad *fault.Error
		if errors.As(err, &bad) && len(bad.Details) > 0 && bad.Details[0].Row > 0 {
			l.report.Rows++
			l.reject(bad.Details[0].Row, bad.Details[0].Field, "", bad.Details[0].Reason)
			continue
		}
		if err != nil {
			return write, err
		}
		l.report.Rows++
		o, changed, err := l.row(ctx, row)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				return write, err
			}
			l.refused(row, err)
			continue
		}
		switch {
		case o.ID == 0:
			l.report.Created++
		case changed:
			l.report.Updated++
		default:
			l.report.Unchanged++
			continue
		}
		write = append(write, o)
	}
}

func (l *organisationLoad) reject(row int, column, code, reason string) {
	l.report.Rejected++
	if len(l.report.Rejects) < shown {
		l.report.Rejects = append(l.report.Rejects, area.Reject{Row: row, Column: column, Code: code, Reason: reason})
	}
}

// refused notes why a row is not taken.
func (l *organisationLoad) refused(row table.Row, err error) {
	column, reason := "", err.Error()
	var f *fault.Error
	if errors.As(err, &f) {
		reason = f.Message
		if len(f.Details) > 0 {
			column, reason = f.Details[0].Field, f.Details[0].Reason
		}
	}
	l.reject(row.Number, column, l.cell(row, "number"), reason)
}

func (l *organisationLoad) cell(row table.Row, column string) string {
	if at := slices.Index(l.header, column); at >= 0 && at < len(row.Cells) {
		return strings.TrimSpace(table.Unharmed(row.Cells[at]))
	}
	return ""
}

// row reads a row; changed says whether it says something new of a registered organisation.
func (l *organisationLoad) row(ctx context.Context, row table.Row) (o Organisation, changed bool, err error) {
	said, err := l.said(ctx, row)
	if err != nil {
		return o, false, err
	}
	o, err = l.registered(ctx, said)
	if err != nil {
		return o, false, err
	}
	if earlier := l.earlier(o, said, row.Number); earlier > 0 {
		return o, false, invalid(ctx, "name", "organisation_twice", "row", earlier)
	}
	before := fmt.Sprint(o.told())
	o.take(said)
	if o.From == 0 {
		o.From = l.day
	}
	if err := l.s.check(ctx, l.scope, &o); err != nil {
		return o, false, err
	}
	return o, fmt.Sprint(o.told()) != before, nil
}

// said is what the cells say; what is empty is zero.
func (l *organisationLoad) said(ctx context.Context, row table.Row) (Organisation, error) {
	o := Organisation{Number: l.cell(row, "number"), Name: l.cell(row, "name"), Kind: l.cell(row, "kind"), Contact: l.cell(row, "contact"), Phone: l.cell(row, "phone"), Identifiers: map[string]string{}}
	for _, column := range l.header {
		if kind, ok := strings.CutPrefix(column, identifierPrefix); ok && l.cell(row, column) != "" {
			o.Identifiers[kind] = l.cell(row, column)
		}
	}
	var err error
	if text := l.cell(row, "from"); text != "" {
		if o.From, err = clock.ParseDay(text); err != nil {
			return o, invalid(ctx, "from", "day")
		}
	}
	if text := l.cell(row, "to"); text != "" {
		last, err := clock.ParseDay(text)
		if err != nil {
			return o, invalid(ctx, "to", "day")
		}
		o.To = &last
	}
	if text := l.cell(row, "parent"); text != "" {
		if o.Parent, err = strconv.ParseInt(text, 10, 64); err != nil {
			return o, invalid(ctx, "parent", "no_organisation")
		}
	}
	o.Area, err = l.area(ctx, l.cell(row, "area"))
	return o, err
}

// area is the key of an official code in scope, 0 for none.
func (l *organisationLoad) area(ctx context.Context, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	if _, met := l.areas[code]; !met {
		found, err := l.s.areas.Codes(ctx, l.scope, []string{code})
		if err != nil {
			return 0, err
		}
		l.areas[code] = found[code]
	}
	if l.areas[code] == 0 {
		return 0, invalid(ctx, "area", "area")
	}
	return l.areas[code], nil
}

// learn reads the organisations in scope, by what rows name them.
func (l *organisationLoad) learn(ctx context.Context) error {
	for after := int64(0); ; {
		list, err := l.s.List(ctx, l.scope, OrganisationFilter{Ended: true}, after, fileChunk)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, o := range list {
			l.known[o.Number] = o
			for _, name := range o.names() {
				if l.known[name].ID == 0 {
					l.known[name] = o
				}
			}
		}
		after = list[len(list)-1].ID
	}
}

// names are what a row without a number may name the organisation by, the surest first. A number has no "=" or "/".
func (o Organisation) names() []string {
	var names []string
	for _, kind := range slices.Sorted(maps.Keys(o.Identifiers)) {
		names = append(names, kind+"="+o.Identifiers[kind])
	}
	return append(names, fmt.Sprintf("%d/%s", o.Area, foldName(o.Name)))
}

// registered is the organisation that a row is about, the zero one for a new one.
func (l *organisationLoad) registered(ctx context.Context, said Organisation) (Organisation, error) {
	if said.Number != "" {
		o, ok := l.known[said.Number]
		if !ok {
			return o, invalid(ctx, "number", "no_organisation")
		}
		return o, nil
	}
	for _, name := range said.names() {
		if o, ok := l.known[name]; ok {
			return o, nil
		}
	}
	return Organisation{}, nil
}

// earlier is the row of the file that was about the same organisation, 0 for none.
func (l *organisationLoad) earlier(o, said Organisation, row int) int {
	if o.ID != 0 {
		if earlier := l.met[o.ID]; earlier > 0 {
			return earlier
		}
		l.met[o.ID] = row
		return 0
	}
	for _, name := range said.names() {
		if earlier := l.fresh[name]; earlier > 0 {
			return earlier
		}
	}
	for _, name := range said.names() {
		l.fresh[name] = row
	}
	return 0
}

// take changes what the row says and leaves the rest.
func (o *Organisation) take(said Organisation) {
	for _, text := range []struct {
		to   *string
		said string
	}{{&o.Name, said.Name}, {&o.Kind, said.Kind}, {&o.Contact, said.Contact}, {&o.Phone, said.Phone}} {
		if text.said != "" {
			*text.to = text.said
		}
	}
	identifiers := map[string]string{}
	maps.Copy(identifiers, o.Identifiers)
	maps.Copy(identifiers, said.Identifiers)
	o.Identifiers = identifiers
	if said.Area != 0 {
		o.Area = said.Area
	}
	if said.Parent != 0 {
		o.Parent = said.Parent
	}
	if said.From != 0 {
		o.From = said.From
	}
	if said.To != nil {
		o.To = said.To
	}
}
