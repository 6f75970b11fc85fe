package main

import (
	"fmt"

	"rightkey/internal/verify/demonstration"
)

// curvePlot draws the worst inclusion error and missing rate over the mechanisms by visits.
func curvePlot(exact, careful [][]demonstration.Point) string {
	p := &plot{right: 2, top: 32, title: "Errors of the register, by visits", xLabel: "visits, as a multiple of the registered households",
		yName: "share in %, the worst of three mechanisms"}
	p.ticks()
	inclusion := func(pt demonstration.Point) float64 { raw, _ := pt.Households.Inclusion(); return raw }
	missing := func(pt demonstration.Point) float64 { raw, _ := pt.Households.Missing(); return raw }
	p.line(worst(exact, inclusion), plotAccent, "")
	p.line(worst(careful, inclusion), plotAccent, "5 4")
	p.line(worst(exact, missing), plotContrast, "")
	p.line(worst(careful, missing), plotContrast, "5 4")
	for i, of := range []struct{ color, dash, name string }{{plotAccent, "", "registered and not poor"}, {plotContrast, "", "poor and not registered (F4)"}, {plotFaint, "5 4", "dashed: visits of reliability .96"}} {
		y := 30 - 1.9*float64(i)
		p.line([][2]float64{{1.0, y}, {1.1, y}}, of.color, of.dash)
		fmt.Fprintf(&p.body, `<text x="%.1f" y="%.1f">%s</text>`+"\n", p.x(1.13), p.y(y)+4, of.name)
	}
	return p.String()
}

// worst are the largest values over the curves, in per cent.
func worst(curves [][]demonstration.Point, of func(demonstration.Point) float64) [][2]float64 {
	var out [][2]float64
	for i, first := range curves[0] {
		most := 0.0
		for _, curve := range curves {
			most = max(most, of(curve[i]))
		}
		out = append(out, [2]float64{first.Times, 100 * most})
	}
	return out
}
