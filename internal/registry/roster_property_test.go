package registry_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// world is what a register should hold, kept apart from it: who lives where, and where households are.
type world struct {
	lives map[int64]int64 // person → household, 0 for none
	dead  map[int64]bool
	area  map[int64]int64 // household → area
	head  map[int64]int64
}

// look reads the world from the register; it is done once, before the first act.
func (h *house) look(t *testing.T) *world {
	t.Helper()
	w := &world{lives: map[int64]int64{}, dead: map[int64]bool{}, area: map[int64]int64{}, head: map[int64]int64{}}
	list, err := h.Registry.List(ctx, h.scope(t, 2, access.HouseholdList), registry.Filter{Closed: true}, registry.Position{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range list {
		w.area[row.ID], w.head[row.ID] = row.Area, row.Head
		for _, m := range h.file(t, row.ID).Members {
			w.lives[m.ID] = row.ID
		}
	}
	return w
}

// of are the members of a household, in order.
func (w *world) of(household int64) []int64 {
	var members []int64
	for _, person := range slices.Sorted(maps.Keys(w.lives)) {
		if w.lives[person] == household {
			members = append(members, person)
		}
	}
	return members
}

// draw draws an act, possible or not, about a household.
func (w *world) draw(t *rapid.T, n int) (int64, registry.Act) {
	households := slices.Sorted(maps.Keys(w.area))
	inhabited := slices.DeleteFunc(slices.Clone(households), func(id int64) bool { return len(w.of(id)) == 0 })
	household := rapid.SampledFrom(households).Draw(t, "household")
	if len(inhabited) > 0 && rapid.IntRange(0, 9).Draw(t, "inhabited") > 0 {
		household = rapid.SampledFrom(inhabited).Draw(t, "household with members")
	}
	codes := []string{"born", "washed_in", "drowned", "sailed_off", "wed", "wed", "own_hearth", "joined_hearths", "new_keeper", "kinship", "other_hamlet", "gone_out", "rekindled"}
	act := registry.Act{Code: rapid.SampledFrom(codes).Draw(t, "act"), Day: clock.Date(2014, 1, 20) + clock.Day(min(300, n/2)+rapid.IntRange(-3, 3).Draw(t, "day")), Evidence: "paper", Relations: map[int64]string{}}
	if alive := len(w.lives) - len(w.of(0)); alive < 6 && slices.Contains([]string{"drowned", "sailed_off", "gone_out", "joined_hearths"}, act.Code) {
		act.Code = "born" // the world is not to die out
	}
	persons := slices.Sorted(maps.Keys(w.lives))
	if members := w.of(household); len(members) > 0 && rapid.IntRange(0, 9).Draw(t, "own members") > 0 {
		persons = members
	}
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(persons), 1, min(2, len(persons)), rapid.ID[int64]).Draw(t, "persons")
	switch act.Code {
	case "born":
		day := act.Day
		act.New, act.Relations[-1] = []registry.NewPerson{{Name: fmt.Sprint("Child ", n), Birth: &day}}, "kin"
	case "rekindled", "washed_in":
		act.Persons = some
		if len(w.of(household)) == 0 || rapid.Bool().Draw(t, "back") {
			act.Persons = w.of(0)[:min(1, len(w.of(0)))]
		}
	case "drowned", "sailed_off", "own_hearth":
		act.Persons = some
	case "wed":
		act.Persons, act.Target = some, rapid.SampledFrom(households).Draw(t, "target")
	case "joined_hearths":
		act.Target = rapid.SampledFrom(households).Draw(t, "target")
	case "kinship":
		act.Relations[some[0]] = "kin"
	case "other_hamlet":
		act.Area = rapid.SampledFrom([]int64{11001001, 11001002, 11002001, 12001001}).Draw(t, "area")
	}
	if rapid.IntRange(0, 3).Draw(t, "names a head") == 0 || act.Code == "new_keeper" {
		act.Head = rapid.SampledFrom(persons).Draw(t, "head")
	}
	if stay := slices.DeleteFunc(w.of(household), func(person int64) bool { return slices.Contains(act.Persons, person) }); slices.Contains(act.Persons, w.head[household]) && len(stay) > 0 {
		act.Head = stay[0]
	}
	return household, act
}

// happen does to the world what the act says.
func (w *world) happen(household int64, act registry.Act, founded, born int64) {
	to := int64(0)
	persons := act.Persons
	switch act.Code {
	case "born":
		persons, to = []int64{born}, household
	case "washed_in", "rekindled":
		to = household
	case "wed":
		to = act.Target
	case "joined_hearths":
		persons, to = w.of(household), act.Target
	case "own_hearth":
		to = founded
		w.area[to] = w.area[household]
	case "gone_out":
		persons = w.of(household)
	case "other_hamlet":
		w.area[household] = act.Area
	case "drowned":
		for _, person := range persons {
			w.dead[person] = true
		}
	case "new_keeper", "kinship":
		persons = nil
	}
	for _, person := range persons {
		w.lives[person] = to
	}
}

func TestAnySequenceOfActsKeepsTheRosterSound(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		w := h.look(t)
		n, taken := 0, map[string]int{}
		rapid.Check(t, func(rt *rapid.T) {
			for range 4 {
				n++
				h.step(t, rt, w, n, taken)
			}
		})
		t.Logf("acts taken: %v", taken)
		if len(taken) < 6 {
			t.Errorf("only %v acts were possible: the property is hardly tried", taken)
		}
		h.replay(t, w)
	})
}

