package rest_test

import (
	"encoding/json"
	"strings"
	"testing"

	registryrest "rightkey/internal/registry/rest"
)

func (h *house) searched(t *testing.T, account int64, body string) []registryrest.Hit {
	t.Helper()
	a := h.Ask(t, account, "POST", "/searches", body)
	var out registryrest.Hits
	if err := json.Unmarshal([]byte(a.Body), &out); a.Status != 200 || err != nil {
		t.Fatalf("%s: %d %s", body, a.Status, a.Body)
	}
	return out.Hits
}

func TestASearchAnswersPeopleInScopeWithTheReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		hits := h.searched(t, office, `{"text": "Ana Ref"}`)
		if len(hits) == 0 || hits[0].Person == nil || hits[0].Person.Name != "Ana Reef" || hits[0].Why != "spelled" || hits[0].Household.HeadName != "Ana Reef" || hits[0].Area != "11001001" {
			t.Errorf("%+v", hits)
		}
		if hits := h.searched(t, south, `{"text": "Ana Reef"}`); len(hits) != 0 {
			t.Errorf("from the south: %+v", hits)
		}
		if hits := h.searched(t, office, `{"text": "Reef", "area": "12"}`); len(hits) != 0 {
			t.Errorf("narrowed to the south: %+v", hits)
		}
		if hits := h.searched(t, office, `{"text": "1234567897", "limit": 1}`); len(hits) != 1 || hits[0].Person.IdentityTail != "7897" {
			t.Errorf("by identity number: %+v", hits)
		}
		for body, status := range map[string]int{`{"text": ""}`: 400, `{"text": "x", "area": "99"}`: 404, `{}`: 400, `{"text": "` + strings.Repeat("x", 300) + `"}`: 400} {
			if a := h.Ask(t, office, "POST", "/searches", body); a.Status != status {
				t.Errorf("%s: %d %s, want %d", body, a.Status, a.Body, status)
			}
		}
		if a := h.Ask(t, analyst, "POST", "/searches", `{"text": "Ana"}`); a.Status != 403 {
			t.Errorf("an analyst: %d", a.Status)
		}
	})
}
