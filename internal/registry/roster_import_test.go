package registry_test

import (
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry"
)

func TestAFileThatSaysSomethingElseOfAMemberProposesItAndAppliesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		// Bo is the keeper now, Cy has another number, Di lives with Ana.
		const again = "key,hh,name,sex,birth,id,rel,fever\np2,h1,Bo Reef,m,1999-01-02,,head,\np3,h2,Cy Shoal,m,1960-01-01,4567890123,head,no\np4,h1,Di Kelp,f,1980-02-29,1234567897,kin,no\n"
		before := h.souls(t)
		wants := map[string]int{"New hearth keeper": 1, "Soul number put right": 1, "Wed into another hearth": 1}
		for n, want := range []int64{3, 0} { // the second time the same is not proposed again
			im, j := h.importCSV(t, 2, persons, registry.Skip, again)
			if im.State != registry.Imported || j.Counts.Updated != want || j.Counts.Unchanged != 3-want {
				report, _ := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 100)
				t.Fatalf("time %d: %s %+v %+v", n, im.State, j.Counts, report)
			}
		}
		if after := h.souls(t); after["11"] != before["11"] {
			t.Errorf("an import moved somebody by itself: %v", after)
		}
		sets, err := h.Changes.List(ctx, h.scope(t, 5, access.ChangeRead), []change.State{change.Waiting}, change.Position{}, 10)
		if err != nil || len(sets) != 3 {
			t.Fatalf("%d proposals wait (%v)", len(sets), err)
		}
		for _, set := range sets {
			wants[set.Title]--
			if set.Source != change.File {
				t.Errorf("source %s", set.Source)
			}
		}
		for title, n := range wants {
			if n != 0 {
				t.Errorf("proposals %q: %d are missing", title, n)
			}
		}
		for _, set := range sets {
			if set.Title == "Wed into another hearth" {
				if _, err := h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		h.sound(t)
		member(t, h.file(t, h.find(t, "11001001").ID), "Di Kelp")
	})
}

func TestAFileThatStillNamesTheDeadLeavesThemBe(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		bo := member(t, h.file(t, row.ID), "Bo Reef")
		h.act(t, row.ID, registry.Act{Code: "drowned", Day: onDay, Evidence: "certificate 9", Persons: []int64{bo.ID}})
		im, j := h.importCSV(t, 2, persons, registry.Skip, personRows)
		if j.Counts.Unchanged != 4 || j.Counts.Rejected != 0 {
			t.Errorf("%+v", j.Counts)
		}
		report, err := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 10)
		if err != nil || !slices.ContainsFunc(report, func(row registry.ReportRow) bool {
			return row.N == 2 && strings.Contains(row.Problems[0].Reason, "no household any more")
		}) {
			t.Errorf("report %+v (%v)", report, err)
		}
	})
}
