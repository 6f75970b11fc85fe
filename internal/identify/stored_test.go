package identify_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// endOf2004 is a day on which the made-up country's line is 120.
var endOf2004 = clock.Date(2004, 12, 31)

// hearths are a poor household, one on the line, one above it, one whose catch nobody knows, and one without members.
var hearths = []register.Hearth{
	{Key: "poor", Area: "11001001", Catch: "302", Souls: 3}, // (302 - 2.5) / 3 is 99.83: 100
	{Key: "on-line", Area: "11001001", Catch: "362", Souls: 3},
	{Key: "above", Area: "11001002", Catch: "702", Souls: 2},
	{Key: "open", Area: "11002001", Souls: 4},
	{Key: "empty", Area: "12001001", Catch: "10"},
}

// households lists the register's households by the key of hearths; the order of import is that of their numbers.
func households(t *testing.T, r *register.Register) map[string]registry.Household {
	t.Helper()
	list, err := r.Registry.List(t.Context(), r.Scope(t, register.County, access.HouseholdList), registry.Filter{}, registry.Position{}, 100)
	if err != nil || len(list) != len(hearths) {
		t.Fatalf("%d households, %v", len(list), err)
	}
	byKey := map[string]registry.Household{}
	for i, h := range list { // both by area, then by age
		byKey[hearths[i].Key] = h
	}
	return byKey
}

func TestARunKeepsVerdictWelfareLineAndReason(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		run := r.Judge(t, identify.RunArgs{Day: endOf2004})
		scope := r.Scope(t, register.County, access.HouseholdRead)
		cases := map[string]struct {
			outcome identify.Outcome
			welfare int64 // -1: none
			persons int64
			reason  string
		}{
			"poor":    {identify.Poor, 100, 3, "Catch per soul 100 OST is below the line of 120 OST (Island line) on 31 Dec 2004: poor. 299.5 for 3 souls. Catch per soul higher by 21 OST would change this."},
			"on-line": {identify.Poor, 120, 3, "Catch per soul 120 OST is exactly the line of 120 OST (Island line) on 31 Dec 2004: poor. 359.5 for 3 souls. Catch per soul higher by 1 OST would change this."},
			"above":   {identify.NotPoor, 350, 2, "Catch per soul 350 OST is not below the line of 120 OST (Island line) on 31 Dec 2004: not poor. 699.5 for 2 souls. Catch per soul lower by 230 OST would change this."},
			"open":    {identify.Unknown, -1, 4, "Catch per soul on 31 Dec 2004 cannot be computed: Value of the catch must be asked. ? for 4 souls."},
			"empty":   {identify.Unknown, -1, 0, "Catch per soul on 31 Dec 2004 cannot be computed: Souls must be asked. 7.5 for ? souls."},
		}
		for key, h := range households(t, r) {
			list, err := r.Identify.Of(t.Context(), scope, h, 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("%s: %d assessments, %v", key, len(list), err)
			}
			a, want := list[0], cases[key]
			if a.Outcome != want.outcome || a.Persons != want.persons || a.Reason["en"] != want.reason || (a.Welfare == nil) != (want.welfare < 0) || (a.Welfare != nil && *a.Welfare != want.welfare) {
				t.Errorf("%s: %s of %d persons, %q; want %+v", key, a.Outcome, a.Persons, a.Reason["en"], want)
			}
			if a.Run != run || a.Household != h.ID || a.Number != h.Number || a.Area != h.Area || a.Day != endOf2004 || a.Line == nil || *a.Line != 120 {
				t.Errorf("%s: %+v", key, a)
			}
			if a.Pack != "ostania" || a.Version != "1" || a.Hash != r.Pack.Hash || a.Basis.Rule != "catch" || a.Basis.Formula != "catch_per_head" || a.Basis.Line != "island" {
				t.Errorf("%s rests on %s %s %+v", key, a.Pack, a.Version, a.Basis)
			}
		}
	})
}

