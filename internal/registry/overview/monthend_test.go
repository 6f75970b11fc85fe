package overview_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/store"
	"rightkey/test/register"
	"rightkey/test/stand"
)

var ctx = context.Background()

var hearths = registry.Mapping{Subject: "household", Source: "hearth", Key: "key", Area: "area", Day: "2014-11-10", Columns: map[string]string{"status": "status"}}

// hamlet is rows of a file: so many households of a status in an area.
func hamlet(key, area, status string, n int) string {
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, "%s%d,%s,%s\n", key, i, area, status)
	}
	return rows.String()
}

// shown are the households and the poor of an area at the end of each month, as who may read rows sees them.
func shown(t *testing.T, r *register.Register, m *overview.MonthEnds, account, key int64, rows bool) (all, poor []float64) {
	t.Helper()
	trend, err := m.Trend(ctx, r.Scope(t, account, access.Statistics), overview.NewService(r.Registry, nil), key, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, month := range trend {
		n, telling := month.Part.Value(overview.Households)
		p, tellingPoor := month.Part.Value(overview.PoorHouseholds)
		if telling != overview.Told {
			n = -1
		}
		if tellingPoor != overview.Told {
			p = -1
		}
		all, poor = append(all, n), append(poor, p)
	}
	return all, poor
}

// frozen asks for the freezing of what is due, waits for the job and says that so many months were frozen.
func frozen(t *testing.T, r *register.Register, want int) {
	t.Helper()
	count := func(sql string) (n int) {
		if err := store.One(ctx, r.Raw, sql, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const months, waiting = "SELECT count(*) FROM month_end WHERE frozen IS NOT NULL", "SELECT count(*) FROM job WHERE kind = 'month-ends' AND state IN ('queued', 'running')"
	before := count(months)
	if err := r.MonthEnds.Ask(ctx); err != nil {
		t.Fatal(err)
	}
	for tries := 0; count(waiting) > 0; tries++ {
		if tries > 6000 {
			t.Fatal("the job does not end")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if failed := count("SELECT count(*) FROM job WHERE kind = 'month-ends' AND state <> 'done'"); failed > 0 {
		t.Fatal("a job has failed")
	}
	if n := count(months) - before; n != want {
		t.Fatalf("%d months frozen, want %d", n, want)
	}
}

func equal(t *testing.T, what string, got []float64, want ...float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

func TestAMonthsEndIsFrozenOnceAndStaysAsItWas(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		m := r.MonthEnds
		freeze := func(want int) { t.Helper(); frozen(t, r, want) }
		freeze(0) // nobody is registered
		r.ImportCSV(t, hearths, "key,area,status\n"+hamlet("a", "11001001", "stranded", 4)+hamlet("b", "11001002", "afloat", 3))
		freeze(1) // November; December has not ended
		freeze(0)
		all, poor := shown(t, r, m, register.County, 11000000, true)
		equal(t, "November", all, 7)
		equal(t, "the poor of November", poor, 4)
		// Who stands on the register late, and what is put right late, shows later only.
		late := hearths
		late.Source, late.Day = "late", "2014-11-20"
		r.ImportCSV(t, late, "key,area,status\n"+hamlet("c", "11001001", "stranded", 2))
		r.Clock.Set(clock.Date(2015, 2, 3).Start(time.UTC))
		freeze(2) // December and January, after the program had stood still
		all, _ = shown(t, r, m, register.County, 11000000, true)
		equal(t, "three months", all, 7, 9, 9)
		all, _ = shown(t, r, m, register.County, 0, true)
		equal(t, "everywhere", all, 7, 9, 9)
		// The figures of an area that becomes another go on under the new key.
		admin := stand.Scope(t, r.Caller(1, "admin", "administrator"), access.AreaEdit)
		if _, err := r.Areas.Announce(ctx, admin, area.Change{From: 11001002, To: 11001001, Kind: area.Merged, Day: clock.Date(2015, 2, 10)}); err != nil {
			t.Fatal(err)
		}
		r.Clock.Set(clock.Date(2015, 3, 3).Start(time.UTC))
		if _, err := r.Registry.FollowAreas(ctx); err != nil {
			t.Fatal(err)
		}
		freeze(1)
		all, poor = shown(t, r, m, register.County, 11001001, true)
		equal(t, "with the area it took in", all, 7, 9, 9, 9)
		equal(t, "the poor with it", poor, 4, 6, 6, 6)
	})
}

func TestAMonthKeepsWhatAssessmentsSaid(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, register.Hearth{Key: "a", Area: "11001001", Catch: "1", Souls: 3}, register.Hearth{Key: "b", Area: "11001001", Catch: "900000", Souls: 2}, register.Hearth{Key: "c", Area: "11001002", Souls: 4})
		r.JudgeOn(t, clock.Date(2004, 12, 31))
		var poor, well int64 // welfare per person
		for _, of := range []struct {
			verdict string
			into    *int64
		}{{"poor", &poor}, {"not_poor", &well}} {
			if err := store.One(ctx, r.Raw, "SELECT welfare FROM assessment WHERE verdict = $1", []any{of.verdict}, of.into); err != nil {
				t.Fatal(err)
			}
		}
		r.Clock.Set(clock.Date(2015, 1, 3).Start(time.UTC))
		if err := r.MonthEnds.Ask(ctx); err != nil {
			t.Fatal(err)
		}
		r.Settle(t)
		measures := func(key int64) (welfare, judged float64) {
			trend, err := r.MonthEnds.Trend(ctx, r.Scope(t, register.County, access.Statistics), overview.NewService(r.Registry, nil), key, true)
			if err != nil || len(trend) == 0 {
				t.Fatal(len(trend), err)
			}
			last := trend[len(trend)-1].Part
			welfare, _ = last.Value(overview.Welfare)
			judged, _ = last.Value(overview.Judged)
			return welfare, judged
		}
		welfare, judged := measures(11000000)
		equal(t, "welfare and rate", []float64{welfare, judged}, float64(3*poor+2*well)/5, 60)
		if _, telling := func() (float64, overview.Telling) {
			trend, err := r.MonthEnds.Trend(ctx, r.Scope(t, register.County, access.Statistics), overview.NewService(r.Registry, nil), 11001002, true)
			if err != nil {
				t.Fatal(err)
			}
			return trend[len(trend)-1].Part.Value(overview.Judged)
		}(); telling != overview.None {
			t.Error("a hamlet in which nobody could be judged has a rate")
		}
	})
}

func TestAnInterruptedFreezingBeginsAnew(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		m := r.MonthEnds
		r.ImportCSV(t, hearths, "key,area,status\n"+hamlet("a", "11001001", "stranded", 4))
		for _, sql := range []string{"INSERT INTO month_end (month, claimed, claim) VALUES ($1, $2, 'gone')", "INSERT INTO month_figure (key, month, status, households, persons) VALUES (11, $1, 'stranded', $2, 1)"} {
			err := r.Raw.Tx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, sql, int64(clock.Date(2014, 11, 30)), int64(r.Clock.Now()))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		frozen(t, r, 0) // while another process works
		r.Clock.Set(r.Clock.Now() + clock.Time(11*60*1_000_000))
		frozen(t, r, 1) // after it was gone
		all, _ := shown(t, r, m, register.County, 11001001, true)
		equal(t, "November", all, 4)
	})
}

func TestAMonthTellsWhoMayNotReadRowsNoSmallFigures(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		m := r.MonthEnds
		r.ImportCSV(t, hearths, "key,area,status\n"+hamlet("a", "11001001", "stranded", 14)+hamlet("b", "11001001", "afloat", 30)+hamlet("c", "11001002", "stranded", 3)+hamlet("d", "11001002", "afloat", 40)+hamlet("e", "12001001", "stranded", 50)+hamlet("f", "12001001", "afloat", 60))
		frozen(t, r, 1)
		all, poor := shown(t, r, m, register.Analyst, 11001000, false)
		equal(t, "the parish", all, 87)
		equal(t, "its poor", poor, 17)
		all, poor = shown(t, r, m, register.Analyst, 11001002, false)
		equal(t, "the hamlet of few poor", all, 43)
		equal(t, "its poor", poor, -1)
		_, poor = shown(t, r, m, register.Analyst, 11001001, false)
		equal(t, "the poor of the other, from which they could be told", poor, -1)
		_, poor = shown(t, r, m, register.County, 11001002, true)
		equal(t, "who may read rows", poor, 3)
	})
}
