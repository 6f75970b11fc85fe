package rest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/rest"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
)

const (
	// maxFile is the size of a list, in bytes, maxExpanded what it may expand to, fileTime how long it may take to arrive.
	maxFile     = 64 << 20
	maxExpanded = 512 << 20
	fileTime    = 30 * time.Minute
)

// CheckList is a department's list, or a request to one: where it comes from, and what became of its rows.
type CheckList struct {
	ID       int64       `json:"id"`
	Rule     string      `json:"rule" doc:"Code of the policy pack's check."`
	Area     string      `json:"area" doc:"Official code."`
	Name     string      `json:"name,omitempty"`
	SHA256   string      `json:"sha256,omitempty" doc:"Of the rows as they were read."`
	Day      string      `json:"day" format:"date" doc:"On which the list held."`
	Basis    string      `json:"basis" doc:"By what right it is given."`
	Expires  string      `json:"expires" format:"date" doc:"After this day its rows, and what leads hold of them, are deleted."`
	Asked    int64       `json:"asked,omitempty" doc:"Of a request: how many persons it named."`
	Receiver string      `json:"receiver,omitempty" doc:"Of a request: fingerprint of the department's key."`
	State    string      `json:"state" enum:"asked,comparing,compared,expired"`
	Job      int64       `json:"job,omitempty"`
	Counts   CheckCounts `json:"counts"`
}

// CheckCounts are what became of rows.
type CheckCounts struct {
	Received  int64 `json:"received" doc:"matched + unmatched + ambiguous + rejected once it is compared."`
	Matched   int64 `json:"matched"`
	Unmatched int64 `json:"unmatched" doc:"Nobody of the register."`
	Ambiguous int64 `json:"ambiguous" doc:"Several may be meant, or number and name contradict each other."`
	Rejected  int64 `json:"rejected"`
	Leads     int64 `json:"leads" doc:"Of those matched: hits by the check's rule."`
}

// CheckRow is a row that gave no match for a reason.
type CheckRow struct {
	Row     int    `json:"row" doc:"Counted from 1 under the header."`
	Outcome string `json:"outcome" enum:"rejected,ambiguous"`
	Column  string `json:"column,omitempty"`
	Reason  string `json:"reason,omitempty" enum:"unreadable,missing,neither,no_number,no_day,no_token"`
}

func (rooms Rooms) registerLists(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-check-lists", Method: http.MethodGet, Path: "/check-lists", Summary: "List departments' lists and requests, newest first", Room: room, Verb: access.ImportRun}, rooms.lists)
	rest.Register(api, rest.Operation{ID: "get-check-list", Method: http.MethodGet, Path: "/check-lists/{id}", Summary: "Look what became of a list", Room: room, Verb: access.ImportRun}, rooms.getList)
	rest.Register(api, rest.Operation{ID: "get-check-report", Method: http.MethodGet, Path: "/check-lists/{id}/report", Summary: "List the rows that were rejected or are ambiguous", Room: room, Verb: access.ImportRun}, rooms.report)
	rest.Register(api, rest.Operation{ID: "upload-check-list", Method: http.MethodPost, Path: "/check-lists", Summary: "Give a department's whole list", Room: room, Verb: access.ImportRun, Status: http.StatusCreated, MaxBody: maxFile, BodyTime: fileTime,
		About: "A table with the columns name, number or birth, key and those of the check. Rows are stored sealed until the list expires, and compared by a job."}, rooms.upload)
	rest.Register(api, rest.Operation{ID: "ask-department", Method: http.MethodPost, Path: "/check-requests", Summary: "Ask a department about an area's registered persons", Room: room, Verb: access.ImportRun, Status: http.StatusCreated,
		About: "The answer holds a file with a token for each person, sealed to the department's key (HPKE, RFC 9180). It is stored nowhere. The department answers by token."}, rooms.ask)
	rest.Register(api, rest.Operation{ID: "answer-check-request", Method: http.MethodPost, Path: "/check-lists/{id}/answer", Summary: "Give a department's answer to a request", Room: room, Verb: access.ImportRun, MaxBody: maxFile, BodyTime: fileTime,
		About: "A table with the column token and those of the check: a row for each thing that the department knows of a token."}, rooms.answerRequest)
}

func (rooms Rooms) listed(ctx context.Context, list []crosscheck.List) ([]CheckList, error) {
	keys := make([]int64, len(list))
	for i, l := range list {
		keys[i] = l.Area
	}
	places, err := rooms.Crosschecks.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]CheckList, len(list))
	for i, l := range list {
		c := l.Counts
		out[i] = CheckList{ID: l.ID, Rule: l.Rule, Area: places[l.Area].Code, Name: l.Name, SHA256: l.SHA256, Day: l.Day.String(), Basis: l.Basis, Expires: l.Expires.String(), Asked: l.Asked, Receiver: l.Receiver,
			State: string(l.State), Job: l.Job, Counts: CheckCounts{c.Received, c.Matched, c.Unmatched, c.Ambiguous, c.Rejected, c.Leads}}
	}
	return out, nil
}

