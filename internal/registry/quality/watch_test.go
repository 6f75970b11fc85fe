package quality_test

import (
	"fmt"
	"slices"
	"strings"
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
		catch(t, r) // a register that was never watched is looked at as a whole
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
		catch(t, r)
		same(t, r, with(map[string]string{"e H06a open": "e H06a fixed"})...)

		// One of three gives its motto up: then nobody has more than two fellows.
		edit(t, r, "household", "c", change.Values{"motto": "alone"})
		catch(t, r)
		mottoes := map[string]string{"e H06a open": "e H06a fixed", "c H04 open": "c H04 fixed", "d H04 open": "d H04 fixed", "e H04 open": "e H04 fixed"}
		same(t, r, with(mottoes)...)

		edit(t, r, "household", "c", change.Values{"motto": "all tides"})
		edit(t, r, "household", "e", change.Values{"drift_nets": int64(0)})
		catch(t, r)
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
		catch(t, r)
		same(t, r, append(with(nil), "b0 H02 open", "b item:household.moored_on open")...)
	})
}

// catch lets the program follow what happened, and waits until what it asked for is done.
func catch(t *testing.T, r *register.Register) {
	t.Helper()
	r.Seal(t)
	if err := r.Quality.Catch(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Settle(t)
}

// looks are the kinds of the jobs that looked at households, in their order, with the households that they looked at.
func looks(t *testing.T, r *register.Register) (list []string) {
	t.Helper()
	jobs, err := r.Jobs.List(t.Context(), r.Who(register.County), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range slices.Backward(jobs) {
		if j.Kind == quality.JobKind || j.Kind == quality.ChangesKind {
			list = append(list, fmt.Sprint(j.Kind, " ", j.Counts.In, " ", j.State))
		}
	}
	return list
}

func TestARegisterThatSomebodyHadLookedThroughIsWatchedFromThereOn(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		r.Seal(t)
		run(t, r)
		catch(t, r)
		edit(t, r, "household", "e", change.Values{"drift_nets": int64(4)})
		catch(t, r)
		if got := looks(t, r); len(got) != 1 {
			t.Errorf("what was looked at: %v", got)
		}
		if !slices.Contains(problems(t, r), "e H06a fixed") {
			t.Errorf("the change was not followed: %v", problems(t, r))
		}
	})
}

func TestManyChangesAreFollowedByAJob(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		hearths := func(from, to int) (list []register.Hearth) {
			for i := from; i < to; i++ {
				list = append(list, register.Hearth{Key: key(i), Area: "11001001", Souls: i % 2})
			}
			return list
		}
		r.Fill(t, hearths(0, 320)...)
		catch(t, r)
		if n := len(problems(t, r)); n != 160 {
			t.Errorf("%d problems of households without a keeper, want 160", n)
		}
		r.Fill(t, hearths(320, 354)...) // less than a tenth of all
		catch(t, r)
		if n := len(problems(t, r)); n != 177 {
			t.Errorf("%d problems after a small import, want 177", n)
		}
		catch(t, r)
		r.Fill(t, hearths(354, 450)...) // more than that
		catch(t, r)
		if n := len(problems(t, r)); n != 225 {
			t.Errorf("%d problems after a large import, want 225", n)
		}
		if found, fixed, err := quality.ResultOf(run(t, r)); err != nil || found != 0 || fixed != 0 {
			t.Errorf("after all, a run over the register found %d and fixed %d: %v", found, fixed, err)
		}
		if got := looks(t, r); !slices.Equal(got[:2], []string{"quality 320 done", "quality-changes 34 done"}) || !strings.HasPrefix(got[2], "quality-changes ") || got[3] != "quality 450 done" || len(got) != 5 {
			t.Errorf("what was looked at: %v", got)
		}
	})
}

func key(i int) string {
	return string(rune('a'+i/26/26)) + string(rune('a'+i/26%26)) + string(rune('a'+i%26))
}
