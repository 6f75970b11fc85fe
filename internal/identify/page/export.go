package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

const (
	exportRows = 1000        // read at a time
	exportTime = time.Minute // for the reader to take each piece
)

// exportColumns are the columns of the file; amounts are in major units of the currency.
var exportColumns = []string{"number", "area_code", "area", "day", "pack", "rule", "verdict", "welfare", "line", "line_code", "currency", "persons", "reason"}

// export writes the assessments that the address selects as CSV, the reasons in the reader's language. It is
// journalled before the first byte leaves.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area", "verdict")
	if err != nil {
		return err
	}
	s, err := p.selected(r, access.ExportRun, query)
	if err != nil {
		return err
	}
	if _, err := p.Identify.Exported(ctx, s.scope, s.Selection, exportColumns); err != nil {
		return err
	}
	rows, err := p.Identify.List(ctx, s.scope, s.Selection, registry.Position{}, exportRows)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="assessments-`+strconv.FormatInt(s.run.ID, 10)+`.csv"`)
	out, err := table.NewCSVWriter(w, exportColumns)
	for err == nil && len(rows) > 0 {
		if err = p.write(ctx, out, rows); err != nil {
			break
		}
		if err = extend(w); err != nil {
			break
		}
		last := rows[len(rows)-1]
		rows, err = p.Identify.List(ctx, s.scope, s.Selection, registry.Position{Area: last.Area, ID: last.ID}, exportRows)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil { // the first rows have left: only breaking off says that this is not the whole
		panic(http.ErrAbortHandler)
	}
	return nil
}

// extend gives the reader time for the next piece.
func extend(w http.ResponseWriter) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime))
	if errors.Is(err, http.ErrNotSupported) { // a writer without deadlines
		return nil
	}
	return err
}

func (p *pages) write(ctx context.Context, out table.Writer, rows []identify.Stored) error {
	places, err := p.placesOf(ctx, rows)
	if err != nil {
		return err
	}
	for _, a := range rows {
		pack, ok := p.Identify.Pack(a.Hash)
		if !ok {
			return fmt.Errorf("the pack %s of an assessment is not installed", a.Hash)
		}
		place := places[a.Area]
		err := out.Write([]string{a.Number, place.Code, place.Label(web.Lang(ctx)), a.Day.String(), a.Pack + "@" + a.Version, a.Basis.Rule, string(a.Outcome), plain(a.Welfare, pack), plain(a.Line, pack),
			a.Basis.Line, pack.Currency, strconv.FormatInt(a.Persons, 10), a.Reason.In(web.Lang(ctx))})
		if err != nil {
			return err
		}
	}
	return nil
}

// plain writes an amount for files, nothing where it is not known.
func plain(minor *int64, pack *policy.Pack) string {
	if minor == nil {
		return ""
	}
	return identify.Plain(*minor, pack.Digits)
}
