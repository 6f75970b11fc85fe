package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/clock"
)

// official is somebody with grants of random roles and areas.
func official(t *rapid.T, name string, today clock.Day) Caller {
	c := Caller{Account: int64(len(name)), Person: name, Today: today, Assigned: []int64{rapid.Int64Range(70, 79).Draw(t, name+" assigned")}}
	for range rapid.IntRange(0, 3).Draw(t, name+" grants") {
		lo := rapid.Int64Range(0, 40).Draw(t, "lo")
		to := today + clock.Day(rapid.IntRange(-1, 3).Draw(t, "to"))
		c.Grants = append(c.Grants, Grant{Role: rapid.SampledFrom(Roles()).Draw(t, "role"), Range: Range{lo, lo + rapid.Int64Range(0, 10).Draw(t, "wide")},
			From: today - clock.Day(rapid.IntRange(-1, 5).Draw(t, "from")), To: &to, Assigned: rapid.Bool().Draw(t, "assigned")})
	}
	return c
}

// reach writes down all that a caller may do and see on a day.
func reach(c Caller, day clock.Day) map[[4]int64]bool {
	c.Today = day
	found := map[[4]int64]bool{}
	for v, verb := range verbs() {
		s, err := Decide(c, verb)
		if err != nil {
			continue
		}
		for area := int64(0); area <= 50; area += 5 {
			for household := int64(70); household < 80; household++ {
				for class := P0; class <= P4; class++ {
					if s.SeesOf(area, household, class) {
						found[[4]int64{int64(v), area, household, int64(class)}] = true
					}
				}
			}
		}
	}
	return found
}

// No span of a cover gives a deputy anything beside what they have themselves but what the absent official has; outside
// of its days, and once the official's own grant is over, nothing is left of it.
func TestACoverGivesNothingBeyondTheGrantOfWhomItIsFor(t *testing.T) {
	today := clock.Date(2014, 6, 1)
	rapid.Check(t, func(t *rapid.T) {
		absent, deputy := official(t, "absent", today), official(t, "deputy2", today)
		of := &Principal{Account: absent.Account, Person: absent.Person, Assigned: absent.Assigned}
		since := today + clock.Day(rapid.IntRange(-3, 3).Draw(t, "since"))
		till := since + clock.Day(rapid.IntRange(0, 3).Draw(t, "days"))
		covering := deputy
		for _, g := range absent.Grants {
			covering.Covers = append(covering.Covers, Cover{Grant: g, Since: since, Till: till, Of: of})
		}
		for day := since - 2; day <= till+2; day++ {
			own, theirs, now := reach(deputy, day), reach(absent, day), reach(covering, day)
			for what := range now {
				if !own[what] && (!theirs[what] || day < since || day > till) {
					t.Fatalf("on %s, in a cover from %s to %s, the deputy gets %v (%s)", day, since, till, what, verbs()[what[0]])
				}
			}
			for what := range own {
				if !now[what] {
					t.Fatalf("on %s the cover takes %v away", day, what)
				}
			}
		}
	})
}

// standIn is a deputy of a township clerk who is away, in the areas 20 to 29.
func standIn(own ...Grant) Caller {
	c := caller(own...)
	c.Covers = []Cover{{Grant: Grant{Role: "township-clerk", Range: Range{20, 29}}, Since: c.Today, Till: c.Today, Of: &Principal{Account: 9, Person: "away", Own: []int64{5}}}}
	return c
}

func TestWhatADeputyDoesIsSaidToBeDoneForTheOther(t *testing.T) {
	s, err := Decide(standIn(Grant{Role: "village-official", Range: Range{10, 19}}), HouseholdEdit)
	if err != nil {
		t.Fatal(err)
	}
	if role, whom := ReadRole(s.Role(22)); role != "township-clerk" || whom != 9 {
		t.Errorf("for the other it is %q", s.Role(22))
	}
	if s.Role(12) != "village-official" || s.Acting(12).Holder() != "p" || !slices.Equal(Persons(s.Acting(22).Holder()), []string{"p", "away"}) {
		t.Errorf("in one's own area it is %q by %q, there by %q", s.Role(12), s.Acting(12).Holder(), s.Acting(22).Holder())
	}
	own, err := Decide(standIn(Grant{Role: "county-office", Range: Range{10, 29}}), HouseholdEdit)
	if err != nil || own.Role(22) != "county-office" {
		t.Errorf("whose own role is enough acts as %q (%v)", own.Role(22), err)
	}
	for text, whom := range map[string]int64{"county-office": 0, "county-office for 12": 12, "somebody for no number": 0, "": 0} {
		if role, got := ReadRole(text); got != whom || whom == 0 && role != text {
			t.Errorf("%q is %q for %d", text, role, got)
		}
	}
}

