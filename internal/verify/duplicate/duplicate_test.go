package duplicate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/duplicate"
	"rightkey/test/register"
)

// souls is how files of persons are read here.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "born": "birth"}}

// fill imports households (key,area) and persons (key,hh,name,sex,rel,id,born).
func fill(t testing.TB, r *register.Register, households, persons string) job.Job {
	t.Helper()
	if households != "" {
		r.ImportCSV(t, registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Constants: map[string]string{"status": "afloat"}}, "key,area\n"+households)
	}
	return r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,born\n"+persons)
}

// town is a register in which Anna of the Reef and Bela are written twice, each a little differently.
func town(t testing.TB, r *register.Register) {
	t.Helper()
	fill(t, r, "a,11001001\nb,11001002\nc,11002001\nd,12001001\n", `a0,a,Anna Holm,f,head,,1970-05-14
a1,a,Karl Holm,m,kin,,1968-02-03
a2,a,Mia Holm,f,kin,,2001-07-07
a3,a,Pia Holm,f,kin,,2001-07-07
b0,b,Anna Hollm,f,head,,1970-05-14
b1,b,Olaf Berg,m,kin,,1950-11-30
c0,c,Bela Stern,m,head,1234567897,1985-09-21
d0,d,Bela Stern,m,head,1234567897,1985-09-12
d1,d,Olaf Berg,m,kin,,1991-01-17
`)
}

var all = access.System("a test looks at the pairs")

// pairs lists the stored pairs as "key key zone state", sorted; keys are those of the import.
func pairs(t testing.TB, r *register.Register) []string {
	t.Helper()
	list, err := store.All(t.Context(), r.DB.In(all), `SELECT a.key || ' ' || b.key || ' ' || p.zone || ' ' || p.state FROM duplicate_pair p
		JOIN alias a ON a.id = p.one AND a.kind = 'person' JOIN alias b ON b.id = p.other AND b.kind = 'person' WHERE {checked} ORDER BY a.key, b.key`, nil,
		func(rows store.Rows, one *string) error { return rows.Scan(one) })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func same(t testing.TB, r *register.Register, want ...string) {
	t.Helper()
	if got := pairs(t, r); !slices.Equal(got, want) {
		t.Errorf("pairs\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// run compares the whole register with itself.
func run(t testing.TB, r *register.Register) duplicate.Result {
	t.Helper()
	j, _, err := r.Duplicates.Start(t.Context(), r.Scope(t, register.County, access.AssessRun))
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
		t.Fatalf("run: %s %s", j.State, j.Error)
	}
	result, err := duplicate.ResultOf(j)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// id is a person's identifier.
func id(t testing.TB, r *register.Register, key string) int64 {
	t.Helper()
	var n int64
	if err := store.One(t.Context(), r.DB.In(all), "SELECT id FROM alias WHERE kind = 'person' AND key = $1", []any{key}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARunFindsWhoIsWrittenTwiceAndASecondRunChangesNothing(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		if got := run(t, r); got.Found != 2 || got.Gone != 0 {
			t.Errorf("the first run: %+v", got)
		}
		same(t, r, "a0 b0 review open", "c0 d0 same open")
		if got := run(t, r); got != (duplicate.Result{Pairs: 2}) {
			t.Errorf("the second run: %+v", got)
		}
	})
}

func TestWhoIsWrittenIsComparedByWhoFollowsTheJournal(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		var persons []int64
		for _, key := range strings.Fields("a0 a1 a2 a3 b0 b1 c0 d0 d1") {
			persons = append(persons, id(t, r, key))
		}
		for range 2 {
			if err := r.Duplicates.Examine(t.Context(), persons); err != nil {
				t.Fatal(err)
			}
			same(t, r, "a0 b0 review open", "c0 d0 same open")
		}
		if got := run(t, r); got.Found != 0 || got.Gone != 0 {
			t.Errorf("a run finds what was found: %+v", got)
		}
	})
}

func TestARowOfAFileIsMarkedWherePersonsMayBeRegisteredAlready(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		j := fill(t, r, "e,11001001\n", "e0,e,Ana Holm,f,head,,1970-05-14\ne1,e,Zoe Sand,f,kin,,1999-03-02\n")
		if n := registry.AlikeIn(j); n != 1 {
			t.Errorf("%d rows may be registered already, want 1", n)
		}
	})
}

