package cases

import (
	"fmt"
	"io/fs"
	"regexp"
	"sync"
	"testing"
	"testing/fstest"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/policies"
	"rightkey/test/stand"
	"rightkey/test/visitor"
)

// levelled is the shipped pack that tells levels of poor households apart and gives them cards.
const levelled = "*-idpoor"

// toCounty takes a case from the meeting before the county.
func (c *county) toCounty(id int64, reviewer int64) {
	c.t.Helper()
	c.meet(official, []int64{id}, [3]int64{28, 1, 1})
	c.hang(official, c.village(), id)
	c.days(7)
	c.take(official, id, "close_village", "township_review")
	c.take(reviewer, id, "review", "notice_township")
	c.hang(clerk, c.codes[len(c.codes)-2], id)
	c.days(7)
	c.take(clerk, id, "close_township", "county_review")
}

func TestAHouseholdThatRefusesItsExitIsCheckedAgainAndStaysPoor(t *testing.T) {
	each(t, graded, func(c *county) {
		number := c.household("a", 1, "status", "poor")
		id := c.apply(official, "exit", number)[0].ID
		c.take(official, id, "propose", "meeting")
		c.meet(official, []int64{id}, [3]int64{26, 2, 2})
		if c.status(number) != "pre_exit" {
			t.Errorf("after the vote the household is %s", c.status(number))
		}
		c.take(official, id, "accept", "acceptance")
		c.try(official, id, "accept", "").Want(t, 403)
		c.take(colleague, id, "accept", "consent")
		c.try(official, id, "refuse", "").Want(t, 400) // with a reason
		c.take(official, id, "refuse", "second_check", "household_refuses")
		c.try(official, id, "stay", "").Want(t, 403) // somebody else checks again
		c.take(clerk, id, "stay", "stays")
		if f, _ := c.file(office, id); !f.Ended || c.status(number) != "poor" {
			t.Errorf("the case is %+v, the household %s", f.Case, c.status(number))
		}
	})
}

// poorest are answers that come to Level 1, with a special circumstance that the village agreed to.
var poorest = []string{"floor", "earth", "walls", "leaves", "toilet", "none", "water", "well", "motorcycle", "false", "bicycle", "false", "television", "false", "mobile", "false",
	"floor_area", "20", "livelihood", "rice", "car", "false", "authority_relative", "false", "circumstances", "illness", "circumstances_agreed", "illness"}

func TestAHouseholdOfLevelOneWithACircumstanceKeepsItsLevelAndGetsACardWithATerm(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		c.Judge(t, identify.RunArgs{Day: c.today()})
		id := c.apply(official, "identification", number)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
		c.meet(official, []int64{id}, [3]int64{29, 0, 1})
		n := c.hang(official, c.village(), id)
		c.days(3)
		c.Ask(t, clerk, "POST", "/notices/"+listed([]int64{n.ID})+"/objections", `{"line": 1, "text": "A relative of the chief."}`).Want(t, 204)
		c.take(clerk, id, "investigate", "investigated")
		c.try(clerk, id, "dismiss", "").Want(t, 403)
		c.take(office, id, "dismiss", "display")
		c.days(4)
		c.take(official, id, "close", "council")
		c.take(clerk, id, "review", "approval")
		c.take(office, id, "approve", "granted")
		if c.status(number) != "level_1" {
			t.Errorf("the household is %s", c.status(number))
		}
		household, _ := registry.ParseNumber(number)
		f, err := c.Registry.Open(t.Context(), c.Scope(t, office, access.HouseholdRead), household)
		if err != nil {
			t.Fatal(err)
		}
		if until := c.today().AddYears(3).String(); f.Facts["card_until"] != until || f.Facts["card_number"] == "" {
			t.Errorf("the card is %v until %v, want until %s", f.Facts["card_number"], f.Facts["card_until"], until)
		}
		c.days(30) // what is judged later is no ground of this decision
		c.Judge(t, identify.RunArgs{Day: c.today()})
		letter := fmt.Sprint("/cases/", id, "/letter")
		c.pages.Get(t, office, letter).Want(t, 200, "on 31 Dec 2014").Without(t, i18n.Day("en", c.today()))
		own := c.Pack.Languages[0]
		page := c.pages.Get(t, office, letter+"?lang="+string(own)).Want(t, 200, identify.Word(c.Pack, own, "letter.title"), identify.Word(c.Pack, own, "letter.unconfirmed", "lang", "en"))
		for _, key := range []string{"title", "why", "object", "received", "genuine", "seal", "head", "decision"} {
			page.Without(t, ">"+i18n.T("en", "identify.letter."+key)+"<")
		}
	})
}

