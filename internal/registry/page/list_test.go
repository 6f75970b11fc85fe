package page_test

import (
	"strings"
	"testing"
)

func TestTheListShowsHouseholdsInScopeWithDoors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.find(t, "11001001"), h.find(t, "12001001")
		h.get(t, office, "/households").want(t, "everywhere", 200, "Ana Reef", "Di Kelp", "/households/"+reef.Number, "Stranded", "Reef, Cove", "3 of 3 households with 4 persons", "/exports/new")
		h.get(t, clerk, "/households").want(t, "north", 200, "Ana Reef", "Cy Shoal").without(t, "north", "Di Kelp", kelp.Number, "/exports/new")
		h.get(t, village, "/households").want(t, "village", 200, "Ana Reef").without(t, "village", "Cy Shoal")
		h.get(t, clerk, "/households?number="+kelp.Number).want(t, "out of scope", 200, "No household matches")
		h.get(t, clerk, "/households?area=12").want(t, "area out of scope", 404)
		h.get(t, analyst, "/households").want(t, "analyst", 403)
		h.get(t, admin, "/households").want(t, "administrator", 403)
		h.get(t, 0, "/households").want(t, "stranger", 401)
	})
}

func TestFiltersLiveInTheAddressAndUnknownOnesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		cases := map[string]string{
			"area=11": "2 of 2 households", "status=stranded": "2 of 2", "status=stranded&status=afloat": "3 of 3", "i.household.lamp=true": "1 of 1",
			"i.household.drift_nets.min=1&i.household.drift_nets.max=5": "1 of 1", "i.household.catch_value.min=50": "1 of 1", "status=": "3 of 3",
		}
		for query, says := range cases {
			h.get(t, office, "/households?"+query).want(t, query, 200, says)
		}
		page := h.get(t, office, "/households?area=11&status=stranded").want(t, "chips", 200, "Status: Stranded")
		if !strings.Contains(page.body, `class="chip" href="/households?area=11"`) {
			t.Errorf("the chip does not lead to the list without the filter:\n%s", page.body)
		}
		for _, query := range []string{"colour=red", "name=Ana", "i.household.motto=x", "i.person.salt_fever=true", "number=12", "after=x", "i.household.drift_nets.min=many", "i.household.catch_value.min=much"} {
			if got := h.get(t, office, "/households?"+query); got.status != 400 && got.status != 403 {
				t.Errorf("%s: status %d, want a refusal", query, got.status)
			}
		}
	})
}

func TestASearchByNameStandsInNoAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		found := h.post(t, office, "/households/search", "name", "Ana", "status", "stranded")
		if found.status != 303 || strings.Contains(found.location(), "Ana") || !strings.Contains(found.location(), "status=stranded") {
			t.Fatalf("%d %s", found.status, found.location())
		}
		h.get(t, office, found.location()).want(t, "search", 200, "1 of 1 household", "Ana Reef", "Name: Ana…").without(t, "search", "Cy Shoal")
		h.get(t, second, found.location()).want(t, "somebody else's search", 410)
		h.get(t, office, "/households?search=AAAA").want(t, "a made-up search", 410)
		reef := h.find(t, "11001001")
		if got := h.post(t, office, "/households/search", "q", reef.Number); got.location() != "/households/"+reef.Number {
			t.Errorf("a number leads to %s", got.location())
		}
		h.post(t, analyst, "/households/search", "q", "Ana").want(t, "analyst", 403)
	})
}

func TestALongListIsReadPageByPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var rows strings.Builder
		rows.WriteString("key,area,status,nets,lamp,catch\n")
		for i := range 60 {
			rows.WriteString("k" + strings.Repeat("x", i) + ",11001001,afloat,1,no,0\n")
		}
		h.load(t, office, households, rows.String())
		first := h.get(t, office, "/households?status=afloat").want(t, "first page", 200, "50 of 60 households", `rel="next"`).without(t, "first page", `rel="prev"`)
		second := h.get(t, office, turn(first, "next")).want(t, "second page", 200, "10 of 60 households", "First page", `rel="prev"`).without(t, "second page", `rel="next"`)
		again := h.get(t, office, turn(second, "prev")).want(t, "first page again", 200, "50 of 60 households", "Status: Afloat", `rel="next"`).without(t, "first page again", `rel="prev"`)
		if turn(again, "next") != turn(first, "next") {
			t.Errorf("the way on is %s, and from the way back %s", turn(first, "next"), turn(again, "next"))
		}
	})
}

// turn is the address to which a page's pager leads.
func turn(page answer, rel string) string {
	_, rest, _ := strings.Cut(page.body, `rel="`+rel+`" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(next, "&amp;", "&")
}
