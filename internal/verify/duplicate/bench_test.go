package duplicate_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// looks is how many looks one account makes: fewer than the limit of an hour.
const looks = 500

// BenchmarkLook looks for a newcomer, every second of whom is registered with a slip, in a register of
// RIGHTKEY_BENCH_PERSONS persons (a million if unset) on SQLite. It reports the time within which 99 of 100 are
// answered, and how many times longer the middle one takes than reading one household.
func BenchmarkLook(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("RIGHTKEY_BENCH_PERSONS"))
	if err != nil {
		n = 1_000_000
	}
	r := register.Open(b, stand.New(b, storetest.SQLite(b), register.Widths), os.DirFS("../../policy/testdata"), "ostania")
	r.LoadAreas(b, register.Areas)
	crowd(b, r, n)
	list, err := r.Registry.Identities(b.Context(), 0, 0, 2000)
	if err != nil {
		b.Fatal(err)
	}
	var took, read []time.Duration
	account := int64(100)
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
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2])/float64(read[len(read)/2]), "times-a-household")
}
