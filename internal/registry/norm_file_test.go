package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/table"
)

// takeNorms imports a file of norms of 2013 as somebody.
func (h *house) takeNorms(t *testing.T, account int64, area string, csv string) (registry.NormReport, error) {
	t.Helper()
	scope := h.scope(t, account, access.NormEdit)
	var at int64
	if area != "" {
		a, err := h.Areas.ByCode(ctx, scope, area)
		if err != nil {
			t.Fatal(err)
		}
		at = a.Key
	}
	r, err := table.NewCSV(strings.NewReader(csv), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return h.Registry.ImportNorms(ctx, scope, at, 2013, r)
}

func (h *house) writeNorms(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	out, err := table.NewCSVWriter(&text, registry.NormColumns())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Registry.ExportNorms(ctx, h.scope(t, 2, access.HouseholdList), 0, 2013, out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestAFileOfNormsComesBackAsItWentOut(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		got, err := h.takeNorms(t, 2, "", "area,product,yield,price,cost\n,oats,30,1.00,5.01\n11,goats,2,10,\n11001001,oats,33.3,1.01,\n")
		if err != nil || !got.Applied || got.In != 3 || got.Created != 3 || got.Updated+got.Unchanged+got.Rejected != 0 {
			t.Fatalf("%+v %v", got, err)
		}
		file := h.writeNorms(t)
		for _, line := range []string{",,2013,oats,Oats,sheaves,30,1.00,5.01", ",,2013,goats,Goats,", "11,North,2013,goats,Goats,", "11001001,Reef,2013,oats,Oats,sheaves,33.3,1.01,"} {
			if !strings.Contains(file, line) {
				t.Errorf("no line %q in\n%s", line, file)
			}
		}
		rows := int64(strings.Count(file, "\n") - 1)
		if got, err := h.takeNorms(t, 2, "", file); err != nil || got.Applied || got.In != rows || got.Unchanged != rows {
			t.Errorf("the same file again: %+v %v", got, err)
		}
		got, err = h.takeNorms(t, 2, "", strings.Replace(file, "33.3,1.01,", ",,", 1)) // the village's own norm goes
		if err != nil || got.Updated != 1 || got.Unchanged != rows-1 || strings.Contains(h.writeNorms(t), "11001001") {
			t.Errorf("a row emptied: %+v %v\n%s", got, err, h.writeNorms(t))
		}
	})
}

func TestAFileOfNormsWithAWrongRowIsNotTakenAndSaysWhatIsWrong(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		got, err := h.takeNorms(t, 2, "", "area,year,product,yield,price,cost\n"+
			",,oats,30,1,\n,,whales,1,,\n,,goats,many,1,x\n99,,goats,1,,\n,,oats,31,,\n,1066,goats,1,,\n,,goats\n")
		if err != nil || got.Applied || got.In != 7 || got.Created != 1 || got.Rejected != 6 {
			t.Fatalf("%+v %v", got, err)
		}
		want := "[{7 cost row} {2 product product} {3 cost amount} {3 yield yield} {4 area area} {5 product twice} {6 year year}]"
		if fmt.Sprint(got.Rejects) != want && !strings.HasSuffix(fmt.Sprint(got.Rejects), want[strings.Index(want, " {2"):]) {
			t.Errorf("rejected %v, want %s", got.Rejects, want)
		}
		if strings.Contains(h.writeNorms(t), ",30,") {
			t.Error("part of a refused file was stored")
		}
		if _, err := h.takeNorms(t, 2, "", "crop,yield\noats,1\n"); !fault.Is(err, fault.Invalid) {
			t.Errorf("another file: %v", err)
		}
		if _, err := h.takeNorms(t, 2, "", "product,yield\n"+strings.Repeat("oats,1\n", 2001)); !fault.Is(err, fault.TooLarge) {
			t.Errorf("too many rows: %v", err)
		}
		if got, err := h.takeNorms(t, 7, "12", "area,product,yield\n11,oats,1\n,oats,2\n"); err != nil || got.Rejected != 1 || got.Applied {
			t.Errorf("an area out of scope: %+v %v", got, err)
		}
	})
}
