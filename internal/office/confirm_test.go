package office_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
)

// confirming is a desk with a second administrator everywhere.
type confirming struct {
	*desk
	approvals *office.Approvals
	second    access.Caller
}

func eachConfirming(t *testing.T, test func(t *testing.T, d confirming)) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		c := confirming{desk: d, approvals: office.NewApprovals(d.DB, d.Journal, d.Areas.Scheme())}
		d.office.ConfirmGrants(c.approvals)
		c.second = d.invite(t, "second", "", "administrator", 0)
		test(t, c)
	})
}

// may says whether an account may list households now.
func (d *desk) may(t *testing.T, account int64) bool {
	t.Helper()
	c, err := d.office.CallerOf(t.Context(), account)
	must(t, err)
	return access.May(c, access.HouseholdList)
}

func TestARoleThatOpensHouseholdsIsWorthNothingUntilASecondAdministratorAgrees(t *testing.T) {
	eachConfirming(t, func(t *testing.T, d confirming) {
		ctx := t.Context()
		user := d.invite(t, "user", "staff-7", "analyst", 10)
		g := access.Grant{Role: "township-clerk", Area: 11}
		_, err := d.office.Grant(ctx, d.admin, user.Account, g, " ")
		wantKind(t, err, fault.Invalid, "asked for without a reason")
		asked, err := d.office.Grant(ctx, d.admin, user.Account, g, "new clerk")
		must(t, err)
		if asked.State != office.Asked || d.may(t, user.Account) {
			t.Fatalf("before anybody agreed the request is %+v", asked)
		}
		waiting, err := d.office.WaitingGrants(ctx, d.second, user.Account)
		must(t, err)
		if len(waiting) != 1 || waiting[0].ID != asked.ID {
			t.Errorf("there waits %+v", waiting)
		}
		_, err = d.approvals.Approve(ctx, d.admin, asked.ID, asked.Ver, "")
		wantKind(t, err, fault.Forbidden, "confirmed by who asked")
		done, err := d.approvals.Approve(ctx, d.second, asked.ID, asked.Ver, "")
		must(t, err)
		if done.State != office.Used || !d.may(t, user.Account) {
			t.Errorf("after a second administrator agreed the request is %+v", done)
		}
		_, err = d.approvals.Approve(ctx, d.second, asked.ID, done.Ver, "")
		wantKind(t, err, fault.Conflict, "confirmed twice")
		must(t, d.office.Revoke(ctx, d.admin, user.Account, "township-clerk", 11, d.Today))
		if d.may(t, user.Account) {
			t.Error("ending a role waited for somebody")
		}
	})
}

func TestARefusedRoleIsNotGivenAndAnInvitedUserBeginsWithNone(t *testing.T) {
	eachConfirming(t, func(t *testing.T, d confirming) {
		ctx := t.Context()
		in := office.Invitation{Login: "clerk", Name: "Clerk", Grant: access.Grant{Role: "county-office", Area: 10}}
		_, _, err := d.office.Invite(ctx, d.admin, in)
		wantKind(t, err, fault.Invalid, "invited without a reason")
		in.Reason = "new office"
		a, token, err := d.office.Invite(ctx, d.admin, in)
		must(t, err)
		_, err = d.office.Activate(ctx, token, good, "")
		must(t, err)
		waiting, err := d.office.WaitingGrants(ctx, d.admin, a.ID)
		must(t, err)
		if len(a.Grants) != 0 || len(waiting) != 1 || d.may(t, a.ID) {
			t.Fatalf("invited, the user is %+v and waits for %+v", a, waiting)
		}
		_, err = d.approvals.Refuse(ctx, d.second, waiting[0].ID, waiting[0].Ver, "nobody knows them")
		must(t, err)
		if d.may(t, a.ID) {
			t.Error("a refused role was given")
		}
	})
}

// TestWhoConfirmsARoleIsHeldToTheRulesOfGrants: the second looks at everything anew.
func TestWhoConfirmsARoleIsHeldToTheRulesOfGrants(t *testing.T) {
	eachConfirming(t, func(t *testing.T, d confirming) {
		ctx := t.Context()
		twin := d.invite(t, "twin", d.second.Person, "analyst", 0)
		toTwin, err := d.office.Grant(ctx, d.admin, twin.Account, access.Grant{Role: "superior-office", Area: 20}, "reason")
		must(t, err)
		_, err = d.approvals.Approve(ctx, d.second, toTwin.ID, toTwin.Ver, "")
		wantKind(t, err, fault.Forbidden, "a role for the second administrator's own other login")
		user := d.invite(t, "user", "staff-7", "analyst", 0)
		first, err := d.office.Grant(ctx, d.admin, user.Account, access.Grant{Role: "auditor", Area: 11}, "reason")
		must(t, err)
		then, err := d.office.Grant(ctx, d.admin, user.Account, access.Grant{Role: "county-office", Area: 11}, "reason")
		must(t, err)
		_, err = d.approvals.Approve(ctx, d.second, first.ID, first.Ver, "")
		must(t, err)
		_, err = d.approvals.Approve(ctx, d.second, then.ID, then.Ver, "")
		wantKind(t, err, fault.Conflict, "the second of two roles that exclude each other")
		still, err := d.approvals.Get(ctx, d.second, then.ID)
		must(t, err)
		if still.State != office.Asked {
			t.Errorf("a grant that failed left its request %s", still.State)
		}
	})
}

func TestTheOnlyAdministratorOfAPlaceGrantsAloneAndSoDoesWhoGivesNoHouseholds(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		approvals := office.NewApprovals(d.DB, d.Journal, d.Areas.Scheme())
		d.office.ConfirmGrants(approvals)
		alone := d.invite(t, "alone", "", "township-clerk", 11)
		if !d.may(t, alone.Account) {
			t.Error("the first administrator could not grant")
		}
		d.invite(t, "north", "", "administrator", 10)
		far := d.invite(t, "far", "", "township-clerk", 21) // where the other is no administrator
		if !d.may(t, far.Account) {
			t.Error("a role waits for somebody who may not confirm it")
		}
		for role, waits := range map[string]bool{"analyst": false, "administrator": true, "superior-office": true, "auditor": true, "evaluator": true, "department-matcher": true} {
			user := d.invite(t, "user-"+role, "", "analyst", 20)
			asked, err := d.office.Grant(t.Context(), d.admin, user.Account, access.Grant{Role: role, Area: 12}, "reason")
			must(t, err)
			if (asked.ID != 0) != waits {
				t.Errorf("%s waits: %v, want %v", role, !waits, waits)
			}
		}
	})
}
