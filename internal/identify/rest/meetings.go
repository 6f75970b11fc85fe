package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/procedure"
	"rightkey/internal/registry/upload"
	"rightkey/internal/rest"
)

// registerMeetings adds the operations on meetings.
func (rooms Cases) registerMeetings(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-meetings", Method: http.MethodGet, Path: "/sittings", Summary: "List meetings, the newest first", Room: caseRoom, Verb: access.CaseRead}, rooms.listMeetings)
	convene := rest.Operation{ID: "convene-meeting", Method: http.MethodPost, Path: "/sittings", Summary: "Put cases before a meeting", Room: caseRoom, Verb: access.CaseAct, Status: http.StatusCreated}
	rest.Register(api, convene, rooms.convene)
	rest.Register(api, rest.Operation{ID: "get-meeting", Method: http.MethodGet, Path: "/sittings/{id}", Summary: "Read a meeting", Room: caseRoom, Verb: access.CaseRead}, rooms.getMeeting)
	rest.Register(api, rest.Operation{ID: "list-meeting-votes", Method: http.MethodGet, Path: "/sittings/{id}/votes", Summary: "List the cases before a meeting with their votes", Room: caseRoom, Verb: access.CaseRead}, rooms.votes)
	rest.Register(api, rest.Operation{ID: "get-minutes-photo", Method: http.MethodGet, Path: "/sittings/{id}/photo", Summary: "Read the photo of a meeting's minutes", Room: caseRoom, Verb: access.CaseRead}, rooms.minutesPhoto)
	rest.Register(api, rest.Operation{ID: "close-meeting", Method: http.MethodPost, Path: "/sittings/{id}/closing", Summary: "Write down the votes of a meeting and close it", Room: caseRoom, Verb: access.CaseAct, MaxBody: 2 * upload.MaxBytes,
		About: "Each case then goes where its votes lead it. Sent again after an interruption it leads the rest."}, rooms.close)
}

// Meeting is one meeting.
type Meeting struct {
	ID        int64  `json:"id"`
	Procedure string `json:"procedure" doc:"Code of the definition."`
	Pack      string `json:"pack" doc:"Hash of the pack that holds it."`
	Kind      string `json:"kind" doc:"Code of the kind of meeting."`
	Area      string `json:"area" doc:"Official code."`
	Day       string `json:"day" format:"date"`
	Closed    bool   `json:"closed"`
	Eligible  int64  `json:"eligible,omitempty" doc:"Who has a vote; absent until it is closed."`
	Present   int64  `json:"present,omitempty"`
	Minutes   string `json:"minutes,omitempty" doc:"Absent where you may not read personal fields."`
	Closer    int64  `json:"closer,omitempty" doc:"Account that closed it."`
	Role      string `json:"role,omitempty" doc:"In which role."`
	For       int64  `json:"for,omitempty" doc:"Account that was away and for which it was closed."`
	Photo     bool   `json:"photo" doc:"There is a photo of minutes on paper."`
	Version   int64  `json:"version"`
}

func (rooms Cases) minutesPhoto(ctx context.Context, in *caseInput) (*fileBytes, error) {
	return picture(rooms.Cases.MinutesPhoto(ctx, rest.Scope(ctx), in.ID))
}

func (rooms Cases) meetings(ctx context.Context, list []procedure.Sitting) ([]Meeting, error) {
	places, err := placesOf(ctx, rooms, list, func(m procedure.Sitting) int64 { return m.Area })
	if err != nil {
		return nil, err
	}
	items := make([]Meeting, len(list))
	for i, m := range list {
		role, whom := access.ReadRole(m.ClosedAs)
		items[i] = Meeting{Closer: m.Closer, Role: role, For: whom, ID: m.ID, Procedure: m.Code, Pack: m.Pack, Kind: m.Meeting, Area: places[m.Area].Code, Day: m.Day.String(), Closed: m.Closed, Eligible: m.Eligible, Present: m.Present, Minutes: m.Minutes, Photo: m.HasPhoto, Version: m.Ver}
	}
	return items, nil
}

func (rooms Cases) listMeetings(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Meeting], error) {
	read := func(after int64, rows int) ([]procedure.Sitting, error) {
		return rooms.Cases.Sittings(ctx, rest.Scope(ctx), after, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(m procedure.Sitting) int64 { return m.ID }, func(list []procedure.Sitting) ([]Meeting, error) { return rooms.meetings(ctx, list) })
}

type meetingOutput struct {
	rest.Tagged
	Body Meeting
}

func (rooms Cases) getMeeting(ctx context.Context, in *caseInput) (*meetingOutput, error) {
	m, err := rooms.Cases.Sitting(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := rooms.meetings(ctx, []procedure.Sitting{m})
	if err != nil {
		return nil, err
	}
	return &meetingOutput{Tagged: rest.Tag(ctx, m.Ver), Body: shown[0]}, nil
}

type ofInput struct {
	rest.Paged
	ID int64 `path:"id"`
}

func voteOf(v procedure.Vote) CaseVote {
	return CaseVote{Case: v.Case, For: v.For, Against: v.Against, Abstain: v.Abstain, Result: string(v.Result)}
}

func (rooms Cases) votes(ctx context.Context, in *ofInput) (*rest.Listed[CaseVote], error) {
	m, err := rooms.Cases.Sitting(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	read := func(after int64, rows int) ([]procedure.Vote, error) {
		return rooms.Cases.Votes(ctx, rest.Scope(ctx), m, after, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(v procedure.Vote) int64 { return v.Case }, rest.Each(voteOf))
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
		Job   int64  `json:"job,omitempty" doc:"That puts the cases on it one after the other; absent where all are there."`
		Token string `json:"token,omitempty" doc:"By which everybody finds the page of a notice."`
	}
}

func made(ctx context.Context, id, ver, job int64, token string) *madeOutput {
	out := &madeOutput{Tagged: rest.Tag(ctx, ver)}
	out.Body.ID, out.Body.Job, out.Body.Token = id, job, token
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
	return made(ctx, m.ID, m.Ver, m.Job, ""), nil
}

type closeInput struct {
	rest.Conditional
	ID   int64 `path:"id"`
	Body struct {
		Day      string     `json:"day,omitempty" format:"date" doc:"On which it was held; absent: on the day for which it was called."`
		Eligible int64      `json:"eligible" minimum:"1" doc:"Who has a vote."`
		Present  int64      `json:"present" minimum:"1"`
		Minutes  string     `json:"minutes,omitempty" maxLength:"20000"`
		Photo    string     `json:"photo,omitempty" doc:"Of minutes on paper, base64: in place of typed ones or beside them."`
		Votes    []CaseVote `json:"votes" maxItems:"5000"`
	}
}

func (rooms Cases) close(ctx context.Context, in *closeInput) (*begunOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	as := procedure.Closing{Eligible: in.Body.Eligible, Present: in.Body.Present, Minutes: in.Body.Minutes}
	if in.Body.Day != "" {
		if as.Day, err = clock.ParseDay(in.Body.Day); err != nil {
			return nil, err
		}
	}
	if in.Body.Photo != "" {
		if as.Photo, err = rooms.decoded(in.Body.Photo); err != nil {
			return nil, err
		}
	}
	for _, v := range in.Body.Votes {
		as.Votes = append(as.Votes, procedure.Vote{Case: v.Case, For: v.For, Against: v.Against, Abstain: v.Abstain})
	}
	return begun(rooms.Cases.CloseSitting(ctx, rest.Scope(ctx), in.ID, ver, as))
}
