package procedure_test

import (
	"fmt"
	"testing"
	"time"

	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/procedure"
	"rightkey/internal/store"
	"rightkey/test/register"
)

// many are cases of which more are acted on together than are written in one transaction.
type many struct {
	world
	ids []int64
}

func openMany(t *testing.T, r *register.Register, households int) many {
	t.Helper()
	r.Grant(second, "person-21", "village-official@11001001")
	var hearths []register.Hearth
	for i := range households {
		hearths = append(hearths, register.Hearth{Key: fmt.Sprint("h", i), Area: "11001001", Catch: "10", Souls: 1})
	}
	r.Fill(t, hearths...)
	w := world{r, t}
	_, id, err := r.Cases.Open(t.Context(), w.act(register.Village), "stranding", r.Everybody(t))
	w.done(id, err, job.Counts{In: int64(households), Created: int64(households)})
	m := many{world: w}
	for _, c := range m.all(procedure.Selection{State: "told"}) {
		m.ids = append(m.ids, c.ID)
	}
	return m
}

// done waits for a job and holds its counts against those wanted.
func (w world) done(id int64, err error, want job.Counts) {
	w.t.Helper()
	if err != nil || id == 0 {
		w.t.Fatalf("job %d (%v)", id, err)
	}
	if j := w.Wait(w.t, register.Auditor, id); j.State != job.Done || j.Counts != want || j.Done != want.In || j.Total != want.In {
		w.t.Fatalf("%s %s: %+v of %d, want %+v", j.State, j.Error, j.Counts, j.Total, want)
	}
}

