package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/internal/web"
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

// signUp makes somebody with a grant in the near county and returns their caller.
func (m *matrix) signUp(t *testing.T, login string, grant access.Grant) {
	t.Helper()
	m.invite(t, t.Context(), m.callerOf(t, t.Context(), "everywhere"), login, grant)
}

// nearHousehold is the number of the near county's household.
func (m *matrix) nearHousehold(t *testing.T) string {
	t.Helper()
	scope, err := access.Decide(m.callerOf(t, t.Context(), "near"), access.HouseholdList)
	if err != nil {
		t.Fatal(err)
	}
	list, err := m.h.registry.List(t.Context(), scope, registry.Filter{}, registry.Position{}, 2)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	return list[0].Number
}

// TestAnAssignmentThatEndedYesterdayOpensNothingToday is N15, for a helper and for an official whose posting reaches
// assigned households only.
func TestAnAssignmentThatEndedYesterdayOpensNothingToday(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		ctx := t.Context()
		m.signUp(t, "helping", access.Grant{Role: "helper", Area: 11001001})
		m.signUp(t, "posted", access.Grant{Role: "village-official", Area: 11001001, Assigned: true})
		number := m.nearHousehold(t)
		scope, err := access.Decide(m.callerOf(t, ctx, "near"), access.AssignmentEdit)
		if err != nil {
			t.Fatal(err)
		}
		for _, login := range []string{"helping", "posted"} {
			look := func(when string, status int, named bool) {
				for _, path := range []string{"/households/", "/api/v1/households/"} {
					body, got := m.ask(t, login, http.MethodGet, path+number, leakCase{})
					if got != status || strings.Contains(body, "Nearby Person") != named {
						t.Errorf("%s %s at %s: status %d, want %d; a name is shown: %v", login, when, path, got, status, strings.Contains(body, "Nearby Person"))
					}
				}
				list, got := m.ask(t, login, http.MethodGet, "/households", leakCase{})
				if got != http.StatusOK || !strings.Contains(list, number) || strings.Contains(list, "Nearby Person") != named {
					t.Errorf("%s %s in the list: status %d, a name is shown: %v", login, when, got, strings.Contains(list, "Nearby Person"))
				}
			}
			look("before", http.StatusNotFound, false)
			households, err := m.h.registry.ToAssign(ctx, scope, []string{number})
			if err != nil {
				t.Fatal(err)
			}
			if n, err := m.h.assignments.Assign(ctx, scope, login, households); n != 1 || err != nil {
				t.Fatalf("assign: %d, %v", n, err)
			}
			if n, err := m.h.assignments.Assign(ctx, scope, login, households); n != 0 || err != nil {
				t.Errorf("assign again: %d, %v", n, err)
			}
			look("while it holds", http.StatusOK, true)
			list, err := m.h.assignments.List(ctx, scope, login, 0, 10)
			if err != nil || len(list) != 1 {
				t.Fatalf("assignments %v: %v", list, err)
			}
			if err := m.h.assignments.End(ctx, scope, list[0].ID); err != nil {
				t.Fatal(err)
			}
			look("after it ended", http.StatusNotFound, false)
		}
	})
}

func TestAnEvaluatorSeesNoVerdictBefore(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		ctx := t.Context()
		m.signUp(t, "judge", access.Grant{Role: "evaluator", Area: 11001001})
		number := m.nearHousehold(t)
		scope, err := access.Decide(m.callerOf(t, ctx, "near"), access.AssignmentEdit)
		if err != nil {
			t.Fatal(err)
		}
		households, err := m.h.registry.ToAssign(ctx, scope, []string{number})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.h.assignments.Assign(ctx, scope, "judge", households); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/households/" + number, "/api/v1/households/" + number, "/api/v1/households"} {
			body, status := m.ask(t, "judge", http.MethodGet, path, leakCase{})
			lower := strings.ToLower(body)
			if status != http.StatusOK || strings.Contains(lower, ">stranded<") || strings.Contains(lower, `"stranded"`) || strings.Contains(body, "Why poor") {
				t.Errorf("%s: status %d, or it shows the status or a verdict", path, status)
			}
		}
		if _, status := m.ask(t, "judge", http.MethodGet, "/households", leakCase{query: "status=stranded"}); status != http.StatusForbidden {
			t.Errorf("filtering by status: %d", status)
		}
		if body, _ := m.ask(t, "near", http.MethodGet, "/households/"+number, leakCase{}); !strings.Contains(body, "Stranded") || !strings.Contains(body, "Why poor") {
			t.Error("the county office does not see them either: the test proves nothing")
		}
	})
}

