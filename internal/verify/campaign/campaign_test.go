package campaign_test

import (
	"fmt"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/verify/campaign"
	"rightkey/test/register"
)

// The accounts of teams: a clerk of the north and one of the south, and evaluators.
const (
	north, south  = 21, 22
	first, second = 31, 32
	county        = register.County
)

// filled is a register of three hamlets in which every third household is stranded.
func filled(t *testing.T, r *register.Register, households int) {
	t.Helper()
	rows := "key,area,status,nets,catch\n"
	for i := range households {
		rows += fmt.Sprintf("h%d,%s,%s,2,100\n", i, []string{"11001001", "11001002", "12001001"}[i%3], []string{"afloat", "stranded"}[i/3%3/2])
	}
	r.ImportCSV(t, register.Households, rows)
	r.Grant(north, "p-north", "township-clerk@11001000")
	r.Grant(south, "p-south", "township-clerk@11000000")
}

func area(t *testing.T, r *register.Register, code string) int64 {
	t.Helper()
	a, err := r.Areas.ByCode(t.Context(), r.Scope(t, county, access.AreaRead), code)
	if err != nil {
		t.Fatal(err)
	}
	return a.Key
}

func planned(t *testing.T, r *register.Register, draft campaign.Draft, accounts ...int64) campaign.Campaign {
	t.Helper()
	for _, account := range accounts {
		draft.Teams = append(draft.Teams, campaign.Team{Members: []campaign.Official{{Account: account}}})
	}
	c, err := r.Campaigns.Plan(t.Context(), r.Scope(t, county, access.CampaignRun), draft)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func browse(t *testing.T, r *register.Register, c campaign.Campaign, f campaign.Filter) []campaign.Task {
	t.Helper()
	list, err := r.Campaigns.Browse(t.Context(), r.Scope(t, county, access.CampaignRead), c, f, registry.Position{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// visited lets a team record what it sees at all its households.
func visited(t *testing.T, r *register.Register, c campaign.Campaign, account int64, sees func(campaign.Task) campaign.VisitText) {
	t.Helper()
	scope := r.Scope(t, account, access.VisitRecord)
	_, list, err := r.Campaigns.Route(t.Context(), scope, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		v := sees(one)
		v.Number, v.Day, v.Way = one.Number, c.Starts, campaign.ByAPI
		if v.Key == "" {
			v.Key = fmt.Sprint(account, "/", one.Number)
		}
		if _, err := r.Campaigns.RecordText(t.Context(), scope, c.ID, v); err != nil {
			t.Fatal(err)
		}
	}
}

func seen(verdict campaign.Verdict) func(campaign.Task) campaign.VisitText {
	return func(campaign.Task) campaign.VisitText {
		return campaign.VisitText{Outcome: campaign.Seen, Verdict: verdict, Answers: map[string]string{"drift_nets": "2"}}
	}
}

func TestALookBackSaysKeepAddRemoveCorrectAndHowWrongTheRegisterIs(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 36)
		c := planned(t, r, campaign.Draft{Area: area(t, r, "11"), Design: "rounds", Method: campaign.Everybody, Seed: 7}, north, south)
		if n, err := r.Campaigns.Count(t.Context(), r.Scope(t, county, access.CampaignRead), c, campaign.Filter{}); err != nil || n != 24 || c.State != campaign.Running {
			t.Fatalf("%d households, %s (%v)", n, c.State, err)
		}
		// The first team finds everybody poor, with another number of nets; the second team agrees where it goes too.
		for range 2 {
			for _, account := range []int64{north, south} {
				visited(t, r, c, account, func(one campaign.Task) campaign.VisitText {
					v := seen(campaign.Poor)(one)
					v.Answers["drift_nets"] = "3"
					return v
				})
			}
		}
		for result, want := range map[campaign.Result]int{campaign.Keep: 0, campaign.Correct: 8, campaign.Add: 16, campaign.Remove: 0} {
			if got := len(browse(t, r, c, campaign.Filter{Result: result})); got != want {
				t.Errorf("%s: %d households, want %d", result, got, want)
			}
		}
		scope := r.Scope(t, county, access.CampaignRead)
		errors, err := r.Campaigns.Errors(t.Context(), scope, c, campaign.Whole)
		if err != nil || len(errors) != 2 || errors[0].Share.Value != 0 || errors[1].Share.Value != 1 || errors[1].Low != 1 {
			t.Errorf("errors %+v (%v)", errors, err)
		}
		in, err := r.Campaigns.Independence(t.Context(), scope, c)
		if err != nil || in.Visits != 24+5 || in.Hand != in.Visits || in.Unaware != 0 {
			t.Errorf("independence %+v (%v)", in, err)
		}
		agreed, err := r.Campaigns.Agreement(t.Context(), scope, c)
		if err != nil || agreed.Pairs != 5 || agreed.Agreed != 5 {
			t.Errorf("agreement %+v (%v)", agreed, err)
		}
	})
}

// Nothing that a visit finds changes the register by itself: a case has to be opened, after the days for an objection.
func TestARemovalIsACaseAfterTheAppealWindow(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 36)
		c := planned(t, r, campaign.Draft{Area: area(t, r, "11001001"), Design: "rounds", Method: campaign.Everybody, Seed: 7}, north)
		before := r.Everybody(t)
		visited(t, r, c, north, seen(campaign.NotPoor))
		gone := browse(t, r, c, campaign.Filter{Result: campaign.Remove})
		if len(gone) != 4 {
			t.Fatalf("%d removals", len(gone))
		}
		poor, err := r.Registry.List(t.Context(), r.Scope(t, county, access.HouseholdList), registry.Filter{Status: []string{"stranded"}}, registry.Position{}, 100)
		if err != nil || len(poor) != 12 || len(before) != 36 {
			t.Fatalf("a visit changed the register: %d poor (%v)", len(poor), err)
		}
		one, run := gone[0], r.Scope(t, county, access.CampaignRun)
		if _, err := r.Campaigns.Propose(t.Context(), run, c.ID, one.Number, one.Ver); !fault.Is(err, fault.Conflict) {
			t.Errorf("a case was opened while the household may object: %v", err)
		}
		one, err = r.Campaigns.Appeal(t.Context(), run, c.ID, one.Number, one.Ver)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Campaigns.Hear(t.Context(), run, c.ID, one.Number, one.Ver-1, true); !fault.Is(err, fault.Stale) {
			t.Errorf("an old version was taken: %v", err)
		}
		if one, err = r.Campaigns.Hear(t.Context(), run, c.ID, one.Number, one.Ver, true); err != nil || one.State != campaign.Waiting || one.Verdict != campaign.Unsaid {
			t.Errorf("after an upheld objection %+v (%v)", one, err)
		}
	})
}

