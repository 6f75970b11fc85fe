package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/poverty/reference"
)

// povertyCheck is "rightkey poverty check".
type povertyCheck struct {
	Data       string `env:"RIGHTKEY_DATA" default:"../shared/data" placeholder:"DIR" help:"Folder of the reference data."`
	Benchmarks bool   `default:"true" negatable:"" help:"Also train on the surveys with numbers to beat (minutes)."`
	Seeds      int    `default:"5" help:"Seeds over which the benchmarks are averaged."`
	All        bool   `help:"Print every reference value, not only the largest deviation of each suite."`
	Format     string `enum:"table,json" default:"table" help:"Output: ${enum}."`
}

// Help is shown by --help.
func (povertyCheck) Help() string {
	return `Example:
  rightkey poverty check --no-benchmarks

Prints the results that other software and published papers give on known data, ours beside theirs, then the numbers
to beat. It fails when one of them does not hold.`
}

// Run checks and prints.
func (c *povertyCheck) Run(k *kong.Kong) error {
	var exact, contests []reference.Check
	for _, suite := range reference.Suites {
		checks, err := suite.Run(c.open)
		if err != nil {
			return err
		}
		exact = append(exact, checks...)
	}
	if c.Format == "table" {
		if err := printReference(k.Stdout, exact, c.All); err != nil {
			return err
		}
	}
	if c.Benchmarks {
		list, err := reference.Benchmarks()
		if err != nil {
			return err
		}
		for _, b := range list {
			checks, err := b.Run(c.open, c.Seeds)
			if err != nil {
				return err
			}
			contests = append(contests, checks...)
			if c.Format == "table" {
				if err := printContest(k.Stdout, b.Name, checks); err != nil {
					return err
				}
			}
		}
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(append(exact, contests...)); err != nil {
			return err
		}
	}
	return failed(append(exact, contests...))
}

// open finds the one table that matches a pattern under the data folder.
func (c *povertyCheck) open(pattern string) (reference.Table, error) {
	found, err := filepath.Glob(filepath.Join(c.Data, pattern))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s in %s: %w", pattern, c.Data, os.ErrNotExist)
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("%s in %s matches %d files", pattern, c.Data, len(found))
	}
	return loadTable(found[0])
}

func failed(checks []reference.Check) error {
	var wrong []error
	for _, check := range checks {
		if !check.Pass() {
			wrong = append(wrong, errors.New(check.String()))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d checks failed:\n%w", len(wrong), len(checks), errors.Join(wrong...))
	}
	return nil
}

// printReference prints each suite's count and its largest deviation, or every value.
func printReference(w io.Writer, checks []reference.Check, all bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "reference values\tpassed\tof\tlargest deviation as a share of its tolerance\ttheirs\tours\t")
	for start := 0; start < len(checks); {
		end, passed, worst := start, 0, start
		for end < len(checks) && checks[end].Suite == checks[start].Suite {
			if checks[end].Pass() {
				passed++
			}
			if checks[end].Deviation() > checks[worst].Deviation() {
				worst = end
			}
			end++
		}
		w := checks[worst]
		fmt.Fprintf(t, "%s\t%d\t%d\t%.3f (%s)\t%.10g\t%.10g\t\n", w.Suite, passed, end-start, w.Deviation(), w.What, w.Theirs, w.Ours)
		if all {
			for _, c := range checks[start:end] {
				fmt.Fprintf(t, "  %s\t%s\t\t%s\t%.12g\t%.12g\t\n", c.What, verdict(c), c.Source, c.Theirs, c.Ours)
			}
		}
		start = end
	}
	return t.Flush()
}

func printContest(w io.Writer, name string, checks []reference.Check) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%s\ttheirs\t\tours\t\n", name)
	for _, c := range checks {
		fmt.Fprintf(t, "  %s\t%.4f\t%s\t%.4f\t%s\n", c.What, c.Theirs, c.Relation, c.Ours, verdict(c))
	}
	return t.Flush()
}

func verdict(c reference.Check) string {
	if c.Pass() {
		return "ok"
	}
	return "FAILED"
}
