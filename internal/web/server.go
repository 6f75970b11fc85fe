package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/fault/status"
)

// Options are what a server is made of. The zero value serves public pages on a loopback address.
type Options struct {
	// TLS says that the server itself speaks TLS.
	TLS bool
	// Proxies are the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
	Proxies []netip.Prefix
	// Session wraps the pages: it finds out who is logged in and puts their Viewer into the context.
	Session func(http.Handler) http.Handler
	// Caller returns who asks, for routes that need a verb.
	Caller func(context.Context) access.Caller
	// LoginPath is where strangers are sent who ask for a page that needs a login; empty sends them nowhere.
	LoginPath string
	// Denied notes that somebody who is logged in asked for what they may not see or do; nil notes nothing.
	Denied func(r *http.Request, kind fault.Kind) error
	// Visit is told of requests, and by leave of their answer, so that work in the background can make way; nil tells
	// nobody. Requests that only watch (see Watches) are none.
	Visit func() (leave func())
	// Observe is told of every answered request, for metrics; nil tells nobody.
	Observe func(Seen)
	// Log takes one line per request and the causes of errors: no personal data, no query strings.
	Log *slog.Logger
}

// Seen is an answered request as metrics see it.
type Seen struct {
	Route  string // the pattern, empty where no route matched
	Status int
	Took   time.Duration
}

// Server serves pages: it registers routes, keeps strangers out, and answers errors with a page in the reader's
// language.
type Server struct {
	options Options
	mux     *http.ServeMux
	routes  []Route
	entries map[string]*route // by the mux's pattern
	handler http.Handler
	origins *http.CrossOriginProtection
}

// New makes a server with the routes that every house has: the assets and the choice of language and light.
func New(options Options) *Server {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Session == nil {
		options.Session = func(next http.Handler) http.Handler { return next }
	}
	s := &Server{options: options, mux: http.NewServeMux(), entries: map[string]*route{}, origins: http.NewCrossOriginProtection()}
	s.Handle("GET /assets/{name}", Public, serveAsset)
	s.Handle("POST /preferences", Public, s.savePreferences)
	pages := s.watching(options.Session(s.logged(http.HandlerFunc(s.route))))
	s.handler = s.secured(s.preferring(pages))
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// HTTPServer returns an http.Server for the address with limits of size and time that slow or hostile clients meet.
func (s *Server) HTTPServer(address string) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelWarn),
	}
}

// route finds the handler of a request; what no route matches becomes a page too.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	code, allow := status.Unrouted(handler, r)
	if allow != "" {
		w.Header().Set("Allow", allow)
	}
	s.fail(w, r, &unrouted{status: code})
}

// guarded checks what a route needs, limits the body, and turns errors and panics into pages.
func (s *Server) guarded(entry *route, h HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if err, isError := cause.(error); isError && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			if cause != nil {
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
			}
		}()
		if err := s.admit(w, r, entry, h); err != nil {
			s.fail(w, r, err)
		}
	})
}

// admit lets a request in that brings what the route needs.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, entry *route, h HandlerFunc) error {
	if err := s.origins.Check(r); err != nil {
		return fault.Wrap(fault.Forbidden, err, "%s", T(r.Context(), "web.error.cross_site"))
	}
	if err := s.check(r, entry.Access); err != nil {
		return err
	}
	if entry.bodyTime > 0 {
		// A writer that knows no deadlines (in tests) has none to extend.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(entry.bodyTime))
	}
	r.Body = http.MaxBytesReader(w, r.Body, entry.bodyLimit)
	return h(w, r)
}

// check compares a route's need with who asks.
func (s *Server) check(r *http.Request, need Need) error {
	if need == Public {
		return nil
	}
	if !ViewerFrom(r.Context()).LoggedIn {
		return fault.New(fault.Unauthorized, "%s", T(r.Context(), "error.unauthorized"))
	}
	if need == Login {
		return nil
	}
	if s.options.Caller == nil {
		return fmt.Errorf("route needs %s and the server knows no callers", need)
	}
	_, err := access.Decide(s.options.Caller(r.Context()), access.Verb(need))
	return err
}

// logged writes one line per request: the pattern of the route, never the address itself, which may name a record.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		counted := &countingWriter{ResponseWriter: w}
		if s.options.Visit != nil && !OnlyWatches(r.Context()) {
			defer s.options.Visit()()
		}
		next.ServeHTTP(counted, r)
		took := time.Since(start)
		if s.options.Observe != nil {
			s.options.Observe(Seen{Route: r.Pattern, Status: counted.status, Took: took})
		}
		s.options.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("id", RequestID(r.Context())),
			slog.String("method", r.Method),
			slog.String("route", r.Pattern),
			slog.Int("status", counted.status),
			slog.Int64("bytes", counted.bytes),
			slog.Duration("took", took),
			slog.Int64("account", s.account(r.Context())),
		)
	})
}

// account is who asked, 0 for a stranger.
func (s *Server) account(ctx context.Context) int64 {
	if s.options.Caller == nil {
		return 0
	}
	return s.options.Caller(ctx).Account
}
