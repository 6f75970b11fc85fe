package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// Approval is an act that needs a second person.
type Approval struct {
	ID      int64           `json:"id"`
	Kind    string          `json:"kind" example:"household.export"`
	State   string          `json:"state" enum:"asked,approved,refused,withdrawn,used,expired"`
	Subject string          `json:"subject,omitempty" doc:"Number of the record, where the act is about one."`
	What    json.RawMessage `json:"what" doc:"Exactly what is to be done."`
	Title   string          `json:"title"`
	Reason  string          `json:"reason"`
	Asked   string          `json:"asked" format:"date-time"`
	Expires string          `json:"expires" format:"date-time" doc:"Until when it can be decided or, once approved, used."`
	Decided string          `json:"decided,omitempty" format:"date-time"`
	Comment string          `json:"comment,omitempty"`
	Used    string          `json:"used,omitempty" format:"date-time"`
	Version int64           `json:"version"`
}

func approvalOf(a office.Approval) Approval {
	return Approval{ID: a.ID, Kind: a.Kind, State: string(a.State), Subject: a.Subject, What: a.What, Title: a.Title, Reason: a.Reason,
		Asked: moment(a.Asked), Expires: moment(a.Expires), Decided: moment(a.Decided), Comment: a.Comment, Used: moment(a.Used), Version: a.Ver}
}

func (rooms Rooms) registerApprovals(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-approvals", Method: http.MethodGet, Path: "/approvals", Summary: "List acts that need a second person, newest first", Room: room, Verb: rest.LoggedIn,
		About: "What you asked for, and what you may agree to."},
		func(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Approval], error) {
			read := func(before int64, rows int) ([]office.Approval, error) {
				return rooms.Approvals.List(ctx, rest.Caller(ctx), before, rows)
			}
			return rest.Listing(ctx, in.Paged, read, func(a office.Approval) int64 { return a.ID }, rest.Each(approvalOf))
		})
	type getInput struct {
		ID int64 `path:"id"`
	}
	type output struct {
		rest.Tagged
		Body Approval
	}
	answer := func(ctx context.Context, a office.Approval, err error) (*output, error) {
		if err != nil {
			return nil, err
		}
		return &output{Tagged: rest.Tag(ctx, a.Ver), Body: approvalOf(a)}, nil
	}
	rest.Register(api, rest.Operation{ID: "get-approval", Method: http.MethodGet, Path: "/approvals/{id}", Summary: "Read an act that needs a second person", Room: room, Verb: rest.LoggedIn},
		func(ctx context.Context, in *getInput) (*output, error) {
			a, err := rooms.Approvals.Get(ctx, rest.Caller(ctx), in.ID)
			return answer(ctx, a, err)
		})
	type stepInput struct {
		getInput
		rest.Conditional
		Body struct {
			Comment string `json:"comment,omitempty" maxLength:"2000"`
		}
	}
	step := func(name, summary string, take func(ctx context.Context, id, ver int64, comment string) (office.Approval, error)) {
		rest.Register(api, rest.Operation{ID: name + "-approval", Method: http.MethodPost, Path: "/approvals/{id}/" + name, Summary: summary, Room: room, Verb: rest.LoggedIn},
			func(ctx context.Context, in *stepInput) (*output, error) {
				ver, err := in.Version(ctx)
				if err != nil {
					return nil, err
				}
				a, err := take(ctx, in.ID, ver, in.Body.Comment)
				return answer(ctx, a, err)
			})
	}
	step("approve", "Agree to an act that another person asked for", func(ctx context.Context, id, ver int64, comment string) (office.Approval, error) {
		return rooms.Approvals.Approve(ctx, rest.Caller(ctx), id, ver, comment)
	})
	step("refuse", "Disagree, with a comment that says why", func(ctx context.Context, id, ver int64, comment string) (office.Approval, error) {
		return rooms.Approvals.Refuse(ctx, rest.Caller(ctx), id, ver, comment)
	})
	step("withdraw", "Take back what one asked for oneself", func(ctx context.Context, id, ver int64, _ string) (office.Approval, error) {
		return rooms.Approvals.Withdraw(ctx, rest.Caller(ctx), id, ver)
	})
}
