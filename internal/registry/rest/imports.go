package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/table"
)

const (
	// maxFile is the largest file that is taken, in bytes.
	maxFile = 64 << 20
	// maxExpanded is the most that a compressed file may expand to.
	maxExpanded = 512 << 20
	// fileTime is how long a file may take to arrive.
	fileTime = 30 * time.Minute
)

// Import is a file on its way into the register.
type Import struct {
	ID      int64             `json:"id"`
	Name    string            `json:"name" example:"baseline.csv"`
	Bundle  int64             `json:"bundle" doc:"The first import of the same upload."`
	State   string            `json:"state" enum:"uploaded,checking,checked,applying,imported,stopped,left-out"`
	Rows    int64             `json:"rows"`
	SHA256  string            `json:"sha256" doc:"Of the rows as they were read."`
	Header  []string          `json:"header" nullable:"false" doc:"The columns of the file."`
	Mapping *registry.Mapping `json:"mapping,omitempty"`
	OnError string            `json:"on_error" enum:"stop,skip"`
	Created string            `json:"created" format:"date-time"`
	Job     *ImportJob        `json:"job,omitempty" doc:"The last check or application."`
	Version int64             `json:"version"`
}

// ImportJob is how far an import's job is.
type ImportJob struct {
	ID      int64      `json:"id"`
	State   string     `json:"state" enum:"queued,running,done,failed,cancelled"`
	Percent int        `json:"percent" doc:"0 to 100, -1 while unknown."`
	Counts  job.Counts `json:"counts" doc:"in = created + updated + unchanged + rejected when the job is done."`
	Alike   int64      `json:"alike" doc:"Rows of persons who may be registered already; the report names them."`
	Error   string     `json:"error,omitempty"`
}

// ReportRow is a row that was rejected or has problems.
type ReportRow struct {
	Row      int          `json:"row" doc:"Counted from 1 under the header."`
	State    string       `json:"state,omitempty" doc:"rejected: the row is left out."`
	Problems []RowProblem `json:"problems" nullable:"false"`
}

// RowProblem is what is wrong with a row.
type RowProblem struct {
	Column   string `json:"column"`
	Reason   string `json:"reason"`
	Severity string `json:"severity" enum:"reject,provisional,problem" doc:"reject: the row is left out. provisional: recorded, blocks benefit. problem: recorded, to be settled."`
}

func reportRowOf(r registry.ReportRow) ReportRow {
	out := ReportRow{Row: r.N, State: r.State, Problems: make([]RowProblem, len(r.Problems))}
	for i, p := range r.Problems {
		out.Problems[i] = RowProblem{p.Column, p.Reason, string(p.Severity)}
	}
	return out
}

func importOf(im registry.Import, j *job.Job) Import {
	out := Import{ID: im.ID, Name: im.Name, Bundle: im.Bundle, State: string(im.State), Rows: im.Rows, SHA256: im.SHA256, Header: im.Header, Mapping: im.Mapping, OnError: string(im.OnError),
		Created: moment(im.Created), Version: im.Ver}
	if j != nil {
		out.Job = &ImportJob{ID: j.ID, State: string(j.State), Percent: j.Percent(), Counts: j.Counts, Alike: registry.AlikeIn(*j), Error: j.Error}
	}
	return out
}

// importOutput is the answer about one import.
type importOutput struct {
	rest.Tagged
	Location string `header:"Location"`
	Body     Import
}

func (rooms Rooms) answerImport(ctx context.Context, im registry.Import) (*importOutput, error) {
	var of *job.Job
	if im.Job != 0 {
		j, err := rooms.Jobs.Get(ctx, rest.Caller(ctx), im.Job)
		if err != nil {
			return nil, err
		}
		of = &j
	}
	return &importOutput{Tagged: rest.Tag(ctx, im.Ver), Location: rest.Prefix + "/imports/" + strconv.FormatInt(im.ID, 10), Body: importOf(im, of)}, nil
}

// uploadInput is a file: as the part "file" of a form, or as the body itself.
type uploadInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Name        string `query:"name" maxLength:"200" doc:"Name of a file that is the body itself; its ending tells the kind: .csv, .tsv, .csv.gz, .tsv.gz, .xlsx." example:"baseline.csv"`
	Bundle      int64  `query:"bundle" minimum:"1" doc:"An import of yours that this file belongs to: they can be applied together."`
	RawBody     []byte `contentType:"text/csv"`
}

// file finds the file, and the mapping that a form may bring along.
func (in *uploadInput) file() (name string, body, mapping []byte, err error) {
	kind, parameters, err := mime.ParseMediaType(in.ContentType)
	if err != nil || kind != "multipart/form-data" {
		if in.Name == "" {
			return "", nil, nil, fault.New(fault.Invalid, "name the file").With(0, "query.name", "is missing")
		}
		return in.Name, in.RawBody, nil, nil
	}
	parts := multipart.NewReader(bytes.NewReader(in.RawBody), parameters["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return "", nil, nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
		}
		switch part.FormName() {
		case "file":
			name, body = filepath.Base(part.FileName()), content
		case "mapping":
			mapping = content
		default:
			return "", nil, nil, fault.New(fault.Invalid, "the form has a part that is neither file nor mapping")
		}
	}
	if name == "" {
		return "", nil, nil, fault.New(fault.Invalid, "the form has no file").With(0, "file", "is missing")
	}
	return name, body, mapping, nil
}

