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

// engineFlags are what dedupe and link have in common.
type engineFlags struct {
	Field     []string `sep:"none" placeholder:"COLUMN:KIND" help:"Column to compare and what it holds: given, surname, name, date, year, month, day, sex, id, phone, place, address, code or text. Without any, kinds are guessed and printed."`
	Labels    string   `help:"CSV file of judged pairs with the columns left, right (rows from 1) and same (1 or 0; empty where nobody has judged)."`
	Questions string   `help:"CSV file for the pairs that are most worth judging next; with its column same filled in, it can be given as labels."`
	Ask       int      `default:"10" help:"Number of questions."`
	WrongCost float64  `default:"1" help:"How much worse it is to take two persons for one than to miss that two records are one person; it guides the questions."`
	Model     string   `help:"Use this saved model instead of learning one."`
	SaveModel string   `help:"Save the learnt model."`
	AtLeast   float64  `default:"0.5" help:"Probability from which pairs are written."`
	Seed      uint64   `default:"1" help:"Seed of the random sample."`
	Workers   int      `help:"Threads; by default one per processor. The result does not depend on it."`
}

// options reads the files that the flags name.
func (c *engineFlags) options() (linkage.Options, error) {
	options := linkage.Defaults()
	options.AtLeast, options.Seed, options.Workers = c.AtLeast, c.Seed, c.Workers
	if c.Workers <= 0 {
		options.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Questions != "" {
		options.Ask.Count, options.Ask.Wrong = c.Ask, c.WrongCost
	}
	var err error
	if options.Model, err = readModel(c.Model); err != nil {
		return options, err
	}
	options.Decisions, err = readLabels(c.Labels)
	return options, err
}

// write writes the files that both commands have.
func (c *engineFlags) write(out string, fields []linkage.Field, pairs, questions []linkage.Pair, model *linkage.Model) error {
	if out != "" {
		if err := writePairs(out, fields, pairs); err != nil {
			return err
		}
	}
	if c.Questions != "" {
		if err := writeQuestions(c.Questions, fields, questions); err != nil {
			return err
		}
	}
	return saveModel(c.SaveModel, model)
}

// dedupeCommand finds the rows of one table that are the same person.
type dedupeCommand struct {
	In       string `required:"" help:"Table to deduplicate (.csv, .csv.gz, .tsv, .xlsx, .parquet)."`
	Out      string `help:"CSV file for the pairs found: left, right, probability, weight and what each field says."`
	Clusters string `help:"CSV file for the result: row, cluster."`
	Group    string `help:"Column that holds the household: members of one roster are different people unless everything says otherwise."`
	Truth    string `help:"Column that holds the true entity; accuracy is printed."`
	engineFlags
}

// Run reads, links and writes.
func (c *dedupeCommand) Run() error { return c.run(os.Stdout) }

func (c *dedupeCommand) run(out io.Writer) error {
	options, err := c.options()
	if err != nil {
		return err
	}
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
	if c.Clusters != "" {
		if err := writeClusters(c.Clusters, result.Owner); err != nil {
			return err
		}
	}
	return c.write(c.Out, fields, result.Pairs, result.Ask, result.Model)
}

// linkCommand finds the rows of two tables that are the same person.
type linkCommand struct {
	Left      string `required:"" help:"First table, for example the register."`
	Right     string `required:"" help:"Second table, with the same columns."`
	Out       string `required:"" help:"CSV file for the pairs found."`
	OneToOne  bool   `xor:"cardinality" help:"A row of either table has at most one partner."`
	OneToMany bool   `xor:"cardinality" help:"A row of the right table has at most one partner, as a vehicle has one owner."`
	engineFlags
}

// Run reads, links and writes.
func (c *linkCommand) Run() error { return c.run(os.Stdout) }

func (c *linkCommand) run(out io.Writer) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	fields, err := fieldsFor(c.Field, c.Left, out)
	if err != nil {
		return err
	}
	started := time.Now()
	records, _, err := readTwo(c.Left, c.Right, fields)
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
	return c.write(c.Out, fields, result.Pairs, result.Ask, result.Model)
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
