package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"rightkey/linkage"
	"rightkey/linkage/accuracy"
)

// dedupeCommand finds the rows of one table that are the same person.
type dedupeCommand struct {
	In        string   `required:"" help:"Table to deduplicate (.csv, .csv.gz, .tsv, .xlsx, .parquet)."`
	Field     []string `sep:"none" placeholder:"COLUMN:KIND" help:"Column to compare and what it holds: given, surname, name, date, year, month, day, sex, id, phone, place, address, code or text. Without any, kinds are guessed and printed."`
	Out       string   `help:"CSV file for the pairs found: left, right, probability, weight and what each field says."`
	Clusters  string   `help:"CSV file for the result: row, cluster."`
	Group     string   `help:"Column that holds the household: members of one roster are different people unless everything says otherwise."`
	Labels    string   `help:"CSV file of judged pairs with the columns left, right (rows from 1) and same (1 or 0)."`
	Truth     string   `help:"Column that holds the true entity; accuracy is printed."`
	Model     string   `help:"Use this saved model instead of learning one."`
	SaveModel string   `help:"Save the learnt model."`
	AtLeast   float64  `default:"0.5" help:"Probability from which pairs are written."`
	Seed      uint64   `default:"1" help:"Seed of the random sample."`
	Workers   int      `help:"Threads; by default one per processor. The result does not depend on it."`
}

// Run reads, links and writes.
func (c *dedupeCommand) Run() error { return c.run(os.Stdout) }

func (c *dedupeCommand) run(out io.Writer) error {
	fields, err := fieldsFor(c.Field, c.In, out)
	if err != nil {
		return err
	}
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return err
	}
	started := time.Now()
	kept, err := feed(builder, c.In, fields, c.Group, c.Truth)
	if err != nil {
		return err
	}
	records := builder.Finish()
	options, err := linkOptions(c.Model, c.Labels, c.AtLeast, c.Seed, c.Workers)
	if err != nil {
		return err
	}
	reading := time.Since(started)
	started = time.Now()
	result, err := linkage.Dedupe(records, options)
	if err != nil {
		return err
	}
	printReport(out, result.Report)
	fmt.Fprintf(out, "%d rows, %d entities, %d pairs; read in %s, linked in %s\n", records.Rows(), entities(result.Owner),
		len(result.Pairs), reading.Round(time.Millisecond), time.Since(started).Round(time.Millisecond))
	if c.Truth != "" {
		printAccuracy(out, result.Owner, kept[c.Truth])
	}
	return c.write(fields, result)
}

func (c *dedupeCommand) write(fields []linkage.Field, result *linkage.Grouping) error {
	if c.Out != "" {
		if err := writePairs(c.Out, fields, result.Pairs); err != nil {
			return err
		}
	}
	if c.Clusters != "" {
		if err := writeClusters(c.Clusters, result.Owner); err != nil {
			return err
		}
	}
	return saveModel(c.SaveModel, result.Model)
}

// linkCommand finds the rows of two tables that are the same person.
type linkCommand struct {
	Left      string   `required:"" help:"First table, for example the register."`
	Right     string   `required:"" help:"Second table, with the same columns."`
	Field     []string `sep:"none" placeholder:"COLUMN:KIND" help:"Column to compare and what it holds, as for dedupe."`
	Out       string   `required:"" help:"CSV file for the pairs found."`
	OneToOne  bool     `xor:"cardinality" help:"A row of either table has at most one partner."`
	OneToMany bool     `xor:"cardinality" help:"A row of the right table has at most one partner, as a vehicle has one owner."`
	Labels    string   `help:"CSV file of judged pairs with the columns left, right (rows from 1) and same (1 or 0)."`
	Model     string   `help:"Use this saved model instead of learning one."`
	SaveModel string   `help:"Save the learnt model."`
	AtLeast   float64  `default:"0.5" help:"Probability from which pairs are written."`
	Seed      uint64   `default:"1" help:"Seed of the random sample."`
	Workers   int      `help:"Threads; by default one per processor. The result does not depend on it."`
}

// Run reads, links and writes.
func (c *linkCommand) Run() error { return c.run(os.Stdout) }

func (c *linkCommand) run(out io.Writer) error {
	fields, err := fieldsFor(c.Field, c.Left, out)
	if err != nil {
		return err
	}
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return err
	}
	started := time.Now()
	if _, err := feed(builder, c.Left, fields, ""); err != nil {
		return err
	}
	builder.Split()
	if _, err := feed(builder, c.Right, fields, ""); err != nil {
		return err
	}
	records := builder.Finish()
	options, err := linkOptions(c.Model, c.Labels, c.AtLeast, c.Seed, c.Workers)
	if err != nil {
		return err
	}
	reading := time.Since(started)
	started = time.Now()
	result, err := linkage.Link(records, c.cardinality(), options)
	if err != nil {
		return err
	}
	printReport(out, result.Report)
	fmt.Fprintf(out, "%d and %d rows, %d pairs; read in %s, linked in %s\n", records.Left(), records.Rows()-records.Left(),
		len(result.Pairs), reading.Round(time.Millisecond), time.Since(started).Round(time.Millisecond))
	if err := writePairs(c.Out, fields, result.Pairs); err != nil {
		return err
	}
	return saveModel(c.SaveModel, result.Model)
}

func (c *linkCommand) cardinality() linkage.Cardinality {
	switch {
	case c.OneToOne:
		return linkage.OneToOne
	case c.OneToMany:
		return linkage.OneToMany
	}
	return linkage.ManyToMany
}

func linkOptions(model, labels string, atLeast float64, seed uint64, workers int) (linkage.Options, error) {
	options := linkage.Defaults()
	options.AtLeast, options.Seed, options.Workers = atLeast, seed, workers
	if workers <= 0 {
		options.Workers = runtime.GOMAXPROCS(0)
	}
	var err error
	if options.Model, err = readModel(model); err != nil {
		return options, err
	}
	options.Decisions, err = readLabels(labels)
	return options, err
}

func entities(owner []uint32) int {
	n := 0
	for row, first := range owner {
		if int(first) == row {
			n++
		}
	}
	return n
}

func printAccuracy(out io.Writer, owner []uint32, truth []string) {
	found, real := groupsOf(owner, truth)
	pairs, records := accuracy.Pairwise(found, real), accuracy.BCubed(found, real)
	fmt.Fprintf(out, "pairwise precision %.4f, recall %.4f, F1 %.4f; B-cubed F1 %.4f\n",
		pairs.Precision, pairs.Recall, pairs.F1(), records.F1())
}
