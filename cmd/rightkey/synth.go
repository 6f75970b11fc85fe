package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"rightkey/policies"
	"rightkey/synth"
	"rightkey/synth/files"
)

// synthCommand is "rightkey synth".
type synthCommand struct {
	Out        string  `required:"" placeholder:"DIR" help:"Folder for the files; it is made where absent."`
	Pack       string  `placeholder:"PACK" help:"Policy pack that comes with the program; by default that of the demonstration."`
	Spec       string  `placeholder:"FILE" help:"What the population is made of, instead of the pack's own file."`
	Areas      string  `placeholder:"FILE" help:"Areas with code and name (CSV, XLSX, Parquet) whose innermost level are the villages, instead of a county that does not exist."`
	Seed       uint64  `default:"1" help:"Equal seeds give equal populations."`
	Households int     `placeholder:"N" help:"Households, instead of the number in the file."`
	Poor       float64 `placeholder:"SHARE" default:"-1" help:"Share of the households that is poor, 0 to 0.6, instead of that in the file."`
	Errors     string  `placeholder:"SPEC" help:"Mistakes of the register: a YAML file, or at-random, near-line, mixed, everything or demonstration. Without, there are none."`
}

// Help is shown by --help.
func (synthCommand) Help() string {
	return `Example:
  rightkey synth --out county --seed 7 --errors mixed

Makes a synthetic population of which the truth is known and writes it as the files that the import reads (areas.csv,
households.csv, persons.csv, income.csv, expenditure.csv, each with its mapping), the lists of departments in a folder
of their own, and apart from them, in truth/, what is true: income and consumption, who is poor and why, and every
mistake of the register. Nobody in it exists.`
}

// Run makes the county.
func (c synthCommand) Run(app *kong.Kong) error {
	counts, err := c.makeFiles(app.Stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(app.Stdout, "%d areas, %d households (%d poor, %d registered), %d persons, %d incomes, %d expenditures, %d mistakes of records, %d rows of departments in %s\n",
		counts.Areas, counts.Households, counts.Poor, counts.Registered, counts.Persons, counts.Income, counts.Expenditure, counts.Faults, counts.Listed, c.Out)
	return err
}

// makeFiles writes the county as the files that the import reads.
func (c synthCommand) makeFiles(progress io.Writer) (files.Counts, error) {
	data, err := c.read()
	if err != nil {
		return files.Counts{}, err
	}
	setting, err := readSynthSetting(data)
	if err != nil {
		return files.Counts{}, err
	}
	spec, err := setting.spec(c.Seed)
	if err != nil {
		return files.Counts{}, err
	}
	spec.Lists = append(spec.Lists, setting.More...)
	if c.Households > 0 {
		spec.Households = c.Households
	}
	if c.Poor >= 0 {
		spec.PoorShare = c.Poor
	}
	if c.Areas != "" {
		if spec.Areas, err = readSynthAreas(c.Areas, setting.Layout.Pack); err != nil {
			return files.Counts{}, err
		}
	}
	if c.Errors != "" {
		if spec.Errors, err = readSynthErrors(c.Errors); err != nil {
			return files.Counts{}, err
		}
	}
	return makeCounty(spec, setting.Layout, c.Out, progress)
}

// read returns the file that says what the county is made of.
func (c synthCommand) read() ([]byte, error) {
	if c.Spec != "" {
		return os.ReadFile(c.Spec)
	}
	pack := cmp.Or(c.Pack, policies.Demonstration())
	data, err := policies.Files.ReadFile(pack + "/examples/synth.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pack %s has no synthetic county", pack)
	}
	return data, err
}

// makeCounty writes a county to a folder, with a bar of progress.
func makeCounty(spec synth.Spec, layout files.Layout, dir string, bar io.Writer) (files.Counts, error) {
	county, err := synth.New(spec)
	if err != nil {
		return files.Counts{}, err
	}
	progress := progressbar.NewOptions(spec.Households, progressbar.OptionSetWriter(bar), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetDescription("households"), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	create := func(name string) (io.WriteCloser, error) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		return os.Create(path)
	}
	if err := files.WriteOutlines(county, create); err != nil {
		return files.Counts{}, err
	}
	// The bar is a courtesy: where it cannot be drawn the county is made all the same.
	return files.Write(county, layout, create, func(done int) { _ = progress.Set(done) })
}
