package away

import (
	"context"
	"io"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/table"
)

// Most is in bytes of a package that comes back, without its photo.
const Most = 4 << 20

// longestMinutes is in bytes.
const longestMinutes = 20_000

// Filled is a package that came back, as it was typed.
type Filled struct {
	Meeting table.FilledRow
	Votes   []table.FilledRow
}

// Read reads a package of size bytes that came back. An Invalid or TooLarge fault says that the file is none.
func Read(r io.ReaderAt, size int64) (Filled, error) {
	limits := table.Options{MaxRows: procedure.Most + 1, MaxCell: longestMinutes, MaxBytes: 16 * Most}
	meeting, err := meetingSheet.Read(r, size, limits)
	if err != nil {
		return Filled{}, err
	}
	if len(meeting) == 0 {
		return Filled{}, fault.New(fault.Invalid, "the row of the meeting is missing").Coded("table.form")
	}
	votes, err := votesSheet.Read(r, size, limits)
	return Filled{Meeting: meeting[0], Votes: votes}, err
}

// Report says what the rows of a package are: In = Created + Unchanged + Moved + Rejected. Nothing is stored where one
// is rejected, or where the meeting cannot be closed like this, which Rejects says too.
type Report struct {
	In        int // households
	Created   int // whose votes are new
	Unchanged int // whose votes came in before
	Moved     []table.Reject
	Rejected  int // households of Rejects
	Rejects   []table.Reject
	Stored    bool
	Job       int64 // that leads the cases on; 0 where all is done
}

// Take looks what a package says and, if asked to and nothing is wrong, closes the meeting with it: on the day, with
// the votes, the minutes and their photo. Cases that moved on since the package was written are named and left out. A
// package that was taken in before changes nothing. It returns a NotFound fault for a meeting out of scope.
func (s *Service) Take(ctx context.Context, scope access.Scope, id int64, f Filled, photo procedure.Photo, apply bool) (Report, error) {
	m, err := s.Cases.Sitting(ctx, scope, id)
	if err != nil {
		return Report{}, err
	}
	t := taking{s: s, meeting: m, seen: map[string]bool{}, rows: map[int64]table.FilledRow{}, report: Report{In: len(f.Votes)}}
	if err := t.lines(ctx, scope); err != nil {
		return t.report, err
	}
	t.closing = procedure.Closing{Photo: photo}
	t.whole(f.Meeting)
	for _, row := range f.Votes {
		t.vote(row)
	}
	t.report.Rejected = len(t.report.Rejects) - t.about
	if m.Closed || len(t.report.Rejects) > 0 {
		return t.report, nil
	}
	if err := t.lacks(ctx, scope); err != nil || !apply || len(t.report.Rejects) > 0 {
		return t.report, err
	}
	t.report.Job, err = s.Cases.CloseSitting(ctx, scope, id, m.Ver, t.closing)
	t.report.Stored = err == nil
	return t.report, err
}

// taking is a package on its way into the register.
type taking struct {
	s       *Service
	meeting procedure.Sitting
	byHome  map[string]procedure.Vote // the lines of the meeting, by number of the household
	before  map[int64]bool            // the cases that still wait for it
	seen    map[string]bool           // numbers of households
	rows    map[int64]table.FilledRow // by case
	closing procedure.Closing
	sheet   table.FilledRow // of the meeting
	about   int             // rejections that are of the meeting as a whole
	report  Report
}

// lines reads the cases that were put before the meeting.
func (t *taking) lines(ctx context.Context, scope access.Scope) error {
	votes, err := t.s.Cases.Votes(ctx, scope, t.meeting, 0, procedure.Most)
	if err != nil {
		return err
	}
	of, ids := map[int64]procedure.Vote{}, make([]int64, len(votes))
	for i, v := range votes {
		of[v.Case], ids[i] = v, v.Case
	}
	cases, err := t.s.Cases.Some(ctx, scope, ids)
	if err != nil {
		return err
	}
	t.byHome, t.before = map[string]procedure.Vote{}, map[int64]bool{}
	for _, c := range cases {
		t.byHome[registry.Number(c.Household)] = of[c.ID]
	}
	waiting, err := t.s.Cases.Before(ctx, scope, t.meeting)
	for _, c := range waiting {
		t.before[c.ID] = true
	}
	return err
}

func wrong(field, code, message string) *fault.Error {
	return fault.New(fault.Invalid, "%s", message).Coded("procedure.package_"+code).With(0, field, "%s", message)
}

