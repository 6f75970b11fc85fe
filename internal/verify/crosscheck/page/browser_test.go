package page_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/store/storetest"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// A2 by hand: the county gives a list, the village explains, the county takes the explanation over.
func TestALeadIsFollowedInTheBrowserAndItsPagesAreAccessible(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	pages := open(t, r)
	server := httptest.NewServer(pages.Server)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "ships.csv")
	if err := os.WriteFile(file, []byte(ship+"s2,,,,cutter,1,2013-01-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tab := chromium.Page(t, browser.View{Width: 1280, Languages: "en"})
	tab.Open(server.URL + "/checks")
	tab.Choose("#field-list-rule", "C01")
	tab.Type("#field-list-area", "11001")
	tab.Type("#field-list-basis", "letter 7")
	tab.Upload("#field-list-file", file)
	tab.Follow("form[action='/checks'] button[type=submit]")
	r.Settle(t)
	list := strings.TrimPrefix(tab.Location(), server.URL)
	tab.Open(server.URL + "/leads")
	tab.Follow("main table.data tbody a")
	lead := strings.TrimPrefix(tab.Location(), server.URL)
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			look := chromium.Page(t, browser.View{Width: width, Languages: lang})
			for name, path := range map[string]string{"leads": "/leads", "lead": lead, "lists": "/checks", "list": list, "report": "/leads/report"} {
				if status := look.Open(server.URL + path); status != 200 {
					t.Errorf("%s: status %d", path, status)
				}
				look.Screenshot(fmt.Sprintf("crosscheck-%s-%s-%d", name, lang, width))
				look.Axe()
			}
		}
	}
	pages.Browse(register.Village)
	tab.Open(server.URL + lead)
	tab.Choose("#field-explain-explanation", "livelihood")
	tab.Type("#field-explain-evidence", "licence of a carrier")
	tab.Follow("form[action$='/explain'] button[type=submit]")
	pages.Browse(register.County)
	tab.Open(server.URL + lead)
	tab.Choose("#field-act-act", "waived")
	tab.Follow("form[action$='/act'] button[type=submit]")
	tab.Open(server.URL + "/leads/report")
	if text := tab.Text("main"); !strings.Contains(text, "licence of a carrier") || !strings.Contains(text, "The hearth keeps its standing") {
		t.Errorf("the report says %q", text)
	}
}