func TestARunChangesNoStatusAndNoVersion(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		before := households(t, r)
		r.Judge(t, identify.RunArgs{Day: endOf2004})
		if diff := cmp.Diff(before, households(t, r)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASecondRunGivesASecondAssessment(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		first := r.Judge(t, identify.RunArgs{Day: endOf2004})
		second := r.Judge(t, identify.RunArgs{Day: clock.Date(2005, 12, 31), Rule: "catch"})
		list, err := r.Identify.Of(t.Context(), r.Scope(t, register.County, access.HouseholdRead), households(t, r)["on-line"], 10)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d assessments, %v", len(list), err)
		}
		if list[0].Run != second || list[1].Run != first || *list[0].Line != 150 || *list[1].Line != 120 {
			t.Errorf("the assessments are %+v", list)
		}
		runs, err := r.Identify.Runs(t.Context(), r.Scope(t, register.Analyst, access.Statistics), 0, 10)
		if err != nil || len(runs) != 2 || runs[0].ID != second || runs[0].State != job.Done || runs[0].Percent != 100 || runs[1].Day != endOf2004 {
			t.Errorf("runs %+v, %v", runs, err)
		}
	})
}

func TestAssessmentsOutOfScopeAreAbsent(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		run := r.Judge(t, identify.RunArgs{Day: endOf2004})
		for account, want := range map[int64]int{register.County: 5, register.Clerk: 3, register.Village: 2, register.South: 1, register.Auditor: 5} {
			scope := r.Scope(t, account, access.HouseholdList)
			list, err := r.Identify.Browse(t.Context(), scope, identify.Selection{Run: run}, registry.Position{}, 100)
			if err != nil || len(list) != want {
				t.Errorf("account %d lists %d, want %d (%v)", account, len(list), want, err)
			}
			total, _, err := r.Identify.Headcount(t.Context(), r.Scope(t, account, access.Statistics), run, 0)
			if err != nil || total.Households != int64(want) {
				t.Errorf("account %d counts %d, want %d (%v)", account, total.Households, want, err)
			}
		}
		far := households(t, r)["empty"]
		if list, err := r.Identify.Of(t.Context(), r.Scope(t, register.Clerk, access.HouseholdRead), far, 10); err != nil || len(list) != 0 {
			t.Errorf("of a household far away: %v, %v", list, err)
		}
		if _, err := r.Identify.OfNumber(t.Context(), r.Scope(t, register.Clerk, access.HouseholdRead), far.Number, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("by its number: %v", err)
		}
		if _, err := r.Identify.Start(t.Context(), r.Scope(t, register.Clerk, access.AssessRun), identify.RunArgs{Area: far.Area, Day: endOf2004}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run far away: %v", err)
		}
	})
}

func TestARunOfPartOfTheCountryIsNoRunElsewhere(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		j, err := r.Identify.Start(t.Context(), r.Scope(t, register.Clerk, access.AssessRun), identify.RunArgs{Day: endOf2004})
		if err != nil {
			t.Fatal(err)
		}
		if j = r.Wait(t, register.Clerk, j.ID); j.State != job.Done || j.Counts.Created != 3 || j.Area != 11001000 {
			t.Errorf("the clerk's run: %+v", j)
		}
		if _, err := r.Identify.GetRun(t.Context(), r.Scope(t, register.South, access.Statistics), j.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the run in the other canton: %v", err)
		}
		if _, err := r.Identify.GetRun(t.Context(), r.Scope(t, register.Village, access.Statistics), j.ID); err != nil {
			t.Errorf("the run in the clerk's village: %v", err)
		}
	})
}

func TestWhatCannotBeRunIsRefusedWithTheReason(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		scope := r.Scope(t, register.County, access.AssessRun)
		for field, args := range map[string]identify.RunArgs{"day": {Day: r.Today + 1}, "rule": {Day: endOf2004, Rule: "nets"}} {
			_, err := r.Identify.Start(t.Context(), scope, args)
			var refused *fault.Error
			if !errors.As(err, &refused) || refused.Kind != fault.Invalid || !strings.Contains(fmt.Sprintf("%+v", refused.Details), field) {
				t.Errorf("%+v: %v", args, err)
			}
		}
	})
}

