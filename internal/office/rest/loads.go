package rest

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// loads is a kind of files that come in: what they hold, as the document and the addresses call it.
type loads struct {
	of      *office.FileLoads
	verb    access.Verb
	noun    string
	columns string
}

func registerLoads(api *rest.API, l loads) {
	type accepted struct {
		Location string `header:"Location" doc:"The job to look at."`
		Body     Job
	}
	type checkInput struct {
		RawBody huma.MultipartFormFiles[struct {
			File huma.FormFile `form:"file" required:"true" doc:"A table as .csv, .csv.gz, .tsv, .xlsx or .parquet."`
		}]
	}
	rest.Register(api, rest.Operation{ID: "check-" + l.noun + "s", Method: http.MethodPost, Path: "/" + l.noun + "-checks", Summary: "Check a file of " + l.noun + "s", Room: room, Verb: l.verb,
		About:  "Columns are " + l.columns + ". Reads all rows and says what loading would do; nothing is loaded. Answers the job that does it.",
		Status: http.StatusAccepted, MaxBody: office.MaxFile + 1<<20, BodyTime: 30 * time.Minute},
		func(ctx context.Context, in *checkInput) (*accepted, error) {
			upload := in.RawBody.Data().File
			file, err := io.ReadAll(io.LimitReader(upload, office.MaxFile+1))
			if err != nil {
				return nil, fault.Wrap(fault.Invalid, err, "the file broke off")
			}
			j, err := l.of.Check(ctx, rest.Caller(ctx), upload.Filename, file)
			if err != nil {
				return nil, err
			}
			return &accepted{Location: jobPath(j.ID), Body: jobOf(j)}, nil
		})
	type loadInput struct {
		Body struct {
			Check int64 `json:"check" doc:"The job that checked the file."`
			Skip  bool  `json:"skip,omitempty" doc:"Load the right rows although others are rejected."`
		}
	}
	rest.Register(api, rest.Operation{ID: "load-" + l.noun + "s", Method: http.MethodPost, Path: "/" + l.noun + "-loads", Summary: "Load a file of " + l.noun + "s that was checked", Room: room, Verb: l.verb,
		Status: http.StatusAccepted, About: "Answers the job that does it. Loading the same file again changes nothing."},
		func(ctx context.Context, in *loadInput) (*accepted, error) {
			j, err := l.of.Apply(ctx, rest.Caller(ctx), in.Body.Check, in.Body.Skip)
			if err != nil {
				return nil, err
			}
			return &accepted{Location: jobPath(j.ID), Body: jobOf(j)}, nil
		})
}
