package main

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

// nationSize is the number of households of the benchmarks of the mirror: a nation, or what RIGHTKEY_BENCH_NATION says.
func nationSize(b *testing.B) int {
	text := os.Getenv("RIGHTKEY_BENCH_NATION")
	if text == "" {
		return 29_480_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// A nation of counties with twenty townships of twelve villages each, in the keys of the demonstration's pack.
const (
	nationCounties = 2_812
	townships      = 20
	villagesOf     = 12
)

// nationSource is a register of a nation that is not in the database, with the columns that the demonstration's has.
type nationSource struct {
	*registry.Mirrored
	h          *house
	columns    []mirror.Column
	households int
	plain      *plainNation // the same in arrays; nil where none is wanted
}

// plainNation is what the benchmark's queries ask for, in arrays: the least that could hold it.
type plainNation struct {
	county                          []uint16
	state, status, verdict, members []uint8
	welfare                         []int32
}

// Columns are those of the register, or some of them.
func (s *nationSource) Columns() []mirror.Column { return s.columns }

// Changed says that nothing changes.
func (s *nationSource) Changed(_ context.Context, _ *mirror.Schema, pos int64, _ int) (mirror.Batch, error) {
	return mirror.Batch{Pos: pos}, nil
}

// Load makes the households.
func (s *nationSource) Load(ctx context.Context, schema *mirror.Schema, each func(mirror.Row) error) (int64, error) {
	draws, err := s.draws(schema)
	if err != nil {
		return 0, err
	}
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]int64, len(s.columns))
	for i := range s.households {
		for k, draw := range draws {
			values[k] = draw(random)
		}
		area, id := s.place(i)
		if err := each(mirror.Row{Area: area, ID: id, Values: values}); err != nil {
			return 0, err
		}
		if s.plain != nil {
			s.plain.add(s, i, values)
		}
	}
	return s.h.journal.End(ctx)
}

// place is where household i lives, and its identifier: each county has its own blocks of them, four to a household.
func (s *nationSource) place(i int) (area, id int64) {
	each := (s.households + nationCounties - 1) / nationCounties
	county, n := i/each, i%each
	village := n * townships * villagesOf / each
	scheme := s.h.areas.Scheme()
	key := int64(0)
	for _, group := range []int64{1 + int64(county)/900, 1 + int64(county)/30%30, 1 + int64(county)%30, 1 + int64(village/villagesOf), 1 + int64(village%villagesOf)} {
		key = scheme.Child(key, group)
	}
	blocks := int64(4*each)>>20 + 1
	return key, int64(county+1)*blocks<<20 + int64(n)*4
}

// draws are how the value of each column is made: the answers of the pack with equal chance, a tenth unknown, and
// numbers as they are written in forms.
func (s *nationSource) draws(schema *mirror.Schema) ([]func(*rand.Rand) int64, error) {
	pack, err := s.h.packs.Current(s.h.clock.Now().Day(time.UTC))
	if err != nil {
		return nil, err
	}
	draws := make([]func(*rand.Rand) int64, len(s.columns))
	for k, c := range s.columns {
		subject, code, _ := strings.Cut(c.Name, ".")
		item, ok := pack.Item(subject, code)
		if c.Name == registry.MirrorStatus {
			item, ok = pack.Item(registry.SubjectHousehold, registry.FieldStatus)
		}
		if c.Name == registry.MirrorHeadSex {
			item, ok = pack.Item(registry.SubjectPerson, registry.FieldSex)
		}
		codes := c.Codes
		if ok && c.Kind != mirror.Number {
			codes = []string{"true", "false"}
			if options := item.Options(); len(options) > 0 {
				codes = nil
				for _, option := range options {
					codes = append(codes, option.Code)
				}
			}
		}
		for _, code := range codes {
			if c.Kind != mirror.Number {
				if _, err := schema.Code(k, code); err != nil {
					return nil, err
				}
			}
		}
		draws[k] = drawOf(c, len(codes))
	}
	return draws, nil
}

func drawOf(c mirror.Column, codes int) func(*rand.Rand) int64 {
	switch {
	case c.Name == registry.MirrorState:
		return func(r *rand.Rand) int64 { return int64(r.IntN(20) / 19) }
	case c.Name == registry.MirrorMembers:
		return func(r *rand.Rand) int64 { return 1 + int64(r.IntN(7)) }
	case c.Name == registry.MirrorWelfare:
		return func(r *rand.Rand) int64 { return int64(r.IntN(2_000_000)) }
	case strings.Contains(c.Name, "="):
		return func(r *rand.Rand) int64 { return int64(r.IntN(3)) }
	case c.Kind == mirror.Number && c.Scale == 3: // areas of land and houses: tenths
		return func(r *rand.Rand) int64 { return 100 * int64(r.IntN(1500)) }
	case c.Kind == mirror.Number:
		return func(r *rand.Rand) int64 { return 2014 + int64(r.IntN(7)) }
	}
	return func(r *rand.Rand) int64 {
		if codes == 0 || r.IntN(10) == 0 {
			return mirror.Unknown
		}
		if code := int64(r.IntN(codes)); c.Kind == mirror.Code {
			return code
		}
		return mirror.SetOf(int64(r.IntN(codes)))
	}
}