func TestReadingAssessmentsIsJournalled(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		run := r.Judge(t, identify.RunArgs{Day: endOf2004})
		scope := r.Scope(t, register.Village, access.HouseholdList)
		if _, err := r.Identify.Browse(t.Context(), scope, identify.Selection{Run: run, Outcome: identify.Poor}, registry.Position{}, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Identify.OfNumber(t.Context(), r.Scope(t, register.Village, access.HouseholdRead), households(t, r)["poor"].Number, 1); err != nil {
			t.Fatal(err)
		}
		n, err := r.Identify.Exported(t.Context(), r.Scope(t, register.County, access.ExportRun), identify.Selection{Run: run, Outcome: identify.Unknown}, []string{"number"})
		if err != nil || n != 2 {
			t.Errorf("%d to export, %v", n, err)
		}
		kinds, err := store.All(t.Context(), r.DB.In(access.System("what was journalled")), "SELECT kind, role FROM event WHERE {checked} AND kind LIKE 'assessment.%' ORDER BY id", nil,
			func(rows store.Rows, told *string) error {
				var kind, role string
				err := rows.Scan(&kind, &role)
				*told = kind + " by " + role
				return err
			})
		want := []string{"assessment.listed by village-official", "assessment.read by village-official", "assessment.exported by county-office"}
		if diff := cmp.Diff(want, kinds); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestTheHeadcountByAreaAddsUpOnEveryLevel(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, hearths...)
		run := r.Judge(t, identify.RunArgs{Day: endOf2004})
		scope := r.Scope(t, register.County, access.Statistics)
		want := map[int64]string{0: "5 households 2 poor 2 open, 12 persons 6 poor 4 open", 11000000: "4 households 2 poor 1 open, 12 persons 6 poor 4 open",
			11001000: "3 households 2 poor 0 open, 8 persons 6 poor 0 open", 11001001: "2 households 2 poor 0 open, 6 persons 6 poor 0 open"}
		var walk func(key int64, total identify.AreaCount)
		walk = func(key int64, total identify.AreaCount) {
			whole, parts, err := r.Identify.Headcount(t.Context(), scope, run, key)
			if err != nil {
				t.Fatal(err)
			}
			told := fmt.Sprintf("%d households %d poor %d open, %d persons %d poor %d open", whole.Households, whole.Poor, whole.Unknown, whole.Persons, whole.PoorPersons, whole.UnknownPersons)
			if text, ok := want[key]; ok && text != told {
				t.Errorf("%d: %s, want %s", key, told, text)
			}
			sum := identify.AreaCount{}
			for _, part := range parts {
				sum.Households, sum.Poor, sum.Unknown = sum.Households+part.Households, sum.Poor+part.Poor, sum.Unknown+part.Unknown
				sum.Persons, sum.PoorPersons, sum.UnknownPersons = sum.Persons+part.Persons, sum.PoorPersons+part.PoorPersons, sum.UnknownPersons+part.UnknownPersons
				if part.Area.Name == "" {
					t.Errorf("area %d has no name", part.Area.Key)
				}
				if part.Area.Key != key {
					walk(part.Area.Key, part)
				}
			}
			total.Area = whole.Area
			if diff := cmp.Diff(whole, sum); diff != "" {
				t.Errorf("%d: the parts do not add up: %s", key, diff)
			}
			if diff := cmp.Diff(whole, total); key != 0 && diff != "" {
				t.Errorf("%d: the count differs from that in the table above: %s", key, diff)
			}
		}
		walk(0, identify.AreaCount{})
	})
}

