package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// exportRows is how many rows a download reads at a time.
const exportRows = 1000

// exportTime is how long the reader of a download may take for each piece of it.
const exportTime = time.Minute

// download begins a CSV file as an answer.
func download(w http.ResponseWriter, name string, columns []string) (table.Writer, error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return table.NewCSVWriter(w, columns)
}

// finish completes a download. Once its first row has left, an error can only break it off, so that nobody takes a
// part for the whole.
func finish(out table.Writer, err error) error {
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// export writes the households that the list's address selects: number, area, status, version, and the items of the
// pack that lists show, as far as the caller sees them. It is journalled before the first byte leaves.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ExportRun)
	if err != nil {
		return err
	}
	s, err := p.selected(r, scope)
	if err != nil {
		return err
	}
	households, _, err := p.Registry.Count(ctx, scope, s.filter)
	if err != nil {
		return err
	}
	columns := []string{"number", "area_code", "status", "version"}
	var items []*policy.Item
	for _, item := range s.items {
		if item.Subject == registry.SubjectHousehold || item.Subject == registry.SubjectDwelling {
			items = append(items, item)
			columns = append(columns, exportName(item))
		}
	}
	if err := p.Registry.Exported(ctx, scope, s.filter, households, columns); err != nil {
		return err
	}
	rows, err := p.Registry.List(ctx, scope, s.filter, registry.Position{}, exportRows)
	if err != nil {
		return err
	}
	out, err := download(w, "households.csv", columns)
	for err == nil && len(rows) > 0 {
		if err = p.writeHouseholds(ctx, scope, out, rows, items); err != nil {
			break
		}
		if err = extend(w); err != nil {
			break
		}
		last := rows[len(rows)-1]
		rows, err = p.Registry.List(ctx, scope, s.filter, registry.Position{Area: last.Area, ID: last.ID}, exportRows)
	}
	return finish(out, err)
}

// extend gives the reader time for the next piece.
func extend(w http.ResponseWriter) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// exportName is the column of an item, as a mapping names it.
func exportName(item *policy.Item) string {
	if item.Subject == registry.SubjectHousehold {
		return item.Code
	}
	return item.Subject + "." + item.Code
}

func (p *pages) writeHouseholds(ctx context.Context, scope access.Scope, out table.Writer, rows []registry.Household, items []*policy.Item) error {
	facts, err := p.Registry.ListedFacts(ctx, scope, rows, items)
	if err != nil {
		return err
	}
	places, err := p.placesOf(ctx, rows)
	if err != nil {
		return err
	}
	for _, h := range rows {
		if err := out.Write(exportRow(h, places[h.Area], facts[h.ID], items)); err != nil {
			return fault.Wrap(fault.Unavailable, err, "%s", web.T(ctx, "error.unavailable"))
		}
	}
	return nil
}

func exportRow(h registry.Household, place area.Area, facts policy.Facts, items []*policy.Item) []string {
	cells := []string{h.Number, place.Code, h.Status, strconv.FormatInt(h.Ver, 10)}
	for _, item := range items {
		cells = append(cells, inputText(item, facts[item.Subject+"."+item.Code]))
	}
	return cells
}
