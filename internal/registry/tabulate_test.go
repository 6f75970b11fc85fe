package registry_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

var crofts = registry.Mapping{Subject: "household", Source: "croft", Key: "key", Area: "area", Day: "2013-12-31", Year: "year",
	Columns: map[string]string{"status": "status", "goats": "goats", "roof": "dwelling.roof", "bell": "bell", "beasts": "beasts"}}
var crofters = registry.Mapping{Subject: "person", Source: "croft", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "craft": "craft"}}

// settle imports households of every kind.
func (h *house) settle(t *testing.T, n int) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	var houses, people strings.Builder
	houses.WriteString("key,year,area,status,goats,roof,bell,beasts\n")
	people.WriteString("key,hh,name,sex,rel,craft\n")
	for i := range n {
		fmt.Fprintf(&houses, "k%d,2013,%s,%s,%s,%s,%s,%s\n", i, one("11001001", "11001002", "11002001", "12001001"), one("poor", "well", ""), one("", "1", "7"), one("", "reed", "slate"), one("", "yes", "no"), one("", "cow", "cow;hen", "pig;hen"))
		for j := range random.IntN(8) {
			fmt.Fprintf(&people, "p%d-%d,k%d,Ann Oat,%s,%s,%s\n", i, j, i, one("f", "m"), map[bool]string{true: "head", false: "kin"}[j == 0], one("", "smith", "weaver"))
		}
	}
	h.importCSV(t, 2, crofts, registry.Skip, houses.String())
	h.importCSV(t, 2, crofters, registry.Skip, people.String())
}

// followed lets a live mirror answer the register's counts until the test ends.
func (h *house) followed(t *testing.T) {
	t.Helper()
	m := mirrorOf(t, h)
	m.follow(t)
	schema, err := mirror.NewSchema(m.source.Columns())
	if err != nil {
		t.Fatal(err)
	}
	live := mirror.New(m.source, schema, mirror.Options{})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- live.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := live.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	h.Registry.Follow(live)
}

func TestEveryCountIsThatOfTheListBehindIt(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.settle(t, 90)
		scope := h.scope(t, 2, access.HouseholdList)
		filters := []url.Values{{}, {"area": {"11"}}, {"area": {"11001"}}, {"area": {"11001001"}}, {"status": {"poor"}}, {"nostatus": {"1"}}, {"status.not": {"poor"}}, {"status.not": {"poor", "general"}, "area": {"11"}}, {"members.min": {"2"}, "members.max": {"4"}}, {"head_sex": {"f"}}, {"head_sex": {"unknown"}},
			{"i.household.bell": {"true"}}, {"i.household.bell.none": {"1"}}, {"i.person.craft": {"smith", "weaver"}}, {"i.person.craft.none": {"1"}}, {"i.household.beasts": {"hen"}, "i.dwelling.roof": {"reed"}}, {"i.household.goats.min": {"2"}}, {"answered": {"2013"}}}
		dimensions, err := h.Registry.Dimensions(scope, 0)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, d := range dimensions {
			names = append(names, d.Code)
		}
		if got := strings.Join(names, " "); got != "size head_sex household.bell person.craft household.beasts dwelling.roof" && len(names) != 6 {
			t.Fatalf("dimensions %s", got)
		}
		ask := func(query url.Values, by *registry.Dimension) []registry.Group {
			f, err := h.Registry.ParseFilter(ctx, scope, query)
			if err != nil {
				t.Fatal(err)
			}
			counts, err := h.Registry.Tabulate(ctx, scope, registry.Ask{Filter: f, By: by})
			if err != nil {
				t.Fatal(err)
			}
			var sum registry.Group
			for _, g := range counts.Groups {
				sum.Households, sum.Persons = sum.Households+g.Households, sum.Persons+g.Persons
			}
			if households, persons, err := h.Registry.Count(ctx, scope, f); by == nil && (err != nil || households != sum.Households || persons != sum.Persons) {
				t.Errorf("%v: %d households with %d persons are counted (%v), %d with %d by area", query, households, persons, err, sum.Households, sum.Persons)
			}
			return counts.Groups
		}
		type key struct {
			filter int
			by     string
		}
		bySQL := map[key][]registry.Group{}
		for n, query := range filters {
			bySQL[key{n, ""}] = ask(query, nil)
			for _, d := range dimensions {
				bySQL[key{n, d.Code}] = ask(query, &d)
			}
		}
		h.followed(t)
		for n, query := range filters {
			if got := ask(query, nil); !slices.Equal(got, bySQL[key{n, ""}]) {
				t.Errorf("%v: %+v by the mirror, %+v by SQL", query, got, bySQL[key{n, ""}])
			}
			for _, d := range dimensions {
				got := ask(query, &d)
				if !slices.Equal(got, bySQL[key{n, d.Code}]) {
					t.Errorf("%v by %s: %+v by the mirror, %+v by SQL", query, d.Code, got, bySQL[key{n, d.Code}])
				}
				if len(got) < 2 {
					t.Errorf("%v by %s: %d groups prove little", query, d.Code, len(got))
				}
				h.doors(t, scope, query, d, got)
			}
		}
	})
}

