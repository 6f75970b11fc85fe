package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

const (
	// maxParts is how many files and worksheets one upload may bring.
	maxUploads = 20
	// maxRows is how many rows a file may have that comes by the page.
	maxRows = 1_000_000
)

// upload takes files. Their rows are staged, sealed, while they arrive; the files themselves are stored nowhere.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	about, taken := url.Values{}, []registry.Import(nil)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return broken(r, err)
		}
		if part.FormName() != "file" {
			if err := readAbout(part, about); err != nil {
				return broken(r, err)
			}
			continue
		}
		if part.FileName() == "" {
			continue
		}
		taken, err = p.take(r.Context(), scope, part, taken)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
			var known *fault.Error
			errors.As(err, &known)
			return p.askFile(w, r, web.Status(err), web.Said(r.Context(), known))
		}
		if err != nil {
			return broken(r, err)
		}
	}
	if len(taken) == 0 {
		return p.askFile(w, r, http.StatusBadRequest, word(r.Context(), "import.no_file"))
	}
	http.Redirect(w, r, address(importPath(taken[0].ID), about), http.StatusSeeOther)
	return nil
}

// readAbout reads what is asked about the files.
func readAbout(part *multipart.Part, about url.Values) error {
	text, err := io.ReadAll(io.LimitReader(part, 1000))
	if err != nil {
		return err
	}
	if value := strings.TrimSpace(string(text)); value != "" && len(value) < 100 {
		about.Set(part.FormName(), value)
	}
	return nil
}

// take stages the rows of an uploaded file, or of each worksheet of a book, after those taken before.
func (p *pages) take(ctx context.Context, scope access.Scope, part *multipart.Part, taken []registry.Import) ([]registry.Import, error) {
	name := filepath.Base(part.FileName())
	if strings.EqualFold(filepath.Ext(name), ".xlsx") {
		return p.takeBook(ctx, scope, name, part, taken)
	}
	rows, err := openTable(ctx, name, part)
	if err != nil {
		return taken, err
	}
	return p.takeTable(ctx, scope, registry.Part{Name: name}, rows, taken)
}

func (p *pages) takeTable(ctx context.Context, scope access.Scope, part registry.Part, rows table.Reader, taken []registry.Import) ([]registry.Import, error) {
	if len(taken) > 0 {
		part.Bundle = taken[0].Bundle
	}
	if len(taken) == maxUploads {
		return taken, errors.Join(fault.New(fault.TooLarge, "%s", word(ctx, "import.too_many", "n", maxUploads)), rows.Close())
	}
	im, err := p.Registry.UploadPart(ctx, scope, part, rows)
	return append(taken, im), errors.Join(err, rows.Close())
}

// takeBook stages the worksheets of a spreadsheet: those that a person sees, have rows, and are no remarks (their
// first cell does not begin with #).
func (p *pages) takeBook(ctx context.Context, scope access.Scope, name string, file io.Reader, taken []registry.Import) ([]registry.Import, error) {
	book, err := io.ReadAll(io.LimitReader(file, maxBook+1))
	if err != nil {
		return taken, err
	}
	if len(book) > maxBook {
		return taken, fault.New(fault.TooLarge, "%s", word(ctx, "import.book_too_large", "mb", maxBook>>20))
	}
	o := table.Options{MaxBytes: maxExpanded, MaxRows: maxRows}
	sheets, err := table.Sheets(bytes.NewReader(book), int64(len(book)), o)
	if err != nil {
		return taken, err
	}
	before := len(taken)
	var empty error
	for _, sheet := range sheets {
		o.Sheet = sheet
		rows, err := table.OpenXLSX(bytes.NewReader(book), int64(len(book)), o)
		if fault.Is(err, fault.Invalid) {
			empty = err
			continue
		}
		if err != nil {
			return taken, err
		}
		if strings.HasPrefix(rows.Header()[0], "#") {
			if err := rows.Close(); err != nil {
				return taken, err
			}
			continue
		}
		part := registry.Part{Name: name}
		if len(sheets) > 1 {
			part.Sheet = sheet
		}
		if taken, err = p.takeTable(ctx, scope, part, rows, taken); err != nil {
			return taken, err
		}
	}
	if len(taken) > before {
		return taken, nil
	}
	if empty == nil {
		empty = fault.New(fault.Invalid, "%s", word(ctx, "import.empty_book"))
	}
	return taken, empty
}

// openTable reads a text table by the ending of its name, as it arrives.
func openTable(ctx context.Context, name string, file io.Reader) (table.Reader, error) {
	lower := strings.ToLower(name)
	plain := strings.TrimSuffix(lower, ".gz")
	if ext := filepath.Ext(plain); ext != ".csv" && ext != ".tsv" && ext != ".txt" {
		return nil, fault.New(fault.Invalid, "%s", word(ctx, "import.wrong_kind"))
	}
	if plain != lower {
		expanded, err := gzip.NewReader(file)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "%s", word(ctx, "import.no_gzip"))
		}
		file = expanded
	}
	return table.OpenText(file, table.Options{MaxBytes: maxExpanded, MaxRows: maxRows})
}

// fileName is a file's name, with the worksheet where there are several.
func fileName(im registry.Import) string {
	if im.Sheet == "" {
		return im.Name
	}
	return im.Name + " · " + im.Sheet
}