func TestTwoOfficesThatDecideAtOnceMakeOneDecision(t *testing.T) {
	each(t, graded, func(c *county) {
		id := c.apply(official, "identification", c.household("a", 1))[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "visit")
		c.take(colleague, id, "visit", "match")
		c.Grant(41, "person-41", "county-office") // who explained the hits decides nothing later
		c.take(41, id, "match", "meeting")
		c.toCounty(id, clerk)
		tags := map[int64]string{}
		for _, account := range []int64{office, second} {
			_, seen := c.file(account, id)
			tags[account] = seen.Tag()
		}
		answers := make([]visitor.Answer, 2)
		var both sync.WaitGroup
		for i, account := range []int64{office, second} {
			both.Go(func() {
				answers[i] = c.Ask(t, account, "POST", "/cases/"+listed([]int64{id})+"/steps", `{"step": "approve"}`, "If-Match", tags[account])
			})
		}
		both.Wait()
		won, lost := answers[0].Status, answers[1].Status
		if won != 200 {
			won, lost = lost, won
		}
		if won != 200 || lost != 409 && lost != 412 {
			t.Errorf("two decisions at once were answered with %d and %d", answers[0].Status, answers[1].Status)
		}
		c.decidedOnce(id)
	})
}

// decidedOnce checks that a case was approved once and is announced.
func (c *county) decidedOnce(id int64) {
	c.t.Helper()
	f, _ := c.file(office, id)
	decided := 0
	for _, a := range f.Acts {
		if a.Step == "approve" {
			decided++
		}
	}
	if decided != 1 || f.State != "announcement" {
		c.t.Errorf("%d decisions, the case is in %s", decided, f.State)
	}
}

func TestTheMatterOfADecidersKinIsDecidedOneLevelHigher(t *testing.T) {
	each(t, graded, func(c *county) {
		number := c.household("a", 1)
		id := c.apply(official, "identification", number)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "visit")
		c.take(colleague, id, "visit", "match")
		c.take(office, id, "match", "meeting")
		household, _ := registry.ParseNumber(number)
		deciders := func(accounts ...int64) {
			var list []procedure.Relative
			for _, account := range accounts {
				caller := c.Who(account)
				list = append(list, procedure.Relative{Person: caller.Person, Relation: "parent", Grants: caller.Grants})
			}
			c.Kin = map[int64][]procedure.Relative{household: list}
		}
		deciders(clerk)
		c.meet(official, []int64{id}, [3]int64{28, 1, 1})
		c.hang(official, c.village(), id)
		c.days(7)
		c.take(official, id, "close_village", "township_review")
		c.try(clerk, id, "review", "").Want(t, 403)
		c.take(second, id, "review", "notice_township") // the county in place of the township
		c.hang(clerk, c.codes[len(c.codes)-2], id)
		c.days(7)
		c.take(clerk, id, "close_township", "county_review")
		deciders(office)
		c.Grant(41, "person-41", "county-office")
		c.try(41, id, "approve", "").Want(t, 403) // nobody of this county's office
		c.API.Get(t, superior, "/cases/"+listed([]int64{id})).Want(t, 403)
		c.inspects = true // the office above sees single households in an inspection only
		c.take(superior, id, "approve", "announcement")
	})
}

// withQuota are the files of a shipped pack whose quota is of a year and few persons.
func withQuota(t *testing.T, folder string, year, persons int) fs.FS {
	t.Helper()
	names, err := fs.Glob(policies.Files, folder+"/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	quota := regexp.MustCompile(`year: [0-9]+, persons: [0-9]+`)
	for _, name := range names {
		text, err := fs.ReadFile(policies.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: quota.ReplaceAll(text, fmt.Appendf(nil, "year: %d, persons: %d", year, persons))}
	}
	return files
}

func TestBeyondTheQuotaADecisionNeedsItsReason(t *testing.T) {
	folder := shipped(t, graded)
	stand.Each(t, widths(t, folder), func(t *testing.T, s *stand.Stand) {
		c := open(t, s, withQuota(t, folder, 2015, 3), folder)
		all := ids(c.apply(clerk, "adjustment", c.household("a", 1), c.household("b", 1)))
		for _, id := range all {
			c.take(clerk, id, "submit", "meeting")
		}
		c.meet(clerk, all, [3]int64{28, 1, 1}, [3]int64{20, 5, 5})
		c.hang(clerk, c.codes[len(c.codes)-2], all...)
		c.days(7)
		for _, id := range all {
			c.take(clerk, id, "close", "county_review")
		}
		c.take(office, all[0], "approve", "registered") // two of three persons
		c.try(office, all[1], "approve", "").Want(t, 400, "reason")
		c.take(office, all[1], "approve", "registered", "beyond_quota")
		if f, _ := c.file(office, all[1]); f.Acts[len(f.Acts)-1].Reason != "beyond_quota" {
			t.Errorf("the act is %+v", f.Acts[len(f.Acts)-1])
		}
	})
}
