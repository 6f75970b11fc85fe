package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rightkey/internal/cli"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// defaultMetrics is where metrics are served if nothing else is said: on this machine alone.
const defaultMetrics = "localhost:9464"

// metrics are the figures of one server. They hold patterns of routes, counts and times, nothing of any person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(h *house) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rightkey_http_request_duration_seconds",
		Help: "Time to answer, by the pattern of the route.", Buckets: []float64{.005, .01, .025, .05, .1, .2, .5, 1, 2.5, 5, 10}}, []string{"route", "code"})}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), houseFigures{h})
	return m
}

// observe counts an answered request. What no route matches is one line, whatever its address says.
func (m *metrics) observe(seen web.Seen) {
	route := seen.Route
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(seen.Status)).Observe(seen.Took.Seconds())
}

// houseFigures asks the house at each scrape.
type houseFigures struct{ h *house }

var (
	upDesc        = prometheus.NewDesc("rightkey_database_up", "1 if the database answers.", nil, nil)
	sizeDesc      = prometheus.NewDesc("rightkey_database_bytes", "Size of the database.", nil, nil)
	sessionsDesc  = prometheus.NewDesc("rightkey_sessions", "Sessions that have not expired.", nil, nil)
	jobsDesc      = prometheus.NewDesc("rightkey_jobs", "Jobs that wait or run, and those that failed in the last day.", []string{"state"}, nil)
	positionsDesc = prometheus.NewDesc("rightkey_journal_positions", "Sealed events.", nil, nil)
	lagDesc       = prometheus.NewDesc("rightkey_journal_lag_seconds", "Time since nothing was left to seal.", nil, nil)
	markDesc      = prometheus.NewDesc("rightkey_journal_checkpoint_positions", "Events that the last signed checkpoint covers.", nil, nil)
	refusedDesc   = prometheus.NewDesc("rightkey_journal_refused", "1 if the journal contradicts the witness, so that no checkpoint is signed.", nil, nil)
)

// Describe names the figures.
func (houseFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, sizeDesc, sessionsDesc, jobsDesc, positionsDesc, lagDesc, markDesc, refusedDesc} {
		to <- d
	}
}

// scrapeTime is how long the database may take to answer a scrape or a probe.
const scrapeTime = 2 * time.Second

// Collect takes the figures.
func (f houseFigures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	status, now := f.h.sealer.Status(), f.h.clock.Now()
	gauge(positionsDesc, float64(status.Size))
	gauge(markDesc, float64(status.Checkpoint.Size))
	gauge(refusedDesc, flag(status.Refused != ""))
	if !status.Idle && status.CaughtUp != 0 {
		gauge(lagDesc, now.Sub(status.CaughtUp).Seconds())
	}
	bytes, err := store.Size(ctx, f.h.raw)
	gauge(upDesc, flag(err == nil))
	if err != nil {
		return
	}
	gauge(sizeDesc, float64(bytes))
	var sessions int64
	if err := store.One(ctx, f.h.raw, "SELECT count(*) FROM session WHERE expires > $1", []any{int64(now)}, &sessions); err == nil {
		gauge(sessionsDesc, float64(sessions))
	}
	counts := map[string]int64{"queued": 0, "running": 0, "failed": 0}
	_, err = store.All(ctx, f.h.raw, "SELECT state, count(*) FROM job WHERE state IN ('queued', 'running') OR (state = 'failed' AND finished > $1) GROUP BY state",
		[]any{int64(now.Add(-24 * time.Hour))}, func(r store.Rows, _ *struct{}) error {
			var state string
			var n int64
			err := r.Scan(&state, &n)
			counts[state] = n
			return err
		})
	if err == nil {
		for state, n := range counts {
			gauge(jobsDesc, float64(n), state)
		}
	}
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// serveMetrics serves the figures at an address of their own until ctx is done. Where the default address is taken by
// another server it goes on without.
func (l listening) serveMetrics(ctx context.Context, m *metrics, config *tls.Config, log *slog.Logger) error {
	if l.Metrics == "" || l.Metrics == "off" {
		return nil
	}
	host, _, err := net.SplitHostPort(l.Metrics)
	if err != nil {
		return fmt.Errorf("--metrics %s: %w", l.Metrics, err)
	}
	if config == nil && !cli.Loopback(host) {
		return fmt.Errorf("the metrics' address %s can be reached from outside: give --tls-cert and --tls-key, or --tls-self", l.Metrics)
	}
	listener, err := net.Listen("tcp", l.Metrics)
	if err != nil && l.Metrics == defaultMetrics {
		log.Warn("no metrics: the address is in use; choose another with --metrics", "address", l.Metrics)
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen at %s for metrics: %w", l.Metrics, err)
	}
	if config != nil && !cli.Loopback(host) {
		listener = tls.NewListener(listener, config)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 2 * scrapeTime}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	go func() { _ = server.Serve(listener) }() // it ends when the server is closed
	return nil
}
