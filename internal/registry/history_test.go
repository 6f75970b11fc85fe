package registry_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
)

// standing is what a file says, without what only the present has: versions, waiting changes, events.
func standing(f registry.File) string {
	var b strings.Builder
	fmt.Fprintln(&b, f.Number, f.Status, f.Since, f.HeadName, f.Household.Members, f.Facts, f.Answered, f.Years)
	for _, m := range f.Members {
		fmt.Fprintln(&b, "member", m.Number, m.Name, m.Sex, m.Birth, m.Relation, m.IsHead, m.Facts, m.Answered)
	}
	for _, d := range f.Dwellings {
		fmt.Fprintln(&b, "dwelling", d.ID, d.From, d.Facts, d.Answered)
	}
	for _, e := range f.Entries {
		fmt.Fprintln(&b, "entry", e.ID, e.Subject, e.Class, e.Source, e.From, e.Minor, e.Person, e.Basis, e.Evidence)
	}
	return b.String()
}

// random submits one random edit of the household that holds from today, and has it approved where it waits.
func (h *house) random(t *testing.T, r *rapid.T, household int64, today clock.Day) {
	f := h.of(t, household, 0)
	year, _, _ := today.Civil()
	var row change.Row
	switch rapid.IntRange(0, 6).Draw(r, "act") {
	case 0:
		row = change.Row{SubjectKind: "household", Subject: f.ID, BaseVer: f.Ver, Set: change.Values{"status": rapid.SampledFrom([]string{"poor", "well"}).Draw(r, "status")}}
	case 1:
		row = change.Row{SubjectKind: "household", Subject: f.ID, BaseVer: f.Ver, Set: change.Values{"bell": rapid.Bool().Draw(r, "bell"), "goats": int64(rapid.IntRange(0, 9).Draw(r, "goats"))}}
	case 2:
		m := rapid.SampledFrom(f.Members).Draw(r, "member")
		row = change.Row{SubjectKind: "person", Subject: m.ID, BaseVer: m.Ver, Set: change.Values{"name": rapid.SampledFrom([]string{"Ann Oat", "Anna Oat", "A. Oat"}).Draw(r, "name"),
			"birth": rapid.SampledFrom([]any{"1970-01-01", "1971-02-02"}).Draw(r, "birth"), "well_days": int64(rapid.IntRange(0, 300).Draw(r, "days"))}}
	case 3:
		d := f.Dwellings[0]
		row = change.Row{SubjectKind: "dwelling", Subject: d.ID, BaseVer: d.Ver, Set: change.Values{"roof": rapid.SampledFrom([]any{"reed", "slate", nil}).Draw(r, "roof")}}
	case 4:
		row = change.Row{SubjectKind: "income", Under: f.ID, Set: change.Values{"year": int64(year), "class": "farm", "amount": int64(rapid.IntRange(0, 9999).Draw(r, "amount")), "person": f.Members[0].Number}}
	default:
		if len(f.Entries) == 0 {
			return
		}
		e := rapid.SampledFrom(f.Entries).Draw(r, "entry")
		row = change.Row{SubjectKind: e.Subject, Subject: e.ID, BaseVer: e.Ver, Set: change.Values{"amount": int64(rapid.IntRange(0, 9999).Draw(r, "amount")), "basis": "declared"}}
		if rapid.IntRange(0, 3).Draw(r, "ends") == 0 {
			row.Set = change.Values{"ended": today.String()}
		}
	}
	set, err := h.submit(t, today, row)
	if err == nil && set.State == change.Waiting {
		_, err = h.Changes.Approve(ctx, h.scope(t, 2, access.ChangeDecide), set.ID, set.Ver, "")
	}
	if err != nil {
		r.Fatalf("%+v: %v", row, err)
	}
}

// manyFarms imports households that are alike.
func (h *house) manyFarms(t *testing.T, n int) []int64 {
	t.Helper()
	var rows, people strings.Builder
	rows.WriteString("key,year,area,status,oats,goats,roof,wage,food\n")
	people.WriteString("key,hh,name,sex,rel,days\n")
	for i := range n {
		fmt.Fprintf(&rows, "f%d,2013,11001001,poor,2.5,3,reed,1000,400\n", i)
		fmt.Fprintf(&people, "a%d,f%d,Ann Oat,f,head,300\nb%d,f%d,Ben Oat,m,kin,\n", i, i, i, i)
	}
	h.importCSV(t, 2, farms, registry.Stop, rows.String())
	h.importCSV(t, 2, souls, registry.Stop, people.String())
	list, err := h.Registry.List(ctx, h.scope(t, 2, access.HouseholdList), registry.Filter{}, registry.Position{}, n)
	if err != nil || len(list) != n {
		t.Fatalf("%d households (%v)", len(list), err)
	}
	ids := make([]int64, n)
	for i, row := range list {
		ids[i] = row.ID
	}
	return ids
}

