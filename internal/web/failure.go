package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"rightkey/internal/fault"
	"rightkey/internal/fault/status"
)

// Status returns the HTTP status of an error's kind.
func Status(err error) int {
	var missed *unrouted
	if errors.As(err, &missed) {
		return missed.status
	}
	return status.Of(kindOf(err))
}

// unrouted is a request that no route answers: 404, or 405 where the path has other methods.
type unrouted struct{ status int }

func (u *unrouted) Error() string { return "no route: " + http.StatusText(u.status) }

// kindOf is fault.KindOf with the errors of net/http that are faults of the sender.
func kindOf(err error) fault.Kind {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.TooLarge
	}
	var missed *unrouted
	if errors.As(err, &missed) {
		return fault.NotFound
	}
	return fault.KindOf(err)
}

// fail answers with an error page, or sends a stranger to log in. The cause goes to the log, the user's message to
// the page.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind := kindOf(err)
	level := slog.LevelInfo
	if kind == fault.Internal || kind == fault.Unavailable {
		level = slog.LevelError
	}
	s.options.Log.LogAttrs(r.Context(), level, "failed",
		slog.String("id", RequestID(r.Context())),
		slog.String("route", r.Pattern),
		slog.String("kind", kind.Name()),
		slog.String("error", err.Error()),
	)
	s.denied(r, err, kind)
	if counted, ok := w.(*countingWriter); ok && counted.status != 0 {
		return // the answer is on its way, nothing can be added to it
	}
	if kind == fault.Unauthorized && s.sendToLogin(w, r) {
		return
	}
	if err := s.renderFailure(w, r, err); err != nil {
		s.options.Log.Error("error page", "id", RequestID(r.Context()), "error", err)
	}
}

// denied notes a refusal to somebody who is logged in; an address that is no route is none.
func (s *Server) denied(r *http.Request, err error, kind fault.Kind) {
	var missed *unrouted
	known := s.options.Denied != nil && ViewerFrom(r.Context()).LoggedIn && !errors.As(err, &missed)
	if !known || (kind != fault.NotFound && kind != fault.Forbidden) {
		return
	}
	if err := s.options.Denied(r, kind); err != nil {
		s.options.Log.Error("note a refusal", "id", RequestID(r.Context()), "error", err)
	}
}

// sendToLogin leads a stranger who wanted to read a page to the login, and back to it afterwards.
func (s *Server) sendToLogin(w http.ResponseWriter, r *http.Request) bool {
	if s.options.LoginPath == "" || r.Method != http.MethodGet {
		return false
	}
	target := s.options.LoginPath + "?next=" + url.QueryEscape(r.URL.RequestURI())
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Redirect", s.options.LoginPath)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return true
}

// renderFailure shows the message and the details that are meant for the user; of an internal error only its number.
func (s *Server) renderFailure(w http.ResponseWriter, r *http.Request, err error) error {
	failure := Failure{Kind: kindOf(err), RequestID: RequestID(r.Context())}
	var known *fault.Error
	if errors.As(err, &known) && failure.Kind != fault.Internal {
		failure.Message, failure.Details = Said(r.Context(), known), known.Details
	}
	code := Status(err)
	if isPartial(r) {
		return Render(w, r, code, failureNotice(failure))
	}
	page := Page{Title: T(r.Context(), "web.error.title."+failure.Kind.Name()), Viewer: ViewerFrom(r.Context())}
	if r.Method == http.MethodGet {
		page.Path = r.URL.RequestURI()
	}
	return Render(w, r, code, failurePage(page, failure))
}

// Said is what a fault says to the reader, in the reader's language where its message has a code.
func Said(ctx context.Context, f *fault.Error) string {
	if f.Code == "" {
		return f.Message
	}
	return T(ctx, "fault."+f.Code)
}

// isPartial says whether the script asks for a piece of a page.
func isPartial(r *http.Request) bool { return r.Header.Get("HX-Request-Type") == "partial" }

// Failure is what an error page shows.
type Failure struct {
	Kind      fault.Kind
	Message   string // for the user; empty where only the kind is said
	Details   []fault.Detail
	RequestID string
}
