package rest_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
	registryrest "rightkey/internal/registry/rest"
	"rightkey/test/stand"
	"rightkey/test/visitor"
)

// The accounts of the tests.
const (
	office  = 2 // county office, everywhere
	clerk   = 3 // township clerk in the north
	village = 4 // village official of Reef
	second  = 5 // another county office
	analyst = 6
	south   = 7 // county office of the south
)

var grants = map[int64]string{office: "county-office", clerk: "township-clerk@11000000", village: "village-official@11001001", second: "county-office", analyst: "analyst", south: "county-office@12000000"}

const areas = "code,name\n11,North\n11001,Cove\n11001001,Reef\n11001002,Shoal\n12,South\n12001,Bay\n12001001,Kelp\n"

// house is the API of a made-up country's register.
type house struct {
	*stand.Stand
	visitor.API
	accounts map[int64]access.Caller
	purpose  string
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) { test(t, open(t, s)) })
}

func open(t *testing.T, s *stand.Stand) *house {
	t.Helper()
	ctx := t.Context()
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	packs, err := library.Open(ctx, s.DB, s.Journal, loader)
	if err != nil {
		t.Fatal(err)
	}
	edit := stand.Scope(t, s.Caller(1, "admin", "administrator"), access.PackEdit)
	pack, err := packs.Install(ctx, edit, os.DirFS("../../policy/testdata"), "ostania")
	if err != nil {
		t.Fatal(err)
	}
	if err := packs.Use(ctx, edit, 0, clock.Date(2000, 1, 1), pack); err != nil {
		t.Fatal(err)
	}
	s.LoadAreas(t, areas)
	h := &house{Stand: s, accounts: map[int64]access.Caller{}}
	jobs := job.NewRunner(s.DB, s.Ids, s.Clock)
	room := registry.NewService(registry.Needs{DB: s.DB, Journal: s.Journal, Keys: s.Keys, Areas: s.Areas, Packs: packs, Changes: change.NewService(s.DB, s.Journal), Jobs: jobs,
		Caller: func(_ context.Context, account int64) (access.Caller, error) { return h.accounts[account], nil }})
	for account, grant := range grants {
		h.accounts[account] = s.Caller(account, fmt.Sprint("person-", account), grant)
	}
	running, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { jobs.Run(running); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	h.API = visitor.NewAPI(t, s, func(account int64) access.Caller {
		caller := h.accounts[account]
		caller.Purpose = h.purpose
		return caller
	})
	registryrest.Register(h.API.API, registryrest.Rooms{Registry: room, Jobs: jobs})
	return h
}

const householdMap = `{"subject":"household","source":"base","key":"key","area":"area","day":"2013-12-31","columns":{"status":"status","nets":"drift_nets","lamp":"lamp","catch":"catch_value"}}`
const personMap = `{"subject":"person","source":"base","key":"key","household":"hh","day":"2013-12-31","columns":{"name":"name","sex":"sex","birth":"birth","id":"national_id","rel":"relation","fever":"salt_fever"}}`
const householdRows = "key,area,status,nets,lamp,catch\nh1,11001001,stranded,3,yes,100\nh2,11001002,afloat,0,no,0\nh3,12001001,stranded,,,\n"
const personRows = "key,hh,name,sex,birth,id,rel,fever\np1,h1,Ana Reef,f,1970-05-01,1234567897,head,yes\np2,h1,Bo Reef,m,1999-01-02,,kin,\np3,h2,Cy Shoal,m,1960-01-01,9876543217,head,no\np4,h3,Di Kelp,f,1980-02-29,1234567897,head,no\n"

// load brings a file through the whole way of the API.
func (h *house) load(t *testing.T, account int64, csv, mapping, onError string) registryrest.Import {
	t.Helper()
	var im registryrest.Import
	up := h.Ask(t, account, http.MethodPost, "/imports?name=test.csv", csv, "Content-Type", "text/csv").Want(t, 201).Read(t, &im)
	path := fmt.Sprint("/imports/", im.ID)
	h.Ask(t, account, http.MethodPost, path+"/check", mapping, "If-Match", up.Tag()).Want(t, 202)
	im, tag := h.wait(t, account, path)
	if im.State != "checked" {
		t.Fatalf("the check ended %s: %+v", im.State, im.Job)
	}
	h.Ask(t, account, http.MethodPost, path+"/apply", `{"on_error":"`+onError+`"}`, "If-Match", tag).Want(t, 202)
	im, _ = h.wait(t, account, path)
	return im
}

// wait looks at an import until its job has ended.
func (h *house) wait(t *testing.T, account int64, path string) (registryrest.Import, string) {
	t.Helper()
	for range 1000 {
		var im registryrest.Import
		h.Get(t, account, path).Want(t, 200).Read(t, &im) // look at the import
		if im.Job.State == "done" || im.Job.State == "failed" {
			got := h.Get(t, account, path).Want(t, 200).Read(t, &im) // look at the import
			return im, got.Tag()
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the import does not end")
	return registryrest.Import{}, ""
}

func (h *house) fill(t *testing.T) {
	t.Helper()
	for _, file := range [][2]string{{householdRows, householdMap}, {personRows, personMap}} {
		if im := h.load(t, office, file[0], file[1], "stop"); im.State != "imported" {
			t.Fatalf("the import ended %s: %+v", im.State, im.Job)
		}
	}
}

type households struct{ Items []registryrest.Household }

// number is the number of the household in an area.
func (h *house) number(t *testing.T, area string) string {
	t.Helper()
	var list households
	h.Get(t, office, "/households?area="+area).Want(t, 200).Read(t, &list)
	if len(list.Items) != 1 {
		t.Fatalf("households in %s: %+v", area, list.Items)
	}
	return list.Items[0].Number
}

func TestAnImportByTheAPIAddsUpAndReports(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		im := h.load(t, office, "key,area,status,nets,lamp,catch\nh1,11001001,stranded,3,yes,100\nh9,99,afloat,1,no,0\nh8,11001001,sunk,1,maybe,0\nh7,11001001,afloat,1,no,0\n", householdMap, "skip")
		if c := im.Job.Counts; im.State != "imported" || c != (job.Counts{In: 4, Created: 1, Unchanged: 1, Rejected: 2}) {
			t.Errorf("%s %+v", im.State, im.Job)
		}
		var report struct{ Items []registryrest.ReportRow }
		path := fmt.Sprint("/imports/", im.ID)
		first := h.Get(t, office, path+"/report?limit=1").Want(t, 200).Read(t, &report)
		next, _, found := strings.Cut(strings.TrimPrefix(first.Header.Get("Link"), "</api/v1"), ">")
		if !found || len(report.Items) != 1 || report.Items[0].Row != 1 || report.Items[0].Problems[0].Severity != "provisional" {
			t.Fatalf("report %+v, next %q", report, next)
		}
		h.Get(t, office, strings.Replace(next, "limit=1", "limit=9", 1)).Want(t, 200).Read(t, &report) // the rest of the report
		if len(report.Items) != 2 || report.Items[0].Problems[0].Column != "area" || report.Items[1].State != "rejected" || len(report.Items[1].Problems) != 2 {
			t.Errorf("report %+v", report)
		}
		h.Get(t, clerk, path).Want(t, 404) // somebody else's import
		h.Get(t, analyst, "/imports").Want(t, 403)
		var list struct{ Items []registryrest.Import }
		if h.Get(t, office, "/imports").Want(t, 200).Read(t, &list); len(list.Items) != 3 || list.Items[0].ID != im.ID {
			t.Errorf("imports %+v", list)
		}
		h.Ask(t, office, http.MethodPost, path+"/apply", `{"on_error":"skip"}`, "If-Match", h.Get(t, office, path).Tag()).Want(t, 409)
	})
}

func TestAFormBringsFileAndMappingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		send := func(name, mapping string) visitor.Answer {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			part, err := form.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(part, householdRows)
			if err := form.WriteField("mapping", mapping); err != nil {
				t.Fatal(err)
			}
			if err := form.Close(); err != nil {
				t.Fatal(err)
			}
			return h.Ask(t, office, http.MethodPost, "/imports", body.String(), "Content-Type", form.FormDataContentType())
		}
		var im registryrest.Import
		send("h.csv", householdMap).Want(t, 201).Read(t, &im)
		if im, _ = h.wait(t, office, fmt.Sprint("/imports/", im.ID)); im.State != "checked" || im.Job.Counts.Created != 3 {
			t.Errorf("%+v", im)
		}
		send("h.exe", householdMap).Want(t, 400)
		send("h.csv", "colour: red").Want(t, 400)                                                             // a wrong mapping
		h.Ask(t, office, http.MethodPost, "/imports", householdRows, "Content-Type", "text/csv").Want(t, 400) // a file without name
		h.Ask(t, village, http.MethodPost, "/imports?name=x.csv", householdRows, "Content-Type", "text/csv").Want(t, 403)
		up := h.Ask(t, office, http.MethodPost, "/imports?name=x.csv", householdRows, "Content-Type", "text/csv").Want(t, 201).Read(t, &im)
		path := fmt.Sprint("/imports/", im.ID)
		h.Ask(t, office, http.MethodPost, path+"/check", householdMap).Want(t, 428)                                                                                       // check without version
		h.Ask(t, office, http.MethodPost, path+"/apply", `{"on_error":"stop"}`, "If-Match", up.Tag()).Want(t, 409)                                                        // apply before the check
		h.Ask(t, office, http.MethodPost, path+"/check", `{"subject":"boat","source":"a b","key":"no","columns":{"status":"colour"}}`, "If-Match", up.Tag()).Want(t, 400) // a mapping that does not fit
	})
}

