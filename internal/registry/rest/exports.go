package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/table"
)

// pieceTime is how long a client may take for each piece of a file.
const pieceTime = time.Minute

// Export is a file of households, persons or entries, for who asked for it and for a short time.
type Export struct {
	ID         int64    `json:"id"`
	Subject    string   `json:"subject" enum:"household,person,dwelling,income,expenditure"`
	Format     string   `json:"format" enum:"csv,xlsx"`
	Columns    []string `json:"columns" nullable:"false"`
	Purpose    string   `json:"purpose"`
	Reason     string   `json:"reason"`
	State      string   `json:"state" enum:"asked,making,ready,expired" doc:"asked: it waits for the agreement of a second person."`
	Approval   int64    `json:"approval,omitempty" doc:"The request for agreement, where one is needed."`
	Job        int64    `json:"job,omitempty" doc:"The job that writes the file."`
	Households int64    `json:"households" doc:"How many the filters selected when it was asked for."`
	Rows       int64    `json:"rows" doc:"Of the file, once it is ready."`
	Size       int64    `json:"size" doc:"Bytes of the file, once it is ready."`
	Created    string   `json:"created" format:"date-time"`
	Expires    string   `json:"expires,omitempty" format:"date-time" doc:"When the file is destroyed."`
	Version    int64    `json:"version"`
}

func exportOf(e registry.Export) Export {
	return Export{ID: e.ID, Subject: e.Subject, Format: e.Format, Columns: append([]string{}, e.Columns...), Purpose: e.Purpose, Reason: e.Reason, State: string(e.State), Approval: e.Approval,
		Job: e.Job, Households: e.Households, Rows: e.Rows, Size: e.Size, Created: moment(e.Created), Expires: moment(e.Expires), Version: e.Ver}
}

// exportOutput is the answer about one export.
type exportOutput struct {
	rest.Tagged
	Location string `header:"Location"`
	Body     Export
}

func answerExport(ctx context.Context, e registry.Export, err error) (*exportOutput, error) {
	if err != nil {
		return nil, err
	}
	return &exportOutput{Tagged: rest.Tag(ctx, e.Ver), Location: rest.Prefix + "/exports/" + strconv.FormatInt(e.ID, 10), Body: exportOf(e)}, nil
}

func (rooms Rooms) registerExports(api *rest.API) {
	type askInput struct {
		Filters
		Body struct {
			Subject string `json:"subject" enum:"household,person,dwelling,income,expenditure" doc:"What a row is."`
			Format  string `json:"format" enum:"csv,xlsx"`
			Purpose string `json:"purpose" doc:"One of the purposes for which records are read." example:"review"`
			Reason  string `json:"reason" maxLength:"400" doc:"What the file is needed for, in words, without names."`
			Special bool   `json:"special,omitempty" doc:"Also fields of health, disability and the like (P3), as far as the purpose shows them; a second person has to agree."`
		}
	}
	rest.Register(api, rest.Operation{ID: "ask-export", Method: http.MethodPost, Path: "/exports", Summary: "Ask for a file of the households that the filters select", Room: room, Verb: access.ExportRun, Status: http.StatusAccepted,
		About: "The filters are those of the list of households. A job writes the file; a large one, or one with special fields, waits for the agreement of a second person first."},
		func(ctx context.Context, in *askInput) (*exportOutput, error) {
			f, err := in.filter(ctx, rooms)
			if err != nil {
				return nil, err
			}
			e, err := rooms.Registry.RequestExport(ctx, rest.Caller(ctx), registry.ExportRequest{Subject: in.Body.Subject, Format: in.Body.Format, Filter: f,
				Purpose: in.Body.Purpose, Reason: in.Body.Reason, Special: in.Body.Special})
			return answerExport(ctx, e, err)
		})
	type listInput struct{ rest.Paged }
	rest.Register(api, rest.Operation{ID: "list-exports", Method: http.MethodGet, Path: "/exports", Summary: "List your own exports, newest first", Room: room, Verb: access.ExportRun},
		func(ctx context.Context, in *listInput) (*rest.Listed[Export], error) {
			read := func(before int64, rows int) ([]registry.Export, error) {
				return rooms.Registry.Exports(ctx, rest.Caller(ctx), before, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(e registry.Export) int64 { return e.ID }, rest.Each(exportOf))
		})
	rooms.registerExportSteps(api)
}

func (rooms Rooms) registerExportSteps(api *rest.API) {
	type getInput struct {
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "get-export", Method: http.MethodGet, Path: "/exports/{id}", Summary: "Look how far an export is", Room: room, Verb: access.ExportRun, Watches: true,
		About: "Of your own; those of others are as absent as unknown ones."},
		func(ctx context.Context, in *getInput) (*exportOutput, error) {
			e, err := rooms.Registry.GetExport(ctx, rest.Caller(ctx), in.ID)
			return answerExport(ctx, e, err)
		})
	type makeInput struct {
		rest.Conditional
		ID int64 `path:"id"`
	}
	rest.Register(api, rest.Operation{ID: "make-export", Method: http.MethodPost, Path: "/exports/{id}/make", Summary: "Write the file to which a second person has agreed", Room: room, Verb: access.ExportRun, Status: http.StatusAccepted},
		func(ctx context.Context, in *makeInput) (*exportOutput, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			e, err := rooms.Registry.MakeExport(ctx, rest.Caller(ctx), in.ID, ver)
			return answerExport(ctx, e, err)
		})
	rest.Register(api, rest.Operation{ID: "get-export-file", Method: http.MethodGet, Path: "/exports/{id}/file", Summary: "Download the file of an export", Room: room, Verb: access.ExportRun,
		About: "Who asked for it only, until it expires. The download is journalled before anything leaves."},
		func(ctx context.Context, in *getInput) (*huma.StreamResponse, error) {
			d, err := rooms.Registry.Download(ctx, rest.Caller(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(out huma.Context) { send(out, d) }}, nil
		})
}

// send writes a file to a client. Once its first piece has left, an error can only break it off, so that nobody takes a
// part for the whole.
func send(out huma.Context, d *registry.Download) {
	e := d.Export()
	kind := "text/csv; charset=utf-8"
	if e.Format == registry.FormatXLSX {
		kind = table.XLSXType
	}
	out.SetHeader("Content-Type", kind)
	out.SetHeader("Content-Length", strconv.FormatInt(e.Size, 10))
	out.SetHeader("Content-Disposition", `attachment; filename="`+e.Subject+"-"+strconv.FormatInt(e.ID, 10)+"."+e.Format+`"`)
	out.SetStatus(http.StatusOK)
	_, w := humago.Unwrap(out)
	between := func() error {
		err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pieceTime))
		if errors.Is(err, http.ErrNotSupported) {
			return nil
		}
		return err
	}
	if err := d.WriteTo(out.Context(), out.BodyWriter(), between); err != nil {
		panic(http.ErrAbortHandler)
	}
}
