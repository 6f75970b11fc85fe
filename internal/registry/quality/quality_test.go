package quality_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/store"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// hearths is how files of the made-up country's households are read here.
var hearths = registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31",
	Columns: map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "lamp": "lamp", "motto": "motto"}}

// counted is the day for which the answers are given.
var counted = clock.Date(2013, 12, 31)

// souls is how files of their members are read here.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "fever": "salt_fever"}}

// fill imports households (key,area,status,nets,catch,lamp,motto) and members (key,hh,name,sex,rel,id,fever).
func fill(t *testing.T, r *register.Register, households, persons string) {
	t.Helper()
	r.ImportCSV(t, hearths, "key,area,status,nets,catch,lamp,motto\n"+households)
	r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,fever\n"+persons)
}

// run looks at everything and returns the job.
func run(t *testing.T, r *register.Register) job.Job {
	t.Helper()
	j, err := r.Quality.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), quality.RunArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
		t.Fatalf("run: %s %s", j.State, j.Error)
	}
	return j
}

// problems lists the problems of every household as "key rule state", sorted; the key is that of the import.
func problems(t *testing.T, r *register.Register) []string {
	t.Helper()
	scope := access.System("a test looks at the list")
	type row struct{ household, subject, rule, state string }
	found, err := store.All(t.Context(), r.DB.In(scope), `SELECT a.key, coalesce(s.key, ''), p.rule, p.state FROM problem_item p
		JOIN alias a ON a.home = p.home AND a.id = p.household AND a.kind = 'household'
		LEFT JOIN alias s ON s.home = p.home AND s.id = p.subject AND s.kind = 'person' WHERE {checked}`, nil,
		func(rows store.Rows, one *row) error {
			return rows.Scan(&one.household, &one.subject, &one.rule, &one.state)
		})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, one := range found {
		name := one.household
		if one.subject != "" {
			name = one.subject
		}
		list = append(list, fmt.Sprintf("%s %s %s", name, one.rule, one.state))
	}
	slices.Sort(list)
	return list
}

func same(t *testing.T, r *register.Register, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := problems(t, r); !slices.Equal(got, want) {
		t.Errorf("problems\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// id is a household's identifier.
func id(t *testing.T, r *register.Register, kind, key string) int64 {
	t.Helper()
	var n int64
	if err := store.One(t.Context(), r.DB.In(access.System("a test looks an alias up")), "SELECT id FROM alias WHERE kind = $1 AND key = $2", []any{kind, key}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// edit changes a household or person as the county's office; what needs a second person is approved by the clerk.
func edit(t *testing.T, r *register.Register, kind, key string, set change.Values) {
	t.Helper()
	county := r.Who(register.County)
	county.Purpose = "verification"
	scope := stand.Scope(t, county, access.HouseholdEdit)
	record, err := r.Changes.Subject(kind).Load(t.Context(), scope, id(t, r, kind, key), counted)
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Changes.Submit(t.Context(), scope, change.Draft{Source: change.Page, Title: "t", Reason: "r", ValidOn: &counted,
		Rows: []change.Row{{SubjectKind: kind, Subject: record.ID, BaseVer: record.Ver, Set: set}}})
	if err != nil {
		t.Fatal(err)
	}
	if done.State == change.Waiting {
		if _, err := r.Changes.Approve(t.Context(), r.Scope(t, register.Clerk, access.ChangeDecide), done.ID, done.Ver, "yes"); err != nil {
			t.Fatal(err)
		}
	}
}

// town is a register in which each rule fires somewhere.
func town(t *testing.T, r *register.Register) {
	t.Helper()
	fill(t, r, `a,11001001,stranded,3,100,,
b,11001001,afloat,3,100,,
c,11001002,stranded,31,9000,,all tides
d,11001002,afloat,31,100,,all tides
e,11002001,afloat,0,5,,all tides
f,12001001,afloat,1,1,,no tide
`, `a0,a,Anna,f,head,,
b0,b,Bea,f,kin,,
b1,b,Ben,m,kin,,
c0,c,Cid,m,head,1234567897,
d0,d,Dan,m,head,1234567897,
e0,e,Eve,f,head,1234567890,
f0,f,Fay,f,head,,
`)
}

// townProblems are what the rules find in the town.
var townProblems = []string{
	"b H01 open", "c H06b open", "c0 H03 open", "d0 H03 open", "c H05 open", "c H04 open", "d H04 open", "e H04 open", "e H06a open", "e0 item:person.national_id open",
}

func TestARunFindsWhatRulesSayAndASecondFindsNothingNew(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		j := run(t, r)
		same(t, r, townProblems...)
		if j.Counts != (job.Counts{In: 6, Updated: 3, Unchanged: 3}) {
			t.Errorf("counts %+v", j.Counts)
		}
		found, fixed, err := quality.ResultOf(j)
		if err != nil || found != int64(len(townProblems)) || fixed != 0 {
			t.Errorf("found %d, fixed %d, %v", found, fixed, err)
		}
		j = run(t, r)
		same(t, r, townProblems...)
		if found, fixed, _ := quality.ResultOf(j); found != 0 || fixed != 0 || j.Counts.Unchanged != 6 {
			t.Errorf("the second run found %d, fixed %d, %+v", found, fixed, j.Counts)
		}
	})
}

// events are the kinds of a subject's events, sorted.
func events(t *testing.T, r *register.Register, kind string, subject int64) []string {
	t.Helper()
	kinds, err := store.All(t.Context(), r.DB.In(access.System("a test looks at the journal")), "SELECT kind FROM event WHERE {checked} AND subject_kind = $1 AND subject = $2 ORDER BY kind",
		[]any{kind, subject}, func(rows store.Rows, one *string) error { return rows.Scan(one) })
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
