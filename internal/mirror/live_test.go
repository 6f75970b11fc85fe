package mirror

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rightkey/internal/access"
)

// register is a source: households with a log of what changed. In every state the households' incomes add up to 0,
// so that a reader who sees half a batch notices.
type register struct {
	mu   sync.Mutex
	rows map[int64]Row
	log  []int64
	fail bool
}

func newRegister(households int64) *register {
	r := &register{rows: map[int64]Row{}}
	for id := range households {
		r.rows[id+1] = Row{Area: 100*(1+id%5) + 1 + id%7, ID: id + 1, Values: []int64{id % 3, id % 2, 1 + id%6, 0}}
	}
	return r
}

// pair takes an amount from one household, gives it to another and moves the first to another village. It returns the
// position after both.
func (r *register) pair(random *rand.Rand) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := int64(len(r.rows))
	a, amount := 1+random.Int64N(n), random.Int64N(100_000)
	b := 1 + a%n
	for id, change := range map[int64]int64{a: amount, b: -amount} {
		row := r.rows[id]
		row.Values = slices.Clone(row.Values)
		row.Values[3] += change
		if id == a {
			row.Area = 100*(1+random.Int64N(5)) + 1 + random.Int64N(7)
		}
		r.rows[id] = row
	}
	r.log = append(r.log, a, b)
	return int64(len(r.log))
}

func (r *register) Log(context.Context) (string, int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return "log", int64(len(r.log)), nil
}

func (r *register) Size(context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(len(r.rows)), nil
}

func (r *register) Load(_ context.Context, _ *Schema, each func(Row) error) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var rows []Row
	for _, row := range r.rows {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, byPlace)
	for _, row := range rows {
		if err := each(row); err != nil {
			return 0, err
		}
	}
	return int64(len(r.log)), nil
}

func (r *register) Changed(_ context.Context, _ *Schema, pos int64, _ int) (Batch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail {
		return Batch{}, errors.New("the database does not answer")
	}
	b := Batch{Pos: int64(len(r.log))}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(r.log[pos:]))) {
		b.Rows = append(b.Rows, r.rows[id])
	}
	return b, nil
}

func TestReadersSeeWholeBatchesWhileTheMirrorFollows(t *testing.T) {
	r := newRegister(3000)
	m := New(r, schema(t), Options{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	if err := m.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			last := int64(0)
			for ctx.Err() == nil {
				table := m.Table()
				cells, err := table.Count(Query{In: []access.Range{access.Everywhere}, Sum: []string{"income"}})
				if err != nil || len(cells) != 1 || cells[0].Count != 3000 || cells[0].Sums[0].Total != 0 || table.Pos() < last {
					t.Errorf("at %d after %d: %v %v", table.Pos(), last, cells, err)
					return
				}
				last = table.Pos()
			}
		})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		r.pair(random)
	}
	pos := r.pair(random)
	table, err := m.WaitFor(ctx, pos)
	if err != nil || table.Pos() < pos {
		t.Fatalf("waited for %d: %v", pos, err)
	}
	stop()
	readers.Wait()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	cells, _ := table.Count(Query{In: []access.Range{access.Everywhere}, ByArea: 1, By: []Group{{Column: "status"}}, Sum: []string{"income"}})
	want := model(r.rows).count(table.Columns(), Query{In: []access.Range{access.Everywhere}, ByArea: 1, By: []Group{{Column: "status"}}, Sum: []string{"income"}})
	if !slices.EqualFunc(cells, want, same) {
		t.Errorf("at the end %v, want %v", cells, want)
	}
}

