package main

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/web"
)

func TestOutsideThisMachineNothingIsServedWithoutTLS(t *testing.T) {
	for address, refused := range map[string]bool{"localhost:8080": false, "127.0.0.1:8080": false, "[::1]:8080": false, "0.0.0.0:8080": true, ":8080": true, "register.example:443": true, "192.0.2.7:80": true} {
		config, err := (listening{Listen: address}).tls()
		if (err != nil) != refused || config != nil {
			t.Errorf("%s without a certificate: %v", address, err)
		}
	}
	config, err := (listening{Listen: "0.0.0.0:8080", TLSSelf: true}).tls()
	if err != nil || config == nil || config.MinVersion < tls.VersionTLS12 {
		t.Fatalf("with a certificate of its own: %v, %v", config, err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			_ = c.(*tls.Conn).Handshake()
			c.Close()
		}
	}()
	for version, accepted := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := tls.DialWithDialer(&net.Dialer{}, "tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != accepted {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if c != nil {
			c.Close()
		}
	}
}

func TestByTLSTheBrowserIsToldToComeByTLSOnly(t *testing.T) {
	server := web.New(web.Options{TLS: true})
	for address, want := range map[string]bool{"https://register.example/none": true, "http://localhost/none": false} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if got := strings.Contains(w.Header().Get("Strict-Transport-Security"), "max-age=31536000"); got != want {
			t.Errorf("%s: HSTS %v", address, got)
		}
	}
}

// TestNoAnswerIsSharedWithAnotherOrigin is N50, with the methods that nobody needs.
func TestNoAnswerIsSharedWithAnotherOrigin(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	for _, method := range []string{http.MethodGet, http.MethodOptions, http.MethodTrace} {
		for _, path := range []string{"/households", "/api/v1/households", "/login"} {
			r, err := http.NewRequest(method, m.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", "https://evil.example")
			r.Header.Set("Access-Control-Request-Method", "POST")
			answer, err := m.people["near"].Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			for name := range answer.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s: %s is set", method, path, name)
				}
			}
			if method != http.MethodGet && answer.StatusCode < 400 {
				t.Errorf("%s %s: status %d", method, path, answer.StatusCode)
			}
		}
	}
}

// TestNothingIsKeptForTheBackButtonAfterSigningOut is N54.
func TestNothingIsKeptForTheBackButtonAfterSigningOut(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	number := m.nearHousehold(t)
	for _, path := range []string{"/households/" + number, "/api/v1/households/" + number, "/households", "/me"} {
		body, status := m.ask(t, "near", http.MethodGet, path, leakCase{})
		if status != http.StatusOK || !strings.Contains(body, "Cache-Control: no-store") {
			t.Errorf("%s (status %d) may be kept by the browser", path, status)
		}
	}
	if _, status := m.ask(t, "near", http.MethodPost, "/logout", formCase()); status != http.StatusSeeOther {
		t.Fatalf("sign out: %d", status)
	}
	if body, status := m.ask(t, "near", http.MethodGet, "/households/"+number, leakCase{}); status != http.StatusSeeOther || strings.Contains(body, "Nearby Person") {
		t.Errorf("after signing out: %d", status)
	}
	if _, status := m.ask(t, "near", http.MethodGet, "/api/v1/households/"+number, leakCase{}); status != http.StatusUnauthorized {
		t.Errorf("after signing out by API: %d", status)
	}
}

