package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/fault/status"
)

// Prefix is where the operations lie.
const Prefix = "/api/v1"

// The errors of the door.
var (
	errStranger  = fault.New(fault.Unauthorized, "log in, or send a token")
	errNoVersion = fault.New(fault.Required, "send If-Match with the ETag of the version that you read")
)

// Options are what an API is made of.
type Options struct {
	Version string
	// Authenticate finds out who asks, by cookie or token: an Unauthorized fault for a stranger.
	Authenticate func(*http.Request) (access.Caller, error)
	// DB keeps the answers of repeated requests.
	DB    *access.DB
	Clock clock.Clock
	// Key (32 bytes) seals cursors, versions and kept answers; another key makes them void.
	Key []byte
	// Limit may refuse a caller who asks too often, by a TooMany fault (see Waiter); nil lets everybody in.
	Limit func(*http.Request, access.Caller) error
	// Denied notes that a caller asked by an operation for what they may not see or do; nil notes nothing.
	Denied func(ctx context.Context, c access.Caller, operation, path string, kind fault.Kind) error
	// Log takes the causes of errors; nil drops them.
	Log *slog.Logger
	// Say writes what a fault says in the language of who asks; nil leaves its message as it is.
	Say func(context.Context, *fault.Error) string
}

// API serves what lies under /api/. It is an http.Handler.
type API struct {
	options    Options
	seal       sealer
	mux        *http.ServeMux
	huma       huma.API
	origins    *http.CrossOriginProtection
	operations []Registered
	watched    map[string]bool // by the mux's pattern, whether an operation only watches
	document   func() ([]byte, error)
}

// New makes an API without operations.
func New(o Options) (*API, error) {
	seal, err := newSealer(o.Key)
	if err != nil {
		return nil, fmt.Errorf("the key of the API: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{options: o, seal: seal, mux: http.NewServeMux(), watched: map[string]bool{}, origins: http.NewCrossOriginProtection()}
	a.huma = humago.NewWithPrefix(a.mux, Prefix, config(o.Version))
	a.document = sync.OnceValues(func() ([]byte, error) { return json.Marshal(a.huma.OpenAPI()) })
	a.mux.HandleFunc("GET "+Prefix+"/openapi.json", a.serveDocument)
	a.mux.HandleFunc("GET /api/docs", a.serveDocs)
	return a, nil
}

func config(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "rightkey", Version: version, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
				Description: "Targeted poverty alleviation: areas, households, changes, imports and assessments. Times are UTC (RFC 3339), days ISO 8601, amounts minor units of the currency. A value that is missing is unknown, never 0."},
			Components: &huma.Components{
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":   {Type: "http", Scheme: "bearer", Description: "A token that a user made on the page My account."},
					"session": {Type: "apiKey", In: "cookie", Name: "__Host-session", Description: "The cookie of the pages."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: json.Unmarshal}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause)
		default:
			a.answer(w, a.refusal(r.Context(), r.Pattern, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())))
		}
	}()
	if err := a.origins.Check(r); err != nil {
		a.answer(w, problemOf(fault.Wrap(fault.Forbidden, err, "a request from another site")))
		return
	}
	if handler, pattern := a.mux.Handler(r); pattern == "" {
		a.answer(w, unrouted(handler, r))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// Watches says whether a request only watches how far work has come.
func (a *API) Watches(r *http.Request) bool {
	_, pattern := a.mux.Handler(r)
	return a.watched[pattern]
}

// unrouted is the problem of a request that no operation answers: 404, or 405 where the path has other methods.
func unrouted(handler http.Handler, r *http.Request) *Problem {
	p := problem(fault.NotFound, "there is no such operation", nil)
	if code, allow := status.Unrouted(handler, r); code == http.StatusMethodNotAllowed {
		p.Status, p.Title, p.Detail = code, http.StatusText(code), "the path takes "+allow
	}
	return p
}

// Operations lists every registered operation, sorted by path and method.
func (a *API) Operations() []Registered {
	list := slices.Clone(a.operations)
	slices.SortFunc(list, func(x, y Registered) int { return strings.Compare(x.Path+" "+x.Method, y.Path+" "+y.Method) })
	return list
}

// Document is the description of the API after OpenAPI 3.1.
func (a *API) Document() *huma.OpenAPI { return a.huma.OpenAPI() }

func (a *API) serveDocument(w http.ResponseWriter, r *http.Request) {
	text, err := a.document()
	if err != nil {
		a.answer(w, a.refusal(r.Context(), "openapi", err))
		return
	}
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	_, _ = w.Write(text) // the reader may have gone away; there is nobody left to tell
}

// refusal turns an error into a problem and tells the operator what a client is not told.
func (a *API) refusal(ctx context.Context, operation string, err error) *Problem {
	p := problemOf(err)
	if known := (*fault.Error)(nil); a.options.Say != nil && p.Code != "" && errors.As(err, &known) {
		p.Detail = a.options.Say(ctx, known)
	}
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		a.options.Log.LogAttrs(ctx, slog.LevelError, "operation failed", slog.String("operation", operation), slog.String("error", err.Error()))
	}
	return p
}

// denied notes a refusal to a caller.
func (a *API) denied(ctx context.Context, c access.Caller, operation, path string, err error) {
	kind := fault.KindOf(err)
	if a.options.Denied == nil || c.Account == 0 || (kind != fault.NotFound && kind != fault.Forbidden) {
		return
	}
	if err := a.options.Denied(ctx, c, operation, path, kind); err != nil {
		a.options.Log.Error("note a refusal", "operation", operation, "error", err)
	}
}

// answer sends a problem.
func (a *API) answer(w http.ResponseWriter, p *Problem) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		a.options.Log.Info("answer a problem", "error", err)
	}
}