func (rooms Rooms) registerImports(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "upload-import", Method: http.MethodPost, Path: "/imports", Summary: "Upload a file", Room: room, Verb: access.ImportRun, Status: http.StatusCreated,
		MaxBody: maxFile + 1<<20, BodyTime: fileTime,
		About: "A table as the body itself (with its name in the address), or as the part file of a form; up to 64 MB. Its rows are staged, sealed; nothing of the register changes. A form may bring the mapping (YAML or JSON) as the part mapping: then the check begins at once."},
		func(ctx context.Context, in *uploadInput) (*importOutput, error) {
			name, body, mapping, err := in.file()
			if err != nil {
				return nil, err
			}
			return rooms.upload(ctx, registry.Part{Name: name, Bundle: in.Bundle}, body, mapping)
		})
	api.Document().Paths["/imports"].Post.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
		"file":    {Type: huma.TypeString, Format: "binary", Description: "The table."},
		"mapping": {Type: huma.TypeString, Description: "What its columns are, as YAML or JSON."},
	}}}
	type listInput struct{ rest.Paged }
	rest.Register(api, rest.Operation{ID: "list-imports", Method: http.MethodGet, Path: "/imports", Summary: "List imports, newest first", Room: room, Verb: access.ImportRun},
		func(ctx context.Context, in *listInput) (*rest.Listed[Import], error) {
			read := func(before int64, rows int) ([]registry.Import, error) {
				return rooms.Registry.Imports(ctx, rest.Scope(ctx), before, rows)
			}
			show := func(im registry.Import) Import { return importOf(im, nil) }
			return rest.Listing(ctx, in.Paged, read, func(im registry.Import) int64 { return im.ID }, rest.Each(show))
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-import", Method: http.MethodGet, Path: "/imports/{id}", Summary: "Look how far an import is, with exact counts", Room: room, Verb: access.ImportRun, Watches: true},
		func(ctx context.Context, in *getInput) (*importOutput, error) {
			im, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return rooms.answerImport(ctx, im)
		})
}

func (rooms Rooms) upload(ctx context.Context, part registry.Part, body, mapping []byte) (*importOutput, error) {
	var m registry.Mapping
	var err error
	if mapping != nil {
		if m, err = registry.ParseMapping(mapping); err != nil {
			return nil, err
		}
	}
	if part.Bundle != 0 {
		first, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), part.Bundle)
		if err != nil {
			return nil, err
		}
		part.Bundle = first.Bundle
	}
	rows, err := table.OpenNamed(part.Name, bytes.NewReader(body), int64(len(body)), table.Options{MaxBytes: maxExpanded})
	if err != nil {
		return nil, err
	}
	im, err := rooms.Registry.UploadPart(ctx, rest.Scope(ctx), part, rows)
	if err = errors.Join(err, rows.Close()); err != nil {
		return nil, err
	}
	if mapping != nil {
		if im, err = rooms.Registry.Check(ctx, rest.Scope(ctx), im.ID, im.Ver, m); err != nil {
			return nil, err
		}
	}
	return rooms.answerImport(ctx, im)
}

func (rooms Rooms) registerImportSteps(api *rest.API) {
	type checkInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body registry.Mapping
	}
	rest.Register(api, rest.Operation{ID: "check-import", Method: http.MethodPost, Path: "/imports/{id}/check", Summary: "Try every row under a mapping", Room: room, Verb: access.ImportRun, Status: http.StatusAccepted,
		About: "A job counts what applying would do; nothing of the register changes. Look at the import until its job has ended."},
		func(ctx context.Context, in *checkInput) (*importOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			im, err := rooms.Registry.Check(ctx, rest.Scope(ctx), in.ID, ver, in.Body)
			if err != nil {
				return nil, err
			}
			return rooms.answerImport(ctx, im)
		})
	type applyInput struct {
		rest.Conditional
		ID   int64 `path:"id"`
		Body struct {
			OnError string `json:"on_error" enum:"stop,skip" doc:"stop: one rejected row keeps all out. skip: rejected rows are left out and listed in the report."`
		}
	}
	rest.Register(api, rest.Operation{ID: "apply-import", Method: http.MethodPost, Path: "/imports/{id}/apply", Summary: "Write the rows that were checked", Room: room, Verb: access.ImportRun, Status: http.StatusAccepted,
		About: "Under the mapping of the last check. Writing the same file again changes nothing."},
		func(ctx context.Context, in *applyInput) (*importOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			im, err := rooms.Registry.GetImport(ctx, rest.Scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			if im.Mapping == nil {
				return nil, fault.New(fault.Conflict, "check the import first")
			}
			if im, err = rooms.Registry.Apply(ctx, rest.Scope(ctx), in.ID, ver, *im.Mapping, registry.OnError(in.Body.OnError)); err != nil {
				return nil, err
			}
			return rooms.answerImport(ctx, im)
		})
	type reportInput struct {
		rest.Paged
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-import-report", Method: http.MethodGet, Path: "/imports/{id}/report", Summary: "List the rows that were rejected or have problems", Room: room, Verb: access.ImportRun},
		func(ctx context.Context, in *reportInput) (*rest.Listed[ReportRow], error) {
			read := func(after, rows int) ([]registry.ReportRow, error) {
				return rooms.Registry.Report(ctx, rest.Scope(ctx), in.ID, after, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(r registry.ReportRow) int { return r.N }, rest.Each(reportRowOf))
		})
}
