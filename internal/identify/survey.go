package identify

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// Assessment is the verdict on one row of a file.
type Assessment struct {
	Row     int      // data row, from 1
	Key     []string // cells of the key columns
	Areas   []string // cells of the area columns, as written
	Weight  float64  // survey weight of the household
	Members float64  // persons
	Verdict Verdict
}

// Rejection is a row that could not be assessed.
type Rejection struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Reason string `json:"reason"`
}

// Counts is what became of a file's rows: In = Poor + NotPoor + Unknown + Rejected.
type Counts struct {
	In       int `json:"in"`
	Judged   int `json:"judged"` // Poor + NotPoor + Unknown
	Poor     int `json:"poor"`
	NotPoor  int `json:"not_poor"`
	Unknown  int `json:"unknown"` // assessed, and nobody can say
	Rejected int `json:"rejected"`
}

// Survey assesses the rows of a file under a pack.
type Survey struct {
	pack    *policy.Pack
	rule    Rule
	mapping *Mapping
	day     clock.Day
	at      map[string]int // column → position
	seen    map[string]int // key → row
}

// NewSurvey prepares the assessment of a file with these columns. The error names columns of the mapping that the
// file does not have.
func NewSurvey(p *policy.Pack, m *Mapping, header []string) (*Survey, error) {
	rule, err := RuleOf(p, m.Rule)
	if err != nil {
		return nil, err
	}
	s := &Survey{pack: p, rule: rule, mapping: m, at: map[string]int{}, seen: map[string]int{}}
	for i, column := range header {
		s.at[column] = i
	}
	if m.Date != "" {
		if s.day, err = clock.ParseDay(m.Date); err != nil {
			return nil, fmt.Errorf("date of the mapping: %w", err)
		}
	}
	for _, column := range m.columns() {
		if _, ok := s.at[column]; !ok {
			return nil, fmt.Errorf("the mapping names the column %q, which the file does not have; it has %s", column, strings.Join(header, ", "))
		}
	}
	return s, nil
}

// columns are the columns of the file that a mapping reads.
func (m *Mapping) columns() []string {
	columns := append(slices.Clone(m.Key), m.Members)
	for _, column := range []string{m.Weight, m.DateCol} {
		if column != "" {
			columns = append(columns, column)
		}
	}
	for _, area := range m.Areas {
		columns = append(columns, area.Column)
	}
	for _, input := range m.Inputs {
		columns = append(columns, input.all()...)
	}
	return columns
}

func (c *InputColumn) all() []string {
	if c.Column != "" {
		return []string{c.Column}
	}
	return c.Columns
}

// Each assesses every row of r and hands it to judged, or to rejected with column and reason. An error of the
// callbacks or of reading ends it.
func (s *Survey) Each(r table.Reader, judged func(Assessment) error, rejected func(Rejection) error) (Counts, error) {
	var counts Counts
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return counts, nil
		}
		rejection, bad := rowError(err)
		if err != nil && !bad {
			return counts, err
		}
		counts.In++
		var one Assessment
		if !bad {
			one, rejection, bad = s.assess(row)
		}
		if bad {
			counts.Rejected++
			err = rejected(rejection)
		} else {
			counts.count(one.Verdict.Outcome)
			err = judged(one)
		}
		if err != nil {
			return counts, err
		}
	}
}

// rowError says whether an error of reading concerns one row alone, after which reading goes on.
func rowError(err error) (Rejection, bool) {
	var bad *fault.Error
	if !errors.As(err, &bad) || len(bad.Details) == 0 || bad.Details[0].Row == 0 {
		return Rejection{}, false
	}
	return Rejection{bad.Details[0].Row, bad.Details[0].Field, bad.Details[0].Reason}, true
}

func (c *Counts) count(outcome Outcome) {
	c.Judged++
	switch outcome {
	case Poor:
		c.Poor++
	case NotPoor:
		c.NotPoor++
	default:
		c.Unknown++
	}
}

// assess reads and judges one row.
func (s *Survey) assess(row table.Row) (Assessment, Rejection, bool) {
	reading := &rowReading{survey: s, row: row}
	one := Assessment{Row: row.Number}
	input := Input{Inputs: map[string]any{}}
	one.Key = reading.key()
	input.Day = reading.day()
	one.Areas, input.Area = reading.areas()
	one.Weight = reading.weight()
	one.Members = reading.members()
	input.Inputs["members"] = one.Members
	for _, code := range reading.inputCodes() {
		if value, known := reading.input(s.mapping.Inputs[code]); known {
			input.Inputs[code] = value
		}
	}
	if !reading.failed {
		verdict, err := Judge(s.pack, s.rule, input)
		if err != nil {
			reading.fail("", "%s", err)
		}
		one.Verdict = verdict
	}
	if reading.failed {
		return Assessment{}, reading.rejection, true
	}
	s.seen[strings.Join(one.Key, "\x00")] = row.Number
	return one, Rejection{}, false
}

