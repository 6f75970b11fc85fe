package page_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"rightkey/internal/registry"
)

// bookOf makes a spreadsheet of worksheets, each a name and rows of cells.
func bookOf(t *testing.T, sheets ...[]string) string {
	t.Helper()
	file := excelize.NewFile()
	for i, sheet := range sheets {
		if i == 0 {
			if err := file.SetSheetName("Sheet1", sheet[0]); err != nil {
				t.Fatal(err)
			}
		} else if _, err := file.NewSheet(sheet[0]); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(sheet[1])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range rows {
			if err := file.SetSheetRow(sheet[0], "A"+strconv.Itoa(n+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// tried tries the rows of an import as the page proposes it, with changes of the form.
func (h *house) tried(t *testing.T, target string, changes ...string) string {
	t.Helper()
	shown := h.get(t, office, target).want(t, "columns", 200)
	form := append(changes, selected(t, shown.body)...) // of two values of a field the first counts
	path, _, _ := strings.Cut(target, "?")
	h.post(t, office, path+"/check", form...).want(t, "check", 303)
	h.wait(t, idOf(t, path))
	return path
}

// selected are the names and values that the form of the columns would send.
func selected(t *testing.T, body string) []string {
	t.Helper()
	pairs := []string{"ver", hidden(t, body, "ver"), "keep", "columns: {}"}
	_, body, _ = strings.Cut(body, `name="keep"`)
	body, _, _ = strings.Cut(body, "</form>")
	for _, control := range strings.Split(body, "<select ")[1:] {
		_, name, _ := strings.Cut(control, ` name="`)
		name, _, _ = strings.Cut(name, `"`)
		control, _, _ = strings.Cut(control, "</select>")
		if before, _, found := strings.Cut(control, " selected>"); found {
			value := before[strings.LastIndex(before, `value="`)+len(`value="`):]
			pairs = append(pairs, name, strings.TrimSuffix(value, `"`))
		}
	}
	for _, name := range []string{"source", "day"} {
		if _, input, found := strings.Cut(body, `id="field-map-`+name+`"`); found {
			_, value, _ := strings.Cut(input, `value="`)
			value, _, _ = strings.Cut(value, `"`)
			pairs = append(pairs, name, value)
		}
	}
	return pairs
}

func TestABookOfHouseholdsAndPersonsIsTriedSheetBySheetAndAppliedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		book := bookOf(t, []string{"Souls", "key,household,name,sex,born,soul number,relation\np1,h1,Ana,f,1970-05-01,1234567897,head\np2,h1,Bo,m,1999-01-02,,kin\np3,h9,Cy,m,1960-01-01,,head\n"},
			[]string{"Hearths", "key,area,standing,drift nets\nh1,11001001,stranded,3\nh2,11001002,afloat,0\n"}, []string{"Read me", "# remarks,x\nnothing,y\n"})
		sent := h.send(t, office, "round.xlsx", book, "source", "base", "day", "2014-06-30").want(t, "send", 303)
		shown := h.get(t, office, sent.location()).want(t, "the first sheet", 200, "Files of this upload", "round.xlsx · Souls", "round.xlsx · Hearths", `<option value="person" selected>`).
			without(t, "remarks", "Read me")
		h.tried(t, link(t, shown.body, "round.xlsx · Hearths"))
		first := h.tried(t, sent.location())
		h.get(t, office, first).want(t, "tried", 200, "3 rows = 2 created + 0 updated + 0 unchanged + 1 rejected", "Apply all tried files")
		im := h.wait(t, idOf(t, first))
		h.post(t, clerk, first+"/apply-all", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").want(t, "somebody else", 404)
		h.post(t, office, first+"/apply-all", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").want(t, "apply", 303)
		h.untilImported(t, idOf(t, first))
		if ana := h.find(t, "11001001"); ana.HeadName != "Ana" || ana.Members != 2 {
			t.Errorf("household %+v", ana)
		}
		again := h.get(t, office, first+"/rejected.csv").want(t, "rejected rows", 200, "key,household,name").body
		if again != "key,household,name,sex,born,soul number,relation\np3,h9,Cy,m,1960-01-01,,head\n" {
			t.Errorf("rejected rows %q", again)
		}
		h.get(t, second, first+"/rejected.csv").want(t, "rejected rows of somebody else", 404)
		h.get(t, office, first+"/rejected.xlsx").want(t, "rejected rows as a spreadsheet", 200)
		h.get(t, office, first+"/report.xlsx").want(t, "report as a spreadsheet", 200)
		if n := h.events(t, "import.rejected-read"); n != 2 {
			t.Errorf("%d events of rejected rows read, want 2", n)
		}
	})
}

// untilImported waits until an import that another one begins is applied.
func (h *house) untilImported(t *testing.T, id int64) {
	t.Helper()
	for range 2000 {
		if im := h.wait(t, id); im.State == registry.Imported {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the import was not applied")
}

// link is the address of the link with a text.
func link(t *testing.T, body, text string) string {
	t.Helper()
	before, _, found := strings.Cut(body, ">"+text+"<")
	if !found {
		before, _, found = strings.Cut(body, text)
	}
	at := strings.LastIndex(before, `href="`)
	if !found || at < 0 {
		t.Fatalf("no link %q", text)
	}
	href, _, _ := strings.Cut(before[at+len(`href="`):], `"`)
	return strings.ReplaceAll(href, "&amp;", "&")
}

func TestWordsOfTheFileAreTranslatedConstantsGivenAndTheMappingSavedForNextTime(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const rows = "key,area,standing,lamp\nh1,11001001,high and dry,x\nh2,11001002,afloat,\n"
		sent := h.send(t, office, "spring.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").location()
		h.get(t, office, sent).want(t, "words", 200, "What the words of column “standing” mean", `name="word.2.1"`, `name="word.3.0"`).without(t, "a word that the pack knows", `name="word.2.0"`)
		path := h.tried(t, sent, "word.2.1", "stranded", "word.3.0", "true", "constant.0", "drift_nets", "constant-value.0", "7")
		h.get(t, office, path).want(t, "tried", 200, "2 rows = 2 created", `<option value="drift_nets" selected>`)
		h.post(t, office, path+"/template", "name", " ").want(t, "no name", 400)
		h.post(t, office, path+"/template", "name", "Spring round").want(t, "save", 303)
		h.post(t, office, path+"/apply", "ver", strconv.FormatInt(h.wait(t, idOf(t, path)).Ver, 10), "on_error", "stop").want(t, "apply", 303)
		h.wait(t, idOf(t, path))
		if reef := h.find(t, "11001001"); reef.Status != "stranded" {
			t.Errorf("household %+v", reef)
		}

		next := h.send(t, clerk, "autumn.csv", rows, "source", "base", "day", "2014-12-31").location()
		h.get(t, clerk, next).want(t, "offered", 200, "filled in from the saved mapping “Spring round”", `<option value="stranded" selected>`, `value="7"`)
		h.get(t, clerk, next+"&template=none").want(t, "not wanted", 200).without(t, "not wanted", "filled in from")
		list := h.get(t, office, "/import-templates").want(t, "list", 200, "Spring round", "Rename").body
		_, id, _ := strings.Cut(list, "/import-templates/")
		id, _, _ = strings.Cut(id, "/")
		h.get(t, clerk, "/import-templates").want(t, "list of the clerk", 200, "Spring round").without(t, "somebody else's", "Rename")
		h.post(t, clerk, "/import-templates/"+id+"/rename", "name", "Mine").want(t, "rename by the clerk", 404)
		h.post(t, clerk, "/import-templates/"+id+"/delete").want(t, "delete by the clerk", 404)
		h.post(t, office, "/import-templates/"+id+"/rename", "name", "").want(t, "rename to nothing", 400, "Give a name")
		h.post(t, office, "/import-templates/"+id+"/rename", "name", "Round").want(t, "rename", 303)
		h.get(t, office, "/import-templates").want(t, "renamed", 200, "Round").without(t, "renamed", "Spring round")
		h.post(t, office, "/import-templates/"+id+"/delete").want(t, "delete", 303)
		h.get(t, office, "/import-templates").want(t, "deleted", 200, "No mapping is saved yet")
	})
}

func TestAMappingSavedForOneCountyIsNotSeenInAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const rows = "key,area,standing\nh1,12001001,afloat\n"
		sent := h.send(t, south, "x.csv", rows, "source", "base", "day", "2014-06-30").location()
		path, _, _ := strings.Cut(sent, "?")
		shown := h.get(t, south, sent).want(t, "columns", 200)
		h.post(t, south, path+"/check", selected(t, shown.body)...).want(t, "check", 303)
		h.post(t, south, path+"/template", "name", "Southern round").want(t, "save", 303)
		h.get(t, clerk, "/import-templates").want(t, "list of the north", 200).without(t, "list of the north", "Southern round")
		h.get(t, office, "/import-templates").want(t, "list of the whole", 200, "Southern round", "Rename")
	})
}

func TestRowsThatAreTheSameAreNamedOnBothSidesAndNoReportQuotesAValue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.load(t, office, households, householdRows)
		var rows strings.Builder
		rows.WriteString("key,household,name,sex,born,soul number,relation\n")
		for i := range 250 {
			fmt.Fprintf(&rows, "p%d,h1,Ana %d,f,1970-05-01,,kin\n", i, i)
		}
		rows.WriteString("p7,h1,Twin,f,1980-01-01,,kin\nq1,h1,Ana 3,f,1970-05-01,,kin\nq2,h1,Bo,m,Zhang Secret,1234567897,kin\nq3,h2,Cy,m,1960-01-01,1234567897,kin\nq4,h2,Di,m,1961-01-01,1234567897,kin\n")
		sent := h.send(t, office, "p.csv", rows.String(), "source", "base", "day", "2014-06-30").location()
		path := h.tried(t, sent)
		report := h.get(t, office, path+"/report.csv").want(t, "report", 200).body
		for _, line := range []string{"8,key,row 251 has the same key and is left out,note", "251,key,the key stands already in row 8,reject", "4,name,\"row 252 is a person of the same household, name, sex and birth\",note",
			"252,name,\"row 4 is a person", "254,soul number,row 253 has the same national number,provisional", "255,soul number,row 253 has the same national number,provisional", "253,born,"} {
			if !strings.Contains(report, "\n"+line) {
				t.Errorf("the report does not say %q:\n%s", line, report)
			}
		}
		if strings.Contains(report, "Zhang") {
			t.Error("the report quotes what a cell says")
		}
	})
}

