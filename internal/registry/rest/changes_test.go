package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	registryrest "rightkey/internal/registry/rest"
)

// submit sends a change of the household with a number.
func (h *house) submit(t *testing.T, account int64, number, source string, base int64, set map[string]any, headers ...string) answer {
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
	return h.ask(t, account, http.MethodPost, "/change-sets", string(body), headers...)
}

func TestAChangeOfAProtectedFieldWaitsForASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		read := h.get(t, clerk, "/households/"+number).want(t, "read", 200, nil)
		h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}).want(t, "without version", 428, nil)
		h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}, "If-Match", h.get(t, office, "/households/"+number).tag()).want(t, "somebody else's ETag", 400, nil)
		var set registryrest.ChangeSet
		submitted := h.submit(t, clerk, number, "api", 0, map[string]any{"status": "refloated"}, "If-Match", read.tag()).want(t, "submit", 200, &set)
		if set.State != "waiting" || submitted.header.Get("Location") == "" {
			t.Fatalf("%+v", set)
		}
		path := fmt.Sprint("/change-sets/", set.ID)
		var file registryrest.ChangeFile
		mine := h.get(t, clerk, path).want(t, "read the set", 200, &file)
		if f := file.Rows[0].Fields[0]; f.Field != "status" || f.Stored != "stranded" || f.Submitted != "refloated" || !f.Protected {
			t.Errorf("%+v", file)
		}
		h.ask(t, clerk, http.MethodPost, path+"/approve", `{}`, "If-Match", mine.tag()).want(t, "one's own", 403, nil)
		h.ask(t, office, http.MethodPost, path+"/approve", `{}`).want(t, "without version", 428, nil)
		h.ask(t, village, http.MethodPost, path+"/approve", `{}`, "If-Match", mine.tag()).want(t, "village", 403, nil)
		h.get(t, south, path).want(t, "out of scope", 404, nil)
		theirs := h.get(t, office, path)
		h.ask(t, office, http.MethodPost, path+"/approve", `{"comment":"seen"}`, "If-Match", theirs.tag()).want(t, "approve", 200, &set)
		if set.State != "applied" || set.Comment != "seen" {
			t.Errorf("%+v", set)
		}
		if after := h.get(t, office, "/households/"+number); !strings.Contains(after.body, `"status":"refloated"`) || after.tag() == read.tag() {
			t.Errorf("after approval: %s", after.body)
		}
		h.ask(t, second, http.MethodPost, path+"/return", `{"comment":"no"}`, "If-Match", h.get(t, second, path).tag()).want(t, "deciding twice", 409, nil)
		h.submit(t, clerk, number, "api", 0, map[string]any{"lamp": false}, "If-Match", read.tag()).want(t, "a stale version", 412, nil)
		var list struct{ Items []registryrest.ChangeSet }
		if h.get(t, office, "/change-sets?state=applied").want(t, "list", 200, &list); len(list.Items) != 1 {
			t.Errorf("%+v", list)
		}
		h.get(t, office, "/change-sets?state=lost").want(t, "an unknown state", 400, nil)
		h.get(t, analyst, "/change-sets").want(t, "analyst", 403, nil)
	})
}

func TestAnOfflineChangeOfARecordThatMovedOnIsAConflictToResolve(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		h.get(t, clerk, "/households/"+number).want(t, "read", 200, &file)
		h.submit(t, clerk, number, "api", file.Version, map[string]any{"drift_nets": 5}).want(t, "online", 200, nil)
		var set registryrest.ChangeSet
		h.submit(t, clerk, number, "offline", file.Version, map[string]any{"drift_nets": 7}).want(t, "offline", 200, &set)
		path := fmt.Sprint("/change-sets/", set.ID)
		tag := h.get(t, office, path).tag()
		if set.State != "conflict" {
			t.Fatalf("%+v", set)
		}
		h.ask(t, office, http.MethodPost, path+"/approve", `{}`, "If-Match", tag).want(t, "approving a conflict", 409, nil)
		h.ask(t, office, http.MethodPost, path+"/resolve", `{"choices":[]}`, "If-Match", tag).want(t, "no choice", 400, nil)
		h.ask(t, office, http.MethodPost, path+"/resolve", `{"choices":[{"row":0,"field":"drift_nets","take":"mine"}]}`, "If-Match", tag).want(t, "resolve", 200, &set)
		if got := h.get(t, office, "/households/"+number); set.State != "applied" || !strings.Contains(got.body, `"drift_nets":7`) {
			t.Errorf("%+v %s", set, got.body)
		}
	})
}

func TestAChangeIsReturnedWithACommentOrWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var file registryrest.HouseholdFile
		h.get(t, clerk, "/households/"+number).want(t, "read", 200, &file)
		for _, end := range []struct{ act, body, state string }{{"return", `{"comment":"unclear"}`, "returned"}, {"withdraw", `{}`, "withdrawn"}} {
			var set registryrest.ChangeSet
			h.submit(t, clerk, number, "api", file.Version, map[string]any{"status": "refloated"}).want(t, "submit", 200, &set)
			path := fmt.Sprint("/change-sets/", set.ID)
			by := int64(office)
			if end.act == "withdraw" {
				by = clerk
				h.ask(t, office, http.MethodPost, path+"/withdraw", `{}`, "If-Match", h.get(t, office, path).tag()).want(t, "somebody else's", 403, nil)
			} else {
				h.ask(t, office, http.MethodPost, path+"/return", `{}`, "If-Match", h.get(t, office, path).tag()).want(t, "without comment", 400, nil)
			}
			h.ask(t, by, http.MethodPost, path+"/"+end.act, end.body, "If-Match", h.get(t, by, path).tag()).want(t, end.act, 200, &set)
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
		h.get(t, clerk, "/households/"+number).want(t, "read", 200, &file)
		for _, set := range []map[string]any{{"drift_nets": 99}, {"drift_nets": "many"}, {"colour": "red"}, {"boats": []string{"09"}}, {"number": "1"}, {"status": "sunk"}} {
			h.submit(t, clerk, number, "api", file.Version, set).want(t, fmt.Sprint(set), 400, nil)
		}
		h.submit(t, clerk, h.number(t, "12001001"), "api", 1, map[string]any{"lamp": true}).want(t, "out of scope", 404, nil)
		h.submit(t, analyst, number, "api", 1, map[string]any{"lamp": true}).want(t, "analyst", 403, nil)
		var set registryrest.ChangeSet
		if h.submit(t, clerk, number, "api", file.Version, map[string]any{"lamp": true}).want(t, "nothing new", 200, &set); set.State != "unchanged" || set.ID != 0 {
			t.Errorf("%+v", set)
		}
		values := map[string]any{"boats": []string{"01", "03"}, "tide_share": 0.25, "moored_on": "2014-06-30", "catch_value": nil}
		if h.submit(t, clerk, number, "api", file.Version, values).want(t, "every kind of value", 200, &set); set.State != "applied" {
			t.Errorf("%+v", set)
		}
		var now registryrest.HouseholdFile
		h.get(t, clerk, "/households/"+number).want(t, "read", 200, &now)
		if got, _ := json.Marshal(now.Facts); string(got) != `{"boats":["01","03"],"lamp":true,"moored_on":"2014-06-30","tide_share":0.25}` {
			t.Errorf("%s", got)
		}
		var old registryrest.HouseholdFile
		if h.get(t, clerk, "/households/"+number+"?year=2013").want(t, "the year before", 200, &old); fmt.Sprint(old.Facts["drift_nets"], old.Facts["boats"], old.Answered, old.Years) != "3 <nil> map[boats:2013] [2014 2013]" {
			t.Errorf("2013: %v, answered %v of %v", old.Facts, old.Answered, old.Years)
		}
		h.get(t, clerk, "/households/"+number+"?year=13").want(t, "no year", 400, nil)
	})
}

func TestARepeatedSubmissionIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		var first, again registryrest.ChangeSet
		h.submit(t, clerk, number, "api", 2, map[string]any{"status": "refloated"}, "Idempotency-Key", "visit-2014-12-31").want(t, "first", 200, &first)
		got := h.submit(t, clerk, number, "api", 2, map[string]any{"status": "refloated"}, "Idempotency-Key", "visit-2014-12-31").want(t, "again", 200, &again)
		if first.ID != again.ID || got.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%+v and %+v", first, again)
		}
	})
}

func TestTheHistoryAndTheFileAsItStoodAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		number := h.number(t, "11001001")
		h.submit(t, clerk, number, "api", 2, map[string]any{"lamp": false}).want(t, "edit", 200, nil)
		var list struct {
			Items []registryrest.FieldChange `json:"items"`
		}
		h.get(t, clerk, "/households/"+number+"/history?subject=household&field=lamp").want(t, "history", 200, &list)
		if len(list.Items) != 2 || list.Items[0].Before != true || list.Items[0].After != false || list.Items[0].Source != "api" || list.Items[1].Source != "import" {
			t.Errorf("%+v", list.Items)
		}
		h.get(t, clerk, "/households/"+number+"/history?limit=3").want(t, "a page", 200, &list)
		if len(list.Items) != 3 {
			t.Errorf("%d items of a page of 3", len(list.Items))
		}
		var then registryrest.HouseholdFile
		if h.get(t, clerk, "/households/"+number+"?as_of=2014-06-30").want(t, "as of", 200, &then); then.Facts["lamp"] != true || len(then.Persons) != 2 {
			t.Errorf("%+v", then)
		}
		h.get(t, clerk, "/households/"+number+"?as_of=2099-01-01").want(t, "tomorrow", 400, nil)
		h.get(t, clerk, "/households/"+number+"?as_of=2001-01-01").want(t, "before its registration", 404, nil)
		h.get(t, analyst, "/households/"+number+"/history").want(t, "analyst", 403, nil)
	})
}