func TestABreakdownByWhatPersonsAnswerCountsPersons(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.importCSV(t, 2, crofts, registry.Skip, "key,year,area,status,goats,roof,bell,beasts\nk1,2013,11001001,poor,,,,\nk2,2013,11001001,well,,,,\nk3,2013,11001001,poor,,,,\n")
		h.importCSV(t, 2, crofters, registry.Skip, "key,hh,name,sex,rel,craft\np1,k1,Ann Oat,f,head,smith\np2,k1,Bo Oat,m,kin,smith\np3,k1,Cy Oat,m,kin,weaver\np4,k2,Di Oat,f,head,weaver\np5,k2,Ed Oat,m,kin,\np6,k3,Flo Oat,f,head,\n")
		scope := h.scope(t, 2, access.HouseholdList)
		dimensions, err := h.Registry.Dimensions(scope, 0)
		if err != nil {
			t.Fatal(err)
		}
		craft := dimensions[slices.IndexFunc(dimensions, func(d registry.Dimension) bool { return d.Code == "person.craft" })]
		check := func(by string) {
			t.Helper()
			counts, err := h.Registry.Tabulate(ctx, scope, registry.Ask{By: &craft})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][2]int64{}
			for _, g := range counts.Groups {
				sum := got[g.Value]
				got[g.Value] = [2]int64{sum[0] + g.Households, sum[1] + g.Persons}
			}
			want := map[string][2]int64{"smith": {1, 2}, "weaver": {2, 2}, "": {1, 2}} // of households and persons; Ed lives with Di, who answered
			if !maps.Equal(got, want) {
				t.Errorf("by %s: %v, want %v", by, got, want)
			}
		}
		check("SQL")
		h.followed(t)
		check("the mirror")
	})
}

// doors opens the list behind each count of values, all areas and statuses together.
func (h *house) doors(t *testing.T, scope access.Scope, query url.Values, d registry.Dimension, groups []registry.Group) {
	t.Helper()
	want := map[string]registry.Group{}
	for _, g := range groups {
		sum := want[g.Value]
		want[g.Value] = registry.Group{Households: sum.Households + g.Households, Persons: sum.Persons + g.Persons}
	}
	for value, sum := range want {
		door := url.Values{}
		for name, values := range query {
			door[name] = values
		}
		narrower := true
		d.Select(value, func(name, value string) {
			narrower = narrower && door.Get(name) == ""
			door.Set(name, value)
		})
		if !narrower {
			continue // the filter is on the dimension itself
		}
		for name := range door {
			if strings.HasPrefix(name, "i."+d.Code) && query.Has(name) || strings.HasPrefix(name, "members.") && d.Code == registry.BySize && (query.Has("members.min") || query.Has("members.max")) {
				narrower = false
			}
		}
		if !narrower || d.Code != registry.BySize && query.Has("i."+d.Code+".none") {
			continue
		}
		f, err := h.Registry.ParseFilter(ctx, scope, door)
		if err != nil {
			t.Fatal(err)
		}
		households, persons, err := h.Registry.Count(ctx, scope, f)
		ofPersons := strings.HasPrefix(d.Code, "person.") // those who have the value, not all who live with them
		if err != nil || households != sum.Households || persons != sum.Persons && !ofPersons {
			t.Errorf("%v: the list holds %d households of %d, the count says %d of %d (%v)", door, households, persons, sum.Households, sum.Persons, err)
		}
	}
}
