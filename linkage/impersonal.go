package linkage

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Impersonal is a model that can be kept where nobody's values may be: of the fields in kept (by their places) it
// keeps the values that at least fewest rows have, of others none. Equality on a value that is left out counts as on
// the average of those left out. Doing it again changes nothing; m stays as it is.
func (m *Model) Impersonal(fewest int, kept ...int) *Model {
	lean := *m
	lean.Fields = slices.Clone(m.Fields)
	for i := range lean.Fields {
		f := &lean.Fields[i]
		f.Variants = nil
		if !slices.Contains(kept, i) {
			f.leaveOutBelow(math.MaxInt)
		} else if len(f.Common) > 0 {
			f.leaveOutBelow(fewest)
		} else if f.Single <= 1 {
			f.Known = 0 // of its values none is told to be common, so that all count alike
		}
	}
	return &lean
}

// leaveOutBelow takes away the values that fewer than fewest rows have. Bits follow the logarithm of occurrences, so
// that it is the logarithms that are averaged, over the bearers.
func (f *FieldModel) leaveOutBelow(fewest int) {
	alone, bearers, logs := f.Known, 0.0, 0.0
	for _, n := range f.Common {
		alone -= n
		if n < fewest {
			bearers += float64(n)
			logs += float64(n) * math.Log2(float64(n))
		}
	}
	if bearers == 0 {
		return
	}
	if alone > 0 {
		bearers += float64(alone)
		logs += float64(alone) * math.Log2(cmp.Or(f.Single, 1))
	}
	f.Single = math.Exp2(logs / bearers)
	f.Common = maps.Clone(f.Common)
	maps.DeleteFunc(f.Common, func(_ string, n int) bool { return n < fewest })
}