func TestWhoMayNotReadHouseholdsSeesCountsWithoutSmallCells(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		var many []register.Hearth
		for i := range 34 { // Reef: 12 poor and 12 not; Shoal: 10 poor; Kelp and Marram: one each
			h := register.Hearth{Key: fmt.Sprint("r", i), Area: "11001001", Catch: "100", Souls: 1}
			switch {
			case i >= 24:
				h.Area = "11001002"
			case i >= 12:
				h.Catch = "1000"
			}
			many = append(many, h)
		}
		r.Fill(t, append(many, register.Hearth{Key: "kelp", Area: "12001001", Catch: "100", Souls: 1}, register.Hearth{Key: "marram", Area: "11002001", Catch: "100", Souls: 1})...)
		run := r.Judge(t, identify.RunArgs{Day: endOf2004})
		if _, err := access.Decide(r.Who(register.Analyst), access.HouseholdList); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an analyst lists households: %v", err)
		}
		scope := r.Scope(t, register.Analyst, access.Statistics)
		told := func(key int64) string {
			total, areas, err := r.Identify.Headcount(t.Context(), scope, run, key)
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprintf("all %d/%d", total.Households, total.Poor)
			for _, c := range append(areas, total) {
				if c.Veil == identify.Hidden && (c.Households != 0 || c.Persons != 0 || c.Poor != 0) {
					t.Errorf("a hidden cell holds %+v", c)
				}
			}
			for _, c := range areas {
				text += fmt.Sprintf(", %s %d/%d", c.Area.Name, c.Households, c.Poor)
			}
			return text
		}
		// South has one household, so North is hidden with it, and with North everything below.
		for key, want := range map[int64]string{0: "all 36/24, North 0/0, South 0/0", 11000000: "all 0/0, Cove 0/0, Dune 0/0", 11001000: "all 0/0, Reef 0/0, Shoal 0/0", 12000000: "all 0/0, Bay 0/0"} {
			if got := told(key); got != want {
				t.Errorf("%d: %s, want %s", key, got, want)
			}
		}
		r.Grant(register.Analyst, "person-6", "analyst@11000000")
		scope = r.Scope(t, register.Analyst, access.Statistics)
		if got, want := told(0), "all 35/23, North 35/23"; got != want {
			t.Errorf("an analyst of North: %s, want %s", got, want)
		}
		r.Grant(register.Analyst, "person-6", "analyst", "county-office@12000000")
		scope = r.Scope(t, register.Analyst, access.Statistics)
		if got, want := told(0), "all 36/24, North 35/23, South 1/1"; got != want {
			t.Errorf("an analyst who is at home in South: %s, want %s", got, want)
		}
	})
}

// halting lets through some transactions that store assessments and then calls halt from within the next.
type halting struct {
	store.DB
	left atomic.Int64
	halt func()
}

func (h *halting) Tx(ctx context.Context, work func(store.Tx) error) error {
	return h.DB.Tx(ctx, func(tx store.Tx) error { return work(haltingTx{tx, h}) })
}

type haltingTx struct {
	store.Tx
	db *halting
}

func (tx haltingTx) Bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	if table == "assessment" && tx.db.left.Add(-1) == 0 {
		tx.db.halt()
	}
	return tx.Tx.Bulk(ctx, table, columns, rows)
}

func TestARunThatWasInterruptedJudgesEveryHouseholdOnce(t *testing.T) {
	const n = 700
	storetest.Each(t, func(t *testing.T, db store.DB) {
		h := &halting{DB: db}
		h.left.Store(-1)
		r := register.Open(t, stand.New(t, h, register.Widths), ostania(), ".")
		r.LoadAreas(t, register.Areas)
		var rows strings.Builder
		rows.WriteString("key,area,status,nets,catch\n")
		for i := range n {
			fmt.Fprintf(&rows, "k%d,%s,afloat,1,%d\n", i, []string{"11001001", "12001001", "11002001"}[i%3], i)
		}
		r.ImportCSV(t, register.Households, rows.String())

		h.halt = func() { go r.Stop() }
		h.left.Store(2)
		j, err := r.Identify.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), identify.RunArgs{Day: endOf2004})
		if err != nil {
			t.Fatal(err)
		}
		for h.left.Load() > 0 {
		}
		r.Stop()
		half, err := r.Jobs.Get(t.Context(), r.Who(register.County), j.ID)
		if err != nil || half.State != job.Running || half.Done == 0 || half.Done >= n || half.Done != half.Counts.Created {
			t.Fatalf("after the interruption: %+v, %v", half, err)
		}
		r.Clock.Set(r.Clock.Now().Add(60_000_000_000)) // after a minute a process without a sign of life counts as dead
		r.Rooms()
		r.Start(t)
		if j = r.Wait(t, register.County, j.ID); j.State != job.Done || j.Counts.In != n || j.Counts.Created != n {
			t.Fatalf("after the restart: %+v", j)
		}
		times, err := store.All(t.Context(), r.DB.In(access.System("how often each was judged")), "SELECT count(*) FROM assessment WHERE {checked} AND run = $1 GROUP BY household", []any{j.ID},
			func(rows store.Rows, n *int) error { return rows.Scan(n) })
		if err != nil || len(times) != n {
			t.Fatalf("%d households judged, %v", len(times), err)
		}
		for _, once := range times {
			if once != 1 {
				t.Fatalf("a household was judged %d times", once)
			}
		}
	})
}

// ostania are the files of the made-up country's pack.
func ostania() fs.FS { return os.DirFS("../policy/testdata/ostania") }
