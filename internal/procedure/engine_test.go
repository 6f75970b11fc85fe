package procedure_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/procedure"
	"rightkey/test/register"
)

// Accounts of these tests besides those of the register.
const (
	second = 21 // village-official in Reef
	other  = 22 // county-office everywhere
)

// world is a register with cases.
type world struct {
	*register.Register
	t *testing.T
}

func open(t *testing.T, r *register.Register, households int) (world, []procedure.Case) {
	t.Helper()
	w := world{r, t}
	r.Grant(second, "person-21", "village-official@11001001")
	r.Grant(other, "person-22", "county-office")
	var hearths []register.Hearth
	for i := range households {
		hearths = append(hearths, register.Hearth{Key: fmt.Sprint("h", i), Area: "11001001", Catch: "10", Souls: 2})
	}
	r.Fill(t, hearths...)
	var cases []procedure.Case
	for part := range slices.Chunk(r.Everybody(t), 50) { // so few are opened at once, not as a job
		some, _, err := r.Cases.Open(t.Context(), w.act(register.Village), "stranding", part)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, some...)
	}
	return w, cases
}

func (w world) act(account int64) access.Scope { return w.Scope(w.t, account, access.CaseAct) }

// now returns a case as it is now.
func (w world) now(id int64) procedure.Case {
	w.t.Helper()
	c, err := w.Cases.Case(w.t.Context(), w.Scope(w.t, register.County, access.CaseRead), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// take takes a step and fails the test unless the fault is of the kind.
func (w world) take(account, id int64, transition string, want fault.Kind, with ...func(*procedure.Act)) {
	w.t.Helper()
	act := procedure.Act{Transition: transition, Said: procedure.Said{Evidence: map[string]string{"letter": "letter 7"}}}
	for _, change := range with {
		change(&act)
	}
	_, err := w.Cases.Take(w.t.Context(), w.act(account), procedure.Seen{ID: id, Ver: w.now(id).Ver}, act)
	if fault.KindOf(err) != want || (err == nil) != (want == "") {
		w.t.Fatalf("%s by %d: %v, want %q", transition, account, err, want)
	}
}

func (w world) state(id int64, want string) {
	w.t.Helper()
	if c := w.now(id); c.State != want {
		w.t.Fatalf("the case is in %s, want %s", c.State, want)
	}
}

// days moves the clock on.
func (w world) days(n int) {
	w.Clock.Set(w.Clock.Now().Add(time.Duration(n) * 24 * time.Hour))
}

// toMoot takes cases to the meeting, and vote from there to the notice.
func (w world) toMoot(ids ...int64) {
	for _, id := range ids {
		w.take(register.Village, id, "tell", "")
		w.take(register.Village, id, "visit", "")
		w.take(second, id, "visit", "")
		w.state(id, "moot")
	}
}

func (w world) vote(ids ...int64) {
	w.t.Helper()
	ctx := w.t.Context()
	m, err := w.Cases.Convene(ctx, w.act(register.Village), 11001001, w.Today, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	as := procedure.Closing{Eligible: 40, Present: 30, Minutes: "All spoke."}
	for _, id := range ids {
		as.Votes = append(as.Votes, procedure.Vote{Case: id, For: 20, Against: 5, Abstain: 5})
	}
	if _, err := w.Cases.CloseSitting(ctx, w.act(register.Village), m.ID, m.Ver, as); err != nil {
		w.t.Fatal(err)
	}
}

// hang puts cases on a notice that hangs from today.
func (w world) hang(ids ...int64) procedure.Notice {
	w.t.Helper()
	ctx := w.t.Context()
	n, err := w.Cases.Draft(ctx, w.act(register.Village), 11001001, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	n, err = w.Cases.Hang(ctx, w.act(register.Village), n.ID, n.Ver, w.Clock.Now().Day(time.UTC), procedure.Photo{Type: "image/jpeg", Body: []byte("board")})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestACaseGoesFromApplicationToItsDecision(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		w, cases := open(t, r, 2)
		one, two := cases[0].ID, cases[1].ID
		w.take(register.Village, one, "tell", fault.Invalid, func(a *procedure.Act) { a.Said.Evidence = nil })
		w.take(register.Village, one, "tell", "")
		w.take(register.Village, one, "visit", "")
		w.state(one, "visit")
		w.take(register.Village, one, "visit", fault.Forbidden) // a second person
		w.take(second, one, "visit", "")
		w.toMoot(two)
		w.take(register.Village, one, "carried", fault.Conflict) // the vote takes it
		w.vote(one, two)
		w.state(one, "mast")
		w.take(register.Village, one, "take_down", fault.Conflict) // nothing hangs
		n := w.hang(one, two)
		if n.Closes != n.Opened+6 {
			t.Errorf("hangs from %s to %s", n.Opened, n.Closes)
		}
		w.days(6)
		w.take(register.Village, one, "take_down", fault.Conflict)
		w.days(1)
		w.take(register.Village, one, "take_down", "")
		w.take(register.Village, one, "agree", fault.Forbidden)
		w.take(register.Clerk, one, "agree", "")
		w.take(register.South, two, "take_down", fault.NotFound)
		w.take(register.County, one, "decide", "")
		w.state(one, "stranded")
		w.state(two, "mast")
		list, err := r.Registry.Found(t.Context(), r.Scope(t, register.County, access.HouseholdRead), []int64{cases[0].Household})
		if err != nil || len(list) != 1 || list[0].Status != "stranded" {
			t.Errorf("the household is %+v (%v)", list, err)
		}
		f, err := r.Cases.Read(t.Context(), r.Scope(t, register.County, access.CaseRead), one)
		if err != nil || len(f.Acts) != 7 || f.Votes == nil || f.Votes.For != 20 || f.Acts[0].Said.Evidence["letter"] != "letter 7" || f.Ended == 0 {
			t.Errorf("the file is %+v (%v)", f, err)
		}
		if _, _, err := r.Cases.Open(t.Context(), w.act(register.Village), "stranding", []int64{cases[1].Household}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second running case: %v", err)
		}
	})
}

func TestAnObjectionHoldsUpItsHouseholdOnlyAndRestartsItsNoticeOnce(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		ctx := t.Context()
		w, cases := open(t, r, 2)
		one, two := cases[0].ID, cases[1].ID
		w.toMoot(one, two)
		w.vote(one, two)
		n := w.hang(one, two)
		w.days(2)
		if err := r.Cases.ObjectPublicly(ctx, n.Token, 1, "They have a new boat."); err != nil {
			t.Fatal(err)
		}
		lines, err := r.Cases.Lines(ctx, n, 0, 10)
		if err != nil || len(lines) != 2 || lines[0].Case != one || lines[0].Cells[0] != "S***" || lines[0].Cells[1] != "Reef" {
			t.Fatalf("lines %+v (%v)", lines, err)
		}
		w.state(one, "disputed")
		w.state(two, "mast")
		w.days(5)
		w.take(register.Village, two, "take_down", "") // the rest of the list goes on
		w.take(register.Village, one, "hear", "")
		w.take(register.Village, one, "uphold", fault.Forbidden)
		w.take(register.County, one, "uphold", "")
		w.state(one, "mast")
		w.take(register.Village, one, "take_down", fault.Conflict) // its notice begins anew
		again := w.hang(one)
		if err := r.Cases.ObjectPublicly(ctx, again.Token, 1, "Still."); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second round: %v", err)
		}
		if _, _, err := r.Cases.Public(ctx, n.Token); !fault.Is(err, fault.Gone) {
			t.Errorf("a notice that is over: %v", err)
		}
		w.days(7)
		w.take(register.Village, one, "take_down", "")
		w.state(one, "parish")
		late, err := r.Cases.Escalate(ctx) // the whole takes 20 days, and 21 have passed or not
		if err != nil || late != 0 {
			t.Errorf("%d late after 14 days (%v)", late, err)
		}
		w.days(7)
		if late, err = r.Cases.Escalate(ctx); err != nil || late != 2 {
			t.Errorf("%d late after 21 days (%v)", late, err)
		}
		if late, err = r.Cases.Escalate(ctx); err != nil || late != 0 {
			t.Errorf("%d shown twice (%v)", late, err)
		}
		mine, err := r.Cases.List(ctx, r.Scope(t, register.County, access.CaseRead), procedure.Selection{Mine: true}, procedure.Position{Due: -1}, 10)
		if err != nil || len(mine) != 2 {
			t.Errorf("%d cases wait for the county (%v)", len(mine), err)
		}
	})
}

