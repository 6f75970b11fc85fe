package rest_test

import (
	"fmt"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	duplicaterest "rightkey/internal/verify/duplicate/rest"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// house is the made-up register with the API and two women who may be one.
type house struct {
	*register.Register
	visitor.API
}

func each(t *testing.T, test func(t *testing.T, h house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) {
		households := registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Constants: map[string]string{"status": "afloat"}}
		persons := registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
			Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "born": "birth"}}
		r.ImportCSV(t, households, "key,area\na,11001001\nb,11001002\n")
		r.ImportCSV(t, persons, "key,hh,name,sex,rel,born\na0,a,Anna Holm,f,head,1970-05-14\na1,a,Karl Holm,m,kin,1968-02-03\nb0,b,Anna Hollm,f,head,1970-05-14\nb1,b,Carl Holm,m,kin,1968-02-03\n")
		list, err := r.Registry.Identities(t.Context(), access.System("a test reads who is registered"), 0, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		ids := make([]int64, len(list))
		for i, one := range list {
			ids[i] = one.ID
		}
		if err := r.Duplicates.Examine(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
		h := house{r, visitor.NewAPI(t, r.Stand, r.Who)}
		duplicaterest.Register(h.API.API, duplicaterest.Rooms{Duplicates: r.Duplicates})
		test(t, h)
	})
}

func TestAPairIsReadPostponedJudgedAndUndoneByItsTag(t *testing.T) {
	each(t, func(t *testing.T, h house) {
		var pairs struct{ Items []duplicaterest.DuplicatePair }
		h.Get(t, register.County, "/duplicates").Want(t, 200).Read(t, &pairs)
		if len(pairs.Items) == 0 {
			t.Fatal("nobody is alike")
		}
		at := fmt.Sprintf("/duplicates/%d", pairs.Items[0].ID)
		read := h.Get(t, register.County, at).Want(t, 200)
		postponed := h.Ask(t, register.County, "POST", at+"/postponement", `{"until":"2015-03-01"}`, "If-Match", read.Tag()).Want(t, 200)
		h.Ask(t, register.County, "POST", at+"/judgements", `{"verdict":"different"}`, "If-Match", read.Tag()).Want(t, 412)
		h.Ask(t, register.County, "POST", at+"/judgements", `{"verdict":"different"}`).Want(t, 428)
		judged := h.Ask(t, register.County, "POST", at+"/judgements", `{"verdict":"different"}`, "If-Match", postponed.Tag()).Want(t, 200)
		h.Ask(t, register.County, "POST", at+"/undo", ``, "If-Match", judged.Tag()).Want(t, 200)
	})
}
