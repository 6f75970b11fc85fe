package poverty

import "fmt"

// RiskThreshold is the at-risk-of-poverty threshold: a share (0.6 for Eurostat) of median welfare.
func RiskThreshold(s Sample, share float64) (Estimate, error) {
	median, err := Quantile(s, 0.5)
	if err != nil {
		return Estimate{}, err
	}
	return combine(share*median.Value, term{share, median}), nil
}

// RiskRate is the at-risk-of-poverty rate: the share of people strictly below the given share of median welfare. Its
// influence includes that of the estimated threshold (Deville 1999; Berger and Skinner 2003).
func RiskRate(s Sample, share float64) (Estimate, error) {
	threshold, err := RiskThreshold(s, share)
	if err != nil {
		return Estimate{}, err
	}
	line := Line{Amount: threshold.Value, Strict: true}
	head, err := FGT(s, line, 0)
	if err != nil {
		return Estimate{}, err
	}
	return combine(head.Value, term{1, head}, term{s.density(threshold.Value), threshold}), nil
}

// RiskGap is the relative median at-risk-of-poverty gap: the distance from the threshold of the median welfare of
// those below it, as a share of the threshold. It is an error when nobody is below.
func RiskGap(s Sample, share float64) (Estimate, error) {
	threshold, err := RiskThreshold(s, share)
	if err != nil {
		return Estimate{}, err
	}
	rate, err := RiskRate(s, share)
	if err != nil {
		return Estimate{}, err
	}
	poor := s.Where(func(i int) bool { return s.Welfare[i] < threshold.Value })
	if rate.Value == 0 {
		return Estimate{}, fmt.Errorf("median gap: nobody is below the threshold %v", threshold.Value)
	}
	median := poor.quantileValue(poor.ordered(), 0.5)
	// The poor's median is the quantile of order rate/2, an order that is itself estimated.
	total, density := s.Total(), s.density(median)
	influence := make([]float64, s.Len())
	t := threshold.Value
	for i, y := range s.Welfare {
		if s.weight(i) == 0 {
			continue
		}
		medianInfluence := (rate.Influence[i]/2 - (truth(y <= median)-rate.Value/2)/total) / density
		influence[i] = median/(t*t)*threshold.Influence[i] - medianInfluence/t
	}
	return Estimate{Value: (t - median) / t, Influence: influence}, nil
}

// QuintileShare is the income quintile share ratio S80/S20: total welfare above the upper quintile over total welfare
// at or below the lower quintile.
func QuintileShare(s Sample) (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	order := s.ordered()
	low, high := s.quantileValue(order, 0.2), s.quantileValue(order, 0.8)
	rich, poor := 0.0, 0.0
	for _, i := range order {
		if s.Welfare[i] > high {
			rich += s.weight(i) * s.Welfare[i]
		}
		if s.Welfare[i] <= low {
			poor += s.weight(i) * s.Welfare[i]
		}
	}
	if poor <= 0 {
		return Estimate{}, fmt.Errorf("quintile share ratio: the poorest fifth's total %v is not above 0", poor)
	}
	value := rich / poor
	influence := make([]float64, s.Len())
	for _, i := range order {
		y := s.Welfare[i]
		top := y*truth(y > high) + high*(truth(y <= high)-0.8)
		bottom := y*truth(y <= low) - low*(truth(y <= low)-0.2)
		influence[i] = (top - value*bottom) / poor
	}
	return Estimate{Value: value, Influence: influence}, nil
}
