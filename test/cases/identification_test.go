package cases

import (
	"fmt"
	"strings"
	"testing"

	identifyrest "rightkey/internal/identify/rest"
)

// graded is the shipped pack with two notices and the exit of households.
const graded = "*-2014"

// toMeeting takes cases from the application to the meeting.
func (c *county) toMeeting(ids ...int64) {
	c.t.Helper()
	for _, id := range ids {
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "visit")
		c.take(colleague, id, "visit", "match")
		c.take(office, id, "match", "meeting")
	}
}

func ids(cases []identifyrest.Case) []int64 {
	list := make([]int64, len(cases))
	for i, one := range cases {
		list[i] = one.ID
	}
	return list
}

func TestAnObjectionThatIsUpheldRestartsTheNoticeOfItsHouseholdWhileTheListGoesOn(t *testing.T) {
	each(t, graded, func(c *county) {
		numbers := []string{c.household("a", 1), c.household("b", 1), c.household("c", 1)}
		all := ids(c.apply(official, "identification", numbers...))
		one, two, three := all[0], all[1], all[2]
		c.try(clerk, one, "approve", "").Want(t, 409)
		c.toMeeting(all...)
		if m := c.meet(official, all, [3]int64{28, 1, 1}, [3]int64{25, 2, 3}, [3]int64{3, 25, 2}); !m.Closed || m.Minutes != "All spoke." || m.Present != 30 {
			t.Errorf("the meeting is %+v", m)
		}
		if f, _ := c.file(office, three); f.State != "rejected" || !f.Ended || f.Votes.Result != "lost" || c.status(numbers[2]) != "general" {
			t.Errorf("voted against: %+v, the household is %s", f, c.status(numbers[2]))
		}

		first := c.hang(official, c.village(), one, two)
		lines := c.lines(official, first)
		if len(lines) != 2 || lines[0].Case != one || lines[0].Cells[0] != "A***" {
			t.Fatalf("the notice says %+v", lines)
		}
		c.try(official, one, "close_village", "").Want(t, 409)
		c.days(2)
		c.pages.Get(t, 0, "/n/"+first.Token).Want(t, 200, "A***").Without(t, "Ana", numbers[0])
		c.pages.Post(t, 0, "/n/"+first.Token+"/object", "line", "1", "text", "They have a shop in town.").Want(t, 303)
		if f, _ := c.file(office, one); f.State != "objected" || len(f.Objections) != 1 || f.Objections[0].Text != "They have a shop in town." {
			t.Fatalf("objected to: %+v", f)
		}
		c.days(5)
		c.take(official, two, "close_village", "township_review") // the rest of the list goes on
		c.take(official, one, "investigate", "investigated")
		c.try(official, one, "uphold_village", "").Want(t, 403)
		c.take(clerk, one, "uphold_village", "notice_village")
		c.try(official, one, "close_village", "").Want(t, 409) // its own notice begins anew
		again := c.hang(official, c.village(), one)
		if again.Closes == first.Closes {
			t.Errorf("the new notice ends on %s too", again.Closes)
		}
		c.pages.Post(t, 0, "/n/"+again.Token+"/object", "line", "1", "text", "Still.").Want(t, 409) // one round
		c.days(7)
		c.take(clerk, one, "close_village", "township_review")

		for _, id := range []int64{one, two} {
			c.take(clerk, id, "review", "notice_township")
		}
		c.hang(clerk, c.codes[len(c.codes)-2], one, two)
		c.days(7)
		for _, id := range []int64{one, two} {
			c.try(office, id, "close_township", "").Want(t, 403)
			c.take(clerk, id, "close_township", "county_review")
		}
		c.try(clerk, one, "approve", "").Want(t, 403)
		c.take(second, two, "approve", "announcement")

		late := c.escalated() // day 21: the matching and visit clocks stopped in time, the review of the township too
		if late != 0 {
			t.Errorf("%d clocks were red after 21 days", late)
		}
		c.days(25)
		if c.escalated() == 0 {
			t.Error("the identification of 46 days was not shown one level higher")
		}
		if f, _ := c.file(office, one); !strings.Contains(strings.Join(f.Waits, " "), "superior-office") {
			t.Errorf("the late case waits for %v", f.Waits)
		}
		c.take(second, one, "approve", "announcement")
		for i, id := range []int64{one, two} {
			c.take(clerk, id, "announce", "registered")
			if f, _ := c.file(office, id); !f.Ended || c.status(numbers[i]) != "poor" {
				t.Errorf("the end is %+v, the household %s", f.Case, c.status(numbers[i]))
			}
		}
		var list struct{ Items []identifyrest.Case }
		c.API.Get(t, office, "/cases?ended=true&procedure=identification").Want(t, 200).Read(t, &list)
		if len(list.Items) != 3 {
			t.Errorf("%d cases have ended", len(list.Items))
		}
		var held struct{ Items []identifyrest.Meeting }
		c.API.Get(t, office, "/sittings").Want(t, 200).Read(t, &held)
		var hung struct{ Items []identifyrest.Notice }
		c.API.Get(t, office, "/notices?limit=2").Want(t, 200).Read(t, &hung)
		if len(held.Items) != 1 || len(hung.Items) != 2 || hung.Items[1].ID != again.ID {
			t.Errorf("%d meetings, notices %+v", len(held.Items), hung.Items)
		}
		photo := c.API.Get(t, office, fmt.Sprint("/notices/", again.ID, "/photo")).Want(t, 200)
		if photo.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(photo.Body, "\x89PNG") {
			t.Errorf("the photo is %s", photo.Header.Get("Content-Type"))
		}
	})
}
