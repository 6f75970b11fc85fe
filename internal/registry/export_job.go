package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// exportArgs are the arguments of an export's job.
type exportArgs struct {
	Export int64 `json:"export"`
}

// exporter does the jobs of exports.
type exporter struct {
	s      *Service
	caller func(ctx context.Context, account int64) (access.Caller, error)
}

// exportStretch is how many households are read at a time; their rows are put into the order that marks the copy.
const exportStretch = 200

// exportWork is one file being written.
type exportWork struct {
	s       *Service
	run     *job.Run
	export  Export
	scope   access.Scope
	pack    *policy.Pack
	filter  Filter
	columns []FormColumn
	mark    mark
	visible string
	key     crypt.DataKey
}

// work writes the file from its beginning; what an earlier run left of it is taken away.
func (x exporter) work(ctx context.Context, run *job.Run) error {
	var args exportArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	w, err := x.begin(ctx, run, args.Export)
	if err != nil {
		return err
	}
	err = x.s.db.Tx(ctx, w.scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM export_part WHERE {checked} AND export = $1", args.Export)
		return err
	})
	if err != nil {
		return err
	}
	parts := &partWriter{ctx: ctx, s: x.s, scope: w.scope, id: args.Export, key: w.key}
	rows, err := w.write(ctx, parts)
	if err != nil {
		return err
	}
	if err := parts.Close(); err != nil {
		return err
	}
	counts := job.Counts{In: rows, Unchanged: rows}
	return x.s.db.Tx(ctx, w.scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE export SET state = $2, rows = $3, size = $4, expires = $5, ver = ver + 1 WHERE {checked} AND id = $1",
			args.Export, string(ExportReady), rows, parts.size, int64(x.s.Now().Add(exportTime)))
		if err != nil {
			return err
		}
		return run.Save(ctx, tx, w.export.Households, w.export.Households, counts, nil)
	})
}

// begin decides anew what the caller may see: rights may have ended since the file was asked for.
func (x exporter) begin(ctx context.Context, run *job.Run, id int64) (*exportWork, error) {
	found, err := x.s.exports(ctx, "id = $1", id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "no such export")
	}
	e := found[0]
	caller, err := x.caller(ctx, e.Account)
	if err != nil {
		return nil, err
	}
	caller.Purpose = e.Purpose
	w := &exportWork{s: x.s, run: run, export: e, mark: markOf(x.s.keys.Ring(), id)}
	if w.scope, err = access.Decide(caller, access.ExportRun); err != nil {
		return nil, err
	}
	if w.key, err = x.s.keys.Of(ctx, 0, id); err != nil {
		return nil, fmt.Errorf("open an export: %w", err)
	}
	text, err := crypt.Open(w.key, e.filter, filterPlace(id))
	if err != nil {
		return nil, fmt.Errorf("open the filter of an export: %w", err)
	}
	if err := json.Unmarshal(text, &w.filter); err != nil {
		return nil, err
	}
	if w.pack, err = x.s.Pack(e.Area); err != nil {
		return nil, err
	}
	places, err := x.s.Places(ctx, []int64{e.Area})
	if err != nil {
		return nil, err
	}
	w.visible = visibleMark(caller, e, places[e.Area].Label(i18n.English))
	return w, w.allow()
}

// allow keeps the columns that were asked for and that the caller still sees.
func (w *exportWork) allow() error {
	seen, err := w.s.exportColumns(w.scope, ExportRequest{Subject: w.export.Subject, Filter: w.filter, Special: true})
	if err != nil {
		return err
	}
	byName := map[string]FormColumn{}
	for _, c := range seen {
		byName[c.Name] = c
	}
	for _, name := range w.export.Columns {
		c, ok := byName[name]
		if !ok {
			return fault.New(fault.Forbidden, "your role no longer sees the column %s", name)
		}
		w.columns = append(w.columns, c)
	}
	return nil
}

// open begins the table: a spreadsheet says on a sheet of its own what it is.
func (w *exportWork) open(out io.Writer) (table.Writer, error) {
	names := w.export.Columns
	if w.export.Format == FormatCSV {
		return table.NewCSVWriter(out, names)
	}
	b := table.Book{Sheet: w.export.Subject, Header: names, Text: make([]bool, len(names)), About: "about", Lines: []string{"# " + w.visible, w.export.Reason}, Footer: w.visible}
	for i, c := range w.columns {
		b.Text[i] = !c.numeric()
	}
	return table.NewBookWriter(out, b)
}

func (w *exportWork) write(ctx context.Context, parts io.Writer) (rows int64, err error) {
	out, err := w.open(parts)
	if err != nil {
		return 0, err
	}
	var after Position
	var done int64
	for {
		if err := ctx.Err(); err != nil {
			return rows, errors.Join(err, out.Close())
		}
		list, err := w.s.List(ctx, w.scope, w.filter, after, exportStretch)
		if err != nil {
			return rows, errors.Join(err, out.Close())
		}
		if len(list) == 0 {
			return rows, out.Close()
		}
		n, err := w.stretch(ctx, out, list)
		if err != nil {
			return rows, errors.Join(err, out.Close())
		}
		last := list[len(list)-1]
		after = Position{Area: last.Area, ID: last.ID}
		rows, done = rows+n, done+int64(len(list))
		err = w.s.db.Tx(ctx, w.scope, func(tx store.Tx) error {
			return w.run.Save(ctx, tx, done, max(done, w.export.Households), job.Counts{In: rows, Unchanged: rows}, nil)
		})
		if err != nil {
			return rows, errors.Join(err, out.Close())
		}
	}
}

// stretch writes the rows of some households, after it has journalled whose they are.
func (w *exportWork) stretch(ctx context.Context, out table.Writer, list []Household) (int64, error) {
	keys, ids := make([]int64, len(list)), make([]int64, len(list))
	for i, h := range list {
		keys[i], ids[i] = h.Area, h.ID
	}
	places, err := w.s.Places(ctx, keys)
	if err != nil {
		return 0, err
	}
	if err := w.s.journal.Shown(ctx, reads(w.scope, w.export.Area), "household.exported", SubjectHousehold, 0, w.export.Area, ids); err != nil {
		return 0, fmt.Errorf("journal that households were exported: %w", err)
	}
	var rows []exportRow
	for _, h := range list {
		of, err := w.rowsOf(ctx, h, places[h.Area].Code)
		if err != nil {
			return 0, err
		}
		rows = append(rows, of...)
	}
	w.mark.order(rows)
	for _, row := range rows {
		if err := out.Write(row.cells); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), nil
}
