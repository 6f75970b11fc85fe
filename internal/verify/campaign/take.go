package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// Limits of a team's spreadsheet.
const (
	// MaxSheet is in bytes.
	MaxSheet = 4 << 20
	// mostRows is how many visits are taken in at once.
	mostRows = 500
)

// sheetOf is the spreadsheet of a team as it comes back.
var sheetOf = table.Filled{Known: []string{columnRow, columnHousehold, columnHead, columnPlace, columnPersons}, Kept: 2}

// ReadSheet reads the rows of a team's spreadsheet that say something of a visit, and counts those that say nothing
// yet. An Invalid or TooLarge fault says that the file is none.
func ReadSheet(r io.ReaderAt, size int64) (rows []table.FilledRow, blank int, err error) {
	rows, err = sheetOf.Read(r, size, table.Options{MaxRows: mostVisits + 1, MaxCell: 2000, MaxBytes: 16 * MaxSheet})
	if err != nil {
		return nil, 0, err
	}
	all := len(rows)
	rows = slices.DeleteFunc(rows, func(one table.FilledRow) bool { return one.Blank })
	if len(rows) > mostRows {
		return nil, 0, fault.New(fault.TooLarge, "a file brings at most %d visits", mostRows).Coded("campaign.rows")
	}
	return rows, all - len(rows), nil
}

// SheetReport counts what the rows of a spreadsheet are: In = Created + Updated + Unchanged + Rejected. Nothing is
// stored where one is rejected.
type SheetReport struct {
	In        int
	Created   int // first visits of a team
	Updated   int // visits where nobody had been at home before
	Unchanged int // visits that came in before
	Rejected  int
	Stored    bool
	Rejects   []table.Reject
}

// TakeSheet looks what the rows of a team's spreadsheet are and, if asked to and none is rejected, records their visits:
// all of them or none. A row that was taken in before changes nothing.
func (s *Service) TakeSheet(ctx context.Context, scope access.Scope, campaign int64, rows []table.FilledRow, apply bool) (SheetReport, error) {
	report := SheetReport{In: len(rows)}
	if len(rows) > mostRows {
		return report, fault.New(fault.TooLarge, "a file brings at most %d visits", mostRows).Coded("campaign.rows")
	}
	c, team, err := s.going(ctx, scope, campaign)
	if err != nil {
		return report, err
	}
	taking := taking{s: s, c: c, team: team, seen: map[string]bool{}}
	if taking.design, taking.pack, err = s.DesignOf(c); err != nil {
		return report, err
	}
	for _, row := range rows {
		if err := taking.take(ctx, scope, row, &report); err != nil {
			return report, err
		}
	}
	report.Rejected = len(report.Rejects)
	if !apply || report.Rejected > 0 || len(taking.recs) == 0 {
		return report, nil
	}
	report.Stored = true
	return report, s.store(ctx, scope, c, taking.recs)
}

// taking is a spreadsheet on its way into the register.
type taking struct {
	s      *Service
	c      Campaign
	team   int64
	design *Design
	pack   *policy.Pack
	seen   map[string]bool
	recs   []*recording
}

// take looks at a row; what is wrong with it goes into the report, and only what is no matter of the row is an error.
func (k *taking) take(ctx context.Context, scope access.Scope, row table.FilledRow, report *SheetReport) error {
	rec, err := k.prepare(ctx, scope, row)
	reject, is := table.Rejected(row.Row, row.Cells[columnHousehold], err)
	switch {
	case is:
		report.Rejects = append(report.Rejects, reject)
		return nil
	case err != nil:
		return err
	case rec == nil:
		report.Unchanged++
		return nil
	case rec.task.State == Absent:
		report.Updated++
	default:
		report.Created++
	}
	k.recs = append(k.recs, rec)
	return nil
}

