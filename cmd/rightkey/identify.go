package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// identifyCommand is "rightkey identify".
type identifyCommand struct {
	Pack    string `required:"" placeholder:"P" help:"Policy pack: a folder, or the name of one that comes with the program."`
	In      string `required:"" placeholder:"F" help:"Households, one row each: .csv, .csv.gz, .tsv, .xlsx or .parquet."`
	Map     string `required:"" placeholder:"MAP.yaml" help:"How the columns are read, see below."`
	Out     string `required:"" placeholder:"OUT.csv" help:"Assessments, one row for each household that could be assessed."`
	Rejects string `placeholder:"FILE.csv" help:"Rows that could not be assessed, with row, column and reason."`
	By      string `placeholder:"LEVEL" help:"Area level of the report, by default the outermost of the mapping."`
	Format  string `enum:"table,json" default:"table" help:"Report: ${enum}."`
}

// Help is shown by --help.
func (identifyCommand) Help() string {
	return `Judges each household of a file under a policy pack: welfare by the pack's formula, the pack's line for date and
area, poor or not poor or cannot say, with the reason in words. It writes assessments, never a status.

The mapping is a YAML file:
  rule: consumption              rule of the pack's identify section (default: its first)
  date: "2015-12-31"             reference day of all rows, or date_column: COL
  key: [COL, ...]                columns that together name a household, each once in the file
  areas:                         where the household is, outermost first
    - {level: province, column: COL, codes: {North: "1"}}    a level of the pack: digits of the area key
    - {level: psu, column: COL}                              any other name: only groups the report
  weight: COL                    survey weight of the household (default: 1)
  members: COL                   number of persons
  missing: ["-99"]               cells that mean unknown, beside the empty cell and NA
  inputs:                        inputs of the pack's formula, or a figure the formula would compute
    wage: {column: COL}
    food: {columns: [COL, COL], times: "12"}

A row is rejected, with column and reason, where its key, area, date, weight or number of persons cannot be read, or a
figure is not a number. A missing figure is unknown: the household is assessed as "cannot say", with what has to be
asked. Rows in = assessed + rejected.

Example:
  rightkey identify --pack my-pack --in survey.csv.gz --map survey.yaml --out assessed.csv`
}

// identifyReport is the printed result.
type identifyReport struct {
	Pack   string              `json:"pack"`
	Hash   string              `json:"hash"`
	Counts identify.Counts     `json:"counts"`
	Level  string              `json:"level,omitempty"`
	All    reportedHeadcount   `json:"all"`
	Areas  []reportedHeadcount `json:"areas,omitempty"`

	rejections []identify.Rejection
}

// reportedHeadcount adds the rates, which are absent where nobody was judged.
type reportedHeadcount struct {
	identify.Headcount
	HouseholdRate *float64 `json:"household_rate"`
	PersonRate    *float64 `json:"person_rate"`
}

