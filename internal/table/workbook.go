package table

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/fault"
)

// workbook is what the worksheets of a spreadsheet share.
type workbook struct {
	parts    map[string]*zip.File
	strings  []string
	dates    []bool // by cell style: is it a date or time format
	from1904 bool   // days are counted from 1904-01-01
}

// richString is a string of the shared table or of a cell: plain, or in formatted runs (reading aids left out).
type richString struct {
	Plain string `xml:"t"`
	Runs  []struct {
		Text string `xml:"t"`
	} `xml:"r"`
}

func (r richString) text() string {
	if len(r.Runs) == 0 {
		return r.Plain
	}
	var text strings.Builder
	text.WriteString(r.Plain)
	for _, run := range r.Runs {
		text.WriteString(run.Text)
	}
	return text.String()
}

// index lists the parts and refuses an archive that would expand beyond the limits. The sizes it declares bind:
// reading a part further than it declares is an error of the zip reader.
func (b *workbook) index(archive *zip.Reader, limit int64) error {
	if len(archive.File) > maxParts {
		return fault.New(fault.TooLarge, "the spreadsheet has more than %d parts", maxParts)
	}
	left := uint64(limit)
	for _, part := range archive.File {
		expanded := part.UncompressedSize64
		if expanded > left {
			return fault.New(fault.TooLarge, "the spreadsheet expands to more than %d bytes", limit)
		}
		left -= expanded
		if expanded > ratioFrom && expanded/maxRatio > part.CompressedSize64 {
			return fault.New(fault.TooLarge, "a part of the spreadsheet expands more than %d times", maxRatio)
		}
		b.parts[part.Name] = part
	}
	return nil
}

func (b *workbook) open(name string) (io.ReadCloser, error) {
	part, ok := b.parts[name]
	if !ok {
		return nil, fault.New(fault.Invalid, "the file is not a spreadsheet: it has no part %s", name)
	}
	reader, err := part.Open()
	return reader, fault.Wrap(fault.Invalid, err, "open part %s of the spreadsheet", name)
}

// decode reads a whole part into value.
func (b *workbook) decode(name string, value any) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	if err := xml.NewDecoder(part).Decode(value); err != nil {
		return errors.Join(damaged(err), damaged(part.Close()))
	}
	return damaged(part.Close())
}

// bookElement is the part that lists the worksheets.
type bookElement struct {
	Properties struct {
		From1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name     string `xml:"name,attr"`
		State    string `xml:"state,attr"`
		Relation string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
	} `xml:"sheets>sheet"`
}

// Sheets names the worksheets of a spreadsheet of size bytes that a person sees, in their order: hidden ones and
// charts are left out. Only Options.MaxBytes is used.
func Sheets(r io.ReaderAt, size int64, o Options) ([]string, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBook
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file is not a spreadsheet")
	}
	book := &workbook{parts: make(map[string]*zip.File, len(archive.File))}
	if err := book.index(archive, o.MaxBytes); err != nil {
		return nil, err
	}
	var element bookElement
	if err := book.decode("xl/workbook.xml", &element); err != nil {
		return nil, err
	}
	targets, err := book.relations()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, sheet := range element.Sheets {
		if sheet.State == "" || sheet.State == "visible" {
			if strings.Contains(targets[sheet.Relation], "worksheets/") {
				names = append(names, sheet.Name)
			}
		}
	}
	return names, nil
}

// sheet reads what worksheets share and returns the part of the named worksheet, of the first for "".
func (b *workbook) sheet(name string) (string, error) {
	var book bookElement
	if err := b.decode("xl/workbook.xml", &book); err != nil {
		return "", err
	}
	b.from1904 = book.Properties.From1904 == "1" || book.Properties.From1904 == "true"
	targets, err := b.relations()
	if err != nil {
		return "", err
	}
	for _, sheet := range book.Sheets {
		if name == "" || sheet.Name == name {
			return partName(targets[sheet.Relation]), b.readShared(targets)
		}
	}
	return "", fault.New(fault.Invalid, "the spreadsheet has no worksheet %q", name)
}

// relations maps the relation ids, and the two shared kinds "strings" and "styles", to their targets.
func (b *workbook) relations() (map[string]string, error) {
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Kind   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := b.decode("xl/_rels/workbook.xml.rels", &relations); err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, relation := range relations.All {
		targets[relation.ID] = relation.Target
		switch {
		case strings.HasSuffix(relation.Kind, "/sharedStrings"):
			targets["strings"] = relation.Target
		case strings.HasSuffix(relation.Kind, "/styles"):
			targets["styles"] = relation.Target
		}
	}
	return targets, nil
}

func (b *workbook) readShared(targets map[string]string) error {
	if target, ok := targets["strings"]; ok {
		if err := b.readStrings(partName(target)); err != nil {
			return err
		}
	}
	if target, ok := targets["styles"]; ok {
		return b.readStyles(partName(target))
	}
	return nil
}

func (b *workbook) readStrings(name string) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	decoder := xml.NewDecoder(part)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "si" {
			continue
		}
		var shared richString
		if err := decoder.DecodeElement(&shared, &start); err != nil {
			return damaged(err)
		}
		b.strings = append(b.strings, shared.text())
	}
}

// readStyles finds which cell styles show a number as a date or time.
func (b *workbook) readStyles(name string) error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.decode(name, &styles); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, format := range styles.Formats {
		codes[format.ID] = format.Code
	}
	for _, cell := range styles.Cells {
		code, own := codes[cell.Format]
		b.dates = append(b.dates, own && dateCode(code) || !own && builtInDate(cell.Format))
	}
	return nil
}

// builtInDate knows the numbered date and time formats of ECMA-376 part 1, 18.8.30, East Asian ones included.
func builtInDate(format int) bool {
	return format >= 14 && format <= 22 || format >= 27 && format <= 36 || format >= 45 && format <= 47 ||
		format >= 50 && format <= 58
}

// dateCode says whether a format code shows a date or time: it has y, m, d, h or s outside quotes and brackets.
func dateCode(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case !bracket && strings.IndexByte("ymdhsYMDHS", c) >= 0:
			return true
		}
	}
	return false
}

// number renders a numeric cell: its shortest decimal form, or a date or time where the style says so.
func (b *workbook) number(text string, style int) string {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if style >= 0 && style < len(b.dates) && b.dates[style] && value >= 0 && value < 2958466 {
		return b.moment(value)
	}
	return shortest(value, 64)
}

// moment renders days since the spreadsheet's day 0. Days before 1 March 1900 are one less than the calendar says,
// because the 1900 system counts a 29 February 1900.
func (b *workbook) moment(days float64) string {
	whole, part := math.Modf(days)
	seconds := int(math.Round(part * 86400))
	zero := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.from1904:
		zero = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case whole < 60:
		zero = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	at := zero.AddDate(0, 0, int(whole)).Add(time.Duration(seconds) * time.Second)
	switch {
	case seconds == 0:
		return at.Format(time.DateOnly)
	case whole == 0 && !b.from1904:
		return at.Format(time.TimeOnly)
	}
	return at.Format(time.DateTime)
}
