package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// Alert is a lead for a reviewer.
type Alert struct {
	ID      int64            `json:"id"`
	Rule    string           `json:"rule" example:"many" doc:"What was noticed; see the page of alerts for each rule in words."`
	State   string           `json:"state" enum:"open,explained,breach"`
	Account int64            `json:"account" doc:"Whose readings or acts were noticed."`
	Area    int64            `json:"area,omitempty" doc:"Key of the area; absent for everywhere."`
	Record  string           `json:"record,omitempty" doc:"Number of the household or person, where it is about one."`
	Day     string           `json:"day" format:"date"`
	Times   int64            `json:"times"`
	First   string           `json:"first" format:"date-time"`
	Last    string           `json:"last" format:"date-time"`
	Figures map[string]int64 `json:"figures,omitempty" doc:"Figures of the rule."`
	Decided string           `json:"decided,omitempty" format:"date-time"`
	Comment string           `json:"comment,omitempty"`
	Version int64            `json:"version"`
}

func (rooms Rooms) alertOf(a office.Alert) Alert {
	out := Alert{ID: a.ID, Rule: a.Rule, State: string(a.State), Account: a.Account, Area: a.Area, Day: a.Day.String(), Times: a.Count, First: moment(a.First), Last: moment(a.Last),
		Figures: a.Detail, Decided: moment(a.Decided), Comment: a.Comment, Version: a.Ver}
	if a.Subject != 0 {
		out.Record = rooms.RecordNumber(a.Subject)
	}
	return out
}

func (rooms Rooms) registerAlerts(api *rest.API) {
	type listInput struct {
		rest.Paged
		State string `query:"state" enum:"open,explained,breach" doc:"Only those in this state."`
	}
	rest.Register(api, rest.Operation{ID: "list-alerts", Method: http.MethodGet, Path: "/alerts", Summary: "List leads about readings and acts, newest first", Room: room, Verb: access.AlertRead,
		About: "Those in your areas that are not about yourself. A lead is a question, never a verdict."},
		func(ctx context.Context, in *listInput) (*rest.Listed[Alert], error) {
			read := func(before int64, rows int) ([]office.Alert, error) {
				return rooms.Alerts.List(ctx, rest.Caller(ctx), office.AlertState(in.State), before, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(a office.Alert) int64 { return a.ID }, rest.Each(rooms.alertOf))
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	type output struct {
		rest.Tagged
		Body Alert
	}
	get := func(ctx context.Context, id int64) (*output, error) {
		a, err := rooms.Alerts.Get(ctx, rest.Caller(ctx), id)
		if err != nil {
			return nil, err
		}
		return &output{Tagged: rest.Tag(ctx, a.Ver), Body: rooms.alertOf(a)}, nil
	}
	rest.Register(api, rest.Operation{ID: "get-alert", Method: http.MethodGet, Path: "/alerts/{id}", Summary: "Read a lead", Room: room, Verb: access.AlertRead},
		func(ctx context.Context, in *getInput) (*output, error) { return get(ctx, in.ID) })
	type closeInput struct {
		getInput
		rest.Conditional
		Body struct {
			State   string `json:"state" enum:"explained,breach"`
			Comment string `json:"comment" minLength:"1" maxLength:"2000" doc:"What it turned out to be. Name nobody."`
		}
	}
	rest.Register(api, rest.Operation{ID: "close-alert", Method: http.MethodPost, Path: "/alerts/{id}/close", Summary: "Say what a lead turned out to be", Room: room, Verb: access.AlertRead},
		func(ctx context.Context, in *closeInput) (*output, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			if err := rooms.Alerts.Close(ctx, rest.Caller(ctx), in.ID, ver, office.AlertState(in.Body.State), in.Body.Comment); err != nil {
				return nil, err
			}
			return get(ctx, in.ID)
		})
}

// Inspection opens an area for some days to an office above it.
type Inspection struct {
	ID   int64  `json:"id"`
	Area int64  `json:"area,omitempty" doc:"Key of the area; absent for everywhere."`
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date"`
}

func (rooms Rooms) registerInspections(api *rest.API) {
	type output struct {
		Body struct {
			Items []Inspection `json:"items" nullable:"false"`
		}
	}
	rest.Register(api, rest.Operation{ID: "list-inspections", Method: http.MethodGet, Path: "/inspections", Summary: "List your own inspections that are open or to come", Room: room, Verb: access.InspectionOpen},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			out := &output{}
			out.Body.Items = []Inspection{}
			for _, in := range rest.Caller(ctx).Inspections {
				out.Body.Items = append(out.Body.Items, Inspection{ID: in.ID, Area: in.Area, From: in.From.String(), To: in.To.String()})
			}
			return out, nil
		})
	type openInput struct {
		Body struct {
			Area   int64  `json:"area,omitempty" doc:"Key of the area; left out for everywhere."`
			Matter string `json:"matter" minLength:"1" maxLength:"200" doc:"Number and subject of the case, without names."`
			Days   int    `json:"days" minimum:"1" maximum:"30"`
		}
	}
	rest.Register(api, rest.Operation{ID: "open-inspection", Method: http.MethodPost, Path: "/inspections", Summary: "Open an inspection of an area under a case", Room: room, Verb: access.InspectionOpen, Status: http.StatusNoContent,
		About: "A reviewer is told. It needs a fresh proof of who you are, which a token cannot give."},
		func(ctx context.Context, in *openInput) (*struct{}, error) {
			return nil, rooms.Assignments.Inspect(ctx, rest.Caller(ctx), rooms.Alerts, in.Body.Area, in.Body.Matter, in.Body.Days)
		})
}
