package poverty

import "fmt"

// Point is one point of a curve.
type Point struct {
	Share float64 // share of people, from the poorest
	Value float64
}

// Lorenz is the Lorenz curve: from (0, 0), after each observation the share of people and their share of welfare.
func Lorenz(s Sample) ([]Point, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	order := s.ordered()
	people, welfare := 0.0, 0.0
	curve := make([]Point, 1, len(order)+1)
	for _, i := range order {
		people += s.weight(i)
		welfare += s.weight(i) * s.Welfare[i]
		curve = append(curve, Point{people, welfare})
	}
	if welfare <= 0 {
		return nil, fmt.Errorf("lorenz curve: total welfare %v is not above 0", welfare)
	}
	for k := range curve {
		curve[k].Share /= people
		curve[k].Value /= welfare
	}
	return curve, nil
}

// GrowthIncidence is the growth rate of welfare between two surveys at each of the given shares of people, that is
// the ratio of the two quantiles minus 1 (Ravallion and Chen 2003).
func GrowthIncidence(before, after Sample, shares []float64) ([]Point, error) {
	if err := before.checkPositive(); err != nil {
		return nil, fmt.Errorf("first survey: %w", err)
	}
	if err := after.checkPositive(); err != nil {
		return nil, fmt.Errorf("second survey: %w", err)
	}
	orderBefore, orderAfter := before.ordered(), after.ordered()
	curve := make([]Point, len(shares))
	for k, p := range shares {
		if !(p > 0 && p < 1) {
			return nil, fmt.Errorf("share of people %v does not lie between 0 and 1", p)
		}
		growth := after.quantileValue(orderAfter, p)/before.quantileValue(orderBefore, p) - 1
		curve[k] = Point{p, growth}
	}
	return curve, nil
}