// prepare is the visit of a row; nil if it came in before.
func (k *taking) prepare(ctx context.Context, scope access.Scope, row table.FilledRow) (*recording, error) {
	number := row.Cells[columnHousehold]
	foreign := invalid(columnHousehold, "row", "the register did not write this row for this team")
	t, err := k.s.task(ctx, scope, k.c, number)
	if fault.Is(err, fault.NotFound) {
		return nil, foreign
	}
	if err != nil {
		return nil, err
	}
	ver, proven := k.s.proven(row.Cells[columnRow], t, k.team)
	switch {
	case !proven:
		return nil, foreign
	case k.seen[number]:
		return nil, invalid(columnHousehold, "row_twice", "the household stands twice")
	}
	k.seen[number] = true
	v, err := k.visit(row)
	if err != nil {
		return nil, err
	}
	before, err := k.s.keyed(ctx, t, v.Key)
	if err != nil {
		return nil, err
	}
	if before != nil {
		if !before.same(v) {
			return nil, fault.New(fault.Conflict, "this row came in before and said something else").Coded("campaign.row_changed")
		}
		return nil, nil
	}
	if ver != t.Ver {
		return nil, fault.New(fault.Conflict, "the household moved on since the file was written").Coded("campaign.row_stale")
	}
	return k.s.prepare(ctx, scope, k.c, k.team, t, v)
}

// visit reads what a row says.
func (k *taking) visit(row table.FilledRow) (Visit, error) {
	text := VisitText{Number: row.Cells[columnHousehold], Outcome: choiceOf(row.Cells[columnOutcome], columnOutcome, Outcomes), Verdict: choiceOf(row.Cells[columnVerdict], columnVerdict, verdicts),
		Welfare: row.Cells[columnWelfare], Answers: map[string]string{}, Key: "sheet/" + row.Cells[columnRow], Way: ByFile}
	var err error
	if text.Day, err = clock.ParseDay(row.Cells[columnDay]); err != nil {
		return Visit{}, invalid(columnDay, "day", "this is no day of the campaign")
	}
	asked := said(k.design)
	for column, cell := range row.Cells {
		switch {
		case slices.Contains(sheetOf.Known, column):
		case !slices.Contains(asked, column):
			return Visit{}, invalid(column, "item", "this is not asked in the campaign")
		case column != columnDay && column != columnOutcome && column != columnVerdict && column != columnWelfare:
			text.Answers[column] = cell
		}
	}
	v, err := text.read(k.design, k.pack)
	if err != nil {
		return v, err
	}
	return v, v.check(k.design, k.s.today(), k.c)
}

// stored is what a visit said.
type stored struct {
	day     clock.Day
	outcome Outcome
	verdict Verdict
	welfare *int64
	answers []byte // as JSON
}

// keyed is the visit to a household that has a key; nil for none.
func (s *Service) keyed(ctx context.Context, t Task, key string) (*stored, error) {
	type row struct {
		id int64
		stored
	}
	found, err := store.All(ctx, s.db.In(program), "SELECT id, day, outcome, verdict, welfare, answers FROM visit WHERE {checked} AND campaign = $1 AND key = $2 AND household = $3", []any{t.Campaign, key, t.Household},
		func(r store.Rows, one *row) error {
			return r.Scan(&one.id, &one.day, &one.outcome, &one.verdict, &one.welfare, &one.answers)
		})
	if err != nil {
		return nil, fmt.Errorf("read a visit by its key: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	known, err := s.keys.Of(ctx, t.Home, t.Household)
	if err != nil {
		return nil, fmt.Errorf("open the record of a household: %w", err)
	}
	one := found[0]
	one.answers, err = crypt.Open(known, one.answers, answersPlace(one.id))
	return &one.stored, err
}

// same says whether a visit says what was said before.
func (b *stored) same(v Visit) bool {
	answers, err := json.Marshal(v.Answers)
	return err == nil && b.day == v.Day && b.outcome == v.Outcome && b.verdict == v.Verdict && reflect.DeepEqual(b.welfare, v.Welfare) && string(answers) == string(b.answers)
}
