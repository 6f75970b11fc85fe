package cases

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/test/browser"
)

// stranger is somebody without login.
const stranger = 0

// says checks that the page as it stands says some texts.
func (d *desk) says(texts ...string) {
	d.t.Helper()
	said := d.tab.Text("main")
	for _, text := range texts {
		if !strings.Contains(said, text) {
			d.t.Errorf("%s does not say %q:\n%s", d.tab.Location(), text, said)
		}
	}
}

// refused presses the button of a step in a case and reads in words why it is refused.
func (d *desk) refused(step, why string, status int) {
	d.t.Helper()
	d.tab.Allow(fmt.Sprint("status of ", status))
	if got := d.tab.Follow(form(step) + " button"); got != status {
		d.t.Errorf("%s: status %d, want %d", step, got, status)
	}
	d.says(i18n.T("en", "fault.procedure."+why))
	d.look("refused-" + step)
}

// offered says whether a page of a case has the form of a step.
func (d *desk) offered(step string) bool {
	d.t.Helper()
	return browser.Eval[bool](d.tab, fmt.Sprintf("!!document.querySelector(%q)", form(step)))
}

// file opens the page of a case.
func (d *desk) file(account, id int64) {
	d.t.Helper()
	d.visit(account, fmt.Sprint("/cases/", id))
}

// state fails the test where a case is in another state.
func (d *desk) state(id int64, want string) {
	d.t.Helper()
	if f, _ := d.county.file(office, id); f.State != want {
		d.t.Errorf("the case is in %s, want %s", f.State, want)
	}
}

func TestAnObjectionWithoutLoginHoldsUpOneHouseholdInTheBrowser(t *testing.T) {
	d := sit(t, graded, "objection")
	numbers := []string{d.household("a", 1, "group_name", "Upper group"), d.household("b", 1, "group_name", "Lower group")}
	all := ids(d.apply(official, "identification", numbers...))
	one, two := all[0], all[1]
	d.toMeeting(all...)
	d.meets("identification", "meeting", all...)
	notice := d.hangs(official, "identification", "notice_village")
	n, err := d.Cases.Notice(t.Context(), d.Scope(t, office, "case.read"), number64(t, notice))
	if err != nil {
		t.Fatal(err)
	}
	d.days(2)

	d.visit(stranger, "/n/"+n.Token)
	d.says("A***", "Upper group")
	d.look("public")
	d.tab.Type("#field-line", "1")
	d.tab.Type("#field-text", "They have a shop in town.")
	d.press("form[action$='/object'] button")
	d.look("public-thanks")
	for _, secret := range append(numbers, "Ana", "Benu", "shop in town") {
		if html := browser.Eval[string](d.tab, "document.documentElement.outerHTML"); strings.Contains(html, secret) {
			t.Errorf("the public page says %q", secret)
		}
	}
	d.state(one, "objected")
	d.state(two, "notice_village")

	d.file(official, one)
	d.says("They have a shop in town.")
	d.look("objected")
	d.does(official, one, "investigate")
	d.file(official, one)
	if d.offered("uphold_village") {
		t.Error("who looked into an objection may uphold it")
	}
	d.file(office, one)
	if d.offered("uphold_township") || d.offered("dismiss_township") || !d.offered("dismiss_village") {
		t.Error("the county's page offers to lead an objection in the village on to the notice of the township")
	}
	d.try(office, one, "dismiss_township", "").Want(t, 409)
	d.file(clerk, one)
	d.look("to-be-decided")
	d.does(clerk, one, "uphold_village")
	d.state(one, "notice_village")

	d.days(5)
	d.does(official, two, "close_village")
	d.state(two, "township_review")
	d.hangs(official, "identification", "notice_village") // of the one household only: its days begin anew
	d.file(official, one)
	d.refused("close_village", "open_notice", 409)
	d.days(7)
	d.does(clerk, one, "close_village")
	d.state(one, "township_review")

	d.days(40)
	if d.escalated() == 0 {
		t.Error("the late identification was not shown one level higher")
	}
	d.visit(office, "/cases")
	d.says(i18n.T("en", "cases.clock.red"), numbers[0], numbers[1])
	d.look("late")

	for _, id := range all {
		d.does(clerk, id, "review")
	}
	d.hangs(clerk, "identification", "notice_township")
	d.days(7)
	for i, id := range all {
		d.does(clerk, id, "close_township")
		d.tab.Allow("status of 409")
		d.pages.Browse(office)
		if status := d.tab.Open(d.server.URL + fmt.Sprint("/cases/", id, "/letter")); status != 409 {
			t.Errorf("a letter before the decision: status %d", status)
		}
		d.does(second, id, "approve")
		d.does(clerk, id, "announce")
		d.state(id, "registered")
		if d.status(numbers[i]) != "poor" {
			t.Errorf("household %d is %s", i+1, d.status(numbers[i]))
		}
		d.visit(office, fmt.Sprint("/cases/", id, "/letter"))
		d.says(numbers[i], d.Pack.Title.In("en"), "Registered as poor")
		d.look("letter")
	}
	d.visit(office, "/cases?ended=1")
	d.says(numbers...)
	d.look("ended")
}

