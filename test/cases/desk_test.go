package cases

import (
	"fmt"
	"slices"
	"testing"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
)

// onDemand is the shipped pack whose households come to a desk by themselves.
const onDemand = "*-nser"

// card registers at the desk a household of one person without anything: its card, what the citizens' registry answered,
// and answers to all that the form asks. It returns the household's number.
func (c *county) card(key, identity, kind, answer string) string {
	c.t.Helper()
	head, _ := c.relations()
	m := registry.Mapping{Source: "base", Key: "key", Day: "2021-09-30", Columns: map[string]string{}}
	file := func(place string, answers [][2]string) {
		heads, row := "key,"+place, key+","+map[string]string{"area": c.village(), "household": key}[place]
		for _, a := range answers {
			m.Columns[a[0]] = a[0]
			heads, row = heads+","+a[0], row+","+a[1]
		}
		c.ImportCSV(c.t, m, heads+"\n"+row+"\n")
	}
	m.Subject, m.Area = "household", "area"
	file("area", [][2]string{{"internet", "no"}, {"dwelling.toilet", "none"}, {"dwelling.gas", "no"}, {"dwelling.rooms", "1"}})
	m.Subject, m.Area, m.Household, m.Columns = "person", "", "household", map[string]string{}
	file("household", [][2]string{{"name", "Ana Benu"}, {"relation", head}, {"sex", c.first("sex")}, {"birth", "1970-05-01"}, {"national_id", identity}, {"id_kind", kind}, {"id_check", answer},
		{"literate", "no"}, {"school_years", "0"}, {"attendance", "never"}, {"disabled", "no"}})
	return registry.Number(slices.Max(c.Everybody(c.t)))
}

// refusedCards are the cards with which a household is sent home, by the reason for it.
var refusedCards = []struct{ name, identity, kind, answer, reason string }{
	{"a card that the registry does not know", "3520212345671", "cnic", "not_found", "card_wrong"},
	{"a card of somebody else", "3520212345672", "cnic", "mismatch", "card_wrong"},
	{"a card of another country", "3520212345673", "foreign", "valid", "card_foreign"},
	{"a card of a member of another household", "3520212345674", "cnic", "valid", "card_elsewhere"},
}

func TestAtTheDeskACardIsCheckedBeforeAnyQuestionAndTheScoreIsToldAtOnce(t *testing.T) {
	each(t, onDemand, func(c *county) {
		c.on(clock.Date(2021, 10, 1))
		holder := c.card("holder", "3520212345674", "cnic", "valid")
		for i, refused := range refusedCards {
			number := c.card(fmt.Sprint("r", i), refused.identity, refused.kind, refused.answer)
			id := ids(c.apply(official, "desk", number))[0]
			c.take(official, id, "submit", "id_check")
			c.try(clerk, id, "score", "").Want(t, 409)
			if answer := c.try(clerk, id, "validate", ""); answer.Status != 409 {
				t.Errorf("%s opens the form: status %d", refused.name, answer.Status)
			}
			c.take(clerk, id, "refuse_id", "id_invalid", refused.reason)
			if found := c.judged(number); len(found) != 0 {
				t.Errorf("%s: scored all the same: %+v", refused.name, found)
			}
		}
		id := ids(c.apply(official, "desk", holder))[0]
		c.take(official, id, "submit", "id_check")
		c.take(clerk, id, "validate", "scoring")
		if found := c.judged(holder); len(found) != 0 {
			t.Errorf("scored before the form: %+v", found)
		}
		c.take(clerk, id, "score", "decision")
		found := c.judged(holder)
		if len(found) != 1 || found[0].Verdict != "not_poor" && found[0].Verdict != "poor" || found[0].Run != 0 {
			t.Fatalf("told at once: %+v", found)
		}
		if found[0].Verdict == "poor" {
			c.take(office, id, "approve", "eligible")
		} else {
			c.take(office, id, "reject", "not_eligible", "above_cutoff")
		}
		c.pages.Get(t, office, fmt.Sprint("/cases/", id, "/letter?lang=ur")).Want(t, 200, i18n.T("ur", "identify.letter.why"))
	})
}

func TestAtTheDeskInTheBrowser(t *testing.T) {
	d := sit(t, onDemand, "desk")
	d.on(clock.Date(2021, 10, 1))
	holder := d.card("holder", "3520212345674", "cnic", "valid")
	for i, refused := range refusedCards {
		id := d.applied(d.card(fmt.Sprint("r", i), refused.identity, refused.kind, refused.answer), "desk")
		d.does(official, id, "submit")
		d.file(clerk, id)
		if d.offered("score") {
			t.Errorf("%s: questions are asked before the card is checked", refused.name)
		}
		d.refused("validate", "guard", 409)
		d.file(clerk, id)
		d.tab.Choose(form("refuse_id")+" [name=reason]", refused.reason)
		d.press(form("refuse_id") + " button")
		d.state(id, "id_invalid")
	}
	id := d.applied(holder, "desk")
	d.does(official, id, "submit")
	d.does(clerk, id, "validate")
	d.look("questions")
	d.does(clerk, id, "score")
	d.says(i18n.T("en", "identify.panel.title"), "Score of the proxy means test", "points")
	d.look("told-at-once")
	d.seen(office, map[string]string{"decision": fmt.Sprint("/cases/", id)})
}
