package crosscheck_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/hamlets"
	"rightkey/test/register"
)

// purses are the files of the made-up country with a sealed item of households, and a screen that compares its answers.
func purses(t *testing.T) fstest.MapFS {
	t.Helper()
	files := hamlets.Country(t)
	pack, checks := files["ostania/pack.yaml"], files["ostania/checks.yaml"]
	before := "  - {code: salt_fever,"
	pack.Data = bytes.Replace(pack.Data, []byte(before), []byte("  - {code: purse, subject: household, section: hearth, kind: text, label: {en: Purse}, class: P4, purpose: [register], source: Hearth Act 9}\n"+before), 1)
	checks.Data = append(checks.Data, strings.NewReplacer("code: G02", "code: G04", "shared_phone", "shared_answer\n    item: purse", "one telephone", "one purse").Replace(hamlets.Phones(checks.Data))...)
	return files
}

// A village of one surname, so that a screen by names would flag everybody. Seeded: the wife's brother of an official is
// on the register (a), the official's son moved into a household on it (b), the official's wife came from a household
// on it at her marriage (j) and her sister left that one for another (k); three households have one telephone (e, f, g),
// three one purse (o, p, q), two stand at one point (h, i) and two show one picture (l, m). c is kin of nobody; d is the
// official's own and not on the register; at a third move (r) nobody is near the official any more.
func oneSurname(t *testing.T, r *register.Register) {
	t.Helper()
	households, persons := "key,area,status,nets,catch,horn,purse\n", "key,hh,name,sex,rel,id,born\n"
	for i := range 60 {
		key, status, horn := fmt.Sprint("n", i), "stranded", fmt.Sprintf("100200%04d", i)
		purse := fmt.Sprintf("60000%04d", i)
		if i < 18 {
			key = string(rune('a' + i))
		}
		if key == "d" {
			status = "afloat"
		}
		if strings.Contains("efg", key) {
			horn = "1009999999"
		}
		if strings.Contains("opq", key) {
			purse = "600 009 999"
		}
		households += key + ",11001001," + status + ",1,10," + horn + "," + purse + "\n"
		persons += fmt.Sprintf("%s0,%s,Jon Holm,m,head,,19%02d-03-04\n", key, key, 20+i)
	}
	persons += "d1,d,Son Holm,m,kin,,1990-01-01\nd2,d,Wife Holm,f,kin,,1965-01-01\nk1,k,Sister Holm,f,kin,,1968-01-01\nr1,r,Niece Holm,f,kin,,1988-01-01\n"
	mapping := register.Households
	mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "horn": "horn", "purse": "purse"}
	r.ImportCSV(t, mapping, households)
	r.ImportCSV(t, souls, persons)
	plant(t, r, "INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-4', home, 'record', id, 'self', 0, 4 FROM alias WHERE kind = 'household' AND key = 'd'")
	plant(t, r, "INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-4', home, 'record', id, 'in_law', 0, 4 FROM alias WHERE kind = 'person' AND key = 'a0'")
	today := int64(r.Today)
	plant(t, r, fmt.Sprintf("UPDATE membership SET to_day = %d WHERE {checked} AND person IN (SELECT id FROM alias WHERE kind = 'person' AND key = 'd1')", today-100))
	plant(t, r, fmt.Sprintf(`INSERT INTO membership (home, household, person, from_day, relation, head) SELECT b.home, b.id, p.id, %d, 'kin', 0 FROM alias b JOIN alias p ON p.kind = 'person' AND p.key = 'd1'
		WHERE b.kind = 'household' AND b.key = 'b'`, today-100))
	for _, long := range []struct{ person, from string }{{"d2", "j"}, {"k1", "j"}, {"r1", "k"}} { // lived there before
		plant(t, r, fmt.Sprintf(`INSERT INTO membership (home, household, person, from_day, to_day, relation, head) SELECT b.home, b.id, p.id, %d, %d, 'kin', 0 FROM alias b JOIN alias p ON p.kind = 'person' AND p.key = '%s'
			WHERE b.kind = 'household' AND b.key = '%s'`, today-20000, today-9000, long.person, long.from))
		plant(t, r, fmt.Sprintf("UPDATE membership SET from_day = %d WHERE {checked} AND to_day IS NULL AND person IN (SELECT id FROM alias WHERE kind = 'person' AND key = '%s')", today-9000, long.person))
	}
	picture := scene()
	for key, side := range map[string]int{"l": 400, "m": 150} {
		attach(t, r, key, picture, side)
	}
	for n, key := range []string{"h", "i", "c"} {
		plant(t, r, fmt.Sprintf("INSERT INTO dwelling (home, id, household, from_day, lat, lon) SELECT home, %d, id, 0, %f, 105.5 FROM alias WHERE kind = 'household' AND key = '%s'", 900001+n, 26.5+float64(n/2)+float64(n)*0.000009, key))
	}
}

// scene is a made-up picture by its light at a place, both from 0 to 1.
func scene() func(x, y float64) uint8 {
	return func(x, y float64) uint8 { return uint8(128 + 60*math.Sin(9*x+4*y) + 60*math.Cos(13*y*x-5*x)) }
}

// attach adds a photo to a household: the scene at a size of its own.
func attach(t *testing.T, r *register.Register, key string, light func(x, y float64) uint8, side int) {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			picture.SetGray(x, y, color.Gray{Y: light(float64(x)/float64(side), float64(y)/float64(side))})
		}
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: 40 + side/10}); err != nil {
		t.Fatal(err)
	}
	var id int64
	if err := store.One(t.Context(), r.DB.In(access.System("a test reads keys")), "SELECT id FROM alias WHERE kind = 'household' AND key = $1", []any{key}, &id); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Registry.Attach(t.Context(), r.Scope(t, register.County, access.HouseholdEdit), registry.Attaching{Household: id, Kind: registry.HousePhoto}, file.Bytes()); err != nil {
		t.Fatal(err)
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
	hamlets.Under(t, purses(t), register.Areas, func(t *testing.T, r *register.Register) {
		oneSurname(t, r)
		want := []string{"G01 a", "G01 b moved", "G01 j", "G01 k", "G02 e", "G02 f", "G02 g", "G03 h", "G03 i", "G04 o", "G04 p", "G04 q", "G05 l", "G05 m"}
		for range 2 {
			if got := screened(t, r); !slices.Equal(got, want) {
				t.Errorf("raised %v, want %v", got, want)
			}
		}
	})
}