func TestABlindCampaignIsForEvaluatorsAndNobodyJudgesTwiceTheSame(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 18)
		at := area(t, r, "11001001")
		draft := campaign.Draft{Area: at, Design: "strangers", Method: campaign.Everybody, Seed: 3}
		draft.Teams = []campaign.Team{{Members: []campaign.Official{{Account: north}}}}
		if _, err := r.Campaigns.Plan(t.Context(), r.Scope(t, county, access.CampaignRun), draft); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a clerk goes blindly: %v", err)
		}
		r.Grant(first, "p-first", "evaluator@11000000")
		r.Grant(second, "p-second", "evaluator@11000000")
		draft.Teams = nil
		c := planned(t, r, draft, first, second)
		list := browse(t, r, c, campaign.Filter{})
		doubles := 0
		for _, one := range list {
			if one.Second != 0 {
				doubles++
			}
			if one.Team == one.Second || one.Team == 0 {
				t.Errorf("%+v", one)
			}
		}
		if len(list) != 6 || doubles != 2 {
			t.Errorf("%d households, %d visited twice", len(list), doubles)
		}
		// Who reaches assigned households only reaches nothing before they are assigned.
		if _, route, err := r.Campaigns.Route(t.Context(), r.Scope(t, first, access.VisitRecord), c.ID); err != nil || len(route) != 0 {
			t.Errorf("%d households without an assignment (%v)", len(route), err)
		}
		if access.May(r.Who(first), access.CampaignRead) || access.May(r.Who(first), access.Statistics) {
			t.Error("an evaluator sees what was found before")
		}
		held, err := r.Campaigns.Close(t.Context(), r.Scope(t, county, access.CampaignRun), c.ID, c.Ver)
		if err != nil || held.State != campaign.Closed {
			t.Errorf("%+v (%v)", held, err)
		}
	})
}

