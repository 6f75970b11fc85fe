package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// loud is everything that a server says about its work: each line that it logs, at every level.
type loud struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *loud) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *loud) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestNoNameAndNoNationalNumberIsInLogsAddressesOrMetrics walks the pages and the API as an office does, with the
// matrix of all routes, and looks through what is left behind.
func TestNoNameAndNoNationalNumberIsInLogsAddressesOrMetrics(t *testing.T) { // SECURITY N53
	for engine, p := range map[string]func(*testing.T) place{
		"sqlite":   func(t *testing.T) place { return place{Data: t.TempDir()} },
		"postgres": func(t *testing.T) place { return place{Data: t.TempDir(), Database: storetest.PostgresURL(t)} },
	} {
		t.Run(engine, func(t *testing.T) { leavesNothingBehind(t, p(t)) })
	}
}

func leavesNothingBehind(t *testing.T, p place) {
	var said loud
	log := slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	before := slog.Default()
	slog.SetDefault(log)
	defer slog.SetDefault(before)
	var addresses loud
	m := openLoudMatrix(t, p, log, func(pages http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintln(&addresses, r.URL, r.Referer())
			pages.ServeHTTP(w, r)
			fmt.Fprintln(&addresses, w.Header().Get("Location"))
		})
	})
	cases := m.cases()
	for _, more := range moreCases {
		maps.Copy(cases, more(m))
	}
	walk := func(name, method, pattern string) {
		for _, login := range []string{"far", "near"} {
			if c := cases[name]; !c.strangers {
				m.ask(t, login, method, m.address(pattern), c)
			}
		}
	}
	for _, r := range m.pages.Routes() {
		if r.Method != "*" {
			walk(r.Method+" "+r.Pattern, r.Method, r.Pattern)
		}
	}
	for _, o := range m.api.Operations() {
		walk(o.Method+" "+o.Path, o.Method, o.Path)
	}
	for _, secret := range []string{"Farmark", "Ana", "nosuch\x1b[31mname\nnext"} {
		m.ask(t, "far", "POST", "/households/search", leakCase{form: url.Values{"q": {secret}}})
	}
	var names []string
	_, err := store.All(t.Context(), m.h.raw, "SELECT name FROM person WHERE name <> ''", nil, func(r store.Rows, _ *struct{}) error {
		var name string
		err := r.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no names in the register (%v)", err)
	}
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(m.h.figures.registry, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	figures := answer.Body.String()
	if !strings.Contains(figures, `rightkey_http_request_duration_seconds_count{code="200",route="GET /households/{number}"}`) || !strings.Contains(figures, "rightkey_database_up 1") {
		t.Errorf("the metrics lack what they should count:\n%.2000s", figures)
	}
	for what, text := range map[string]string{"log": said.String(), "addresses": addresses.String(), "metrics": figures} {
		if len(text) < 1000 {
			t.Errorf("%s: %d bytes prove nothing", what, len(text))
		}
		for _, secret := range append(names, "1234567897") {
			if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
				t.Errorf("%s holds %q", what, secret)
			}
		}
	}
	for line := range strings.Lines(said.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("a log line is not one JSON object: %v\n%s", err, line)
		}
		if strings.Contains(line, "?") && fields["msg"] == "request" {
			t.Errorf("a query string in the log: %s", line)
		}
	}
}

func TestALogLineStaysOneLine(t *testing.T) { // SECURITY N43
	var said bytes.Buffer
	l := listening{JSONLog: true}
	l.log(&said).Error("failed", "error", "first\nsecond \x1b[31mred\x1b[0m \u2028 third")
	if lines := strings.Count(said.String(), "\n"); lines != 1 || strings.ContainsAny(said.String(), "\x1b\u2028") {
		t.Errorf("%d lines: %q", lines, said.String())
	}
	said.Reset()
	listening{}.log(&said).Error("failed", "error", "first\nsecond \x1b[31mred")
	if lines := strings.Count(said.String(), "\n"); lines != 1 || strings.Contains(said.String(), "\x1b") {
		t.Errorf("%d lines: %q", lines, said.String())
	}
}

func TestProbesSayWhetherTheServerCanServe(t *testing.T) {
	eachPlace(t, func(t *testing.T, p place) {
		p.Now = ""
		h := opened(t, p)
		server, _, err := h.doors(slog.New(slog.DiscardHandler), false, nil)
		if err != nil {
			t.Fatal(err)
		}
		probe := func(path string) (int, string) {
			w := httptest.NewRecorder()
			server.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			return w.Code, w.Body.String()
		}
		if code, body := probe("/healthz"); code != 200 || !strings.Contains(body, "ok") {
			t.Errorf("healthz %d %s", code, body)
		}
		if code, body := probe("/readyz"); code != 503 || !strings.Contains(body, `"journal":"is not sealed"`) {
			t.Errorf("before the sealer runs: %d %s", code, body)
		}
		if _, err := h.sealer.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if code, body := probe("/readyz"); code != 200 || !strings.Contains(body, `"database":"ok"`) {
			t.Errorf("readyz %d %s", code, body)
		}
		if err := h.db.Tx(t.Context(), program, func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id = $1", store.Latest())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if code, body := probe("/readyz"); code != 503 || !strings.Contains(body, "older") {
			t.Errorf("an older schema: %d %s", code, body)
		}
		h.raw.Close()
		if code, body := probe("/readyz"); code != 503 || !strings.Contains(body, "does not answer") {
			t.Errorf("without a database: %d %s", code, body)
		}
	})
}
