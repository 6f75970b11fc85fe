package office

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// The jobs of files of organisations.
const (
	JobOrganisationCheck = "organisation.check" // reads the whole file and says what it would do
	JobOrganisationLoad  = "organisation.load"
)

// NewOrganisationLoads opens the loading of files of organisations; call it before the runner runs.
func NewOrganisationLoads(o *Service, organisations *Organisations, jobs *job.Runner) *FileLoads {
	return newFileLoads(o, jobs, fileKind{check: JobOrganisationCheck, load: JobOrganisationLoad, verb: access.OrganisationEdit, read: organisations.LoadFile})
}

// organisationFields are the columns of a file besides those of the identifiers.
var organisationFields = []string{"number", "name", "kind", "area", "parent", "contact", "phone", "from", "to"}

// identifierPrefix begins the names of columns of identifiers: identifier.CODE.
const identifierPrefix = "identifier."

func identifierColumn(kind string) string { return identifierPrefix + kind }

// fileChunk is how many organisations are read or written at a time.
const fileChunk = 200

// FileColumns are the columns of a file of organisations on a day, in and out.
func (s *Organisations) FileColumns(on clock.Day) []string {
	columns := slices.Clone(organisationFields)
	for _, option := range s.Options(OrganisationIdentifiers, on) {
		columns = append(columns, identifierColumn(option.Code))
	}
	return columns
}

// WriteFile writes the organisations that a filter selects as LoadFile reads them, after it has journalled that. between
// is called before each piece.
func (s *Organisations) WriteFile(ctx context.Context, scope access.Scope, f OrganisationFilter, out table.Writer, between func() error) error {
	err := s.journal.Record(ctx, whoSaves(scope, f.Area), journal.Entry{Kind: "organisation.exported", SubjectKind: "organisation", Area: f.Area,
		Body: map[string]any{"text": f.Text, "kind": f.Kind, "ended": f.Ended}})
	if err != nil {
		return fmt.Errorf("journal that organisations were exported: %w", err)
	}
	columns, codes := s.FileColumns(scope.Caller().Today), map[int64]string{}
	for after := int64(0); ; {
		list, err := s.List(ctx, scope, f, after, fileChunk)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := between(); err != nil {
			return err
		}
		for _, o := range list {
			if codes[o.Area] == "" {
				seat, err := s.areas.Get(ctx, scope, o.Area)
				if err != nil {
					return err
				}
				codes[o.Area] = seat.Code
			}
			if err := out.Write(o.cells(columns, codes[o.Area])); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}

// cells are the organisation's values in columns.
func (o Organisation) cells(columns []string, area string) []string {
	values := map[string]string{"number": o.Number, "name": o.Name, "kind": o.Kind, "area": area, "contact": o.Contact, "phone": o.Phone, "from": o.From.String()}
	if o.Parent != 0 {
		values["parent"] = strconv.FormatInt(o.Parent, 10) // an organisation's number is its identifier
	}
	if o.To != nil {
		values["to"] = o.To.String()
	}
	for kind, number := range o.Identifiers {
		values[identifierColumn(kind)] = number
	}
	cells := make([]string, len(columns))
	for i, column := range columns {
		cells[i] = values[column]
	}
	return cells
}

// LoadFile reads a file of organisations (columns name, kind and area; number, parent, contact, phone, from, to and
// identifier.CODE optional), checks all of it, and registers what is new or changed. A row is about the organisation
// of its number; without one about that with one of its identifiers, else with its name in its area. An empty cell of a
// registered organisation says nothing. Loading the same file again changes nothing.
func (s *Organisations) LoadFile(ctx context.Context, scope access.Scope, file table.Reader, o area.Load) (area.Report, error) {
	if err := s.checkHeader(ctx, file.Header(), scope.Caller().Today); err != nil {
		return area.Report{}, err
	}
	l := &organisationLoad{s: s, scope: scope, header: file.Header(), day: o.Day, known: map[string]Organisation{}, areas: map[string]int64{}, met: map[int64]int{}, fresh: map[string]int{}}
	if err := l.learn(ctx); err != nil {
		return area.Report{}, err
	}
	rows, err := l.readAll(ctx, file)
	if err != nil || o.DryRun || (l.report.Rejected > 0 && !o.Skip) {
		return l.report, err
	}
	done := 0
	for some := range slices.Chunk(rows, fileChunk) {
		if err := ctx.Err(); err != nil {
			return l.report, err
		}
		if err := s.saveAll(ctx, scope, some); err != nil {
			return l.report, err
		}
		if done += len(some); o.Progress != nil {
			o.Progress(done, len(rows))
		}
	}
	l.report.Applied = true
	return l.report, nil
}

// checkHeader refuses files whose columns are no organisations'.
func (s *Organisations) checkHeader(ctx context.Context, header []string, today clock.Day) error {
	known := s.FileColumns(today)
	for _, column := range header {
		if !slices.Contains(known, column) {
			return refuse(ctx, fault.Invalid, "organisation_column", "column", column)
		}
	}
	for _, needed := range []string{"name", "kind", "area"} {
		if !slices.Contains(header, needed) {
			return refuse(ctx, fault.Invalid, "organisation_needs", "column", needed)
		}
	}
	return nil
}

// saveAll writes a chunk in one transaction.
func (s *Organisations) saveAll(ctx context.Context, scope access.Scope, some []Organisation) error {
	command, err := s.journal.Begin(ctx, whoSaves(scope, some[0].Area))
	if err != nil {
		return err
	}
	writes := make([]func(context.Context, store.Tx) error, len(some))
	for i, o := range some {
		if _, writes[i], err = s.prepare(ctx, scope, command, o); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for _, write := range writes {
			if err := write(ctx, tx); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
}