// rowReading reads the cells of one row; after the first thing that is wrong the rest does not matter.
type rowReading struct {
	survey    *Survey
	row       table.Row
	failed    bool
	rejection Rejection
}

func (r *rowReading) fail(column, format string, args ...any) {
	if !r.failed {
		r.failed, r.rejection = true, Rejection{r.row.Number, column, fmt.Sprintf(format, args...)}
	}
}

func (r *rowReading) cell(column string) string {
	return strings.TrimSpace(r.row.Cells[r.survey.at[column]])
}

func (r *rowReading) isMissing(cell string) bool {
	return cell == "" || cell == "NA" || slices.Contains(r.survey.mapping.Missing, cell)
}

func (r *rowReading) key() []string {
	cells := make([]string, len(r.survey.mapping.Key))
	for i, column := range r.survey.mapping.Key {
		if cells[i] = r.cell(column); r.isMissing(cells[i]) {
			r.fail(column, "the key of the household is missing")
		}
	}
	if first, twice := r.survey.seen[strings.Join(cells, "\x00")]; twice {
		r.fail(r.survey.mapping.Key[0], "the household %s is in row %d already", strings.Join(cells, " "), first)
	}
	return cells
}

func (r *rowReading) day() clock.Day {
	column := r.survey.mapping.DateCol
	if column == "" {
		return r.survey.day
	}
	day, err := clock.ParseDay(r.cell(column))
	if err != nil {
		r.fail(column, "%s", err)
	}
	return day
}

// areas returns the cells of the area columns and the area key of the pack's levels among them.
func (r *rowReading) areas() (cells []string, key int64) {
	prefix, pack := "", r.survey.pack
	for _, area := range r.survey.mapping.Areas {
		cell := r.cell(area.Column)
		cells = append(cells, cell)
		if r.isMissing(cell) {
			r.fail(area.Column, "the %s is missing", area.Level)
		}
		if level := pack.Levels.Find(area.Level); level > 0 {
			prefix += r.digits(area, cell, pack.Levels[level-1].Width)
		}
	}
	lo, _, err := pack.Levels.Range(prefix)
	if err != nil && !r.failed {
		r.fail("", "%s", err)
	}
	return cells, lo
}

func (r *rowReading) digits(area AreaColumn, cell string, width int) string {
	digits := cell
	if len(area.Codes) > 0 {
		digits = area.Codes[cell]
	}
	if !isDigits(digits, width) {
		r.fail(area.Column, "%q is no %s of this mapping", cell, area.Level)
	}
	return digits
}

func (r *rowReading) weight() float64 {
	column := r.survey.mapping.Weight
	if column == "" {
		return 1
	}
	weight, known := r.number(column)
	if !known || weight < 0 {
		r.fail(column, "%q is not a weight", r.cell(column))
	}
	return weight
}

func (r *rowReading) members() float64 {
	column := r.survey.mapping.Members
	members, known := r.number(column)
	if !known || members < 1 || members != math.Trunc(members) {
		r.fail(column, "%q is not a number of persons", r.cell(column))
	}
	return members
}

// number reads a cell as a number; false where it is missing.
func (r *rowReading) number(column string) (float64, bool) {
	cell := r.cell(column)
	if r.isMissing(cell) {
		return 0, false
	}
	number, ok := table.Number(cell)
	if !ok {
		r.fail(column, "%q is not a number", cell)
	}
	return number, ok
}

// inputCodes are the mapped inputs in the order of their names, so that the first thing wrong is always the same.
func (r *rowReading) inputCodes() []string {
	codes := make([]string, 0, len(r.survey.mapping.Inputs))
	for code := range r.survey.mapping.Inputs {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// input adds the columns of an input up; unknown if one of them is.
func (r *rowReading) input(from *InputColumn) (float64, bool) {
	sum, known := 0.0, true
	for _, column := range from.all() {
		number, ok := r.number(column)
		sum, known = sum+number, known && ok
	}
	if from.Times.Set {
		times, _ := from.Times.Float64()
		sum *= times
	}
	return sum, known
}
