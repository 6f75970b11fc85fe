package identify_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/internal/testdata"
	"rightkey/policies"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// walks are the cases of a pack's examples/cases.yaml: each is one household on its way through a procedure, told step
// by step with what must not be possible.
type walks struct {
	Today string `yaml:"today"`
	Cases []struct {
		Name      string              `yaml:"name"`
		Procedure string              `yaml:"procedure"`
		Household map[string]string   `yaml:"household"`
		People    []map[string]string `yaml:"people"`
		Walk      []footstep          `yaml:"walk"`
	} `yaml:"cases"`
}

// footstep is one thing that happens, with the kind of the fault where it must not.
type footstep struct {
	Take   string          `yaml:"take"`
	By     string          `yaml:"by"` // a role; "role 2" is another person of it
	Reason string          `yaml:"reason"`
	Judge  string          `yaml:"judge"` // a rule
	Days   int             `yaml:"days"`
	Meet   *procedure.Vote `yaml:"meet"`
	Hang   bool            `yaml:"hang"`
	Object string          `yaml:"object"`
	Late   string          `yaml:"late"` // the colour of the clock
	Clock  string          `yaml:"clock"`
	State  string          `yaml:"state"`
	Status string          `yaml:"status"`
	Fails  fault.Kind      `yaml:"fails"`
}

// walker walks one case.
type walker struct {
	*register.Register
	t        *testing.T
	place    int64 // the village
	roles    map[string]int64
	id       int64
	house    int64
	pack     *policy.Pack
	code     string
	lastHung procedure.Notice
}

func TestCasesOfEachCountryGoByItsOwnRules(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(testdata.Root(), "policies", "*", "examples", "cases.yaml"))
	if err != nil || len(found) < 6 {
		t.Fatalf("%d packs have example cases (%v)", len(found), err)
	}
	for _, name := range found {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var told walks
		decoder := yaml.NewDecoder(file)
		decoder.KnownFields(true)
		if err := errors.Join(decoder.Decode(&told), file.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		folder := filepath.Base(filepath.Dir(filepath.Dir(name)))
		t.Run(folder, func(t *testing.T) { told.walk(t, folder) })
	}
}

