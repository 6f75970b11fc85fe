package cases

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/test/browser"
)

// between is what each of two persons of a household earned in a year: above the line of 2014 and below that of 2017.
const between = 2 * 2850_00

// The lines as the letters say them.
const lineOf2014, lineOf2017 = "2,800", "2,952"

// decided takes a case that the meeting carries from the application to the county's decision.
func (c *county) decided(number string) int64 {
	c.t.Helper()
	id := ids(c.apply(official, "identification", number))[0]
	c.toMeeting(id)
	c.toCounty(id, clerk)
	return id
}

// judged are the verdicts on a household by the API, newest first.
func (c *county) judged(number string) []identifyrest.Assessment {
	c.t.Helper()
	var found struct{ Items []identifyrest.Assessment }
	c.API.Get(c.t, office, "/assessments?household="+number).Want(c.t, 200).Read(c.t, &found)
	return found.Items
}

func TestOneIncomeIsDecidedOtherwiseUnderTheLinesOf2014And2017(t *testing.T) {
	each(t, graded, func(c *county) {
		number := c.household("a", 1)
		c.earned(number, 2014, between)
		c.Judge(t, identify.RunArgs{Day: clock.Date(2014, 12, 31)})
		c.Judge(t, identify.RunArgs{Day: clock.Date(2014, 12, 31), Lines: clock.Date(2017, 12, 31)}) // the same year, for comparison
		both := c.judged(number)
		if len(both) != 2 || both[0].Verdict != "poor" || both[1].Verdict != "not_poor" || *both[0].Welfare != *both[1].Welfare {
			t.Fatalf("the same income is %+v", both)
		}
		if !strings.Contains(both[0].Reason["en"], lineOf2017) || !strings.Contains(both[1].Reason["en"], lineOf2014) {
			t.Errorf("the verdicts are explained by %q and %q", both[0].Reason["en"], both[1].Reason["en"])
		}

		first := c.decided(number)
		c.try(second, first, "approve", "").Want(t, 400, "reason") // the verdict that counts is that of 2014
		c.take(second, first, "reject", "rejected", "above_line")
		c.days(3 * 366)
		c.earned(number, 2017, between)
		c.Judge(t, identify.RunArgs{Day: clock.Date(2017, 12, 31)})
		again := c.decided(number)
		c.take(second, again, "approve", "announcement")
		c.take(clerk, again, "announce", "registered")
		if c.status(number) != "poor" {
			t.Errorf("the household is %s", c.status(number))
		}
		for id, line := range map[int64][2]string{first: {lineOf2014, lineOf2017}, again: {lineOf2017, lineOf2014}} {
			c.pages.Get(t, office, fmt.Sprint("/cases/", id, "/letter?lang=en")).Want(t, 200, line[0], "2,850").Without(t, line[1])
		}
	})
}

func TestOneIncomeUnderTwoLinesIsExplainedTwiceInTheBrowser(t *testing.T) {
	d := sit(t, graded, "lines")
	number := d.household("a", 1)
	d.earned(number, 2014, between)
	d.Judge(t, identify.RunArgs{Day: clock.Date(2014, 12, 31)})
	first := d.applied(number, "identification")
	d.toMeeting(first)
	d.toCounty(first, clerk)
	d.file(second, first)
	d.says(lineOf2014, "2,850")
	d.look("above-the-line")
	d.refused("approve", "reason", 400)
	d.file(second, first)
	d.tab.Choose(form("reject")+" [name=reason]", "above_line")
	d.press(form("reject") + " button")
	d.state(first, "rejected")

	d.days(3 * 366)
	d.earned(number, 2017, between)
	d.Judge(t, identify.RunArgs{Day: clock.Date(2017, 12, 31)})
	again := d.applied(number, "identification")
	d.toMeeting(again)
	d.toCounty(again, clerk)
	d.does(second, again, "approve")
	d.does(clerk, again, "announce")
	d.state(again, "registered")
	d.look("below-the-line")
	for id, line := range map[int64]string{first: lineOf2014, again: lineOf2017} {
		d.visit(office, fmt.Sprint("/cases/", id, "/letter"))
		d.says(line, "2,850", d.Pack.Title.In("en"))
		d.look("letter")
	}
	d.visit(office, "/households/"+number)
	browser.Eval[int](d.tab, `[...document.querySelectorAll("details")].map(e => e.open = true).length`)
	d.says(lineOf2014, lineOf2017)
	d.look("both")
}
