package registry_test

import (
	"errors"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
)

func minor(n int64) *int64 { return &n }

// norms stores what an area says of 2013.
func (h *house) norms(t *testing.T, code string, rows ...registry.NormRow) registry.NormTable {
	t.Helper()
	scope := h.scope(t, 2, access.NormEdit)
	table := registry.NormTable{Year: 2013, Rows: rows}
	if code != "" {
		at, err := h.Areas.ByCode(ctx, scope, code)
		if err != nil {
			t.Fatal(err)
		}
		table.Area = at.Key
	}
	stored, err := h.Registry.NormTable(ctx, scope, table.Area, 2013)
	if err != nil {
		t.Fatal(err)
	}
	table.Ver = stored.Ver
	if table, err = h.Registry.SaveNormTable(ctx, scope, table); err != nil {
		t.Fatal(err)
	}
	return table
}

func (h *house) worksheet(t *testing.T, household int64, year int) (registry.Worksheet, map[string]registry.WorkLine) {
	t.Helper()
	w, err := h.Registry.Worksheet(ctx, h.scope(t, 2, access.HouseholdEdit), household, year)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]registry.WorkLine{}
	for _, l := range w.Lines {
		lines[l.Key()] = l
	}
	return w, lines
}

func TestTheNormOfTheNearestAreaCounts(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t) // 2.5 rods of oats, 3 goats
		_, lines := h.worksheet(t, f.ID, 2013)
		if lines["oats.income"].State != registry.WorkNoNorm || lines["goats.income"].State != registry.WorkNoNorm || len(lines) != 3 {
			t.Fatalf("without norms: %+v", lines)
		}
		h.norms(t, "11", registry.NormRow{Product: "oats", Yield: "30", Price: minor(100), Cost: minor(501)}, registry.NormRow{Product: "goats", Yield: "2", Price: minor(1000)})
		village := h.norms(t, "11001001", registry.NormRow{Product: "oats", Yield: "33.3", Price: minor(101)})
		_, lines = h.worksheet(t, f.ID, 2013)
		oats, goats := lines["oats.income"], lines["goats.income"]
		if oats.Used.Amount != 8408 || oats.Used.Area != "11001001" { // 2.5 × 33.3 × 1.01 = 84.0825
			t.Errorf("oats by the village's norm %+v, want 84.08", oats)
		}
		if goats.Used.Amount != 6000 || goats.Used.Area != "11" || goats.Used.Quantity != "3" {
			t.Errorf("goats by the canton's norm %+v, want 60.00", goats)
		}
		if lines["oats.expenditure"].State != registry.WorkNoNorm {
			t.Error("the village's own row knows no cost, but one was computed")
		}
		village.Rows = nil
		if _, err := h.Registry.SaveNormTable(ctx, h.scope(t, 2, access.NormEdit), village); err != nil {
			t.Fatal(err)
		}
		_, lines = h.worksheet(t, f.ID, 2013)
		if lines["oats.income"].Used.Amount != 7500 || lines["oats.expenditure"].Used.Amount != 1253 { // 2.5 × 5.01 = 12.525
			t.Errorf("by the canton's norms %+v", lines)
		}
		if _, other := h.worksheet(t, f.ID, 2014); other["oats.income"].State != registry.WorkNoNorm {
			t.Error("norms of 2013 count in 2014")
		}
		_, bare := h.worksheet(t, h.find(t, "11001002").ID, 2013)
		if bare["oats.income"].State != registry.WorkNoQuantity {
			t.Errorf("a household without an answer: %+v", bare["oats.income"])
		}
	})
}

