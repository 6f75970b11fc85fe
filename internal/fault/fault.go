// Package fault holds the kinds of error that people and programs meet: what was asked for is absent, what was sent
// is malformed, somebody else was faster, the caller may not. A kind maps once to an HTTP status and once to a page.
// The message is for the user and never holds personal data; the cause is for the operator.
package fault

import (
	"errors"
	"fmt"
)

// Kind classifies an error. The zero Kind is Internal.
type Kind string

// The kinds, with the HTTP status each maps to.
const (
	Internal     Kind = ""             // 500: our mistake
	NotFound     Kind = "not_found"    // 404: absent, or outside the caller's scope (the two are never told apart)
	Invalid      Kind = "invalid"      // 400 or 422: malformed or contradictory input, nothing was changed
	Conflict     Kind = "conflict"     // 409: the state does not allow it (already decided, still in use, not unique)
	Stale        Kind = "stale"        // 412: somebody else changed it since it was read
	Unauthorized Kind = "unauthorized" // 401: not logged in
	Forbidden    Kind = "forbidden"    // 403: logged in, and not allowed to act (never used to hide a record)
	Required     Kind = "required"     // 428: a precondition such as If-Match is missing
	TooMany      Kind = "too_many"     // 429: throttled
	TooLarge     Kind = "too_large"    // 413: over a size limit
	OtherType    Kind = "other_type"   // 415: a file of a kind that is not taken
	Malicious    Kind = "malicious"    // 422: a file with malicious content
	Gone         Kind = "gone"         // 410: was here, expired
	Unavailable  Kind = "unavailable"  // 503: database or disk cannot serve now, try again
)

// Name is the kind as messages, logs and programs call it.
func (k Kind) Name() string {
	if k == Internal {
		return "internal"
	}
	return string(k)
}

// Detail names one thing that is wrong: where (a row and a field) and why. Row is 0 where there is no table.
type Detail struct {
	Row    int    `json:"row,omitempty"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// Error is an error with a kind, a message for the user, details, and a cause for the operator.
type Error struct {
	Kind    Kind
	Message string
	Details []Detail
	Cause   error
	// Code names the message in the reader's language, as the part of its key below "fault."; "" where Message says all
	// there is to say. Message is the same in English.
	Code string
}

// Error renders message and cause; it is what logs show.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a formatted message for the user.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap gives cause a kind and a message for the user; nil stays nil.
func Wrap(kind Kind, cause error, format string, args ...any) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Coded names the message in the reader's language and returns the error.
func (e *Error) Coded(code string) *Error {
	e.Code = code
	return e
}

// With adds a detail and returns the error.
func (e *Error) With(row int, field, format string, args ...any) *Error {
	e.Details = append(e.Details, Detail{Row: row, Field: field, Reason: fmt.Sprintf(format, args...)})
	return e
}

// KindOf returns the kind of the outermost *Error in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is says whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