func TestOnlyTheCountyIsToldOfSomebodyElsewhere(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		south := r.Scope(t, register.South, access.HouseholdEdit)
		born := clock.Date(1970, 5, 14)
		answer, err := r.Duplicates.Look(t.Context(), south, registry.Identity{Area: 12_001_001, Name: "Anna Holm", Sex: "f", Birth: &born})
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.Known) != 0 || fmt.Sprint(len(answer.Elsewhere)) != "1" || answer.Elsewhere[0].Name != "North" {
			t.Errorf("the south learns %+v", answer)
		}
		answer, err = r.Duplicates.Look(t.Context(), r.Scope(t, register.Village, access.HouseholdEdit), registry.Identity{Area: 11_001_001, Name: "Anna Holm", Sex: "f", Birth: &born})
		if err != nil || len(answer.Known) != 1 || answer.Known[0].Person.ID != id(t, r, "a0") || len(answer.Elsewhere) != 1 {
			t.Errorf("the village learns %+v, %v", answer, err)
		}
	})
}

// crowd is a register of n persons in two hamlets of which every fiftieth is written once more with a slip.
func crowd(t testing.TB, r *register.Register, n int) {
	t.Helper()
	var households, persons strings.Builder
	given := strings.Fields("Anna Bela Cora Dora Elin Fara Gala Hana Inga Jana Kara Lena Mira Nora Olga Pola Rina Sara Tova Vera")
	families := strings.Fields("Holm Berg Stern Sand Dahl Lund Strom Falk Brandt Koch Meer Vogel Winter Fuchs Horn Busch Kraus Sommer Keller Jung")
	for i := range n {
		hamlet := []string{"11001001", "11001002", "11002001", "12001001"}[i/3%4]
		if i%3 == 0 {
			fmt.Fprintf(&households, "h%d,%s\n", i/3, hamlet)
		}
		relation := "kin"
		if i%3 == 0 {
			relation = "head"
		}
		who := i
		if i%50 == 49 {
			who = i - 30 // lives in another household
		}
		x := uint64(who)*2654435761 + 12345
		name := given[x>>7%20] + " " + families[x>>13%20]
		if who != i {
			name = strings.Replace(name, "a", "aa", 1)
		}
		fmt.Fprintf(&persons, "p%d,h%d,%s,f,%s,,%s\n", i, i/3, name, relation, clock.Date(1940+int(x>>5%60), 1+int(x>>11%12), 1+int(x>>17%28)))
		if i%150_000 == 149_999 || i == n-1 { // whole households
			fill(t, r, households.String(), persons.String())
			households.Reset()
			persons.Reset()
		}
	}
}

func TestARegisterThatIsLargeEnoughTeachesAModelThatKeepsNobodysData(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		crowd(t, r, 2400)
		first := run(t, r)
		if first.Found < 40 {
			t.Errorf("the first run: %+v", first)
		}
		var models int
		if err := store.One(t.Context(), r.DB.In(all), "SELECT count(*) FROM duplicate_model", nil, &models); err != nil || models != 1 {
			t.Errorf("%d models, %v", models, err)
		}
		if again := run(t, r); again.Found+again.Changed+again.Gone != 0 {
			t.Errorf("a second run: %+v", again)
		}
		before := pairs(t, r)
		everybody, err := store.All(t.Context(), r.DB.In(all), "SELECT id FROM alias WHERE kind = 'person'", nil, func(rows store.Rows, into *int64) error { return rows.Scan(into) })
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Duplicates.Examine(t.Context(), everybody); err != nil {
			t.Fatal(err)
		}
		if after := pairs(t, r); !slices.Equal(after, before) {
			t.Errorf("looking at everybody changes %d pairs to %d", len(before), len(after))
		}
	})
}
