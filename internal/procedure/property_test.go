package procedure_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/procedure"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

func alone(t *testing.T) *register.Register {
	t.Helper()
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	return r
}

// Whatever people try, in whatever order: nobody is granted anything without each mandatory state, nobody takes two
// parts of a case or one step twice, and nothing leaves a notice before its days are over.
func TestWhateverPeopleTryTheProcedureHolds(t *testing.T) {
	r := alone(t)
	w, cases := open(t, r, 100)
	d, err := r.Cases.Definition(cases[0])
	if err != nil {
		t.Fatal(err)
	}
	steps := []string{"meeting", "notice", "object"}
	for _, one := range d.Transitions {
		steps = append(steps, one.Code)
	}
	accounts := []int64{register.Village, second, register.Clerk, register.County, other}
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		if next == len(cases) {
			return
		}
		id := cases[next].ID
		next++
		for range rapid.IntRange(5, 25).Draw(rt, "tries") {
			before := w.now(id)
			if before.Ended != 0 {
				break
			}
			account := rapid.SampledFrom(accounts).Draw(rt, "account")
			w.days(rapid.IntRange(0, 4).Draw(rt, "days"))
			today := w.Clock.Now().Day(time.UTC)
			step := rapid.SampledFrom(steps).Draw(rt, "step")
			err := w.try(account, before, step)
			if k := fault.KindOf(err); err != nil && k == fault.Internal {
				rt.Fatalf("%s by %d in %s: %v", step, account, before.State, err)
			}
			after := w.now(id)
			if hangs := d.State(before.State).Notice != "" && after.State != before.State && after.State != "disputed" && after.State != "withdrawn"; hangs {
				n, err := r.Cases.Notice(t.Context(), w.act(register.County), before.Notice)
				if err != nil || !n.Ended(today) {
					rt.Fatalf("left the notice %+v on %s (%v)", n, today, err)
				}
			}
		}
		f, err := r.Cases.Read(t.Context(), w.Scope(t, register.County, access.CaseRead), id)
		if err != nil {
			rt.Fatal(err)
		}
		been, parts := map[string]bool{f.State: true}, map[string]procedure.Part{f.Holder: procedure.Record}
		agreed := map[string]string{}
		for _, a := range f.Acts {
			been[a.From] = true
			tr := d.Transition(a.Transition)
			if known, has := parts[a.Holder]; tr.Part != "" && has && known != tr.Part {
				rt.Fatalf("%s took the parts %s and %s", a.Holder, known, tr.Part)
			}
			if tr.Part != "" {
				parts[a.Holder] = tr.Part
			}
			if tr.Persons > 1 && a.To != "" && agreed[tr.Code] == a.Holder {
				rt.Fatalf("%s took %s twice", a.Holder, tr.Code)
			}
			if a.To == "" {
				agreed[tr.Code] = a.Holder
			}
		}
		for _, s := range d.States {
			if d.State(f.State).End == procedure.Granted && s.Mandatory && !been[s.Code] {
				rt.Fatalf("granted without %s", s.Code)
			}
		}
	})
}

// try tries a step, whether or not it is one that can be taken now.
func (w world) try(account int64, c procedure.Case, step string) error {
	ctx := w.t.Context()
	scope := w.act(account)
	switch step {
	case "meeting":
		m, err := w.Cases.Convene(ctx, scope, 11001001, w.Clock.Now().Day(time.UTC), []int64{c.ID})
		if err != nil {
			return err
		}
		_, err = w.Cases.CloseSitting(ctx, scope, m.ID, m.Ver, procedure.Closing{Eligible: 4, Present: 3, Minutes: "x", Votes: []procedure.Vote{{Case: c.ID, For: 3}}})
		return err
	case "notice":
		n, err := w.Cases.Draft(ctx, scope, 11001001, []int64{c.ID})
		if err != nil {
			return err
		}
		_, err = w.Cases.Hang(ctx, scope, n.ID, n.Ver, w.Clock.Now().Day(time.UTC), procedure.Photo{Type: "image/png", Body: []byte("x")})
		return err
	case "object":
		if c.Notice == 0 {
			return nil
		}
		return w.Cases.Object(ctx, scope, c.Notice, 1, "no")
	}
	_, err := w.Cases.Take(ctx, scope, procedure.Seen{ID: c.ID, Ver: c.Ver}, procedure.Act{Transition: step, Reason: "rich", Said: procedure.Said{Evidence: map[string]string{"letter": "1"}}})
	return err
}

func TestANewDefinitionNeverChangesARunningCase(t *testing.T) {
	r := alone(t)
	w, cases := open(t, r, 2)
	id := cases[0].ID
	w.take(register.Village, cases[1].ID, "withdraw", "")
	files := fstest.MapFS{}
	names, err := fs.Glob(os.DirFS("../policy/testdata/ostania"), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile("../policy/testdata/ostania/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(strings.Replace(string(data), "days: 7, fields", "days: 3, fields", 1), `version: "1"`, `version: "2"`, 1)
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	admin := stand.Scope(t, r.Caller(1, "admin", "administrator"), access.PackEdit)
	pack, err := r.Packs.Install(t.Context(), admin, files, ".")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Packs.Use(t.Context(), admin, 0, clock.Date(2001, 1, 1), pack); err != nil {
		t.Fatal(err)
	}
	w.toMoot(id)
	w.vote(id)
	if n := w.hang(id); n.Closes != n.Opened+6 {
		t.Errorf("the running case hangs until %s from %s", n.Closes, n.Opened)
	}
	again, _, err := r.Cases.Open(t.Context(), w.act(register.Village), "stranding", []int64{cases[1].Household})
	if err != nil || again[0].Pack != pack.Hash {
		t.Fatalf("a new case runs under %+v (%v)", again, err)
	}
	w.toMoot(again[0].ID)
	w.vote(again[0].ID)
	if n := w.hang(again[0].ID); n.Closes != n.Opened+2 {
		t.Errorf("the new case hangs until %s from %s", n.Closes, n.Opened)
	}
}