// Run assesses the file, writes the assessments and prints the report.
func (c *identifyCommand) Run(k *kong.Kong) error {
	p, err := loadPack(c.Pack)
	if err != nil {
		return err
	}
	mapping, err := c.mapping(p)
	if err != nil {
		return err
	}
	report, err := c.assess(p, mapping)
	if err != nil {
		return err
	}
	if err := c.writeRejects(report.rejections); err != nil {
		return err
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	return report.print(k.Stdout)
}

func (c *identifyCommand) mapping(p *policy.Pack) (*identify.Mapping, error) {
	data, err := os.ReadFile(c.Map)
	if err != nil {
		return nil, fmt.Errorf("read the mapping: %w", err)
	}
	return identify.ReadMapping(p, policy.SourceFile{Name: filepath.Base(c.Map), Data: data})
}

// assess reads the file row by row and writes the assessments; the output appears under its name when it is complete.
func (c *identifyCommand) assess(p *policy.Pack, mapping *identify.Mapping) (report *identifyReport, err error) {
	column, level, err := c.level(mapping)
	if err != nil {
		return nil, err
	}
	in, err := table.Open(c.In)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	survey, err := identify.NewSurvey(p, mapping, in.Header())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.In, err)
	}
	tally := identify.NewTally(column)
	report = &identifyReport{Pack: p.ID + " " + p.Version, Hash: p.Hash, Level: level}
	languages := identify.ReasonLanguages(p)
	err = writeTable(c.Out, identify.OutputHeader(mapping, languages), func(to table.Writer) error {
		output := identify.NewOutput(p, languages, to)
		report.Counts, err = survey.Each(in, func(a identify.Assessment) error {
			tally.Add(a)
			return output.Write(a)
		}, func(r identify.Rejection) error {
			report.rejections = append(report.rejections, r)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("assess the households of %s: %w", c.In, err)
	}
	report.All = reported(tally.All)
	for _, area := range tally.Areas() {
		report.Areas = append(report.Areas, reported(area))
	}
	return report, nil
}

// level finds the area column of the report.
func (c *identifyCommand) level(mapping *identify.Mapping) (column int, level string, err error) {
	if len(mapping.Areas) == 0 && c.By == "" {
		return -1, "", nil
	}
	if c.By == "" {
		return 0, mapping.Areas[0].Level, nil
	}
	at := slices.IndexFunc(mapping.Areas, func(a identify.AreaColumn) bool { return a.Level == c.By })
	if at < 0 {
		return 0, "", fmt.Errorf("the mapping has no area level %q", c.By)
	}
	return at, c.By, nil
}

func (c *identifyCommand) writeRejects(rejections []identify.Rejection) error {
	if c.Rejects == "" {
		return nil
	}
	return writeTable(c.Rejects, []string{"row", "column", "reason"}, func(to table.Writer) error {
		for _, r := range rejections {
			if err := to.Write([]string{strconv.Itoa(r.Row), r.Column, r.Reason}); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeTable writes a CSV file beside its final name and renames it when fill has written all of it.
func writeTable(path string, header []string, fill func(table.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	to, err := table.NewCSVWriter(file, header)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := fill(to); err != nil {
		return err
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return file.Close()
}

func reported(h identify.Headcount) reportedHeadcount {
	r := reportedHeadcount{Headcount: h}
	if rate, ok := h.HouseholdRate(); ok {
		r.HouseholdRate = &rate
	}
	if rate, ok := h.PersonRate(); ok {
		r.PersonRate = &rate
	}
	return r
}

// maxShownRejects bounds the rejected rows that are printed; --rejects has all of them.
const maxShownRejects = 20

func (r *identifyReport) print(w io.Writer) error {
	n := r.Counts
	fmt.Fprintf(w, "pack %s\n", r.Pack)
	fmt.Fprintf(w, "rows %d = assessed %d (poor %d, not poor %d, cannot say %d) + rejected %d\n\n",
		n.In, n.Judged, n.Poor, n.NotPoor, n.Unknown, n.Rejected)
	tab := tabwriter.NewWriter(w, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(tab, "%s\thouseholds\tpoor\tcannot say\trate\tpersons\tpoor\trate\t\n", r.Level)
	for _, area := range append(r.Areas, r.All) {
		name := area.Area
		if name == "" {
			name = "all"
		}
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%s\t%.0f\t%.0f\t%s\t\n", name, area.Households, area.PoorHouseholds,
			area.OpenHouseholds, percent(area.HouseholdRate), area.Persons, area.PoorPersons, percent(area.PersonRate))
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for i, rejection := range r.rejections {
		if i == maxShownRejects {
			fmt.Fprintf(w, "… and %d more rejected rows\n", len(r.rejections)-i)
			break
		}
		fmt.Fprintf(w, "rejected row %d, column %s: %s\n", rejection.Row, rejection.Column, rejection.Reason)
	}
	return nil
}

func percent(rate *float64) string {
	if rate == nil {
		return "-"
	}
	return strconv.FormatFloat(*rate*100, 'f', 2, 64) + " %"
}
