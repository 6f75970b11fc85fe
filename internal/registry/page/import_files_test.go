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
	shown := h.Get(t, office, target).Want(t, 200)
	form := append(changes, selected(t, shown.Body)...) // of two values of a field the first counts
	path, _, _ := strings.Cut(target, "?")
	h.Post(t, office, path+"/check", form...).Want(t, 303)
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
		sent := h.Send(t, office, "/imports", "round.xlsx", book, "source", "base", "day", "2014-06-30").Want(t, 303)
		shown := h.Get(t, office, sent.Location()).Want(t, 200, "Files of this upload", "round.xlsx · Souls", "round.xlsx · Hearths", `<option value="person" selected>`).Without(t, "Read me") // the first sheet
		h.tried(t, link(t, shown.Body, "round.xlsx · Hearths"))
		first := h.tried(t, sent.Location())
		h.Get(t, office, first).Want(t, 200, "3 rows = 2 created + 0 updated + 0 unchanged + 1 rejected", "Apply all tried files")
		im := h.wait(t, idOf(t, first))
		h.Post(t, clerk, first+"/apply-all", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").Want(t, 404)
		h.Post(t, office, first+"/apply-all", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").Want(t, 303)
		h.untilImported(t, idOf(t, first))
		if ana := h.find(t, "11001001"); ana.HeadName != "Ana" || ana.Members != 2 {
			t.Errorf("household %+v", ana)
		}
		again := h.Get(t, office, first+"/rejected.csv").Want(t, 200, "key,household,name").Body
		if again != "key,household,name,sex,born,soul number,relation\np3,h9,Cy,m,1960-01-01,,head\n" {
			t.Errorf("rejected rows %q", again)
		}
		h.Get(t, second, first+"/rejected.csv").Want(t, 404)  // rejected rows of somebody else
		h.Get(t, office, first+"/rejected.xlsx").Want(t, 200) // rejected rows as a spreadsheet
		h.Get(t, office, first+"/report.xlsx").Want(t, 200)   // report as a spreadsheet
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
		sent := h.Send(t, office, "/imports", "spring.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").Location()
		h.Get(t, office, sent).Want(t, 200, "What the words of column “standing” mean", `name="word.2.1"`, `name="word.3.0"`).Without(t, `name="word.2.0"`)
		path := h.tried(t, sent, "word.2.1", "stranded", "word.3.0", "true", "constant.0", "drift_nets", "constant-value.0", "7")
		h.Get(t, office, path).Want(t, 200, "2 rows = 2 created", `<option value="drift_nets" selected>`)
		h.Post(t, office, path+"/template", "name", " ").Want(t, 400)
		h.Post(t, office, path+"/template", "name", "Spring round").Want(t, 303)
		h.Post(t, office, path+"/apply", "ver", strconv.FormatInt(h.wait(t, idOf(t, path)).Ver, 10), "on_error", "stop").Want(t, 303)
		h.wait(t, idOf(t, path))
		if reef := h.find(t, "11001001"); reef.Status != "stranded" {
			t.Errorf("household %+v", reef)
		}

		next := h.Send(t, clerk, "/imports", "autumn.csv", rows, "source", "base", "day", "2014-12-31").Location()
		h.Get(t, clerk, next).Want(t, 200, "filled in from the saved mapping “Spring round”", `<option value="stranded" selected>`, `value="7"`)
		h.Get(t, clerk, next+"&template=none").Want(t, 200).Without(t, "filled in from")
		list := h.Get(t, office, "/import-templates").Want(t, 200, "Spring round", "Rename").Body
		_, id, _ := strings.Cut(list, "/import-templates/")
		id, _, _ = strings.Cut(id, "/")
		h.Get(t, clerk, "/import-templates").Want(t, 200, "Spring round").Without(t, "Rename")       // list of the clerk
		h.Post(t, clerk, "/import-templates/"+id+"/rename", "name", "Mine").Want(t, 404)             // rename by the clerk
		h.Post(t, clerk, "/import-templates/"+id+"/delete").Want(t, 404)                             // delete by the clerk
		h.Post(t, office, "/import-templates/"+id+"/rename", "name", "").Want(t, 400, "Give a name") // rename to nothing
		h.Post(t, office, "/import-templates/"+id+"/rename", "name", "Round").Want(t, 303)
		h.Get(t, office, "/import-templates").Want(t, 200, "Round").Without(t, "Spring round")
		h.Post(t, office, "/import-templates/"+id+"/delete").Want(t, 303)
		h.Get(t, office, "/import-templates").Want(t, 200, "No mapping is saved yet")
	})
}

func TestAMappingSavedForOneCountyIsNotSeenInAnother(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const rows = "key,area,standing\nh1,12001001,afloat\n"
		sent := h.Send(t, south, "/imports", "x.csv", rows, "source", "base", "day", "2014-06-30").Location()
		path, _, _ := strings.Cut(sent, "?")
		shown := h.Get(t, south, sent).Want(t, 200)
		h.Post(t, south, path+"/check", selected(t, shown.Body)...).Want(t, 303)
		h.Post(t, south, path+"/template", "name", "Southern round").Want(t, 303)
		h.Get(t, clerk, "/import-templates").Want(t, 200).Without(t, "Southern round") // list of the north
		h.Get(t, office, "/import-templates").Want(t, 200, "Southern round", "Rename") // list of the whole
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
		sent := h.Send(t, office, "/imports", "p.csv", rows.String(), "source", "base", "day", "2014-06-30").Location()
		path := h.tried(t, sent)
		report := h.Get(t, office, path+"/report.csv").Want(t, 200).Body
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
		form := h.Get(t, office, "/import-forms/household.xlsx").Want(t, 200).Body
		h.Get(t, office, "/import-forms/village.xlsx").Want(t, 404) // no such form
		h.Get(t, village, "/import-forms/household.xlsx").Want(t, 403)
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
		sent := h.Send(t, office, "/imports", "filled.xlsx", filled.String(), "source", "base", "day", "2014-06-30").Location()
		path := h.tried(t, sent)
		h.Get(t, office, path).Want(t, 200, "1 rows = 1 created").Without(t, "Explanations")
	})
}

func TestAFileOfAnOlderEncodingIsReadAndAFileThatIsNotWantedIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text, err := simplifiedchinese.GB18030.NewEncoder().String("key;area;备注\nh1;11001001;张三\n")
		if err != nil {
			t.Fatal(err)
		}
		sent := h.Send(t, office, "/imports", "old.csv", text, "source", "base", "day", "2014-06-30").Location()
		shown := h.Get(t, office, sent).Want(t, 200, "备注", "Leave this file out")
		path, _, _ := strings.Cut(sent, "?")
		h.Post(t, office, path+"/leave-out", "ver", "9").Want(t, 412) // a stale version
		h.Post(t, office, path+"/leave-out", "ver", hidden(t, shown.Body, "ver")).Want(t, 303)
		h.Get(t, office, path).Want(t, 200, "left out").Without(t, "Leave this file out")
		h.Post(t, office, path+"/leave-out", "ver", "2").Want(t, 409)
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
		path := h.tried(t, h.Send(t, office, "/imports", "f.xlsx", out.String(), "source", "base", "day", "2014-06-30").Location())
		h.Get(t, office, path).Want(t, 200, "a formula; only the value stored with it is read", "0 rejected")
		h.Send(t, office, "/imports", "bomb.xlsx", bomb(t), "source", "base").Want(t, http.StatusRequestEntityTooLarge)
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
