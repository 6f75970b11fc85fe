package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
)

// Need says what a route asks of the one who calls it: nothing (Public), a login (Login), or a verb that one of the
// caller's roles grants (Needs). It is the first door only: which rows and fields are seen is decided by access.Scope.
type Need string

// The needs that are not verbs.
const (
	Public Need = "public"
	Login  Need = "login"
)

// Needs is the need for a verb.
func Needs(verb access.Verb) Need { return Need(verb) }

// Route is one entry of the register of routes: what tests enumerate to prove that each is closed to strangers.
type Route struct {
	Method  string // GET, POST …; * for a mounted handler, which answers every method
	Pattern string // of http.ServeMux, without the method
	Access  Need
}

// HandlerFunc answers a request or returns an error, which the server turns into a page.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// route is a registered Route with what the server knows besides.
type route struct {
	Route
	bodyLimit int64
	bodyTime  time.Duration
	watches   func(*http.Request) bool
}

// RouteOption changes what a route allows.
type RouteOption func(*route)

// Upload allows a route a body of up to limit bytes, arriving within the given time: 10 MB on a line of 50 kbit/s
// take half an hour.
func Upload(limit int64, within time.Duration) RouteOption {
	return func(r *route) { r.bodyLimit, r.bodyTime = limit, within }
}

// Watches says of a route that a page asks for it by itself, to see how far work has come: that is no act of the person.
// It holds up no work and keeps no session alive.
func Watches() RouteOption {
	return func(r *route) { r.watches = func(*http.Request) bool { return true } }
}

// Watcher is a mounted handler that knows which of its requests only watch; see Watches.
type Watcher interface {
	Watches(*http.Request) bool
}

// defaultBodyLimit is the size of form that every route takes, in bytes.
const defaultBodyLimit = 1 << 20

// Handle registers a handler under a pattern of http.ServeMux with its method ("GET /households/{id}"). A pattern
// without a method or a route without a need is a mistake of the program and panics.
func (s *Server) Handle(pattern string, need Need, h HandlerFunc, options ...RouteOption) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		panic(fmt.Sprintf("web: route %q has no method", pattern))
	}
	entry := s.register(pattern, Route{Method: method, Pattern: strings.TrimSpace(path), Access: need}, options)
	s.mux.Handle(pattern, s.guarded(entry, h))
}

// Mount registers a handler with routes of its own, as the API is, under a pattern without a method. Its errors are
// its own affair; need holds for all of it. One that is a Watcher says itself which requests only watch.
func (s *Server) Mount(pattern string, need Need, h http.Handler, options ...RouteOption) {
	entry := s.register(pattern, Route{Method: "*", Pattern: pattern, Access: need}, options)
	if watcher, ok := h.(Watcher); ok {
		entry.watches = watcher.Watches
	}
	s.mux.Handle(pattern, s.guarded(entry, func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}))
}

func (s *Server) register(pattern string, r Route, options []RouteOption) *route {
	if r.Access != Public && r.Access != Login && !strings.Contains(string(r.Access), ".") {
		panic(fmt.Sprintf("web: route %s %s does not say who may use it (%q)", r.Method, r.Pattern, r.Access))
	}
	entry := &route{Route: r, bodyLimit: defaultBodyLimit}
	for _, option := range options {
		option(entry)
	}
	s.routes = append(s.routes, r)
	s.entries[pattern] = entry
	return entry
}

// Routes returns every registered route, sorted by pattern and method.
func (s *Server) Routes() []Route {
	list := slices.Clone(s.routes)
	slices.SortFunc(list, func(a, b Route) int {
		return strings.Compare(a.Pattern+" "+a.Method, b.Pattern+" "+b.Method)
	})
	return list
}

type watchingKey struct{}

// watching notes in the context of requests that they only watch.
func (s *Server) watching(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := s.mux.Handler(r)
		if entry := s.entries[pattern]; entry != nil && entry.watches != nil && entry.watches(r) {
			r = r.WithContext(context.WithValue(r.Context(), watchingKey{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

// OnlyWatches says whether a request is no act of the person; see Watches.
func OnlyWatches(ctx context.Context) bool { return ctx.Value(watchingKey{}) != nil }
