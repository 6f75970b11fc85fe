package house

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/web"
)

// eventKind is a text of a program that may be a kind of event.
var eventKind = regexp.MustCompile(`"((?:household|person|dwelling|income|expenditure|roster|account|area|assessment|pack|approval|alert|field|inspection|search|identity|` +
	`attachment|import|export|organisation|window|norms|problem|change|database|access|transfer|case|sitting|notice|batch|lead|list|campaign)\.[a-z]+(?:[-_][a-z]+)*)"`)

// noEvents are texts of that form that are none, with what they are.
var noEvents = map[string]string{"household.export": "kind of approval", "person.erase": "kind of approval", "person.national_id": "field", "area.check": "job", "area.load": "job", "organisation.check": "job", "organisation.load": "job",
	"assessment.welfare": "column of the mirror", "assessment.verdict": "column of the mirror",
	"account.cover": "kind of approval"}

// coded is how a fault gets a code, which has the form of a kind of event too.
var coded = regexp.MustCompile(`\.Coded\("[^"]*"`)

// madeKinds are kinds that programs put together.
func madeKinds() []string {
	kinds := []string{"approval.asked", "approval.approved", "approval.refused", "approval.withdrawn", "approval.used", "alert.explained", "alert.breach"}
	for _, subject := range []string{"household", "person", "dwelling", "income", "expenditure", "roster", "county"} { // the last stands for a level of a pack
		kinds = append(kinds, subject+".changed")
		for _, state := range []string{"waiting", "conflict", "returned", "withdrawn"} {
			kinds = append(kinds, subject+".change-"+state)
		}
	}
	for _, act := range []string{"settled", "appealed", "heard", "proposed"} {
		kinds = append(kinds, "household.visit-"+act)
	}
	for _, subject := range []string{"household", "county"} {
		for _, act := range []string{"claimed", "assigned", "proposed", "accepted", "refused"} {
			kinds = append(kinds, subject+".problem-"+act)
		}
		kinds = append(kinds, subject+".problems", subject+".created")
	}
	for _, subject := range []string{"household", "area", "account"} {
		for _, act := range []string{"assigned", "explained", "confirmed", "returned", "acted"} {
			kinds = append(kinds, subject+".lead-"+act)
		}
		kinds = append(kinds, subject+".leads")
	}
	return append(kinds, "county.opened")
}

func TestEveryKindOfEventHasANameInEveryLanguage(t *testing.T) {
	kinds := madeKinds()
	inFiles(t, ".go", func(path, text string) {
		dir := filepath.Base(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") || dir == "page" || dir == "rest" || !strings.Contains(text, `rightkey/internal/journal"`) {
			return
		}
		for _, found := range eventKind.FindAllStringSubmatch(coded.ReplaceAllString(text, ""), -1) {
			if noEvents[found[1]] == "" {
				kinds = append(kinds, found[1])
			}
		}
	})
	if len(kinds) < 80 {
		t.Fatalf("only %d kinds of events were found: %v", len(kinds), kinds)
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	for _, info := range i18n.Languages() {
		known := i18n.Keys(info.Lang)
		for _, kind := range kinds {
			if !slices.ContainsFunc(web.EventKeys(kind), func(key string) bool { _, ok := slices.BinarySearch(known, key); return ok }) {
				t.Errorf("%s has no message in %s: one of %v", kind, info.Lang, web.EventKeys(kind))
			}
		}
	}
}
