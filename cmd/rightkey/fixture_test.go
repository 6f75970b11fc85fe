package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/internal/table"
)

// A database of each released schema lies in testdata: every later version must open it with its data. The fixture of
// this version is written by RIGHTKEY_WRITE_FIXTURE=1 go test ./cmd/rightkey -run TestEveryFixture (PostgreSQL's with
// pg_dump).

const fixtureNow = "2014-12-31T09:00:00Z"

// fixtures are the versions so far, oldest first.
var fixtures = []string{"v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10"}

func fixture(name string) string { return filepath.Join("testdata", "fixtures", name) }

func TestEveryFixtureOpensWithItsData(t *testing.T) {
	if os.Getenv("RIGHTKEY_WRITE_FIXTURE") == "1" {
		writeFixtures(t, fixtures[len(fixtures)-1])
	}
	for _, version := range fixtures {
		t.Run(version+" sqlite", func(t *testing.T) {
			data := t.TempDir()
			unzip(t, fixture(version+".db.gz"), filepath.Join(data, "rightkey.db"))
			opensWithItsData(t, place{Data: data, Keys: keysOf(t, version), Now: fixtureNow})
		})
		t.Run(version+" postgres", func(t *testing.T) {
			address := storetest.EmptyPostgresURL(t)
			script := filepath.Join(t.TempDir(), "dump.sql")
			unzip(t, fixture(version+".pg.sql.gz"), script)
			if out, err := exec.Command("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", address, "-f", script).CombinedOutput(); err != nil {
				t.Fatalf("restore the fixture: %v\n%s", err, out)
			}
			opensWithItsData(t, place{Data: t.TempDir(), Database: address, Keys: keysOf(t, version), Now: fixtureNow})
		})
	}
}

