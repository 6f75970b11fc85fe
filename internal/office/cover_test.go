package office_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
)

func TestADeputyStandsInForSomeDaysOnceAnAdministratorHasAgreed(t *testing.T) {
	eachConfirming(t, func(t *testing.T, d confirming) {
		ctx := t.Context()
		away, deputy := d.invite(t, "away", "", "analyst", 10), d.invite(t, "deputy", "", "analyst", 12)
		asked, err := d.office.Grant(ctx, d.admin, away.Account, access.Grant{Role: "township-clerk", Area: 11}, "clerk")
		must(t, err)
		_, err = d.approvals.Approve(ctx, d.second, asked.ID, asked.Ver, "")
		must(t, err)
		v := office.Cover{Absent: away.Account, Role: "township-clerk", Area: 11, Till: d.Today + 6, Reason: "leave"}
		_, err = d.office.Cover(ctx, d.admin, v, "deputy")
		wantKind(t, err, fault.Forbidden, "named without a fresh proof")
		d.admin.Proved, d.second.Proved = d.Clock.Now(), d.Clock.Now()
		for why, change := range map[string]func(*office.Cover){
			"of an office that the official does not hold": func(v *office.Cover) { v.Area = 12 },
			"without a reason":                 func(v *office.Cover) { v.Reason = " " },
			"for days that are over":           func(v *office.Cover) { v.Since, v.Till = d.Today-9, d.Today-1 },
			"for longer than an absence lasts": func(v *office.Cover) { v.Till = d.Today + 92 },
		} {
			wrong := v
			change(&wrong)
			_, err := d.office.Cover(ctx, d.admin, wrong, "deputy")
			wantKind(t, err, fault.Invalid, why)
		}
		_, err = d.office.Cover(ctx, d.admin, v, "away")
		wantKind(t, err, fault.Invalid, "by the official")
		if asked, err = d.office.Cover(ctx, d.admin, v, "deputy"); err != nil || asked.ID == 0 || d.may(t, deputy.Account) {
			t.Fatalf("before anybody agreed: %+v (%v)", asked, err)
		}
		_, err = d.approvals.Approve(ctx, d.admin, asked.ID, asked.Ver, "")
		wantKind(t, err, fault.Forbidden, "confirmed by who asked")
		_, err = d.approvals.Approve(ctx, d.second, asked.ID, asked.Ver, "")
		must(t, err)
		caller, err := d.office.CallerOf(ctx, deputy.Account)
		must(t, err)
		scope, err := access.Decide(caller, access.HouseholdEdit)
		must(t, err)
		if role, whom := access.ReadRole(scope.Role(11)); role != "township-clerk" || whom != away.Account || scope.Holds(12) {
			t.Errorf("the deputy acts as %q in %v", scope.Role(11), scope.Ranges())
		}
		give, err := access.Decide(d.admin, access.CoverGive)
		must(t, err)
		list, err := d.office.ListCovers(ctx, give, 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].Ended(d.Today) || !list[0].Ended(d.Today+7) {
			t.Fatalf("the covers are %+v", list)
		}
		must(t, d.office.EndCover(ctx, give, list[0].ID, list[0].Ver))
		if d.may(t, deputy.Account) {
			t.Error("an ended cover is worth something")
		}
		wantKind(t, d.office.EndCover(ctx, give, list[0].ID, list[0].Ver+1), fault.Conflict, "ended twice")
	})
}
