package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"rightkey/internal/crypt"
	"rightkey/internal/policy"
)

// told lists problems as "item severity key".
func told(problems []policy.Problem) []string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%s %s %s", p.Item, p.Severity, p.Reason.Key))
	}
	slices.Sort(lines)
	return lines
}

func TestFactsAreCheckedAgainstTheDictionary(t *testing.T) {
	p := ostania(t)
	sound := func(changes policy.Facts) policy.Facts {
		facts := policy.Facts{"area": "07002001", "drift_nets": float64(3), "catch_value": float64(120)}
		for code, value := range changes {
			facts[code] = value
		}
		return facts
	}
	cases := []struct {
		name  string
		facts policy.Facts
		want  []string
	}{
		{"sound facts have no problem", sound(nil), nil},
		{"an unknown item", sound(policy.Facts{"oars": 2}), []string{"oars reject not_an_item"}},
		{"a wrong kind", sound(policy.Facts{"lamp": "yes"}), []string{"lamp reject wrong_kind"}},
		{"a fraction for a whole number", sound(policy.Facts{"drift_nets": 1.5}), []string{"drift_nets reject not_whole"}},
		{"out of range", sound(policy.Facts{"drift_nets": float64(41)}), []string{"drift_nets reject too_large"}},
		{"not on the list", sound(policy.Facts{"boats": []any{"09"}}), []string{"boats reject not_listed"}},
		{"too many", sound(policy.Facts{"boats": []any{"01", "02", "03"}}), []string{"boats reject too_large"}},
		{"a missing core item is refused", sound(policy.Facts{"area": nil}), []string{"area reject missing"}},
		{"a missing fact is provisional", sound(policy.Facts{"drift_nets": nil}), []string{"drift_nets provisional missing"}},
		{"a check that is false", sound(policy.Facts{"drift_nets": float64(0)}), []string{"catch_value problem check"}},
		{"a derived figure is no item of the facts", sound(policy.Facts{"members": int64(4)}), nil},
		{"a choice that is not listed", sound(policy.Facts{"status": "sunk"}), []string{"status reject not_listed"}},
		{"a day that does not exist", sound(policy.Facts{"moored_on": "2005-02-29"}), []string{"moored_on reject not_date"}},
		{"a list that is a text", sound(policy.Facts{"boats": "01"}), []string{"boats reject wrong_kind"}},
		{"a number that is a text", sound(policy.Facts{"drift_nets": "3"}), []string{"drift_nets reject wrong_kind"}},
		{"a fact that another one requires", sound(policy.Facts{"lamp": true}), []string{"moored_on provisional missing"}},
		{"and that is there", sound(policy.Facts{"lamp": true, "moored_on": "2004-01-01"}), nil},
		{"and that is not required", sound(policy.Facts{"lamp": false}), nil},
		{"an empty text", sound(policy.Facts{"motto": ""}), []string{"motto reject wrong_kind"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := told(p.Validate("household", c.facts)); !slices.Equal(got, c.want) {
				t.Errorf("problems %v, want %v", got, c.want)
			}
		})
	}
}

func TestAWrongCheckCharacterHasTheSeverityOfThePack(t *testing.T) {
	p := ostania(t)
	facts := policy.Facts{"name": "Una", "national_id": "79927-39871"}
	if got := told(p.Validate("person", facts)); !slices.Equal(got, []string{"national_id problem check_digit"}) {
		t.Errorf("problems %v", got)
	}
	facts["national_id"] = "1234567897"
	if got := told(p.Validate("person", facts)); got != nil {
		t.Errorf("problems %v", got)
	}
}

func TestACheckThatNeedsAnUnknownItemSaysNothing(t *testing.T) {
	problems := ostania(t).Validate("household", policy.Facts{"area": "07002001", "catch_value": int64(100)})
	if got := told(problems); !slices.Equal(got, []string{"drift_nets provisional missing"}) {
		t.Errorf("problems %v", got)
	}
}

func TestOnlyTheItemsOfAskedSectionsAreExpected(t *testing.T) {
	problems := ostania(t).Validate("household", policy.Facts{"lamp": false}, "hearth")
	if len(problems) > 0 {
		t.Errorf("problems %v", problems)
	}
}

func TestANumberOfAPersonIsBroughtIntoOneFormAndChecked(t *testing.T) {
	cases := []struct {
		name     string
		identity policy.Identity
		text     string
		want     string
		valid    bool
	}{
		{"luhn, worked example of the standard", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{11}, Check: crypt.Luhn}, "7992-739 8713", "79927398713", true},
		{"luhn, one digit wrong", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{11}, Check: crypt.Luhn}, "79927398710", "79927398710", false},
		{"mod 11-2 of ISO 7064 with check digit", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{5}, Check: crypt.Mod11x2}, "07940", "07940", true},
		{"mod 11-2 of ISO 7064 with check X", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{4}, Check: crypt.Mod11x2}, "079x", "079X", true},
		{"mod 11-2 of a published researcher number", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{16}, Check: crypt.Mod11x2}, "0000-0002-1825-0097", "0000000218250097", true},
		{"full-width digits", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{3}}, "１２３", "123", true},
		{"wrong length", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{3}}, "1234", "1234", false},
		{"letters kept", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{4}}, "ab-12", "AB12", true},
		{"check over the first characters only", policy.Identity{Normalise: crypt.FoldID, Lengths: []int{7}, Check: crypt.Mod11x2, CheckLength: 5}, "0794043", "0794043", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := c.identity.Canonical(c.text)
			if got != c.want || c.identity.Valid(got) != c.valid {
				t.Errorf("%q becomes %q, valid %v; want %q, %v", c.text, got, c.identity.Valid(got), c.want, c.valid)
			}
		})
	}
}

func TestAnOlderShorterNumberGivesTheSameFormAsTodays(t *testing.T) {
	identity := policy.Identity{Normalise: crypt.FoldID, Lengths: []int{18}, Check: crypt.Mod11x2,
		Extend: &policy.Extend{From: 15, At: 6, Insert: "19"}}
	// The worked example of the national standard: 11010519491231002X, in its older form 110105491231002.
	if got := identity.Canonical("110105491231002"); got != "11010519491231002X" || !identity.Valid(got) {
		t.Errorf("the older form becomes %q", got)
	}
	if got := identity.Canonical(" 11010519491231002x "); got != "11010519491231002X" {
		t.Errorf("today's form becomes %q", got)
	}
}