// reject notes what is wrong with a row; about is the number of its household, empty for the meeting as a whole.
func (t *taking) reject(row table.FilledRow, about string, err error) {
	reject, _ := table.Rejected(row.Row, about, err)
	t.report.Rejects = append(t.report.Rejects, reject)
	if about == "" {
		t.about++
	}
}

// whole reads what is said of the meeting as a whole.
func (t *taking) whole(row table.FilledRow) {
	t.sheet = row
	as, m := &t.closing, t.meeting
	if row.Cells[columnRow] != t.s.proof(m.ID, 0) {
		t.reject(row, "", wrong("", "foreign", "the register did not write this file for this meeting"))
		return
	}
	var err error
	if as.Day, err = clock.ParseDay(row.Cells[columnDay]); err != nil {
		t.reject(row, "", wrong(columnDay, "day", "this is no day"))
	}
	t.numbers(row, "", cell{columnEligible, &as.Eligible}, cell{columnPresent, &as.Present})
	as.Minutes = row.Cells[columnMinutes]
	if m.Closed && (as.Day != m.Day || as.Eligible != m.Eligible || as.Present != m.Present || m.Minutes != "" && strings.TrimSpace(as.Minutes) != m.Minutes) {
		t.reject(row, "", wrong("", "changed", "the meeting was closed before with something else"))
	}
}

// vote reads what is said of a household.
func (t *taking) vote(row table.FilledRow) {
	about := row.Cells[columnHousehold]
	line, is := t.byHome[about]
	if !is || row.Cells[columnRow] != t.s.proof(t.meeting.ID, line.Case) {
		t.reject(row, about, wrong(columnHousehold, "foreign", "the register did not write this row for this meeting"))
		return
	}
	if t.seen[about] {
		t.reject(row, about, wrong(columnHousehold, "twice", "the household stands twice"))
		return
	}
	t.seen[about] = true
	if t.moved(line) {
		moved, _ := table.Rejected(row.Row, about, wrong("", "moved", "the case moved on since the file was written"))
		t.report.Moved = append(t.report.Moved, moved)
		return
	}
	v := procedure.Vote{Case: line.Case}
	switch {
	case !t.numbers(row, about, cell{columnFor, &v.For}, cell{columnAgainst, &v.Against}, cell{columnAbstain, &v.Abstain}):
	case !t.meeting.Closed:
		t.rows[line.Case] = row
		t.closing.Votes = append(t.closing.Votes, v)
		t.report.Created++
	case v.For == line.For && v.Against == line.Against && v.Abstain == line.Abstain:
		t.report.Unchanged++
	default:
		t.reject(row, about, wrong("", "changed", "the meeting was closed before with something else"))
	}
}

// moved says whether a case has left an open meeting, or had left it before the meeting was closed.
func (t *taking) moved(line procedure.Vote) bool {
	if t.meeting.Closed {
		return line.Result == ""
	}
	return !t.before[line.Case]
}

// lacks adds for what the meeting cannot be closed like this: of a household in its row, of one that the file leaves
// out without a row.
func (t *taking) lacks(ctx context.Context, scope access.Scope) error {
	lacks, err := t.s.Cases.Lacks(ctx, scope, t.meeting, t.closing)
	if err != nil {
		return err
	}
	numbers := map[int64]string{}
	for number, line := range t.byHome {
		numbers[line.Case] = number
	}
	for _, lack := range lacks {
		err := fault.New(fault.Invalid, "%s", lack.Reason).Coded(lack.Code).With(0, lack.Field, "%s", lack.Reason)
		row, in := t.rows[lack.Case]
		switch {
		case lack.Case == 0:
			t.reject(t.sheet, "", err)
		case in:
			t.report.Created--
			t.report.Rejected++
			t.reject(row, numbers[lack.Case], err)
		default:
			t.reject(table.FilledRow{}, numbers[lack.Case], err)
		}
	}
	return nil
}

// cell is where a number of a row goes.
type cell struct {
	column string
	into   *int64
}

// numbers reads whole numbers of a row, none below 0, up to the first that is none: that it rejects.
func (t *taking) numbers(row table.FilledRow, about string, cells ...cell) bool {
	for _, one := range cells {
		n, err := strconv.ParseUint(row.Cells[one.column], 10, 31)
		if err != nil {
			t.reject(row, about, wrong(one.column, "number", "this is no whole number"))
			return false
		}
		*one.into = int64(n)
	}
	return true
}
