package registry

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"rightkey/internal/fault"
	"rightkey/internal/table"
)

// Trace is an export from which a file may come. Order and Blanks say how far the order of its rows and the blanks
// after their second cells agree with the mark of the export, in standard deviations from chance; Sure is both
// together.
type Trace struct {
	Export
	Order, Blanks, Sure float64
}

// sureTrace is from how many standard deviations on a file is said to come from an export: chance alone reaches it
// less than once in a million comparisons.
const sureTrace = 5

// tracedRow is what of a row a mark is made of.
type tracedRow struct {
	key   string
	blank bool
}

// TraceFile finds the exports from which a file comes, the surest first; none where it bears no mark. The file needs
// the column number and some twenty rows; columns may be missing, rows may be lost. It is for who keeps the key file.
func (s *Service) TraceFile(ctx context.Context, r table.Reader) ([]Trace, error) {
	rows, spaced, err := tracedRows(r)
	if err != nil {
		return nil, err
	}
	all, err := s.exports(ctx, "job > 0 ORDER BY id DESC")
	if err != nil {
		return nil, err
	}
	var found []Trace
	for _, e := range all {
		t := Trace{Export: e}
		t.compare(markOf(s.keys.Ring(), e.ID), rows, spaced)
		if t.Sure >= sureTrace {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b Trace) int {
		switch {
		case a.Sure > b.Sure:
			return -1
		case a.Sure < b.Sure:
			return 1
		}
		return 0
	})
	return found, nil
}

// tracedRows reads the numbers of a file's rows; spaced says that some cell of the second column ends with a blank.
func tracedRows(r table.Reader) (rows []tracedRow, spaced bool, err error) {
	at := slices.Index(r.Header(), numberColumn)
	if at < 0 {
		return nil, false, fault.New(fault.Invalid, "the file has no column %q", numberColumn)
	}
	second := slices.IndexFunc(r.Header(), func(name string) bool { return name == areaColumnName || name == householdColumnName })
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, spaced, nil
		}
		var bad *fault.Error
		if errors.As(err, &bad) && len(bad.Details) > 0 && bad.Details[0].Row > 0 {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		t := tracedRow{key: strings.TrimSpace(row.Cells[at])}
		if second >= 0 {
			t.blank = strings.HasSuffix(row.Cells[second], " ")
			spaced = spaced || t.blank
		}
		if t.key != "" {
			rows = append(rows, t)
		}
	}
}

// compare counts what agrees with a mark.
func (t *Trace) compare(m mark, rows []tracedRow, spaced bool) {
	ordered, blanks := 0, 0
	for i, row := range rows {
		if i > 0 && m.before(rows[i-1].key, row.key) {
			ordered++
		}
		if m.blank(row.key) == row.blank {
			blanks++
		}
	}
	t.Order = deviations(ordered, len(rows)-1)
	if !spaced {
		t.Sure = t.Order
		return
	}
	t.Blanks = deviations(blanks, len(rows))
	t.Sure = max((t.Order+t.Blanks)/math.Sqrt2, t.Order, t.Blanks)
}

// deviations is how far k of n are above one half, in standard deviations.
func deviations(k, n int) float64 {
	if n <= 0 {
		return 0
	}
	return (2*float64(k) - float64(n)) / math.Sqrt(float64(n))
}
