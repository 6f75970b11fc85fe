package web

import (
	"math"
	"strconv"
	"strings"
)

// Trend is a value over time as a line, from zero, with a table behind it.
type Trend struct {
	Caption string
	Unit    string
	Points  []TrendPoint // oldest first
	First   string       // heads of the table: the time, the value
	Second  string
}

// TrendPoint is the value at a time; Known is false where there is none to show.
type TrendPoint struct {
	Label string
	Value float64
	Text  string
	Known bool
	Open  bool // it may still change: of now, not frozen
}

// The sheet of a trend.
const (
	trendWidth  = 640
	trendHeight = 160
	trendMargin = 8
)

func (t Trend) top() float64 {
	top := 0.0
	for _, p := range t.Points {
		if p.Known {
			top = math.Max(top, p.Value)
		}
	}
	if top == 0 {
		return 1
	}
	return top
}

// x and y are where a point stands on the sheet.
func (t Trend) x(i int) string {
	step := float64(trendWidth-2*trendMargin) / math.Max(1, float64(len(t.Points)-1))
	return strconv.FormatFloat(trendMargin+step*float64(i), 'f', 1, 64)
}

func (t Trend) y(value float64) string {
	return strconv.FormatFloat(trendHeight-trendMargin-value/t.top()*(trendHeight-2*trendMargin), 'f', 1, 64)
}

// line is the path through the points; it is broken where one is missing.
func (t Trend) line() string {
	var path strings.Builder
	pen := "M"
	for i, p := range t.Points {
		if !p.Known {
			pen = "M"
			continue
		}
		path.WriteString(pen + t.x(i) + " " + t.y(p.Value))
		pen = "L"
	}
	return path.String()
}
