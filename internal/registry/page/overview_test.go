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
		page := h.get(t, office, "/").want(t, "everywhere", 200, "North", "South", "Canton", `href="/households?status=stranded"`, `href="/households?area=11"`, `href="/households?area=11&amp;status=stranded"`, `href="/?area=11"`, "66.7")
		page.without(t, "everywhere", "not shown")
		h.get(t, office, "/?area=11001").want(t, "a parish", 200, "Cove", "Reef", "Shoal", "Hamlet", `href="/?area=11001001"`)
		h.get(t, office, "/?area=11001001").want(t, "a hamlet", 200, "Reef").without(t, "a hamlet", "By area")
		h.get(t, clerk, "/").want(t, "the clerk's own area", 200, "Cove", "Dune", `href="/households?area=11001"`).without(t, "the clerk's own area", "South", "Kelp")
		h.get(t, clerk, "/?area=12").want(t, "out of scope", 404)
		h.get(t, office, "/?colour=red").want(t, "unknown filter", 400)
		h.get(t, admin, "/").want(t, "administrator", 200, "Waiting for me").without(t, "administrator", "By area", "Stranded")
		h.get(t, 0, "/").want(t, "stranger", 401)
	})
}

func TestWorkComesToPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		h.get(t, office, "/").want(t, "office", 200, fmt.Sprint("/changes/", set.ID), "submitted by person-3", "Import of test.csv")
		h.get(t, clerk, "/").want(t, "the submitter", 200, "Nothing waits for you")
		h.get(t, south, "/").want(t, "out of scope", 200).without(t, "out of scope", "person-3")
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
		page := h.get(t, analyst, "/?area=11").want(t, "analyst", 200, "64", "not shown", "&lt; 10")
		page.without(t, "analyst", "/households")
		if strings.Contains(page.body, ">60<") || strings.Contains(page.body, ">4<") {
			t.Error("a small count can be told from the total and the other")
		}
		for _, target := range []string{"/?area=11001", "/?area=11002", "/?area=11001001"} {
			h.get(t, analyst, target).want(t, target, 200, "too few households").without(t, target, ">60<", ">37<", ">12<", ">25<")
		}
		h.get(t, office, "/?area=11").want(t, "office", 200, "60", ">4<").without(t, "office", "not shown")
	})
}
