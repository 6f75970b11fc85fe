package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// pieceTime is how long the reader may take for one piece of a file.
const pieceTime = time.Minute

// organisationFiles are the downloads of a list, with its filters.
func organisationFiles(ctx context.Context, query url.Values) []web.Action {
	actions := make([]web.Action, 0, 2)
	for _, format := range []string{"csv", "xlsx"} {
		asked := url.Values{"format": {format}}
		for _, name := range []string{"q", "kind", "ended"} {
			if query.Get(name) != "" {
				asked.Set(name, query.Get(name))
			}
		}
		actions = append(actions, web.Action{Label: web.T(ctx, "office.organisations."+format), Href: "/organisations/file?" + asked.Encode(), Icon: "download"})
	}
	return actions
}

// organisationsFile writes the listed organisations as a file of the shape that can be loaded.
func (p *Pages) organisationsFile(w http.ResponseWriter, r *http.Request) error {
	filter, err := organisationFilter(r, "format")
	if err != nil {
		return err
	}
	s, err := scope(r, access.AreaRead)
	if err != nil {
		return err
	}
	begin, kind := table.NewCSVWriter, "text/csv; charset=utf-8"
	name := "organisations.csv"
	if r.URL.Query().Get("format") == "xlsx" {
		begin, kind, name = table.NewXLSXWriter, table.XLSXType, "organisations.xlsx"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out, err := begin(w, p.Organisations.FileColumns(s.Caller().Today))
	if err != nil {
		return err
	}
	err = p.Organisations.WriteFile(r.Context(), s, filter, out, func() error {
		err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pieceTime))
		if errors.Is(err, http.ErrNotSupported) {
			return nil
		}
		return err
	})
	if errors.Join(err, out.Close()) != nil { // the first rows may have left: only breaking off says that this is not the whole
		panic(http.ErrAbortHandler)
	}
	return nil
}
