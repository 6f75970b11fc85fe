package mpi

import (
	"fmt"
	"math"
)

// Level is an estimate with its standard error at one time.
type Level struct {
	Value float64
	SE    float64
}

// Change is the change of a measure between two independent surveys some years apart.
type Change struct {
	Absolute       Level // second minus first
	AbsoluteAnnual Level // per year
	Relative       Level // second / first - 1
	RelativeAnnual Level // compound rate per year: (second / first)^(1 / years) - 1
	T              float64
}

// Between compares two surveys years apart. The first value and the distance must be above 0. Standard errors take
// the surveys as independent (delta method for the relative ones); T is the absolute change over its standard error.
func Between(first, second Level, years float64) (Change, error) {
	if !(years > 0) || !(first.Value > 0) {
		return Change{}, fmt.Errorf("change from %v over %v years: both must be above 0", first.Value, years)
	}
	ratio := second.Value / first.Value
	absolute := math.Hypot(first.SE, second.SE)
	relative := math.Hypot(second.SE/first.Value, ratio*first.SE/first.Value)
	c := Change{
		Absolute:       Level{second.Value - first.Value, absolute},
		AbsoluteAnnual: Level{(second.Value - first.Value) / years, absolute / years},
		Relative:       Level{ratio - 1, relative},
	}
	compound := math.Pow(ratio, 1/years)
	c.RelativeAnnual = Level{Value: compound - 1}
	if ratio > 0 {
		c.RelativeAnnual.SE = relative * compound / (years * ratio)
	}
	if absolute > 0 {
		c.T = c.Absolute.Value / absolute
	}
	return c, nil
}
