package cases

import (
	"fmt"
	"testing"

	identifyrest "rightkey/internal/identify/rest"
)

// the list of households with a status.
const candidates = "/cases/open?status=general&procedure=adjustment"

func TestCasesOfAListOfHouseholdsAreOpenedTogetherAfterALookAtWhatComesOfIt(t *testing.T) {
	each(t, graded, func(c *county) {
		var numbers []string
		for i := range 4 {
			numbers = append(numbers, c.household(fmt.Sprint("h", i), 1, "status", "general"))
		}
		c.household("other", 1, "status", "poor") // is not on the list
		running := c.apply(clerk, "adjustment", numbers[0])[0]

		var seen identifyrest.CaseOpening
		body := fmt.Sprintf(`{"procedure": "adjustment", "households": ["%s", "%s"]}`, numbers[0], numbers[1])
		c.Ask(c.t, clerk, "POST", "/case-openings", body).Want(c.t, 200).Read(c.t, &seen)
		if len(seen.Ready) != 1 || seen.Ready[0] != numbers[1] || len(seen.Refused) != 1 || seen.Refused[0].Households != 1 {
			c.t.Errorf("the preview is %+v", seen)
		}
		c.Ask(c.t, official, "POST", "/case-openings", body).Want(c.t, 200).Read(c.t, &seen)
		if len(seen.Ready) != 0 || len(seen.Refused) != 2 {
			c.t.Errorf("the preview of a role that does not open is %+v", seen)
		}

		c.pages.Get(c.t, clerk, candidates).Want(c.t, 200, "Open 3 cases") // who has a case is a candidate by now
		c.pages.Post(c.t, clerk, "/cases/open", "status", "general", "procedure", "adjustment", "n", "4").Want(c.t, 412)
		c.pages.Post(c.t, clerk, "/cases/open", "status", "general", "procedure", "adjustment", "n", "3").Want(c.t, 303)
		var list struct{ Items []identifyrest.Case }
		c.API.Get(c.t, clerk, "/cases?procedure=adjustment").Want(c.t, 200).Read(c.t, &list)
		if len(list.Items) != 4 {
			c.t.Errorf("%d cases are open, with case %d", len(list.Items), running.ID)
		}
	})
}

func TestCasesOfAListAreOpenedTogetherInTheBrowser(t *testing.T) {
	d := sit(t, graded, "many")
	for i := range 12 {
		d.household(fmt.Sprint("h", i), 0, "status", "general")
	}
	d.visit(clerk, "/cases/open?status=general")
	d.look("choice")
	d.tab.Choose("#field-procedure", "adjustment")
	d.press("form.filters button")
	d.says("12")
	d.look("preview")
	d.press("form[action='/cases/open'][method=post] button")
	d.Settle(t)
	d.visit(clerk, "/cases?procedure=adjustment&state=listed")
	d.look("opened")
}
