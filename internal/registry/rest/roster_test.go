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
	h.Get(t, office, "/households/"+number).Want(t, 200).Read(t, &file)
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
		h.Get(t, village, path+"/roster-acts").Want(t, 200).Read(t, &acts)
		if len(acts.Items) < 10 || acts.Items[0].Code != "born" || !acts.Items[0].Newborn {
			t.Errorf("acts %+v", acts)
		}
		act := fmt.Sprintf(`{"code": "own_hearth", "day": "2014-06-01", "persons": ["%s"], "relations": {}}`, bo)
		var plan registryrest.RosterPlan
		shown := h.Ask(t, village, http.MethodPost, path+"/roster-previews", act).Want(t, 200).Read(t, &plan)
		if len(plan.After) != 2 || len(plan.After[0].Members) != 1 || plan.After[1].Members[0].Number != bo || !plan.After[1].Members[0].Head || plan.Before[1].Number != "" {
			t.Errorf("plan %+v", plan)
		}
		report := strings.TrimSuffix(act, "}") + `, "reason": "told"}`
		h.Ask(t, village, http.MethodPost, path+"/roster-acts", report).Want(t, 428)
		h.Ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", h.Get(t, office, path).Tag()).Want(t, 400) // somebody else's ETag
		h.Ask(t, village, http.MethodPost, path+"/roster-acts", strings.Replace(report, bo, "12", 1), "If-Match", shown.Tag()).Want(t, 400)
		h.Ask(t, south, http.MethodPost, path+"/roster-previews", act).Want(t, 404) // out of scope
		h.Ask(t, analyst, http.MethodPost, path+"/roster-previews", act).Want(t, 403)
		var set registryrest.ChangeSet
		h.Ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", shown.Tag()).Want(t, 200).Read(t, &set)
		if set.State != "waiting" {
			t.Fatalf("%+v", set)
		}
		review := h.Get(t, office, fmt.Sprint("/change-sets/", set.ID))
		if !strings.Contains(review.Body, bo) || strings.Contains(review.Body, "sealed") {
			t.Errorf("review %s", review.Body)
		}
		h.Ask(t, office, http.MethodPost, fmt.Sprint("/change-sets/", set.ID, "/approve"), `{}`, "If-Match", review.Tag()).Want(t, 200)
		if persons := h.persons(t, number); len(persons) != 1 {
			t.Errorf("who stays: %+v", persons)
		}
		h.Ask(t, village, http.MethodPost, path+"/roster-acts", report, "If-Match", shown.Tag()).Want(t, 412) // on an old version
	})
}

func TestATransferIsAcceptedByTheReceivingCounty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		path := "/households/" + number
		read := h.Get(t, clerk, path)
		var set registryrest.ChangeSet
		h.Ask(t, clerk, http.MethodPost, path+"/roster-acts", `{"code": "other_canton", "day": "2014-06-01", "area": "12001001", "reason": "moved"}`, "If-Match", read.Tag()).Want(t, 200).Read(t, &set)
		var list struct{ Items []registryrest.Transfer }
		h.Get(t, clerk, "/transfers").Want(t, 200).Read(t, &list) // the old county's list
		if len(list.Items) != 0 {
			t.Errorf("the old county's list %+v", list)
		}
		h.Get(t, south, "/transfers").Want(t, 200).Read(t, &list)
		if len(list.Items) != 1 || list.Items[0].Number != number || list.Items[0].From != "11001001" || list.Items[0].To != "12001001" {
			t.Fatalf("list %+v", list)
		}
		at := fmt.Sprint("/transfers/", list.Items[0].ID)
		h.Get(t, clerk, at).Want(t, 404) // the old county's
		var file registryrest.TransferFile
		theirs := h.Get(t, south, at).Want(t, 200).Read(t, &file)
		if file.Plan == nil || file.Plan.After[0].Area != "12001001" || file.Plan.Before[0].Members[0].Name != "Ana Reef" {
			t.Errorf("file %+v", file)
		}
		h.Ask(t, south, http.MethodPost, at+"/return", `{}`, "If-Match", theirs.Tag()).Want(t, 400) // return without a word
		h.Ask(t, south, http.MethodPost, at+"/accept", `{}`).Want(t, 428)
		h.Ask(t, south, http.MethodPost, at+"/accept", `{"comment": "welcome"}`, "If-Match", theirs.Tag()).Want(t, 200).Read(t, &set)
		if set.State != "applied" {
			t.Errorf("%+v", set)
		}
		h.Get(t, south, path).Want(t, 200) // the new county
		h.Get(t, clerk, path).Want(t, 404) // the old county
	})
}
