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
		h.Get(t, village, path).Want(t, 200).Read(t, &form) // before the first answer
		if form.ID != 0 || form.Subject != "hamlet" || len(form.Compared) != 2 || *form.Compared[0].Counted != 1 {
			t.Fatalf("%+v", form)
		}
		const rows = `{"reason": "visit", "valid_on": "2013-12-31", "rows": [{"subject": "hamlet", "area": 11001001, "base_ver": 1, "set": {"hearths": 41}}]}`
		h.Ask(t, south, http.MethodPost, "/change-sets", rows).Want(t, 404)
		var set registryrest.ChangeSet
		h.Ask(t, village, http.MethodPost, "/change-sets", rows).Want(t, 200).Read(t, &set)
		h.Get(t, village, path+"?year=2013").Want(t, 200).Read(t, &form)
		if set.State != "applied" || form.Version != 2 || form.Facts["hearths"] != 41.0 || form.Answered["shore"] != 2013 {
			t.Errorf("%+v %+v", set, form)
		}
		h.Get(t, analyst, path).Want(t, 200).Read(t, &form) // who sees no households
		if len(form.Compared) != 0 {
			t.Errorf("counts for who sees no households: %+v", form.Compared)
		}
		h.Get(t, south, path).Want(t, 404)
		h.Ask(t, village, http.MethodPost, "/change-sets", `{"reason": "visit", "rows": [{"subject": "boat", "id": 5, "base_ver": 1, "set": {"hearths": 41}}]}`).Want(t, 400) // no kind of record
	})
}
