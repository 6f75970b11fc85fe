package cases

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/policies"
	"rightkey/test/browser"
	"rightkey/test/stand"
)

// desk is a county whose cases somebody takes further in a browser.
type desk struct {
	*county
	chromium *browser.Browser
	tab      *browser.Page
	server   *httptest.Server
	name     string // of its pictures
	board    string // path of the picture of a board
	looked   int
}

// sit puts up a desk under the shipped pack that matches a pattern.
func sit(t *testing.T, pattern, name string) *desk {
	t.Helper()
	return sitUnder(t, policies.Files, shipped(t, pattern), name)
}

// sitUnder puts up a desk under the pack in a folder of files.
func sitUnder(t *testing.T, files fs.FS, folder, name string) *desk {
	t.Helper()
	d := &desk{chromium: browser.Start(t), county: open(t, stand.New(t, storetest.SQLite(t), widths(t, folder)), files, folder), name: name}
	d.server = httptest.NewServer(d.pages.Server)
	t.Cleanup(d.server.Close)
	d.tab = d.chromium.Page(t, browser.View{Width: 1280, Languages: "en"})
	d.board = filepath.Join(t.TempDir(), "board.png")
	if err := os.WriteFile(d.board, board(), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// visit opens a page as somebody.
func (d *desk) visit(account int64, path string) {
	d.t.Helper()
	d.pages.Browse(account)
	if status := d.tab.Open(d.server.URL + path); status != 200 {
		d.t.Fatalf("%s as %d: status %d", path, account, status)
	}
}

// press presses a button that leads on.
func (d *desk) press(selector string) {
	d.t.Helper()
	if status := d.tab.Follow(selector); status != 200 {
		d.tab.Screenshot("failed")
		d.t.Fatalf("%s at %s: status %d: %s", selector, d.tab.Location(), status, d.tab.Text("main"))
	}
}

// look keeps a picture of the page as it stands and checks that everybody can use it.
func (d *desk) look(name string) {
	d.t.Helper()
	d.looked++
	d.tab.Screenshot(fmt.Sprintf("case-%s-%02d-%s", d.name, d.looked, name))
	d.tab.Axe()
}

// applied opens a case on the page of a household and returns its number.
func (d *desk) applied(household, procedure string) int64 {
	d.t.Helper()
	d.visit(official, "/households/"+household)
	d.look("household")
	d.press(fmt.Sprintf("form:has(input[name=procedure][value=%s]) button", procedure))
	id, err := strconv.ParseInt(d.tab.Location()[strings.LastIndex(d.tab.Location(), "/")+1:], 10, 64)
	if err != nil {
		d.t.Fatalf("the new case is at %s", d.tab.Location())
	}
	d.look("application")
	return id
}

// form is the form of a step on the page of a case.
func form(step string) string { return fmt.Sprintf("form:has(input[name=transition][value=%s])", step) }

// does takes a step on the page of a case, with all papers that it asks for.
func (d *desk) does(account, id int64, step string) {
	d.t.Helper()
	d.visit(account, fmt.Sprint("/cases/", id))
	form := form(step)
	asked := browser.Eval[[]string](d.tab, fmt.Sprintf(`[...document.querySelectorAll(%q + " input[name^='evidence.']")].map(e => e.id)`, form))
	for _, field := range asked {
		d.tab.Type("#"+field, "folder 3, sheet "+strconv.Itoa(len(field)))
	}
	d.press(form + " button")
}

// together opens the list of the cases in a state as somebody.
func (d *desk) together(account int64, procedure, state string) {
	d.t.Helper()
	d.visit(account, "/cases?procedure="+procedure+"&state="+state)
}

// meets holds the meeting of the cases in a state, on the page for the wall.
func (d *desk) meets(procedure, state string, ids ...int64) int64 {
	d.t.Helper()
	d.together(official, procedure, state)
	d.press("form[action='/cases/meet'] button")
	at := d.tab.Location()
	id, err := strconv.ParseInt(at[strings.LastIndex(at, "/")+1:], 10, 64)
	if err != nil {
		d.t.Fatalf("the meeting is at %s", at)
	}
	d.tab.Look(browser.View{Width: 1920, Height: 1080, Languages: "en"})
	d.look("meeting-wall")
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})
	for _, one := range ids {
		for name, n := range map[string]string{"for": "27", "against": "1", "abstain": "2"} {
			d.tab.Type(fmt.Sprintf("#field-%s-%d", name, one), n)
		}
	}
	d.tab.Type("#field-eligible", "40")
	d.tab.Type("#field-present", "30")
	d.tab.Type("#field-minutes", "The village clerk read each file aloud. Three spoke for the household, nobody against.")
	d.tab.Upload("#field-photo", d.board)
	d.press("form.ballots button[type=submit]")
	d.look("meeting")
	return id
}

