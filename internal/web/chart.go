package web

import (
	"math"
	"strconv"
)

// Bars is a small chart of horizontal bars from zero, labelled directly, with whiskers where values are estimates
// and a table of the figures behind it.
type Bars struct {
	Caption string
	Unit    string
	Items   []Bar
}

// Bar is one bar. Text is the value as written; Low and High are the ends of its interval, both 0 for none.
type Bar struct {
	Label     string
	Value     float64
	Low, High float64
	Text      string
	Interval  string // as written
	Href      string
}

// widest is the value at the end of the scale.
func (b Bars) widest() float64 {
	top := 0.0
	for _, item := range b.Items {
		top = max(top, item.Value, item.High)
	}
	if top == 0 {
		return 1
	}
	return top
}

// at is the place of a value on a scale of 100, never outside of it.
func (b Bars) at(value float64) string {
	return strconv.FormatFloat(math.Max(0, math.Min(100, value/b.widest()*100)), 'f', 2, 64)
}

// span is the length between two values on a scale of 100.
func (b Bars) span(low, high float64) string { return b.at(high - low) }

func (b Bars) hasIntervals() bool {
	for _, item := range b.Items {
		if item.Interval != "" {
			return true
		}
	}
	return false
}

// Stacked is one bar of parts that make a whole, each named below it in the same order, with a table behind it.
type Stacked struct {
	Caption string
	Unit    string
	Parts   []Part
}

// Part is one part; Text is the value as written.
type Part struct {
	Label string
	Value float64
	Text  string
	Share string // of the whole, as written
	Href  string
}

// segment is a part's place on a scale of 100.
type segment struct{ start, width string }

// segments places the parts one after another.
func (s Stacked) segments() []segment {
	total := 0.0
	for _, part := range s.Parts {
		total += math.Max(0, part.Value)
	}
	places := make([]segment, len(s.Parts))
	start := 0.0
	for i, part := range s.Parts {
		width := 0.0
		if total > 0 {
			width = math.Max(0, part.Value) / total * 100
		}
		places[i] = segment{strconv.FormatFloat(start, 'f', 2, 64), strconv.FormatFloat(width, 'f', 2, 64)}
		start += width
	}
	return places
}

// shades are the classes of a stacked bar's parts; more parts than shades begin again.
var shades = []string{"shade-1", "shade-2", "shade-3", "shade-4", "shade-5", "shade-6"}

func shade(i int) string { return shades[i%len(shades)] }
