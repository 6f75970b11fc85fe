package office_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

func (d *desk) countEvents(t *testing.T, kind string) int {
	t.Helper()
	var n int
	must(t, store.One(t.Context(), d.Raw, "SELECT count(*) FROM event WHERE kind = $1", []any{kind}, &n))
	return n
}

func TestAScanFillsNeitherTheJournalNorGoesUnnoticed(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		alerts := office.NewAlerts(d.DB, d.Journal)
		denials := office.NewDenials(d.DB, d.Journal, alerts)
		clerk := d.invite(t, "clerk", "zhang", "township-clerk", 11)
		auditor := d.invite(t, "auditor", "wu", "auditor", 10)
		must(t, denials.Refused(ctx, access.Caller{}, "GET /households/{number}", "/households/000010485771", fault.NotFound))
		for i := range 100 {
			must(t, denials.Refused(ctx, clerk, "GET /households/{number}", fmt.Sprintf("/households/%012d", i), fault.NotFound))
		}
		if n := d.countEvents(t, "access.denied"); n != 1 {
			t.Errorf("%d events of refusal in one minute, want one", n)
		}
		must(t, denials.Sum(ctx))
		if n := d.countEvents(t, "access.denied_more"); n != 0 {
			t.Errorf("%d sums of a minute that is not over", n)
		}
		d.Clock.Set(d.Clock.Now().Add(time.Minute))
		must(t, denials.Sum(ctx))
		must(t, denials.Sum(ctx))
		var body []byte
		must(t, store.One(ctx, d.Raw, "SELECT b.body FROM event e JOIN event_body b ON b.home = e.home AND b.id = e.id WHERE e.kind = 'access.denied_more'", nil, &body))
		if !strings.Contains(string(body), `"more":99`) {
			t.Errorf("the sum of the minute is %s", body)
		}
		list, err := alerts.List(ctx, auditor, office.AlertOpen, 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].Rule != office.RuleDenied || list[0].Account != clerk.Account {
			t.Errorf("the auditor sees %+v", list)
		}
	})
}

func TestAnAlertIsReviewedOutsideTheChain(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		alerts := office.NewAlerts(d.DB, d.Journal)
		clerk := d.invite(t, "clerk", "zhang", "township-clerk", 11)
		county := d.invite(t, "county", "li", "county-office", 10)
		auditor := d.invite(t, "auditor", "wu", "auditor", 10)
		same := d.invite(t, "auditor2", "zhang2", "auditor", 10)
		same.Person = "zhang" // the clerk with a second account
		far := d.invite(t, "far", "qian", "auditor", 20)
		for range 2 {
			must(t, alerts.Raise(ctx, office.Alert{Rule: office.RuleNight, Account: clerk.Account, Person: clerk.Person, Area: 11}))
		}
		list, err := alerts.List(ctx, auditor, "", 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].Count != 2 {
			t.Fatalf("the auditor sees %+v, want one alert counted twice", list)
		}
		a := list[0]
		for name, c := range map[string]access.Caller{"the one concerned": same, "an auditor elsewhere": far} {
			_, err := alerts.Get(ctx, c, a.ID)
			wantKind(t, err, fault.NotFound, name)
		}
		for name, c := range map[string]access.Caller{"the clerk": clerk, "the clerk's own office": county} {
			_, err := alerts.Get(ctx, c, a.ID)
			wantKind(t, err, fault.Forbidden, name)
		}
		wantKind(t, alerts.Close(ctx, auditor, a.ID, a.Ver, office.AlertExplained, ""), fault.Invalid, "without a word")
		wantKind(t, alerts.Close(ctx, auditor, a.ID, a.Ver, office.AlertOpen, "x"), fault.Invalid, "into no state")
		must(t, alerts.Close(ctx, auditor, a.ID, a.Ver, office.AlertExplained, "night shift of the flood"))
		wantKind(t, alerts.Close(ctx, auditor, a.ID, a.Ver, office.AlertBreach, "x"), fault.Stale, "on an old version")
		if d.countEvents(t, "alert.explained") != 1 {
			t.Error("the review is not journalled")
		}
	})
}

