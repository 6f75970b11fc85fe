package policy_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rightkey/internal/policy"
)

// item returns an item of the made-up pack.
func item(t testing.TB, p *policy.Pack, subject, code string) *policy.Item {
	t.Helper()
	found, ok := p.Item(subject, code)
	if !ok {
		t.Fatalf("no item %s.%s", subject, code)
	}
	return found
}

func TestTextOfAFieldBecomesTheCanonicalValueOrAReason(t *testing.T) {
	p := ostania(t)
	cases := []struct {
		code, text string
		want       policy.Value
		reason     string
	}{
		{"drift_nets", " 12 ", int64(12), ""},
		{"drift_nets", "１２", int64(12), ""},
		{"drift_nets", "", nil, ""},
		{"drift_nets", "12.0", nil, "not_whole"},
		{"drift_nets", "41", nil, "too_large"},
		{"drift_nets", "-1", nil, "too_small"},
		{"drift_nets", "1e3", nil, "not_whole"},
		{"drift_nets", "99999999999999999999", nil, "not_whole"},
		{"tide_share", "0.250", json.Number("0.25"), ""},
		{"tide_share", "1", json.Number("1"), ""},
		{"tide_share", "1.01", nil, "too_large"},
		{"tide_share", "1,5", nil, "not_number"},
		{"tide_share", "NaN", nil, "not_number"},
		{"catch_value", "1200", int64(1200), ""},
		{"catch_value", "1200.5", nil, "too_fine"},
		{"catch_value", "many", nil, "not_amount"},
		{"lamp", "aye", true, ""},
		{"lamp", "NAY", false, ""},
		{"lamp", "1", true, ""},
		{"lamp", "perhaps", nil, "not_yes_no"},
		{"status", "stranded", "stranded", ""},
		{"status", "Stranded", "stranded", ""},
		{"status", "sunk", nil, "not_listed"},
		{"boats", "raft; 01", []string{"01", "03"}, ""},
		{"boats", "01、01", nil, "twice"},
		{"boats", "01;02;03", nil, "too_large"},
		{"boats", ";", nil, ""},
		{"moored_on", "2004-02-29", "2004-02-29", ""},
		{"moored_on", "2004/2/9", "2004-02-09", ""},
		{"moored_on", "20040209", "2004-02-09", ""},
		{"moored_on", "2005-02-29", nil, "not_date"},
		{"motto", "fair winds", "fair winds", ""},
		{"motto", "Fair Winds", nil, "bad_form"},
		{"motto", "fair winds and following seas", nil, "too_large"},
		{"motto", "a\x00b", nil, "bad_characters"},
	}
	for _, c := range cases {
		t.Run(c.code+" "+c.text, func(t *testing.T) {
			got, err := item(t, p, "household", c.code).Parse(c.text)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			var reason *policy.Reason
			if errors.As(err, &reason) != (c.reason != "") || reason != nil && reason.Key != c.reason {
				t.Errorf("error %v, want reason %q", err, c.reason)
			}
		})
	}
}

func TestAmountsAreMinorUnitsOfThePacksCurrency(t *testing.T) {
	for _, p := range shipped(t) {
		amount := item(t, p, "expenditure", "amount")
		if p.Digits == 0 { // a currency without minor units has none to write
			if got, err := amount.Parse("2736"); err != nil || got != int64(2736) || amount.Format("en", got) != "2736" && amount.Format("en", got) != "2,736" {
				t.Errorf("%s: 2736 becomes %v, %v", p.ID, got, err)
			}
			continue
		}
		got, err := amount.Parse("2736.5")
		if err != nil || got != int64(273650) {
			t.Errorf("%s: 2736.5 becomes %v, %v", p.ID, got, err)
		}
		if text := amount.Format("en", got); text != "2736.50" {
			t.Errorf("%s: 273650 is written %q", p.ID, text)
		}
	}
}

func TestAValueIsWrittenInTheReadersLanguage(t *testing.T) {
	p := ostania(t)
	cases := []struct {
		code  string
		value policy.Value
		want  string
	}{
		{"status", "stranded", "Stranded"},
		{"boats", []any{"01", "03"}, "Rowing boat; Raft"},
		{"lamp", true, "aye"},
		{"lamp", false, "nay"},
		{"catch_value", float64(1200), "1200"},
		{"tide_share", json.Number("0.25"), "0.25"},
		{"drift_nets", nil, ""},
		{"drift_nets", "twelve", ""},
		{"motto", "fair winds", "fair winds"},
	}
	for _, c := range cases {
		if got := item(t, p, "household", c.code).Format("en", c.value); got != c.want {
			t.Errorf("%s %v is written %q, want %q", c.code, c.value, got, c.want)
		}
	}
}

func TestAReasonNamesTheItemButNeverQuotesASpecialOrSecretValue(t *testing.T) {
	p := ostania(t)
	_, err := item(t, p, "household", "drift_nets").Parse("x7")
	if got, want := err.Error(), "Drift nets: x7 is not a whole number"; got != want {
		t.Errorf("reason is %q, want %q", got, want)
	}
	_, err = item(t, p, "person", "national_id").Parse("12345")
	if got, want := err.Error(), "Soul number has a wrong number of characters"; got != want {
		t.Errorf("reason is %q, want %q", got, want)
	}
	_, err = item(t, p, "person", "salt_fever").Parse("very ill")
	if got, want := err.Error(), "Salt fever: *** is neither yes nor no"; got != want {
		t.Errorf("reason is %q, want %q", got, want)
	}
}

func TestWhatParseGivesSurvivesJSONAndFormatting(t *testing.T) {
	p := ostania(t)
	household := p.ItemsOf("household")
	rapid.Check(t, func(rt *rapid.T) {
		one := rapid.SampledFrom(household).Draw(rt, "item")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,4})?`),
			rapid.SampledFrom([]string{"aye", "01", "01;03", "stranded", "2004-02-29"})).Draw(rt, "text")
		value, err := one.Parse(text)
		if err != nil {
			return
		}
		data, err := json.Marshal(policy.Facts{one.Code: value})
		if err != nil {
			rt.Fatal(err)
		}
		var back policy.Facts
		if err := json.Unmarshal(data, &back); err != nil {
			rt.Fatal(err)
		}
		for _, problem := range p.Validate("household", back, one.Section) {
			if problem.Item == one.Code && value != nil && problem.Severity == policy.Reject {
				rt.Fatalf("%s: %q became %s, which is refused: %v", one.Code, text, data, problem)
			}
		}
		again, err := one.Parse(one.Format("en", back[one.Code]))
		if err != nil || !cmp.Equal(again, value) {
			rt.Fatalf("%s: %q became %v, written and read again %v (%v)", one.Code, text, value, again, err)
		}
	})
}
