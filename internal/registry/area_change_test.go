package registry_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

// reshape announces a change of an area for tomorrow and lets the day come.
func (h *house) reshape(t *testing.T, c area.Change, numbers ...string) {
	t.Helper()
	admin := stand.Scope(t, h.Caller(1, "admin", "administrator"), access.AreaEdit)
	c.Day = h.Clock.Now().Day(time.UTC) + 1
	if _, err := h.Registry.AnnounceAreaChange(ctx, admin, c, numbers); err != nil {
		t.Fatalf("announce %+v: %v", c, err)
	}
	h.Clock.Set(c.Day.Start(time.UTC))
	if _, err := h.Registry.FollowAreas(ctx); err != nil {
		t.Fatalf("follow %+v: %v", c, err)
	}
}

// settled counts the persons by area, and fails where a household is in no area that exists.
func (h *house) settled(t *testing.T) map[int64]int64 {
	t.Helper()
	var lost int64
	if err := store.One(ctx, h.Raw, "SELECT count(*) FROM household h WHERE NOT EXISTS (SELECT 1 FROM area a WHERE a.key = h.area AND a.valid_to IS NULL)", nil, &lost); err != nil || lost != 0 {
		t.Errorf("%d households are in no area that exists (%v)", lost, err)
	}
	type row struct{ area, persons int64 }
	rows, err := store.All(ctx, h.Raw, "SELECT area, sum(members) FROM household GROUP BY area", nil, func(r store.Rows, one *row) error { return r.Scan(&one.area, &one.persons) })
	if err != nil {
		t.Fatal(err)
	}
	counts := map[int64]int64{}
	for _, one := range rows {
		counts[one.area] = one.persons
	}
	return counts
}

// At every step an area is renamed, moved to another county, merged or split; what the register holds is compared with
// what was reckoned, and the mirror with the register.
func TestWhateverBecomesOfAreasNobodyIsLostOrCountedTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 24)
		m := mirrorOf(t, h)
		random := rand.New(rand.NewPCG(3, 4))
		live := []int64{11001001, 11001002, 11002001, 12001001}
		want := h.settled(t)
		fresh := func(parent int64) int64 { // registers a new village
			for n := int64(10); ; n++ {
				if key := parent + n; want[key] == 0 && !slices.Contains(live, key) {
					code := fmt.Sprint(key)
					if _, err := h.Areas.Get(ctx, access.System("test"), key); err == nil {
						continue
					}
					h.LoadAreas(t, "code,name\n"+code+",New "+code+"\n")
					return key
				}
			}
		}
		for step := range 14 {
			at := random.IntN(len(live))
			from := live[at]
			parent := []int64{11001000, 11002000, 12001000}[random.IntN(3)]
			switch kind := step % 4; {
			case kind == 0:
				h.reshape(t, area.Change{Kind: area.Renamed, From: from, Name: fmt.Sprint("Renamed ", step), Code: fmt.Sprint("R", step)})
			case kind == 1:
				to := fresh(parent)
				h.reshape(t, area.Change{Kind: area.Moved, From: from, To: to})
				want[to], live[at] = want[from], to
				delete(want, from)
			case kind == 2 && len(live) > 2:
				to := live[(at+1)%len(live)]
				h.reshape(t, area.Change{Kind: area.Merged, From: from, To: to})
				want[to] += want[from]
				delete(want, from)
				live = slices.Delete(live, at, at+1)
			default:
				list, err := h.Registry.List(ctx, h.scope(t, 2, access.HouseholdList), registry.Filter{Area: from}, registry.Position{}, 2)
				if err != nil {
					t.Fatal(err)
				}
				to, numbers := fresh(parent), []string(nil)
				for _, one := range list {
					numbers = append(numbers, one.Number)
					want[to] += int64(one.Members)
					want[from] -= int64(one.Members)
				}
				h.reshape(t, area.Change{Kind: area.Split, From: from, To: to}, numbers...)
				live = append(live, to)
			}
			for key, n := range want {
				if n == 0 {
					delete(want, key)
				}
			}
			if got := h.settled(t); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("step %d: %v, reckoned %v", step, got, want)
			}
			live = slices.DeleteFunc(live, func(key int64) bool { return want[key] == 0 })
			h.sound(t)
			m.follow(t)
			m.agree(t)
		}
		if n := m.count(t, "area_change"); n != 14 {
			t.Errorf("%d changes are stored", n)
		}
	})
}

