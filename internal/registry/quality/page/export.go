package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

const (
	exportRows = 500
	// exportTime is how long the reader may take for one piece of the file.
	exportTime = time.Minute
)

// exportColumns are the columns of the list of problem data.
var exportColumns = []string{"problem", "rule", "text", "severity", "household", "person", "area", "area_name", "found", "due", "role", "owner", "state", "reason"}

// export writes the listed problems as a CSV file: the list of problem data that offices work off.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := p.asks(r, access.ExportRun)
	if err != nil {
		return err
	}
	if _, err := p.Quality.Exported(ctx, l.scope, l.filter, exportColumns); err != nil {
		return err
	}
	list, err := p.Quality.List(ctx, l.scope, l.filter, quality.Position{}, exportRows)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="problems.csv"`)
	out, err := table.NewCSVWriter(w, exportColumns)
	for err == nil && len(list) > 0 {
		if err = p.write(ctx, out, list); err != nil {
			break
		}
		if err = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			break
		}
		last := list[len(list)-1]
		list, err = p.Quality.List(ctx, l.scope, l.filter, quality.Position{Due: last.Due, ID: last.ID}, exportRows)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil { // the first rows have left: only breaking off says that this is not the whole
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (p *pages) write(ctx context.Context, out table.Writer, list []quality.Problem) error {
	var keys []int64
	for _, one := range list {
		keys = append(keys, one.Area)
	}
	places, err := p.places(ctx, keys)
	if err != nil {
		return err
	}
	for _, one := range list {
		pack, err := p.packAt(one.Area)
		if err != nil {
			return err
		}
		person, text := "", one.Rule
		if one.SubjectKind == registry.SubjectPerson {
			person = registry.Number(one.Subject)
		}
		if pack != nil {
			text = quality.Text(pack, one.Rule, web.Lang(ctx))
		}
		place := places[one.Area]
		err = out.Write([]string{strconv.FormatInt(one.ID, 10), quality.Code(one.Rule), text, string(one.Severity), one.Number, person, place.Code, place.Label(web.Lang(ctx)),
			one.Found.String(), one.Due.String(), one.Role, p.AccountName(ctx, one.Owner), string(one.State), one.Reason})
		if err != nil {
			return err
		}
	}
	return nil
}
