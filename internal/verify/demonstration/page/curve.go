package page

import (
	"strconv"
	"strings"

	"rightkey/internal/verify/demonstration"
)

// curve is an error by visits: the truth as a line, estimates as points with the span of their interval.
type curve struct {
	caption string
	marks   []mark
	widest  float64 // times at the end of the scale
	top     float64 // share at the top
}

type mark struct {
	times float64
	demonstration.Shown
}

// The sheet of a curve.
const (
	sheetWidth  = 480
	sheetHeight = 160
	sheetMargin = 8
)

func curveOf(caption string, marks []demonstration.Mark, of func(demonstration.Mark) demonstration.Shown) curve {
	c := curve{caption: caption, widest: 1, top: 0.01}
	for _, m := range marks {
		s := of(m)
		c.marks = append(c.marks, mark{m.Times, s})
		c.widest, c.top = max(c.widest, m.Times), max(c.top, s.True)
		if s.Estimated != nil {
			c.top = max(c.top, s.Estimated.High)
		}
	}
	return c
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

func (c curve) x(times float64) float64 {
	return sheetMargin + times/c.widest*(sheetWidth-2*sheetMargin)
}

func (c curve) y(share float64) float64 {
	return sheetHeight - sheetMargin - share/c.top*(sheetHeight-2*sheetMargin)
}

// line is the path of the truth.
func (c curve) line() string {
	var path strings.Builder
	pen := "M"
	for _, m := range c.marks {
		path.WriteString(pen + number(c.x(m.times)) + " " + number(c.y(m.True)))
		pen = "L"
	}
	return path.String()
}

// span is the height of an interval.
func (c curve) span(e *demonstration.Interval) string { return number(c.y(e.Low) - c.y(e.High)) }
