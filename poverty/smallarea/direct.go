package smallarea

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Direct is an area's estimate from its own sample alone.
type Direct struct {
	Rows     int
	Estimate float64 // Horvitz-Thompson: weighted total over the known population of the area
	SE       float64 // under simple random sampling with unequal weights
	Expanded float64 // population as the weights give it
}

// DirectEstimates are the direct estimates of the mean of y in each area, whose population is known.
func DirectEstimates(y, weight []float64, area []string, population map[string]float64) (map[string]Direct, error) {
	if len(weight) != len(y) || len(area) != len(y) {
		return nil, fmt.Errorf("%d values, %d weights, %d areas", len(y), len(weight), len(area))
	}
	all := map[string]Direct{}
	for i, v := range y {
		d, n := all[area[i]], population[area[i]]
		if !(n > 0) {
			return nil, fmt.Errorf("row %d: the population of area %q is not known", i+1, area[i])
		}
		d.Rows++
		d.Estimate += weight[i] * v / n
		d.SE += weight[i] * (weight[i] - 1) * v * v / (n * n)
		d.Expanded += weight[i]
		all[area[i]] = d
	}
	for name, d := range all {
		d.SE = math.Sqrt(max(d.SE, 0))
		all[name] = d
	}
	return all, nil
}

// PostStratified is the synthetic estimate of each area: the whole country's mean in each population group, weighted
// by the area's own composition, population[area][group]. A group's mean is its weighted total over its known
// population.
func PostStratified(y, weight []float64, group []string, population map[string]map[string]float64) (map[string]float64, error) {
	sum, people := map[string]float64{}, map[string]float64{}
	for i, v := range y {
		sum[group[i]] += weight[i] * v
	}
	for _, area := range slices.Sorted(maps.Keys(population)) {
		for g, n := range population[area] {
			people[g] += n
		}
	}
	estimates := map[string]float64{}
	for area, groups := range population {
		poor, all := 0.0, 0.0
		for _, g := range slices.Sorted(maps.Keys(groups)) {
			if groups[g] > 0 {
				poor += groups[g] * sum[g] / people[g]
				all += groups[g]
			}
		}
		if all == 0 {
			return nil, fmt.Errorf("area %q has no people", area)
		}
		estimates[area] = poor / all
	}
	return estimates, nil
}

// SampleSizeDependent mixes a direct with a synthetic estimate: the direct one counts alone when the weights expand
// to at least delta times the area's population, and less in proportion below (Drew, Singh and Choudhry 1982).
func SampleSizeDependent(direct Direct, synthetic, population, delta float64) float64 {
	part := min(1, direct.Expanded/(delta*population))
	return part*direct.Estimate + (1-part)*synthetic
}