func TestAVisitSentTwiceIsOneAndASampleIsDrawnAgainFromItsSeed(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 36)
		draft := campaign.Draft{Area: area(t, r, "11001"), Design: "rounds", Method: campaign.Sampled, Visits: 10, Seed: 11}
		c, again := planned(t, r, draft, north), planned(t, r, draft, north)
		a, b := browse(t, r, c, campaign.Filter{}), browse(t, r, again, campaign.Filter{})
		if c.Frame != again.Frame || len(a) != len(b) || len(a) != 10 {
			t.Fatalf("frames %s and %s, %d and %d households", c.Frame, again.Frame, len(a), len(b))
		}
		for i := range a {
			if a[i].Household != b[i].Household || a[i].Chance <= 0 {
				t.Errorf("%s and %s", a[i].Number, b[i].Number)
			}
		}
		scope := r.Scope(t, north, access.VisitRecord)
		v := campaign.VisitText{Number: a[0].Number, Day: c.Starts, Outcome: campaign.Seen, Verdict: campaign.Poor, Key: "k", Way: campaign.ByAPI}
		for range 2 {
			if _, err := r.Campaigns.RecordText(t.Context(), scope, c.ID, v); err != nil {
				t.Fatal(err)
			}
		}
		v.Number = a[1].Number
		if _, err := r.Campaigns.RecordText(t.Context(), scope, c.ID, v); !fault.Is(err, fault.Invalid) {
			t.Errorf("the key of another visit was taken: %v", err)
		}
		for name, wrong := range map[string]campaign.VisitText{
			"future": {Number: a[1].Number, Day: c.Starts + 1, Outcome: campaign.Seen, Verdict: campaign.Poor, Key: "x"},
			"unsaid": {Number: a[1].Number, Day: c.Starts, Outcome: campaign.Seen, Key: "x"},
			"item":   {Number: a[1].Number, Day: c.Starts, Outcome: campaign.Seen, Verdict: campaign.Poor, Answers: map[string]string{"motto": "x"}, Key: "x"},
			"answer": {Number: a[1].Number, Day: c.Starts, Outcome: campaign.Seen, Verdict: campaign.Poor, Answers: map[string]string{"drift_nets": "many"}, Key: "x"},
		} {
			if _, err := r.Campaigns.RecordText(t.Context(), scope, c.ID, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAnAuditIsUnderItsLimitOnlyWhereTheBoundSaysSo(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 36)
		r.Grant(first, "p-first", "evaluator@11000000")
		c := planned(t, r, campaign.Draft{Area: area(t, r, "11"), Design: "reckoning", Method: campaign.Sampled, Visits: 12, Seed: 5}, first)
		bounds, err := r.Campaigns.Bounds(t.Context(), r.Scope(t, county, access.CampaignRead), c)
		if err != nil || len(bounds) != 2 {
			t.Fatalf("%+v (%v)", bounds, err)
		}
		for _, b := range bounds {
			if b.Under || b.Unseen != b.Sampled || b.Found != b.Sampled || b.AtMost < 0.9 {
				t.Errorf("nobody was seen, and the audit says %+v", b)
			}
		}
	})
}
