package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rightkey/internal/office"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/synth/mistakes"
)

// visits is how the benchmark visits: so many requests a second, for so long, whether answers come or not.
const (
	visitRate = 100
	visitTime = 30 * time.Second
	// visitWarm is for how long visitors come before their visits count: a server that was just started reads its indexes
	// and makes its connections.
	visitWarm = 5 * time.Second
)

// BenchmarkVisitsWhileAnImportRuns asks a server for pages at a steady rate, logged in, for random households, areas
// and names that were not asked for before, while files are imported again and again that change persons and the program
// follows what they change, as it does when it serves. A visit's time counts from the moment at which it was due; those
// of the first seconds do not count. RIGHTKEY_BENCH_HOUSEHOLDS says how many households the county has;
// RIGHTKEY_BENCH_DATA is a folder in which the county of SQLite stays, for the next run, or one that "rightkey demo
// --load-only --households N" has filled, and then RIGHTKEY_BENCH_DATA_HOUSEHOLDS is its N.
func BenchmarkVisitsWhileAnImportRuns(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		households := benchHouseholds(b, "RIGHTKEY_BENCH_DATA_HOUSEHOLDS", imported(b))
		visitCounty(b, place{Data: cmp.Or(os.Getenv("RIGHTKEY_BENCH_DATA"), b.TempDir())}, households)
	})
	b.Run("postgres", func(b *testing.B) {
		visitCounty(b, place{Data: b.TempDir(), Database: storetest.EmptyPostgresURL(b)}, imported(b))
	})
}

func visitCounty(b *testing.B, p place, households int) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // a line of the log would stand within one of the figures
	h, close := openBench(b, p)
	b.Cleanup(close)
	c := demoCommand{place: p, Seed: 2014, Households: households}
	logins, err := c.load(context.Background(), h, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	stop, err := h.mirrorRegister(b.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	handler, api, err := h.doors(slog.New(slog.DiscardHandler), false, nil)
	if err != nil {
		b.Fatal(err)
	}
	leaveImports(b, h)
	following, unfollow := context.WithCancel(b.Context())
	h.keepUp(following, slog.New(slog.DiscardHandler), api)
	b.Cleanup(unfollow)
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	v := &visitors{url: server.URL, took: map[string][]time.Duration{}, kinds: visitKinds(b, h)}
	v.signIn(b, logins)
	files := revisions(b, households)
	mirrored(b, h)
	settled(b, h)
	readOnce(b, p)
	for b.Loop() {
		forgetSearches(b, h)
		importing, end := context.WithCancel(b.Context())
		var imports sync.WaitGroup
		imports.Go(func() { importAgain(importing, b, h, files) })
		v.visit(visitWarm)
		v.took = map[string][]time.Duration{}
		before := importedRows(b, h)
		v.visit(visitTime)
		b.ReportMetric(float64(importedRows(b, h)-before)/visitTime.Seconds(), "imported-rows/s")
		end()
		imports.Wait()
	}
	v.report(b)
	b.ReportMetric(float64(households), "households")
	b.ReportMetric(privateMB(b, "self"), "private-MB") // with the visitors, who live in the same process
	server.Close()
	forgetSearches(b, h)
	unfollow()
	stop()
	close()
	v.startAnew(b, p)
}

// forgetSearches lets the visitors search again: they are few and search more in a minute than an official may in an hour.
func forgetSearches(b *testing.B, h *house) {
	b.Helper()
	if err := h.raw.Tx(context.Background(), func(tx store.Tx) error {
		_, err := tx.Exec(context.Background(), "DELETE FROM lookup")
		return err
	}); err != nil {
		b.Fatal(err)
	}
}

// leaveImports takes away the imports that an earlier run left, so that this one's have their turn.
func leaveImports(b *testing.B, h *house) {
	b.Helper()
	if err := h.raw.Tx(context.Background(), func(tx store.Tx) error {
		_, err := tx.Exec(context.Background(), "UPDATE job SET state = 'cancelled' WHERE kind = 'import' AND state IN ('queued', 'running')")
		return err
	}); err != nil {
		b.Fatal(err)
	}
}

// settled waits until the program has done what it does once for a register that is new to it: the figures of the months
// that have ended, the comparison of all persons. A register at work has that behind it.
func settled(b *testing.B, h *house) {
	b.Helper()
	const calm = 10 * time.Second // longer than what follows changes takes to ask for a job
	for began, since := time.Now(), time.Now(); time.Since(since) < calm; time.Sleep(100 * time.Millisecond) {
		var left int64
		if err := store.One(context.Background(), h.raw, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')", nil, &left); err != nil {
			b.Fatal(err)
		}
		if left > 0 {
			since = time.Now()
		}
		if time.Since(began) > time.Hour {
			b.Fatal("the jobs of a new register do not end")
		}
	}
}

// readOnce reads the file of a county of SQLite: what a register at work is asked for lies in the system's memory, and
// benchmarks before this one have put other files there.
func readOnce(b *testing.B, p place) {
	b.Helper()
	if p.Database != "" {
		return
	}
	file, err := os.Open(p.address())
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(io.Discard, file); err != nil {
		b.Fatal(err)
	}
}

// mirrored waits until the register is in the mirror: the first time after a register was filled it is read from the
// database, later starts have its snapshot.
func mirrored(b *testing.B, h *house) {
	b.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if table, _, err := h.registry.Mirror(b.Context()); err == nil && table != nil {
			return
		}
		if time.Since(began) > 10*time.Minute {
			b.Fatal("the register is not mirrored")
		}
	}
}

