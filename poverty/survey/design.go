package survey

import (
	"fmt"
	"math"
)

// Lonely says what a stratum with a single PSU contributes, since no variance can be computed inside it.
type Lonely int

const (
	// LonelyFail refuses the design. It is the default: a lonely PSU is usually an error in the file.
	LonelyFail Lonely = iota
	// LonelyGrandMean centres the lonely PSU at the mean of all PSU totals.
	LonelyGrandMean
	// LonelyAverage gives the stratum the average contribution of the strata with several PSUs.
	LonelyAverage
	// LonelyCertainty lets it contribute nothing: the PSU was taken with certainty.
	LonelyCertainty
	// LonelyMerge joins it to the stratum before it in the order of first appearance (the first one to the next).
	LonelyMerge
)

// Options describe a design. Each column has one entry per row, or is nil: weights 1, one stratum, each row its own
// PSU. PSUs are nested in strata: the same label in two strata means two PSUs.
type Options struct {
	Weights []float64
	Strata  []string
	PSU     []string
	Lonely  Lonely
}

// Design is a survey's design, ready to give variances. It is safe for concurrent use.
type Design struct {
	weights []float64
	psuOf   []int // by row
	stratum []int // by PSU
	size    []int // number of PSUs by stratum
	lonely  Lonely
}

// New builds the design of a survey of n rows. It refuses columns of another length, weights that are negative or
// unknown, rows without a stratum or PSU label, and a lonely PSU under LonelyFail.
func New(n int, o Options) (*Design, error) {
	if err := o.check(n); err != nil {
		return nil, err
	}
	d := &Design{weights: o.Weights, psuOf: make([]int, n), lonely: o.Lonely}
	strata := map[string]int{}
	type unit struct {
		stratum int
		label   string
	}
	units := map[unit]int{}
	var names []string
	for i := range n {
		h := 0
		if o.Strata != nil {
			var known bool
			if h, known = strata[o.Strata[i]]; !known {
				h = len(strata)
				strata[o.Strata[i]] = h
				names = append(names, o.Strata[i])
			}
		}
		if o.PSU == nil {
			d.psuOf[i] = i
			d.stratum = append(d.stratum, h)
			continue
		}
		key := unit{h, o.PSU[i]}
		c, known := units[key]
		if !known {
			c = len(units)
			units[key] = c
			d.stratum = append(d.stratum, h)
		}
		d.psuOf[i] = c
	}
	d.count(max(1, len(strata)))
	return d, d.settleLonely(names)
}

func (o Options) check(n int) error {
	if n == 0 {
		return fmt.Errorf("survey design without rows")
	}
	if o.Weights != nil && len(o.Weights) != n || o.Strata != nil && len(o.Strata) != n || o.PSU != nil && len(o.PSU) != n {
		return fmt.Errorf("survey design of %d rows: %d weights, %d strata, %d PSUs", n, len(o.Weights), len(o.Strata), len(o.PSU))
	}
	for i, w := range o.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("row %d: weight %v is not a number of at least 0", i+1, w)
		}
	}
	for i, label := range o.Strata {
		if label == "" {
			return fmt.Errorf("row %d: stratum is missing", i+1)
		}
	}
	for i, label := range o.PSU {
		if label == "" {
			return fmt.Errorf("row %d: primary sampling unit is missing", i+1)
		}
	}
	return nil
}

func (d *Design) count(strata int) {
	d.size = make([]int, strata)
	for _, h := range d.stratum {
		d.size[h]++
	}
}

// settleLonely refuses or merges strata of one PSU, as the option says.
func (d *Design) settleLonely(names []string) error {
	for h, n := range d.size {
		if n != 1 || d.lonely != LonelyFail {
			continue
		}
		if names == nil {
			return fmt.Errorf("the only stratum has a single primary sampling unit: no variance can be computed")
		}
		return fmt.Errorf("stratum %q has a single primary sampling unit: choose how to treat it", names[h])
	}
	if d.lonely == LonelyMerge {
		d.mergeLonely()
	}
	return nil
}

// mergeLonely joins each lonely stratum to the group before it; a group that is still lonely takes in the next.
func (d *Design) mergeLonely() {
	into := make([]int, len(d.size))
	var groups []int
	for h, n := range d.size {
		last := len(groups) - 1
		if last >= 0 && (n == 1 || groups[last] == 1) {
			groups[last] += n
			into[h] = last
			continue
		}
		into[h] = len(groups)
		groups = append(groups, n)
	}
	for c, h := range d.stratum {
		d.stratum[c] = into[h]
	}
	d.size = groups
}

// Rows is the number of rows of the survey.
func (d *Design) Rows() int { return len(d.psuOf) }

// Units is the number of PSUs and Strata that of strata.
func (d *Design) Units() int { return len(d.stratum) }

// Strata is the number of strata, after merging.
func (d *Design) Strata() int { return len(d.size) }

// DF is the design's degrees of freedom for t intervals: PSUs minus strata.
func (d *Design) DF() int { return d.Units() - d.Strata() }

// weight is the weight of row i.
func (d *Design) weight(i int) float64 {
	if d.weights == nil {
		return 1
	}
	return d.weights[i]
}
