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

// registerNotices adds the operations on notices.
func (rooms Cases) registerNotices(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-notices", Method: http.MethodGet, Path: "/notices", Summary: "List notices, the newest first", Room: caseRoom, Verb: access.CaseRead}, rooms.listNotices)
	rest.Register(api, rest.Operation{ID: "draft-notice", Method: http.MethodPost, Path: "/notices", Summary: "Make the list of a notice from cases", Room: caseRoom, Verb: access.CaseAct, Status: http.StatusCreated,
		About: "Only fields that the procedure allows are shown, names masked; a list that would make public what must not be is refused."}, rooms.draft)
	rest.Register(api, rest.Operation{ID: "get-notice", Method: http.MethodGet, Path: "/notices/{id}", Summary: "Read a notice", Room: caseRoom, Verb: access.CaseRead}, rooms.getNotice)
	rest.Register(api, rest.Operation{ID: "list-notice-lines", Method: http.MethodGet, Path: "/notices/{id}/lines", Summary: "List the lines of a notice as they hang", Room: caseRoom, Verb: access.CaseRead}, rooms.lines)
	rest.Register(api, rest.Operation{ID: "get-notice-photo", Method: http.MethodGet, Path: "/notices/{id}/photo", Summary: "Read the photo of the board", Room: caseRoom, Verb: access.CaseRead}, rooms.photo)
	rest.Register(api, rest.Operation{ID: "hang-notice", Method: http.MethodPost, Path: "/notices/{id}/hanging", Summary: "Start the days of a notice with the dated photo of the board", Room: caseRoom, Verb: access.CaseAct, MaxBody: 2 * upload.MaxBytes}, rooms.hang)
	rest.Register(api, rest.Operation{ID: "object-to-notice", Method: http.MethodPost, Path: "/notices/{id}/objections", Summary: "Object to a line of a notice", Room: caseRoom, Verb: access.CaseAct,
		About: "It holds up this household only."}, rooms.object)
}

// Notice is a list on a board.
type Notice struct {
	ID        int64    `json:"id"`
	Token     string   `json:"token" doc:"By which everybody finds its page."`
	Procedure string   `json:"procedure" doc:"Code of the definition."`
	Pack      string   `json:"pack" doc:"Hash of the pack that holds it."`
	Kind      string   `json:"kind" doc:"Code of the kind of notice."`
	Area      string   `json:"area" doc:"Official code."`
	Fields    []string `json:"fields" nullable:"false" doc:"What the cells of its lines are."`
	Opened    string   `json:"opened,omitempty" format:"date" doc:"Day of the photo of the board; absent until it hangs."`
	Closes    string   `json:"closes,omitempty" format:"date" doc:"Last day on which it hangs."`
	Hangs     bool     `json:"hangs" doc:"Today."`
	Photo     bool     `json:"photo" doc:"There is a photo of the board."`
	Version   int64    `json:"version"`
}

func (rooms Cases) notices(ctx context.Context, list []procedure.Notice) ([]Notice, error) {
	places, err := placesOf(ctx, rooms, list, func(n procedure.Notice) int64 { return n.Area })
	if err != nil {
		return nil, err
	}
	items := make([]Notice, len(list))
	for i, n := range list {
		board, err := rooms.Cases.BoardOf(n)
		if err != nil {
			return nil, err
		}
		items[i] = Notice{ID: n.ID, Token: n.Token, Procedure: n.Code, Pack: n.Pack, Kind: n.Board, Area: places[n.Area].Code, Fields: board.Fields, Hangs: n.Hangs(rooms.Cases.Today()), Photo: n.HasPhoto, Version: n.Ver}
		if n.Opened != 0 {
			items[i].Opened, items[i].Closes = n.Opened.String(), n.Closes.String()
		}
	}
	return items, nil
}

func (rooms Cases) listNotices(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[Notice], error) {
	read := func(after int64, rows int) ([]procedure.Notice, error) {
		return rooms.Cases.Notices(ctx, rest.Scope(ctx), after, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(n procedure.Notice) int64 { return n.ID }, func(list []procedure.Notice) ([]Notice, error) { return rooms.notices(ctx, list) })
}

type noticeOutput struct {
	rest.Tagged
	Body Notice
}

func (rooms Cases) getNotice(ctx context.Context, in *caseInput) (*noticeOutput, error) {
	n, err := rooms.Cases.Notice(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := rooms.notices(ctx, []procedure.Notice{n})
	if err != nil {
		return nil, err
	}
	return &noticeOutput{Tagged: rest.Tag(ctx, n.Ver), Body: shown[0]}, nil
}

// NoticeLine is one line of a notice, as it hangs.
type NoticeLine struct {
	Line  int64    `json:"line"`
	Case  int64    `json:"case"`
	Cells []string `json:"cells" nullable:"false" doc:"In the order of the notice's fields, names masked."`
}

func (rooms Cases) lines(ctx context.Context, in *ofInput) (*rest.Listed[NoticeLine], error) {
	n, err := rooms.Cases.Notice(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	read := func(after int64, rows int) ([]procedure.Line, error) {
		return rooms.Cases.Lines(ctx, n, after, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(l procedure.Line) int64 { return l.N }, rest.Each(func(l procedure.Line) NoticeLine {
		return NoticeLine{Line: l.N, Case: l.Case, Cells: l.Cells}
	}))
}

// sandboxed lets a file run nothing, whatever a browser takes it for.
const sandboxed = "default-src 'none'; sandbox"

type fileBytes struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Policy             string `header:"Content-Security-Policy"`
	Body               []byte
}

// picture answers with a picture, always to be kept as a file.
func picture(p procedure.Photo, err error) (*fileBytes, error) {
	if err != nil {
		return nil, err
	}
	return &fileBytes{ContentType: p.Type, ContentDisposition: "attachment", Policy: sandboxed, Body: p.Body}, nil
}

func (rooms Cases) photo(ctx context.Context, in *caseInput) (*fileBytes, error) {
	return picture(rooms.Cases.Photo(ctx, rest.Scope(ctx), in.ID))
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
	return made(ctx, n.ID, n.Ver, n.Job, n.Token), nil
}

// decoded is the picture of a body, drawn anew.
func (rooms Cases) decoded(text string) (procedure.Photo, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return procedure.Photo{}, fault.New(fault.Invalid, "the photo is not base64").With(0, "photo", "is not base64")
	}
	file, err := rooms.Registry.Picture(data)
	return procedure.Photo{Type: file.Type, Body: file.Body}, err
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
	photo, err := rooms.decoded(in.Body.Photo)
	if err != nil {
		return nil, err
	}
	n, err := rooms.Cases.Hang(ctx, rest.Scope(ctx), in.ID, ver, day, photo)
	if err != nil {
		return nil, err
	}
	return made(ctx, n.ID, n.Ver, n.Job, n.Token), nil
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
