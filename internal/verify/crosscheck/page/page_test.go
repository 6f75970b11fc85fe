package page_test

import (
	"fmt"
	"regexp"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/verify/crosscheck/page"
	"rightkey/internal/web"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// souls is how files of members are read here.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "born": "birth"}}

// open is a register with one household and the pages of cross-checks.
func open(t *testing.T, r *register.Register) *visitor.Pages {
	t.Helper()
	r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,stranded,1,10\n")
	r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,born\na0,a,Anna Holm,f,head,1234567897,1970-05-14\n")
	pages := visitor.NewPages(r.Who, register.County)
	page.Register(pages.Server, page.Needs{Crosschecks: r.Crosschecks, Desk: web.Desk{Caller: visitor.Caller}})
	return pages
}

const ship = "key,name,number,birth,kind,value,since\ns1,Anna Holm,1234567897,1970-05-14,cutter,500,2013-12-30\n"

// Operating rules 8.2, A2: a member bought a car after entry; the hit is explained, and the waiver is kept in the report
// of the look-back.
func TestACarBoughtAfterEntryIsExplainedAndTheWaiverStaysInTheReport(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		pages := open(t, r)
		pages.Get(t, register.County, "/checks").Want(t, 200, "C01 A member owns a ship", "Ask a department")
		list := pages.Send(t, register.County, "/checks", "ships.csv", ship, "rule", "C01", "area", "11001", "day", "2014-01-01", "basis", "letter 7").Want(t, 303).Location()
		r.Settle(t)
		pages.Get(t, register.County, list).Want(t, 200, "letter 7", "Harbour office", "compared")
		found := regexp.MustCompile(`/leads/(\d+)`).FindStringSubmatch(pages.Get(t, register.County, "/leads").Want(t, 200, "C01 A member owns a ship", "veto", "new").Body)
		if found == nil {
			t.Fatal("the list names no lead")
		}
		lead := "/leads/" + found[1]
		pages.Get(t, register.Village, lead).Want(t, 200, "cutter", "identity number", "A lead changes nothing of the register")
		pages.Post(t, register.Village, lead+"/explain", "ver", "1", "explanation", "livelihood", "evidence", "licence of a carrier").Want(t, 303)
		pages.Get(t, register.Village, lead).Want(t, 200, "A second person has to act on it", "licence of a carrier")
		pages.Post(t, register.County, lead+"/act", "ver", "2", "act", "waived").Want(t, 303)
		pages.Get(t, register.County, "/leads").Want(t, 200, "No leads")
		pages.Get(t, register.County, "/leads/report").Want(t, 200, "The hearth earns its living with it", "licence of a carrier", "The hearth keeps its standing")
		pages.Get(t, register.South, "/leads/report").Want(t, 200).Without(t, "licence of a carrier")
		pages.Get(t, register.South, lead).Want(t, 404)
	})
}

func TestALeadOfAnOfficialWhoIsAwayStandsInTheDeputysInbox(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		const other = 37
		of := r.Who(register.Village)
		deputy := r.Caller(other, "person-37", "analyst")
		deputy.Covers = []access.Cover{{Grant: of.Grants[0], Since: deputy.Today, Till: deputy.Today + 30, Of: &access.Principal{Account: of.Account, Person: of.Person}}}
		pages := open(t, r)
		pages.Send(t, register.County, "/checks", "ships.csv", ship, "rule", "C01", "area", "11001", "day", "2014-01-01", "basis", "letter 7").Want(t, 303)
		r.Settle(t)
		found := regexp.MustCompile(`/leads/(\d+)`).FindStringSubmatch(pages.Get(t, register.County, "/leads").Want(t, 200).Body)
		pages.Post(t, register.County, "/leads/assign", "item", found[1], "owner", fmt.Sprint(register.Village)).Want(t, 303)
		inbox := page.Waiting(r.Crosschecks)
		for day, want := range map[clock.Day]int{deputy.Today: 1, deputy.Today + 31: 0} {
			deputy.Today = day
			rows, err := inbox(t.Context(), deputy)
			if err != nil || len(rows) != want {
				t.Errorf("on day %s %d rows wait for the deputy, want %d: %v", day, len(rows), want, err)
			}
		}
		deputy.Today = of.Today
		theirs := visitor.NewPages(func(int64) access.Caller { return deputy }, other)
		page.Register(theirs.Server, page.Needs{Crosschecks: r.Crosschecks, Desk: web.Desk{Caller: visitor.Caller}})
		theirs.Get(t, other, "/leads?owner=me&state=assigned").Want(t, 200, found[0])
	})
}
