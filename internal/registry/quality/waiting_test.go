package quality_test

import (
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry/quality"
	"rightkey/test/register"
	"rightkey/test/stand"
)

func TestWhatWaitsIsWhatOneHasAndWhatNobodyHasOfOnesRolesEachOnce(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		run(t, r)
		claimed := one(t, r, "b", "H01")
		if _, err := r.Quality.Claim(t.Context(), r.Scope(t, register.Village, access.HouseholdEdit), claimed.ID, claimed.Ver); err != nil {
			t.Fatal(err)
		}
		clerk, double := r.Who(register.Clerk), r.Who(register.Clerk)
		village := clerk.Grants[0]
		village.Role = r.Who(register.Village).Grants[0].Role
		double.Grants = append(slices.Clone(double.Grants), village, village)
		some := 0
		for name, who := range map[string]access.Caller{"village": r.Who(register.Village), "clerk": clerk, "county": r.Who(register.County), "a clerk who acts for the villages by two grants": double} {
			scope := stand.Scope(t, who, access.HouseholdEdit)
			all, err := r.Quality.List(t.Context(), scope, quality.Filter{States: quality.Unsettled}, quality.Position{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			var want []int64
			for _, p := range all {
				mine := p.Owner == who.Account
				for _, g := range who.Grants {
					mine = mine || p.Owner == 0 && p.Role == g.Role && g.Lo <= p.Area && p.Area <= g.Hi
				}
				if mine {
					want = append(want, p.ID)
				}
			}
			some += len(want)
			for _, limit := range []int{1, 3, 100} {
				list, n, err := r.Quality.Waiting(t.Context(), scope, limit)
				var got []int64
				for _, p := range list {
					got = append(got, p.ID)
				}
				if err != nil || n != int64(len(want)) || !slices.Equal(got, want[:min(limit, len(want))]) {
					t.Errorf("for %s wait %v of %d (%v), want %v", name, got, n, err, want)
				}
			}
		}
		if some < 5 {
			t.Errorf("%d problems wait for all of them: too few to tell", some)
		}
	})
}
