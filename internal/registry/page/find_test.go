package page_test

import (
	"strings"
	"testing"
)

func TestTheSearchFieldFindsPeopleAndSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		found := h.post(t, office, "/households/search", "q", "Anna Reef")
		if found.status != 303 || strings.Contains(found.location(), "Anna") {
			t.Fatalf("%d %s", found.status, found.location())
		}
		h.get(t, office, found.location()).want(t, "answers", 200, "Ana Reef", "/households/"+reef.Number+"#member-", "Name is spelled alike", "Reef, Cove", "Stranded").without(t, "answers", "Cy Shoal")
		h.get(t, clerk, found.location()).want(t, "somebody else's search", 410)
		nothing := h.post(t, village, "/households/search", "q", "Di Kelp")
		h.get(t, village, nothing.location()).want(t, "out of scope", 200, "Nobody was found in your areas").without(t, "out of scope", "/households/"+h.find(t, "12001001").Number)
		place := h.post(t, office, "/households/search", "q", "kelp")
		h.get(t, office, place.location()).want(t, "a village", 200, "/households?area=12001001", "Di Kelp", "Part of the name")
		h.get(t, office, "/households/search").want(t, "no search yet", 200, "Whom are you looking for?")
		h.get(t, analyst, "/households/search").want(t, "analyst", 403)
	})
}

func TestANationalIdentityNumberGoesIntoNoAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		page := h.post(t, office, "/households/search", "q", "12345 67897").want(t, "by identity number", 200, "Ana Reef", "Di Kelp", "Identity number, claimed by somebody else first").
			without(t, "by identity number", "1234567897", "12345 67897")
		if page.location() != "" {
			t.Errorf("the answer leads to %s", page.location())
		}
		h.post(t, clerk, "/households/search", "q", "1234567897").want(t, "in the north", 200, "Ana Reef").without(t, "in the north", "Di Kelp")
		last := 0
		for range 61 {
			last = h.post(t, village, "/households/search", "q", "1234567897").status
		}
		if last != 429 {
			t.Errorf("the 61st look-up in an hour: status %d, want 429", last)
		}
	})
}
