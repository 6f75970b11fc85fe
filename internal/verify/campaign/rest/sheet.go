package rest

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/rest"
	"rightkey/internal/table"
	"rightkey/internal/verify/campaign"
)

// VisitSheetReport is what became of the rows of a team's spreadsheet.
type VisitSheetReport struct {
	In        int                `json:"in" doc:"Rows that say something: created, updated, unchanged and rejected together."`
	Created   int                `json:"created" doc:"First visits."`
	Updated   int                `json:"updated" doc:"Visits where nobody had been at home before."`
	Unchanged int                `json:"unchanged" doc:"Rows that came in before."`
	Rejected  int                `json:"rejected"`
	Blank     int                `json:"blank" doc:"Rows that say nothing yet."`
	Stored    bool               `json:"stored"`
	Rejects   []VisitSheetReject `json:"rejects"`
}

// VisitSheetReject is a row that cannot be taken in.
type VisitSheetReject struct {
	Row       int    `json:"row" doc:"As the spreadsheet counts."`
	Household string `json:"household"`
	Field     string `json:"field" doc:"Column; empty for the row as a whole."`
	Reason    string `json:"reason"`
}

// sheetTime is how long a file may take to arrive on a slow line.
const sheetTime = 10 * time.Minute

type sheetInput struct {
	ID   int64  `path:"id"`
	Lang string `query:"lang" maxLength:"10" doc:"Of titles and answers; English if absent."`
}

type takeInput struct {
	ID      int64  `path:"id"`
	Apply   bool   `query:"apply" doc:"Record the visits if no row is rejected; otherwise only say what the rows are."`
	RawBody []byte `contentType:"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"`
}

// registerSheets adds the spreadsheet of a team.
func (rooms Rooms) registerSheets(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-visit-sheet", Method: http.MethodGet, Path: "/campaigns/{id}/visits/sheet", Summary: "Download the households that wait for your team as a spreadsheet", Room: room, Verb: access.VisitRecord, About: "The reading is journalled."}, rooms.sheet)
	rest.Register(api, rest.Operation{ID: "take-visit-sheet", Method: http.MethodPost, Path: "/campaigns/{id}/visits/sheet", Summary: "Send the filled-in spreadsheet of your team", Room: room, Verb: access.VisitRecord, MaxBody: campaign.MaxSheet, BodyTime: sheetTime,
		About: "Nothing is stored where a row is rejected. Rows that came in before change nothing: send it again when the network failed."}, rooms.take)
}

func (rooms Rooms) sheet(ctx context.Context, in *sheetInput) (*huma.StreamResponse, error) {
	lang := i18n.Negotiate(in.Lang)
	var file bytes.Buffer
	if err := rooms.Campaigns.Sheet(ctx, rest.Scope(ctx), in.ID, lang, &file); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", table.XLSXType)
		out.SetHeader("Content-Length", strconv.Itoa(file.Len()))
		out.SetHeader("Content-Disposition", `attachment; filename="visits-`+strconv.FormatInt(in.ID, 10)+`.xlsx"`)
		out.SetStatus(http.StatusOK)
		if _, err := out.BodyWriter().Write(file.Bytes()); err != nil {
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func (rooms Rooms) take(ctx context.Context, in *takeInput) (*struct{ Body VisitSheetReport }, error) {
	rows, blank, err := campaign.ReadSheet(bytes.NewReader(in.RawBody), int64(len(in.RawBody)))
	if err != nil {
		return nil, err
	}
	report, err := rooms.Campaigns.TakeSheet(ctx, rest.Scope(ctx), in.ID, rows, in.Apply)
	if err != nil {
		return nil, err
	}
	body := VisitSheetReport{In: report.In, Created: report.Created, Updated: report.Updated, Unchanged: report.Unchanged, Rejected: report.Rejected, Blank: blank, Stored: report.Stored, Rejects: []VisitSheetReject{}}
	for _, one := range report.Rejects {
		body.Rejects = append(body.Rejects, VisitSheetReject{one.Row, one.About, one.Field, one.Reason})
	}
	return &struct{ Body VisitSheetReport }{body}, nil
}
