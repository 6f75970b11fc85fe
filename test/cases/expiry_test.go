package cases

import (
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/identify"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// carded takes a household from its request to its card and returns the case.
func (c *county) carded(number string) int64 {
	c.t.Helper()
	c.Judge(c.t, identify.RunArgs{Day: c.today()})
	id := c.apply(official, "identification", number)[0].ID
	c.toCard(id)
	return id
}

// toCard takes a case that has just opened to its card.
func (c *county) toCard(id int64) {
	c.t.Helper()
	c.take(official, id, "submit", "visit")
	c.take(official, id, "visit", "meeting")
	c.meet(official, []int64{id}, [3]int64{29, 0, 1})
	c.hang(official, c.village(), id)
	c.days(7)
	c.take(official, id, "close", "council")
	c.take(clerk, id, "review", "approval")
	c.take(office, id, "approve", "granted")
}

// expired lets the program look for cards whose last day has passed.
func (c *county) expired(want int) {
	c.t.Helper()
	if n, err := c.Cases.Expire(c.t.Context()); err != nil || n != want {
		c.t.Fatalf("on %s %d cards have expired, want %d (%v)", c.today(), n, want, err)
	}
}

// waiting are the running cases that wait for somebody.
func (c *county) waiting(account int64) []identifyrest.Case {
	c.t.Helper()
	var list struct{ Items []identifyrest.Case }
	c.API.Get(c.t, account, "/cases?mine=true").Want(c.t, 200).Read(c.t, &list)
	return list.Items
}

func TestOnTheDayAfterACardsLastOneItsRenewalOpensByItself(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		first := c.carded(number)
		last := c.today().AddYears(3)
		c.on(last)
		c.expired(0)
		if c.status(number) != "level_1" || len(c.waiting(official)) != 0 {
			t.Errorf("on the card's last day the household is %s, and %v waits", c.status(number), c.waiting(official))
		}
		c.on(last + 1)
		c.expired(1)
		c.expired(0)
		list := c.waiting(official)
		if c.status(number) != "expired" || len(list) != 1 || list[0].Household != number || list[0].State != "requested" || list[0].ID == first {
			t.Fatalf("after the card's last day the household is %s, and %+v waits", c.status(number), list)
		}
		c.pages.Get(t, official, "/cases").Want(t, 200, number)
		c.days(31)
		if c.escalated() != 1 || !slices.ContainsFunc(c.waiting(clerk), func(one identifyrest.Case) bool { return one.ID == list[0].ID }) {
			t.Error("a renewal that nobody begins is not shown one level higher")
		}
		c.toCard(list[0].ID)
		c.expired(0)
		if f, _ := c.file(office, list[0].ID); !f.Ended || c.status(number) != "level_1" {
			t.Errorf("the renewed household is %s", c.status(number))
		}
	})
}

func TestWhoIsInACaseWhenTheCardExpiresGetsNoSecondOne(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		c.carded(number)
		last := c.today().AddYears(3)
		c.on(last - 3)
		again := c.apply(official, "identification", number)[0].ID
		c.on(last + 1)
		c.expired(1)
		if list := c.waiting(official); len(list) != 1 || list[0].ID != again || c.status(number) != "expired" {
			t.Errorf("%+v waits, the household is %s", list, c.status(number))
		}
	})
}

func TestACardAfterWhichAnotherDecisionWasTakenDoesNotExpire(t *testing.T) {
	each(t, levelled, func(c *county) {
		renewed, lost := c.household("a", 4, poorest...), c.household("b", 4, poorest...)
		c.carded(renewed)
		c.carded(lost)
		last := c.today().AddYears(3)
		c.days(365)
		c.carded(renewed)
		until := c.today().AddYears(3)
		id := c.apply(official, "identification", lost)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
		c.meet(official, []int64{id}, [3]int64{0, 29, 1})
		c.on(last + 1)
		c.expired(0)
		if c.status(renewed) != "level_1" || c.status(lost) != "not_poor" {
			t.Errorf("the households are %s and %s", c.status(renewed), c.status(lost))
		}
		c.on(until + 1)
		c.expired(1)
		if c.status(renewed) != "expired" || c.status(lost) != "not_poor" {
			t.Errorf("the households are %s and %s", c.status(renewed), c.status(lost))
		}
	})
}

func TestTheCardOfAHouseholdThatHasLeftTheRegisterChangesNothing(t *testing.T) {
	each(t, levelled, func(c *county) {
		number := c.household("a", 4, poorest...)
		id := c.carded(number)
		c.close(number)
		before := c.status(number)
		c.on(c.today().AddYears(3) + 1)
		c.expired(1)
		c.expired(0)
		if c.status(number) != before || len(c.waiting(official)) != 0 {
			t.Errorf("the household is %s, was %s; %v waits after case %d", c.status(number), before, c.waiting(official), id)
		}
	})
}

// older makes the cases such as they were before the last days of cards were kept.
func (c *county) older() {
	c.t.Helper()
	err := c.Raw.Tx(c.t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(c.t.Context(), "UPDATE case_file SET card_until = 0")
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// foundCards lets the program look for cards of earlier cases, as when it starts.
func (c *county) foundCards(want int) {
	c.t.Helper()
	if n, err := c.Cases.FindCards(c.t.Context()); err != nil || n != want {
		c.t.Fatalf("on %s %d cards of earlier cases are found, want %d (%v)", c.today(), n, want, err)
	}
}

func TestACardFromBeforeLastDaysWereKeptEndsByItselfToo(t *testing.T) {
	each(t, levelled, func(c *county) {
		kept, lost := c.household("a", 4, poorest...), c.household("b", 4, poorest...)
		c.carded(kept)
		last := c.today().AddYears(3)
		c.carded(lost)
		c.days(365)
		id := c.apply(official, "identification", lost)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
		c.meet(official, []int64{id}, [3]int64{0, 29, 1})
		c.older()
		c.foundCards(1)
		c.foundCards(0)
		c.on(last)
		c.expired(0)
		c.on(last + 1)
		c.expired(1)
		c.foundCards(0)
		list := c.waiting(official)
		if c.status(kept) != "expired" || c.status(lost) != "not_poor" || len(list) != 1 || list[0].Household != kept {
			t.Errorf("the households are %s and %s, and %+v waits", c.status(kept), c.status(lost), list)
		}
	})
}

// close ends a household: the clerk reports it and the county agrees.
func (c *county) close(number string) {
	c.t.Helper()
	ctx := c.t.Context()
	household, _ := registry.ParseNumber(number)
	f, err := c.Registry.Open(ctx, c.Scope(c.t, clerk, access.HouseholdRead), household)
	if err != nil {
		c.t.Fatal(err)
	}
	set, err := c.Registry.ReportAct(ctx, c.Scope(c.t, clerk, access.HouseholdEdit), household, registry.Report{Source: change.Page, Reason: "gone", Ver: f.Ver, Act: registry.Act{Code: "ended", Day: c.today()}})
	if err == nil && set.State == change.Waiting {
		set, err = c.Changes.Approve(ctx, c.Scope(c.t, office, access.ChangeDecide), set.ID, set.Ver, "seen")
	}
	if err != nil || set.State != change.Applied {
		c.t.Fatalf("the household is not ended: %s (%v)", set.State, err)
	}
}