// TestNobodyApprovesTheirOwnChangeByAnyAccount is N21 and N22.
func TestNobodyApprovesTheirOwnChangeByAnyAccount(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		ctx := t.Context()
		decide := func(c access.Caller) access.Scope {
			s, err := access.Decide(c, access.ChangeDecide)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		near, clerk := m.callerOf(t, ctx, "near"), m.callerOf(t, ctx, "near-clerk")
		sets, err := m.h.changes.List(ctx, decide(near), []change.State{change.Waiting}, change.Position{}, 10)
		if err != nil || len(sets) != 1 {
			t.Fatalf("%v %v", sets, err)
		}
		second := near
		second.Person = clerk.Person // the clerk's other account
		for name, c := range map[string]access.Caller{"who submitted": clerk, "the same person's other account": second} {
			if _, err := m.h.changes.Approve(ctx, decide(c), sets[0].ID, sets[0].Ver, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := m.h.changes.Approve(ctx, decide(near), sets[0].ID, sets[0].Ver, ""); err != nil {
			t.Errorf("another person: %v", err)
		}
	})
}

// TestAFieldThatIsNotOfTheRecordChangesNothing is N12.
func TestAFieldThatIsNotOfTheRecordChangesNothing(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	number := m.nearHousehold(t)
	body := `{"source": "api", "title": "t", "reason": "r", "rows": [{"household": "` + number + `", "base_ver": 1, "set": {"village_id": 12001001}}]}`
	if text, status := m.ask(t, "near-village", http.MethodPost, "/api/v1/change-sets", leakCase{json: body}); status != http.StatusBadRequest {
		t.Errorf("status %d: %s", status, text)
	}
	if _, status := m.ask(t, "near-auditor", http.MethodPost, "/api/v1/change-sets", leakCase{json: strings.Replace(body, `"village_id": 12001001`, `"lamp": true`, 1)}); status != http.StatusForbidden {
		t.Errorf("by who may not edit: status %d", status)
	}
}

// TestTheSecurityTableNamesTestsThatExist reads docs/SECURITY.md: each test that a row names is in the tree, and each
// negative test N01 to N68 of the rules has a row with a test or a reason.
func TestTheSecurityTableNamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("../../docs/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	exists := testsOfTheTree(t)
	named := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z][A-Za-z0-9_]+`)
	rows := map[string]string{}
	for line := range strings.SplitSeq(string(text), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !regexp.MustCompile(`^\s*[NV][0-9]`).MatchString(cells[1]) {
			continue
		}
		id, proof := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[3])
		if rows[id] != "" {
			t.Errorf("%s stands twice", id)
		}
		rows[id] = proof
		tests := named.FindAllString(proof, -1)
		if section, is := strings.CutPrefix(proof, "doc: "); is {
			if !strings.Contains(string(text), "\n### "+section+"\n") {
				t.Errorf("%s names the section %q, which does not exist", id, section)
			}
			continue
		}
		if len(tests) == 0 && !strings.HasPrefix(proof, "n/a:") && !strings.HasPrefix(proof, "open:") && !strings.HasPrefix(proof, "room:") {
			t.Errorf("%s has neither a test nor a reason: %q", id, proof)
		}
		for _, test := range tests {
			if !exists[test] {
				t.Errorf("%s names the test %s, which does not exist", id, test)
			}
		}
	}
	for _, id := range negative {
		if rows[id] == "" {
			t.Errorf("%s is not in the table", id)
		}
	}
	if n := len(standard()); n != 253 {
		t.Errorf("%d requirements, levels 1 and 2 have 253", n)
	}
	for _, id := range standard() {
		if rows[id] == "" {
			t.Errorf("%s is not in the table", id)
		}
	}
}

// testsOfTheTree are the names of all tests of the project.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)`)
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || (strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, match := range declared.FindAllSubmatch(text, -1) {
			found[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// standard are the requirements of ASVS 5.0.0 of levels 1 and 2, 253 in all.
func standard() []string {
	var ids []string
	for line := range strings.Lines(asvs) {
		chapter, sections, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for section := range strings.FieldsSeq(sections) {
			number, most, _ := strings.Cut(section, "x")
			count, _ := strconv.Atoi(most)
			for n := range count {
				ids = append(ids, fmt.Sprintf("V%s.%s.%d", chapter, number, n+1))
			}
		}
	}
	return ids
}

// asvs says of each chapter how many requirements of levels 1 and 2 each section has ("3x4": 3.1 to 3.4); in ASVS 5.0.0
// they stand before those of level 3.
const asvs = `1: 1x2 2x9 3x11 4x3 5x2
2: 1x3 2x3 3x4 4x1
3: 2x2 3x4 4x6 5x5 7x2
4: 1x3 2x1 3x2 4x4
5: 1x1 2x3 3x2 4x3
6: 1x3 2x12 3x4 4x4 5x5 6x3 8x4
7: 1x3 2x4 3x2 4x5 5x2 6x2
8: 1x2 2x3 3x1 4x1
9: 1x3 2x4
10: 1x2 2x2 3x4 4x11 5x5 6x2 7x3
11: 1x2 2x3 3x3 4x4 5x1 6x1
12: 1x3 2x2 3x4
13: 1x1 2x5 3x2 4x5
14: 1x2 2x4 3x3
15: 1x3 2x3 3x7
16: 1x1 2x5 3x4 4x3 5x3
17: 1x1 2x4 3x2`

// negative are the numbers of the negative tests that the rules name; some numbers are free.
var negative = slices.DeleteFunc(negativeIDs(1, 68), func(id string) bool {
	return slices.Contains([]string{"N17", "N20", "N23", "N27", "N31", "N37", "N41", "N44", "N46", "N51", "N56", "N57", "N60", "N62", "N67"}, id)
})

func negativeIDs(from, to int) []string {
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, "N"+string(rune('0'+n/10))+string(rune('0'+n%10)))
	}
	return list
}
