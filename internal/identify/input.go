package identify

import (
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// inputOf gathers what the register knows of a household as inputs of the pack's formulas.
func inputOf(pack *policy.Pack, rule Rule, one registry.Case, day clock.Day) (Input, error) {
	input := Input{Area: one.Area, Day: day}
	entries := make([]Entry, 0, len(one.Entries))
	for _, e := range one.Entries {
		entries = append(entries, Entry{Subject: e.Subject, Class: e.Class, Amount: e.Minor})
	}
	input.Inputs = rule.Totals(pack, entries)
	input.Inputs[registry.FieldStatus] = one.Status
	if err := itemInputs(pack, registry.SubjectHousehold, one.Facts, input.Inputs); err != nil {
		return Input{}, err
	}
	for _, member := range one.Members {
		inputs := map[string]any{}
		if err := itemInputs(pack, registry.SubjectPerson, member, inputs); err != nil {
			return Input{}, err
		}
		if text, ok := member[registry.FieldBirth].(string); ok {
			if birth, err := clock.ParseDay(text); err == nil {
				inputs["age"] = float64(clock.Age(birth, day))
			}
		}
		input.Members = append(input.Members, inputs)
	}
	for _, dwelling := range one.Dwellings {
		inputs := map[string]any{}
		if err := itemInputs(pack, registry.SubjectDwelling, dwelling, inputs); err != nil {
			return Input{}, err
		}
		input.Dwellings = append(input.Dwellings, inputs)
	}
	for name, code := range rule.Given {
		if len(one.Members) == 0 || len(entries) == 0 {
			if stated, ok := input.Inputs[code]; ok {
				input.Inputs[name] = stated
			}
		}
	}
	return input, nil
}

// itemInputs adds a subject's facts as formula inputs.
func itemInputs(pack *policy.Pack, subject string, facts policy.Facts, into map[string]any) error {
	for code, value := range facts {
		item, ok := pack.Item(subject, code)
		if !ok || value == nil {
			continue
		}
		number, err := item.Input(value)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", subject, code, err)
		}
		into[code] = number
	}
	return nil
}