// hangs puts the cases in a state on a board, with its photo.
func (d *desk) hangs(account int64, procedure, state string) string {
	d.t.Helper()
	d.together(account, procedure, state)
	d.press("form[action='/cases/post'] button")
	at := d.tab.Location()
	d.tab.Upload("#field-photo", d.board)
	d.press("form[action$='/hang'] button")
	d.look("notice")
	return at[strings.LastIndex(at, "/")+1:]
}

// earned gives a household wages of a year.
func (c *county) earned(number string, year int, minor int64) {
	c.t.Helper()
	id, _ := registry.ParseNumber(number)
	found, err := c.Registry.Found(c.t.Context(), c.Scope(c.t, office, "household.read"), []int64{id})
	if err != nil || len(found) != 1 {
		c.t.Fatal(err)
	}
	err = c.Raw.Tx(c.t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(c.t.Context(), "INSERT INTO entry (home, id, household, person, subject, class, source, from_day, to_day, minor, currency, origin) VALUES ($1, $2, $3, 0, 'income', 'wage', '', $4, $5, $6, $7, '')",
			found[0].Home, id+1_000_000+int64(year), id, int64(clock.Date(year, 1, 1)), int64(clock.Date(year, 12, 31)), minor, c.Pack.Currency)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// seen checks a page in each language of the program, on a phone and on a wide screen.
func (d *desk) seen(account int64, pages map[string]string) {
	d.t.Helper()
	d.pages.Browse(account)
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1920} {
			d.tab.Look(browser.View{Width: width, Languages: lang})
			for name, path := range pages {
				if status := d.tab.Open(d.server.URL + path); status != 200 {
					d.t.Errorf("%s: status %d", path, status)
				}
				d.tab.Screenshot(fmt.Sprintf("case-%s-%s-%s-%d", d.name, name, lang, width))
				d.tab.Axe()
				d.tab.Legible()
			}
		}
	}
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

// printed checks that a document has as many pages of paper as it has sheets.
func (d *desk) printed(name, path string) {
	d.t.Helper()
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})
	d.tab.Open(d.server.URL + path)
	d.tab.Screenshot("case-" + d.name + "-paper-" + name)
	sheets := browser.Eval[int](d.tab, `document.querySelectorAll(".sheet").length`)
	file := d.tab.PDF()
	if folder := os.Getenv("RIGHTKEY_SCREENSHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "case-"+d.name+"-"+name+".pdf"), file, 0o644); err != nil {
			d.t.Log(err)
		}
	}
	if n := len(pdfPage.FindAll(file, -1)); n != sheets || sheets == 0 || !bytes.HasPrefix(file, []byte("%PDF")) {
		d.t.Errorf("%s: %d pages of paper, %d sheets", name, n, sheets)
	}
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})
}

