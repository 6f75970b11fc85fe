package page_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/test/visitor"
)

// exportReady waits until the page of an export offers the file.
func (h *house) exportReady(t *testing.T, account int64, path string) visitor.Answer {
	t.Helper()
	for range 2000 {
		if shown := h.Get(t, account, path).Want(t, 200); strings.Contains(shown.Body, path+"/file") {
			return shown
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the export did not end")
	return visitor.Answer{}
}

func TestAnExportIsAskedForMadeAndDownloadedByWhoAskedOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		h.Get(t, office, "/exports").Want(t, 200, "You have exported nothing yet")
		h.Get(t, clerk, "/exports/new").Want(t, 403)
		h.Get(t, office, "/exports/new?colour=red").Want(t, 400)
		h.Get(t, office, "/exports/new?status=stranded").Want(t, 200, "2 households with 3 persons are selected", "Stranded", `name="purpose"`)
		h.Post(t, office, "/exports?status=stranded", "subject", "household", "format", "csv").Want(t, 400, "Choose a purpose", "Say what the file is needed for")
		asked := h.Post(t, office, "/exports?status=stranded", "subject", "household", "format", "csv", "purpose", "review", "reason", "yearly comparison").Want(t, 303).Location()
		h.exportReady(t, office, asked).Want(t, 200, "yearly comparison", "Only you can download it")
		file := h.Get(t, office, asked+"/file").Want(t, 200)
		lines := strings.Split(strings.TrimSpace(file.Body), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[0], "number,area,year,version,status,") || !strings.Contains(file.Body, "\n"+reef.Number+",11001001") {
			t.Errorf("file %q", lines)
		}
		if !strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") || strings.Contains(file.Body, "Ana") {
			t.Errorf("header %v", file.Header)
		}
		for kind, want := range map[string]int{"export.begun": 1, "household.exported": 1, "export.downloaded": 1} {
			if n := h.events(t, kind); n != want {
				t.Errorf("%d events %s, want %d", n, kind, want)
			}
		}
		for _, path := range []string{asked, asked + "/file", asked + "/progress"} {
			h.Get(t, second, path).Want(t, 404)
		}
		h.Post(t, second, asked+"/make", "ver", "1").Want(t, 404) // somebody else makes it
		h.Get(t, office, "/exports").Want(t, 200, "Households · csv", "ready")
		south := h.Post(t, south, "/exports", "subject", "household", "format", "xlsx", "purpose", "review", "reason", "x").Want(t, 303).Location()
		if strings.Contains(h.exportReady(t, 7, south).Body, "3 households") {
			t.Error("a household out of scope is counted")
		}
	})
}

func TestAFileWithSpecialFieldsWaitsForASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		asked := h.Post(t, office, "/exports?area=11", "subject", "person", "format", "csv", "purpose", "verification", "reason", "visits", "special", "yes").Want(t, 303).Location()
		shown := h.Get(t, office, asked).Want(t, 200, "The file waits for a second person", "Make the file now", "/approvals/")
		ver := hidden(t, shown.Body, "ver")
		h.Post(t, office, asked+"/make", "ver", ver).Want(t, 403)
		_, id, _ := strings.Cut(shown.Body, "/approvals/")
		id, _, _ = strings.Cut(id, `"`)
		approval, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Approvals.Approve(t.Context(), h.accounts[second], approval, 1, ""); err != nil {
			t.Fatal(err)
		}
		h.Post(t, office, asked+"/make", "ver", ver).Want(t, 303)
		h.exportReady(t, office, asked)
		h.Get(t, office, asked+"/file").Want(t, 200, "salt_fever", "Ana Reef").Without(t, "1234567897", "Di Kelp")
	})
}