func TestAnEmptyFormIsFilledInAndImportedWithoutChoosingColumns(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		form := h.get(t, office, "/import-forms/household.xlsx").want(t, "form", 200).body
		h.get(t, office, "/import-forms/village.xlsx").want(t, "no such form", 404)
		h.get(t, village, "/import-forms/household.xlsx").want(t, "village", 403)
		book, err := excelize.OpenReader(strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		header, err := book.GetRows("Households")
		if err != nil || len(header) != 1 {
			t.Fatalf("header %v %v", header, err)
		}
		answers := map[string]string{"key": "h1", "area": "11001001", "status": "Stranded", "drift_nets": "3", "lamp": "no"}
		for i, name := range header[0] {
			cell, err := excelize.CoordinatesToCellName(i+1, 2)
			if err != nil {
				t.Fatal(err)
			}
			if err := book.SetCellValue("Households", cell, answers[name]); err != nil {
				t.Fatal(err)
			}
		}
		lists, err := book.GetDataValidations("Households")
		if err != nil || len(lists) < 2 {
			t.Errorf("%d lists of answers, %v", len(lists), err)
		}
		var filled bytes.Buffer
		if err := book.Write(&filled); err != nil {
			t.Fatal(err)
		}
		sent := h.send(t, office, "filled.xlsx", filled.String(), "source", "base", "day", "2014-06-30").location()
		path := h.tried(t, sent)
		h.get(t, office, path).want(t, "tried", 200, "1 rows = 1 created").without(t, "remarks", "Explanations")
	})
}

