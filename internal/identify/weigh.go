package identify

import (
	"rightkey/internal/clock"
	"rightkey/internal/registry"
)

// Weigh judges a household under the pack in use where it lives, by the pack's first rule, on what is known of the
// calendar year of day. It stores nothing: rules of data quality ask it for the income per head and the line. Under a
// pack without a rule the verdict is Unknown.
func (s *Service) Weigh(one registry.Case, day clock.Day) (Verdict, int, error) {
	pack, err := s.packs.At(one.Area, s.today())
	if err != nil {
		return Verdict{}, 0, err
	}
	if _, err := RuleOf(pack, ""); err != nil {
		return Verdict{Outcome: Unknown}, pack.Digits, nil //nolint:nilerr // nothing to judge by is no fault
	}
	verdict, _, _, err := s.judge(one, RunArgs{Area: one.Area, Day: day})
	return verdict, pack.Digits, err
}
