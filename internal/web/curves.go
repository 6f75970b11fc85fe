package web

import (
	"math"
	"strconv"
	"strings"
)

// Curves are several figures along one scale as lines, from zero, with whiskers where they are estimates and a table
// behind them.
type Curves struct {
	Caption string
	Unit    string
	Across  string   // what the scale is, as the head of the table's first column
	Marks   []string // places on the scale, as written
	Curves  []Curve
}

// Curve is one line; it has a point for each mark.
type Curve struct {
	Label  string
	Points []CurvePoint
}

// CurvePoint is a value with the ends of its interval, both 0 for none, as written too.
type CurvePoint struct {
	Value, Low, High float64
	Text, Interval   string
}

// top is the value at the upper end of the sheet.
func (c Curves) top() float64 {
	top := 0.0
	for _, curve := range c.Curves {
		for _, p := range curve.Points {
			top = math.Max(top, math.Max(p.Value, p.High))
		}
	}
	if top == 0 {
		return 1
	}
	return top
}

// x and y are where a point stands on the sheet.
func (c Curves) x(i int) string {
	step := float64(trendWidth-2*trendMargin) / math.Max(1, float64(len(c.Marks)-1))
	return strconv.FormatFloat(trendMargin+step*float64(i), 'f', 1, 64)
}

func (c Curves) y(value float64) string {
	return strconv.FormatFloat(trendHeight-trendMargin-value/c.top()*(trendHeight-2*trendMargin), 'f', 1, 64)
}

// line is the path through the points of a curve.
func (c Curves) line(curve Curve) string {
	var path strings.Builder
	for i, p := range curve.Points {
		if i == 0 {
			path.WriteString("M")
		} else {
			path.WriteString("L")
		}
		path.WriteString(c.x(i) + " " + c.y(p.Value))
	}
	return path.String()
}

// tones are the classes of curves; more curves than tones begin again.
var tones = []string{"curve-1", "curve-2"}

func tone(i int) string { return tones[i%len(tones)] }
