package crosscheck_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/register"
)

// A village of one surname, so that a screen by names would flag everybody. Seeded: the wife's brother of an official is
// on the register (a), the official's son moved into a household on it (b), three households have one telephone (e, f, g)
// and two stand at one point (h, i). c is kin of nobody; d is the official's own and not on the register.
func oneSurname(t *testing.T, r *register.Register) {
	t.Helper()
	households, persons := "key,area,status,nets,catch,horn\n", "key,hh,name,sex,rel,id,born\n"
	for i := range 60 {
		key, status, horn := fmt.Sprint("n", i), "stranded", fmt.Sprintf("100200%04d", i)
		if i < 9 {
			key = string(rune('a' + i))
		}
		if key == "d" {
			status = "afloat"
		}
		if strings.Contains("efg", key) {
			horn = "1009999999"
		}
		households += key + ",11001001," + status + ",1,10," + horn + "\n"
		persons += fmt.Sprintf("%s0,%s,Jon Holm,m,head,,19%02d-03-04\n", key, key, 20+i)
	}
	persons += "d1,d,Son Holm,m,kin,,1990-01-01\n"
	mapping := register.Households
	mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "horn": "horn"}
	r.ImportCSV(t, mapping, households)
	r.ImportCSV(t, souls, persons)
	plant(t, r, "INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-4', home, 'household', id, 'self', 0, 4 FROM alias WHERE kind = 'household' AND key = 'd'")
	plant(t, r, "INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-4', home, 'person', id, 'in_law', 0, 4 FROM alias WHERE kind = 'person' AND key = 'a0'")
	today := int64(r.Today)
	plant(t, r, fmt.Sprintf("UPDATE membership SET to_day = %d WHERE {checked} AND person IN (SELECT id FROM alias WHERE kind = 'person' AND key = 'd1')", today-100))
	plant(t, r, fmt.Sprintf(`INSERT INTO membership (home, household, person, from_day, relation, head) SELECT b.home, b.id, p.id, %d, 'kin', 0 FROM alias b JOIN alias p ON p.kind = 'person' AND p.key = 'd1'
		WHERE b.kind = 'household' AND b.key = 'b'`, today-100))
	for n, key := range []string{"h", "i", "c"} {
		plant(t, r, fmt.Sprintf("INSERT INTO dwelling (home, id, household, from_day, lat, lon) SELECT home, %d, id, 0, %f, 105.5 FROM alias WHERE kind = 'household' AND key = '%s'", 900001+n, 26.5+float64(n/2), key))
	}
}

// plant writes what officials and surveyors would have written long ago.
func plant(t *testing.T, r *register.Register, sql string) {
	t.Helper()
	err := r.DB.Tx(t.Context(), access.System("a test plants what is to be found"), func(tx store.Tx) error {
		n, err := tx.Exec(t.Context(), sql)
		if err == nil && n != 1 {
			t.Errorf("%d rows by %s", n, sql)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func screened(t *testing.T, r *register.Register) []string {
	t.Helper()
	j, err := r.Crosschecks.StartScreens(t.Context(), r.Scope(t, register.County, access.AssessRun), 11000000)
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
		t.Fatalf("%s %s", j.State, j.Error)
	}
	keys := map[int64]string{}
	type alias struct {
		id  int64
		key string
	}
	list, err := store.All(t.Context(), r.DB.In(access.System("a test reads keys")), "SELECT id, key FROM alias WHERE kind = $1", []any{registry.SubjectHousehold}, func(rows store.Rows, a *alias) error { return rows.Scan(&a.id, &a.key) })
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		keys[a.id] = a.key
	}
	var found []string
	for _, l := range leads(t, r) {
		signs, err := crosscheck.SignsOf(l)
		if err != nil || l.How != crosscheck.ByScreen {
			t.Fatalf("%+v %v", l, err)
		}
		text := l.Rule + " " + keys[l.Household]
		if signs.Moved {
			text += " moved"
		}
		found = append(found, text)
	}
	slices.Sort(found)
	return found
}

func TestWhatIsSeededIsRaisedAndOfACleanOneSurnameVillageNothing(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		oneSurname(t, r)
		want := []string{"G01 a", "G01 b moved", "G02 e", "G02 f", "G02 g", "G03 h", "G03 i"}
		for range 2 {
			if got := screened(t, r); !slices.Equal(got, want) {
				t.Errorf("raised %v, want %v", got, want)
			}
		}
	})
}