func TestASourceThatFailsIsAskedAgainAndWaitingEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRegister(10)
		r.fail = true
		m := New(r, schema(t), Options{})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		pos := r.pair(rand.New(rand.NewPCG(1, 2)))
		short, cancel := context.WithTimeout(ctx, time.Minute)
		if _, err := m.WaitFor(short, pos+1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting ended with %v", err)
		}
		cancel()
		r.mu.Lock()
		r.fail = false
		r.mu.Unlock()
		if table, err := m.WaitFor(ctx, pos); err != nil || table.Pos() != pos {
			t.Errorf("at %v after the source answers again: %v", table, err)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestASnapshotBringsEverythingBackAndIsFollowedOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mirror")
	r := newRegister(40_000)
	random := rand.New(rand.NewPCG(1, 2))
	first := New(r, schema(t), Options{Snapshot: path})
	run(t, first, func(ctx context.Context) {
		if _, err := first.WaitFor(ctx, r.pair(random)); err != nil {
			t.Error(err)
		}
	})
	pos := r.pair(random)
	second := New(&unloadable{r}, schema(t), Options{Snapshot: path})
	run(t, second, func(ctx context.Context) {
		table, err := second.WaitFor(ctx, pos)
		if err != nil {
			t.Fatal(err)
		}
		q := Query{In: []access.Range{access.Everywhere}, ByArea: 1, Sum: []string{"income", "members"}}
		got, _ := table.Count(q)
		if want := model(r.rows).count(table.Columns(), q); !slices.EqualFunc(got, want, same) {
			t.Errorf("after the restart %v, want %v", got, want)
		}
	})
}

func TestASnapshotIsWrittenAfterALoadAndEveryHourSoThatAKilledProgramNeedNotLoadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "mirror")
		position := func() int64 {
			w := NewWriter(schema(t))
			if err := w.Read(path, "log", 1<<40); err != nil {
				t.Fatal(err)
			}
			return w.Table().Pos()
		}
		r := newRegister(100)
		random := rand.New(rand.NewPCG(1, 2))
		m := New(r, schema(t), Options{Snapshot: path})
		run(t, m, func(ctx context.Context) {
			pos := r.pair(random)
			if _, err := m.WaitFor(ctx, pos); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
			if read, of := m.Reading(); read != 100 || of != 100 {
				t.Errorf("%d of %d households were read, want all of 100", read, of)
			}
			if at := position(); at > pos {
				t.Errorf("after the load the snapshot is of %d, later than %d", at, pos)
			}
			pos = r.pair(random)
			time.Sleep(2 * keep)
			if at := position(); at != pos {
				t.Errorf("two hours later the snapshot is of %d, want %d", at, pos)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * keep)
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("where nothing has changed it was written again: %v", err)
			}
		})
	})
}

// unloadable is a register that may not be read as a whole again.
type unloadable struct{ *register }

func (unloadable) Load(context.Context, *Schema, func(Row) error) (int64, error) {
	return 0, errors.New("the snapshot was not used")
}

func run(t *testing.T, m *Mirror, during func(context.Context)) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	during(ctx)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestATornOrForeignSnapshotIsNotUsed(t *testing.T) {
	w := NewWriter(schema(t))
	b := NewBuilder(4)
	for id := range int64(50) {
		if err := b.Add(Row{Area: 101 + id/10, ID: id + 1, Values: []int64{1, Unknown, 300, -5}}); err != nil {
			t.Fatal(err)
		}
	}
	w.Load(b, 7)
	path := filepath.Join(t.TempDir(), "mirror")
	if _, err := w.Write(path, "log"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoil := map[string][]byte{"empty": nil, "something else": []byte("PK\x03\x04")}
	for at := 1; at < len(whole); at += 37 {
		spoil[fmt.Sprint("cut at ", at)] = whole[:at]
		changed := bytes.Clone(whole)
		changed[at] ^= 0x40
		spoil[fmt.Sprint("changed at ", at)] = changed
	}
	for name, content := range spoil {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		fresh := NewWriter(schema(t))
		if err := fresh.Read(path, "log", 9); !errors.Is(err, ErrSnapshot) || fresh.Table().Rows() != 0 {
			t.Errorf("%s: %v, %d rows", name, err, fresh.Table().Rows())
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := NewSchema([]Column{{Name: "status", Kind: Code}})
	if err != nil {
		t.Fatal(err)
	}
	if err := NewWriter(other).Read(path, "log", 9); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a snapshot of other columns: %v", err)
	}
	for _, of := range []struct {
		log string
		end int64
	}{{"another", 9}, {"log", 6}} {
		if err := NewWriter(schema(t)).Read(path, of.log, of.end); !errors.Is(err, ErrSnapshot) {
			t.Errorf("a snapshot of position 7 where the journal %s ends at %d: %v", of.log, of.end, err)
		}
	}
	fresh := NewWriter(schema(t))
	if err := fresh.Read(path, "log", 9); err != nil || fresh.Table().Rows() != 50 || fresh.Table().Pos() != 7 {
		t.Errorf("the whole snapshot: %v, %d rows at %d", err, fresh.Table().Rows(), fresh.Table().Pos())
	}
}