// add puts a row into the arrays; unknown is the last code of a column.
func (p *plainNation) add(s *nationSource, i int, values []int64) {
	at := func(name string) int64 {
		return values[slices.IndexFunc(s.columns, func(c mirror.Column) bool { return c.Name == name })]
	}
	small := func(v int64) uint8 {
		if v == mirror.Unknown {
			return 7
		}
		return uint8(v)
	}
	p.county = append(p.county, uint16(i/((s.households+nationCounties-1)/nationCounties)))
	p.state, p.status = append(p.state, small(at(registry.MirrorState))), append(p.status, small(at(registry.MirrorStatus)))
	p.verdict, p.members = append(p.verdict, small(at(registry.MirrorVerdict))), append(p.members, uint8(at(registry.MirrorMembers)))
	p.welfare = append(p.welfare, int32(at(registry.MirrorWelfare)))
}

// count counts the households from a to before b by county and status with their members and welfare.
func (p *plainNation) count(a, b int) int64 {
	type cell struct{ households, persons, welfare, below int64 }
	cells := make([]cell, nationCounties*8)
	for i := a; i < b; i++ {
		if p.state[i] != 0 {
			continue
		}
		c := &cells[int(p.county[i])*8+int(p.status[i])]
		members := int64(p.members[i])
		c.households++
		c.persons += members
		c.welfare += members * int64(p.welfare[i])
		if p.verdict[i] == registry.VerdictPoor {
			c.below += members
		}
	}
	return cells[1].welfare
}

// countAll counts all on two processors.
func (p *plainNation) countAll() {
	half, done := len(p.county)/2, make(chan int64)
	go func() { done <- p.count(0, half) }()
	p.count(half, len(p.county))
	<-done
}

// open makes the source; household columns only, unless persons is set.
func openNation(b *testing.B, h *house, households int, persons bool) *nationSource {
	b.Helper()
	all, err := h.registry.Mirrored(context.Background(), h.identify)
	if err != nil {
		b.Fatal(err)
	}
	s := &nationSource{Mirrored: all, h: h, households: households}
	for _, c := range all.Columns() {
		if persons || c.Kind != mirror.Set && !strings.HasPrefix(c.Name, "person.") {
			s.columns = append(s.columns, c)
		}
	}
	return s
}

// load makes the writer of a source, and says how many bytes of memory it keeps.
func (s *nationSource) load(b *testing.B) (*mirror.Writer, float64) {
	b.Helper()
	schema, err := mirror.NewSchema(s.columns)
	if err != nil {
		b.Fatal(err)
	}
	before := heap()
	w, builder := mirror.NewWriter(schema), mirror.NewBuilder(len(s.columns))
	pos, err := s.Load(context.Background(), schema, builder.Add)
	if err != nil {
		b.Fatal(err)
	}
	w.Load(builder, pos)
	return w, float64(heap() - before)
}

// heap is the memory in use, without garbage.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// processor is the processor time that this program has used.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// against measures something and its baseline in turns: the median of each in milliseconds, the processor time of the
// first, and how many times as long as the baseline it takes. What has to be done before each turn is not measured.
func against(b *testing.B, name string, it, baseline func(), before ...func()) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		var took, cpu, bare []time.Duration
		for b.Loop() {
			for _, prepare := range before {
				prepare()
			}
			began, used := time.Now(), processor()
			it()
			took, cpu = append(took, time.Since(began)), append(cpu, processor()-used)
			began = time.Now()
			baseline()
			bare = append(bare, time.Since(began))
		}
		median := func(of []time.Duration) float64 {
			slices.Sort(of)
			return float64(of[len(of)/2].Microseconds()) / 1000
		}
		b.ReportMetric(median(took), "ms")
		b.ReportMetric(median(cpu), "cpu-ms")
		b.ReportMetric(median(bare), "baseline-ms")
		b.ReportMetric(median(took)/max(median(bare), 0.001), "times-baseline")
	})
}

