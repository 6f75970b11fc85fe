package demonstration

import "fmt"

// Target is a bound that a demonstration is to keep, and what it measured.
type Target struct {
	What     string
	Measured float64
	Bound    float64
	AtLeast  bool // the measured must not be below the bound; else not above it
	Stretch  bool // more than is asked for
}

// Met says whether the bound is kept.
func (t Target) Met() bool {
	if t.AtLeast {
		return t.Measured >= t.Bound
	}
	return t.Measured <= t.Bound
}

// bound is what the inclusion error and the missing rate may be after some visits, as shares.
type bound struct {
	times, inclusion, missing float64
	stretch                   bool
}

var (
	withoutError = []bound{{1, 0.065, 0.023, false}, {1.5, 0.03, 0.017, false}, {2, 0.015, 0.013, false}, {1.5, 0.02, 0.014, true}}
	careful      = []bound{{1.5, 0.04, 0.01, false}, {1.5, 0.03, 0.008, true}}
)

// WithoutError are the targets for visits without error, over the curves of all mechanisms: the worst counts.
func WithoutError(curves [][]Point) []Target {
	return targets("raw", withoutError, curves, func(p Point) (float64, float64) {
		inclusion, _ := p.Households.Inclusion()
		missing, _ := p.Households.Missing()
		return inclusion, missing
	})
}

// Careful are the targets for careful visits: clear errors, and that raw errors never rise with more visits.
func Careful(curves [][]Point) []Target {
	out := targets("clear", careful, curves, func(p Point) (float64, float64) {
		_, inclusion := p.Households.Inclusion()
		_, missing := p.Households.Missing()
		return inclusion, missing
	})
	most := 0.0
	for _, curve := range curves {
		for i := 1; i < len(curve); i++ {
			most = max(most, curve[i].Households.Total()-curve[i-1].Households.Total())
		}
	}
	return append(out, Target{What: "households by which raw errors rise with more visits", Measured: most})
}

func targets(kind string, bounds []bound, curves [][]Point, of func(Point) (inclusion, missing float64)) []Target {
	var out []Target
	for _, b := range bounds {
		inclusion, missing := 0.0, 0.0
		for _, curve := range curves {
			for _, p := range curve {
				if p.Times == b.times {
					i, m := of(p)
					inclusion, missing = max(inclusion, i), max(missing, m)
				}
			}
		}
		out = append(out, Target{What: fmt.Sprintf("%s inclusion error at %g×", kind, b.times), Measured: inclusion, Bound: b.inclusion, Stretch: b.stretch},
			Target{What: fmt.Sprintf("%s missing rate at %g×", kind, b.times), Measured: missing, Bound: b.missing, Stretch: b.stretch})
	}
	return out
}