func TestAFileOfAnOlderEncodingIsReadAndAFileThatIsNotWantedIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text, err := simplifiedchinese.GB18030.NewEncoder().String("key;area;备注\nh1;11001001;张三\n")
		if err != nil {
			t.Fatal(err)
		}
		sent := h.send(t, office, "old.csv", text, "source", "base", "day", "2014-06-30").location()
		shown := h.get(t, office, sent).want(t, "columns", 200, "备注", "Leave this file out")
		path, _, _ := strings.Cut(sent, "?")
		h.post(t, office, path+"/leave-out", "ver", "9").want(t, "a stale version", 412)
		h.post(t, office, path+"/leave-out", "ver", hidden(t, shown.body, "ver")).want(t, "leave out", 303)
		h.get(t, office, path).want(t, "left out", 200, "left out").without(t, "left out", "Leave this file out")
		h.post(t, office, path+"/leave-out", "ver", "2").want(t, "twice", 409)
		if rows, err := h.Raw.Query(t.Context(), "SELECT 1 FROM data_key WHERE subject = $1", idOf(t, path)); err != nil || rows.Next() {
			t.Errorf("the key of a file left out is still there (%v)", err)
		} else {
			rows.Close()
		}
	})
}

func TestASpreadsheetThatExpandsTooMuchIsRefusedAndAFormulaIsReadAsItsValue(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		file := excelize.NewFile()
		for cell, value := range map[string]any{"A1": "key", "B1": "area", "C1": "drift nets", "A2": "h1", "B2": "11001001", "C2": 3} {
			if err := file.SetCellValue("Sheet1", cell, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := file.SetCellFormula("Sheet1", "C2", "1+2"); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := file.Write(&out); err != nil {
			t.Fatal(err)
		}
		path := h.tried(t, h.send(t, office, "f.xlsx", out.String(), "source", "base", "day", "2014-06-30").location())
		h.get(t, office, path).want(t, "a formula", 200, "a formula; only the value stored with it is read", "0 rejected")
		h.send(t, office, "bomb.xlsx", bomb(t), "source", "base").want(t, "a bomb", http.StatusRequestEntityTooLarge)
	})
}

// bomb is a small spreadsheet that expands a thousandfold.
func bomb(t *testing.T) string {
	t.Helper()
	file := excelize.NewFile()
	if err := file.SetCellValue("Sheet1", "A1", "key"); err != nil {
		t.Fatal(err)
	}
	sheet, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	row := []any{strings.Repeat("0", 30000)}
	for i := range 400 {
		if err := sheet.SetRow("A"+strconv.Itoa(i+1), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := sheet.Flush(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
