package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	registryrest "rightkey/internal/registry/rest"
	"rightkey/test/visitor"
)

// submit sends a change of the household with a number.
func (h *house) submit(t *testing.T, account int64, number, source string, base int64, set map[string]any, headers ...string) visitor.Answer {
	t.Helper()
	row := map[string]any{"subject": "household", "number": number, "set": set}
	if base != 0 {
		row["base_ver"] = base
	}
	if source == "offline" {
		row["base"] = map[string]any{"drift_nets": 3}
	}
	body, err := json.Marshal(map[string]any{"source": source, "reason": "visit", "rows": []any{row}})
	if err != nil {
		t.Fatal(err)
	}
	return h.Ask(t, account, http.MethodPost, "/change-sets", string(body), headers...)
}

func TestAChangeOfAProtectedFieldWaitsForASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		read := h.Get(t, clerk, "/households/"+number).Want(t, 200)
		h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}).Want(t, 428)
		h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}, "If-Match", h.Get(t, office, "/households/"+number).Tag()).Want(t, 400) // somebody else's ETag
		var set registryrest.ChangeSet
		submitted := h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}, "If-Match", read.Tag()).Want(t, 200).Read(t, &set)
		if set.State != "waiting" || submitted.Header.Get("Location") == "" {
			t.Fatalf("%+v", set)
		}
		path := fmt.Sprint("/change-sets/", set.ID)
		var file registryrest.ChangeFile
		mine := h.Get(t, clerk, path).Want(t, 200).Read(t, &file) // read the set
		if f := file.Rows[0].Fields[0]; f.Field != "status" || f.Stored != "stranded" || f.Submitted != "refloated" || !f.Protected {
			t.Errorf("%+v", file)
		}
		h.Ask(t, clerk, http.MethodPost, path+"/approve", `{}`, "If-Match", mine.Tag()).Want(t, 403)
		h.Ask(t, office, http.MethodPost, path+"/approve", `{}`).Want(t, 428)
		h.Ask(t, village, http.MethodPost, path+"/approve", `{}`, "If-Match", mine.Tag()).Want(t, 403)
		h.Get(t, south, path).Want(t, 404) // out of scope
		theirs := h.Get(t, office, path)
		h.Ask(t, office, http.MethodPost, path+"/approve", `{"comment":"seen"}`, "If-Match", theirs.Tag()).Want(t, 200).Read(t, &set)
		if set.State != "applied" || set.Comment != "seen" {
			t.Errorf("%+v", set)
		}
		if after := h.Get(t, office, "/households/"+number); !strings.Contains(after.Body, `"status":"refloated"`) || after.Tag() == read.Tag() {
			t.Errorf("after approval: %s", after.Body)
		}
		h.Ask(t, second, http.MethodPost, path+"/return", `{"comment":"no"}`, "If-Match", h.Get(t, second, path).Tag()).Want(t, 409)
		h.submit(t, clerk, number, "api", 0, map[string]any{"lamp": false}, "If-Match", read.Tag()).Want(t, 412) // a stale version
		var list struct{ Items []registryrest.ChangeSet }
		if h.Get(t, office, "/change-sets?state=applied").Want(t, 200).Read(t, &list); len(list.Items) != 1 {
			t.Errorf("%+v", list)
		}
		h.Get(t, office, "/change-sets?state=lost").Want(t, 400) // an unknown state
		h.Get(t, analyst, "/change-sets").Want(t, 403)
	})
}

func TestAnOfflineChangeOfARecordThatMovedOnIsAConflictToResolve(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		h.Get(t, clerk, "/households/"+number).Want(t, 200).Read(t, &file)
		h.submit(t, clerk, number, "api", file.Version, map[string]any{"drift_nets": 5}).Want(t, 200)
		var set registryrest.ChangeSet
		h.submit(t, clerk, number, "offline", file.Version, map[string]any{"drift_nets": 7}).Want(t, 200).Read(t, &set)
		path := fmt.Sprint("/change-sets/", set.ID)
		tag := h.Get(t, office, path).Tag()
		if set.State != "conflict" {
			t.Fatalf("%+v", set)
		}
		h.Ask(t, office, http.MethodPost, path+"/approve", `{}`, "If-Match", tag).Want(t, 409) // approving a conflict
		h.Ask(t, office, http.MethodPost, path+"/resolve", `{"choices":[]}`, "If-Match", tag).Want(t, 400)
		h.Ask(t, office, http.MethodPost, path+"/resolve", `{"choices":[{"row":0,"field":"drift_nets","take":"mine"}]}`, "If-Match", tag).Want(t, 200).Read(t, &set)
		if got := h.Get(t, office, "/households/"+number); set.State != "applied" || !strings.Contains(got.Body, `"drift_nets":7`) {
			t.Errorf("%+v %s", set, got.Body)
		}
	})
}

func TestAChangeIsReturnedWithACommentOrWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		h.Get(t, clerk, "/households/"+number).Want(t, 200).Read(t, &file)
		for _, end := range []struct{ act, body, state string }{{"return", `{"comment":"unclear"}`, "returned"}, {"withdraw", `{}`, "withdrawn"}} {
			var set registryrest.ChangeSet
			h.submit(t, clerk, number, "api", file.Version, map[string]any{"status": "refloated"}).Want(t, 200).Read(t, &set)
			path := fmt.Sprint("/change-sets/", set.ID)
			by := int64(office)
			if end.act == "withdraw" {
				by = clerk
				h.Ask(t, office, http.MethodPost, path+"/withdraw", `{}`, "If-Match", h.Get(t, office, path).Tag()).Want(t, 403)
			} else {
				h.Ask(t, office, http.MethodPost, path+"/return", `{}`, "If-Match", h.Get(t, office, path).Tag()).Want(t, 400)
			}
			h.Ask(t, by, http.MethodPost, path+"/"+end.act, end.body, "If-Match", h.Get(t, by, path).Tag()).Want(t, 200).Read(t, &set)
			if set.State != end.state {
				t.Errorf("%s: %+v", end.act, set)
			}
		}
	})
}

func TestARefusedChangeNamesItsFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		h.Get(t, clerk, "/households/"+number).Want(t, 200).Read(t, &file)
		for _, set := range []map[string]any{{"drift_nets": 99}, {"drift_nets": "many"}, {"colour": "red"}, {"boats": []string{"09"}}, {"number": "1"}, {"status": "sunk"}} {
			h.submit(t, clerk, number, "api", file.Version, set).Want(t, 400)
		}
		h.submit(t, clerk, h.number(t, "12001001"), "api", 1, map[string]any{"lamp": true}).Want(t, 404) // out of scope
		h.submit(t, analyst, number, "api", 1, map[string]any{"lamp": true}).Want(t, 403)
		var set registryrest.ChangeSet
		if h.submit(t, clerk, number, "api", file.Version, map[string]any{"lamp": true}).Want(t, 200).Read(t, &set); set.State != "unchanged" || set.ID != 0 {
			t.Errorf("%+v", set)
		}
		values := map[string]any{"boats": []string{"01", "03"}, "tide_share": 0.25, "moored_on": "2014-06-30", "catch_value": nil}
		if h.submit(t, clerk, number, "api", file.Version, values).Want(t, 200).Read(t, &set); set.State != "applied" { // every kind of value
			t.Errorf("%+v", set)
		}
		var now registryrest.HouseholdFile
		h.Get(t, clerk, "/households/"+number).Want(t, 200).Read(t, &now)
		if got, _ := json.Marshal(now.Facts); string(got) != `{"boats":["01","03"],"lamp":true,"moored_on":"2014-06-30","tide_share":0.25}` {
			t.Errorf("%s", got)
		}
		var old registryrest.HouseholdFile
		if h.Get(t, clerk, "/households/"+number+"?year=2013").Want(t, 200).Read(t, &old); fmt.Sprint(old.Facts["drift_nets"], old.Facts["boats"], old.Answered, old.Years) != "3 <nil> map[boats:2013] [2014 2013]" { // the year before
			t.Errorf("2013: %v, answered %v of %v", old.Facts, old.Answered, old.Years)
		}
		h.Get(t, clerk, "/households/"+number+"?year=13").Want(t, 400)
	})
}

func TestARepeatedSubmissionIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var first, again registryrest.ChangeSet
		h.submit(t, clerk, number, "api", 2, map[string]any{"status": "refloated"}, "Idempotency-Key", "visit-2014-12-31").Want(t, 200).Read(t, &first)
		got := h.submit(t, clerk, number, "api", 2, map[string]any{"status": "refloated"}, "Idempotency-Key", "visit-2014-12-31").Want(t, 200).Read(t, &again)
		if first.ID != again.ID || got.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%+v and %+v", first, again)
		}
	})
}

func TestTheHistoryAndTheFileAsItStoodAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		h.submit(t, clerk, number, "api", 2, map[string]any{"lamp": false}).Want(t, 200)
		var list struct {
			Items []registryrest.FieldChange `json:"items"`
		}
		h.Get(t, clerk, "/households/"+number+"/history?subject=household&field=lamp").Want(t, 200).Read(t, &list)
		if len(list.Items) != 2 || list.Items[0].Before != true || list.Items[0].After != false || list.Items[0].Source != "api" || list.Items[1].Source != "import" {
			t.Errorf("%+v", list.Items)
		}
		h.Get(t, clerk, "/households/"+number+"/history?limit=3").Want(t, 200).Read(t, &list)
		if len(list.Items) != 3 {
			t.Errorf("%d items of a page of 3", len(list.Items))
		}
		var then registryrest.HouseholdFile
		if h.Get(t, clerk, "/households/"+number+"?as_of=2014-06-30").Want(t, 200).Read(t, &then); then.Facts["lamp"] != true || len(then.Persons) != 2 {
			t.Errorf("%+v", then)
		}
		h.Get(t, clerk, "/households/"+number+"?as_of=2099-01-01").Want(t, 400)
		h.Get(t, clerk, "/households/"+number+"?as_of=2001-01-01").Want(t, 404) // before its registration
		h.Get(t, analyst, "/households/"+number+"/history").Want(t, 403)
	})
}