// startAnew starts the program on the county and reports how long it took until somebody who is logged in had the
// overview, and the memory that is the program's own after pages of each kind.
func (v *visitors) startAnew(b *testing.B, p place) {
	b.Helper()
	program := filepath.Join(b.TempDir(), "rightkey")
	if said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, said)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	args := []string{"serve", "--second-factor", "offered", "--data", p.Data, "--listen", address}
	if p.Database != "" {
		args = append(args, "--database", p.Database)
	}
	server := exec.Command(program, args...)
	began := time.Now()
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	v.url = "http://" + address
	client := v.clients[0]
	for {
		answer, err := client.Get(v.url + "/")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK && answer.Request.URL.Path == "/" {
				break
			}
		}
		if time.Since(began) > 5*time.Minute {
			b.Fatal("no overview: ", err)
		}
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "start-ms")
	v.visit(visitTime / 3)
	for what, n := range v.failed {
		b.Errorf("after a start: %s %d", what, n)
	}
	b.ReportMetric(privateMB(b, strconv.Itoa(server.Process.Pid)), "server-private-MB")
}

// privateMB is the memory that belongs to a process alone, without pages of files.
func privateMB(b *testing.B, process string) float64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", process, "status"))
	if err != nil {
		b.Fatal("the memory of a process is not told here: ", err)
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kilobytes) / 1000
}

// revised is how many persons a file holds that is imported while visitors ask, and the column that it changes.
const (
	revised       = 20_000
	revisedColumn = "months_worked"
)

