package crosscheck_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/hamlets"
	"rightkey/test/register"
)

// judged gives the households of the villages their welfare and an income each. planted says what is wrong in a village.
func judged(t *testing.T, r *register.Register, random *rand.Rand, planted map[int]string) {
	t.Helper()
	type household struct{ home, id, area int64 }
	list, err := store.All(t.Context(), r.DB.In(access.System("a test judges")), "SELECT home, id, area FROM household WHERE {checked} ORDER BY area, id", nil, func(rows store.Rows, h *household) error { return rows.Scan(&h.home, &h.id, &h.area) })
	if err != nil {
		t.Fatal(err)
	}
	var judgements []string
	for i, h := range list {
		village := i / hamlets.PerVillage
		welfare, minor := 910+random.IntN(180), 1001+random.IntN(8000)
		if planted[village] == "heaps" {
			welfare = 920 + random.IntN(70)
		}
		if planted[village] == "rounds" || minor%100 == 0 {
			minor = minor / 100 * 100
		}
		judgements = append(judgements, fmt.Sprintf(`INSERT INTO assessment (home, id, household, area, run, day, at, account, pack, version, hash, verdict, welfare, line, persons, inputs, reason)
			VALUES (%d, %d, %d, %d, 0, 0, 0, 0, '', '', '', 'poor', %d, 1000, 1, '', '')`, h.home, 700001+i, h.id, h.area, welfare), fmt.Sprintf(`INSERT INTO entry (home, id, household, subject, class, source, from_day, to_day, minor, currency, origin) VALUES (%d, %d, %d, 'income', 'farm', '', 0, 0, %d, 'OST', '')`,
			h.home, 800001+i, h.id, minor))
	}
	err = r.DB.Tx(t.Context(), access.System("a test judges"), func(tx store.Tx) error {
		for _, sql := range judgements {
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A clean county raises nothing; in the other one a village has too many on the register, one account copies, one heaps
// incomes just below the line, and one writes round amounts. The lead on an account lies with the county, and whose
// account it is does not see it.
func TestAreasAndAccountsThatArePlantedAreRaisedAndOfACleanCountyNothing(t *testing.T) {
	planted := map[int]string{2: "rate", 4: "copies", 6: "heaps", 8: "rounds"}
	want := []string{"G06 area 11001003", "G07 account 54", "G08 account 56", "G09 account 58"}
	files := hamlets.Country(t)
	checks := files["ostania/checks.yaml"]
	checks.Data = append(checks.Data, hamlets.OfMany([]byte(hamlets.Phones(checks.Data)))...)
	for _, c := range []struct {
		name    string
		seed    uint64
		planted map[int]string
		want    []string
	}{{"clean", 3, nil, nil}, {"planted", 3, planted, want}, {"planted by another seed", 8, planted, want}} {
		t.Run(c.name, func(t *testing.T) {
			hamlets.Under(t, files, hamlets.Areas(), func(t *testing.T, r *register.Register) {
				random := rand.New(rand.NewPCG(c.seed, c.seed))
				hamlets.Record(t, r, random, c.planted)
				judged(t, r, random, c.planted)
				for range 2 {
					if got := ofManyRaised(t, r); !slices.Equal(got, c.want) {
						t.Errorf("raised %v, want %v", got, c.want)
					}
				}
				if c.want != nil {
					staysWithTheCounty(t, r)
				}
			})
		})
	}
}

func ofManyRaised(t *testing.T, r *register.Register) []string {
	t.Helper()
	j, err := r.Crosschecks.StartScreens(t.Context(), r.Scope(t, register.County, access.AssessRun), 11000000)
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
		t.Fatalf("%s %s", j.State, j.Error)
	}
	var found []string
	for _, l := range leads(t, r) {
		if l.Household != 0 || l.Number != "" {
			t.Errorf("a lead on a household: %+v", l)
		}
		found = append(found, fmt.Sprint(l.Rule, " ", l.SubjectKind, " ", l.Subject))
	}
	slices.Sort(found)
	return found
}

func staysWithTheCounty(t *testing.T, r *register.Register) {
	t.Helper()
	ctx := t.Context()
	for _, l := range leads(t, r) {
		if l.SubjectKind != crosscheck.AboutAccount {
			continue
		}
		if _, err := r.Crosschecks.Get(ctx, r.Scope(t, l.Subject, access.CaseRead), l.ID); err == nil {
			t.Errorf("account %d sees the lead on what it recorded", l.Subject)
		}
		if _, err := r.Crosschecks.Get(ctx, r.Scope(t, register.Clerk, access.CaseRead), l.ID); err == nil {
			t.Error("the township sees a lead on an account of the county")
		}
		l, err := r.Crosschecks.Confirm(ctx, r.Scope(t, register.County, access.HouseholdEdit), l.ID, l.Ver, "the sheets are in one hand")
		if err != nil || l.State != crosscheck.Confirmed {
			t.Errorf("%+v %v", l, err)
		}
	}
}
