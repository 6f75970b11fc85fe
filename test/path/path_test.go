package path

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/store/storetest"
	"rightkey/test/browser"
	"rightkey/test/register"
)

const (
	passphrase = "correct horse battery staple"
	// households is how many of the survey's households are brought in; one of them has an amount in powers of ten.
	households = 1400
)

func TestAnOfficeFindsOutWhoIsPoor(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { walk(t, "", "en", 1280) })
	t.Run("postgres", func(t *testing.T) { walk(t, storetest.PostgresURL(t), "zh", 360) })
}

// walker is somebody at a screen on the way.
type walker struct {
	*browser.Page
	t       *testing.T
	address string
	name    string
	lang    i18n.Lang
	width   int64
}

// way is a walk over the pages of one installation.
type way struct {
	t        *testing.T
	program  *installed
	chromium *browser.Browser
	lang     i18n.Lang
	width    int64
}

func (w *way) walker(name string) *walker {
	w.t.Helper()
	page := w.chromium.Page(w.t, browser.View{Width: w.width, Languages: string(w.lang)})
	return &walker{Page: page, t: w.t, address: w.program.address, name: name, lang: w.lang, width: w.width}
}

// go to a page by its address.
func (w *walker) visit(path string) {
	w.t.Helper()
	if status := w.Open(w.address + path); status != 200 {
		w.t.Fatalf("%s at %s: status %d", w.name, path, status)
	}
}

// press presses a button or link that leads on.
func (w *walker) press(selector string) {
	w.t.Helper()
	if status := w.Follow(selector); status != 200 {
		w.Screenshot("failed")
		w.t.Fatalf("%s pressed %s at %s: status %d: %s", w.name, selector, w.Location(), status, w.Text("main"))
	}
}

// look checks the page as it stands: what it says, and whether everybody can use it.
func (w *walker) look(name string, says ...string) {
	w.t.Helper()
	text := w.Text("main")
	for _, words := range says {
		if !strings.Contains(text, words) {
			w.t.Errorf("%s: the page does not say %q:\n%s", name, words, text)
		}
	}
	w.Screenshot(fmt.Sprintf("path-%s-%s-%d", name, w.lang, w.width))
	w.Axe()
}

// word is a message in the walker's language.
func (w *walker) word(key string, arguments ...any) string { return i18n.T(w.lang, key, arguments...) }

// activate follows an activation and chooses a password.
func (w *walker) activate(path string) {
	w.t.Helper()
	w.visit(path)
	w.look("activate-" + w.name)
	w.Type("#field-password", passphrase)
	w.Type("#field-again", passphrase)
	w.press("main form[action='/activate'] button[type=submit]")
	w.look("welcome-"+w.name, w.word("office.done.activated"))
}

func walk(t *testing.T, database string, lang i18n.Lang, width int64) {
	survey := register.OpenSurvey(t)
	chromium := browser.Start(t)
	program, activation := install(t, survey.Pack, database)
	program.serve()
	w := &way{t: t, program: program, chromium: chromium, lang: lang, width: width}

	admin := w.walker("admin")
	admin.activate(activation)
	admin.signInAgain("admin")
	admin.loadAreas(survey.AreasCSV)
	admin.readPack(survey.Pack)
	file, province := part(t, survey)
	county := w.invited(admin, "county", "county-office", province+"-1-1")
	clerk := w.invited(admin, "clerk", "township-clerk", province+"-1-1-1")

	county.importSurvey(file)
	number := county.findHousehold()
	county.identify()
	county.export(number)
	county.whyPoor(number)
	clerk.propose(number)
	county.approve(number)
}

// signInAgain signs out and in.
func (w *walker) signInAgain(login string) {
	w.t.Helper()
	w.visit("/login")
	browser.Await[bool](w.Page, `fetch("/logout", {method: "POST"}).then(r => r.ok)`)
	w.visit("/login?next=/areas")
	w.look("login")
	w.Type("#field-login", login)
	w.Type("#field-password", passphrase)
	w.press("main form[action='/login'] button[type=submit]")
	w.look("areas-empty")
}

// loadAreas has a file of areas checked and loaded.
func (w *walker) loadAreas(text string) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "areas.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.visit("/areas/load")
	w.look("areas-load")
	w.Upload("#field-file", file)
	w.press("main form button[type=submit]")
	load := "main form[action^='/areas/load/'] button"
	w.Wait(load)
	w.look("areas-checked", w.word("office.areas.checked"), i18n.Number(w.lang, int64(strings.Count(text, "\n")-1)))
	w.press(load)
	w.Wait("main .notice a[href='/areas']")
	w.look("areas-loaded", w.word("office.areas.loaded"))
	w.visit("/areas")
	w.look("areas")
}

// readPack opens the pack in use: every value with its source, the unconfirmed ones marked.
func (w *walker) readPack(id string) {
	w.t.Helper()
	w.visit("/packs")
	w.look("packs", w.word("office.packs.in_use"), id)
	w.press("main tr.linked a")
	w.look("pack", w.word("common.unconfirmed"), "3,250", w.word("office.packs.lines"))
}

// invited has the administrator invite somebody, who activates the account on a screen of their own.
func (w *way) invited(admin *walker, login, role, area string) *walker {
	w.t.Helper()
	admin.visit("/accounts/new")
	admin.look("invite")
	admin.Type("#field-login", login)
	admin.Type("#field-name", "Name of "+login)
	admin.Choose("#field-role", role)
	admin.Type("#field-area", area)
	admin.press("main form[action='/accounts'] button[type=submit]")
	code := admin.Text("main output code")
	admin.look("invited")
	somebody := w.walker(login)
	somebody.activate("/activate?code=" + code)
	return somebody
}

