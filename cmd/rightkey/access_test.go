package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// eachMatrix runs test on a house of two counties on each engine.
func eachMatrix(t *testing.T, test func(t *testing.T, m *matrix)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, openMatrix(t, place{Data: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) {
		test(t, openMatrix(t, place{Data: t.TempDir(), Database: storetest.PostgresURL(t)}))
	})
}

func (m *matrix) events(t *testing.T, kind string) (n int) {
	t.Helper()
	if err := store.One(t.Context(), m.h.raw, "SELECT count(*) FROM event WHERE kind = $1", []any{kind}, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestARefusedReadingIsAbsentAndJournalled is N10, by page and by API.
func TestARefusedReadingIsAbsentAndJournalled(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		for i, c := range []struct {
			login, path string
			status      int
		}{
			{"near-village", "/households/{number}", http.StatusNotFound},
			{"near-clerk", "/api/v1/households/{number}", http.StatusNotFound},
			{"near-auditor", "/api/v1/persons/{person}", http.StatusNotFound},
			{"near-admin", "/households/{number}", http.StatusForbidden},
			{"near-analyst", "/api/v1/households/{number}", http.StatusForbidden},
		} {
			if _, status := m.ask(t, c.login, http.MethodGet, m.fill(c.path), leakCase{}); status != c.status {
				t.Errorf("%s at %s: status %d, want %d", c.login, c.path, status, c.status)
			}
			if n := m.events(t, "access.denied"); n != i+1 {
				t.Errorf("%s at %s: %d events of refusal, want %d", c.login, c.path, n, i+1)
			}
		}
	})
}

// TestASecretIsShownForAReasonOnly is N14 by page and API: 400 without a reason, and never to a token.
func TestASecretIsShownForAReasonOnly(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		form := func(reason string) leakCase {
			return leakCase{form: url.Values{"field": {"person {person} national_id"}, "reason": {reason}}}
		}
		file, _ := m.ask(t, "far", http.MethodGet, m.fill("/households/{number}"), leakCase{})
		if strings.Contains(file, "1234567897") || !strings.Contains(file, "national_id") {
			t.Error("the file shows the whole number, or does not offer to show it")
		}
		if _, status := m.ask(t, "far", http.MethodPost, m.fill("/households/{number}/unmask"), form("")); status != http.StatusBadRequest {
			t.Errorf("without a reason: status %d", status)
		}
		if _, status := m.ask(t, "far", http.MethodPost, m.fill("/api/v1/persons/{person}/unmask"), leakCase{json: `{"field": "national_id", "reason": ""}`}); status != http.StatusBadRequest {
			t.Errorf("without a reason by API: status %d", status)
		}
		answer, status := m.ask(t, "far", http.MethodPost, m.fill("/households/{number}/unmask"), form("matching of two files"))
		at := strings.Index(answer, "/unmasked/")
		if status != http.StatusSeeOther || at < 0 {
			t.Fatalf("with a reason: status %d", status)
		}
		path, _, _ := strings.Cut(answer[at:], "\r")
		if shown, _ := m.ask(t, "far", http.MethodGet, path, leakCase{}); !strings.Contains(shown, "1234567897") {
			t.Error("the value is not shown")
		}
		if _, status := m.ask(t, "far", http.MethodPost, m.fill("/households/{number}/unmask"), leakCase{form: url.Values{"field": {"person {person} name"}, "reason": {"x"}}}); status != http.StatusBadRequest {
			t.Errorf("a field that is not secret: status %d", status)
		}
		far := m.callerOf(t, t.Context(), "far")
		token, err := m.h.office.MakeToken(t.Context(), far, "program", 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodPost, m.url+m.fill("/api/v1/persons/{person}/unmask"), strings.NewReader(`{"field": "national_id", "reason": "x"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		byToken, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		byToken.Body.Close()
		if byToken.StatusCode != http.StatusForbidden {
			t.Errorf("by a token: status %d", byToken.StatusCode)
		}
		if asked, shown := m.events(t, "field.unmasked"), m.events(t, "field.shown"); asked != 1 || shown != 1 {
			t.Errorf("%d askings and %d showings are journalled, want one each", asked, shown)
		}
	})
}
