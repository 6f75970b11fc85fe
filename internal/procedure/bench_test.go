package procedure_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/procedure"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// BenchmarkTwoThousandHouseholds takes the 2,000 households of an adjustment through one meeting, one notice and one
// decision, each household by itself.
func BenchmarkTwoThousandHouseholds(b *testing.B) {
	for b.Loop() {
		r := register.Open(b, stand.New(b, storetest.SQLite(b), register.Widths), os.DirFS("../policy/testdata/ostania"), ".")
		r.LoadAreas(b, register.Areas)
		r.Grant(second, "person-21", "village-official@11001001")
		var hearths []register.Hearth
		for i := range 2000 {
			hearths = append(hearths, register.Hearth{Key: fmt.Sprint("h", i), Area: "11001001", Catch: "10", Souls: 1})
		}
		r.Fill(b, hearths...)
		act := func(account int64) access.Scope { return r.Scope(b, account, access.CaseAct) }
		must := func(what string, since time.Time, err error) {
			if err != nil {
				b.Fatalf("%s: %v", what, err)
			}
			b.Logf("%s: %v", what, time.Since(since).Round(time.Millisecond))
		}
		start := time.Now()
		cases, err := r.Cases.Open(b.Context(), act(register.Village), "stranding", r.Everybody(b))
		must("opened", start, err)
		ids := make([]int64, len(cases))
		closing := procedure.Closing{Eligible: 40, Present: 30, Minutes: "All spoke."}
		for i, c := range cases {
			ids[i] = c.ID
			closing.Votes = append(closing.Votes, procedure.Vote{Case: c.ID, For: 20, Against: 5, Abstain: 5})
		}
		take := func(account int64, act1 procedure.Act) {
			start := time.Now()
			list, err := r.Cases.List(b.Context(), act(account), procedure.Selection{}, procedure.Position{}, 5000)
			if err != nil {
				b.Fatal(err)
			}
			var seen []procedure.Seen
			for _, c := range list {
				seen = append(seen, procedure.Seen{ID: c.ID, Ver: c.Ver})
			}
			must(act1.Transition, start, r.Cases.TakeMany(b.Context(), act(account), seen, act1))
		}
		take(register.Village, procedure.Act{Transition: "tell", Said: procedure.Said{Evidence: map[string]string{"letter": "7"}}})
		take(register.Village, procedure.Act{Transition: "visit"})
		take(second, procedure.Act{Transition: "visit"})
		start = time.Now()
		m, err := r.Cases.Convene(b.Context(), act(register.Village), 11001001, r.Today, ids)
		must("convened", start, err)
		start = time.Now()
		must("closed", start, r.Cases.CloseSitting(b.Context(), act(register.Village), m.ID, m.Ver, closing))
		start = time.Now()
		n, err := r.Cases.Draft(b.Context(), act(register.Village), 11001001, ids)
		must("drafted", start, err)
		_, err = r.Cases.Hang(b.Context(), act(register.Village), n.ID, n.Ver, r.Today, procedure.Photo{Type: "image/png", Body: []byte("x")})
		must("hung", start, err)
		r.Clock.Set(r.Clock.Now().Add(7 * 24 * time.Hour))
		take(register.Village, procedure.Act{Transition: "take_down"})
		take(register.Clerk, procedure.Act{Transition: "agree"})
		drawn, err := r.Cases.Draw(b.Context(), act(register.County), "decide", ids)
		must("drawn", start, err)
		for _, id := range drawn.Sample {
			if _, err := r.Cases.Read(b.Context(), act(register.County), id); err != nil {
				b.Fatal(err)
			}
		}
		take(register.County, procedure.Act{Transition: "decide", Batch: drawn.ID})
		ended, err := r.Cases.List(b.Context(), act(register.County), procedure.Selection{Ended: true, State: "stranded"}, procedure.Position{}, 5000)
		if err != nil || len(ended) != 2000 {
			b.Fatalf("%d decided (%v)", len(ended), err)
		}
	}
}