func TestHouseholdsAreListedByFiltersWithinScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		cases := []struct {
			account int64
			query   string
			want    int
		}{
			{office, "", 3}, {clerk, "", 2}, {village, "", 1}, {office, "?area=11", 2}, {office, "?status=stranded", 2}, {office, "?status=stranded&status=afloat", 3},
			{office, "?item[household.lamp]=true", 1}, {office, "?item[household.lamp]=true&item[household.lamp]=false", 2}, {office, "?item[household.drift_nets.min]=1", 1}, {office, "?item[household.catch_value.max]=0", 1},
			{clerk, "?number=" + h.number(t, "12001001"), 0},
		}
		for _, c := range cases {
			var list households
			if h.Get(t, c.account, "/households"+c.query).Want(t, 200).Read(t, &list); len(list.Items) != c.want {
				t.Errorf("%s lists %d, want %d", c.query, len(list.Items), c.want)
			}
		}
		for _, query := range []string{"?colour=red", "?name=Ana", "?item[household.nonsense]=1", "?item[household.motto]=x", "?item[]=1", "?item[household.lamp=1", "?number=12", "?cursor=AAAA", "?item[household.drift_nets.most]=1"} {
			if got := h.Get(t, office, "/households"+query); got.Status != 400 {
				t.Errorf("%s: status %d, want 400: %s", query, got.Status, got.Body)
			}
		}
		h.Get(t, clerk, "/households?area=12").Want(t, 404) // area out of scope
		h.Get(t, analyst, "/households").Want(t, 403)
		h.Get(t, 0, "/households").Want(t, 401)
		first := h.Get(t, office, "/households?limit=2&status=stranded&status=afloat").Want(t, 200)
		next, _, _ := strings.Cut(strings.TrimPrefix(first.Header.Get("Link"), "</api/v1"), ">")
		var rest households
		if h.Get(t, office, next).Want(t, 200).Read(t, &rest); len(rest.Items) != 1 || rest.Items[0].HeadName != "Di Kelp" {
			t.Errorf("the second page holds %+v", rest.Items)
		}
		h.Get(t, second, next).Want(t, 400) // somebody else's cursor
	})
}