func TestAnOfficeAboveTheCountyOpensAHouseholdInAnInspectionOnly(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		m.signUp(t, "above", access.Grant{Role: "superior-office"})
		number := m.nearHousehold(t)
		status := func() int {
			_, got := m.ask(t, "above", http.MethodGet, "/households/"+number, leakCase{})
			return got
		}
		if got := status(); got != http.StatusForbidden {
			t.Errorf("without an inspection: %d", got)
		}
		form := func(matter, area, days string) leakCase {
			return leakCase{form: url.Values{"matter": {matter}, "area": {area}, "days": {days}}}
		}
		for name, c := range map[string]leakCase{"without a case": form("", "11", "3"), "for too long": form("case 7", "11", "31"), "nowhere": form("case 7", "nowhere", "3")} {
			if _, got := m.ask(t, "above", http.MethodPost, "/inspections", c); got != http.StatusBadRequest {
				t.Errorf("an inspection %s: status %d", name, got)
			}
		}
		if _, got := m.ask(t, "above", http.MethodPost, "/inspections", form("case 7", "11", "3")); got != http.StatusSeeOther {
			t.Errorf("an inspection: status %d", got)
		}
		if got := status(); got != http.StatusOK {
			t.Errorf("in an inspection: %d", got)
		}
		if _, got := m.ask(t, "above", http.MethodGet, m.fill("/households/{number}"), leakCase{}); got != http.StatusNotFound {
			t.Errorf("of another county: %d", got)
		}
	})
}

// TestNobodyChangesTheirOwnHousehold is the separation of duties in matters of the own household.
func TestNobodyChangesTheirOwnHousehold(t *testing.T) {
	eachMatrix(t, func(t *testing.T, m *matrix) {
		number := m.nearHousehold(t)
		if _, status := m.ask(t, "near-village", http.MethodPost, "/me/kin", leakCase{form: url.Values{"number": {number}, "relation": {"in_law"}}}); status != http.StatusSeeOther {
			t.Fatalf("declare: status %d", status)
		}
		for _, unknown := range []string{"12", "000000000000"} {
			if _, status := m.ask(t, "near-village", http.MethodPost, "/me/kin", leakCase{form: url.Values{"number": {unknown}, "relation": {"self"}}}); status != http.StatusBadRequest {
				t.Errorf("declare %s: status %d", unknown, status)
			}
		}
		c := m.callerOf(t, t.Context(), "near-village")
		if len(c.Own) < 2 {
			t.Fatalf("the household takes its members along: %v", c.Own)
		}
		scope, err := access.Decide(c, access.HouseholdEdit)
		if err != nil {
			t.Fatal(err)
		}
		for _, own := range c.Own {
			kind := "person"
			if registry.Number(own) == number {
				kind = "household"
			}
			_, err = m.h.changes.Submit(t.Context(), scope, change.Draft{Source: change.Page, Title: "x", Reason: "x",
				Rows: []change.Row{{SubjectKind: kind, Subject: own, BaseVer: 1, Set: change.Values{"status": "refloated"}}}})
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a change of the own %s: %v", kind, err)
			}
		}
	})
}

// TestEachRoleEntersExactlyTheRoutesOfItsVerbs asks every page that is opened by a verb as every role: forbidden
// without the verb, never with it. It is N16 for all roles.
func TestEachRoleEntersExactlyTheRoutesOfItsVerbs(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	for _, role := range access.Roles() {
		m.signUp(t, "role-"+role, access.Grant{Role: role, Area: 11000000})
	}
	asked := 0
	for _, route := range m.pages.Routes() {
		if route.Access == web.Public || route.Access == web.Login || route.Method != http.MethodGet {
			continue
		}
		for _, role := range access.Roles() {
			_, status := m.ask(t, "role-"+role, http.MethodGet, m.address(route.Pattern), leakCase{})
			may := slices.Contains(access.Verbs(role), access.Verb(route.Access))
			verdicts := strings.HasPrefix(route.Pattern, "/identify/") // whose lists ask for statistics.read besides
			if (status != http.StatusForbidden) != may && !(verdicts && status == http.StatusForbidden) {
				t.Errorf("%s at %s (%s): status %d", role, route.Pattern, route.Access, status)
			}
			asked++
		}
	}
	if asked < 200 {
		t.Errorf("only %d questions were asked", asked)
	}
}
