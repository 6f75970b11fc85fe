package rest_test

import (
	"net/http"
	"testing"

	registryrest "rightkey/internal/registry/rest"
)

func TestTheFormOfAnAreaIsReadAndChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		const path = "/areas/11001001/form"
		var form registryrest.AreaForm
		h.get(t, village, path).want(t, "before the first answer", 200, &form)
		if form.ID != 0 || form.Subject != "hamlet" || len(form.Compared) != 2 || *form.Compared[0].Counted != 1 {
			t.Fatalf("%+v", form)
		}
		const rows = `{"reason": "visit", "valid_on": "2013-12-31", "rows": [{"subject": "hamlet", "area": 11001001, "base_ver": 1, "set": {"hearths": 41}}]}`
		h.ask(t, south, http.MethodPost, "/change-sets", rows).want(t, "another county", 404, nil)
		var set registryrest.ChangeSet
		h.ask(t, village, http.MethodPost, "/change-sets", rows).want(t, "submit", 200, &set)
		h.get(t, village, path+"?year=2013").want(t, "after", 200, &form)
		if set.State != "applied" || form.Version != 2 || form.Facts["hearths"] != 41.0 || form.Answered["shore"] != 2013 {
			t.Errorf("%+v %+v", set, form)
		}
		h.get(t, analyst, path).want(t, "who sees no households", 200, &form)
		if len(form.Compared) != 0 {
			t.Errorf("counts for who sees no households: %+v", form.Compared)
		}
		h.get(t, south, path).want(t, "another county", 404, nil)
		h.ask(t, village, http.MethodPost, "/change-sets", `{"reason": "visit", "rows": [{"subject": "boat", "id": 5, "base_ver": 1, "set": {"hearths": 41}}]}`).want(t, "no kind of record", 400, nil)
	})
}