func TestFormerCodesAndNamesLeadToWhatAreasHaveBecome(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		scope := h.scope(t, 2, access.AreaRead)
		h.LoadAreas(t, "code,name\n12001002,Shoal of the South\n")
		h.reshape(t, area.Change{Kind: area.Renamed, From: 11001001, Code: "R1", Name: "Skerry"})
		h.reshape(t, area.Change{Kind: area.Moved, From: 11001002, To: 12001002})
		h.reshape(t, area.Change{Kind: area.Merged, From: 12001002, To: 12001001})
		for code, want := range map[string]int64{"11001001": 11001001, "R1": 11001001, "11001002": 12001001, "12001002": 12001001} {
			if a, err := h.Areas.ByCode(ctx, scope, code); err != nil || a.Key != want || a.To != nil {
				t.Errorf("code %s leads to %+v (%v), want %d", code, a, err, want)
			}
		}
		if _, err := h.Areas.ByCode(ctx, stand.Scope(t, h.Caller(9, "north", "township-clerk@11000000"), access.AreaRead), "11001002"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a former code leads out of scope: %v", err)
		}
		for text, want := range map[string]int64{"Reef": 11001001, "Skerry": 11001001} {
			found, err := h.Areas.Search(ctx, scope, text, 5)
			if err != nil || len(found) != 1 || found[0].Key != want {
				t.Errorf("search for %s: %+v %v", text, found, err)
			}
		}
		history, err := h.Areas.History(ctx, scope, 11001001)
		if err != nil || len(history) != 1 || history[0].Name != "Reef" || history[0].Code != "11001001" {
			t.Errorf("history %+v %v", history, err)
		}
	})
}

func TestAChangeOfAnAreaThatCannotBeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		admin := stand.Scope(t, h.Caller(1, "admin", "administrator"), access.AreaEdit)
		near, far := h.find(t, "11001001"), h.find(t, "12001001")
		for name, c := range map[string]struct {
			change  area.Change
			numbers []string
			field   string
		}{
			"no name":              {area.Change{Kind: area.Renamed, From: 11001001}, nil, "name"},
			"a code that is taken": {area.Change{Kind: area.Renamed, From: 11001001, Code: "12001001"}, nil, "code"},
			"with parts":           {area.Change{Kind: area.Merged, From: 11001000, To: 12001000}, nil, "from"},
			"nobody goes":          {area.Change{Kind: area.Split, From: 11001001, To: 11001002}, nil, "households"},
			"others go":            {area.Change{Kind: area.Split, From: 11001001, To: 11001002}, []string{near.Number, far.Number}, "households"},
		} {
			c.change.Day = h.Today + 1
			_, err := h.Registry.AnnounceAreaChange(ctx, admin, c.change, c.numbers)
			if known := (*fault.Error)(nil); !errors.As(err, &known) || known.Kind != fault.Invalid || len(known.Details) != 1 || known.Details[0].Field != c.field {
				t.Errorf("%s: %+v", name, err)
			}
		}
	})
}

func TestRequestsNormsAndWindowsFollowAnAreaThatMoves(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.farm(t)
		h.LoadAreas(t, "code,name\n12001002,Reef of the South\n")
		h.norms(t, "11001001", registry.NormRow{Product: "oats", Yield: "30", Price: minor(100)})
		h.reshape(t, area.Change{Kind: area.Moved, From: 11001001, To: 12001002})
		table, err := h.Registry.NormTable(ctx, h.scope(t, 2, access.HouseholdList), 12001002, 2013)
		if err != nil || len(table.Rows) != 1 {
			t.Errorf("norms of the area that moved: %+v %v", table, err)
		}
		if counts, err := h.Registry.NormsAt(ctx, 12001002, 2013); err != nil || counts["oats"].Area != 12001002 {
			t.Errorf("what counts there: %+v %v", counts, err)
		}
	})
}
