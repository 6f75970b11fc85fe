package change_test

import (
	"context"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

var ctx = context.Background()

// thing is a subject with one record in memory: "free" is applied at once, "guarded" needs a second person.
type thing struct {
	id     int64
	ver    int64
	key    crypt.DataKey
	fields change.Values
}

func (o *thing) Load(_ context.Context, _ access.Scope, id int64, on clock.Day) (change.Record, error) {
	if id != o.id {
		return change.Record{}, fault.New(fault.NotFound, "no such thing")
	}
	return change.Record{Kind: "thing", ID: id, Home: 1, Area: 11000000, Ver: o.ver, Label: "thing", On: on, Fields: maps.Clone(o.fields), Key: o.key}, nil
}

func (o *thing) Sees(access.Scope, change.Record, string) bool { return true }

func (o *thing) Protected(_ context.Context, _ change.Record, field string) (bool, error) {
	return field == "guarded", nil
}

func (o *thing) Check(context.Context, change.Record, change.Values) ([]policy.Problem, error) {
	return nil, nil
}

func (o *thing) Prepare(_ context.Context, _ access.Scope, r change.Record, set change.Values) (change.Write, error) {
	return func(context.Context, store.Tx) error {
		if o.ver != r.Ver {
			return fault.New(fault.Stale, "moved on")
		}
		o.ver++
		maps.Copy(o.fields, set)
		return nil
	}, nil
}

// kept is what the model knows of a submission.
type kept struct {
	id    int64
	state change.State
	set   change.Values
	base  int64
	ver   int64 // of the set
}

// model is what the change room should come to.
type model struct {
	ver    int64
	fields change.Values
	sets   []*kept
}

// differs are the values of a submission that say something new.
func (m *model) differs(set change.Values) change.Values {
	news := change.Values{}
	for field, value := range set {
		if m.fields[field] != value {
			news[field] = value
		}
	}
	return news
}

func (m *model) apply(set change.Values) {
	if news := m.differs(set); len(news) > 0 {
		maps.Copy(m.fields, news)
		m.ver++
	}
}

// submit is what a submission should come to; nil for one that is refused as stale or says nothing new.
func (m *model) submit(source change.Source, base int64, set change.Values) *kept {
	news := m.differs(set)
	stale := base != m.ver
	if len(news) == 0 || (stale && source == change.Page) {
		return nil
	}
	k := &kept{state: change.Applied, set: news, base: base, ver: 1}
	_, guarded := news["guarded"]
	switch {
	case stale:
		k.state = change.Conflict
	case guarded:
		k.state = change.Waiting
	default:
		m.apply(news)
	}
	m.sets = append(m.sets, k)
	return k
}

// Whatever is submitted, decided, returned and withdrawn in whichever order, the record is what the model says, every
// submission keeps its values and its state, and the counts of states add up.
func TestChangeSetsFollowTheirModelAndNothingIsLost(t *testing.T) {
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) {
		submitter := s.Caller(2, "clerk", "county-office")
		decider := s.Caller(3, "office", "county-office")
		rapid.Check(t, func(r *rapid.T) {
			id, err := s.Ids.One(ctx, 1)
			if err != nil {
				r.Fatal(err)
			}
			record := &thing{id: id, ver: 1, key: s.Keys.Make(1, id).Key, fields: change.Values{}}
			room := change.NewService(s.DB, s.Journal)
			room.Register("thing", record)
			edit, decide := stand.Scope(t, submitter, access.HouseholdEdit), stand.Scope(t, decider, access.ChangeDecide)
			own := stand.Scope(t, submitter, access.ChangeRead)
			m := &model{ver: 1, fields: change.Values{}}
			before := map[change.State]int64{}
			for _, state := range states {
				before[state], _ = room.Count(ctx, decide, state)
			}
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				open := undecided(m)
				if len(open) == 0 || rapid.Bool().Draw(r, "submits") {
					submitOne(r, room, edit, m, id)
					continue
				}
				decideOne(r, room, decide, own, m, rapid.SampledFrom(open).Draw(r, "set"))
			}
			if record.ver != m.ver || !maps.Equal(record.fields, m.fields) {
				r.Fatalf("the record is %v at version %d, want %v at %d", record.fields, record.ver, m.fields, m.ver)
			}
			count := map[change.State]int64{}
			for _, k := range m.sets {
				count[k.state]++
				set, details, err := room.Get(ctx, decide, k.id)
				if err != nil || set.State != k.state || set.Ver != k.ver || len(details) != 1 || len(details[0].Fields) != len(k.set) {
					r.Fatalf("set %+v is %+v with %+v (%v)", k, set, details, err)
				}
				for _, f := range details[0].Fields {
					if f.Mine != k.set[f.Name] {
						r.Fatalf("set %d lost %s: %v, want %v", k.id, f.Name, f.Mine, k.set[f.Name])
					}
				}
			}
			for _, state := range states {
				if n, err := room.Count(ctx, decide, state); err != nil || n-before[state] != count[state] {
					r.Fatalf("%d sets are %s (%v), want %d", n-before[state], state, err, count[state])
				}
			}
		})
	})
}

