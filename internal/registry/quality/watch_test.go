package quality_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry/quality"
	"rightkey/test/register"
)

func TestAChangeIsFollowedAndFixesOrBringsBackExactlyItsProblems(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		run(t, r)
		watcher := quality.NewWatcher(r.Quality)
		catch := func() {
			t.Helper()
			if err := watcher.Catch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		catch() // a register that was never watched is looked at as a whole
		r.Settle(t)
		with := func(changed map[string]string) []string {
			var list []string
			for _, p := range townProblems {
				if next, ok := changed[p]; ok {
					p = next
				}
				if p != "" {
					list = append(list, p)
				}
			}
			return list
		}
		edit(t, r, "household", "e", change.Values{"drift_nets": int64(4)})
		catch()
		same(t, r, with(map[string]string{"e H06a open": "e H06a fixed"})...)

		// One of three gives its motto up: then nobody has more than two fellows.
		edit(t, r, "household", "c", change.Values{"motto": "alone"})
		catch()
		mottoes := map[string]string{"e H06a open": "e H06a fixed", "c H04 open": "c H04 fixed", "d H04 open": "d H04 fixed", "e H04 open": "e H04 fixed"}
		same(t, r, with(mottoes)...)

		edit(t, r, "household", "c", change.Values{"motto": "all tides"})
		edit(t, r, "household", "e", change.Values{"drift_nets": int64(0)})
		catch()
		same(t, r, townProblems...)
		again, err := r.Quality.Blocking(t.Context(), r.Scope(t, register.County, access.HouseholdRead), id(t, r, "household", "e"))
		if err != nil || len(again) != 0 {
			t.Errorf("a household with listed problems alone is blocked by %v %v", again, err)
		}
		blocking, err := r.Quality.Blocking(t.Context(), r.Scope(t, register.County, access.HouseholdRead), id(t, r, "household", "b"))
		if err != nil || len(blocking) != 1 || blocking[0].Rule != "H01" || blocking[0].Role != "township-clerk" {
			t.Errorf("b is blocked by %+v %v", blocking, err)
		}
		hidden, err := r.Quality.Blocking(t.Context(), r.Scope(t, register.South, access.HouseholdRead), id(t, r, "household", "b"))
		if err != nil || len(hidden) != 0 {
			t.Errorf("another county sees %+v %v", hidden, err)
		}
		edit(t, r, "person", "b0", change.Values{"salt_fever": true})
		edit(t, r, "household", "b", change.Values{"lamp": true})
		catch()
		same(t, r, append(with(nil), "b0 H02 open", "b item:household.moored_on open")...)
	})
}

func TestManyChangesAreFollowedByOneRun(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		watcher := quality.NewWatcher(r.Quality)
		if err := watcher.Catch(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Settle(t)
		var hearths []register.Hearth
		for i := range 320 {
			hearths = append(hearths, register.Hearth{Key: key(i), Area: "11001001", Souls: i % 2})
		}
		r.Fill(t, hearths...)
		if err := watcher.Catch(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Settle(t)
		if n := len(problems(t, r)); n != 160 {
			t.Errorf("%d problems of households without a keeper, want 160", n)
		}
	})
}

func key(i int) string {
	return string(rune('a'+i/26/26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}
