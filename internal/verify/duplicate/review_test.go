package duplicate_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/verify/duplicate"
	"rightkey/test/register"
)

// first is the first pair in the queue of an account.
func first(t *testing.T, r *register.Register, account int64, person string) duplicate.Listed {
	t.Helper()
	list, err := r.Duplicates.Queue(t.Context(), r.Scope(t, account, access.ChangeDecide), duplicate.Filter{}, duplicate.Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.One == id(t, r, person) || one.Other == id(t, r, person) {
			return one
		}
	}
	t.Fatalf("no pair of %s in %+v", person, list)
	return duplicate.Listed{}
}

func TestAMergedNumberLeadsToTheOneThatGoesOnAndTheMergeCanBeUndone(t *testing.T) {
	cases := map[string]struct{ keeps, ends, head string }{
		"of a household that goes on": {"c0", "d0", "d1"},
		"of somebody who lived alone": {"d0", "c0", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { mergedAndUndone(t, c.keeps, c.ends, c.head) })
	}
}

// mergedAndUndone merges a number into another and takes that back; head becomes head where the number leaves.
func mergedAndUndone(t *testing.T, keeps, ends, head string) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		run(t, r)
		ctx, county := t.Context(), r.Scope(t, register.County, access.ChangeDecide)
		p := first(t, r, register.County, "d0")
		keep, ends := id(t, r, keeps), id(t, r, ends)
		say := duplicate.Say{Verdict: duplicate.OnePerson, Keep: keep}
		if head != "" {
			say.Head = id(t, r, head)
		}
		done, err := r.Duplicates.Judge(ctx, county, p.ID, p.Ver, say)
		if err != nil || done.State != duplicate.Decided || done.Set == 0 {
			t.Fatalf("judged: %+v, %v", done, err)
		}
		set, err := r.Changes.Summary(ctx, r.Scope(t, register.County, access.ChangeRead), done.Set)
		if err != nil || set.State != change.Waiting {
			t.Fatalf("the merge waits for a second person: %+v, %v", set, err)
		}
		if _, err := r.Changes.Approve(ctx, county, set.ID, set.Ver, "yes"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who judged approves the merge: %v", err)
		}
		r.Grant(register.South, "person-7", "county-office")
		if _, err := r.Changes.Approve(ctx, r.Scope(t, register.South, access.ChangeDecide), set.ID, set.Ver, "yes"); err != nil {
			t.Fatal(err)
		}
		hits, err := r.Registry.Find(ctx, r.Scope(t, register.County, access.HouseholdList), registry.Query{Text: registry.Number(ends)}, 5)
		if err != nil || len(hits) != 1 || hits[0].Person == nil || hits[0].Person.ID != keep {
			t.Errorf("the merged number leads to %+v, %v", hits, err)
		}
		if _, number, err := r.Registry.Whereabouts(ctx, r.Scope(t, register.County, access.HouseholdRead), ends); err != nil || number != registry.Number(keep) {
			t.Errorf("the page of the merged number leads to %s, %v", number, err)
		}
		if _, _, err := r.Registry.Whereabouts(ctx, r.Scope(t, register.Village, access.HouseholdRead), ends); !fault.Is(err, fault.NotFound) {
			t.Errorf("the merged number leads out of the village: %v", err)
		}
		if m, _, err := r.Registry.OpenPerson(ctx, r.Scope(t, register.County, access.HouseholdRead), keep); err != nil || m.IDState != "confirmed" {
			t.Errorf("who goes on: %+v, %v", m, err)
		}
		if got := run(t, r); got.Found != 0 {
			t.Errorf("a run after the merge: %+v", got)
		}
		undone, err := r.Duplicates.Undo(ctx, county, p.ID, done.Ver)
		if err != nil || undone.State != duplicate.Open || undone.Set == 0 {
			t.Fatalf("undone: %+v, %v", undone, err)
		}
		back, err := r.Changes.Summary(ctx, r.Scope(t, register.County, access.ChangeRead), undone.Set)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Changes.Approve(ctx, r.Scope(t, register.South, access.ChangeDecide), back.ID, back.Ver, "yes"); err != nil {
			t.Fatal(err)
		}
		hits, err = r.Registry.Find(ctx, r.Scope(t, register.County, access.HouseholdList), registry.Query{Text: registry.Number(ends)}, 5)
		if err != nil || len(hits) != 1 || hits[0].Person == nil || hits[0].Person.ID != ends {
			t.Errorf("his own number leads to %+v, %v", hits, err)
		}
	})
}

