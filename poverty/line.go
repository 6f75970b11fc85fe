package poverty

import (
	"fmt"
	"math"
)

// Line is a poverty line: one amount for everybody, or one for each observation (a line by area or year). An
// observation is poor when its welfare is at or below the line, or with Strict only when it is below it: Eurostat's
// at-risk-of-poverty rate is strict, the Foster-Greer-Thorbecke family is not.
type Line struct {
	Amount float64
	Each   []float64
	Strict bool
}

// FixedLine is the same line for everybody.
func FixedLine(amount float64) Line { return Line{Amount: amount} }

// At is the line of observation i.
func (l Line) At(i int) float64 {
	if l.Each == nil {
		return l.Amount
	}
	return l.Each[i]
}

// Poor says whether welfare y of observation i is under the line.
func (l Line) Poor(y float64, i int) bool {
	if l.Strict {
		return y < l.At(i)
	}
	return y <= l.At(i)
}

// check refuses a line that is unknown or not above 0 for an observation inside the domain.
func (l Line) check(s Sample) error {
	if l.Each != nil && len(l.Each) != s.Len() {
		return fmt.Errorf("%d observations and %d poverty lines", s.Len(), len(l.Each))
	}
	for i := range s.Welfare {
		z := l.At(i)
		if s.weight(i) > 0 && (!(z > 0) || math.IsInf(z, 1)) {
			return fmt.Errorf("row %d: poverty line %v is not above 0", i+1, z)
		}
		if l.Each == nil && s.weight(i) > 0 {
			return nil
		}
	}
	return nil
}
