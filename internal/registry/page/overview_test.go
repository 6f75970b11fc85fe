package page_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/change"
)

func TestTheOverviewCountsAndEveryNumberIsADoor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		page := h.Get(t, office, "/").Want(t, 200, "North", "South", "Canton", `href="/households?status=stranded"`, `href="/households?area=11"`, `href="/households?area=11&amp;status=stranded"`, `href="/?area=11"`, "66.7")
		page.Without(t, "not shown")
		h.Get(t, office, "/?area=11001").Want(t, 200, "Cove", "Reef", "Shoal", "Hamlet", `href="/?area=11001001"`)
		h.Get(t, office, "/?area=11001001").Want(t, 200, "Reef").Without(t, "By area")
		h.Get(t, clerk, "/").Want(t, 200, "Cove", "Dune", `href="/households?area=11001"`).Without(t, "South", "Kelp") // the clerk's own area
		h.Get(t, clerk, "/?area=12").Want(t, 404)                                                                      // out of scope
		h.Get(t, office, "/?colour=red").Want(t, 400)
		h.Get(t, admin, "/").Want(t, 200, "Waiting for me").Without(t, "By area", "Stranded")
		h.Get(t, 0, "/").Want(t, 401)
	})
}

func TestWorkComesToPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		h.Get(t, office, "/").Want(t, 200, fmt.Sprint("/changes/", set.ID), "submitted by person-3", "Import of test.csv")
		h.Get(t, clerk, "/").Want(t, 200, "Nothing waits for you")
		h.Get(t, south, "/").Want(t, 200).Without(t, "person-3") // out of scope
	})
}

func TestWhoMayNotReadRowsSeesNoSmallCountsAndNoDoors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var rows strings.Builder
		rows.WriteString("key,area,status,nets,lamp,catch\n")
		add := func(area, status string, n int) {
			for range n {
				fmt.Fprintf(&rows, "k%d,%s,%s,1,no,0\n", rows.Len(), area, status)
			}
		}
		add("11001001", "stranded", 12)
		add("11001001", "afloat", 25)
		add("11001002", "stranded", 3)
		add("11001002", "afloat", 20)
		add("11002001", "afloat", 4)
		h.load(t, office, households, rows.String())
		page := h.Get(t, analyst, "/?area=11").Want(t, 200, "64", "not shown", "&lt; 10")
		page.Without(t, "/households")
		if strings.Contains(page.Body, ">60<") || strings.Contains(page.Body, ">4<") {
			t.Error("a small count can be told from the total and the other")
		}
		for _, target := range []string{"/?area=11001", "/?area=11002", "/?area=11001001"} {
			h.Get(t, analyst, target).Want(t, 200, "too few households").Without(t, ">60<", ">37<", ">12<", ">25<")
		}
		h.Get(t, office, "/?area=11").Want(t, 200, "60", ">4<").Without(t, "not shown")
	})
}
