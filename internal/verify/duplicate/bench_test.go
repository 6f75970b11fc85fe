package duplicate_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// looks is how many looks one account makes: fewer than the limit of an hour.
const looks = 500

// BenchmarkLook looks for a newcomer, every second of whom is registered with a slip, in a register of
// RIGHTKEY_BENCH_PERSONS persons (a million if unset) on SQLite, which stays in RIGHTKEY_BENCH_DATA if that is set. It reports the time within which 99 of 100 are
// answered, and how many times longer the middle one takes than reading one household.
func BenchmarkLook(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("RIGHTKEY_BENCH_PERSONS"))
	if err != nil {
		n = 1_000_000
	}
	r := standing(b, cmp.Or(os.Getenv("RIGHTKEY_BENCH_DATA"), b.TempDir()), n)
	if err := exec.Command("sync").Run(); err != nil { // what filling has left to write is not the looks'
		b.Fatal(err)
	}
	list := someOf(b, r, 2000)
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // about what a server has that lives in 32 MB
	var took, read []time.Duration
	account := 100 + rand.Int64N(1<<40) // whose looks of the last hour nobody counted
	for b.Loop() {
		account++
		r.Grant(account, fmt.Sprint("person-", account), "county-office")
		scope := r.Scope(b, account, access.HouseholdEdit)
		for i := range looks {
			known := list[(int(account)*looks+i)%len(list)]
			who := registry.Identity{Area: known.Area, Name: known.Name + "n", Sex: "f", Birth: known.Birth}
			if i%2 == 1 {
				born := clock.Date(1941+i%50, 1+i%12, 29-i%7)
				who.Birth = &born
			}
			began := time.Now()
			if _, err := r.Duplicates.Look(b.Context(), scope, who); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
			began = time.Now()
			if _, err := r.Registry.Found(b.Context(), scope, []int64{known.Household}); err != nil {
				b.Fatal(err)
			}
			read = append(read, time.Since(began))
		}
	}
	slices.Sort(took)
	slices.Sort(read)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2])/float64(read[len(read)/2]), "times-a-household")
	b.ReportMetric(float64(n), "persons")
}

// standing is a register of so many persons in a folder: the one that stands there, or else a new one.
func standing(b *testing.B, folder string, n int) *register.Register {
	b.Helper()
	path := filepath.Join(folder, "keys")
	keys, err := crypt.Create(path)
	if errors.Is(err, os.ErrExist) {
		keys, err = crypt.Load(path)
	}
	if err != nil {
		b.Fatal(err)
	}
	s := stand.New(b, storetest.Open(b, filepath.Join(folder, "register.db")), register.Widths)
	s.Keys = journal.NewKeys(keys, s.Raw)
	r := register.Open(b, s, os.DirFS("../../policy/testdata"), "ostania")
	found := 0
	if err := store.One(b.Context(), r.Raw, "SELECT count(*) FROM person WHERE 1 = 1", nil, &found); err != nil {
		b.Fatal(err)
	}
	switch found {
	case n:
	case 0:
		coast(b, r, n)
	default:
		b.Fatalf("a register of %d persons stands in the folder, not of %d", found, n)
	}
	return r
}

// someOf are so many persons of all places of a register.
func someOf(t testing.TB, r *register.Register, n int) []registry.Identity {
	t.Helper()
	ids, err := store.All(t.Context(), r.DB.In(all), "SELECT id FROM person WHERE {checked} ORDER BY id * 7919 % 1000003 LIMIT $1", []any{n}, func(rows store.Rows, id *int64) error { return rows.Scan(id) })
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Registry.IdentitiesOf(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A canton of the coast has so many parishes, each of so many hamlets, about as a county its townships and villages.
const (
	cantons  = 3
	parishes = 20
	hamlets  = 15
)

// coast fills a register by imports with so many persons in three cantons. Few surnames are frequent and many rare;
// each has a number and a date of birth.
func coast(t testing.TB, r *register.Register, n int) {
	t.Helper()
	areas := strings.Builder{}
	areas.WriteString("code,name\n")
	var places []string
	for c := range cantons {
		fmt.Fprintf(&areas, "%d,Canton %d\n", 21+c, c)
		for p := range parishes {
			fmt.Fprintf(&areas, "%d%03d,Parish %d\n", 21+c, 1+p, p)
			for h := range hamlets {
				places = append(places, fmt.Sprintf("%d%03d%03d", 21+c, 1+p, 1+h))
				fmt.Fprintf(&areas, "%s,Hamlet %d\n", places[len(places)-1], h)
			}
		}
	}
	r.LoadAreas(t, areas.String())
	random := rand.New(rand.NewPCG(2014, 7))
	const hearth, portion = 3, 60_000 // persons
	var households, persons strings.Builder
	var family string
	for i := range n {
		relation := "kin"
		if i%hearth == 0 {
			relation, family = "head", surname(random)
			fmt.Fprintf(&households, "h%d,%s\n", i/hearth, places[random.IntN(len(places))])
		}
		fmt.Fprintf(&persons, "p%d,h%d,%s %s,%s,%s,%s,%s\n", i, i/hearth, word(random.IntN(1600)), family, []string{"f", "m"}[random.IntN(2)], relation,
			number(100_000_000+i), clock.Date(1940+random.IntN(70), 1+random.IntN(12), 1+random.IntN(28)))
		if i%portion == portion-1 || i == n-1 {
			fill(t, r, households.String(), persons.String())
			households.Reset()
			persons.Reset()
		}
	}
}

// surname is one of 6,400, of which the k-th is drawn about as often as 1/k.
func surname(random *rand.Rand) string {
	return word(1600+int(math.Pow(6400, random.Float64()))) + "a"
}

// word is a word of two syllables or three.
func word(n int) string {
	consonants, vowels := "bdfghklmnprstvwz", "aeiou"
	text := ""
	for range 2 + n/1600%2 {
		text += string(consonants[n%16]) + string(vowels[n/16%5])
		n = n/80*31 + n%80
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// number is a valid soul number that begins with these nine digits.
func number(digits int) string {
	sum := 0
	for i, rest := 0, digits; rest > 0; i, rest = i+1, rest/10 {
		d := rest % 10
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprintf("%d%d", digits, (10-sum%10)%10)
}