// part writes the first households of the survey as a file of the columns that matter, and says of which province.
func part(t *testing.T, survey register.Survey) (file, province string) {
	t.Helper()
	in := survey.Reader(t, households)
	header := []string{"hhcode", "province", "region", "psu", "rooms", "hhsize", "ae", "exp_year"}
	at := make([]int, len(header))
	for i, column := range header {
		at[i] = slices.Index(in.Header(), column)
	}
	file = filepath.Join(t.TempDir(), "survey.csv")
	to, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	out := csv.NewWriter(to)
	if err := out.Write(header); err != nil {
		t.Fatal(err)
	}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(header))
		for i := range at {
			cells[i] = row.Cells[at[i]]
		}
		province = cells[1]
		if err := out.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		t.Fatal(err)
	}
	return file, province
}

// importSurvey maps the columns of the survey, tries all rows and applies the right ones.
func (w *walker) importSurvey(file string) {
	w.t.Helper()
	w.visit("/imports/new")
	w.look("import-new")
	w.Type("#field-source", "survey-2015")
	browser.Eval[string](w.Page, `document.querySelector("#field-day").value = "2015-12-31"`)
	w.Upload("#field-file", file)
	w.press("main form[action='/imports'] button[type=submit]")
	w.Choose("#field-map-key", "hhcode")
	w.Choose("#field-map-area", "psu")
	for column, target := range map[string]string{"2": "region", "4": "dwelling.rooms", "5": "survey_members", "6": "survey_adults", "7": "survey_consumption"} {
		w.Choose("#field-map-column-"+column, target)
	}
	w.look("import-columns", w.word("registry.import.map.title"))
	w.press("main form[action$='/check'] button.btn-primary")
	apply := "main form[action$='/apply'] button"
	w.Wait(apply)
	w.look("import-checked", w.word("registry.import.dry_title"), "exp_year", i18n.Number(w.lang, households-1))
	w.visit("/households")
	w.look("households-none")
	w.visit("/imports")
	w.press("main tr.linked a")
	w.Click("input[name=on_error][value=skip]")
	w.press(apply)
	w.Wait("main a[href='/households']")
	w.look("import-done", w.word("registry.import.done_title"), i18n.Number(w.lang, households-1))
}

// findHousehold opens the first household of the list and returns its number.
func (w *walker) findHousehold() string {
	w.t.Helper()
	w.visit("/households")
	w.look("households", i18n.Number(w.lang, households-1))
	number := w.Text("main tr.linked a")
	w.press("main tr.linked a")
	w.look("household", number)
	return number
}

// identify judges the county's households and reads the headcount.
func (w *walker) identify() {
	w.t.Helper()
	w.visit("/identify")
	w.look("identify", w.word("identify.new.start"))
	browser.Eval[string](w.Page, `document.querySelector("#field-day").value = "2015-12-31"`)
	w.press("main form[action='/identify'] button[type=submit]")
	w.WaitGone("#run-progress")
	w.Wait("main table.data")
	w.look("headcount", i18n.Number(w.lang, households-1), w.word("common.unconfirmed"), "3,250", w.word("identify.run.no_status"))
	w.press("main .bars a")
	w.look("headcount-area")
	w.press("main .stat a[href*='verdict=poor']")
	w.look("verdicts", w.word("identify.verdict.poor"))
}

// export downloads the verdicts: one row a household, with its reason.
func (w *walker) export(number string) {
	w.t.Helper()
	w.visit("/identify")
	w.press("main tr.linked a")
	text := browser.Await[string](w.Page, `fetch(document.querySelector("main a[href*='/export']").href).then(r => r.text())`)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != households {
		w.t.Fatalf("the export has %d rows, want %d households and a head (%v)", len(rows), households-1, err)
	}
	verdict, reason, line := slices.Index(rows[0], "verdict"), slices.Index(rows[0], "reason"), slices.Index(rows[0], "line")
	counted := map[string]int{}
	found := false
	for _, row := range rows[1:] {
		counted[row[verdict]]++
		found = found || row[0] == number
		if row[reason] == "" || row[line] != "3250.00" {
			w.t.Fatalf("exported %v", row)
		}
	}
	if !found || counted["poor"] == 0 || counted["not_poor"] == 0 || counted["unknown"] != 0 {
		w.t.Errorf("exported %v; the household %s is among them: %v", counted, number, found)
	}
}

// whyPoor reads on the household's page why it was found poor or not.
func (w *walker) whyPoor(number string) {
	w.t.Helper()
	w.visit("/households/" + number)
	w.look("why", w.word("identify.panel.title"), "3,250")
}

// propose proposes another amount of consumption, which is protected.
func (w *walker) propose(number string) {
	w.t.Helper()
	w.visit("/households/" + number + "/change?section=survey")
	w.look("change")
	w.Type("[name='f.survey_consumption']", "123456")
	w.Type("[name=reason]", "visited again")
	w.press("main form[action$='/change'] button[type=submit]")
	w.look("change-waits")
	w.visit("/changes")
	w.look("changes-of-clerk")
}

// approve approves the change as the second person.
func (w *walker) approve(number string) {
	w.t.Helper()
	w.visit("/households/" + number)
	if text := w.Text("main"); strings.Contains(text, "123,456") {
		w.t.Error("the protected value changed before anybody agreed")
	}
	w.visit("/changes")
	w.press("main tr.linked a")
	w.look("review", "123,456")
	w.press("main form[action$='/approve'] button[type=submit]")
	w.visit("/households/" + number)
	w.look("approved", "123,456")
	if _, err := strconv.ParseInt(number, 10, 64); err != nil {
		w.t.Errorf("the number %q is none", number)
	}
}
