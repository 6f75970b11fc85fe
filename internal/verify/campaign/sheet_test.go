package campaign_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/verify/campaign"
	"rightkey/test/register"
)

// sheetOf is the spreadsheet of an account's team.
func sheetOf(t *testing.T, r *register.Register, c campaign.Campaign, account int64, lang i18n.Lang) *excelize.File {
	t.Helper()
	var file bytes.Buffer
	if err := r.Campaigns.Sheet(t.Context(), r.Scope(t, account, access.VisitRecord), c.ID, lang, &file); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// typed writes cells of a row of the first worksheet, by column, as somebody types them.
func typed(t *testing.T, book *excelize.File, row int, cells map[string]string) {
	t.Helper()
	sheet := book.GetSheetName(0)
	head, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range head[0] {
		if value, is := cells[name]; is {
			column, _ := excelize.ColumnNumberToName(i + 1)
			if err := book.SetCellStr(sheet, column+strconv.Itoa(row), value); err != nil {
				t.Fatal(err)
			}
			delete(cells, name)
		}
	}
	if len(cells) > 0 {
		t.Fatalf("the spreadsheet has no column for %v", cells)
	}
}

// sent reads a spreadsheet back and takes it in.
func sent(t *testing.T, r *register.Register, c campaign.Campaign, account int64, book *excelize.File, apply bool) (campaign.SheetReport, int) {
	t.Helper()
	file, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	rows, blank, err := campaign.ReadSheet(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	report, err := r.Campaigns.TakeSheet(t.Context(), r.Scope(t, account, access.VisitRecord), c.ID, rows, apply)
	if err != nil {
		t.Fatal(err)
	}
	if report.In != report.Created+report.Updated+report.Unchanged+report.Rejected || report.Rejected != len(report.Rejects) {
		t.Errorf("the counts do not add up: %+v", report)
	}
	return report, blank
}

func TestASpreadsheetThatComesBackIsTheSameVisitsAsByPage(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 9)
		c := planned(t, r, campaign.Draft{Area: area(t, r, "11001001"), Design: "rounds", Method: campaign.Everybody, Seed: 7}, north)
		book := sheetOf(t, r, c, north, "ur")
		day := c.Starts.String()
		typed(t, book, 3, map[string]string{"day": day, "outcome": i18n.T("ur", "campaign.outcome.seen"), "drift_nets": "3", "verdict": i18n.T("zh", "campaign.verdict.poor")})
		typed(t, book, 4, map[string]string{"day": day, "outcome": "absent"})

		looked, blank := sent(t, r, c, north, book, false)
		if looked.In != 2 || looked.Created != 2 || blank != 1 || looked.Stored {
			t.Errorf("looked at: %+v, %d blank", looked, blank)
		}
		if n := len(browse(t, r, c, campaign.Filter{State: campaign.Waiting})); n != 3 {
			t.Errorf("looking at a file recorded something: %d wait", n)
		}
		if taken, _ := sent(t, r, c, north, book, true); taken.Created != 2 || !taken.Stored {
			t.Errorf("taken in: %+v", taken)
		}
		scope := r.Scope(t, county, access.CampaignRead)
		for _, one := range browse(t, r, c, campaign.Filter{State: campaign.Done}) {
			_, made, err := r.Campaigns.Open(t.Context(), scope, c, one.Number)
			if err != nil || len(made) != 1 || made[0].Way != campaign.ByFile || one.Verdict != campaign.Poor || !one.Correct {
				t.Errorf("%+v %+v (%v)", one, made, err)
			}
		}
		again, _ := sent(t, r, c, north, book, true)
		if again.Unchanged != 2 || again.Stored {
			t.Errorf("the second time: %+v", again)
		}

		// Where nobody was at home, the next file has the household again.
		fresh := sheetOf(t, r, c, north, "en")
		typed(t, fresh, 3, map[string]string{"day": day, "outcome": "Seen", "verdict": "Not poor"})
		typed(t, fresh, 4, map[string]string{"day": day, "outcome": "Refused"})
		if report, _ := sent(t, r, c, north, fresh, true); report.Updated != 1 || report.Created != 1 {
			t.Errorf("after nobody was at home: %+v", report)
		}
		typed(t, book, 3, map[string]string{"verdict": "not_poor"})
		if report, _ := sent(t, r, c, north, book, true); report.Rejected != 1 || report.Rejects[0].Code != "campaign.row_changed" {
			t.Errorf("a finding was rewritten: %+v", report)
		}
	})
}

