package crosscheck_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/register"
)

// hamlets are how many villages the county of these tests has, and of how many households.
const (
	hamlets   = 10
	perHamlet = 30
	recorders = 50 // the account of the first one: one for each village
)

// ofMany are screens on areas and accounts for the made-up country.
func ofMany(phones []byte) []byte {
	var text []byte
	for code, screen := range map[string]string{"G06": "village_rate", "G07": "copied_answer\n    within: 0", "G08": "heaped_income", "G09": "round_income\n    within: 100"} {
		text = append(text, strings.NewReplacer("code: G02", "code: "+code, "shared_phone", screen, "least: 3", "least: 10\n    beyond: \"3.5\"").Replace(string(phones))...)
	}
	return text
}

// recorded registers the villages, each by an account of its own. planted says what is wrong in a village.
func recorded(t *testing.T, r *register.Register, planted map[int]string) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 3))
	for village := range hamlets {
		rows := "key,area,status,nets,catch,share,lamp,boat\n"
		for i := range perHamlet {
			status, nets, catch, share := "afloat", 1+random.IntN(39), 1+random.IntN(9999), random.IntN(1000)
			if random.Float64() < 0.2 || planted[village] == "rate" && random.Float64() < 0.8 {
				status = "stranded"
			}
			if planted[village] == "copies" {
				nets, catch, share = 3, 500, 250
			}
			rows += fmt.Sprintf("v%dh%d,11001%03d,%s,%d,%d,0.%03d,%v,0%d\n", village, i, village+1, status, nets, catch, share, i%2 == 0 && planted[village] != "copies", 1+share%3)
		}
		account := int64(recorders + village)
		r.Grant(account, fmt.Sprint("person-", account), "county-office")
		mapping := register.Households
		mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "share": "tide_share", "lamp": "lamp", "boat": "boats"}
		written(t, r, account, mapping, rows)
	}
	type household struct{ home, id, area int64 }
	list, err := store.All(t.Context(), r.DB.In(access.System("a test judges")), "SELECT home, id, area FROM household WHERE {checked} ORDER BY area, id", nil, func(rows store.Rows, h *household) error { return rows.Scan(&h.home, &h.id, &h.area) })
	if err != nil {
		t.Fatal(err)
	}
	var judgements []string
	for i, h := range list {
		village := i / perHamlet
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

// written brings a file in as an account.
func written(t *testing.T, r *register.Register, account int64, m registry.Mapping, text string) {
	t.Helper()
	from, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := r.Scope(t, account, access.ImportRun)
	im, err := r.Registry.Upload(t.Context(), scope, "test.csv", from)
	if err == nil {
		im, err = r.Registry.Apply(t.Context(), scope, im.ID, im.Ver, m, registry.Stop)
	}
	if err != nil {
		t.Fatal(err)
	}
	if j := r.Wait(t, account, im.Job); j.State != job.Done || j.Counts.Rejected > 0 {
		t.Fatalf("import: %+v %s", j.Counts, j.Error)
	}
}

// areasOfMany are a county with its villages.
func areasOfMany() string {
	text := "code,name\n11,North\n11001,Cove\n12,South\n12001,Bay\n12001001,Kelp\n"
	for i := range hamlets {
		text += fmt.Sprintf("11001%03d,Hamlet %d\n", i+1, i+1)
	}
	return text
}

// A clean county raises nothing; in the other one a village has too many on the register, one account copies, one heaps
// incomes just below the line, and one writes round amounts. The lead on an account lies with the county, and whose
// account it is does not see it.
func TestAreasAndAccountsThatArePlantedAreRaisedAndOfACleanCountyNothing(t *testing.T) {
	planted := map[int]string{2: "rate", 4: "copies", 6: "heaps", 8: "rounds"}
	want := []string{"G06 area 11001003", "G07 account 54", "G08 account 56", "G09 account 58"}
	files := country(t)
	checks := files["ostania/checks.yaml"]
	checks.Data = append(checks.Data, ofMany([]byte(phones(checks.Data)))...)
	for _, c := range []struct {
		name    string
		planted map[int]string
		want    []string
	}{{"clean", nil, nil}, {"planted", planted, want}} {
		t.Run(c.name, func(t *testing.T) {
			under(t, files, areasOfMany(), func(t *testing.T, r *register.Register) {
				recorded(t, r, c.planted)
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