// keysOf copies the key file so that only its owner may read it, as the program demands.
func keysOf(t *testing.T, version string) string {
	t.Helper()
	content, err := os.ReadFile(fixture(version + ".keys"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "fixture.keys")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// opensWithItsData checks what fillFixture put in.
func opensWithItsData(t *testing.T, p place) {
	t.Helper()
	ctx := context.Background()
	h, err := openHouse(ctx, p, "")
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	read, err := h.decide(access.HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.registry.List(ctx, read, registry.Filter{}, registry.Position{}, 10)
	if err != nil || len(list) != 1 || list[0].HeadName != "Ana Reef" || list[0].Members != 1 {
		t.Fatalf("households %+v (%v)", list, err)
	}
	file, err := h.registry.Open(ctx, read, list[0].ID)
	if err != nil || file.Facts["drift_nets"] != int64(4) || file.Members[0].IDTail != "7897" {
		t.Errorf("file %+v (%v)", file, err)
	}
	waiting, err := h.changes.Count(ctx, read, change.Waiting)
	if err != nil || waiting != 1 {
		t.Errorf("%d changes wait (%v), want 1", waiting, err)
	}
	judged, err := h.identify.Of(ctx, read, list[0], 5)
	if err != nil || len(judged) != 1 {
		t.Errorf("assessments %+v (%v)", judged, err)
	}
	sealedEvents(t, ctx, h)
	found(t, ctx, h)
}

// found says that whoever a former version registered is found by name once the job of this version has run.
func found(t *testing.T, ctx context.Context, h *house) {
	t.Helper()
	working, stop := context.WithCancel(ctx)
	defer h.work(working, stop)()
	list, err := h.jobs.List(ctx, h.console(), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range list {
		if j.Kind == "find-keys" {
			if err := await(ctx, h, j.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	scope, err := h.decide(access.HouseholdList)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := h.registry.Find(ctx, scope, registry.Query{Text: "Anna Reef"}, 20)
	if err != nil || len(hits) != 1 || hits[0].Person.Name != "Ana Reef" {
		t.Errorf("a search finds %+v (%v)", hits, err)
	}
}

// sealedEvents reads every event: each commitment must hold, each sealed body must open with the fixture's keys.
func sealedEvents(t *testing.T, ctx context.Context, h *house) {
	t.Helper()
	rows, err := store.All(ctx, h.db.In(program), journal.Select+" WHERE {checked}", nil, func(r store.Rows, e *journal.Event) (err error) {
		*e, err = journal.Scan(r, nil)
		return err
	})
	if err != nil || len(rows) < 5 {
		t.Fatalf("%d events (%v)", len(rows), err)
	}
	opened := 0
	for _, e := range rows {
		if !e.Sealed {
			continue
		}
		if _, err := h.keys.Of(ctx, e.Home, e.Subject); err != nil {
			t.Errorf("the key of event %s: %v", e.Kind, err)
		}
		opened++
	}
	if opened == 0 {
		t.Error("no event is sealed")
	}
}

func writeFixtures(t *testing.T, version string) {
	t.Helper()
	if err := os.MkdirAll(fixture(""), 0o755); err != nil {
		t.Fatal(err)
	}
	keys := fixture(version + ".keys")
	os.Remove(keys)
	data := t.TempDir()
	fillFixture(t, place{Data: data, Keys: keys, Now: fixtureNow})
	content, err := os.ReadFile(filepath.Join(data, "rightkey.db"))
	if err != nil {
		t.Fatal(err)
	}
	zip(t, content, fixture(version+".db.gz"))
	address := storetest.PostgresURL(t)
	fillFixture(t, place{Data: t.TempDir(), Database: address, Keys: keys, Now: fixtureNow})
	dump, err := exec.Command("pg_dump", "--no-owner", "--no-privileges", "-d", address).Output()
	if err != nil {
		t.Fatal("dump the fixture: ", err)
	}
	// Newer dumps guard their script with a word that older clients do not know.
	lines := strings.SplitAfter(string(dump), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, `\restrict`) && !strings.HasPrefix(line, `\unrestrict`) {
			kept = append(kept, line)
		}
	}
	zip(t, []byte(strings.Join(kept, "")), fixture(version+".pg.sql.gz"))
}

// fillFixture makes a small register: one household with its head, an applied and a waiting change, an assessment.
func fillFixture(t *testing.T, p place) {
	t.Helper()
	ctx := context.Background()
	begin := initCommand{place: p, Pack: "../../internal/policy/testdata/ostania", Since: "2000-01-01"}
	h, _, err := begin.make(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	working, stop := context.WithCancel(ctx)
	defer h.work(working, stop)()
	scope := access.System("a fixture")
	r, err := table.NewCSV(strings.NewReader("code,name\n11,North\n11001,Cove\n11001001,Reef\n"), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	edit, err := h.decide(access.AreaEdit)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.areas.LoadFile(ctx, edit, r, area.Load{Day: clock.Date(2000, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct{ csv, mapping string }{
		{"key,area,status,nets\nh1,11001001,stranded,3\n", "{subject: household, source: base, key: key, area: area, day: \"2013-12-31\", columns: {status: status, nets: drift_nets}}"},
		{"key,hh,name,sex,birth,id,rel\np1,h1,Ana Reef,f,1970-05-01,1234567897,head\n", "{subject: person, source: base, key: key, household: hh, day: \"2013-12-31\", columns: {name: name, sex: sex, birth: birth, id: national_id, rel: relation}}"},
	} {
		importFixture(t, ctx, h, f.csv, f.mapping)
	}
	list, err := h.registry.List(ctx, scope, registry.Filter{}, registry.Position{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	write, err := h.decide(access.HouseholdEdit)
	if err != nil {
		t.Fatal(err)
	}
	for i, set := range []change.Values{{"drift_nets": int64(4)}, {"status": "refloated"}} {
		draft := change.Draft{Source: change.Page, Title: "fixture", Reason: "fixture", Rows: []change.Row{{SubjectKind: "household", Subject: list[0].ID, BaseVer: list[0].Ver + int64(i), Set: set}}}
		if _, err := h.changes.Submit(ctx, write, draft); err != nil {
			t.Fatal(err)
		}
	}
	assess, err := h.decide(access.AssessRun)
	if err != nil {
		t.Fatal(err)
	}
	j, err := h.identify.Start(ctx, assess, identify.RunArgs{Day: clock.Date(2013, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	if err := await(ctx, h, j.ID); err != nil {
		t.Fatal(err)
	}
}

func importFixture(t *testing.T, ctx context.Context, h *house, csv, mapping string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(file, []byte(csv), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := registry.ParseMapping([]byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	im, err := h.upload(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = h.start(ctx, im, m, false, registry.Stop); err != nil {
		t.Fatal(err)
	}
	if im, j, err := h.follow(ctx, im, io.Discard, "rows"); err != nil || im.State != registry.Imported {
		t.Fatalf("%s %+v %v", im.State, j, err)
	}
}

// await waits until a job has ended.
func await(ctx context.Context, h *house, id int64) error {
	return h.followJob(ctx, id, io.Discard, "fixture")
}

func zip(t *testing.T, content []byte, path string) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func unzip(t *testing.T, path, to string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