func TestAnObjectionThatIsDismissedLetsTheNoticeGoOn(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		w, cases := open(t, r, 1)
		id := cases[0].ID
		w.toMoot(id)
		w.vote(id)
		n := w.hang(id)
		if err := r.Cases.Object(t.Context(), w.act(register.Clerk), n.ID, 1, "Seen at the fair."); err != nil {
			t.Fatal(err)
		}
		w.take(register.Clerk, id, "hear", "")
		w.take(register.County, id, "dismiss", "")
		w.state(id, "mast")
		w.days(7)
		w.take(register.Clerk, id, "take_down", "")
	})
}

func TestTwoApproversAtOnceMakeOneDecision(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		w, cases := open(t, r, 1)
		id := cases[0].ID
		w.toMoot(id)
		w.vote(id)
		w.hang(id)
		w.days(7)
		w.take(register.Village, id, "take_down", "")
		w.take(register.Clerk, id, "agree", "")
		ver := w.now(id).Ver
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, account := range []int64{register.County, other} {
			both.Go(func() {
				_, errs[i] = r.Cases.Take(t.Context(), w.act(account), procedure.Seen{ID: id, Ver: ver}, procedure.Act{Transition: "decide"})
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two decisions at once: %v and %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !fault.Is(err, fault.Stale) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
				t.Errorf("the slower one: %v", err)
			}
		}
	})
}

