package rest

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify/away"
	"rightkey/internal/procedure"
	"rightkey/internal/registry/upload"
	"rightkey/internal/rest"
	"rightkey/internal/table"
)

// registerPackages adds the package of a meeting that is held without network.
func (rooms Cases) registerPackages(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-meeting-package", Method: http.MethodGet, Path: "/sittings/{id}/package", Summary: "Download a meeting as one spreadsheet, to be held where there is no network", Room: caseRoom, Verb: access.CaseAct, About: "The reading is journalled."}, rooms.writePackage)
	rest.Register(api, rest.Operation{ID: "take-meeting-package", Method: http.MethodPost, Path: "/sittings/{id}/package", Summary: "Send the filled-in spreadsheet of a meeting", Room: caseRoom, Verb: access.CaseAct, MaxBody: 2 * (away.Most + upload.MaxBytes),
		About: "Closes the meeting on the day on which it was held. Nothing is stored where a row is rejected; cases that moved on meanwhile are named and left out. The same file a second time changes nothing."}, rooms.takePackage)
}

// PackageRow is a row of a package that cannot be taken in.
type PackageRow struct {
	Row       int    `json:"row" doc:"As the spreadsheet counts; 0 of a household that the file leaves out."`
	Household string `json:"household" doc:"Number; empty for the meeting as a whole."`
	Field     string `json:"field" doc:"Empty for the row as a whole."`
	Code      string `json:"code"`
	Reason    string `json:"reason"`
}

// PackageReport is what became of the rows of a package.
type PackageReport struct {
	In        int          `json:"in" doc:"Households: created, unchanged, moved and rejected together."`
	Created   int          `json:"created" doc:"Whose votes are new."`
	Unchanged int          `json:"unchanged" doc:"Whose votes came in before."`
	Rejected  int          `json:"rejected"`
	Stored    bool         `json:"stored"`
	Job       int64        `json:"job,omitempty" doc:"That leads the cases on; absent where all is done."`
	Moved     []PackageRow `json:"moved" nullable:"false" doc:"Households whose cases moved on since the file was written."`
	Rejects   []PackageRow `json:"rejects" nullable:"false"`
}

type packageInput struct {
	ID   int64  `path:"id"`
	Lang string `query:"lang" maxLength:"10" doc:"Of titles; English if absent."`
}

func (rooms Cases) writePackage(ctx context.Context, in *packageInput) (*fileBytes, error) {
	var file bytes.Buffer
	if err := rooms.Packages.Write(ctx, rest.Scope(ctx), in.ID, i18n.Negotiate(in.Lang), &file); err != nil {
		return nil, err
	}
	return &fileBytes{ContentType: table.XLSXType, ContentDisposition: `attachment; filename="meeting-` + strconv.FormatInt(in.ID, 10) + `.xlsx"`, Policy: sandboxed, Body: file.Bytes()}, nil
}

type takePackageInput struct {
	ID   int64 `path:"id"`
	Body struct {
		File  string `json:"file" doc:"The filled-in spreadsheet, base64."`
		Photo string `json:"photo,omitempty" doc:"Of minutes on paper, base64: in place of typed ones or beside them."`
		Apply bool   `json:"apply,omitempty" doc:"Close the meeting if nothing is wrong; otherwise only say what the rows are."`
	}
}

func (rooms Cases) takePackage(ctx context.Context, in *takePackageInput) (*struct{ Body PackageReport }, error) {
	content, err := base64.StdEncoding.DecodeString(in.Body.File)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file is not base64").With(0, "file", "is not base64")
	}
	filled, err := away.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	var photo procedure.Photo
	if in.Body.Photo != "" {
		if photo, err = rooms.decoded(in.Body.Photo); err != nil {
			return nil, err
		}
	}
	report, err := rooms.Packages.Take(ctx, rest.Scope(ctx), in.ID, filled, photo, in.Body.Apply)
	if err != nil {
		return nil, err
	}
	return &struct{ Body PackageReport }{PackageReport{In: report.In, Created: report.Created, Unchanged: report.Unchanged, Rejected: report.Rejected, Stored: report.Stored, Job: report.Job,
		Moved: packageRows(report.Moved), Rejects: packageRows(report.Rejects)}}, nil
}

func packageRows(list []table.Reject) []PackageRow {
	rows := []PackageRow{}
	for _, one := range list {
		rows = append(rows, PackageRow{one.Row, one.About, one.Field, one.Code, one.Reason})
	}
	return rows
}
