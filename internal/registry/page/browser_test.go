package page_test

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/store/storetest"
	"rightkey/test/browser"
	"rightkey/test/stand"
)

// site is a register with something of everything, in a browser's reach.
func site(t *testing.T) (*house, *httptest.Server) {
	t.Helper()
	h := open(t, stand.New(t, storetest.SQLite(t), "2-3-3"))
	h.fill(t)
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	return h, server
}

// submit proposes a change of a household's item.
func (h *house) submit(t *testing.T, account int64, source change.Source, area string, ver int64, base, set change.Values) change.Set {
	t.Helper()
	row := h.find(t, area)
	if ver == 0 {
		ver = row.Ver
	}
	result, err := h.Registry.Changes().Submit(t.Context(), h.scope(t, account, access.HouseholdEdit), change.Draft{Source: source, Title: "Boats and nets", Reason: "visit",
		Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: ver, Base: base, Set: set}}})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// stages are imports at each step of the way.
func (h *house) stages(t *testing.T) (uploaded, checked, done string) {
	t.Helper()
	const rows = "key,area,status,drift nets,lamp\nh1,11001001,stranded,4,yes\nn1,11001002,afloat,2,no\nn2,99999999,afloat,2,no\nn3,11001001,sunk,2,maybe\n"
	uploaded = h.Send(t, office, "/imports", "households.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").Location()
	checked = h.Send(t, office, "/imports", "households-2.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").Location()
	checked = h.trial(t, checked)
	done = h.trial(t, h.Send(t, office, "/imports", "households-3.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").Location())
	im := h.wait(t, idOf(t, done))
	h.Post(t, office, done+"/apply", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").Want(t, 303)
	h.wait(t, idOf(t, done))
	return uploaded, checked, done
}

func TestPagesAreAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	h, server := site(t)
	waiting := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated", "drift_nets": int64(5)})
	before := h.find(t, "11001002").Ver
	h.submit(t, clerk, change.Page, "11001002", 0, nil, change.Values{"drift_nets": int64(5)})
	conflict := h.submit(t, clerk, change.Offline, "11001002", before, change.Values{"drift_nets": int64(0)}, change.Values{"drift_nets": int64(7)})
	uploaded, checked, done := h.stages(t)
	reef := "/households/" + h.find(t, "12001001").Number
	first := "/households/" + h.reef(t).Number
	pages := []struct{ name, path string }{
		{"overview", "/"}, {"overview-area", "/?area=11001"}, {"list", "/households"}, {"list-filtered", "/households?area=11&status=stranded&i.household.drift_nets.min=1"}, {"list-empty", "/households?status=refloated"},
		{"household", first}, {"household-poor", reef}, {"choose", first + "/change"}, {"edit", first + "/change?section=boats"}, {"edit-core", first + "/change?section=core"},
		{"place", "/areas/11001001/form"}, {"place-edit", "/areas/11001001/form/change?section=shore"},
		{"changes", "/changes"}, {"change", fmt.Sprint("/changes/", waiting.ID)}, {"conflict", fmt.Sprint("/changes/", conflict.ID)},
		{"imports", "/imports"}, {"import-new", "/imports/new"}, {"import-columns", uploaded}, {"import-checked", checked}, {"import-done", done},
	}
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang})
			for _, p := range pages {
				if status := tab.Open(server.URL + p.path); status != 200 {
					t.Errorf("%s: status %d", p.path, status)
				}
				tab.Screenshot(fmt.Sprintf("%s-%s-%d", p.name, lang, width))
				tab.Axe()
			}
		}
	}
}