func TestAcceptingAWorksheetAgainMakesNoSecondEntry(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		h.norms(t, "", registry.NormRow{Product: "oats", Yield: "30", Price: minor(100), Cost: minor(500)})
		scope := h.scope(t, 2, access.HouseholdEdit)
		w, _ := h.worksheet(t, f.ID, 2013)
		amounts := w.Ready()
		amounts["oats.income"] = 7000
		set, err := h.Registry.Prefill(ctx, scope, w, amounts, "norms", "season")
		if err != nil || set.State != change.Waiting { // costs are protected in this country
			t.Fatalf("%+v %v", set, err)
		}
		again, lines := h.worksheet(t, f.ID, 2013)
		if lines["oats.income"].State != registry.WorkThere || lines["oats.expenditure"].State != registry.WorkThere {
			t.Fatalf("while it waits: %+v", lines)
		}
		if set, err := h.Registry.Prefill(ctx, scope, again, amounts, "norms", "season"); err != nil || set.State != change.Unchanged {
			t.Fatalf("a second time: %+v %v", set, err)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, ""); err != nil {
			t.Fatal(err)
		}
		entry := h.entry(t, f.ID, "farm")
		used, ok := registry.NormUseOf(entry.Evidence)
		if entry.Minor != 7000 || entry.Basis != registry.BasisNorm || entry.Source != "Oats" || !ok || used.Amount != 7500 || used.Quantity != "2.5" {
			t.Errorf("entry %+v, computed %+v", entry, used)
		}
		if cost := h.entry(t, f.ID, "farm_cost"); cost.Minor != 1250 {
			t.Errorf("cost %+v", cost)
		}
		last, _ := h.worksheet(t, f.ID, 2013)
		if set, err := h.Registry.Prefill(ctx, scope, last, amounts, "norms", "season"); err != nil || set.State != change.Unchanged || len(h.of(t, f.ID, 0).Entries) != 4 {
			t.Errorf("after approval: %+v %v", set, err)
		}
	})
}

func TestNormsThatAreNotInOrderAreRefusedByRowAndField(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		scope := h.scope(t, 2, access.NormEdit)
		for name, c := range map[string]struct {
			row   registry.NormRow
			field string
		}{
			"no such product":   {registry.NormRow{Product: "whales", Yield: "1"}, "product"},
			"twice":             {registry.NormRow{Product: "oats", Yield: "1"}, "product"},
			"no number":         {registry.NormRow{Product: "goats", Yield: "many"}, "yield"},
			"below nothing":     {registry.NormRow{Product: "goats", Yield: "-1"}, "yield"},
			"too exact":         {registry.NormRow{Product: "goats", Yield: "0.0001"}, "yield"},
			"too much":          {registry.NormRow{Product: "goats", Yield: "1000000.001"}, "yield"},
			"a price below nil": {registry.NormRow{Product: "goats", Price: minor(-1)}, "price"},
			"a huge cost":       {registry.NormRow{Product: "goats", Cost: minor(1_000_000_001)}, "cost"},
		} {
			_, err := h.Registry.SaveNormTable(ctx, scope, registry.NormTable{Year: 2013, Rows: []registry.NormRow{{Product: "oats", Yield: "1"}, c.row}})
			var known *fault.Error
			if !errors.As(err, &known) || len(known.Details) != 1 || known.Details[0].Row != 2 || known.Details[0].Field != c.field {
				t.Errorf("%s: %+v", name, err)
			}
		}
		table := h.norms(t, "", registry.NormRow{Product: "oats", Yield: "1"})
		table.Ver = 0
		if _, err := h.Registry.SaveNormTable(ctx, scope, table); !fault.Is(err, fault.Stale) {
			t.Errorf("a version that is not stored: %v", err)
		}
		if _, err := h.Registry.SaveNormTable(ctx, h.scope(t, 3, access.NormEdit), registry.NormTable{Year: 2013}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk for the whole country: %v", err)
		}
		south := h.scope(t, 7, access.NormEdit)
		north, err := h.Areas.ByCode(ctx, scope, "11")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Registry.NormTable(ctx, south, north.Key, 2013); !fault.Is(err, fault.NotFound) {
			t.Errorf("an area out of scope: %v", err)
		}
	})
}