// step draws an act and compares what it does to the register with what it does to the world.
func (h *house) step(t *testing.T, rt *rapid.T, w *world, n int, taken map[string]int) {
	t.Helper()
	household, act := w.draw(rt, n)
	before, souls := h.everything(t), h.souls(t)
	set, err := h.report(t, household, act)
	if err == nil && set.State == change.Waiting {
		if rapid.IntRange(0, 5).Draw(rt, "agreed") == 0 {
			h.turnDown(t, set, household, before)
			return
		}
		set, err = h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, "seen")
	}
	if fault.Is(err, fault.Invalid) {
		if after := h.everything(t); after != before {
			t.Fatalf("the refused act %+v (%v) changed\n%s\nto\n%s", act, err, before, after)
		}
		return
	}
	if err != nil || set.State != change.Applied {
		t.Fatalf("%+v: %+v %v", act, set, err)
	}
	taken[act.Code]++
	w.happen(household, act, h.fresh(t, "household", w.area), h.fresh(t, "person", w.lives))
	h.sound(t)
	h.compare(t, w, act)
	if act.Code == "wed" && len(act.Persons) == 1 {
		h.movedOnce(t, souls, w.area[household], w.area[act.Target])
	}
}

// turnDown returns a waiting act; nothing of it may stay but the set itself.
func (h *house) turnDown(t *testing.T, set change.Set, household int64, before string) {
	t.Helper()
	if _, err := h.Changes.Return(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, "no"); err != nil {
		t.Fatal(err)
	}
	if after := h.everything(t); len(after) <= len(before) || !sameButSets(before, after) {
		t.Fatalf("the returned act on household %d changed\n%s\nto\n%s", household, before, after)
	}
}

// sameButSets compares two states of the register without its change sets, which are its last line.
func sameButSets(a, b string) bool {
	cut := func(text string) string {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		return fmt.Sprint(lines[:len(lines)-1])
	}
	return cut(a) == cut(b)
}

// fresh is the household or person that the world does not know yet, 0 if there is none.
func (h *house) fresh(t *testing.T, table string, known map[int64]int64) int64 {
	t.Helper()
	ids, err := store.All(ctx, h.Raw, "SELECT id FROM "+table, nil, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			return id
		}
	}
	return 0
}

// compare looks whether the register holds what the world does.
func (h *house) compare(t *testing.T, w *world, act registry.Act) {
	t.Helper()
	type seat struct{ person, household int64 }
	heads, err := store.All(ctx, h.Raw, "SELECT head, id FROM household", nil, func(r store.Rows, s *seat) error { return r.Scan(&s.person, &s.household) })
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range heads {
		w.head[s.household] = s.person
	}
	seats, err := store.All(ctx, h.Raw, "SELECT person, household FROM membership WHERE to_day IS NULL", nil, func(r store.Rows, s *seat) error { return r.Scan(&s.person, &s.household) })
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]int64{}
	for _, s := range seats {
		got[s.person] = s.household
	}
	for person, household := range w.lives {
		if got[person] != household {
			t.Fatalf("after %+v person %d lives in %d, should live in %d", act, person, got[person], household)
		}
	}
	souls := h.souls(t)
	want := map[string]int64{}
	for person, household := range w.lives {
		if household != 0 && !w.dead[person] {
			want[fmt.Sprint(w.area[household])]++
			want[fmt.Sprint(w.area[household]/1_000_000)]++
			want[""]++
		}
	}
	for area, n := range souls {
		if n != want[area] {
			t.Fatalf("after %+v %d persons are counted in %q, should be %d", act, n, area, want[area])
		}
	}
}

// movedOnce looks whether one person's move changed the counts of two places by one, of one place by none.
func (h *house) movedOnce(t *testing.T, before map[string]int64, from, to int64) {
	t.Helper()
	after := h.souls(t)
	for area, n := range before {
		want := n
		if area == fmt.Sprint(from) && from != to {
			want--
		}
		if area == fmt.Sprint(to) && from != to {
			want++
		}
		if len(area) == 8 && after[area] != want || area == "" && after[area] != n {
			t.Fatalf("a move from %d to %d changed the count of %q from %d to %d", from, to, area, n, after[area])
		}
	}
}

// replay follows the events of every person; their end must be where he lives.
func (h *house) replay(t *testing.T, w *world) {
	t.Helper()
	events, err := store.All(ctx, h.Raw, journal.Select+" WHERE e.subject_kind = 'person' ORDER BY e.at, e.cmd, e.id", nil, func(r store.Rows, e *journal.Event) (err error) {
		*e, err = journal.Scan(r, func(home, subject int64) (*crypt.DataKey, error) {
			key, err := h.Keys.Of(ctx, home, subject)
			return &key, err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lives := map[int64]int64{}
	for _, e := range events {
		var body struct {
			To        int64
			Household int64
		}
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Fatalf("event %s: %v", e.Kind, err)
		}
		switch e.Kind {
		case "person.created", "person.joined", "person.moved":
			lives[e.Subject] = max(body.To, body.Household)
		case "person.left", "person.died":
			lives[e.Subject] = 0
		}
	}
	for person, household := range w.lives {
		if lives[person] != household {
			t.Errorf("by his events person %d lives in %d, he lives in %d", person, lives[person], household)
		}
	}
}
