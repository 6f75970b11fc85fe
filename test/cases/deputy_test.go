package cases

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
)

// deputy is somebody without an office of their own.
const deputy = 37

// covers lets the deputy hold the office of somebody who is away, until a day.
func (c *county) covers(absent int64, days int) {
	of := c.Who(absent)
	caller := c.Caller(deputy, "person-37", "analyst")
	caller.Covers = []access.Cover{{Grant: of.Grants[0], Since: caller.Today, Till: caller.Today + clock.Day(days), Of: &access.Principal{Account: absent, Person: of.Person}}}
	c.deputy = &caller
}

func TestADeputyTakesACaseThroughTheOfficesOfOthersAndItIsWrittenDownAsTheirs(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		c.Judge(t, identify.RunArgs{Day: c.today()})
		id := c.apply(official, "identification", number)[0].ID
		c.take(official, id, "submit", "visit")
		c.pages.Get(t, deputy, "/cases").Want(t, 403)
		c.covers(official, 30)
		c.pages.Get(t, deputy, "/cases").Want(t, 200, number) // what waits for the official
		c.take(deputy, id, "visit", "meeting")
		m := c.meet(deputy, []int64{id}, [3]int64{29, 0, 1})
		c.hang(deputy, c.village(), id)
		c.days(7)
		c.take(deputy, id, "close", "council")
		acting := i18n.T("en", "identify.letter.acting", "name", "37", "absent", "31")
		if m.Closer != deputy || m.For != official || m.Role != "village-official" {
			t.Errorf("the meeting was closed by %d as %s for %d", m.Closer, m.Role, m.For)
		}
		c.pages.Get(t, official, "/sittings/"+listed([]int64{m.ID})+"/paper?lang=en").Want(t, 200, acting)
		c.covers(clerk, 30)
		c.try(deputy, id, "review", "").Want(t, 403) // whoever recorded does not review, in whose place ever
		c.take(clerk, id, "review", "approval")
		c.covers(office, 30)
		c.try(deputy, id, "approve", "").Want(t, 403)
		c.deputy = nil
		c.take(office, id, "approve", "granted")
		c.pages.Get(t, office, "/cases/"+listed([]int64{id})).Want(t, 200, acting)
	})
}

func TestTheLetterSaysForWhomADeputyDecided(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		c.Judge(t, identify.RunArgs{Day: c.today()})
		id := c.apply(official, "identification", number)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
		c.meet(official, []int64{id}, [3]int64{29, 0, 1})
		c.hang(official, c.village(), id)
		c.days(7)
		c.take(official, id, "close", "council")
		c.take(clerk, id, "review", "approval")
		c.covers(office, 30)
		c.take(deputy, id, "approve", "granted")
		letter := "/cases/" + listed([]int64{id}) + "/letter"
		c.pages.Get(t, office, letter+"?lang=en").Want(t, 200, i18n.T("en", "identify.letter.acting", "name", "37", "absent", "34"))
		own := c.Pack.Languages[0]
		c.pages.Get(t, office, letter+"?lang="+string(own)).Want(t, 200, identify.Word(c.Pack, own, "letter.acting", "name", "37", "absent", "34"))
		f, _ := c.file(office, id)
		if last := f.Acts[len(f.Acts)-1]; last.Account != deputy || last.For != office || last.Role != "county-office" {
			t.Errorf("the approval is %+v", last)
		}
	})
}
