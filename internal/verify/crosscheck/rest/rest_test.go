package rest_test

import (
	"fmt"
	"testing"

	"rightkey/internal/registry"
	"rightkey/internal/verify/crosscheck/rest"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// souls is how files of members are read here.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "born": "birth"}}

const ship = "key,name,number,birth,kind,value,since\ns1,Anna Holm,1234567897,1970-05-14,cutter,500,2013-12-30\n"

func TestALeadIsFoundExplainedAndActedOnByTheAPI(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,stranded,1,10\n")
		r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,born\na0,a,Anna Holm,f,head,1234567897,1970-05-14\n")
		api := visitor.NewAPI(t, r.Stand, r.Who)
		rest.Register(api.API, rest.Rooms{Crosschecks: r.Crosschecks})
		var list struct{ ID int64 }
		api.Ask(t, register.County, "POST", "/check-lists?rule=C01&area=11001&day=2014-01-01&basis=letter&name=ships.csv", ship, "Content-Type", "text/csv").Want(t, 201).Read(t, &list)
		r.Settle(t)
		api.Get(t, register.County, fmt.Sprintf("/check-lists/%d", list.ID)).Want(t, 200, `"compared"`, `"matched":1`, `"leads":1`)
		var found struct{ Items []struct{ ID int64 } }
		api.Get(t, register.Village, "/leads").Want(t, 200).Read(t, &found)
		if len(found.Items) != 1 {
			t.Fatalf("leads %+v", found)
		}
		lead := fmt.Sprintf("/leads/%d", found.Items[0].ID)
		tag := api.Get(t, register.Village, lead).Want(t, 200, `"kind":"cutter"`).Tag()
		api.Ask(t, register.Village, "POST", lead+"/explain", `{"code": "livelihood", "evidence": "licence"}`, "If-Match", tag).Want(t, 200, `"explained"`)
		tag = api.Get(t, register.County, lead).Tag()
		api.Ask(t, register.County, "POST", lead+"/act", `{"code": "waived"}`, "If-Match", tag).Want(t, 200, `"acted"`)
		api.Get(t, register.County, "/leads?waived=true").Want(t, 200, `"licence"`)
		api.Get(t, register.South, lead).Want(t, 404)
	})
}
