package office_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// bulk is an act that needs a second person.
func bulk(rows int) office.Act {
	return office.Act{Kind: "test.bulk", Area: 11, What: map[string]int{"rows": rows}, Title: "Bulk change", Reason: "The list was wrong"}
}

type approvalDesk struct {
	*desk
	approvals      *office.Approvals
	asker, another access.Caller
}

func eachWithApprovals(t *testing.T, test func(t *testing.T, d approvalDesk)) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		a := approvalDesk{desk: d, approvals: office.NewApprovals(d.DB, d.Journal, d.Areas.Scheme())}
		a.approvals.Register(office.ApprovalKind{Name: "test.bulk", Label: "office.approval.title", Ask: access.HouseholdEdit, Decide: access.ChangeDecide})
		a.asker = d.invite(t, "asker", "zhang", "township-clerk", 11)
		a.another = d.invite(t, "another", "li", "township-clerk", 11)
		test(t, a)
	})
}

// use does the act under an approval.
func (d approvalDesk) use(ctx context.Context, c access.Caller, id int64, act office.Act) error {
	use, err := d.approvals.Use(ctx, c, id, act)
	if err != nil {
		return err
	}
	return d.DB.Tx(ctx, access.System("test"), func(tx store.Tx) error { return use(ctx, tx) })
}

// TestABulkChangeWaitsForASecondPerson is N28: forbidden until another person has agreed, then once.
func TestABulkChangeWaitsForASecondPerson(t *testing.T) {
	eachWithApprovals(t, func(t *testing.T, d approvalDesk) {
		ctx := t.Context()
		wantKind(t, d.use(ctx, d.asker, 12345, bulk(501)), fault.Forbidden, "without having asked")
		a, err := d.approvals.Ask(ctx, d.asker, bulk(501))
		must(t, err)
		wantKind(t, d.use(ctx, d.asker, a.ID, bulk(501)), fault.Forbidden, "before anybody agreed")
		a, err = d.approvals.Approve(ctx, d.another, a.ID, a.Ver, "")
		must(t, err)
		if a.State != office.Approved || a.DecidedBy != d.another.Account || a.Decided == 0 {
			t.Errorf("approved, it is %+v", a)
		}
		wantKind(t, d.use(ctx, d.asker, a.ID, bulk(502)), fault.Forbidden, "another act than the one agreed to")
		wantKind(t, d.use(ctx, d.another, a.ID, bulk(501)), fault.Forbidden, "by another than who asked")
		must(t, d.use(ctx, d.asker, a.ID, bulk(501)))
		wantKind(t, d.use(ctx, d.asker, a.ID, bulk(501)), fault.Conflict, "a second time")
	})
}

// TestNobodyAgreesToTheirOwnAct is N21 and N22 for acts of two persons.
func TestNobodyAgreesToTheirOwnAct(t *testing.T) {
	eachWithApprovals(t, func(t *testing.T, d approvalDesk) {
		ctx := t.Context()
		secondLogin := d.invite(t, "asker2", "zhang", "township-clerk", 11)
		elsewhere := d.invite(t, "elsewhere", "wang", "township-clerk", 12)
		village := d.invite(t, "village", "zhao", "village-official", 11)
		a, err := d.approvals.Ask(ctx, d.asker, bulk(1))
		must(t, err)
		for name, c := range map[string]struct {
			caller access.Caller
			kind   fault.Kind
		}{
			"who asked":                     {d.asker, fault.Forbidden},
			"the same person's other login": {secondLogin, fault.Forbidden},
			"somebody in another area":      {elsewhere, fault.NotFound},
			"somebody who may not decide":   {village, fault.NotFound},
			"a stranger":                    {access.Caller{}, fault.NotFound},
		} {
			_, err := d.approvals.Approve(ctx, c.caller, a.ID, a.Ver, "")
			wantKind(t, err, c.kind, name)
			if d.approvals.Decides(c.caller, a) {
				t.Errorf("%s is offered to decide", name)
			}
		}
		_, err = d.approvals.Approve(ctx, d.another, a.ID, a.Ver+1, "")
		wantKind(t, err, fault.Stale, "on a version that was not read")
		_, err = d.approvals.Refuse(ctx, d.another, a.ID, a.Ver, " ")
		wantKind(t, err, fault.Invalid, "refused without a word")
		a, err = d.approvals.Refuse(ctx, d.another, a.ID, a.Ver, "too many")
		must(t, err)
		wantKind(t, d.use(ctx, d.asker, a.ID, bulk(1)), fault.Forbidden, "a refused act")
	})
}

func TestNobodyAgreesInAMatterOfTheirOwnHousehold(t *testing.T) {
	eachWithApprovals(t, func(t *testing.T, d approvalDesk) {
		act := bulk(1)
		act.Concerns = []int64{77}
		d.asker.Own, d.another.Own = nil, []int64{77}
		a, err := d.approvals.Ask(t.Context(), d.asker, act)
		must(t, err)
		_, err = d.approvals.Approve(t.Context(), d.another, a.ID, a.Ver, "")
		wantKind(t, err, fault.Forbidden, "by a relative")
		d.asker.Own = []int64{77}
		_, err = d.approvals.Ask(t.Context(), d.asker, act)
		wantKind(t, err, fault.Forbidden, "asked for by a relative")
	})
}

func TestAnAgreementExpiresAndCanBeTakenBack(t *testing.T) {
	eachWithApprovals(t, func(t *testing.T, d approvalDesk) {
		ctx := t.Context()
		a, err := d.approvals.Ask(ctx, d.asker, bulk(1))
		must(t, err)
		b, err := d.approvals.Ask(ctx, d.asker, bulk(2))
		must(t, err)
		b, err = d.approvals.Approve(ctx, d.another, b.ID, b.Ver, "")
		must(t, err)
		_, err = d.approvals.Withdraw(ctx, d.another, b.ID, b.Ver)
		wantKind(t, err, fault.Forbidden, "withdrawn by another")
		b, err = d.approvals.Withdraw(ctx, d.asker, b.ID, b.Ver)
		must(t, err)
		wantKind(t, d.use(ctx, d.asker, b.ID, bulk(2)), fault.Forbidden, "after withdrawing")
		d.Clock.Set(d.Clock.Now().Add(7 * 24 * time.Hour))
		_, err = d.approvals.Approve(ctx, d.another, a.ID, a.Ver, "")
		wantKind(t, err, fault.Gone, "decided after a week")
	})
}

// TestAFailedActLeavesItsApproval: the use is undone with the transaction of the act.
func TestAFailedActLeavesItsApproval(t *testing.T) {
	eachWithApprovals(t, func(t *testing.T, d approvalDesk) {
		ctx := t.Context()
		a, err := d.approvals.Ask(ctx, d.asker, bulk(1))
		must(t, err)
		a, err = d.approvals.Approve(ctx, d.another, a.ID, a.Ver, "")
		must(t, err)
		use, err := d.approvals.Use(ctx, d.asker, a.ID, bulk(1))
		must(t, err)
		failed := errors.New("the act failed")
		err = d.DB.Tx(ctx, access.System("test"), func(tx store.Tx) error {
			if err := use(ctx, tx); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		must(t, d.use(ctx, d.asker, a.ID, bulk(1)))
		list, err := d.approvals.List(ctx, d.another, 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].State != office.Used || list[0].Used == 0 {
			t.Errorf("the list of who decided is %+v", list)
		}
	})
}
