package cases

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/test/browser"
	"rightkey/test/visitor"
)

// deliberated is the shipped pack whose village meetings need minutes and are held where there may be no network.
const deliberated = "*-dtsen"

// toDeliberation opens cases of new households and takes them before the village meeting.
func (c *county) toDeliberation(keys ...string) []int64 {
	c.t.Helper()
	var numbers []string
	for _, key := range keys {
		numbers = append(numbers, c.household(key, 1))
	}
	all := ids(c.apply(official, "identification", numbers...))
	for _, id := range all {
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
	}
	return all
}

// called calls a meeting on cases for a day and returns its address below the API.
func (c *county) called(day clock.Day, all []int64) string {
	c.t.Helper()
	var made struct{ ID int64 }
	c.Ask(c.t, clerk, "POST", "/sittings", fmt.Sprintf(`{"area": %q, "day": %q, "cases": [%s]}`, c.village(), day, listed(all))).Want(c.t, 201).Read(c.t, &made)
	return fmt.Sprint("/sittings/", made.ID)
}

// carried is the package of a meeting.
func carried(t *testing.T, content []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// typed writes cells of a worksheet below its titles, by column and row of the file.
func typed(t *testing.T, book *excelize.File, sheet string, row int, cells map[string]string) {
	t.Helper()
	rows, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	left := len(cells)
	for i, name := range rows[0] {
		value, is := cells[name]
		if !is {
			continue
		}
		left--
		column, _ := excelize.ColumnNumberToName(i + 1)
		if err := book.SetCellStr(sheet, column+strconv.Itoa(row), value); err != nil {
			t.Fatal(err)
		}
	}
	if left != 0 {
		t.Fatalf("the worksheet %s has not all of the columns %v", sheet, cells)
	}
}

// rowOf is where a household stands in the votes of a package.
func rowOf(t *testing.T, book *excelize.File, number string) int {
	t.Helper()
	rows, err := book.GetRows("Votes")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if len(row) > 1 && row[1] == number {
			return i + 1
		}
	}
	t.Fatalf("household %s is not in the package", number)
	return 0
}

// votes are cells of a household in a package.
func votes(cast [3]int) map[string]string {
	return map[string]string{"for": strconv.Itoa(cast[0]), "against": strconv.Itoa(cast[1]), "abstain": strconv.Itoa(cast[2])}
}

// packed is a spreadsheet as it is sent.
func packed(t *testing.T, book *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sends sends a package back by the API.
func (c *county) sends(account int64, meeting string, file, photo []byte, apply bool) (visitor.Answer, identifyrest.PackageReport) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"file": base64.StdEncoding.EncodeToString(file), "photo": base64.StdEncoding.EncodeToString(photo), "apply": apply})
	if err != nil {
		c.t.Fatal(err)
	}
	var report identifyrest.PackageReport
	answer := c.Ask(c.t, account, "POST", meeting+"/package", string(body))
	if answer.Status == 200 {
		answer.Read(c.t, &report)
		if report.In != report.Created+report.Unchanged+report.Rejected+len(report.Moved) {
			c.t.Errorf("the counts do not add up: %+v", report)
		}
	}
	return answer, report
}

// download is the package of a meeting by the API.
func (c *county) download(meeting string) *excelize.File {
	c.t.Helper()
	return carried(c.t, []byte(c.API.Get(c.t, clerk, meeting+"/package").Want(c.t, 200).Body))
}

// numberOf is the number of the household of a case.
func (c *county) numberOf(id int64) string {
	c.t.Helper()
	f, _ := c.file(clerk, id)
	return f.Household
}