func TestKinOfADeciderGoOneLevelHigher(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		w, cases := open(t, r, 1)
		c := cases[0]
		clerk := r.Who(register.Clerk)
		r.Kin = map[int64][]procedure.Relative{c.Household: {{Person: clerk.Person, Relation: "parent", Grants: clerk.Grants}}}
		w.toMoot(c.ID)
		w.vote(c.ID)
		w.hang(c.ID)
		w.days(7)
		w.take(register.Village, c.ID, "take_down", "")
		w.take(register.Clerk, c.ID, "agree", fault.Forbidden)
		r.Kin[c.Household][0].Relation = "in_law" // no kin of the first degree: recusal is enough
		own := r.Who(register.Clerk)
		own.Own = []int64{c.Household}
		scope, err := access.Decide(own, access.CaseAct)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Cases.Take(t.Context(), scope, procedure.Seen{ID: c.ID, Ver: w.now(c.ID).Ver}, procedure.Act{Transition: "agree"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("kin act: %v", err)
		}
		w.take(register.Clerk, c.ID, "agree", "") // another clerk of the same office would
	})
}

func TestManyCasesAreDecidedOneByOneAfterASampleWasOpened(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		ctx := t.Context()
		w, cases := open(t, r, 30)
		var ids []int64
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		w.toMoot(ids...)
		w.vote(ids...)
		w.hang(ids...)
		w.days(7)
		seen := func() []procedure.Seen {
			var list []procedure.Seen
			for _, id := range ids {
				list = append(list, procedure.Seen{ID: id, Ver: w.now(id).Ver})
			}
			return list
		}
		if _, err := r.Cases.TakeMany(ctx, w.act(register.Village), seen(), procedure.Act{Transition: "take_down"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Cases.TakeMany(ctx, w.act(register.Clerk), seen(), procedure.Act{Transition: "agree"}); err != nil {
			t.Fatal(err)
		}
		decide := procedure.Act{Transition: "decide"}
		if _, err := r.Cases.TakeMany(ctx, w.act(register.County), seen(), decide); !fault.Is(err, fault.Conflict) {
			t.Errorf("without a sample: %v", err)
		}
		b, err := r.Cases.Draw(ctx, w.act(register.County), "decide", ids)
		if err != nil || len(b.Sample) != 3 {
			t.Fatalf("drew %v (%v)", b, err)
		}
		decide.Batch = b.ID
		if _, err := r.Cases.TakeMany(ctx, w.act(register.County), seen(), decide); !fault.Is(err, fault.Conflict) {
			t.Errorf("before the sample was opened: %v", err)
		}
		for _, id := range b.Sample {
			if _, err := r.Cases.Read(ctx, r.Scope(t, register.County, access.CaseRead), id); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := r.Cases.TakeMany(ctx, w.act(other), seen(), decide); !fault.Is(err, fault.Conflict) {
			t.Errorf("on somebody else's sample: %v", err)
		}
		if _, err := r.Cases.TakeMany(ctx, w.act(register.County), seen(), decide); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			w.state(id, "stranded")
		}
	})
}

