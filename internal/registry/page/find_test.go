package page_test

import (
	"strings"
	"testing"
)

func TestTheSearchFieldFindsPeopleAndSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		found := h.Post(t, office, "/households/search", "q", "Anna Reef")
		if found.Status != 303 || strings.Contains(found.Location(), "Anna") {
			t.Fatalf("%d %s", found.Status, found.Location())
		}
		h.Get(t, office, found.Location()).Want(t, 200, "Ana Reef", "/households/"+reef.Number+"#member-", "Name is spelled alike", "Reef, Cove", "Stranded").Without(t, "Cy Shoal")
		h.Get(t, clerk, found.Location()).Want(t, 410) // somebody else's search
		nothing := h.Post(t, village, "/households/search", "q", "Di Kelp")
		h.Get(t, village, nothing.Location()).Want(t, 200, "Nobody was found in your areas").Without(t, "/households/"+h.find(t, "12001001").Number) // out of scope
		place := h.Post(t, office, "/households/search", "q", "kelp")
		h.Get(t, office, place.Location()).Want(t, 200, "/households?area=12001001", "Di Kelp", "Part of the name")
		h.Get(t, office, "/households/search").Want(t, 200, "Whom are you looking for?") // no search yet
		h.Get(t, analyst, "/households/search").Want(t, 403)
	})
}

func TestANationalIdentityNumberGoesIntoNoAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		page := h.Post(t, office, "/households/search", "q", "12345 67897").Want(t, 200, "Ana Reef", "Di Kelp", "Identity number, claimed by somebody else first").Without(t, "1234567897", "12345 67897") // by identity number
		if page.Location() != "" {
			t.Errorf("the answer leads to %s", page.Location())
		}
		h.Post(t, clerk, "/households/search", "q", "1234567897").Want(t, 200, "Ana Reef").Without(t, "Di Kelp") // in the north
		last := 0
		for range 61 {
			last = h.Post(t, village, "/households/search", "q", "1234567897").Status
		}
		if last != 429 {
			t.Errorf("the 61st look-up in an hour: status %d, want 429", last)
		}
	})
}
