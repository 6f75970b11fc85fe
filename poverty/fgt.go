package poverty

import (
	"fmt"
	"math"
)

// FGT is the Foster-Greer-Thorbecke index of order alpha: the mean over all of ((line - welfare) / line)^alpha among
// the poor. Alpha 0 is the headcount, 1 the gap, 2 the squared gap. Negative welfare gives gaps above 1.
func FGT(s Sample, line Line, alpha float64) (Estimate, error) {
	if alpha < 0 {
		return Estimate{}, fmt.Errorf("order %v of a poverty index is below 0", alpha)
	}
	if err := checkBoth(s, line); err != nil {
		return Estimate{}, err
	}
	return s.MeanOf(func(i int) float64 {
		if !line.Poor(s.Welfare[i], i) {
			return 0
		}
		gap := (line.At(i) - s.Welfare[i]) / line.At(i)
		switch alpha {
		case 0:
			return 1
		case 1:
			return gap
		case 2:
			return gap * gap
		}
		return math.Pow(gap, alpha)
	}), nil
}

// Watts is the mean over all of ln(line / welfare) among the poor (Watts 1968). Welfare must be above 0.
func Watts(s Sample, line Line) (Estimate, error) {
	if err := s.checkPositive(); err != nil {
		return Estimate{}, err
	}
	if err := line.check(s); err != nil {
		return Estimate{}, err
	}
	return s.MeanOf(func(i int) float64 {
		if !line.Poor(s.Welfare[i], i) {
			return 0
		}
		return math.Log(line.At(i) / s.Welfare[i])
	}), nil
}

// Sen is Sen's index (1976) in its large-sample form, headcount x (income gap ratio + (1 - ratio) x Gini of the poor).
// The line must be one amount; welfare must be above 0. Its influence holds the line fixed. It is 0 when nobody is
// poor.
func Sen(s Sample, line Line) (Estimate, error) {
	if line.Each != nil {
		return Estimate{}, fmt.Errorf("the index of Sen needs one line for everybody")
	}
	head, err := FGT(s, line, 0)
	if err != nil {
		return Estimate{}, err
	}
	if head.Value == 0 {
		return head, nil
	}
	gap, err := FGT(s, line, 1)
	if err != nil {
		return Estimate{}, err
	}
	poor := s.Where(func(i int) bool { return line.Poor(s.Welfare[i], i) })
	gini, err := Gini(poor, GiniExact)
	if err != nil {
		return Estimate{}, err
	}
	// With H the headcount, P the gap and G the Gini of the poor, the index is P + (H - P) G.
	h, p, g := head.Value, gap.Value, gini.Value
	return combine(p+(h-p)*g, term{1 - g, gap}, term{g, head}, term{h - p, gini}), nil
}

// checkBoth checks sample and line together.
func checkBoth(s Sample, line Line) error {
	if err := s.check(); err != nil {
		return err
	}
	return line.check(s)
}
