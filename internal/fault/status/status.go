// Package status says, once for pages and operations, how HTTP answers what goes wrong: the status of each kind of
// fault, and the status of a request that no route answers.
package status

import (
	"net/http"

	"rightkey/internal/fault"
)

var kinds = map[fault.Kind]int{
	fault.Internal:     http.StatusInternalServerError,
	fault.NotFound:     http.StatusNotFound,
	fault.Invalid:      http.StatusBadRequest,
	fault.Conflict:     http.StatusConflict,
	fault.Stale:        http.StatusPreconditionFailed,
	fault.Unauthorized: http.StatusUnauthorized,
	fault.Forbidden:    http.StatusForbidden,
	fault.Required:     http.StatusPreconditionRequired,
	fault.TooMany:      http.StatusTooManyRequests,
	fault.TooLarge:     http.StatusRequestEntityTooLarge,
	fault.OtherType:    http.StatusUnsupportedMediaType,
	fault.Malicious:    http.StatusUnprocessableEntity,
	fault.Gone:         http.StatusGone,
	fault.Unavailable:  http.StatusServiceUnavailable,
}

// Of is the HTTP status of a kind, 500 of what is no kind.
func Of(kind fault.Kind) int {
	if status, known := kinds[kind]; known {
		return status
	}
	return http.StatusInternalServerError
}

// Unrouted is how a mux answers a request that none of its routes matches: 404, or 405 with the methods that the path
// has. handler is what the mux found for it.
func Unrouted(handler http.Handler, r *http.Request) (status int, allow string) {
	answer := dropped{header: http.Header{}}
	handler.ServeHTTP(&answer, r)
	return answer.status, answer.header.Get("Allow")
}

// dropped takes an answer's status and headers and drops its body.
type dropped struct {
	header http.Header
	status int
}

func (w *dropped) Header() http.Header { return w.header }

func (w *dropped) WriteHeader(status int) { w.status = status }

func (w *dropped) Write(p []byte) (int, error) { return len(p), nil }
