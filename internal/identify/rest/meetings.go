package rest

import (
	"context"
	"encoding/base64"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/procedure"
	"rightkey/internal/registry/upload"
	"rightkey/internal/rest"
)

// registerMeetings adds the operations on meetings and notices.
func (rooms Cases) registerMeetings(api *rest.API) {
	convene := rest.Operation{ID: "convene-meeting", Method: http.MethodPost, Path: "/sittings", Summary: "Put cases before a meeting", Room: caseRoom, Verb: access.CaseAct, Status: http.StatusCreated}
	rest.Register(api, convene, rooms.convene)
	rest.Register(api, rest.Operation{ID: "close-meeting", Method: http.MethodPost, Path: "/sittings/{id}/closing", Summary: "Write down the votes of a meeting and close it", Room: caseRoom, Verb: access.CaseAct,
		About: "Each case then goes where its votes lead it. Sent again after an interruption it leads the rest."}, rooms.close)
	draft := rest.Operation{ID: "draft-notice", Method: http.MethodPost, Path: "/notices", Summary: "Make the list of a notice from cases", Room: caseRoom, Verb: access.CaseAct, Status: http.StatusCreated,
		About: "Only fields that the procedure allows are shown, names masked; a list that would make public what must not be is refused."}
	rest.Register(api, draft, rooms.draft)
	rest.Register(api, rest.Operation{ID: "hang-notice", Method: http.MethodPost, Path: "/notices/{id}/hanging", Summary: "Start the days of a notice with the dated photo of the board", Room: caseRoom, Verb: access.CaseAct, MaxBody: 2 * upload.MaxBytes}, rooms.hang)
	rest.Register(api, rest.Operation{ID: "object-to-notice", Method: http.MethodPost, Path: "/notices/{id}/objections", Summary: "Object to a line of a notice", Room: caseRoom, Verb: access.CaseAct,
		About: "It holds up this household only."}, rooms.object)
}

type conveneInput struct {
	Body struct {
		Area  string  `json:"area" maxLength:"40" doc:"Official code of the area for which it is held."`
		Day   string  `json:"day" format:"date"`
		Cases []int64 `json:"cases" minItems:"1" maxItems:"5000"`
	}
}

type madeOutput struct {
	rest.Tagged
	Body struct {
		ID    int64  `json:"id"`
		Token string `json:"token,omitempty" doc:"By which everybody finds the page of a notice."`
	}
}

func made(ctx context.Context, id, ver int64, token string) *madeOutput {
	out := &madeOutput{Tagged: rest.Tag(ctx, ver)}
	out.Body.ID, out.Body.Token = id, token
	return out
}

func (rooms Cases) convene(ctx context.Context, in *conveneInput) (*madeOutput, error) {
	scope := rest.Scope(ctx)
	place, err := rooms.Cases.Areas().ByCode(ctx, scope, in.Body.Area)
	if err != nil {
		return nil, err
	}
	day, err := clock.ParseDay(in.Body.Day)
	if err != nil {
		return nil, err
	}
	m, err := rooms.Cases.Convene(ctx, scope, place.Key, day, in.Body.Cases)
	if err != nil {
		return nil, err
	}
	return made(ctx, m.ID, m.Ver, ""), nil
}

type closeInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Eligible int64      `json:"eligible" minimum:"1" doc:"Who has a vote."`
		Present  int64      `json:"present" minimum:"1"`
		Minutes  string     `json:"minutes,omitempty" maxLength:"20000"`
		Votes    []CaseVote `json:"votes" maxItems:"5000"`
	}
}

func (rooms Cases) close(ctx context.Context, in *closeInput) (*struct{}, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	as := procedure.Closing{Eligible: in.Body.Eligible, Present: in.Body.Present, Minutes: in.Body.Minutes}
	for _, v := range in.Body.Votes {
		as.Votes = append(as.Votes, procedure.Vote{Case: v.Case, For: v.For, Against: v.Against, Abstain: v.Abstain})
	}
	return &struct{}{}, rooms.Cases.CloseSitting(ctx, rest.Scope(ctx), in.ID, ver, as)
}

type draftInput struct {
	Body struct {
		Area  string  `json:"area" maxLength:"40" doc:"Official code of the area in which it hangs."`
		Cases []int64 `json:"cases" minItems:"1" maxItems:"5000"`
	}
}

func (rooms Cases) draft(ctx context.Context, in *draftInput) (*madeOutput, error) {
	scope := rest.Scope(ctx)
	place, err := rooms.Cases.Areas().ByCode(ctx, scope, in.Body.Area)
	if err != nil {
		return nil, err
	}
	n, err := rooms.Cases.Draft(ctx, scope, place.Key, in.Body.Cases)
	if err != nil {
		return nil, err
	}
	return made(ctx, n.ID, n.Ver, n.Token), nil
}

type hangInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Day   string `json:"day" format:"date" doc:"On which the photo was taken."`
		Photo string `json:"photo" doc:"Picture of the board, base64."`
	}
}

func (rooms Cases) hang(ctx context.Context, in *hangInput) (*madeOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	day, err := clock.ParseDay(in.Body.Day)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(in.Body.Photo)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the photo is not base64").With(0, "photo", "is not base64")
	}
	file, err := rooms.Registry.Picture(data)
	if err != nil {
		return nil, err
	}
	n, err := rooms.Cases.Hang(ctx, rest.Scope(ctx), in.ID, ver, day, procedure.Photo{Type: file.Type, Body: file.Body})
	if err != nil {
		return nil, err
	}
	return made(ctx, n.ID, n.Ver, n.Token), nil
}

type objectInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Line int64  `json:"line" minimum:"1"`
		Text string `json:"text" maxLength:"2000"`
	}
}

func (rooms Cases) object(ctx context.Context, in *objectInput) (*struct{}, error) {
	return &struct{}{}, rooms.Cases.Object(ctx, rest.Scope(ctx), in.ID, in.Body.Line, in.Body.Text)
}