func TestOneWrongRowKeepsTheWholeSpreadsheetOut(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 9)
		at := area(t, r, "11001001")
		draft := campaign.Draft{Area: at, Design: "rounds", Method: campaign.Everybody, Seed: 7}
		c, other := planned(t, r, draft, north), planned(t, r, draft, south)
		day := c.Starts.String()
		ok := map[string]string{"day": day, "outcome": "seen", "verdict": "poor"}
		for name, one := range map[string]struct {
			row  int
			typo map[string]string
			code string
		}{
			"a day to come":         {3, map[string]string{"day": (c.Starts + 9).String(), "outcome": "seen", "verdict": "poor"}, "campaign.day"},
			"no day":                {3, map[string]string{"day": "yesterday", "outcome": "seen", "verdict": "poor"}, "campaign.day"},
			"no verdict":            {3, map[string]string{"day": day, "outcome": "seen"}, "campaign.verdict"},
			"an unknown outcome":    {3, map[string]string{"day": day, "outcome": "asleep"}, "campaign.outcome"},
			"no answer":             {3, map[string]string{"day": day, "outcome": "seen", "verdict": "poor", "drift_nets": "many"}, "campaign.answer"},
			"another's household":   {3, map[string]string{"day": day, "outcome": "absent", "household": browse(t, r, c, campaign.Filter{})[2].Number}, "campaign.row"},
			"a forged proof":        {3, map[string]string{"day": day, "outcome": "absent", "row": "1-00112233445566778899aabbccddeeff"}, "campaign.row"},
			"a household not of it": {3, map[string]string{"day": day, "outcome": "absent", "household": "1"}, "campaign.row"},
		} {
			book := sheetOf(t, r, c, north, "en")
			typed(t, book, 4, copied(ok))
			typed(t, book, one.row, one.typo)
			report, _ := sent(t, r, c, north, book, true)
			if report.Rejected != 1 || report.Created != 1 || report.Stored || report.Rejects[0].Row != one.row || report.Rejects[0].Code != one.code {
				t.Errorf("%s: %+v", name, report)
			}
		}
		// The file of another campaign, and one from before the household moved on.
		foreign := sheetOf(t, r, other, south, "en")
		typed(t, foreign, 3, copied(ok))
		if report, _ := sent(t, r, c, north, foreign, true); report.Rejected != 1 || report.Rejects[0].Code != "campaign.row" {
			t.Errorf("another campaign's file: %+v", report)
		}
		stale := sheetOf(t, r, c, north, "en")
		visited(t, r, c, north, func(campaign.Task) campaign.VisitText { return campaign.VisitText{Outcome: campaign.NotHome} })
		typed(t, stale, 3, copied(ok))
		if report, _ := sent(t, r, c, north, stale, true); report.Rejected != 1 || report.Rejects[0].Code != "campaign.row_stale" {
			t.Errorf("a file from before: %+v", report)
		}
		if n := len(browse(t, r, c, campaign.Filter{State: campaign.Absent})); n != 3 {
			t.Errorf("a rejected file recorded something: %d absent", n)
		}
	})
}

func copied(cells map[string]string) map[string]string {
	other := map[string]string{}
	for name, value := range cells {
		other[name] = value
	}
	return other
}

// What an evaluator gets holds nothing of the register's or an earlier team's opinion.
func TestTheSpreadsheetOfABlindVisitHoldsNoVerdict(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		filled(t, r, 9)
		c := planned(t, r, campaign.Draft{Area: area(t, r, "11001001"), Design: "rounds", Method: campaign.Everybody, Seed: 7}, north, south)
		visited(t, r, c, north, seen(campaign.NotPoor))
		again := browse(t, r, c, campaign.Filter{State: campaign.Again})
		book := sheetOf(t, r, c, south, "en")
		rows, err := book.GetRows(book.GetSheetName(0))
		if err != nil || len(again) == 0 || len(rows) < 2+len(again) {
			t.Fatalf("%d households are to be seen again, the second team's spreadsheet has %d rows (%v)", len(again), len(rows), err)
		}
		for _, row := range rows[2:] {
			if len(row) > 5 {
				t.Errorf("a row is filled in already: %v", row[5:])
			}
		}
	})
}

func FuzzReadSheet(f *testing.F) {
	book := excelize.NewFile()
	for cell, value := range map[string]string{"A1": "row", "B1": "household", "C1": "day", "A2": "#", "A3": "1-ab", "B3": "7", "C3": "2015-01-01"} {
		if err := book.SetCellStr("Sheet1", cell, value); err != nil {
			f.Fatal(err)
		}
	}
	file, err := book.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, content []byte) {
		rows, blank, err := campaign.ReadSheet(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Errorf("what cannot be read is said to be %v", err)
			}
			return
		}
		for _, row := range rows {
			if row.Row < 2 || len(row.Cells) < 3 {
				t.Errorf("row %+v of %d, %d blank", row, len(rows), blank)
			}
		}
	})
}