var states = []change.State{change.Waiting, change.Conflict, change.Applied, change.Returned, change.Withdrawn}

func undecided(m *model) []*kept {
	var open []*kept
	for _, k := range m.sets {
		if k.state == change.Waiting || k.state == change.Conflict {
			open = append(open, k)
		}
	}
	return open
}

func submitOne(r *rapid.T, room *change.Service, edit access.Scope, m *model, id int64) {
	source := rapid.SampledFrom([]change.Source{change.Page, change.Offline}).Draw(r, "source")
	base := max(1, m.ver-int64(rapid.IntRange(0, 1).Draw(r, "behind")))
	set := change.Values{}
	for _, field := range []string{"free", "guarded"} {
		if rapid.Bool().Draw(r, field) {
			set[field] = int64(rapid.IntRange(0, 2).Draw(r, "value"))
		}
	}
	stale := base != m.ver && source == change.Page
	want := m.submit(source, base, set)
	got, err := room.Submit(ctx, edit, change.Draft{Source: source, Title: "t", Reason: "r", Rows: []change.Row{{SubjectKind: "thing", Subject: id, BaseVer: base, Set: set}}})
	switch {
	case stale:
		if !fault.Is(err, fault.Stale) {
			r.Fatalf("a stale page: %+v %v", got, err)
		}
	case err != nil:
		r.Fatal(err)
	case want == nil:
		if got.State != change.Unchanged {
			r.Fatalf("nothing new, and yet %+v", got)
		}
	case got.State != want.state:
		r.Fatalf("%+v became %s, want %s", set, got.State, want.state)
	default:
		want.id = got.ID
	}
}

func decideOne(r *rapid.T, room *change.Service, decide, own access.Scope, m *model, k *kept) {
	var err error
	end := func(state change.State) {
		k.state = state
		k.ver++
	}
	switch act := rapid.SampledFrom([]string{"approve", "return", "withdraw", "resolve", "own"}).Draw(r, "act"); {
	case act == "own":
		if _, err := room.Approve(ctx, own, k.id, k.ver, ""); !fault.Is(err, fault.Forbidden) {
			r.Fatalf("approving one's own: %v", err)
		}
	case act == "return":
		_, err = room.Return(ctx, decide, k.id, k.ver, "no")
		end(change.Returned)
	case act == "withdraw":
		_, err = room.Withdraw(ctx, own, k.id, k.ver, "")
		end(change.Withdrawn)
	case act == "approve" && k.state == change.Waiting && k.base == m.ver:
		_, err = room.Approve(ctx, decide, k.id, k.ver, "")
		m.apply(k.set)
		end(change.Applied)
	case act == "approve" && k.state == change.Waiting:
		if _, err := room.Approve(ctx, decide, k.id, k.ver, ""); !fault.Is(err, fault.Stale) {
			r.Fatalf("approving on a record that moved on: %v", err)
		}
		end(change.Conflict)
	case act == "approve" || k.state == change.Waiting:
		_, err := room.Resolve(ctx, decide, k.id, k.ver, nil, "")
		if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
			r.Fatalf("resolving %s without a choice: %v", k.state, err)
		}
	default:
		choices, taken := map[string]change.Choice{}, change.Values{}
		for field, value := range k.set {
			choices[field] = rapid.SampledFrom([]change.Choice{change.Mine, change.Stored}).Draw(r, "choice")
			if choices[field] == change.Mine {
				taken[field] = value
			}
		}
		_, err = room.Resolve(ctx, decide, k.id, k.ver, map[int]map[string]change.Choice{0: choices}, "")
		m.apply(taken)
		end(change.Applied)
	}
	if err != nil {
		r.Fatal(err)
	}
}
