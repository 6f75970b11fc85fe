package poverty

import (
	"fmt"
	"math"
)

// Entropy is the generalised entropy index of order alpha: 0 is the mean log deviation (Theil L), 1 Theil T, 2 half
// the squared coefficient of variation. Welfare must be above 0.
func Entropy(s Sample, alpha float64) (Estimate, error) {
	if err := s.checkPositive(); err != nil {
		return Estimate{}, err
	}
	mean := s.MeanOf(func(i int) float64 { return s.Welfare[i] })
	mu := mean.Value
	switch alpha {
	case 0:
		logs := s.MeanOf(func(i int) float64 { return math.Log(s.Welfare[i]) })
		return combine(math.Log(mu)-logs.Value, term{1 / mu, mean}, term{-1, logs}), nil
	case 1:
		both := s.MeanOf(func(i int) float64 { return s.Welfare[i] * math.Log(s.Welfare[i]) })
		value := both.Value/mu - math.Log(mu)
		return combine(value, term{1 / mu, both}, term{-(both.Value/mu + 1) / mu, mean}), nil
	}
	power := s.MeanOf(func(i int) float64 { return math.Pow(s.Welfare[i], alpha) })
	scale := 1 / (alpha * (alpha - 1))
	ratio := math.Pow(mu, -alpha)
	return combine(scale*(power.Value*ratio-1),
		term{scale * ratio, power},
		term{-scale * alpha * power.Value * ratio / mu, mean}), nil
}

// Atkinson is Atkinson's index with inequality aversion above 0: the share of total welfare that could be given up
// without loss if the rest were shared equally. Welfare must be above 0.
func Atkinson(s Sample, aversion float64) (Estimate, error) {
	if aversion <= 0 {
		return Estimate{}, fmt.Errorf("inequality aversion %v is not above 0", aversion)
	}
	if err := s.checkPositive(); err != nil {
		return Estimate{}, err
	}
	mean := s.MeanOf(func(i int) float64 { return s.Welfare[i] })
	mu := mean.Value
	if aversion == 1 {
		logs := s.MeanOf(func(i int) float64 { return math.Log(s.Welfare[i]) })
		equal := math.Exp(logs.Value)
		return combine(1-equal/mu, term{-equal / mu, logs}, term{equal / (mu * mu), mean}), nil
	}
	power := s.MeanOf(func(i int) float64 { return math.Pow(s.Welfare[i], 1-aversion) })
	equal := math.Pow(power.Value, 1/(1-aversion))
	return combine(1-equal/mu,
		term{-equal / ((1 - aversion) * power.Value * mu), power},
		term{equal / (mu * mu), mean}), nil
}
