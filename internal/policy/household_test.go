package policy_test

import (
	"slices"
	"strings"
	"testing"

	"rightkey/internal/policy"
)

func TestAConditionOverAHouseholdSaysYesNoOrNothing(t *testing.T) {
	p := ostania(t)
	people := func(list ...map[string]any) map[string]any { return map[string]any{"people": list} }
	cases := []struct {
		name, cel, each string
		inputs          map[string]any
		holds, known    bool
	}{
		{"an item of the household", "drift_nets > 2.0", "", map[string]any{"drift_nets": 3.0}, true, true},
		{"an unknown item", "drift_nets > 2.0", "", nil, false, false},
		{"one of the people", "people.exists(p, p.relation == 'kin')", "", people(map[string]any{"relation": "head"}, map[string]any{"relation": "kin"}), true, true},
		{"nobody", "people.exists(p, p.relation == 'kin')", "", people(map[string]any{"relation": "head"}), false, true},
		{"perhaps one", "people.exists(p, p.salt_fever)", "", people(map[string]any{"salt_fever": false}, map[string]any{}), false, false},
		{"one for certain, another perhaps", "people.exists(p, p.salt_fever)", "", people(map[string]any{}, map[string]any{"salt_fever": true}), true, true},
		{"not all for certain", "people.all(p, p.salt_fever)", "", people(map[string]any{}, map[string]any{"salt_fever": false}), false, true},
		{"asked whether it is known", "people.exists(p, !has(p.salt_fever))", "", people(map[string]any{}), true, true},
		{"each person", "person.age < 16.0 && lamp", "person", map[string]any{"person": map[string]any{"age": 9.0}, "lamp": true}, true, true},
		{"a figure of the asker", "median * 5.0 < drift_nets", "", map[string]any{"median": 1.0, "drift_nets": 6.0}, true, true},
		{"a date of a person", "people.exists(p, has(p.died) && p.died < today)", "", map[string]any{"today": "2014-01-01", "people": []map[string]any{{"died": "2013-01-01"}}}, true, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			condition, err := p.Condition(policy.ConditionText{CEL: c.cel, Each: c.each, Figures: []string{"median"}, Texts: []string{"today"}})
			if err != nil {
				t.Fatal(err)
			}
			holds, known, err := condition.Holds(c.inputs)
			if err != nil || holds != c.holds || known != c.known {
				t.Errorf("%s: %v %v %v, want %v %v", c.cel, holds, known, err, c.holds, c.known)
			}
		})
	}
}

func TestAConditionNamesTheItemsItLooksAt(t *testing.T) {
	condition, err := ostania(t).Condition(policy.ConditionText{CEL: "lamp && people.exists(p, p.salt_fever && p.age > 3.0) && person.sex == 'f'", Each: "person"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"household.lamp", "person.salt_fever", "person.sex"}; !slices.Equal(condition.Fields, want) {
		t.Errorf("fields %v, want %v", condition.Fields, want)
	}
}

func TestAConditionOnWhatDoesNotExistIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"people.exists(p, p.salt_fewer)":  "undefined field",
		"lampe":                           "undeclared reference",
		"people.exists(p, p.age == 'x')":  "no matching overload",
		"drift_nets":                      "expected a bool",
		"cats.exists(c, true)":            "undeclared reference",
		"dwellings.exists(d, d.roof > 1)": "undefined field",
	} {
		if _, err := ostania(t).Condition(policy.ConditionText{CEL: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := ostania(t).Condition(policy.ConditionText{CEL: "true", Each: "boat"}); err == nil {
		t.Error("each boat was taken")
	}
	if _, err := ostania(t).Condition(policy.ConditionText{CEL: "true", Figures: []string{"drift_nets"}}); err == nil {
		t.Error("a figure with the name of an item was taken")
	}
}