func TestACoverIsWorthNothing(t *testing.T) {
	today := standIn().Today
	yesterday := today - 1
	for why, change := range map[string]func(*Caller){
		"before its first day":                    func(c *Caller) { c.Covers[0].Since++; c.Covers[0].Till++ },
		"after its last day":                      func(c *Caller) { c.Covers[0].Since--; c.Covers[0].Till-- },
		"once the grant behind it is over":        func(c *Caller) { c.Covers[0].To = &yesterday },
		"for oneself by a second account":         func(c *Caller) { c.Covers[0].Of.Person = c.Person },
		"where nobody is behind it":               func(c *Caller) { c.Covers[0].Of = nil },
		"for the office that gives roles":         func(c *Caller) { c.Covers[0].Role = "administrator" },
		"beside a role that excludes it, as here": func(c *Caller) { c.Grants = []Grant{{Role: "auditor", Range: Range{25, 25}}} },
	} {
		c := standIn()
		change(&c)
		if slices.ContainsFunc(c.Holding(), func(g Grant) bool { return g.For != nil }) || len(c.Answers()) != 1 {
			t.Errorf("%s it gives %v", why, c.Holding())
		}
	}
	if c := standIn(); May(c, CoverGive) || May(c, AccountManage) || !May(c, ChangeDecide) {
		t.Error("whom to trust is not for a deputy, what the office does is")
	}
}

func TestHouseholdsAreReachedByWhoeverTheyAreAssignedTo(t *testing.T) {
	c := standIn(Grant{Role: "helper", Range: Range{10, 19}})
	c.Assigned, c.Covers[0].Role, c.Covers[0].Of.Assigned = []int64{77}, "helper", []int64{88}
	s, err := Decide(c, HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		area, household int64
		seen            bool
	}{{12, 77, true}, {12, 88, false}, {22, 77, false}, {22, 88, true}} {
		if s.SeesOf(one.area, one.household, P2) != one.seen {
			t.Errorf("household %d in %d is seen: %v", one.household, one.area, !one.seen)
		}
	}
	text, args, err := s.bind("SELECT 1 FROM household h WHERE {scope h.area h.id}", nil)
	if err != nil || strings.Count(text, "h.id IN") != 2 || !slices.Contains(args, any(int64(88))) {
		t.Errorf("the statement is %s with %v (%v)", text, args, err)
	}
}

// Whoever stands in counts as one with the other: neither completes what the other began.
func TestTwoWhoStandInForEachOtherAreNoTwoPersons(t *testing.T) {
	deputy, away, third := standIn(), Caller{Account: 9, Person: "away"}, Caller{Account: 4, Person: "third"}
	forOther, own := deputy.As(deputy.Holding()[0]), deputy.As(Grant{Role: "county-office"})
	as := func(c Caller) Capacity { return c.As(Grant{}) }
	did := func(step Step, account int64, who Capacity) Did { return Did{step, account, who.Holder()} }
	for _, c := range []struct {
		name string
		who  Capacity
		done []Did
		ok   bool
	}{
		{"who is away recorded it, the deputy reviews for them", forOther, []Did{did(CaseRecordStep, 9, as(away))}, false},
		{"who is away recorded it, the deputy reviews by a role of his own", own, []Did{did(CaseRecordStep, 9, as(away))}, true},
		{"and took a step for them in it before", own, []Did{did(CaseRecordStep, 9, as(away)), did("case.note", 7, forOther)}, false},
		{"the deputy recorded it for who is away, who is back", as(away), []Did{did(CaseRecordStep, 7, forOther)}, false},
		{"and by another account of that person", Caller{Account: 99, Person: "away"}.As(Grant{}), []Did{did(CaseRecordStep, 7, forOther)}, false},
		{"the deputy recorded it for who is away, and has a role of his own", own, []Did{did(CaseRecordStep, 7, forOther)}, false},
		{"a third, whatever the two did", as(third), []Did{did(CaseRecordStep, 9, as(away)), did("case.note", 7, forOther)}, true},
		{"a third for whom another deputy recorded", as(third), []Did{did(CaseRecordStep, 5, Caller{Account: 5, Person: "fourth"}.As(Grant{For: &Principal{Account: 4, Person: "third"}}))}, false},
	} {
		if err := Separate(c.who, CaseReviewStep, c.done...); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if NotOwn(forOther, ChangeDecideStep, 5) == nil || NotOwn(own, ChangeDecideStep, 5) != nil {
		t.Error("the household of who is away is barred to the deputy while he acts for them")
	}
}

func TestADeputyIsGivenByTheHeadOfTheOffice(t *testing.T) {
	for _, c := range []struct {
		role  string
		of    Grant
		gives bool
	}{
		{"administrator", Grant{Role: "auditor", Range: Range{12, 12}}, true},
		{"administrator", Grant{Role: "administrator", Range: Range{12, 12}}, false},
		{"administrator", Grant{Role: "auditor", Range: Range{12, 20}}, false},
		{"county-office", Grant{Role: "township-clerk", Range: Range{12, 12}}, true},
		{"county-office", Grant{Role: "auditor", Range: Range{12, 12}}, false},
		{"township-clerk", Grant{Role: "county-office", Range: Range{12, 12}}, false},
	} {
		s, err := Decide(caller(Grant{Role: c.role, Range: Range{10, 19}}), CoverGive)
		if err != nil || s.GivesCover(c.of) != c.gives {
			t.Errorf("%s for %s in %v: %v (%v)", c.role, c.of.Role, c.of.Range, s.GivesCover(c.of), err)
		}
	}
}
