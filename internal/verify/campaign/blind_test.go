package campaign_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/verify/campaign"
	"rightkey/test/register"
)

// Who may read by another role what was found before judges nothing blindly there, whatever that role is for.
func TestNobodyWhoMayLearnTheVerdictByAnotherRoleGoesBlindly(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 9)
		draft := campaign.Draft{Area: area(t, r, "11"), Design: "strangers", Method: campaign.Everybody, Seed: 3, Teams: []campaign.Team{{Members: []campaign.Official{{Account: first}}}, {Members: []campaign.Official{{Account: second}}}}}
		r.Grant(second, "p-second", "evaluator@11000000")
		for grant, known := range map[string]bool{"auditor@11000000": true, "department-matcher@11001001": true, "helper@11001001": true, "village-official@11001001": true,
			"helper@12001001": false, "auditor@12000000": false} {
			r.Grant(first, "p-first", "evaluator@11000000", grant)
			_, err := r.Campaigns.Plan(t.Context(), r.Scope(t, county, access.CampaignRun), draft)
			if known != fault.Is(err, fault.Invalid) || !known && err != nil {
				t.Errorf("with %s: %v", grant, err)
			}
		}
	})
}

// An evaluator who answers for a household elsewhere sees what is known of that one and nothing of those to judge.
func TestAnAssignmentElsewhereOpensNoVerdictToAnEvaluator(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 9)
		own, err := r.Registry.List(t.Context(), r.Scope(t, county, access.HouseholdList), registry.Filter{Area: area(t, r, "12001001")}, registry.Position{}, 1)
		if err != nil || len(own) != 1 {
			t.Fatalf("%v (%v)", own, err)
		}
		judged, err := r.Registry.List(t.Context(), r.Scope(t, county, access.HouseholdList), registry.Filter{Area: area(t, r, "11001001")}, registry.Position{}, 1)
		if err != nil || len(judged) != 1 {
			t.Fatalf("%v (%v)", judged, err)
		}
		r.Grant(first, "p-first", "evaluator@11000000", "helper@12000000")
		caller := r.Who(first)
		caller.Assigned = []int64{own[0].ID, judged[0].ID}
		read, err := access.Decide(caller, access.HouseholdRead)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			of    registry.Household
			shown bool
		}{{own[0], true}, {judged[0], false}} {
			file, err := r.Registry.Open(t.Context(), read, one.of.ID)
			if err != nil {
				t.Fatal(err)
			}
			if (file.Status != "") != one.shown {
				t.Errorf("household %s: the file says %q", one.of.Number, file.Status)
			}
			if _, _, err := r.Registry.History(t.Context(), read, one.of.ID, registry.HistoryFilter{}); (err == nil) != one.shown {
				t.Errorf("household %s: its history is read: %v", one.of.Number, err)
			}
		}
		listed, err := access.Decide(caller, access.HouseholdList)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Registry.List(t.Context(), listed, registry.Filter{Status: []string{"stranded"}}, registry.Position{}, 10); err == nil {
			t.Error("an evaluator finds households by their status")
		}
		if access.May(caller, access.CampaignRead) || access.May(caller, access.Statistics) {
			t.Error("an evaluator sees what campaigns found")
		}
	})
}
