package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/office"
)

// programFiles calls look with each file of Go that is part of the program, not of its tests.
func programFiles(t *testing.T, look func(path, text string)) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "test" || entry.Name() == "testdata" || (strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		seen++
		look(filepath.ToSlash(strings.TrimPrefix(path, "../../")), string(text))
		return err
	})
	if err != nil || seen < 100 {
		t.Fatalf("%d files: %v", seen, err)
	}
}

// TestWeakHashesServeForOneTimeCodesAndBreachListsOnly is ASVS 11.4.1.
func TestWeakHashesServeForOneTimeCodesAndBreachListsOnly(t *testing.T) {
	allowed := map[string]string{"internal/crypt/breached.go": "crypto/sha1"} // the lists' own choice; RFC 6238 is the library's
	programFiles(t, func(path, text string) {
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if slices.Contains([]string{"crypto/md5", "crypto/sha1", "crypto/des", "crypto/rc4", "crypto/dsa", "golang.org/x/crypto/md4", "golang.org/x/crypto/ripemd160"}, name) && allowed[path] != name {
				t.Errorf("%s uses %s", path, name)
			}
			if strings.HasPrefix(name, "math/rand") && (strings.HasPrefix(path, "internal/crypt") || strings.HasPrefix(path, "internal/office") || strings.HasPrefix(path, "internal/journal")) {
				t.Errorf("%s uses %s where nothing may be guessed", path, name)
			}
		}
	})
}

// TestNoClientOfOursSkipsTheCheckOfCertificates is ASVS 12.3.2.
func TestNoClientOfOursSkipsTheCheckOfCertificates(t *testing.T) {
	programFiles(t, func(path, text string) {
		for _, bad := range []string{"InsecureSkipVerify", "VerifyPeerCertificate", "tls.VersionTLS10", "tls.VersionTLS11", "tls.VersionSSL"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %s", path, bad)
			}
		}
	})
}

// TestNothingOutsideIsAskedButWhatTheOperatorNames is ASVS 13.2.4 and 13.2.5: the program opens connections in two
// places, to the identity provider and to the virus scanner of the configuration, and starts no other program.
func TestNothingOutsideIsAskedButWhatTheOperatorNames(t *testing.T) {
	asks := regexp.MustCompile(`net\.Dial|DialContext\(|http\.Client\{|http\.Get\(|http\.Post|http\.Head\(|DefaultClient|exec\.Command|smtp\.`)
	known := []string{"internal/office/oidc.go", "internal/registry/upload/scanner.go"}
	var found []string
	programFiles(t, func(path, text string) {
		if asks.MatchString(text) && !strings.HasPrefix(path, "scripts/") {
			found = append(found, path)
		}
	})
	slices.Sort(found)
	if !slices.Equal(found, known) {
		t.Errorf("connections are opened in %v, want %v: say in docs/SECURITY.md to whom", found, known)
	}
}

// TestDownloadsAreNamedByTheProgram is ASVS 5.4.1 and 5.4.2: every file name in a header is put together from words and
// numbers of the program; none from what somebody sent.
func TestDownloadsAreNamedByTheProgram(t *testing.T) {
	named := regexp.MustCompile(`(?m)^.*(?:"Content-Disposition"|ContentDisposition: ).*$`)
	seen := 0
	programFiles(t, func(path, text string) {
		for _, line := range named.FindAllString(text, -1) {
			if strings.Contains(line, "header:") {
				continue
			}
			seen++
			if !strings.Contains(line, "attachment") {
				t.Errorf("%s shows a file in place: %s", path, line)
			}
			for _, sent := range []string{"FileName", "Filename()", "Query()", "FormValue", "PostForm", ".Title", ".Name +", "Label"} {
				if strings.Contains(line, sent) {
					t.Errorf("%s names a file by what was sent: %s", path, line)
				}
			}
		}
	})
	if seen < 5 {
		t.Errorf("%d downloads", seen)
	}
}

// TestEveryPageOffersToSignOut is ASVS 7.4.4.
func TestEveryPageOffersToSignOut(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	for _, more := range moreCases {
		more(m)
	}
	pages := 0
	for _, r := range m.pages.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		body, status := m.ask(t, "far", r.Method, m.address(r.Pattern), leakCase{})
		if status != http.StatusOK || !strings.Contains(body, "<html") || r.Pattern == "/login" {
			continue
		}
		pages++
		sheet := strings.Contains(r.Pattern, "handbook") || strings.HasSuffix(r.Pattern, "/letter") || strings.HasSuffix(r.Pattern, "/paper") || strings.HasSuffix(r.Pattern, "/report")
		kept := strings.HasPrefix(r.Pattern, "/field/") // the browser keeps it, so that it names no reader
		if !strings.Contains(body, `action="/logout"`) && !sheet && !kept && !strings.Contains(r.Pattern, "/verify/") && r.Pattern != "/activate" && r.Pattern != "/login/code" {
			t.Errorf("%s has no way to sign out", r.Pattern)
		}
	}
	if pages < 20 {
		t.Errorf("%d pages", pages)
	}
}

// TestValuesOfAFormAreTakenFromItsBodyAlone is ASVS 15.3.7: what stands in the address neither fills in nor overrides
// what a form sends, and a value that comes twice is one of the two, never more than both.
func TestValuesOfAFormAreTakenFromItsBodyAlone(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	for _, more := range moreCases {
		more(m)
	}
	path := "/approvals/" + m.ids["{approval}"] + "/withdraw"
	if _, status := m.ask(t, "far", http.MethodPost, path, leakCase{form: url.Values{"x": {""}}, query: "ver=1"}); status < 400 {
		t.Errorf("the version in the address is taken: status %d", status)
	}
	far := m.callerOf(t, t.Context(), "far")
	asked := approvalAsked(t, m, far)
	for _, query := range []string{"area=11&area=12", "area=12&area=11"} {
		if body, _ := m.ask(t, "near", http.MethodGet, "/households", leakCase{query: query}); m.found(body, "", leakCase{query: query}) != "" {
			t.Errorf("%s shows the other county", query)
		}
		if body, _ := m.ask(t, "near", http.MethodGet, "/api/v1/households", leakCase{query: query}); m.found(body, "", leakCase{query: query}) != "" {
			t.Errorf("%s by API shows the other county", query)
		}
	}
	if _, status := m.ask(t, "far", http.MethodPost, path, leakCase{form: url.Values{"ver": {fmt.Sprint(asked.Ver)}}}); status != http.StatusSeeOther {
		t.Errorf("the version in the body: status %d", status)
	}
}

// approvalAsked is the matrix's own request among those that the caller sees.
func approvalAsked(t *testing.T, m *matrix, caller access.Caller) office.Approval {
	t.Helper()
	list, err := m.h.approvals.List(t.Context(), caller, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if fmt.Sprint(a.ID) == m.ids["{approval}"] && a.State == office.Asked {
			return a
		}
	}
	t.Fatalf("%d requests, none of them the matrix's that is open", len(list))
	return office.Approval{}
}
