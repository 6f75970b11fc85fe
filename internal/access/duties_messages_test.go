package access

import (
	"errors"
	"strings"
	"testing"

	"rightkey/internal/fault"
	"rightkey/internal/i18n"
)

// TestEveryRefusalByTheTableOfDutiesIsSaidInEveryLanguage asks for the message of each line of duties.yaml.
func TestEveryRefusalByTheTableOfDutiesIsSaidInEveryLanguage(t *testing.T) {
	c := Caller{Account: 1, Person: "zhang", Own: []int64{5}}
	var refused []error
	for _, line := range separation.Apart {
		for _, step := range line {
			for _, done := range line {
				if step != done {
					refused = append(refused, Separate(c.As(Grant{}), step, Did{Step: done, Account: 1, Person: "zhang"}))
				}
			}
		}
	}
	for _, step := range separation.Own {
		refused = append(refused, NotOwn(c.As(Grant{}), step, 5))
	}
	if len(refused) < 10 {
		t.Fatalf("%d refusals", len(refused))
	}
	said := map[string]string{}
	for _, err := range refused {
		var known *fault.Error
		if !errors.As(err, &known) || known.Kind != fault.Forbidden || known.Code == "" {
			t.Fatalf("%v has no code", err)
		}
		for _, lang := range []i18n.Lang{"en", "zh", "ur"} {
			text := i18n.T(lang, "fault."+known.Code)
			if strings.HasPrefix(text, "⟦") || (lang != i18n.English && text == i18n.T(i18n.English, "fault."+known.Code)) {
				t.Errorf("%s: no message %s", lang, known.Code)
			}
			if other := said[text]; other != "" && other != known.Code {
				t.Errorf("%s and %s say the same: %s", other, known.Code, text)
			}
			said[text] = known.Code
		}
	}
}
