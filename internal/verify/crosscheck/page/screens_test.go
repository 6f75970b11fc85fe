package page_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/verify/crosscheck/page"
	"rightkey/internal/web"
	"rightkey/test/hamlets"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// In one village nearly all are on the register, in another one account wrote the same answers everywhere.
func TestLeadsOnAVillageAndOnAnAccountAreListedAndReadByTheirCountyAlone(t *testing.T) {
	files := hamlets.Country(t)
	checks := files["ostania/checks.yaml"]
	checks.Data = append(checks.Data, hamlets.OfMany([]byte(hamlets.Phones(checks.Data)))...)
	hamlets.Under(t, files, hamlets.Areas(), func(t *testing.T, r *register.Register) {
		hamlets.Record(t, r, rand.New(rand.NewPCG(3, 3)), map[int]string{2: "rate", 4: "copies"})
		pages := visitor.NewPages(r.Who, register.County)
		page.Register(pages.Server, page.Needs{Crosschecks: r.Crosschecks, Desk: web.Desk{Caller: visitor.Caller}})
		j, err := r.Crosschecks.StartScreens(t.Context(), r.Scope(t, register.County, access.AssessRun), 11000000)
		if err != nil {
			t.Fatal(err)
		}
		if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
			t.Fatalf("%s %s", j.State, j.Error)
		}
		pages.Get(t, register.County, "/leads").Want(t, 200, "Hamlet 3", "What 54 recorded")
		pages.Get(t, register.South, "/leads").Want(t, 200, "No leads").Without(t, "Hamlet 3", "What 54 recorded")
		pages.Get(t, 54, "/leads").Want(t, 200).Without(t, "What 54 recorded")
		for rule, parts := range map[string][]string{
			"G06": {"Hamlet 3", "/households?area=11001003", "of 60", "Usual", "A lead changes nothing of the register"},
			"G07": {"What 54 recorded", "of 60", "Usual", "A lead changes nothing of the register"},
		} {
			found := regexp.MustCompile(`/leads/\d+`).FindAllString(pages.Get(t, register.County, "/leads?rule="+rule).Want(t, 200, parts[0]).Body, -1)
			if len(found) == 0 {
				t.Fatalf("the list of %s names no lead", rule)
			}
			pages.Get(t, register.County, found[0]).Want(t, 200, parts...)
			pages.Get(t, register.South, found[0]).Want(t, 404)
			if rule == "G07" {
				pages.Get(t, 54, found[0]).Want(t, 404) // whose account it is
			}
		}
	})
}
