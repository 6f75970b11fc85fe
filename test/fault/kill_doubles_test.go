package fault_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// doublesFile is three persons for each of n households; every fortieth is written once more, with a slip, two
// households later. There are enough for the register to teach a model of its own.
func doublesFile(n int) string {
	var b strings.Builder
	b.WriteString("key,hh,name,sex,birth,id,rel,fever\n")
	given := strings.Fields("Anna Bela Cora Dora Elin Fara Gala Hana Inga Jana Kara Lena Mira Nora Olga Pola Rina Sara Tova Vera")
	families := strings.Fields("Holm Berg Stern Sand Dahl Lund Strom Falk Brandt Koch Meer Vogel Winter Fuchs Horn Busch Kraus Sommer Keller Jung")
	for i := range 3 * n {
		relation, who := "kin", i
		if i%3 == 0 {
			relation = "head"
		}
		if i%40 == 39 {
			who = i - 6
		}
		x := uint64(who)*2654435761 + 12345
		name := given[x>>7%20] + " " + families[x>>13%20]
		if who != i {
			name = strings.Replace(name, "a", "aa", 1)
		}
		fmt.Fprintf(&b, "p%05d,h%05d,%s,f,%d-%02d-%02d,,%s,\n", i, i/3, name, 1940+x>>5%60, 1+x>>11%12, 1+x>>17%28, relation)
	}
	return b.String()
}

// doubles are the pairs of a register by the keys of its files, with their zone, probability and state.
func doubles(t testing.TB, db *sql.DB) []string {
	t.Helper()
	names := namesOf(t, db)
	var list []string
	for _, row := range texts(t, db, "SELECT one, other, zone, probability, state, entity, overlap FROM duplicate_pair") {
		sides := []string{names[row[0]], names[row[1]]}
		slices.Sort(sides)
		row[5] = names[row[5]]
		list = append(list, strings.Join(append(sides, row[2:]...), "|"))
	}
	slices.Sort(list)
	return list
}

// compared serves until the whole register was compared with itself.
func (w *world) compared(t *testing.T, args ...string) []string {
	t.Helper()
	server := w.serve(t, args...)
	db := w.sql(t)
	defer db.Close()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		left, err := tryTexts(db, "SELECT id FROM job WHERE kind = 'duplicates' AND state = 'done'")
		if err == nil && len(left) > 0 {
			break
		}
		if time.Since(began) > patience {
			t.Fatalf("the register is not compared: %v\n%s", err, &server.out)
		}
	}
	w.untilIdle(t, server)
	if err := server.stop(); err != nil {
		t.Errorf("the server stopped with %v\n%s", err, &server.out)
	}
	checkHouse(t, db)
	return doubles(t, db)
}

func TestAComparisonOfTheRegisterThatIsKilledAnywhereGoesOnAndEndsWithTheSamePairs(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	each(t, func(t *testing.T, server string) {
		source, files := empty(t, server), t.TempDir()
		withHouseholds(t, source, files)
		write(t, files, doublesFile(herds), personMap)
		source.imports(t, files)
		calm := source.copied(t)
		began := time.Now()
		want := calm.compared(t, "--now", later())
		took := time.Since(began)
		if len(want) < 20 {
			t.Fatalf("only %d pairs to find", len(want))
		}
		for i := range points(8) {
			t.Run(strconv.Itoa(i), func(t *testing.T) { killComparison(t, source.copied(t), want, took, random) })
		}
	})
}

// killComparison kills the program once or twice while it compares the register, and lets it end.
func killComparison(t *testing.T, w *world, want []string, took time.Duration, random *rand.Rand) {
	for kills := 1 + random.IntN(2); kills > 0; kills-- {
		victim := w.serve(t, "--now", later())
		after := time.Duration(random.Int64N(int64(took)))
		time.Sleep(after)
		victim.kill()
		w.settle(t)
		db := w.sql(t)
		checkHouse(t, db)
		t.Logf("killed after %v with %d pairs stored", after.Round(time.Millisecond), len(doubles(t, db)))
		db.Close()
	}
	if got := w.compared(t, "--now", later()); !slices.Equal(got, want) {
		t.Errorf("%d pairs, undisturbed %d:\n%s\nundisturbed:\n%s", len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
