package web_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/web"
)

func TestLanguageAndLightAreRememberedAndThePageIsShownAgain(t *testing.T) {
	s := web.New(web.Options{})
	got := visit(s, "POST", "/preferences", form("lang=zh&next=/list%3Fstatus%3Dpoor"))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/list?status=poor" {
		t.Errorf("status %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	cookie := got.Cookies()[0]
	if cookie.Name != "rightkey-lang" || cookie.Value != "zh" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", cookie)
	}
	again := visit(s, "GET", "/nowhere", header("Accept-Language", "en"), header("Cookie", "rightkey-lang=zh; rightkey-theme=dark"))
	if page := bodyOf(t, again); !strings.Contains(page, `lang="zh"`) || !strings.Contains(page, `data-bs-theme="dark"`) {
		t.Errorf("the choice is not kept:\n%.300s", page)
	}
	if got := visit(s, "POST", "/preferences", form("lang=xx&theme=pink")); len(got.Cookies()) != 1 || got.Cookies()[0].Value != "auto" {
		t.Errorf("unknown choices are kept: %v", got.Cookies())
	}
}

func TestByTLSCookiesAreBoundToTheHost(t *testing.T) {
	s := web.New(web.Options{})
	secure := func(r *http.Request) { r.TLS = &tls.ConnectionState{} }
	cookie := visit(s, "POST", "/preferences", form("theme=dark"), secure).Cookies()[0]
	if cookie.Name != "__Host-theme" || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly {
		t.Errorf("cookie %v", cookie)
	}
	page := bodyOf(t, visit(s, "GET", "/x", secure, header("Cookie", "rightkey-theme=light; __Host-theme=dark")))
	if !strings.Contains(page, `data-bs-theme="dark"`) {
		t.Error("by TLS a cookie without the prefix is believed")
	}
}

func TestAPlaceToGoOnToNeverLeadsElsewhere(t *testing.T) {
	cases := map[string]string{
		"/list?a=b#c":         "/list?a=b#c",
		"":                    "/",
		"list":                "/",
		"//evil.example":      "/",
		"/\\evil.example":     "/",
		"https://evil.test/":  "/",
		"javascript:alert(1)": "/",
		"/a\r\nSet-Cookie: x": "/",
		"/%zz":                "/",
	}
	for next, want := range cases {
		if got := web.LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got := web.LocalPath(rapid.String().Draw(t, "next"))
		if !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.HasPrefix(got, "/\\") {
			t.Fatalf("leads to %q", got)
		}
	})
}