func TestACaseIsTakenFromApplicationToAnnouncementInTheBrowser(t *testing.T) {
	d := sit(t, graded, "graded")
	number := d.household("a", 2, "group_name", "Upper group")
	d.earned(number, 2013, 540_000)
	d.Judge(t, identify.RunArgs{Day: clock.Date(2013, 12, 31)})
	id := d.applied(number, "identification")
	d.does(official, id, "submit")
	d.does(official, id, "visit")
	d.does(colleague, id, "visit")
	d.does(office, id, "match")
	meeting := d.meets("identification", "meeting", id)
	notice := d.hangs(official, "identification", "notice_village")
	d.days(5) // the whole has used up some of its days
	c, err := d.Cases.Notice(t.Context(), d.Scope(t, office, "case.read"), number64(t, notice))
	if err != nil {
		t.Fatal(err)
	}
	d.seen(official, map[string]string{"inbox": "/cases?all=1", "inbox-mine": "/cases", "case": fmt.Sprint("/cases/", id), "meeting-closed": fmt.Sprint("/sittings/", meeting), "board": "/notices/" + notice, "public": "/n/" + c.Token})
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})
	d.days(2)
	d.does(official, id, "close_village")
	d.does(clerk, id, "review")
	d.hangs(clerk, "identification", "notice_township")
	d.days(7)
	d.does(clerk, id, "close_township")
	d.does(second, id, "approve")
	d.does(clerk, id, "announce")
	d.look("announced")
	if d.status(number) != "poor" {
		t.Errorf("the household is %s", d.status(number))
	}
	d.pages.Browse(office)
	d.printed("notice", "/notices/"+notice+"/paper")
	d.printed("minutes", fmt.Sprint("/sittings/", meeting, "/paper"))
	letter := fmt.Sprint("/cases/", id, "/letter")
	d.printed("letter", letter)
	d.seen(office, map[string]string{"letter": letter})
	d.tab.Look(browser.View{Width: 1280, Languages: "en"})
	d.visit(office, letter)
	for _, part := range []string{number, "Ana Benu", i18n.T("en", "identify.letter.why"), "2,736"} {
		if text := d.tab.Text("main"); !strings.Contains(text, part) {
			t.Errorf("the letter does not say %q:\n%s", part, text)
		}
	}
}

func number64(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestACaseWithLevelsAndACardIsTakenToItsApprovalInTheBrowser(t *testing.T) {
	d := sit(t, levelled, "levelled")
	number := d.household("a", 4, poorest...)
	d.Judge(t, identify.RunArgs{Day: d.today()})
	id := d.applied(number, "identification")
	d.does(official, id, "submit")
	d.does(official, id, "visit")
	d.meets("identification", "meeting", id)
	notice := d.hangs(official, "identification", "display")
	d.days(3)
	d.visit(clerk, "/notices/"+notice) // somebody comes to the office
	d.tab.Type("#field-line", "1")
	d.tab.Type("#field-text", "A relative of the chief.")
	d.press("form[action$='/object'] button")
	d.does(clerk, id, "investigate")
	d.file(clerk, id)
	if d.offered("dismiss") {
		t.Error("who looked into an objection may dismiss it")
	}
	d.file(office, id)
	d.says("A relative of the chief.")
	d.look("objected")
	d.does(office, id, "dismiss")
	d.days(4)
	d.does(official, id, "close")
	d.does(clerk, id, "review")
	d.does(office, id, "approve")
	d.look("approved")
	if d.status(number) != "level_1" {
		t.Errorf("the household is %s", d.status(number))
	}
	d.visit(office, "/households/"+number)
	d.says(i18n.Day("en", d.today().AddYears(3)), "Poor Level 1")
	d.look("household-with-card")
	d.seen(office, map[string]string{"household": "/households/" + number, "case": fmt.Sprint("/cases/", id)})
	d.pages.Browse(office)
	d.printed("notice", "/notices/"+notice+"/paper")
	for _, lang := range d.Pack.Languages {
		d.printed("letter-"+string(lang), fmt.Sprint("/cases/", id, "/letter?lang=", lang))
	}
	if f, err := d.Cases.Case(t.Context(), d.Scope(t, office, "case.read"), id); err != nil || f.Ended == 0 {
		t.Errorf("the case is %+v (%v)", f, err)
	}
}