func TestAHouseholdThatRefusesItsExitStaysInTheBrowser(t *testing.T) {
	d := sit(t, graded, "exit")
	number := d.household("a", 1, "status", "poor")
	id := d.applied(number, "exit")
	d.does(official, id, "propose")
	d.meets("exit", "meeting", id)
	d.does(official, id, "accept")
	d.file(official, id)
	if d.offered("accept") {
		t.Error("one person may confirm the check twice")
	}
	d.says(i18n.T("en", "fault.procedure.twice"))
	d.look("second-person")
	d.does(colleague, id, "accept")
	d.file(official, id)
	d.tab.Choose(form("refuse")+" [name=reason]", "household_refuses")
	d.press(form("refuse") + " button")
	d.file(official, id)
	if d.offered("stay") {
		t.Error("who checked first may check again")
	}
	d.does(clerk, id, "stay")
	d.look("stays")
	d.visit(office, "/households/"+number)
	if d.status(number) != "poor" {
		t.Errorf("the household is %s", d.status(number))
	}
	d.look("household-after")
}

func TestTheMatterOfADecidersKinIsOfferedOneLevelHigherInTheBrowser(t *testing.T) {
	d := sit(t, graded, "kin")
	number := d.household("a", 1)
	id := ids(d.apply(official, "identification", number))[0]
	d.toMeeting(id)
	caller := d.Who(clerk)
	household, _ := registry.ParseNumber(number)
	d.Kin = map[int64][]procedure.Relative{household: {{Person: caller.Person, Relation: "parent", Grants: caller.Grants}}}
	d.meet(official, []int64{id}, [3]int64{28, 1, 1})
	d.hang(official, d.village(), id)
	d.days(7)
	d.take(official, id, "close_village", "township_review")

	d.file(clerk, id)
	if d.offered("review") {
		t.Error("the township is offered to review the matter of its clerk's kin")
	}
	d.visit(clerk, "/cases")
	d.look("not-of-the-clerk")
	d.visit(second, "/cases")
	d.says(number)
	d.file(second, id)
	d.look("one-level-higher")
	d.does(second, id, "review")
	d.state(id, "notice_township")
}

func TestBeyondTheQuotaThePageAsksForAReason(t *testing.T) {
	folder := shipped(t, graded)
	d := sitUnder(t, withQuota(t, folder, 2015, 3), folder, "quota")
	all := ids(d.apply(clerk, "adjustment", d.household("a", 1), d.household("b", 1)))
	for _, id := range all {
		d.take(clerk, id, "submit", "meeting")
	}
	d.meet(clerk, all, [3]int64{28, 1, 1}, [3]int64{20, 5, 5})
	d.hang(clerk, d.codes[len(d.codes)-2], all...)
	d.days(7)
	for _, id := range all {
		d.take(clerk, id, "close", "county_review")
	}
	d.does(office, all[0], "approve")
	d.file(office, all[1])
	d.look("before-the-reason")
	d.refused("approve", "reason", 400)
	d.file(office, all[1])
	d.tab.Choose(form("approve")+" [name=reason]", "beyond_quota")
	d.press(form("approve") + " button")
	d.says("Beyond the number planned")
	d.look("with-reason")
	d.state(all[1], "registered")
}

func TestOfTwoWhoDecideAtOnceOneIsToldInTheBrowser(t *testing.T) {
	d := sit(t, graded, "two")
	id := ids(d.apply(official, "identification", d.household("a", 1)))[0]
	d.take(official, id, "submit", "visit")
	d.take(official, id, "visit", "visit")
	d.take(colleague, id, "visit", "match")
	d.Grant(41, "person-41", "county-office")
	d.take(41, id, "match", "meeting")
	d.toCounty(id, clerk)
	d.file(office, id)
	other := d.chromium.Page(t, browser.View{Languages: "en"})
	d.pages.Browse(second)
	other.Open(d.server.URL + fmt.Sprint("/cases/", id))
	if status := other.Follow(form("approve") + " button"); status != 200 {
		t.Errorf("the first decision: status %d", status)
	}
	d.pages.Browse(office)
	d.refused("approve", "stale", 412)
	d.county.decidedOnce(id)
}

func TestANoticeInTheBrowserMakesNoNumberNameOrIllnessPublic(t *testing.T) {
	d := sit(t, graded, "secret")
	number := d.known("a")
	all := ids(d.apply(official, "identification", number))
	d.toMeeting(all...)
	d.meet(official, all, [3]int64{28, 1, 1})
	n := d.hang(official, d.village(), all...)
	secrets := []string{phone, person, person[14:], ill, "Ana", "Benu", number}
	check := func(where string) {
		t.Helper()
		html := browser.Eval[string](d.tab, "document.documentElement.outerHTML")
		for _, secret := range secrets {
			if strings.Contains(html, secret) {
				t.Errorf("%s says %q", where, secret)
			}
		}
	}
	d.visit(stranger, "/n/"+n.Token)
	d.tab.Type("#field-line", "1")
	d.tab.Type("#field-text", "His number is "+person+", he has "+ill+", call "+phone)
	d.press("form[action$='/object'] button")
	check("the public page")
	d.visit(official, fmt.Sprint("/notices/", n.ID, "/paper"))
	check("the sheet for the board")

	ailing := ids(d.apply(official, "identification", d.household("b", 0, "group_name", "肺 癌 家")))
	d.toMeeting(ailing...)
	d.meet(official, ailing, [3]int64{28, 1, 1})
	d.together(official, "identification", "notice_village")
	d.tab.Allow("status of 409")
	if status := d.tab.Follow("form[action='/cases/post'] button"); status != 409 {
		t.Errorf("a list that names an illness: status %d", status)
	}
	d.says(i18n.T("en", "fault.procedure.sensitive"))
	d.look("not-made-public")
	check("the refusal")
}