func TestADecisionHoldsForLaterRunsAndNobodyJudgesTwice(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		run(t, r)
		ctx, clerk := t.Context(), r.Scope(t, register.Clerk, access.ChangeDecide)
		p := first(t, r, register.Clerk, "a0")
		cases := []struct {
			name string
			do   func() error
			want fault.Kind
		}{
			{"an old version", func() error {
				_, err := r.Duplicates.Judge(ctx, clerk, p.ID, p.Ver+7, duplicate.Say{Verdict: duplicate.TwoPersons})
				return err
			}, fault.Stale},
			{"no verdict", func() error {
				_, err := r.Duplicates.Judge(ctx, clerk, p.ID, p.Ver, duplicate.Say{Verdict: "perhaps"})
				return err
			}, fault.Invalid},
			{"nobody to keep", func() error {
				_, err := r.Duplicates.Judge(ctx, clerk, p.ID, p.Ver, duplicate.Say{Verdict: duplicate.OnePerson})
				return err
			}, fault.Invalid},
			{"another county", func() error {
				_, err := r.Duplicates.Judge(ctx, r.Scope(t, register.South, access.ChangeDecide), p.ID, p.Ver, duplicate.Say{Verdict: duplicate.TwoPersons})
				return err
			}, fault.NotFound},
			{"a day that is over", func() error {
				_, err := r.Duplicates.Postpone(ctx, clerk, p.ID, p.Ver, clock.Date(2000, 1, 1))
				return err
			}, fault.Invalid},
		}
		for _, c := range cases {
			if err := c.do(); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
		done, err := r.Duplicates.Judge(ctx, clerk, p.ID, p.Ver, duplicate.Say{Verdict: duplicate.TwoPersons})
		if err != nil {
			t.Fatal(err)
		}
		if done.State == duplicate.Second { // of the sample
			if _, err := r.Duplicates.Judge(ctx, clerk, p.ID, done.Ver, duplicate.Say{Verdict: duplicate.TwoPersons}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("who judged first judges again: %v", err)
			}
			if done, err = r.Duplicates.Judge(ctx, r.Scope(t, register.County, access.ChangeDecide), p.ID, done.Ver, duplicate.Say{Verdict: duplicate.TwoPersons}); err != nil {
				t.Fatal(err)
			}
		}
		if done.State != duplicate.Decided {
			t.Errorf("judged: %+v", done)
		}
		run(t, r)
		same(t, r, "a0 b0 review decided", "c0 d0 same open")
	})
}

func TestACountyAsksAnotherAndLearnsNothingBeforeItAnswers(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		r.Grant(register.County, "person-2", "county-office@11000000")
		if err := r.Duplicates.Examine(t.Context(), []int64{id(t, r, "c0"), id(t, r, "d0")}); err != nil {
			t.Fatal(err)
		}
		ctx, north, south := t.Context(), r.Scope(t, register.County, access.ChangeDecide), r.Scope(t, register.South, access.ChangeDecide)
		list, err := r.Duplicates.Elsewhere(ctx, north, 10)
		if err != nil || len(list) != 1 || list[0].Person != id(t, r, "c0") || list[0].County.Name != "South" {
			t.Fatalf("elsewhere: %+v, %v", list, err)
		}
		if _, err := r.Duplicates.Open(ctx, north, list[0].Pair); !fault.Is(err, fault.NotFound) {
			t.Errorf("a pair with a person elsewhere is shown: %v", err)
		}
		if err := r.Duplicates.Ask(ctx, north, list[0].Pair); err != nil {
			t.Fatal(err)
		}
		if err := r.Duplicates.Ask(ctx, north, list[0].Pair); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		asked, err := r.Duplicates.Asked(ctx, south, 0, 10)
		if err != nil || len(asked) != 1 || asked[0].Mine != id(t, r, "d0") || asked[0].Asked.Name != "Bela Stern" || asked[0].Asked.NationalID != "" {
			t.Fatalf("asked: %+v, %v", asked, err)
		}
		if err := r.Duplicates.Answer(ctx, south, asked[0].ID, asked[0].Ver, duplicate.AnotherThere); err != nil {
			t.Fatal(err)
		}
		same(t, r, "c0 d0 same decided")
	})
}

func TestAnAnswerComesAfterAWholeNumberOfSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		took := time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "took"))
		if wait := duplicate.Rest(took); (took+wait)%duplicate.Step != 0 || wait <= 0 || wait > duplicate.Step {
			t.Errorf("after %v an answer waits %v", took, wait)
		}
	})
}

// TestTheAnswerAboutSomebodyElsewhereIsTheSameWhateverIsThere attacks the check: the far county holds one person alike,
// or several, nearly or wholly alike; what the asker receives is the same to the byte.
func TestTheAnswerAboutSomebodyElsewhereIsTheSameWhateverIsThere(t *testing.T) {
	far := map[string]string{
		"one, wholly alike":         "x0,x,Anna Holm,f,head,,1970-05-14\n",
		"one, and strangers":        "x0,x,Anna Holm,f,head,,1970-05-14\ny0,y,Bela Stern,m,head,,1980-01-02\n",
		"one with a number":         "x0,x,Anna Holm,f,head,1234567897,1970-05-14\n",
		"three and their household": "x0,x,Anna Holm,f,head,,1970-05-14\nx1,x,Olaf Holm,m,kin,,1969-01-02\ny0,y,Anna Holm,f,head,,1970-05-14\nz0,z,Anna Hollm,f,head,,1970-05-14\n",
	}
	for name, persons := range far {
		t.Run(name, func(t *testing.T) {
			register.Each(t, func(t *testing.T, r *register.Register) {
				fill(t, r, "x,11001001\ny,11001002\nz,11002001\nn,12001001\n", persons)
				born := clock.Date(1970, 5, 14)
				answer, err := r.Duplicates.Look(t.Context(), r.Scope(t, register.South, access.HouseholdEdit), registry.Identity{Area: 12_001_001, Name: "Anna Holm", Sex: "f", Birth: &born})
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, a := range answer.Elsewhere {
					names = append(names, a.Name)
				}
				text, err := json.Marshal([]any{len(answer.Known), names})
				if err != nil || string(text) != `[0,["North"]]` {
					t.Errorf("the answer is %s, %v", text, err)
				}
			})
		})
	}
}