func TestAFileHoldsWhatTheCallerMaySee(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		got := h.Get(t, office, "/households/"+number).Want(t, 200).Read(t, &file)
		if got.Tag() == "" || file.Area != "11001001" || file.Status != "stranded" || file.HeadName != "Ana Reef" || file.Facts["drift_nets"] != 3.0 || file.Facts["lamp"] != true {
			t.Errorf("%s", got.Body)
		}
		if _, there := file.Facts["motto"]; there || strings.Contains(got.Body, "salt_fever") || strings.Contains(got.Body, "1234567897") || strings.Contains(got.Body, "null") {
			t.Errorf("unknown and hidden values are not absent: %s", got.Body)
		}
		h.purpose = "verification"
		if got := h.Get(t, office, "/households/"+number); !strings.Contains(got.Body, `"salt_fever":true`) {
			t.Errorf("for verification: %s", got.Body)
		}
		h.purpose = ""
		var persons struct{ Items []registryrest.Person }
		if h.Get(t, office, "/households/"+number+"/persons").Want(t, 200).Read(t, &persons); len(persons.Items) != 2 || !persons.Items[0].Head || persons.Items[0].IdentityTail != "7897" {
			t.Errorf("%+v", persons.Items)
		}
		var person registryrest.Person
		one := h.Get(t, office, "/persons/"+persons.Items[1].Number).Want(t, 200).Read(t, &person)
		if one.Tag() == "" || person.Name != "Bo Reef" || person.Household != number {
			t.Errorf("%s", one.Body)
		}
		far := h.number(t, "12001001")
		for _, path := range []string{"/households/" + far, "/households/" + far + "/persons", "/households/12", "/persons/" + far} {
			h.Get(t, clerk, path).Want(t, 404)
			h.Get(t, analyst, path).Want(t, 403)
		}
		h.Get(t, south, "/persons/"+person.Number).Want(t, 404) // a person out of scope
	})
}