// What the file was on the evening of a day, it is for ever when one asks for that day, whatever is edited later.
func TestTheFileAsOfADayIsWhatItWasOnThatDay(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		farms := h.manyFarms(t, 20)
		rapid.Check(t, func(r *rapid.T) {
			id := rapid.SampledFrom(farms).Draw(r, "household")
			copies := map[clock.Day]string{}
			var days []clock.Day
			for range rapid.IntRange(2, 4).Draw(r, "days") {
				h.Clock.Set(h.Clock.Now().Add(time.Duration(rapid.IntRange(1, 200).Draw(r, "pause")) * 24 * time.Hour))
				today := h.Clock.Now().Day(time.UTC)
				for account, c := range h.accounts {
					c.Today = today
					h.accounts[account] = c
				}
				for range rapid.IntRange(1, 3).Draw(r, "edits") {
					h.random(t, r, id, today)
				}
				copies[today] = standing(h.of(t, id, 0))
				days = append(days, today)
			}
			for _, on := range days {
				f, err := h.Registry.OpenAsOf(ctx, h.scope(t, 2, access.HouseholdRead), id, on)
				if err != nil {
					r.Fatal(err)
				}
				if got := standing(f); got != copies[on] {
					r.Fatalf("as of %s:\n%s\nthen:\n%s", on, got, copies[on])
				}
			}
		})
	})
}

func TestTheFileAsOfADayKnowsWhatWasCorrectedLater(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		id := h.farm(t).ID
		scope := h.scope(t, 2, access.HouseholdRead)
		h.edit(t, id, clock.Date(2014, 3, 1), change.Values{"bell": true})
		h.edit(t, id, clock.Date(2014, 6, 30), change.Values{"goats": int64(7)})
		h.edit(t, id, clock.Date(2013, 12, 31), change.Values{"goats": int64(2)})
		for day, want := range map[clock.Day]string{clock.Date(2014, 1, 1): "<nil> 2", clock.Date(2014, 3, 1): "true 2", clock.Date(2014, 6, 29): "true 2", clock.Date(2014, 6, 30): "true 7", clock.Date(2014, 12, 31): "true 7"} {
			f, err := h.Registry.OpenAsOf(ctx, scope, id, day)
			if err != nil || fmt.Sprint(f.Facts["bell"], " ", f.Facts["goats"]) != want {
				t.Errorf("as of %s: %v (%v), want %s", day, f.Facts, err, want)
			}
		}
		if _, err := h.Registry.OpenAsOf(ctx, scope, id, clock.Date(2013, 12, 30)); !fault.Is(err, fault.NotFound) {
			t.Errorf("before its registration: %v", err)
		}
		if _, err := h.Registry.OpenAsOf(ctx, h.scope(t, 7, access.HouseholdRead), id, clock.Date(2014, 12, 31)); !fault.Is(err, fault.NotFound) {
			t.Errorf("out of scope: %v", err)
		}
	})
}

func TestTheHistoryOfAFieldNamesWhoWhenAndWhence(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		h.edit(t, f.ID, clock.Date(2014, 6, 30), change.Values{"goats": int64(7)})
		set, err := h.submit(t, clock.Date(2014, 12, 31), change.Row{SubjectKind: "person", Subject: f.Members[0].ID, BaseVer: f.Members[0].Ver, Set: change.Values{"name": "Anna Oat"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.submit(t, clock.Date(2014, 12, 31), change.Row{SubjectKind: "income", Under: f.ID, Set: change.Values{"year": int64(2014), "class": "farm", "amount": int64(5)}}); err != nil {
			t.Fatal(err)
		}
		scope := h.scope(t, 2, access.HouseholdRead)
		_, all, err := h.Registry.History(ctx, scope, f.ID, registry.HistoryFilter{})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, c := range all {
			lines = append(lines, fmt.Sprint(c.SubjectKind, ".", c.Field, " ", c.Year, " ", c.Before, "→", c.After, " ", c.Source, " by ", c.Account))
		}
		for _, want := range []string{"household.goats 2014 <nil>→7 page by 2", "household.goats 2013 <nil>→3 import by 2", "person.name 0 Ann Oat→Anna Oat page by 3", "income.amount 0 <nil>→5 page by 3", "dwelling.roof 2013 <nil>→reed import by 2"} {
			if !slices.Contains(lines, want) {
				t.Errorf("the history lacks %q:\n%s", want, strings.Join(lines, "\n"))
			}
		}
		_, names, err := h.Registry.History(ctx, scope, f.ID, registry.HistoryFilter{Subject: "person", Field: "name"})
		if err != nil || len(names) != 3 || names[0].Set != set.ID || names[0].Number != f.Members[0].Number {
			t.Errorf("history of names: %+v %v", names, err)
		}
		if _, _, err := h.Registry.History(ctx, h.scope(t, 7, access.HouseholdRead), f.ID, registry.HistoryFilter{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("out of scope: %v", err)
		}
	})
}