// revisions are two folders with a file of the county's first persons: as they are, and with other months of work for
// whoever works, so that imported in turns each file changes about half of its rows.
func revisions(b *testing.B, households int) [2]string {
	b.Helper()
	whole := b.TempDir()
	county := synthCommand{Out: whole, Seed: 2014, Households: households, Poor: -1, Errors: mistakes.Demonstration}
	if _, err := county.makeFiles(io.Discard); err != nil {
		b.Fatal(err)
	}
	folders := [2]string{b.TempDir(), b.TempDir()}
	mapping, err := os.ReadFile(filepath.Join(whole, "persons.map.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	from, err := os.Open(filepath.Join(whole, "persons.csv"))
	if err != nil {
		b.Fatal(err)
	}
	defer from.Close()
	rows := csv.NewReader(from)
	var texts [2]bytes.Buffer
	writers := [2]*csv.Writer{csv.NewWriter(&texts[0]), csv.NewWriter(&texts[1])}
	column := -1
	for range revised {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		if column < 0 {
			column = slices.Index(row, revisedColumn)
		}
		for i, w := range writers {
			if months, err := strconv.Atoi(row[column]); err == nil && months > 0 && i == 1 {
				row[column] = strconv.Itoa(13 - months)
			}
			if err := w.Write(row); err != nil {
				b.Fatal(err)
			}
		}
	}
	for i, folder := range folders {
		writers[i].Flush()
		for name, text := range map[string][]byte{"persons.map.yaml": mapping, "persons.csv": texts[i].Bytes()} {
			if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	return folders
}

// importAgain imports the two files in turns until ctx ends.
func importAgain(ctx context.Context, b *testing.B, h *house, folders [2]string) {
	for turn := 1; ctx.Err() == nil; turn++ {
		if err := writeMeta(context.Background(), h.db, metaDemo+"persons", ""); err != nil {
			b.Error(err)
			return
		}
		if err := h.importDemoFile(ctx, folders[turn%2], "persons", io.Discard); err != nil && ctx.Err() == nil {
			b.Error(err)
			return
		}
	}
}

// importedRows is how many rows imports have looked at or written so far.
func importedRows(b *testing.B, h *house) (rows int64) {
	b.Helper()
	if err := store.One(context.Background(), h.raw, "SELECT CAST(coalesce(sum(done), 0) AS bigint) FROM job WHERE kind = 'import'", nil, &rows); err != nil {
		b.Fatal(err)
	}
	return rows
}

// visitKind is a kind of page, with how a request for one is made at random.
type visitKind struct {
	share int // of 100 visits
	ask   func(r *rand.Rand) (method, path, form string)
}

// visitKinds reads what is asked for from the register: numbers, areas and names.
func visitKinds(b *testing.B, h *house) map[string]visitKind {
	b.Helper()
	list := func(sql string) []string {
		found, err := store.All(context.Background(), h.raw, sql, nil, func(rows store.Rows, into *string) error { return rows.Scan(into) })
		if err != nil || len(found) == 0 {
			b.Fatal(sql, ": ", err)
		}
		return found
	}
	numbers := list("SELECT number FROM household ORDER BY random() LIMIT 5000")
	areas := list("SELECT code FROM area WHERE level >= 3 ORDER BY random() LIMIT 1000")
	names := list("SELECT name FROM person WHERE name <> '' ORDER BY random() LIMIT 5000")
	any := func(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }
	return map[string]visitKind{
		"household": {40, func(r *rand.Rand) (string, string, string) { return "GET", "/households/" + any(r, numbers), "" }},
		"list":      {25, func(r *rand.Rand) (string, string, string) { return "GET", "/households?area=" + any(r, areas), "" }},
		"overview":  {25, func(r *rand.Rand) (string, string, string) { return "GET", "/?area=" + any(r, areas), "" }},
		"search": {10, func(r *rand.Rand) (string, string, string) {
			return "POST", "/households/search", url.Values{"q": {any(r, names)}}.Encode()
		}},
	}
}

// visitors are people who are logged in, and how long their visits took.
type visitors struct {
	url     string
	kinds   map[string]visitKind
	clients []*http.Client

	mu     sync.Mutex
	took   map[string][]time.Duration
	failed map[string]int
}

func (v *visitors) signIn(b *testing.B, logins []office.DemoLogin) {
	b.Helper()
	for _, l := range logins {
		if l.Role != "county-office" || l.Secret != "" {
			continue
		}
		jar, err := cookiejar.New(nil)
		if err != nil {
			b.Fatal(err)
		}
		client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
		answer, err := client.PostForm(v.url+"/login", url.Values{"login": {l.Login}, "password": {l.Password}})
		if err != nil {
			b.Fatal(err)
		}
		answer.Body.Close()
		v.clients = append(v.clients, client)
	}
	if len(v.clients) == 0 {
		b.Fatal("nobody is logged in")
	}
}

// visit asks at the steady rate for some time and waits for the last answers.
func (v *visitors) visit(during time.Duration) {
	v.failed = map[string]int{}
	r := rand.New(rand.NewPCG(7, 7))
	names := slices.Sorted(maps.Keys(v.kinds))
	begin := time.Now()
	var asked sync.WaitGroup
	for i := range int(during.Seconds() * visitRate) {
		due := begin.Add(time.Duration(i) * time.Second / visitRate)
		time.Sleep(time.Until(due))
		at := r.IntN(100)
		for _, name := range names {
			kind := v.kinds[name]
			if at -= kind.share; at >= 0 {
				continue
			}
			method, path, form := kind.ask(r)
			client := v.clients[i%len(v.clients)]
			asked.Go(func() { v.ask(client, name, due, method, path, form) })
			break
		}
	}
	asked.Wait()
}

func (v *visitors) ask(client *http.Client, name string, due time.Time, method, path, form string) {
	request, err := http.NewRequest(method, v.url+path, strings.NewReader(form))
	status := "no answer"
	if err == nil {
		if form != "" {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		var answer *http.Response
		if answer, err = client.Do(request); err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			status = answer.Status
		}
	}
	took := time.Since(due)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.took[name] = append(v.took[name], took)
	if err != nil || !strings.HasPrefix(status, "200") {
		v.failed[name+" "+status]++
	}
}

func (v *visitors) report(b *testing.B) {
	b.Helper()
	failed := 0
	for what, n := range v.failed {
		failed += n
		fmt.Fprintln(os.Stderr, filepath.Base(b.Name()), what, n)
	}
	for name, took := range v.took {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, name+"-p95-ms")
	}
	b.ReportMetric(float64(failed), "errors")
}
