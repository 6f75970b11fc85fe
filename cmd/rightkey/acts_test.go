package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
)

func TestEveryActOfTwoPersonsIsSaidInWords(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	words := registrypage.ActWords(m.h.registry)
	for _, kind := range m.h.approvals.Kinds() {
		if _, said := words[kind]; !said && kind != office.GrantKind && kind != office.CoverKind { // of the office itself
			t.Errorf("the page of approvals cannot say what %s is about", kind)
		}
	}
}

func TestEveryKindOfJobIsSaidInWords(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	for _, kind := range m.h.jobs.Kinds() {
		if !i18n.Has("office.jobs.kind." + kind) {
			t.Errorf("the page of jobs has no words for %s", kind)
		}
	}
}

// TestAnActIsShownToWhoAgreesInTheirOwnLanguage reads the request for a file in each language.
func TestAnActIsShownToWhoAgreesInTheirOwnLanguage(t *testing.T) {
	m := openMatrix(t, place{Data: t.TempDir()})
	a, err := m.h.approvals.Ask(t.Context(), m.callerOf(t, t.Context(), "near"), office.Act{Kind: registry.ExportApproval, Area: 11000000, Subject: "1", Title: "kept", Reason: "comparison",
		What: registry.ExportAct{Columns: []string{"number", "drift_nets", "exported"}, Export: 1, Filter: "695a06d6", Format: "xlsx", Households: 812, Purpose: "review", Subject: "household"}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"en": {"Households to a file: 812 households", "Drift nets", "Who exported it"},
		"zh": {"导出", "812户", "导出人"},
		"ur": {"گھرانے", "کس نے برآمد کیا"},
	} {
		m.ask(t, "near", http.MethodPost, "/preferences", leakCase{form: url.Values{"lang": {lang}, "next": {"/"}}})
		body, status := m.ask(t, "near", http.MethodGet, fmt.Sprintf("/approvals/%d", a.ID), leakCase{})
		if status != http.StatusOK {
			t.Fatalf("%s: %d", lang, status)
		}
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is missing", lang, text)
			}
		}
		for _, raw := range []string{"drift_nets", "695a06d6", "⟦", "kept"} {
			if strings.Contains(body, raw) {
				t.Errorf("%s: %q is shown as the program keeps it", lang, raw)
			}
		}
	}
}
