package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/fault"
	"rightkey/internal/fault/status"
)

// Problem is an error as the API answers it (RFC 9457), as application/problem+json.
type Problem struct {
	Type   string         `json:"type" doc:"Where this kind of problem is described." example:"/api/docs#problem-stale"`
	Title  string         `json:"title" doc:"The kind of problem in words." example:"Precondition Failed"`
	Status int            `json:"status" doc:"The HTTP status." example:"412"`
	Detail string         `json:"detail,omitempty" doc:"What is wrong this time; never a value that was sent."`
	Code   string         `json:"code,omitempty" doc:"What is wrong, for programs, where it has a name." example:"duty.apart.change_submit"`
	Errors []fault.Detail `json:"errors,omitempty" doc:"Each thing that is wrong: row, field and reason."`

	wait time.Duration // for Retry-After; 0 for none
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType marks the answer as a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders returns what a client has to know besides: how to log in, when to come again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="rightkey"`)
	}
	if p.wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.wait+time.Second-1)/time.Second)))
	}
	return h
}

// kinds are the kinds of fault in the order in which the API's documentation explains them.
var kinds = []struct {
	kind fault.Kind
	says string
}{
	{fault.Invalid, "The request is malformed or contradicts itself: an unknown field, an unknown filter, a value out of range. Nothing was changed."},
	{fault.Unauthorized, "Nobody is logged in, or the token has expired."},
	{fault.Forbidden, "Your role does not include this."},
	{fault.NotFound, "There is no such record, or it lies outside your areas; the two are never told apart."},
	{fault.Conflict, "The record's state does not allow it."},
	{fault.Gone, "It was here and has expired."},
	{fault.Stale, "Somebody else changed the record since you read it. Read it again."},
	{fault.TooLarge, "The body is larger than this operation takes."},
	{fault.OtherType, "The file, or the body, is of a kind that this operation does not take."},
	{fault.Malicious, "Malicious content was found in the file. It is closed away."},
	{fault.Required, "Say by If-Match which version of the record your change is based on."},
	{fault.TooMany, "Too many requests; Retry-After says when to come again."},
	{fault.Unavailable, "The database cannot serve now. Try again later."},
	{fault.Internal, "A mistake of ours; the operator's log says more."},
}

// Waiter is an error that knows when it is worth trying again.
type Waiter interface{ RetryAfter() time.Duration }

// problemOf turns an error into the problem that is answered. What is not a fault is internal and says nothing.
func problemOf(err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return problem(fault.TooLarge, fmt.Sprintf("the body is larger than %d bytes", tooLarge.Limit), nil)
	}
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal {
		return problem(fault.Internal, "", nil)
	}
	p := problem(known.Kind, known.Message, known.Details)
	p.Code = known.Code
	var waiter Waiter
	if errors.As(err, &waiter) {
		p.wait = waiter.RetryAfter()
	}
	return p
}

func problem(kind fault.Kind, detail string, details []fault.Detail) *Problem {
	code := status.Of(kind)
	return &Problem{Type: "/api/docs#problem-" + kind.Name(), Title: http.StatusText(code), Status: code, Detail: detail, Errors: details}
}

// The library below makes its own errors through these two variables; they are set once, for good.
func init() {
	huma.NewError = fromLibrary
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, causes ...error) huma.StatusError {
		return fromLibrary(status, message, causes...)
	}
}

// fromLibrary makes a problem of what the library found wrong with a request. Values are left out: they may be
// personal, and the client knows what it sent.
func fromLibrary(code int, message string, causes ...error) huma.StatusError {
	for _, cause := range causes {
		var tooLarge *http.MaxBytesError
		if errors.As(cause, &tooLarge) {
			return problemOf(cause)
		}
	}
	kind := kindOfStatus(code)
	var details []fault.Detail
	for _, cause := range causes {
		if detail, ok := withoutValue(cause); ok && kind == fault.Invalid {
			details = append(details, detail)
		}
	}
	if kind == fault.Internal {
		message = ""
	}
	p := problem(kind, message, details)
	if code == http.StatusUnsupportedMediaType || code == http.StatusNotAcceptable || code == http.StatusRequestTimeout {
		p.Status, p.Title = code, http.StatusText(code)
	}
	return p
}

// kindOfStatus is the kind that the library means by a status: what it found malformed it calls unprocessable.
func kindOfStatus(code int) fault.Kind {
	if code == http.StatusUnprocessableEntity {
		return fault.Invalid
	}
	for _, k := range kinds {
		if status.Of(k.kind) == code {
			return k.kind
		}
	}
	if code >= http.StatusInternalServerError {
		return fault.Internal
	}
	return fault.Invalid
}

func withoutValue(cause error) (fault.Detail, bool) {
	var found *huma.ErrorDetail
	if !errors.As(cause, &found) {
		return fault.Detail{}, false
	}
	reason := found.Message
	sent := fmt.Sprint(found.Value)
	if found.Location == "body" || (found.Value != nil && sent != "" && strings.Contains(reason, sent)) {
		reason = "is not valid"
	}
	return fault.Detail{Field: found.Location, Reason: reason}, true
}
