package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	registryrest "rightkey/internal/registry/rest"
)

// persons are the members of a household by name.
func (h *house) persons(t *testing.T, number string) map[string]registryrest.Person {
	t.Helper()
	var file registryrest.HouseholdFile
	h.get(t, office, "/households/"+number).want(t, "read", 200, &file)
	byName := map[string]registryrest.Person{}
	for _, p := range file.Persons {
		byName[p.Name] = p
	}
	return byName
}

func TestARosterActIsPreviewedAndReported(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		path := "/households/" + number
		bo := h.persons(t, number)["Bo Reef"].Number
		var acts struct{ Items []registryrest.RosterAct }
		h.get(t, village, path+"/roster-acts").want(t, "acts", 200, &acts)
		if len(acts.Items) < 10 || acts.Items[0].Code != "born" || !acts.Items[0].Newborn {
			t.Errorf("acts %+v", acts)
		}
		act := fmt.Sprintf(`{"code": "own_hearth", "day": "2014-06-01", "persons": ["%s"], "relations": {}}`, bo)
		var plan registryrest.RosterPlan
		shown := h.ask(t, village, http.MethodPost, path+"/roster-previews", act).want(t, "preview", 200, &plan)
		if len(plan.After) != 2 || len(plan.After[0].Members) != 1 || plan.After[1].Members[0].Number != bo || !plan.After[1].Members[0].Head || plan.Before[1].Number != "" {
			t.Errorf("plan %+v", plan)
		}
		report := strings.TrimSuffix(act, "}") + `, "reason": "told"}`
		h.ask(t, village, http.MethodPost, path+"/roster-acts", report).want(t, "without version", 428, nil)
		h.ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", h.get(t, office, path).tag()).want(t, "somebody else's ETag", 400, nil)
		h.ask(t, village, http.MethodPost, path+"/roster-acts", strings.Replace(report, bo, "12", 1), "If-Match", shown.tag()).want(t, "no number", 400, nil)
		h.ask(t, south, http.MethodPost, path+"/roster-previews", act).want(t, "out of scope", 404, nil)
		h.ask(t, analyst, http.MethodPost, path+"/roster-previews", act).want(t, "analyst", 403, nil)
		var set registryrest.ChangeSet
		h.ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", shown.tag()).want(t, "report", 200, &set)
		if set.State != "waiting" {
			t.Fatalf("%+v", set)
		}
		review := h.get(t, office, fmt.Sprint("/change-sets/", set.ID))
		if !strings.Contains(review.body, bo) || strings.Contains(review.body, "sealed") {
			t.Errorf("review %s", review.body)
		}
		h.ask(t, office, http.MethodPost, fmt.Sprint("/change-sets/", set.ID, "/approve"), `{}`, "If-Match", review.tag()).want(t, "approve", 200, nil)
		if persons := h.persons(t, number); len(persons) != 1 {
			t.Errorf("who stays: %+v", persons)
		}
		h.ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", shown.tag()).want(t, "on an old version", 412, nil)
	})
}

func TestATransferIsAcceptedByTheReceivingCounty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		path := "/households/" + number
		read := h.get(t, clerk, path)
		var set registryrest.ChangeSet
		h.ask(t, clerk, http.MethodPost, path+"/roster-acts", `{"code": "other_canton", "day": "2014-06-01", "area": "12001001", "reason": "moved"}`, "If-Match", read.tag()).want(t, "ask", 200, &set)
		var list struct{ Items []registryrest.Transfer }
		h.get(t, clerk, "/transfers").want(t, "the old county's list", 200, &list)
		if len(list.Items) != 0 {
			t.Errorf("the old county's list %+v", list)
		}
		h.get(t, south, "/transfers").want(t, "list", 200, &list)
		if len(list.Items) != 1 || list.Items[0].Number != number || list.Items[0].From != "11001001" || list.Items[0].To != "12001001" {
			t.Fatalf("list %+v", list)
		}
		at := fmt.Sprint("/transfers/", list.Items[0].ID)
		h.get(t, clerk, at).want(t, "the old county's", 404, nil)
		var file registryrest.TransferFile
		theirs := h.get(t, south, at).want(t, "read", 200, &file)
		if file.Plan == nil || file.Plan.After[0].Area != "12001001" || file.Plan.Before[0].Members[0].Name != "Ana Reef" {
			t.Errorf("file %+v", file)
		}
		h.ask(t, south, http.MethodPost, at+"/return", `{}`, "If-Match", theirs.tag()).want(t, "return without a word", 400, nil)
		h.ask(t, south, http.MethodPost, at+"/accept", `{}`).want(t, "without version", 428, nil)
		h.ask(t, south, http.MethodPost, at+"/accept", `{"comment": "welcome"}`, "If-Match", theirs.tag()).want(t, "accept", 200, &set)
		if set.State != "applied" {
			t.Errorf("%+v", set)
		}
		h.get(t, south, path).want(t, "the new county", 200, nil)
		h.get(t, clerk, path).want(t, "the old county", 404, nil)
	})
}
