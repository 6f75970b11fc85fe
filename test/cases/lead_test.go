package cases

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	crosscheckpage "rightkey/internal/verify/crosscheck/page"
	crosscheckrest "rightkey/internal/verify/crosscheck/rest"
	"rightkey/internal/web"
	"rightkey/test/visitor"
)

// cars compares the police's list of cars with the register: one that belongs to a member of each household. It returns
// the addresses of the leads, the oldest household's first.
func (c *county) cars(n int) []string {
	c.t.Helper()
	crosscheckpage.Register(c.pages.Server, crosscheckpage.Needs{Crosschecks: c.Crosschecks, Desk: web.Desk{Caller: visitor.Caller}})
	crosscheckrest.Register(c.API.API, crosscheckrest.Rooms{Crosschecks: c.Crosschecks})
	rows := "key,name,number,birth,kind,value,since\n"
	for i := range n {
		rows += fmt.Sprintf("car%d,Dara Benu,,200%d-02-03,轿车,60000,%s\n", i, i+1, c.today()-10)
	}
	c.Ask(c.t, office, "POST", fmt.Sprintf("/check-lists?rule=X01&area=%s&day=%s&basis=letter&name=cars.csv", c.codes[len(c.codes)-3], c.today()), rows, "Content-Type", "text/csv").Want(c.t, 201)
	c.Settle(c.t)
	var found struct{ Items []crosscheckrest.Lead }
	c.API.Get(c.t, office, "/leads?rule=X01").Want(c.t, 200).Read(c.t, &found)
	if len(found.Items) != n {
		c.t.Fatalf("%d leads of %d cars", len(found.Items), n)
	}
	slices.SortFunc(found.Items, func(a, b crosscheckrest.Lead) int { return int(a.ID - b.ID) })
	leads := make([]string, n)
	for i, l := range found.Items {
		leads[i] = fmt.Sprint("/leads/", l.ID)
	}
	return leads
}

// lead reads a lead by the API.
func (c *county) lead(at string) crosscheckrest.Lead {
	c.t.Helper()
	var l crosscheckrest.Lead
	c.API.Get(c.t, office, at).Want(c.t, 200).Read(c.t, &l)
	return l
}

// Operating rules 8.2, A2: what is explained keeps its household on the register; what is confirmed removes nobody, but
// goes through the whole exit, and the household keeps what it gets until its landing day.
func TestACarBoughtAfterEntryIsWaivedOrGoesThroughTheWholeExitAndLandsSoftly(t *testing.T) {
	each(t, graded, func(c *county) {
		number := c.household("a", 2, "status", "poor")
		leads := c.cars(2)
		truck, car := leads[0], leads[1]
		c.pages.Post(t, official, truck+"/explain", "ver", "1", "explanation", "livelihood", "evidence", "licence of a carrier").Want(t, 303)
		c.pages.Post(t, clerk, truck+"/act", "ver", "2", "act", "waived").Want(t, 303)
		c.pages.Get(t, office, "/leads/report").Want(t, 200, "licence of a carrier")

		c.pages.Post(t, official, car+"/confirm", "ver", "1", "evidence", "bill of sale").Want(t, 303)
		c.pages.Get(t, office, car).Want(t, 200, "for the office that may open it").Without(t, `value="case"`)
		tag := c.API.Get(t, office, car).Tag()
		c.Ask(t, office, "POST", car+"/act", `{"code": "case"}`, "If-Match", tag).Want(t, 403)
		c.pages.Get(t, clerk, car).Want(t, 200, `value="case"`).Without(t, "for the office that may open it")
		acted := c.today()
		c.pages.Post(t, clerk, car+"/act", "ver", "2", "act", "case").Want(t, 303)
		l := c.lead(car)
		if l.State != "acted" || l.Case == 0 || l.Landing != (acted+365).String() || c.lead(truck).Case != 0 {
			t.Fatalf("the lead is %+v", l)
		}
		c.pages.Get(t, clerk, car).Want(t, 200, "/cases/"+strconv.FormatInt(l.Case, 10), "Keeps what it gets until at least")
		if c.status(number) != "poor" {
			t.Errorf("a lead made the household %s", c.status(number))
		}
		if f, _ := c.file(clerk, l.Case); f.Procedure != "exit" || f.Ended || f.Household != number {
			t.Fatalf("the case is %+v", f.Case)
		}

		c.take(official, l.Case, "propose", "meeting")
		c.meet(official, []int64{l.Case}, [3]int64{28, 1, 1})
		c.take(official, l.Case, "accept", "acceptance")
		c.take(colleague, l.Case, "accept", "consent")
		c.take(official, l.Case, "agree", "notice_village")
		c.hang(official, c.village(), l.Case)
		c.days(7)
		c.take(official, l.Case, "close_village", "township_review")
		c.try(clerk, l.Case, "review", "").Want(t, 403) // who opened the case reviews it not
		const reviewer = 37
		c.Grant(reviewer, "person-37", fmt.Sprint("township-clerk@", c.Who(clerk).Grants[0].Area))
		c.take(reviewer, l.Case, "review", "county_review")
		c.take(office, l.Case, "approve", "exited", "income")
		if c.status(number) != "exited" {
			t.Errorf("after the exit the household is %s", c.status(number))
		}
		for c.today() < acted+365 {
			if at := c.lead(car); at.Landing != l.Landing {
				t.Errorf("on %s it keeps what it gets until %s", c.today(), at.Landing)
			}
			c.days(60)
		}
	})
}

// Two leads on a household are one matter: the second joins the case that the first one opened.
func TestTheSecondLeadOnAHouseholdJoinsItsRunningExit(t *testing.T) {
	each(t, graded, func(c *county) {
		c.household("a", 2, "status", "poor")
		var cases []int64
		for _, at := range c.cars(2) {
			tag := c.API.Get(t, official, at).Tag()
			c.Ask(t, official, "POST", at+"/confirm", `{"evidence": "bill of sale"}`, "If-Match", tag).Want(t, 200)
			tag = c.API.Get(t, clerk, at).Tag()
			c.Ask(t, clerk, "POST", at+"/act", `{"code": "case"}`, "If-Match", tag).Want(t, 200)
			cases = append(cases, c.lead(at).Case)
		}
		if cases[0] == 0 || cases[0] != cases[1] {
			t.Errorf("the leads go through the cases %v", cases)
		}
	})
}
