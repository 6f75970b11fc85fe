package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"rightkey/poverty/targeting"
)

// plot is a small SVG chart with one axis each way, drawn without any script so that it can stand in a document.
type plot struct {
	body                 strings.Builder
	left, right          float64 // range of x
	bottom, top          float64 // range of y
	title, xLabel, yName string
}

const (
	plotWidth, plotHeight   = 480.0, 380.0
	plotLeft, plotBottom    = 64.0, 52.0
	plotRight, plotTop      = 16.0, 36.0
	plotInk, plotAccent     = "#222222", "#1864ab"
	plotFaint, plotContrast = "#8a8a8a", "#b8500f"
)

func (p *plot) x(v float64) float64 {
	return plotLeft + (v-p.left)/(p.right-p.left)*(plotWidth-plotLeft-plotRight)
}

func (p *plot) y(v float64) float64 {
	return plotHeight - plotBottom - (v-p.bottom)/(p.top-p.bottom)*(plotHeight-plotBottom-plotTop)
}

func (p *plot) line(points [][2]float64, color, dash string) {
	p.body.WriteString(`<polyline fill="none" stroke-width="2" stroke="` + color + `"`)
	if dash != "" {
		p.body.WriteString(` stroke-dasharray="` + dash + `"`)
	}
	p.body.WriteString(` points="`)
	for _, pt := range points {
		fmt.Fprintf(&p.body, "%.1f,%.1f ", p.x(pt[0]), p.y(pt[1]))
	}
	p.body.WriteString(`"/>` + "\n")
}

func (p *plot) dot(x, y float64, color string) {
	fmt.Fprintf(&p.body, `<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`+"\n", p.x(x), p.y(y), color)
}

func (p *plot) text(x, y float64, anchor, text string) {
	fmt.Fprintf(&p.body, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, html.EscapeString(text))
}

// String is the finished drawing with its axes.
func (p *plot) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s" font-family="sans-serif" font-size="12" fill="%s">`+"\n",
		plotWidth, plotHeight, html.EscapeString(p.title), plotInk)
	fmt.Fprintf(&s, `<rect width="%.0f" height="%.0f" fill="#ffffff"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&s, `<text x="%.0f" y="20" font-size="14" font-weight="bold">%s</text>`+"\n", plotLeft, html.EscapeString(p.title))
	fmt.Fprintf(&s, `<path d="M%.0f %.0fV%.0fH%.0f" fill="none" stroke="%s"/>`+"\n", plotLeft, plotTop, plotHeight-plotBottom, plotWidth-plotRight, plotInk)
	fmt.Fprintf(&s, `<text x="%.0f" y="%.0f" text-anchor="middle">%s</text>`+"\n", (plotWidth+plotLeft)/2, plotHeight-12, html.EscapeString(p.xLabel))
	fmt.Fprintf(&s, `<text transform="translate(16 %.0f) rotate(-90)" text-anchor="middle">%s</text>`+"\n", plotHeight/2, html.EscapeString(p.yName))
	s.WriteString(p.body.String())
	s.WriteString("</svg>\n")
	return s.String()
}

// ticks writes five labels on each axis.
func (p *plot) ticks() {
	for k := range 6 {
		part := float64(k) / 5
		x, y := p.left+part*(p.right-p.left), p.bottom+part*(p.top-p.bottom)
		p.text(p.x(x), plotHeight-plotBottom+18, "middle", fmt.Sprintf("%.3g", round2(x)))
		p.text(plotLeft-6, p.y(y)+4, "end", fmt.Sprintf("%.3g", round2(y)))
	}
}

func round2(v float64) float64 { return math.Round(v*100) / 100 }

// rocPlot draws the share of the poor found against the share of the others let in.
func rocPlot(curve []targeting.CurvePoint) string {
	p := &plot{right: 1, top: 1, title: "Who is found, and who is let in", xLabel: "share of the others selected", yName: "share of the poor selected"}
	p.ticks()
	step := max(1, len(curve)/200)
	var points [][2]float64
	for k := 0; k < len(curve); k += step {
		points = append(points, [2]float64{curve[k].Others, curve[k].Poor})
	}
	points = append(points, [2]float64{1, 1})
	p.line([][2]float64{{0, 0}, {1, 1}}, plotFaint, "4 4")
	p.line(points, plotAccent, "")
	return p.String()
}

// calibrationPlot draws the mean truth in each tenth of the scores against the mean score there.
func calibrationPlot(truth, score, weight []float64) string {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case score[a] < score[b]:
			return -1
		case score[a] > score[b]:
			return 1
		}
		return 0
	})
	var points [][2]float64
	for tenth := range 10 {
		rows := order[tenth*len(order)/10 : (tenth+1)*len(order)/10]
		x, y, w := 0.0, 0.0, 0.0
		for _, i := range rows {
			x += weight[i] * score[i]
			y += weight[i] * truth[i]
			w += weight[i]
		}
		if w > 0 {
			points = append(points, [2]float64{x / w, y / w})
		}
	}
	p := &plot{title: "Truth by tenths of the score", xLabel: "mean score of the tenth", yName: "mean truth of the tenth"}
	p.fit(points)
	p.ticks()
	low, high := max(p.left, p.bottom), min(p.right, p.top)
	if low < high {
		p.line([][2]float64{{low, low}, {high, high}}, plotFaint, "4 4")
	}
	for _, pt := range points {
		p.dot(pt[0], pt[1], plotAccent)
	}
	return p.String()
}

// fit sets the ranges around points.
func (p *plot) fit(points [][2]float64) {
	p.left, p.right, p.bottom, p.top = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, pt := range points {
		p.left, p.right = min(p.left, pt[0]), max(p.right, pt[0])
		p.bottom, p.top = min(p.bottom, pt[1]), max(p.top, pt[1])
	}
	dx, dy := max(p.right-p.left, 1e-9)*0.08, max(p.top-p.bottom, 1e-9)*0.08
	p.left, p.right, p.bottom, p.top = p.left-dx, p.right+dx, p.bottom-dy, p.top+dy
}

// areaPlot draws the exclusion error of each group with its interval, at the first coverage.
func areaPlot(results []evaluationLine) string {
	var lines []evaluationLine
	for _, r := range results {
		if r.Coverage == results[0].Coverage && r.Exclusion != nil {
			lines = append(lines, r)
		}
	}
	const most = 30
	lines = lines[:min(most, len(lines))]
	p := &plot{left: 0, right: float64(len(lines)), top: 1, title: "Share of the poor left out, by area", xLabel: "area (first: all)", yName: "exclusion error with 95 % interval"}
	for k := range 6 {
		p.text(plotLeft-6, p.y(float64(k)/5)+4, "end", fmt.Sprintf("%.1f", float64(k)/5))
	}
	for k, l := range lines {
		x := float64(k) + 0.5
		color, name := plotAccent, l.Group
		if name == "" {
			color, name = plotContrast, "all"
		}
		if l.ExclusionLow != nil && l.ExclusionHigh != nil {
			p.line([][2]float64{{x, *l.ExclusionLow}, {x, *l.ExclusionHigh}}, color, "")
		}
		p.dot(x, *l.Exclusion, color)
		fmt.Fprintf(&p.body, `<text transform="translate(%.1f %.1f) rotate(-60)" text-anchor="start" font-size="10">%s</text>`+"\n",
			p.x(x)+3, p.y(0)-4, html.EscapeString(name))
	}
	return p.String()
}
