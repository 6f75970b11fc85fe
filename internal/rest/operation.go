package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// What an operation may ask for besides a verb.
const (
	Public   access.Verb = "public" // nothing
	LoggedIn access.Verb = "login"  // a caller, whatever the roles
)

// Operation declares one operation of the API.
type Operation struct {
	ID      string // "list-areas"; the name by which generated clients call it
	Method  string
	Path    string // below /api/v1, with places in braces: "/areas/{key}"
	Summary string // one line
	About   string // what a client has to know besides
	Room    string // the tag under which it stands in the document
	// Verb is what the caller must be allowed to do somewhere, or Public, or LoggedIn. It has no default.
	Verb access.Verb
	// Status is that of success; 200, or 204 for an answer without a body, if 0.
	Status int
	// MaxBody is the size of body in bytes that it takes; 1 MiB if 0. BodyTime is how long it may arrive.
	MaxBody  int64
	BodyTime time.Duration
	// Unconditional says why a change needs no If-Match; see Conditional.
	Unconditional string
	// Watches says that programs and pages ask for it again and again to see how far work has come; see web.Watches.
	Watches bool
}

// Registered is an operation as tests enumerate it.
type Registered struct {
	ID, Method string
	Path       string // whole, with /api/v1
	Verb       access.Verb
}

// defaultBody is the size of body that an operation takes, in bytes.
const defaultBody = 1 << 20

// Register adds an operation. The handler finds the caller and the scope of the operation's verb in its context; an
// error it returns becomes a problem. An operation without access, and a PUT, PATCH or DELETE without Conditional in
// its input, are mistakes of the program and panic.
func Register[I, O any](a *API, o Operation, handler func(context.Context, *I) (*O, error)) {
	if o.Verb == "" || (o.Verb != Public && o.Verb != LoggedIn && !strings.Contains(string(o.Verb), ".")) {
		panic(fmt.Sprintf("rest: operation %s does not say who may use it (%q)", o.ID, o.Verb))
	}
	_, conditional := any(new(I)).(conditionalInput)
	changes := o.Method == http.MethodPut || o.Method == http.MethodPatch || o.Method == http.MethodDelete
	if changes && !conditional && o.Unconditional == "" {
		panic(fmt.Sprintf("rest: operation %s changes a record and asks for no version", o.ID))
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultBody
	}
	a.operations = append(a.operations, Registered{ID: o.ID, Method: o.Method, Path: Prefix + o.Path, Verb: o.Verb})
	a.watched[o.Method+" "+Prefix+o.Path] = o.Watches
	documented := o.documented()
	documented.Middlewares = huma.Middlewares{a.door(o, conditional)}
	huma.Register(a.huma, documented, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			c := callOf(ctx)
			a.denied(ctx, c.caller, o.ID, c.url.Path, err)
			return nil, a.refusal(ctx, o.ID, err)
		}
		return out, nil
	})
}

// documented is the operation as the document tells it.
func (o Operation) documented() huma.Operation {
	var security []map[string][]string
	if o.Verb != Public {
		security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	operation := huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Description: o.About, Tags: []string{o.Room},
		DefaultStatus: o.Status, Security: security,
		MaxBodyBytes: -1, BodyReadTimeout: o.BodyTime,
		Extensions: map[string]any{"x-access": string(o.Verb)},
	}
	if o.Method != http.MethodGet {
		operation.Parameters = append(operation.Parameters, idempotencyParameter())
	}
	return operation
}

// door is what happens before the operation itself: who asks, whether that is allowed at all, not too often, on
// which version, and not for the second time.
func (a *API) door(o Operation, conditional bool) func(huma.Context, func(huma.Context)) {
	return func(hctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hctx)
		c, err := a.admit(r, o)
		if err == nil && r.ContentLength > o.MaxBody {
			err = fault.New(fault.TooLarge, "the body is larger than %d bytes", o.MaxBody)
		}
		if err == nil && conditional && r.Header.Get("If-Match") == "" {
			err = errNoVersion
		}
		if err != nil {
			a.denied(r.Context(), c.caller, o.ID, r.URL.Path, err)
			a.answer(w, a.refusal(r.Context(), o.ID, err))
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		r.Body = http.MaxBytesReader(w, r.Body, o.MaxBody)
		through := func(w http.ResponseWriter, r *http.Request) {
			next(humago.NewContext(hctx.Operation(), r, w))
		}
		if key := r.Header.Get("Idempotency-Key"); key != "" && o.Method != http.MethodGet && c.caller.Account != 0 {
			a.once(w, r, o, c, key, through)
			return
		}
		through(w, r)
	}
}

// admit finds the caller and decides.
func (a *API) admit(r *http.Request, o Operation) (*call, error) {
	c := &call{api: a, url: r.URL}
	var err error
	if o.Verb != Public {
		if c.caller, err = a.options.Authenticate(r); err != nil {
			return c, err
		}
		if c.caller.Account == 0 {
			return c, errStranger
		}
	}
	if o.Verb != Public && o.Verb != LoggedIn {
		if c.scope, err = access.Decide(c.caller, o.Verb); err != nil {
			return c, err
		}
	}
	if a.options.Limit != nil {
		if err := a.options.Limit(r, c.caller); err != nil {
			return c, err
		}
	}
	return c, nil
}

// call is what is known of a running request.
type call struct {
	api    *API
	caller access.Caller
	scope  access.Scope
	url    *url.URL
}

type callKey struct{}
