package register_test

import (
	"fmt"
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/test/register"
)

// pageRows is small, so that a list has several pages, the last of them not full.
const pageRows = 4

// thereAndBack reads a list to its end, and from there back to its beginning: both must show the same pages.
func thereAndBack[R, P any](t *testing.T, name string, read func(from P) ([]R, error), place func(row R, back bool) P, key func(R) int64) {
	t.Helper()
	one := func(from P) []int64 {
		rows, err := read(from)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		keys := make([]int64, len(rows))
		for i, row := range rows {
			keys[i] = key(row)
		}
		return keys
	}
	var pages [][]int64
	var ends [][2]R // the first and the last row of each page
	var from P
	for {
		rows, err := read(from)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(rows) == 0 {
			break
		}
		pages, ends = append(pages, one(from)), append(ends, [2]R{rows[0], rows[len(rows)-1]})
		from = place(rows[len(rows)-1], false)
	}
	if len(pages) < 3 {
		t.Fatalf("%s: %d pages prove nothing", name, len(pages))
	}
	for i := len(pages) - 1; i > 0; i-- {
		if back := one(place(ends[i][0], true)); !slices.Equal(back, pages[i-1]) {
			t.Errorf("%s: back from page %d are %v, on the way there %v", name, i, back, pages[i-1])
		}
	}
	if before := one(place(ends[0][0], true)); len(before) != 0 {
		t.Errorf("%s: before the first page are %v", name, before)
	}
}

func TestAListReadBackShowsThePagesOfTheWayThere(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		ctx := t.Context()
		rows := "key,area,status,nets,catch\n"
		for i := range 4*pageRows - 1 {
			rows += fmt.Sprintf("h%d,%s,afloat,1,10\n", i, []string{"11001001", "11001002", "12001001"}[i%3]) // nobody keeps them: a problem each
		}
		r.ImportCSV(t, register.Households, rows)
		if j, err := r.Quality.Start(ctx, r.Scope(t, register.County, access.AssessRun), quality.RunArgs{}); err != nil {
			t.Fatal(err)
		} else {
			r.Wait(t, register.County, j.ID)
		}
		list := r.Scope(t, register.County, access.HouseholdList)
		thereAndBack(t, "households", func(from registry.Position) ([]registry.Household, error) {
			return r.Registry.List(ctx, list, registry.Filter{}, from, pageRows)
		}, func(h registry.Household, back bool) registry.Position {
			return registry.Position{Area: h.Area, ID: h.ID, Back: back}
		}, func(h registry.Household) int64 { return h.ID })

		thereAndBack(t, "problems", func(from quality.Position) ([]quality.Problem, error) {
			return r.Quality.List(ctx, list, quality.Filter{}, from, pageRows)
		}, func(p quality.Problem, back bool) quality.Position {
			return quality.Position{Due: p.Due, ID: p.ID, Back: back}
		}, func(p quality.Problem) int64 { return p.ID })

		proposeForAll(t, r)
		sets := r.Scope(t, register.County, access.ChangeRead)
		thereAndBack(t, "changes", func(from change.Position) ([]change.Set, error) {
			return r.Changes.List(ctx, sets, []change.State{change.Waiting}, from, pageRows)
		}, func(s change.Set, back bool) change.Position { return change.Position{ID: s.ID, Back: back} },
			func(s change.Set) int64 { return s.ID })

		events := office.NewEvents(r.DB, r.Areas)
		thereAndBack(t, "the journal", func(from *office.EventPosition) ([]journal.Event, error) {
			return events.List(ctx, r.Who(register.Auditor), office.EventFilter{SubjectKind: registry.SubjectHousehold}, from, pageRows)
		}, func(e journal.Event, back bool) *office.EventPosition {
			at := office.PositionOf(e)
			at.Back = back
			return &at
		}, func(e journal.Event) int64 { return e.ID })
	})
}

// proposeForAll proposes a change that waits for a second person in every household.
func proposeForAll(t *testing.T, r *register.Register) {
	t.Helper()
	edit := r.Scope(t, register.County, access.HouseholdEdit)
	all, err := r.Registry.List(t.Context(), edit, registry.Filter{}, registry.Position{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range all {
		draft := change.Draft{Source: change.Page, Title: "status", Reason: "visit", Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: h.ID, BaseVer: h.Ver, Set: change.Values{"status": "stranded"}}}}
		if _, err := r.Changes.Submit(t.Context(), edit, draft); err != nil {
			t.Fatal(err)
		}
	}
}
