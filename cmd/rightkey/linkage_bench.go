package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"rightkey/linkage"
	"rightkey/linkage/accuracy"
)

// linkageCommands holds what concerns the engine itself.
type linkageCommands struct {
	Bench linkageBench `cmd:"" help:"Print accuracy on public data sets and speed on synthetic persons, beside the targets."`
}

// linkageBench runs the engine with the options that dedupe and link have by default.
type linkageBench struct {
	Data    string `placeholder:"DIR" help:"Folder of the data sets; by default linkage in $RIGHTKEY_DATA."`
	Rows    []int  `default:"1000000,10000000" help:"Sizes of the synthetic registers."`
	Only    string `enum:"all,accuracy,scripts,speed" default:"all" help:"Part to run: ${enum}."`
	Workers int    `help:"Threads; by default one per processor."`
}

// benchLine is a measured figure beside what is wanted and what Splink 5 reaches with its own settings.
type benchLine struct {
	what, measured, wanted, splink string
	reached                        bool
	took                           time.Duration
}

// Run prints one line for each figure and fails if a target is missed.
func (c *linkageBench) Run() error {
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Data == "" {
		c.Data = filepath.Join(os.Getenv("RIGHTKEY_DATA"), "linkage")
	}
	missed := 0
	report := func(lines []benchLine, err error) error {
		for _, line := range lines {
			missed += line.print(os.Stdout)
		}
		return err
	}
	fmt.Printf("%-46s %10s %9s %9s %10s\n", "", "measured", "wanted", "Splink 5", "seconds")
	for _, part := range []struct {
		name string
		run  func(func([]benchLine, error) error) error
	}{{"speed", c.speed}, {"accuracy", c.accuracy}, {"scripts", c.scripts}} {
		if c.Only != "all" && c.Only != part.name {
			continue
		}
		if err := part.run(report); err != nil {
			return err
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d targets missed", missed)
	}
	return nil
}

// print writes the line and returns 1 if its target is missed.
func (l benchLine) print(out io.Writer) int {
	mark, missed := "", 0
	if !l.reached {
		mark, missed = "  missed", 1
	}
	fmt.Fprintf(out, "%-46s %10s %9s %9s %10.1f%s\n", l.what, l.measured, l.wanted, l.splink, l.took.Seconds(), mark)
	return missed
}

// atLeast is a line for a share that must not be smaller than wanted.
func atLeast(what string, measured, wanted float64, splink string, took time.Duration) benchLine {
	return benchLine{what, fmt.Sprintf("%.4f", measured), fmt.Sprintf("%.4f", wanted), splink, measured >= wanted, took}
}

// accuracy runs the data sets of persons.
func (c *linkageBench) accuracy(report func([]benchLine, error) error) error {
	for _, set := range []struct {
		name, file, truth, without string
		pairs, records             float64
		splink                     string
	}{
		{"febrl3", "dataset3.csv.gz", "rec_id", "", .9995, 0, ".998"},
		{"febrl3 without soc_sec_id", "dataset3.csv.gz", "rec_id", "soc_sec_id", .997, 0, ".98-.998"},
		{"historical_50k", "historical_50k.csv.gz", "cluster", "", .92, .93, ".83-.85"},
		{"fake_1000", "fake_1000.csv.gz", "cluster", "", .92, 0, ".914"},
	} {
		found, truth, took, err := c.dedupe(filepath.Join(c.Data, set.file), set.truth, set.without)
		if err != nil {
			return err
		}
		lines := []benchLine{atLeast(set.name+": pairwise F1", accuracy.Pairwise(found, truth).F1(), set.pairs, set.splink, took)}
		if set.records > 0 {
			lines = append(lines, atLeast(set.name+": B-cubed F1", accuracy.BCubed(found, truth).F1(), set.records, ".856-.886", took))
		}
		if err := report(lines, nil); err != nil {
			return err
		}
	}
	for _, without := range []string{"", "soc_sec_id"} {
		name, wanted := "febrl4 (1:1)", .9998
		if without != "" {
			name, wanted = "febrl4 without soc_sec_id (1:1)", .998
		}
		score, took, err := c.linkFebrl(without)
		if err := report([]benchLine{atLeast(name+": F1", score.F1(), wanted, ".999", took)}, err); err != nil {
			return err
		}
	}
	return nil
}

// fieldsWithout guesses the fields of a table and leaves one out.
func fieldsWithout(path, column string) ([]linkage.Field, error) {
	guessed, err := fieldsFor(nil, path, io.Discard)
	if err != nil {
		return nil, err
	}
	var fields []linkage.Field
	for _, field := range guessed {
		if field.Name != column {
			fields = append(fields, field)
		}
	}
	return fields, nil
}

// dedupe groups a table by guessed fields and returns the found and the true entity of each row.
func (c *linkageBench) dedupe(path, truthColumn, without string) (found, truth []int, took time.Duration, err error) {
	fields, err := fieldsWithout(path, without)
	if err != nil {
		return nil, nil, 0, err
	}
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return nil, nil, 0, err
	}
	kept, err := feed(builder, path, fields, "", truthColumn)
	if err != nil {
		return nil, nil, 0, err
	}
	started := time.Now()
	result, err := linkage.Dedupe(builder.Finish(), c.options())
	if err != nil {
		return nil, nil, 0, err
	}
	found, truth = groupsOf(result.Owner, kept[truthColumn])
	return found, truth, time.Since(started), nil
}

func (c *linkageBench) options() linkage.Options {
	options := linkage.Defaults()
	options.Workers = c.Workers
	return options
}

// groupsOf numbers found and true entities.
func groupsOf(owner []uint32, truth []string) (found, real []int) {
	numbers := map[string]int{}
	for row, first := range owner {
		key := entityOf(truth[row])
		if _, ok := numbers[key]; !ok {
			numbers[key] = len(numbers)
		}
		found, real = append(found, int(first)), append(real, numbers[key])
	}
	return found, real
}

// entityOf is the entity in a record's name: febrl writes rec-ENTITY-org and rec-ENTITY-dup-N.
func entityOf(name string) string {
	if parts := strings.Split(name, "-"); len(parts) > 2 && parts[0] == "rec" {
		return parts[1]
	}
	return name
}

// linkFebrl links the two tables of febrl4 one to one.
func (c *linkageBench) linkFebrl(without string) (accuracy.Score, time.Duration, error) {
	var none accuracy.Score
	paths := []string{filepath.Join(c.Data, "dataset4a.csv.gz"), filepath.Join(c.Data, "dataset4b.csv.gz")}
	fields, err := fieldsWithout(paths[0], without)
	if err != nil {
		return none, 0, err
	}
	records, kept, err := readTwo(paths[0], paths[1], fields, "rec_id")
	if err != nil {
		return none, 0, err
	}
	names := [2][]string{kept[0]["rec_id"], kept[1]["rec_id"]}
	started := time.Now()
	result, err := linkage.Link(records, linkage.OneToOne, c.options())
	if err != nil {
		return none, 0, err
	}
	links := make([][2]int, len(result.Pairs))
	for i, pair := range result.Pairs {
		links[i] = [2]int{int(pair.Left), int(pair.Right)}
	}
	isTrue := func(left, right int) bool { return entityOf(names[0][left]) == entityOf(names[1][right]) }
	return accuracy.Links(links, isTrue, len(names[1])), time.Since(started), nil
}
