// Command figures runs the benchmarks behind the figures that the program promises, several times each, and writes
// docs/PERFORMANCE.md: medians with machine, date and load. What was not run is not in the table.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench is benchmarks of a package; each is the length of a run where it is always the same.
type bench struct{ pkg, names, each string }

// benches are those behind the figures, in the order of the table.
var benches = []bench{
	{"./cmd/rightkey", "BenchmarkNation$", ""},
	{"./cmd/rightkey", "BenchmarkSnapshot$", ""},
	{"./cmd/rightkey", "BenchmarkImportAgainstABareInsert$", "1x"},
	{"./cmd/rightkey", "BenchmarkVisitsWhileAnImportRuns$", "1x"},
}

// asked are the figures that are promised, by benchmark and unit.
var asked = map[string]string{
	"Nation/memory MB": "≤ 700",
	"Nation/counties_by_status_with_mean_welfare_and_verdict ms": "≤ 50",
	"Nation/one_county_by_township_and_status ms":                "≤ 1",
	"Nation/all_judged_anew_against_another_line ms":             "< 200",
	"Nation/changed_households_applied households/s":             "≥ 500 000",
	"Snapshot/read_back ms":                                      "< 1 000",
	"ImportAgainstABareInsert/sqlite bare/import":                "≥ 0.40",
	"ImportAgainstABareInsert/postgres bare/import":              "≥ 0.25",
	"ImportAgainstABareInsert/sqlite persons/s":                  "≥ 20 000",
	"ImportAgainstABareInsert/postgres persons/s":                "≥ 20 000",
	"VisitsWhileAnImportRuns/sqlite household-p95-ms":            "< 20",
	"VisitsWhileAnImportRuns/postgres household-p95-ms":          "< 20",
	"VisitsWhileAnImportRuns/sqlite list-p95-ms":                 "< 50",
	"VisitsWhileAnImportRuns/postgres list-p95-ms":               "< 50",
	"VisitsWhileAnImportRuns/sqlite search-p95-ms":               "< 150",
	"VisitsWhileAnImportRuns/postgres search-p95-ms":             "< 150",
	"VisitsWhileAnImportRuns/sqlite overview-p95-ms":             "< 50",
	"VisitsWhileAnImportRuns/postgres overview-p95-ms":           "< 50",
	"VisitsWhileAnImportRuns/sqlite errors":                      "0",
	"VisitsWhileAnImportRuns/postgres errors":                    "0",
	"VisitsWhileAnImportRuns/sqlite start-ms":                    "< 1 000",
	"VisitsWhileAnImportRuns/postgres start-ms":                  "< 1 000",
	"VisitsWhileAnImportRuns/sqlite server-private-MB":           "< 1 000",
	"VisitsWhileAnImportRuns/postgres server-private-MB":         "< 1 000",
}

func main() {
	out := flag.String("out", "docs/PERFORMANCE.md", "file to write")
	only := flag.String("only", "", "run only the benchmarks whose names this matches")
	count := flag.Int("count", 3, "runs of each, of which the median is told")
	each := flag.String("time", "5x", "length of a run, as -benchtime")
	flag.Parse()
	if err := run(*out, *only, *count, *each); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func run(out, only string, count int, each string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	before, from := load(), readProcessors()
	var found table
	for _, b := range benches {
		if !wanted.MatchString(b.names) {
			continue
		}
		if err := found.measure(b, count, each); err != nil {
			return err
		}
	}
	return os.WriteFile(out, found.page(before, readProcessors().without(from)), 0o644)
}

// load is the load of the machine before and while it measures, where the system tells it.
func load() string {
	content, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	return strings.Fields(string(content))[0]
}

// ticks are processor time since the machine was started, all of it and what its host gave to other machines.
type ticks struct{ all, stolen float64 }

// readProcessors reads the first line of /proc/stat (proc_stat(5)), where the system has it.
func readProcessors() (t ticks) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return t
	}
	first, _, _ := strings.Cut(string(content), "\n")
	for i, field := range strings.Fields(first)[1:] {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil || i > 7 { // what guests had is in the times before
			break
		}
		if t.all += n; i == 7 {
			t.stolen = n
		}
	}
	return t
}

func (t ticks) without(before ticks) ticks {
	return ticks{t.all - before.all, t.stolen - before.stolen}
}

// share is how much was stolen, in words.
func (t ticks) share() string {
	if t.all <= 0 {
		return "?"
	}
	return strconv.FormatFloat(100*t.stolen/t.all, 'f', 1, 64) + " %"
}

