package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// keptFor is how long the answer to a request is kept under its Idempotency-Key.
const keptFor = 24 * time.Hour

// keys are what may be sent as an Idempotency-Key.
var keys = regexp.MustCompile(`^[!-~]{8,200}$`)

// system is the scope in which kept answers are stored: they belong to an account, not to an area.
var system = access.System("answers are kept per account for repeated requests")

func idempotencyParameter() *huma.Param {
	return &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "8 to 200 characters that you choose for this request. Sent again with the same body within 24 hours it gets the first answer and nothing is done twice."}
}

// once runs a request with an Idempotency-Key, or answers what the first request with this key was answered. The key
// is taken before the work: if the process dies in between, a repeat is told so and never done blindly.
func (a *API) once(w http.ResponseWriter, r *http.Request, o Operation, c *call, key string, work http.HandlerFunc) {
	first, err := a.begin(r, o, c, key)
	if err != nil {
		a.answer(w, a.refusal(r.Context(), o.ID, err))
		return
	}
	if first != nil {
		first.send(w)
		return
	}
	record := &recorder{ResponseWriter: w, status: http.StatusOK}
	work(record, r)
	// What was done was done whatever the client does now: the answer is kept before it is sent.
	if err := a.keep(context.WithoutCancel(r.Context()), c, key, record); err != nil {
		a.options.Log.Error("keep an answer", "operation", o.ID, "error", err)
	}
	w.WriteHeader(record.status)
	_, _ = w.Write(record.body.Bytes()) // the reader may have gone away; there is nobody left to tell
}

// begin takes the key, or returns the answer that is kept under it.
func (a *API) begin(r *http.Request, o Operation, c *call, key string) (*kept, error) {
	if !keys.MatchString(key) {
		return nil, fault.New(fault.Invalid, "the Idempotency-Key is not 8 to 200 visible characters").With(0, "header.Idempotency-Key", "is not valid")
	}
	request, err := fingerprint(r, o, c)
	if err != nil {
		return nil, err
	}
	var taken int64
	err = a.options.DB.Tx(r.Context(), system, func(tx store.Tx) (err error) {
		taken, err = tx.Exec(r.Context(), `INSERT INTO idempotency (account, key, request, status, header, body, at) VALUES ($1, $2, $3, 0, '', $4, $5)
			ON CONFLICT (account, key) DO NOTHING`, c.caller.Account, key, request, []byte{}, int64(a.options.Clock.Now()))
		return err
	})
	if err != nil || taken == 1 {
		return nil, err
	}
	return a.recall(r.Context(), c, key, request)
}

// recall reads what is kept under a key.
func (a *API) recall(ctx context.Context, c *call, key string, request []byte) (*kept, error) {
	var first kept
	var header string
	var known, sealed []byte
	err := store.One(ctx, a.options.DB.In(system), "SELECT request, status, header, body FROM idempotency WHERE account = $1 AND key = $2",
		[]any{c.caller.Account, key}, &known, &first.status, &header, &sealed)
	switch {
	case errors.Is(err, store.ErrNoRows): // given back in this moment
		return nil, fault.New(fault.Conflict, "the first request with this Idempotency-Key has just failed; send it again")
	case err != nil:
		return nil, fmt.Errorf("read a kept answer: %w", err)
	case !bytes.Equal(known, request):
		return nil, fault.New(fault.Conflict, "this Idempotency-Key was used for another request")
	case first.status == 0:
		return nil, fault.New(fault.Conflict, "the first request with this Idempotency-Key is still running, or was cut off; look whether it took effect")
	}
	if err := json.Unmarshal([]byte(header), &first.header); err != nil {
		return nil, fmt.Errorf("read the head of a kept answer: %w", err)
	}
	if first.body, err = a.seal.open(sealed, boundTo(c, key)); err != nil {
		return nil, fault.Wrap(fault.Conflict, err, "the first answer was kept under another key of the server; look whether the request took effect")
	}
	return &first, nil
}

// fingerprint tells requests with the same key apart: operation, address, version, body, and what the caller was
// allowed, so that an answer is not shown again to a caller who lost the right to it.
func fingerprint(r *http.Request, o Operation, c *call) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body broke off")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.New()
	rights, err := json.Marshal([]any{c.caller.Purpose, c.caller.Holding()})
	if err != nil {
		return nil, err
	}
	for _, part := range []string{o.ID, r.URL.RequestURI(), r.Header.Get("If-Match"), r.Header.Get("Content-Type"), string(rights)} {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	sum.Write(body)
	return sum.Sum(nil), nil
}

// keep stores a success, and gives the key back after a refusal, which changed nothing. After a mistake of ours it
// stays taken: nobody knows what was done.
func (a *API) keep(ctx context.Context, c *call, key string, answer *recorder) error {
	if answer.status == http.StatusInternalServerError {
		return nil
	}
	if answer.status >= http.StatusBadRequest {
		return a.options.DB.Tx(ctx, system, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE account = $1 AND key = $2", c.caller.Account, key)
			return err
		})
	}
	header, err := json.Marshal(answer.kept())
	if err != nil {
		return err
	}
	sealed := a.seal.close(answer.body.Bytes(), boundTo(c, key))
	return a.options.DB.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE idempotency SET status = $3, header = $4, body = $5 WHERE account = $1 AND key = $2",
			c.caller.Account, key, answer.status, string(header), sealed)
		return err
	})
}

func boundTo(c *call, key string) string { return fmt.Sprintf("answer|%d|%s", c.caller.Account, key) }

// Sweep forgets the answers that were kept long enough.
func (a *API) Sweep(ctx context.Context) error {
	before := a.options.Clock.Now().Add(-keptFor)
	return a.options.DB.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE at < $1", int64(before))
		return err
	})
}

// kept is a stored answer.
type kept struct {
	status int
	header map[string]string
	body   []byte
}

func (k *kept) send(w http.ResponseWriter) {
	for name, value := range k.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Idempotency-Replayed", "true")
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body) // the reader may have gone away; there is nobody left to tell
}

// recorder holds an answer back until it is kept.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// Unwrap lets http.ResponseController reach the writer below.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// kept are the headers that belong to the answer itself.
func (w *recorder) kept() map[string]string {
	header := map[string]string{}
	for _, name := range []string{"Content-Type", "ETag", "Location", "Link"} {
		if value := w.Header().Get(name); value != "" {
			header[name] = value
		}
	}
	return header
}
