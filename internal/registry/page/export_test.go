package page_test

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// exportReady waits until the page of an export offers the file.
func (h *house) exportReady(t *testing.T, account int64, path string) answer {
	t.Helper()
	for range 2000 {
		if shown := h.get(t, account, path).want(t, "export", 200); strings.Contains(shown.body, path+"/file") {
			return shown
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the export did not end")
	return answer{}
}

func TestAnExportIsAskedForMadeAndDownloadedByWhoAskedOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		h.get(t, office, "/exports").want(t, "no exports", 200, "You have exported nothing yet")
		h.get(t, clerk, "/exports/new").want(t, "clerk", 403)
		h.get(t, office, "/exports/new?colour=red").want(t, "unknown filter", 400)
		h.get(t, office, "/exports/new?status=stranded").want(t, "form", 200, "2 households with 3 persons are selected", "Stranded", `name="purpose"`)
		h.post(t, office, "/exports?status=stranded", "subject", "household", "format", "csv").want(t, "without purpose", 400, "Choose a purpose", "Say what the file is needed for")
		asked := h.post(t, office, "/exports?status=stranded", "subject", "household", "format", "csv", "purpose", "review", "reason", "yearly comparison").want(t, "ask", 303).location()
		h.exportReady(t, office, asked).want(t, "ready", 200, "yearly comparison", "Only you can download it")
		file := h.get(t, office, asked+"/file").want(t, "file", 200)
		lines := strings.Split(strings.TrimSpace(file.body), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "number,area,year,version,status,") || !strings.Contains(file.body, "\n"+reef.Number+",11001001") {
			t.Errorf("file %q", lines)
		}
		if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") || strings.Contains(file.body, "Ana") {
			t.Errorf("header %v", file.header)
		}
		for kind, want := range map[string]int{"export.begun": 1, "household.exported": 1, "export.downloaded": 1} {
			if n := h.events(t, kind); n != want {
				t.Errorf("%d events %s, want %d", n, kind, want)
			}
		}
		for _, path := range []string{asked, asked + "/file", asked + "/progress"} {
			h.get(t, second, path).want(t, "somebody else", 404)
		}
		h.post(t, second, asked+"/make", "ver", "1").want(t, "somebody else makes it", 404)
		h.get(t, office, "/exports").want(t, "list", 200, "Households · csv", "ready")
		south := h.post(t, south, "/exports", "subject", "household", "format", "xlsx", "purpose", "review", "reason", "x").want(t, "south", 303).location()
		if strings.Contains(h.exportReady(t, 7, south).body, "3 households") {
			t.Error("a household out of scope is counted")
		}
	})
}

func TestAFileWithSpecialFieldsWaitsForASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		asked := h.post(t, office, "/exports?area=11", "subject", "person", "format", "csv", "purpose", "verification", "reason", "visits", "special", "yes").want(t, "ask", 303).location()
		shown := h.get(t, office, asked).want(t, "waits", 200, "The file waits for a second person", "Make the file now", "/approvals/")
		ver := hidden(t, shown.body, "ver")
		h.post(t, office, asked+"/make", "ver", ver).want(t, "without agreement", 403)
		_, id, _ := strings.Cut(shown.body, "/approvals/")
		id, _, _ = strings.Cut(id, `"`)
		approval, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Approvals.Approve(t.Context(), h.accounts[second], approval, 1, ""); err != nil {
			t.Fatal(err)
		}
		h.post(t, office, asked+"/make", "ver", ver).want(t, "make", 303)
		h.exportReady(t, office, asked)
		h.get(t, office, asked+"/file").want(t, "file", 200, "salt_fever", "Ana Reef").without(t, "file", "1234567897", "Di Kelp")
	})
}