// row is the values of one unit of a benchmark, a value for each run.
type row struct {
	name, unit string
	values     []float64
}

type table struct{ rows []*row }

// measure runs benchmarks and notes what they say.
func (t *table) measure(b bench, count int, each string) error {
	command := exec.Command("go", "test", "-run", "^$", "-bench", b.names, "-benchtime", cmp.Or(b.each, each), "-count", strconv.Itoa(count), "-timeout", "12h", b.pkg)
	var said bytes.Buffer
	command.Stdout, command.Stderr = io.MultiWriter(os.Stdout, &said), os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s of %s: %w", b.names, b.pkg, err)
	}
	lines := bufio.NewScanner(&said)
	for lines.Scan() {
		t.read(lines.Text())
	}
	return lines.Err()
}

// processors is the ending that a benchmark's name gets.
var processors = regexp.MustCompile(`-\d+$`)

// read notes a line such as "BenchmarkX/one-2  5  1.2 ms  3 times-baseline".
func (t *table) read(line string) {
	cells := strings.Fields(line)
	if len(cells) < 4 || !strings.HasPrefix(cells[0], "Benchmark") {
		return
	}
	name := processors.ReplaceAllString(strings.TrimPrefix(cells[0], "Benchmark"), "")
	for i := 2; i+1 < len(cells); i += 2 {
		value, err := strconv.ParseFloat(cells[i], 64)
		if err != nil || cells[i+1] == "ns/op" { // the figures say it better
			continue
		}
		at := slices.IndexFunc(t.rows, func(r *row) bool { return r.name == name && r.unit == cells[i+1] })
		if at < 0 {
			at = len(t.rows)
			t.rows = append(t.rows, &row{name: name, unit: cells[i+1]})
		}
		t.rows[at].values = append(t.rows[at].values, value)
	}
}

// page is the document.
func (t *table) page(before string, meanwhile ticks) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, `# How fast the program is

Made by %s;
what it did not run is not here. Each figure is the median of its runs. A ratio belongs to the program, a time to the
machine and to what else it does: where a baseline is named it ran in turns with the figure. What does not reach what is
asked for is explained in DECISIONS.md.
Nation: %s households (RIGHTKEY_BENCH_NATION). Imports and visits say theirs.

- Machine: %s, %d processors, %s/%s, %s
- Day: %s; load of the machine before %s, after %s; processor time that its host gave to others meanwhile: %s

| Benchmark | Unit | Median | Runs | Asked for |
| --- | --- | ---: | ---: | ---: |
`, "`"+command()+"`", size("RIGHTKEY_BENCH_NATION", "29480000"), model(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(),
		time.Now().UTC().Format(time.DateOnly), before, load(), meanwhile.share())
	for _, r := range t.rows {
		slices.Sort(r.values)
		fmt.Fprintf(&page, "| %s | %s | %s | %d | %s |\n", strings.ReplaceAll(r.name, "_", " "), r.unit, written(r.values[len(r.values)/2]), len(r.values), asked[r.name+" "+r.unit])
	}
	return page.Bytes()
}

// command is what made the page, for who wants to make it again.
func command() string {
	said := "RIGHTKEY_POSTGRES_FSYNC=on scripts/with-postgres go run ./scripts/figures"
	flag.Visit(func(f *flag.Flag) {
		if f.Name != "out" {
			said += " -" + f.Name + " " + f.Value.String()
		}
	})
	for _, name := range []string{"RIGHTKEY_BENCH_HOUSEHOLDS", "RIGHTKEY_BENCH_DATA_HOUSEHOLDS", "RIGHTKEY_BENCH_DATA", "RIGHTKEY_BENCH_NATION"} {
		value := os.Getenv(name)
		switch {
		case value == "":
			continue
		case name == "RIGHTKEY_BENCH_DATA":
			value = "DIR" // where "rightkey demo --load-only --households N --data DIR" has put a county
		}
		said = name + "=" + value + " " + said
	}
	return said
}

func size(name, usual string) string {
	if text := os.Getenv(name); text != "" {
		return text
	}
	return usual
}

// model is the processor, where the system tells it.
func model() string {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "?"
	}
	for line := range strings.Lines(string(content)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "?"
}

// written is a value with three digits that say something.
func written(value float64) string {
	switch {
	case value >= 100:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case value >= 1:
		return strconv.FormatFloat(value, 'f', 2, 64)
	}
	return strconv.FormatFloat(value, 'g', 3, 64)
}
