package pmt

import (
	"math"
	"slices"
	"sort"
)

// maxBins is the most value bins of a feature; one more code stands for unknown.
const (
	maxBins = 255
	unknown = 255
)

// binned is a feature cut into bins: codes by row, and the upper edge of each bin but the last. A value belongs to
// the first bin whose edge it does not exceed.
type binned struct {
	edges []float64
	codes []uint8
	bins  int // value bins, not counting unknown
}

// bin cuts a column at most into maxBins bins of about equal numbers of rows, each value of a small column its own.
func bin(column []float64) binned {
	b := binned{edges: edges(column), codes: make([]uint8, len(column))}
	b.bins = len(b.edges) + 1
	for i, v := range column {
		b.codes[i] = b.code(v)
	}
	return b
}

func (b binned) code(v float64) uint8 {
	if math.IsNaN(v) {
		return unknown
	}
	return uint8(sort.SearchFloat64s(b.edges, v))
}

// edges are midpoints between neighbouring values.
func edges(column []float64) []float64 {
	values := make([]float64, 0, len(column))
	for _, v := range column {
		if !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	distinct := slices.Compact(append([]float64(nil), values...))
	if len(distinct) <= maxBins {
		return midpoints(distinct)
	}
	chosen := make([]float64, 0, maxBins)
	for k := 1; k < maxBins; k++ {
		chosen = append(chosen, values[k*len(values)/maxBins])
	}
	chosen = slices.Compact(chosen)
	for k, v := range chosen {
		next := sort.SearchFloat64s(distinct, v)
		if next > 0 {
			chosen[k] = (distinct[next-1] + v) / 2
		}
	}
	return chosen
}

func midpoints(distinct []float64) []float64 {
	if len(distinct) < 2 {
		return nil
	}
	middle := make([]float64, len(distinct)-1)
	for k := range middle {
		middle[k] = distinct[k] + (distinct[k+1]-distinct[k])/2
		if middle[k] >= distinct[k+1] {
			middle[k] = distinct[k]
		}
	}
	return middle
}
