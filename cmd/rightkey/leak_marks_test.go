package main

import (
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/store/storetest"
)

// typed is how the journal says what a reader's own people asked for and were refused: they typed it, the house does
// not know whether it is anybody's number.
var typed = regexp.MustCompile(`answer: \w+; asked: [0-9]+; route: `)

// found returns a mark that stands in a body and that the readers did not bring themselves: neither with this request
// nor with one that was refused before.
func (m *matrix) found(body, path string, c leakCase) string {
	body = typed.ReplaceAllString(strings.ReplaceAll(body, "<wbr>", ""), "")
	for _, mark := range m.marks {
		sent := strings.Contains(path+m.fill(c.query)+m.fillForm(c.form).Encode()+m.fill(c.json), mark)
		if !sent && strings.Contains(body, mark) {
			return mark
		}
	}
	return ""
}

// anything returns a mark that stands in a body.
func (m *matrix) anything(body string) string { return m.found(body, "", leakCase{}) }

func TestANumberThatOnesOwnPeopleTypedIsNotShownToThemByTheHouse(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { typedNumbers(t, place{Data: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) {
		typedNumbers(t, place{Data: t.TempDir(), Database: storetest.PostgresURL(t)})
	})
}

func typedNumbers(t *testing.T, p place) {
	m := openMatrix(t, p)
	number := m.ids["{number}"]
	if _, status := m.ask(t, "near-clerk", "GET", "/households/"+number, leakCase{}); status != 404 {
		t.Fatalf("the far county's household: status %d, want 404", status)
	}
	for _, login := range []string{"near-auditor", "near-admin"} {
		body, status := m.ask(t, login, "GET", "/journal", leakCase{})
		if status != 200 || !strings.Contains(body, number) {
			t.Errorf("the journal (status %d) does not tell %s what was asked for", status, login)
		}
		if mark := m.found(body, "/journal", leakCase{}); mark != "" {
			t.Errorf("what %s's own people typed counts as %q of the far county", login, mark)
		}
		for _, shown := range []string{"<td>" + number + "</td>", "asked: " + number + "; route: /"} {
			if m.found(body+shown, "/journal", leakCase{}) != number {
				t.Errorf("%q beside what was typed is not found on %s's journal", shown, login)
			}
		}
	}
}