// TestTheTwentyFirstSecretOfAnHourIsRefusedAndNoticed is N14.
func TestTheTwentyFirstSecretOfAnHourIsRefusedAndNoticed(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		alerts := office.NewAlerts(d.DB, d.Journal)
		unmaskings := office.NewUnmaskings(d.DB, d.Journal, alerts)
		county := d.invite(t, "county", "li", "county-office", 10)
		auditor := d.invite(t, "auditor", "wu", "auditor", 10)
		county.Proved = d.Clock.Now()
		begin := func(ctx context.Context, c access.Caller, subject int64, reason string) (office.Unmasking, error) {
			scope, err := access.Decide(c, access.FieldUnmask)
			must(t, err)
			return unmaskings.Begin(ctx, scope, office.Unmasking{Area: 11, SubjectKind: "person", Subject: subject, Field: "national_id", Reason: reason}, subject)
		}
		_, err := begin(ctx, county, 1, " ")
		wantKind(t, err, fault.Invalid, "without a reason")
		stale := county
		stale.Proved = 0
		_, err = begin(ctx, stale, 1, "matching")
		wantKind(t, err, fault.Forbidden, "without a fresh proof")
		own := county
		own.Own = []int64{5}
		_, err = begin(ctx, own, 5, "matching")
		wantKind(t, err, fault.Forbidden, "of the own household")
		for i := range int64(20) {
			if _, err = begin(ctx, county, 100+i, "matching"); err != nil {
				t.Fatalf("the %dth: %v", i+1, err)
			}
		}
		_, err = begin(ctx, county, 200, "matching")
		wantKind(t, err, fault.TooMany, "the 21st")
		if wait := office.RetryAfter(err); wait <= 0 || wait > time.Hour {
			t.Errorf("wait %s", wait)
		}
		list, err := alerts.List(ctx, auditor, "", 0, 100)
		must(t, err)
		rules := map[string]int{}
		for _, a := range list {
			rules[a.Rule]++
		}
		if rules[office.RuleUnmask] != 20 || rules[office.RuleUnmaskLimit] != 1 {
			t.Errorf("alerts: %v", rules)
		}
		d.Clock.Set(d.Clock.Now().Add(time.Hour))
		county.Proved = d.Clock.Now()
		u, err := begin(ctx, county, 201, "matching")
		must(t, err)
		_, err = unmaskings.Own(ctx, county, u.ID)
		must(t, err)
		_, err = unmaskings.Own(ctx, auditor, u.ID)
		wantKind(t, err, fault.NotFound, "by another account")
		d.Clock.Set(d.Clock.Now().Add(15 * time.Minute))
		_, err = unmaskings.Own(ctx, county, u.ID)
		wantKind(t, err, fault.Gone, "after 15 minutes")
	})
}

func TestEachHourOfReadingsIsLookedThroughOnce(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		alerts := office.NewAlerts(d.DB, d.Journal)
		clerk := d.invite(t, "clerk", "zhang", "township-clerk", 11)
		auditor := d.invite(t, "auditor", "wu", "auditor", 10)
		for i := range int64(20) {
			must(t, d.Journal.Shown(ctx, journal.Who{Account: clerk.Account, Role: "township-clerk"}, "household.read", "household", 0, 11, []int64{5000 + i}))
			d.Clock.Set(d.Clock.Now().Add(time.Second))
		}
		watch := office.NewWatch(d.office, alerts, time.UTC)
		must(t, watch.Run(ctx))
		found := func() []office.Alert {
			list, err := alerts.List(ctx, auditor, "", 0, 10)
			must(t, err)
			return list
		}
		if list := found(); len(list) != 0 {
			t.Errorf("the hour is not over: %+v", list)
		}
		d.Clock.Set(d.Clock.Now().Add(time.Hour))
		for range 2 {
			must(t, watch.Run(ctx))
		}
		if list := found(); len(list) != 1 || list[0].Rule != office.RuleWalk || list[0].Count != 20 || list[0].Account != clerk.Account {
			t.Errorf("alerts: %+v", list)
		}
	})
}