func (told walks) walk(t *testing.T, folder string) {
	pack, err := loader().LoadAll(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(pack, func(p *policy.Pack) bool { return p.ID == folder })
	var widths, segments []string
	for _, level := range pack[at].Levels {
		widths, segments = append(widths, fmt.Sprint(level.Width)), append(segments, "1"+strings.Repeat("0", level.Width-1))
	}
	storetest.Each(t, func(t *testing.T, db store.DB) {
		r := register.Open(t, stand.New(t, db, strings.Join(widths, "-")), policies.Files, folder)
		areas := "code,name\n"
		for i := range segments {
			areas += strings.Join(segments[:i+1], "") + fmt.Sprintf(",Place %d\n", i)
		}
		r.LoadAreas(t, areas)
		day, err := clock.ParseDay(told.Today)
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range told.Cases {
			r.Clock.Set(day.Start(time.UTC).Add(12 * time.Hour))
			w := &walker{Register: r, t: t, roles: map[string]int64{}, pack: r.Pack, code: one.Procedure}
			village, err := r.Areas.ByCode(t.Context(), r.Scope(t, register.County, access.HouseholdList), strings.Join(segments, ""))
			if err != nil {
				t.Fatal(err)
			}
			w.place = village.Key
			w.settle(i, strings.Join(segments, ""), one.Household, one.People)
			w.open()
			for n, step := range one.Walk {
				w.step(fmt.Sprintf("%s, step %d", one.Name, n+1), step)
			}
		}
	})
}

// settle registers the household of a case.
func (w *walker) settle(n int, area string, household map[string]string, people []map[string]string) {
	before := w.Everybody(w.t)
	file := func(m registry.Mapping, first []string, rows []map[string]string) {
		var columns []string
		for _, row := range rows {
			for column := range row {
				if !slices.Contains(columns, column) {
					columns = append(columns, column)
				}
			}
		}
		slices.Sort(columns)
		m.Source, m.Key, m.Day, m.Columns = "cases", "key", w.Clock.Now().Day(time.UTC).String(), map[string]string{}
		for _, column := range columns {
			m.Columns[column] = column
		}
		var text strings.Builder
		text.WriteString("key," + strings.Join(append(slices.Clone(first), columns...), ",") + "\n")
		for i, row := range rows {
			fmt.Fprintf(&text, "%d-%d", n, i)
			if m.Subject == "household" {
				fmt.Fprintf(&text, ",%s", area)
			} else {
				fmt.Fprintf(&text, ",%d-0", n)
			}
			for _, column := range columns {
				fmt.Fprintf(&text, ",%s", row[column])
			}
			text.WriteString("\n")
		}
		w.ImportCSV(w.t, m, text.String())
	}
	file(registry.Mapping{Subject: "household", Area: "area"}, []string{"area"}, []map[string]string{household})
	file(registry.Mapping{Subject: "person", Household: "household"}, []string{"household"}, people)
	for _, id := range w.Everybody(w.t) {
		if !slices.Contains(before, id) {
			w.house = id
		}
	}
}

// who is the account of a role ("township-clerk", or "township-clerk 2" for another person of it).
func (w *walker) who(role string) int64 {
	account, known := w.roles[role]
	if !known {
		account = int64(100 + len(w.roles))
		w.roles[role] = account
		name, _, _ := strings.Cut(role, " ")
		w.Grant(account, "person of "+role, fmt.Sprintf("%s@%d", name, w.place))
		if name == "county-office" || name == "superior-office" {
			w.Grant(account, "person of "+role, name)
		}
	}
	return account
}

func (w *walker) act(by string) access.Scope {
	return w.Scope(w.t, w.who(by), access.CaseAct)
}

func (w *walker) definition() *procedure.Definition {
	d, ok := procedure.Of(w.pack).Find(w.code)
	if !ok {
		w.t.Fatalf("there is no procedure %q", w.code)
	}
	return d
}

func (w *walker) open() {
	opened, _, err := w.Cases.Open(w.t.Context(), w.act(w.definition().OpenedBy[0].Role), w.code, []int64{w.house})
	if err != nil {
		w.t.Fatal(err)
	}
	w.id = opened[0].ID
}

func (w *walker) now() procedure.Case {
	c, err := w.Cases.Case(w.t.Context(), w.Scope(w.t, register.County, access.CaseRead), w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// step does one thing and fails the test unless the fault is the one that is told.
func (w *walker) step(name string, s footstep) {
	w.t.Helper()
	var err error
	switch {
	case s.Take != "":
		err = w.take(s)
	case s.Judge != "":
		w.Register.Judge(w.t, identify.RunArgs{Day: w.Clock.Now().Day(time.UTC), Rule: s.Judge})
	case s.Days != 0:
		w.Clock.Set(w.Clock.Now().Add(time.Duration(s.Days) * 24 * time.Hour))
	case s.Meet != nil:
		err = w.meet(s)
	case s.Hang:
		err = w.hang(s)
	case s.Object != "":
		err = w.Cases.ObjectPublicly(w.t.Context(), w.lastHung.Token, 1, s.Object)
	}
	if fault.KindOf(err) != s.Fails || (err == nil) != (s.Fails == "") {
		w.t.Fatalf("%s: %v, want %q", name, err, s.Fails)
	}
	w.stands(name, s)
}

// stands checks where the case is, the household's status, and the colour of a clock.
func (w *walker) stands(name string, s footstep) {
	w.t.Helper()
	ctx := w.t.Context()
	if c := w.now(); s.State != "" && c.State != s.State {
		w.t.Fatalf("%s: the case is in %s, want %s", name, c.State, s.State)
	}
	if s.Status != "" {
		list, err := w.Registry.Found(ctx, w.Scope(w.t, register.County, access.HouseholdRead), []int64{w.house})
		if err != nil || len(list) != 1 || list[0].Status != s.Status {
			w.t.Fatalf("%s: the household is %+v (%v), want %s", name, list, err, s.Status)
		}
	}
	if s.Late != "" {
		file, err := w.Cases.Read(ctx, w.Scope(w.t, register.County, access.CaseRead), w.id)
		if err != nil {
			w.t.Fatal(err)
		}
		at := slices.IndexFunc(file.Clocks, func(r procedure.Running) bool { return r.Code == s.Clock })
		if at < 0 || file.Clocks[at].Colour(w.Clock.Now().Day(time.UTC)) != s.Late {
			w.t.Fatalf("%s: the clocks are %+v, want %s %s", name, file.Clocks, s.Clock, s.Late)
		}
	}
}

func (w *walker) take(s footstep) error {
	act := procedure.Act{Transition: s.Take, Reason: s.Reason, Said: procedure.Said{Evidence: map[string]string{}}}
	if t := w.definition().Transition(s.Take); t != nil {
		for _, paper := range t.Evidence {
			act.Said.Evidence[paper] = "shown"
		}
	}
	_, err := w.Cases.Take(w.t.Context(), w.act(s.By), procedure.Seen{ID: w.id, Ver: w.now().Ver}, act)
	return err
}

// meet holds a meeting of 40 with a vote; of these 30 are there.
func (w *walker) meet(s footstep) error {
	ctx := w.t.Context()
	m, err := w.Cases.Convene(ctx, w.act(s.By), w.place, w.Clock.Now().Day(time.UTC), []int64{w.id})
	if err != nil {
		return err
	}
	as := procedure.Closing{Eligible: 40, Present: 30, Minutes: "All spoke.", Votes: []procedure.Vote{{Case: w.id, For: s.Meet.For, Against: s.Meet.Against, Abstain: 30 - s.Meet.For - s.Meet.Against}}}
	good := as
	as.Minutes = " "
	if _, err := w.Cases.CloseSitting(ctx, w.act(s.By), m.ID, m.Ver, as); !fault.Is(err, fault.Invalid) {
		w.t.Errorf("a meeting was closed without minutes: %v", err)
	}
	_, err = w.Cases.CloseSitting(ctx, w.act(s.By), m.ID, m.Ver, good)
	return err
}

func (w *walker) hang(s footstep) error {
	ctx := w.t.Context()
	n, err := w.Cases.Draft(ctx, w.act(s.By), w.place, []int64{w.id})
	if err == nil {
		w.lastHung, err = w.Cases.Hang(ctx, w.act(s.By), n.ID, n.Ver, w.Clock.Now().Day(time.UTC), procedure.Photo{Type: "image/jpeg", Body: []byte("board")})
	}
	return err
}
