package procedure

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"rightkey/internal/i18n"
)

// The measures of a diagram in its own units.
const (
	boxWide, boxHigh = 200, 58
	gapWide, gapHigh = 90, 34
	margin           = 20
)

// placed is a state with its column and row.
type placed struct {
	*State
	column, row int
}

// columns lays the states out: the way that grants from start to end in columns of the first row, what leaves it below.
func (d *Definition) columns() ([]placed, int, int) {
	depth := map[string]int{d.Start().Code: 0}
	for queue := []string{d.Start().Code}; len(queue) > 0; queue = queue[1:] {
		for _, t := range d.Leaving(queue[0]) {
			if _, seen := depth[t.To]; !seen {
				depth[t.To] = depth[queue[0]] + 1
				queue = append(queue, t.To)
			}
		}
	}
	rows := map[int]int{}
	var list []placed
	wide, high := 0, 0
	ordered := slices.Clone(d.States)
	slices.SortStableFunc(ordered, func(a, b *State) int { return side(a) - side(b) })
	for _, s := range ordered {
		at := placed{s, depth[s.Code], rows[depth[s.Code]]}
		rows[at.column]++
		list = append(list, at)
		wide, high = max(wide, at.column+1), max(high, at.row+1)
	}
	return list, wide, high
}

// side says whether a state is beside the way that grants: then it stands below.
func side(s *State) int {
	if s.Mandatory || s.End == Granted {
		return 0
	}
	return 1
}

// SVG draws the procedure: states as boxes in columns, steps as arrows, terms in the boxes where they begin. It needs no
// script and no style of its own page; Steps says the same in words.
func (d *Definition) SVG(lang i18n.Lang) string {
	list, wide, high := d.columns()
	at := map[string]placed{}
	for _, p := range list {
		at[p.Code] = p
	}
	var b strings.Builder
	w, h := 2*margin+wide*boxWide+(wide-1)*gapWide, 2*margin+high*boxHigh+(high-1)*gapHigh+40
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="sans-serif" font-size="13">`, w, h, html.EscapeString(d.Title.In(lang)))
	b.WriteString(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b6b62"/></marker></defs>`)
	drawn := map[[2]string]bool{}
	for _, t := range d.Transitions {
		for _, from := range t.From {
			if pair := [2]string{from, t.To}; !drawn[pair] {
				drawn[pair] = true
				arrow(&b, at[from], at[t.To])
			}
		}
	}
	for _, p := range list {
		d.box(&b, p, lang)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p placed) corner() (x, y int) {
	return margin + p.column*(boxWide+gapWide), margin + p.row*(boxHigh+gapHigh)
}

// arrow leads from the side of a box to that of the next; back to an earlier column it goes around below.
func arrow(b *strings.Builder, from, to placed) {
	x1, y1 := from.corner()
	x2, y2 := to.corner()
	style := `fill="none" stroke="#5b6b62" stroke-width="1.3" marker-end="url(#tip)"`
	switch {
	case to.column > from.column:
		x1, y1, y2 = x1+boxWide, y1+boxHigh/2, y2+boxHigh/2
		fmt.Fprintf(b, `<path d="M%d %dC%d %d %d %d %d %d" %s/>`, x1, y1, x1+gapWide/2, y1, x2-gapWide/2, y2, x2, y2, style)
	case to.column == from.column:
		down := 1
		if y2 < y1 {
			down = -1
		}
		fmt.Fprintf(b, `<path d="M%d %dL%d %d" %s/>`, x1+boxWide/2, y1+boxHigh*(1+down)/2, x2+boxWide/2, y2+boxHigh*(1-down)/2, style)
	default:
		fmt.Fprintf(b, `<path d="M%d %dC%d %d %d %d %d %d" stroke-dasharray="5 4" %s/>`, x1+boxWide/3, y1+boxHigh, x1, y1+boxHigh+gapHigh, x2+boxWide, y2+boxHigh+gapHigh, x2+2*boxWide/3, y2+boxHigh, style)
	}
}

// box is a state with what begins in it.
func (d *Definition) box(b *strings.Builder, p placed, lang i18n.Lang) {
	x, y := p.corner()
	fill := map[End]string{Goes: "#f4f7f5", Granted: "#d9ecdf", Refused: "#f6dcd9", Withdrawn: "#e6e6e6"}[p.End]
	stroke := 1
	if p.Mandatory {
		stroke = 2
	}
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" rx="7" fill="%s" stroke="#1f5135" stroke-width="%d"/>`, x, y, boxWide, boxHigh, fill, stroke)
	lines := wrap(p.Title.In(lang), 26)
	if terms := d.terms(p.State); terms != "" {
		lines = append(lines, terms)
	}
	for i, line := range lines[:min(len(lines), 3)] {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#16261c">%s</text>`, x+boxWide/2, y+boxHigh/2+5-8*(min(len(lines), 3)-1)+16*i, html.EscapeString(line))
	}
}

// terms are the clocks that begin in a state, in days.
func (d *Definition) terms(s *State) string {
	var parts []string
	for _, t := range d.Clocks {
		if slices.Contains(t.From, s.Code) {
			parts = append(parts, fmt.Sprintf("⏱ %d", t.Days))
		}
	}
	if b := d.Board(s.Notice); b != nil {
		parts = append(parts, fmt.Sprintf("▤ %d", b.Days))
	}
	return strings.Join(parts, "  ")
}

// wrap breaks a text into lines of about a width; characters of scripts without blanks count double.
func wrap(text string, width int) []string {
	var lines []string
	line, n := "", 0
	for _, word := range strings.Fields(text) {
		long := 0
		for _, r := range word {
			long++
			if r > 0x2e7f {
				long++
			}
		}
		if n > 0 && n+1+long > width {
			lines, line, n = append(lines, line), "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+long
	}
	return append(lines, line)
}

// Step is a transition in words: of a diagram what it shows, for who cannot see it.
type Step struct {
	From, Title, To string
	Roles           []string
	Persons         int
	On              Trigger
}

// Steps are the transitions in words, in the order of the definition.
func (d *Definition) Steps(lang i18n.Lang) []Step {
	var list []Step
	for _, t := range d.Transitions {
		for _, from := range t.From {
			step := Step{From: d.State(from).Title.In(lang), Title: t.Title.In(lang), To: d.State(t.To).Title.In(lang), Persons: t.Persons, On: t.On}
			for _, a := range t.By {
				step.Roles = append(step.Roles, a.Role)
			}
			list = append(list, step)
		}
	}
	return list
}
