package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"
	"go.yaml.in/yaml/v3"

	"rightkey/internal/crypt"
	"rightkey/internal/money"
	"rightkey/policies"
	"rightkey/synth"
	"rightkey/synth/files"
)

// synthCommand is "rightkey synth".
type synthCommand struct {
	Out        string  `required:"" placeholder:"DIR" help:"Folder for the files; it is made where absent."`
	Pack       string  `placeholder:"PACK" help:"Policy pack that comes with the program; by default the first with examples/synth.yaml."`
	Spec       string  `placeholder:"FILE" help:"What the county is made of, instead of the pack's own file."`
	Seed       uint64  `default:"1" help:"Equal seeds give equal counties."`
	Households int     `placeholder:"N" help:"Households, instead of the number in the file."`
	Poor       float64 `placeholder:"SHARE" default:"-1" help:"Share of the households that is poor, 0 to 0.6, instead of that in the file."`
}

// Help is shown by --help.
func (synthCommand) Help() string {
	return `Example:
  rightkey synth --out county --seed 7

Makes a synthetic county of which the truth is known and writes it as the files that the import reads (areas.csv,
households.csv, persons.csv, income.csv, expenditure.csv, villages.csv, counties.csv, each with its mapping) and truth.csv. Nobody in it exists.`
}

// Run makes the county.
func (c synthCommand) Run(app *kong.Kong) error {
	counts, err := c.makeFiles(app.Stderr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(app.Stdout, "%d areas, %d households (%d poor, %d registered), %d persons, %d incomes, %d expenditures in %s\n",
		counts.Areas, counts.Households, counts.Poor, counts.Registered, counts.Persons, counts.Income, counts.Expenditure, c.Out)
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
	if c.Households > 0 {
		spec.Households = c.Households
	}
	if c.Poor >= 0 {
		spec.PoorShare = c.Poor
	}
	return makeCounty(spec, setting.Layout, c.Out, progress)
}

// read returns the file that says what the county is made of.
func (c synthCommand) read() ([]byte, error) {
	if c.Spec != "" {
		return os.ReadFile(c.Spec)
	}
	if c.Pack == "" {
		found, err := fs.Glob(policies.Files, "*/examples/synth.yaml")
		if err != nil || len(found) == 0 {
			return nil, errors.New("no pack has a synthetic county")
		}
		return policies.Files.ReadFile(found[0])
	}
	data, err := policies.Files.ReadFile(c.Pack + "/examples/synth.yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pack %s has no synthetic county", c.Pack)
	}
	return data, err
}

// makeCounty writes a county to a folder, with a bar of progress.
func makeCounty(spec synth.Spec, layout files.Layout, dir string, bar io.Writer) (files.Counts, error) {
	county, err := synth.New(spec)
	if err != nil {
		return files.Counts{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return files.Counts{}, fmt.Errorf("make folder for the county: %w", err)
	}
	progress := progressbar.NewOptions(spec.Households, progressbar.OptionSetWriter(bar), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetDescription("households"), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	create := func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(dir, name)) }
	// The bar is a courtesy: where it cannot be drawn the county is made all the same.
	return files.Write(county, layout, create, func(done int) { _ = progress.Set(done) })
}

// synthSetting is examples/synth.yaml of a pack.
type synthSetting struct {
	County synthCounty  `yaml:"county"`
	Words  synth.Words  `yaml:"words"`
	Layout files.Layout `yaml:"layout"`
}

// synthCounty is the size of the county; shares and amounts are decimals in quotes.
type synthCounty struct {
	Households int         `yaml:"households"`
	Townships  int         `yaml:"townships"`
	Villages   int         `yaml:"villages"`
	PoorShare  string      `yaml:"poor_share"`
	MeanSize   string      `yaml:"mean_size"`
	Missed     string      `yaml:"missed"`
	Wrong      string      `yaml:"wrong"`
	Year       int         `yaml:"year"`
	Currency   string      `yaml:"currency"`
	Line       string      `yaml:"line"`
	Round      string      `yaml:"round"`
	Number     synthNumber `yaml:"number"`
}

// synthNumber is the form of identity numbers: digits of the area's code, birth as YYYYMMDD, a serial whose last digit
// is odd for one sex, and a check character.
type synthNumber struct {
	AreaDigits   int    `yaml:"area_digits"`
	SerialDigits int    `yaml:"serial_digits"`
	FirstSerial  int    `yaml:"first_serial"`
	Odd          string `yaml:"odd"` // male or female
	Check        string `yaml:"check"`
}

func readSynthSetting(data []byte) (synthSetting, error) {
	var setting synthSetting
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&setting); err != nil {
		return setting, fmt.Errorf("read what the synthetic county is made of: %w", err)
	}
	return setting, nil
}

// spec turns the setting into the engine's terms.
func (s synthSetting) spec(seed uint64) (synth.Spec, error) {
	c := s.County
	spec := synth.Spec{Seed: seed, Households: c.Households, Townships: c.Townships, Villages: c.Villages, Year: c.Year, Words: s.Words}
	for _, share := range []struct {
		name, text string
		to         *float64
	}{{"poor_share", c.PoorShare, &spec.PoorShare}, {"mean_size", c.MeanSize, &spec.MeanSize}, {"missed", c.Missed, &spec.Missed}, {"wrong", c.Wrong, &spec.Wrong}} {
		value, err := strconv.ParseFloat(share.text, 64)
		if err != nil {
			return spec, fmt.Errorf("synthetic county: %s %q is not a number", share.name, share.text)
		}
		*share.to = value
	}
	for _, amount := range []struct {
		text string
		to   *int64
	}{{c.Line, &spec.Line}, {c.Round, &spec.Round}} {
		value, err := money.Parse(amount.text, c.Currency)
		if err != nil {
			return spec, fmt.Errorf("synthetic county: %w", err)
		}
		*amount.to = value.Minor
	}
	if c.Number.Check != "" {
		if err := crypt.CheckDigits(c.Number.Check, c.Number.identity(synth.Person{Birth: time.Unix(0, 0)}, synth.Area{Code: "000000000000000"}, 0)); err != nil {
			return spec, fmt.Errorf("synthetic county: identity numbers: %w", err)
		}
		spec.Number = c.Number.identity
	}
	return spec, nil
}

// identity makes the identity number of a person.
func (n synthNumber) identity(p synth.Person, village synth.Area, serial int) string {
	serial = n.FirstSerial + 2*serial
	if odd := p.Male == (n.Odd == "male"); odd != (serial%2 == 1) {
		serial++
	}
	number := fmt.Sprintf("%s%s%0*d", village.Code[:min(n.AreaDigits, len(village.Code))], p.Birth.Format("20060102"), n.SerialDigits, serial)
	for _, check := range "0123456789X" {
		if crypt.CheckDigits(n.Check, number+string(check)) == nil {
			return number + string(check)
		}
	}
	return number
}