// BenchmarkNation counts the households of a nation through the registry's own queries, with the access of an official
// of the whole country; the baseline is a loop over arrays of the same columns. It then changes households.
func BenchmarkNation(b *testing.B) {
	h := benchHouse(b, place{Data: b.TempDir()})
	n := nationSize(b)
	source := openNation(b, h, n, false)
	w, bytes := source.load(b)
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(bytes/1e6, "MB")
		b.ReportMetric(bytes/float64(n), "B/household")
	})
	persons := openNation(b, h, min(n, 1_000_000), true)
	_, more := persons.load(b)
	b.Run("memory with the columns of persons", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(more/float64(persons.households), "B/household")
	})
	applyChanges(b, w, source)
	source.plain = &plainNation{}
	live := followNation(b, h, source)
	scope, err := access.Decide(h.console(), access.Statistics)
	if err != nil {
		b.Fatal(err)
	}
	ask := func(a registry.Ask) func() {
		return func() {
			if counts, err := h.registry.Tabulate(context.Background(), scope, a); err != nil || len(counts.Groups) == 0 {
				b.Fatal(len(counts.Groups), err)
			}
		}
	}
	first, _ := source.place(0)
	county := h.areas.Scheme().At(first, h.areas.Scheme().Levels()-2)
	one := (n + nationCounties - 1) / nationCounties
	// A chunk keeps its latest answers; asking other questions makes it forget them.
	others := func() {
		for line := range int64(10) {
			q := mirror.Query{In: scope.Ranges(), By: []mirror.Group{{Column: registry.MirrorMembers, Bands: []int64{line}}}}
			if _, err := live.Table().Count(q); err != nil {
				b.Fatal(err)
			}
		}
	}
	counties := ask(registry.Ask{Welfare: true, Level: h.areas.Scheme().Levels() - 2})
	against(b, "counties by status with mean welfare and verdict", counties, source.plain.countAll, others)
	against(b, "counties by status asked again", counties, source.plain.countAll)
	against(b, "one county by township and status", ask(registry.Ask{Filter: registry.Filter{Area: county}, Welfare: true}), func() { source.plain.count(0, one) })
	line := int64(700_000)
	against(b, "all judged anew against another line", func() {
		line++
		q := mirror.Query{In: scope.Ranges(), By: []mirror.Group{{Column: registry.MirrorWelfare, Bands: []int64{line}}}, Weight: registry.MirrorMembers}
		if _, err := live.Table().Count(q); err != nil {
			b.Fatal(err)
		}
	}, source.plain.countAll)
}

// followNation lets the registry answer from a mirror of the source.
func followNation(b *testing.B, h *house, source mirror.Source) *mirror.Mirror {
	b.Helper()
	schema, err := mirror.NewSchema(source.(*nationSource).columns)
	if err != nil {
		b.Fatal(err)
	}
	live := mirror.New(source, schema, mirror.Options{Log: slog.New(slog.DiscardHandler)})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- live.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	if err := live.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	h.registry.Follow(live)
	return live
}

// appliedAtOnce is how many households the mirror takes at once at most.
const appliedAtOnce = 200_000

// applyChanges applies changes to random households; the baseline writes the same values into arrays of bytes.
func applyChanges(b *testing.B, w *mirror.Writer, source *nationSource) {
	b.Helper()
	draws, err := source.draws(w.Schema())
	if err != nil {
		b.Fatal(err)
	}
	arrays := make([][]uint8, len(draws))
	for k := range arrays {
		arrays[k] = make([]uint8, source.households)
	}
	b.Run("changed households applied", func(b *testing.B) {
		random := rand.New(rand.NewPCG(3, 4))
		var took, bare, cpu time.Duration
		pos, rows := int64(1), make([]mirror.Row, min(appliedAtOnce, source.households/10))
		for b.Loop() {
			at := random.Perm(source.households / 10) // different households all over the country
			for n := range rows {
				at[n] = at[n]*10 + random.IntN(10)
				area, id := source.place(at[n])
				rows[n] = mirror.Row{Area: area, ID: id, Values: make([]int64, len(draws))}
				for k, draw := range draws {
					rows[n].Values[k] = draw(random)
				}
			}
			pos++
			began, used := time.Now(), processor()
			if _, err := w.Apply(mirror.Batch{Rows: rows, Pos: pos}); err != nil {
				b.Fatal(err)
			}
			took, cpu = took+time.Since(began), cpu+processor()-used
			began = time.Now()
			for n, row := range rows {
				for k, value := range row.Values {
					arrays[k][at[n]] = uint8(value)
				}
			}
			bare += time.Since(began)
		}
		done := float64(len(rows) * b.N)
		b.ReportMetric(done/took.Seconds(), "households/s")
		b.ReportMetric(done/cpu.Seconds(), "households/cpu-s")
		b.ReportMetric(took.Seconds()/bare.Seconds(), "times-baseline")
	})
}

// BenchmarkSnapshot reads the mirror of a million households back from its file, as a server does at its start; the
// baseline reads the file and takes its hash.
func BenchmarkSnapshot(b *testing.B) {
	h := benchHouse(b, place{Data: b.TempDir()})
	source := openNation(b, h, min(nationSize(b), 1_000_000), true)
	w, _ := source.load(b)
	path := filepath.Join(b.TempDir(), snapshotFile)
	if _, err := w.Write(path, "log"); err != nil {
		b.Fatal(err)
	}
	against(b, "read back", func() {
		schema, err := mirror.NewSchema(source.columns)
		if err == nil {
			err = mirror.NewWriter(schema).Read(path, "log", 1<<40)
		}
		if err != nil {
			b.Fatal(err)
		}
	}, func() {
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		sha256.Sum256(content)
	})
}