func TestAMeetingHeldWithoutNetworkComesBackAsOneFileOnTheDayOnWhichItWasHeld(t *testing.T) {
	each(t, deliberated, func(c *county) {
		all := c.toDeliberation("a", "b", "c", "d")
		meeting := c.called(c.today()+1, all)
		book := c.download(meeting)
		c.take(official, all[3], "withdraw", "withdrawn") // while the file is away
		c.days(9)
		held := c.today() - 4

		typed(t, book, "Meeting", 3, map[string]string{"day": held.String(), "eligible": "40", "present": "30"})
		for i, cast := range [][3]int{{28, 1, 1}, {3, 27, 0}, {20, 5, 5}, {30, 0, 0}} {
			typed(t, book, "Votes", rowOf(t, book, c.numberOf(all[i])), votes(cast))
		}
		file := packed(t, book)

		if _, report := c.sends(clerk, meeting, file, nil, true); report.Stored || report.Rejected != 0 || len(report.Rejects) != 1 || report.Rejects[0].Code != "procedure.sitting_minutes" {
			t.Errorf("without minutes: %+v", report)
		}
		if _, report := c.sends(clerk, meeting, file, board(), false); report.Stored || report.Created != 3 || len(report.Rejects) != 0 {
			t.Errorf("only looked at: %+v", report)
		}
		var m identifyrest.Meeting
		if c.API.Get(t, clerk, meeting).Want(t, 200).Read(t, &m); m.Closed {
			t.Fatalf("nothing was to be recorded yet: %+v", m)
		}
		_, report := c.sends(clerk, meeting, file, board(), true)
		if !report.Stored || report.In != 4 || report.Created != 3 || len(report.Moved) != 1 || report.Moved[0].Household != c.numberOf(all[3]) || report.Moved[0].Code != "procedure.package_moved" {
			t.Errorf("taken in: %+v", report)
		}
		if c.API.Get(t, clerk, meeting).Want(t, 200).Read(t, &m); !m.Closed || !m.Photo || m.Day != held.String() || m.Eligible != 40 || m.Present != 30 {
			t.Errorf("the meeting is %+v", m)
		}
		for i, state := range []string{"display", "rejected", "display", "withdrawn"} {
			if f, _ := c.file(clerk, all[i]); f.State != state {
				t.Errorf("case %d is in %s, want %s", i, f.State, state)
			}
		}
		if f, _ := c.file(clerk, all[3]); f.Votes != nil {
			t.Errorf("of the case that moved on the meeting says %+v", f.Votes)
		}
		moved, closed := c.happened("case.moved"), c.happened("sitting.closed")
		if _, again := c.sends(clerk, meeting, file, board(), true); again.Stored || again.Unchanged != 3 || len(again.Moved) != 1 || len(again.Rejects) != 0 {
			t.Errorf("the second time: %+v", again)
		}
		if c.happened("case.moved") != moved || c.happened("sitting.closed") != closed || closed != 1 {
			t.Errorf("the second time something happened, or the meeting was closed %d times", closed)
		}
		typed(t, book, "Votes", rowOf(t, book, c.numberOf(all[0])), votes([3]int{1, 29, 0}))
		if _, report := c.sends(clerk, meeting, packed(t, book), board(), true); report.Rejected != 1 || report.Rejects[0].Code != "procedure.package_changed" {
			t.Errorf("with other votes after it was closed: %+v", report)
		}
		c.API.Get(t, clerk, meeting+"/package").Want(t, 409)
	})
}