func (w world) all(of procedure.Selection) []procedure.Case {
	w.t.Helper()
	list, err := w.Cases.All(w.t.Context(), w.act(register.County), of)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (m many) seen() []procedure.Seen {
	var seen []procedure.Seen
	for _, c := range m.all(procedure.Selection{}) {
		seen = append(seen, procedure.Seen{ID: c.ID, Ver: c.Ver})
	}
	return seen
}

// step takes a step in all of them.
func (m many) step(account int64, act procedure.Act) {
	m.t.Helper()
	seen := m.seen()
	id, err := m.Cases.TakeMany(m.t.Context(), m.act(account), seen, act)
	m.done(id, err, job.Counts{In: int64(len(seen)), Updated: int64(len(seen))})
}

// TestTwoThousandHouseholdsGoThroughOneMeetingOneNoticeAndOneApprovalEachByItself stops the jobs in the middle and goes
// on, loses one household at each of the three, and counts.
func TestTwoThousandHouseholdsGoThroughOneMeetingOneNoticeAndOneApprovalEachByItself(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		const all = 2000
		ctx := t.Context()
		m := openMany(t, r, all)
		m.step(register.Village, procedure.Act{Transition: "tell", Said: procedure.Said{Comment: "by boat", Evidence: map[string]string{"letter": "7"}}})
		if f, err := r.Cases.Read(ctx, m.act(register.Village), m.ids[all-1]); err != nil || len(f.Acts) != 1 || f.Acts[0].Said.Comment != "by boat" {
			t.Errorf("what was said in all of them: %+v (%v)", f.Acts, err)
		}
		m.step(register.Village, procedure.Act{Transition: "visit"})
		m.step(second, procedure.Act{Transition: "visit"})

		s, err := r.Cases.Convene(ctx, m.act(register.Village), 11001001, r.Today, m.ids)
		if err != nil {
			t.Fatal(err)
		}
		closing := procedure.Closing{Eligible: 40, Present: 30, Minutes: "All spoke."}
		for i, id := range m.ids {
			vote := procedure.Vote{Case: id, For: 20, Against: 5, Abstain: 5}
			if i == 0 {
				vote = procedure.Vote{Case: id, For: 1, Against: 29}
			}
			closing.Votes = append(closing.Votes, vote)
		}
		m.interrupted(s.Job)
		m.done(s.Job, nil, job.Counts{In: all, Updated: all})
		id, err := r.Cases.CloseSitting(ctx, m.act(register.Village), s.ID, s.Ver, closing)
		m.done(id, err, job.Counts{In: all, Updated: all})
		if lost := m.all(procedure.Selection{Ended: true, State: "refused"}); len(lost) != 1 || lost[0].ID != m.ids[0] {
			t.Errorf("the meeting refused %+v", lost)
		}

		n, err := r.Cases.Draft(ctx, m.act(register.Village), 11001001, m.ids[1:])
		if err != nil {
			t.Fatal(err)
		}
		m.done(n.Job, nil, job.Counts{In: all - 1, Updated: all - 1})
		if _, err = r.Cases.Hang(ctx, m.act(register.Village), n.ID, n.Ver, r.Today, procedure.Photo{Type: "image/png", Body: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		m.days(7)
		seen := m.seen()
		m.take(register.Village, m.ids[1], "withdraw", "")
		id, err = r.Cases.TakeMany(ctx, m.act(register.Village), seen, procedure.Act{Transition: "take_down"})
		m.done(id, err, job.Counts{In: all - 1, Updated: all - 2, Rejected: 1})
		refused, err := r.Cases.Refused(ctx, m.act(register.County), id, 0, 10)
		if err != nil || len(refused) != 1 || refused[0].Case != m.ids[1] || refused[0].Why.Kind != fault.Stale || refused[0].Why.Code != "procedure.stale" {
			t.Errorf("refused %+v (%v)", refused, err)
		}
		if far, err := r.Cases.Refused(ctx, m.act(register.South), id, 0, 10); err != nil || len(far) != 0 {
			t.Errorf("another county sees %+v (%v)", far, err)
		}
		m.step(register.Clerk, procedure.Act{Transition: "agree"})

		var left []int64
		for _, one := range m.seen() {
			left = append(left, one.ID)
		}
		drawn, err := r.Cases.Draw(ctx, m.act(register.County), "decide", left)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range drawn.Sample {
			if _, err := r.Cases.Read(ctx, m.act(register.County), one); err != nil {
				t.Fatal(err)
			}
		}
		id, err = r.Cases.TakeMany(ctx, m.act(register.County), m.seen(), procedure.Act{Transition: "decide", Batch: drawn.ID})
		m.interrupted(id)
		m.done(id, err, job.Counts{In: all - 2, Updated: all - 2})
		m.each("SELECT count(*) FROM household WHERE status = 'stranded'", all-2)
		m.each("SELECT count(DISTINCT case_id) FROM case_act WHERE transition = 'decide'", all-2)
		m.each("SELECT count(*) FROM case_act WHERE transition = 'decide'", all-2)
		m.each("SELECT count(DISTINCT subject) FROM event WHERE kind = 'household.decided'", all-2)
		m.each("SELECT count(*) FROM data_key WHERE home = 0 AND subject IN (SELECT id FROM job WHERE kind = 'cases')", 0) // what was said is nobody's to open
	})
}

// interrupted stops the program while a job is at work, and lets another one go on.
func (m many) interrupted(id int64) {
	m.t.Helper()
	for {
		j, err := m.Jobs.Get(m.t.Context(), m.Who(register.Auditor), id)
		if err != nil {
			m.t.Fatal(err)
		}
		if j.State.Ended() {
			m.t.Fatal("the job ended before it was stopped")
		}
		if j.Done > 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	m.Stop()
	m.Rooms()
	m.Start(m.t)
}

// each holds a count against what the register has.
func (m many) each(sql string, want int64) {
	m.t.Helper()
	var n int64
	if err := store.One(m.t.Context(), m.Raw, sql, nil, &n); err != nil || n != want {
		m.t.Errorf("%s: %d (%v), want %d", sql, n, err, want)
	}
}

func TestAMeetingIsNotClosedWhileAJobIsStillPuttingCasesBeforeIt(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		m := openMany(t, r, 60)
		ctx := t.Context()
		m.step(register.Village, procedure.Act{Transition: "tell", Said: procedure.Said{Evidence: map[string]string{"letter": "7"}}})
		m.step(register.Village, procedure.Act{Transition: "visit"})
		m.step(second, procedure.Act{Transition: "visit"})
		r.Stop()
		s, err := r.Cases.Convene(ctx, m.act(register.Village), 11001001, r.Today, m.ids)
		if err != nil || s.Job == 0 {
			t.Fatalf("%+v (%v)", s, err)
		}
		if _, err := r.Cases.CloseSitting(ctx, m.act(register.Village), s.ID, s.Ver, procedure.Closing{Eligible: 4, Present: 3, Minutes: "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("closed without its cases: %v", err)
		}
		// Who may no longer act for the village does not go on acting through a job.
		r.Grant(register.Village, "person-4", "village-official@11001002")
		r.Rooms()
		r.Start(t)
		if j := r.Wait(t, register.Auditor, s.Job); j.State != job.Failed || j.Counts != (job.Counts{}) {
			t.Errorf("the job of somebody who may not: %s %+v", j.State, j.Counts)
		}
		m.each("SELECT count(*) FROM sitting_line", 0)
	})
}