func TestAMeetingNeedsQuorumMinutesAndAResultForEachCase(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		ctx := t.Context()
		w, cases := open(t, r, 1)
		id := cases[0].ID
		w.toMoot(id)
		m, err := r.Cases.Convene(ctx, w.act(register.Village), 11001001, w.Today, []int64{id})
		if err != nil {
			t.Fatal(err)
		}
		good := procedure.Closing{Eligible: 40, Present: 20, Minutes: "x", Votes: []procedure.Vote{{Case: id, For: 10, Against: 10}}}
		for name, spoil := range map[string]func(*procedure.Closing){
			"quorum": func(c *procedure.Closing) { c.Present = 19 }, "minutes": func(c *procedure.Closing) { c.Minutes = " " }, "votes": func(c *procedure.Closing) { c.Votes = nil },
			"more votes than present": func(c *procedure.Closing) { c.Votes = []procedure.Vote{{Case: id, For: 21}} },
		} {
			bad := good
			spoil(&bad)
			if _, err := r.Cases.CloseSitting(ctx, w.act(register.Village), m.ID, m.Ver, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("without %s: %v", name, err)
			}
		}
		if _, err := r.Cases.CloseSitting(ctx, w.act(register.Village), m.ID, m.Ver, good); err != nil {
			t.Fatal(err)
		}
		w.state(id, "refused") // a tie does not carry
		held, err := r.Cases.Sitting(ctx, w.Scope(t, register.County, access.CaseRead), m.ID)
		if err != nil || held.Minutes != "x" || !held.Closed {
			t.Errorf("the meeting is %+v (%v)", held, err)
		}
	})
}

func TestWhatMustNotBePublicIsFound(t *testing.T) {
	never := []string{"fever", "癌"}
	cases := map[string]string{"": "", "S***|Reef|4": "", "12,000": "", "110101199003074578": "number", "call 138 0013 8000": "number", "42101-1234567-1": "number", "۰۳۰۱۲۳۴۵۶۷": "number",
		"DE89370400440532013000": "number account", "has Salt Fever": "word", "肺癌": "word",
		"1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3": "number", "(138)_0013,8000": "number", "138·0013·8000": "number", "１３８００１３": "number", "一三八零零一三八": "number", "①③⑧⓪⓪①③": "number",
		"fe\u00advER": "word", "肺-癌": "word", "1,234,567": "", "4|Reef 7|12,000": "", "123|4567": ""}
	for text, want := range cases {
		got := ""
		for _, found := range procedure.Sensitive(text, never) {
			got += found + " "
		}
		if got != "" {
			got = got[:len(got)-1]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string]string{"张三": "张*", "欧阳娜娜": "欧阳**", "欧阳": "欧*", "Budi Santoso": "B***", "محمد علی": "م***", "ສົມ": "ສົ***", "": ""} {
		if got := procedure.Mask(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