func (rooms Rooms) lists(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[CheckList], error) {
	read := func(before int64, rows int) ([]crosscheck.List, error) {
		return rooms.Crosschecks.Lists(ctx, rest.Scope(ctx), before, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(l crosscheck.List) int64 { return l.ID }, func(page []crosscheck.List) ([]CheckList, error) { return rooms.listed(ctx, page) })
}

type listOutput struct {
	rest.Tagged
	Body CheckList
}

func (rooms Rooms) answerList(ctx context.Context, l crosscheck.List) (*listOutput, error) {
	list, err := rooms.listed(ctx, []crosscheck.List{l})
	if err != nil {
		return nil, err
	}
	return &listOutput{Tagged: rest.Tag(ctx, l.Ver), Body: list[0]}, nil
}

func (rooms Rooms) getList(ctx context.Context, in *struct {
	ID int64 `path:"id"`
}) (*listOutput, error) {
	l, err := rooms.Crosschecks.List(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return rooms.answerList(ctx, l)
}

func (rooms Rooms) report(ctx context.Context, in *struct {
	rest.Paged
	ID int64 `path:"id"`
}) (*rest.Listed[CheckRow], error) {
	read := func(after, rows int) ([]crosscheck.ReportRow, error) {
		return rooms.Crosschecks.Report(ctx, rest.Scope(ctx), in.ID, after, rows)
	}
	show := func(r crosscheck.ReportRow) CheckRow { return CheckRow{r.N, r.Outcome, r.Field, r.Reason} }
	return rest.Listing(ctx, in.Paged, read, func(r crosscheck.ReportRow) int { return r.N }, rest.Each(show))
}

// provenance reads where a list comes from.
func (rooms Rooms) provenance(ctx context.Context, rule, area, on, basis, name string) (crosscheck.Provenance, error) {
	from := crosscheck.Provenance{Rule: rule, Basis: basis, Name: name}
	a, err := rooms.Crosschecks.Registry().Areas().ByCode(ctx, rest.Scope(ctx), area)
	if err != nil {
		return from, err
	}
	from.Area = a.Key
	from.Day, err = day("day", on)
	return from, err
}

type uploadInput struct {
	Rule    string `query:"rule" required:"true" maxLength:"40"`
	Area    string `query:"area" required:"true" maxLength:"40" doc:"Official code."`
	Day     string `query:"day" required:"true" format:"date" doc:"On which the list held."`
	Basis   string `query:"basis" required:"true" maxLength:"300" doc:"By what right it is given: a law, the number of a letter."`
	Name    string `query:"name" required:"true" maxLength:"200" doc:"Of the file; its ending tells the kind: .csv, .tsv, .csv.gz, .tsv.gz, .xlsx." example:"vehicles.csv"`
	RawBody []byte `contentType:"text/csv"`
}

func (rooms Rooms) upload(ctx context.Context, in *uploadInput) (*listOutput, error) {
	from, err := rooms.provenance(ctx, in.Rule, in.Area, in.Day, in.Basis, in.Name)
	if err != nil {
		return nil, err
	}
	return rooms.take(ctx, in.Name, in.RawBody, func(rows table.Reader) (crosscheck.List, error) {
		return rooms.Crosschecks.Upload(ctx, rest.Scope(ctx), from, rows)
	})
}

// take opens a body as a table and answers with the list it becomes.
func (rooms Rooms) take(ctx context.Context, name string, body []byte, use func(rows table.Reader) (crosscheck.List, error)) (*listOutput, error) {
	rows, err := table.OpenNamed(name, bytes.NewReader(body), int64(len(body)), table.Options{MaxBytes: maxExpanded})
	if err != nil {
		return nil, err
	}
	l, err := use(rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return nil, err
	}
	return rooms.answerList(ctx, l)
}

type askInput struct {
	Body struct {
		Rule     string `json:"rule" maxLength:"40"`
		Area     string `json:"area" maxLength:"40" doc:"Official code."`
		Day      string `json:"day" format:"date" doc:"For which the department is asked."`
		Basis    string `json:"basis" maxLength:"300"`
		Receiver string `json:"receiver" maxLength:"100" doc:"The department's public key: X25519, base64."`
	}
}

type askOutput struct {
	rest.Tagged
	Body struct {
		CheckList
		File string `json:"file" doc:"The sealed request, to be given to the department."`
	}
}

func (rooms Rooms) ask(ctx context.Context, in *askInput) (*askOutput, error) {
	from, err := rooms.provenance(ctx, in.Body.Rule, in.Body.Area, in.Body.Day, in.Body.Basis, "")
	if err != nil {
		return nil, err
	}
	l, sealed, err := rooms.Crosschecks.Ask(ctx, rest.Scope(ctx), from, in.Body.Receiver)
	if err != nil {
		return nil, err
	}
	list, err := rooms.listed(ctx, []crosscheck.List{l})
	if err != nil {
		return nil, err
	}
	out := &askOutput{Tagged: rest.Tag(ctx, l.Ver)}
	out.Body.CheckList, out.Body.File = list[0], string(sealed)
	return out, nil
}

type answerInput struct {
	rest.Conditional
	ID      int64  `path:"id"`
	Name    string `query:"name" required:"true" maxLength:"200" doc:"Of the file; its ending tells the kind." example:"answer.csv"`
	RawBody []byte `contentType:"text/csv"`
}

func (rooms Rooms) answerRequest(ctx context.Context, in *answerInput) (*listOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	return rooms.take(ctx, in.Name, in.RawBody, func(rows table.Reader) (crosscheck.List, error) {
		return rooms.Crosschecks.Answer(ctx, rest.Scope(ctx), in.ID, ver, in.Name, rows)
	})
}
