package page_test

import (
	"strings"
	"testing"

	"rightkey/test/visitor"
)

func TestTheListShowsHouseholdsInScopeWithDoors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.find(t, "11001001"), h.find(t, "12001001")
		h.Get(t, office, "/households").Want(t, 200, "Ana Reef", "Di Kelp", "/households/"+reef.Number, "Stranded", "Reef, Cove", "3 of 3 households with 4 persons", "/exports/new")
		h.Get(t, clerk, "/households").Want(t, 200, "Ana Reef", "Cy Shoal").Without(t, "Di Kelp", kelp.Number, "/exports/new")
		h.Get(t, village, "/households").Want(t, 200, "Ana Reef").Without(t, "Cy Shoal")
		h.Get(t, clerk, "/households?number="+kelp.Number).Want(t, 200, "No household matches") // out of scope
		h.Get(t, clerk, "/households?area=12").Want(t, 404)                                     // area out of scope
		h.Get(t, analyst, "/households").Want(t, 403)
		h.Get(t, admin, "/households").Want(t, 403)
		h.Get(t, 0, "/households").Want(t, 401)
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
			h.Get(t, office, "/households?"+query).Want(t, 200, says)
		}
		page := h.Get(t, office, "/households?area=11&status=stranded").Want(t, 200, "Status: Stranded")
		if !strings.Contains(page.Body, `class="chip" href="/households?area=11"`) {
			t.Errorf("the chip does not lead to the list without the filter:\n%s", page.Body)
		}
		for _, query := range []string{"colour=red", "name=Ana", "i.household.motto=x", "i.person.salt_fever=true", "number=12", "after=x", "i.household.drift_nets.min=many", "i.household.catch_value.min=much"} {
			if got := h.Get(t, office, "/households?"+query); got.Status != 400 && got.Status != 403 {
				t.Errorf("%s: status %d, want a refusal", query, got.Status)
			}
		}
	})
}

func TestASearchByNameStandsInNoAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		found := h.Post(t, office, "/households/search", "name", "Ana", "status", "stranded")
		if found.Status != 303 || strings.Contains(found.Location(), "Ana") || !strings.Contains(found.Location(), "status=stranded") {
			t.Fatalf("%d %s", found.Status, found.Location())
		}
		h.Get(t, office, found.Location()).Want(t, 200, "1 of 1 household", "Ana Reef", "Name: Ana…").Without(t, "Cy Shoal")
		h.Get(t, second, found.Location()).Want(t, 410)          // somebody else's search
		h.Get(t, office, "/households?search=AAAA").Want(t, 410) // a made-up search
		reef := h.find(t, "11001001")
		if got := h.Post(t, office, "/households/search", "q", reef.Number); got.Location() != "/households/"+reef.Number {
			t.Errorf("a number leads to %s", got.Location())
		}
		h.Post(t, analyst, "/households/search", "q", "Ana").Want(t, 403)
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
		first := h.Get(t, office, "/households?status=afloat").Want(t, 200, "50 of 60 households", `rel="next"`).Without(t, `rel="prev"`)
		second := h.Get(t, office, turn(first, "next")).Want(t, 200, "10 of 60 households", "First page", `rel="prev"`).Without(t, `rel="next"`)
		again := h.Get(t, office, turn(second, "prev")).Want(t, 200, "50 of 60 households", "Status: Afloat", `rel="next"`).Without(t, `rel="prev"`) // first page again
		if turn(again, "next") != turn(first, "next") {
			t.Errorf("the way on is %s, and from the way back %s", turn(first, "next"), turn(again, "next"))
		}
	})
}

// turn is the address to which a page's pager leads.
func turn(page visitor.Answer, rel string) string {
	_, rest, _ := strings.Cut(page.Body, `rel="`+rel+`" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(next, "&amp;", "&")
}
