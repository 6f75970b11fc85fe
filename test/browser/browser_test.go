package browser_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rightkey/test/browser"
)

// recorder is a test that notes its failures instead of failing.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestWhatIsWrongWithAPageIsFound(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>x</title><body><img src="/a.png">
			<p style="color:#bbb;background:#fff">pale</p><div style="width:3000px">wide</div>`)
	}))
	defer site.Close()
	noted := &recorder{TB: t}
	page := browser.Start(t).Page(noted, browser.View{Width: 360})
	if status := page.Open(site.URL); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	page.Axe()
	found := strings.Join(noted.failures, "\n")
	for _, want := range []string{"color-contrast", "image-alt", "wider than the screen"} {
		if !strings.Contains(found, want) {
			t.Errorf("%q was not found, only\n%s", want, found)
		}
	}
	if complaints := strings.Join(page.Complaints(), "\n"); !strings.Contains(complaints, "Content Security Policy") {
		t.Errorf("the refused image was not noticed, only %q", complaints)
	}
	page.Allow("")
}