// happened counts the events of the journal of a kind.
func (c *county) happened(kind string) int {
	c.t.Helper()
	var n int
	if err := store.One(c.t.Context(), c.Raw, "SELECT count(*) FROM event WHERE kind = $1", []any{kind}, &n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func TestOneWrongRowKeepsAPackageOutAndIsNamed(t *testing.T) {
	each(t, deliberated, func(c *county) {
		all := c.toDeliberation("a", "b")
		first, other := c.numberOf(all[0]), c.numberOf(all[1])
		meeting := c.called(c.today(), all)
		foreign := c.called(c.today(), c.toDeliberation("x"))
		head := map[string]string{"day": c.today().String(), "eligible": "40", "present": "30", "minutes": "All spoke."}
		with := func(column, value string) map[string]string {
			changed := map[string]string{}
			for name, cell := range head {
				changed[name] = cell
			}
			changed[column] = value
			return changed
		}
		for name, one := range map[string]struct {
			meeting      map[string]string
			votes        map[string]string
			about, field string
			code         string
			drop         bool
		}{
			"no day":               {with("day", "soon"), nil, "", "day", "package_day", false},
			"a day to come":        {with("day", (c.today() + 1).String()), nil, "", "day", "sitting_day", false},
			"a day before":         {with("day", (c.today() - 1).String()), nil, "", "day", "sitting_early", false},
			"no quorum":            {with("eligible", "61"), nil, "", "present", "sitting_quorum", false},
			"more than may vote":   {with("present", "41"), nil, "", "present", "sitting_quorum", false},
			"no minutes":           {with("minutes", " "), nil, "", "minutes", "sitting_minutes", false},
			"a forged meeting":     {with("row", "00"), nil, "", "", "package_foreign", false},
			"no votes":             {head, map[string]string{"for": ""}, first, "for", "package_number", false},
			"a word":               {head, map[string]string{"for": "many"}, first, "for", "package_number", false},
			"below zero":           {head, map[string]string{"against": "-1"}, first, "against", "package_number", false},
			"too many votes":       {head, votes([3]int{31, 0, 0}), first, "votes", "sitting_votes", false},
			"nobody voted":         {head, votes([3]int{0, 0, 0}), first, "votes", "sitting_votes", false},
			"a forged row":         {head, map[string]string{"row": "0011"}, first, "household", "package_foreign", false},
			"a household of none":  {head, map[string]string{"household": "1"}, "1", "household", "package_foreign", false},
			"another's row":        {head, map[string]string{"household": other}, other, "household", "package_foreign", false},
			"a household left out": {head, nil, first, "votes", "sitting_votes", true},
		} {
			book := c.download(meeting)
			at := rowOf(t, book, first)
			typed(t, book, "Meeting", 3, one.meeting)
			typed(t, book, "Votes", at, votes([3]int{20, 5, 5}))
			typed(t, book, "Votes", rowOf(t, book, other), votes([3]int{20, 5, 5}))
			if one.votes != nil {
				typed(t, book, "Votes", at, one.votes)
			}
			if one.drop {
				if err := book.RemoveRow("Votes", at); err != nil {
					t.Fatal(err)
				}
			}
			_, report := c.sends(clerk, meeting, packed(t, book), nil, true)
			if report.Stored || len(report.Rejects) != 1 {
				t.Errorf("%s: %+v", name, report)
				continue
			}
			if got := report.Rejects[0]; got.Code != "procedure."+one.code || got.Household != one.about || got.Field != one.field || got.Reason == "" || one.about == first && (got.Row == at) == one.drop {
				t.Errorf("%s: %+v", name, got)
			}
		}
		twice := c.download(meeting)
		typed(t, twice, "Meeting", 3, head)
		for i, number := range []string{first, other} {
			typed(t, twice, "Votes", rowOf(t, twice, number), votes([3]int{20, 5, i}))
		}
		if err := twice.DuplicateRow("Votes", rowOf(t, twice, first)); err != nil {
			t.Fatal(err)
		}
		if _, report := c.sends(clerk, meeting, packed(t, twice), nil, true); report.Stored || len(report.Rejects) != 1 || report.Rejects[0].Code != "procedure.package_twice" {
			t.Errorf("a household twice: %+v", report)
		}
		if _, report := c.sends(clerk, foreign, packed(t, twice), nil, true); report.Stored || len(report.Rejects) == 0 || report.Rejects[0].Code != "procedure.package_foreign" {
			t.Errorf("another meeting's file: %+v", report)
		}
		none, _ := c.sends(clerk, meeting, []byte("no spreadsheet"), nil, true)
		none.Want(t, 400)
		for _, id := range all {
			if f, _ := c.file(clerk, id); f.State != "meeting" {
				t.Errorf("a rejected file took a case to %s", f.State)
			}
		}
	})
}

func TestAPackageHoldsTheAgendaWithItsMembersAndIsJournalled(t *testing.T) {
	each(t, deliberated, func(c *county) {
		number := c.household("a", 2)
		id := c.apply(official, "identification", number)[0].ID
		c.take(official, id, "submit", "visit")
		c.take(official, id, "visit", "meeting")
		meeting := c.called(c.today(), []int64{id})
		for lang, sheet := range map[i18n.Lang]string{"en": "Members", "zh": "成员", "ur": "افراد"} {
			book := carried(t, []byte(c.API.Get(t, clerk, meeting+"/package?lang="+string(lang)).Want(t, 200).Body))
			rows, err := book.GetRows(sheet)
			if err != nil || len(rows) != 2+3 || rows[2][0] != number || rows[2][1] != "Ana Benu" || rows[2][4] != "1970" || rows[3][1] != "Dara Benu" {
				t.Errorf("%s: the members are %v (%v)", lang, rows, err)
			}
		}
		c.API.Get(t, second, meeting+"/package").Want(t, 200)
		c.Grant(51, "person-51", "analyst")
		if got := c.API.Get(t, 51, meeting+"/package").Status; got != 403 && got != 404 {
			t.Errorf("an analyst gets the package with %d", got)
		}
		if n := c.happened("sitting.carried"); n != 4 {
			t.Errorf("%d of 4 downloads are in the journal", n)
		}
	})
}

func TestAMeetingWithMandatoryMinutesIsHeldWithoutNetworkInTheBrowser(t *testing.T) {
	d := sit(t, deliberated, "deliberated")
	number := d.household("a", 2)
	d.Judge(t, identify.RunArgs{Day: d.today()})
	id := d.applied(number, "identification")
	d.does(official, id, "submit")
	d.does(official, id, "visit")
	d.together(clerk, "identification", "meeting")
	d.press("form[action='/cases/meet'] button")
	meeting := d.tab.Location()[strings.Index(d.tab.Location(), "/sittings/"):]
	d.seen(clerk, map[string]string{"package-meeting": meeting})
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})

	d.days(6)
	book := carried(t, []byte(d.pages.Get(t, clerk, meeting+"/package").Want(t, 200).Body))
	held := d.today() - 2
	typed(t, book, "Meeting", 3, map[string]string{"day": held.String(), "eligible": "40", "present": "31"})
	typed(t, book, "Votes", rowOf(t, book, number), votes([3]int{27, 2, 2}))
	path := filepath.Join(t.TempDir(), "meeting.xlsx")
	if err := os.WriteFile(path, packed(t, book), 0o600); err != nil {
		t.Fatal(err)
	}

	send := "form[action$='/package'] button"
	d.visit(clerk, meeting)
	d.tab.Upload("#field-file", path)
	d.tab.Allow("status of 400")
	if status := d.tab.Follow(send); status != 400 {
		t.Errorf("without minutes: status %d", status)
	}
	d.says(i18n.T("en", "fault.procedure.sitting_minutes"), i18n.T("en", "cases.package.nothing"))
	d.look("package-without-minutes")
	d.tab.Upload("#field-file", path)
	d.tab.Upload("#field-package-photo", d.board)
	d.press(send)
	d.says(i18n.T("en", "cases.package.stored"))
	d.look("package-taken")
	d.visit(clerk, meeting)
	d.says(i18n.Day("en", held))
	d.look("package-minutes")
	d.state(id, "display")

	d.hangs(official, "identification", "display")
	d.days(7)
	d.does(official, id, "close")
	d.does(clerk, id, "review")
	d.does(office, id, "approve")
	d.look("approved")
	if f, _ := d.county.file(office, id); f.State != "granted" || !f.Ended {
		t.Errorf("the case is %+v", f.Case)
	}
	household, _ := registry.ParseNumber(number)
	if found, err := d.Registry.Found(t.Context(), d.Scope(t, office, "household.read"), []int64{household}); err != nil || len(found) != 1 || found[0].Status != "determined" {
		t.Errorf("the household is %+v (%v)", found, err)
	}
}
