package identify

import (
	"math"

	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
)

// Welfare is what rules of data quality ask: a household's welfare and its line under the first rule of the pack in
// use where it lives, on what is known of the calendar year of day. It stores nothing. Under a pack without a rule of
// identification nothing is known.
func (s *Service) Welfare(one registry.Case, day clock.Day) (quality.Welfare, error) {
	pack, err := s.packs.At(one.Area, s.today())
	if err != nil {
		return quality.Welfare{}, err
	}
	if _, err := RuleOf(pack, ""); err != nil {
		return quality.Welfare{}, nil //nolint:nilerr // nothing to judge by is no fault
	}
	v, _, err := judge(one, pack, RunArgs{Area: one.Area, Day: day})
	scale := math.Pow10(pack.Digits)
	return quality.Welfare{Income: float64(v.Welfare) / scale, Line: float64(v.Line.Amount) / scale, HasIncome: v.HasWelfare, HasLine: v.HasLine}, err
}
