package pmt

import (
	"math"
	"strconv"
)

// Effects are what living in a place adds to the score: the mean residual of its households, shrunk towards the mean
// of all places by how little is known about it (empirical Bayes). Place 0 effect: nothing known.
type Effects struct {
	Between float64            `json:"between"` // variance of true effects between places
	Within  float64            `json:"within"`  // variance of residuals inside a place
	Of      map[string]float64 `json:"of"`
}

// VillageEffects estimates the effects of places from the residuals of the households surveyed there. The residuals
// must come from predictions that did not use the household's own welfare. Places named "" get none.
func VillageEffects(village []string, residual []float64) Effects {
	sum, n := map[string]float64{}, map[string]float64{}
	var order []string
	for i, v := range village {
		if v == "" {
			continue
		}
		if n[v] == 0 {
			order = append(order, v)
		}
		sum[v] += residual[i]
		n[v]++
	}
	squares, free := 0.0, 0.0
	for i, v := range village {
		if v != "" {
			d := residual[i] - sum[v]/n[v]
			squares += d * d
		}
	}
	for _, v := range order {
		free += n[v] - 1
	}
	e := Effects{Of: map[string]float64{}}
	if free <= 0 || len(order) < 2 {
		return e
	}
	e.Within = squares / free
	means := make([]float64, len(order))
	noise := 0.0
	for k, v := range order {
		means[k] = sum[v] / n[v]
		noise += e.Within / n[v] / float64(len(order))
	}
	e.Between = max(variance(means)-noise, 0)
	for k, v := range order {
		if e.Between > 0 {
			e.Of[v] = means[k] * e.Between / (e.Between + e.Within/n[v])
		}
	}
	return e
}

// At is the effect of each household's place, 0 for places that were not surveyed.
func (e Effects) At(places []string) []float64 {
	effects := make([]float64, len(places))
	for i, p := range places {
		effects[i] = e.Of[p]
	}
	return effects
}

// AreaEffects estimates the effects of areas from the mean residuals of their villages, so that a village counts once
// however many of its households were surveyed. Without villages (nil) each household counts. Areas named "" get none.
func AreaEffects(area, village []string, residual []float64) Effects {
	key := make([]string, len(area))
	for i := range key {
		if key[i] = area[i] + "\x00" + strconv.Itoa(i); village != nil {
			key[i] = area[i] + "\x00" + village[i]
		}
	}
	unit, units := numbered(key)
	number, areas := numbered(area)
	mean, size := make([]float64, units), make([]float64, units)
	areaOf := make([]int, units)
	for i, u := range unit {
		mean[u] += residual[i]
		size[u]++
		areaOf[u] = number[i]
	}
	sum, squares, count := make([]float64, areas), make([]float64, areas), make([]float64, areas)
	for u := range mean {
		mean[u] /= size[u]
		sum[areaOf[u]] += mean[u]
		squares[areaOf[u]] += mean[u] * mean[u]
		count[areaOf[u]]++
	}
	e := Effects{Of: map[string]float64{}}
	e.Between, e.Within = components(sum, squares, count)
	for i, a := range number {
		if area[i] != "" && e.Between > 0 {
			e.Of[area[i]] = sum[a] / count[a] * e.Between / (e.Between + e.Within/count[a])
		}
	}
	return e
}

// components are the variances between and within groups of unequal size, by the analysis of variance.
func components(sum, squares, count []float64) (between, within float64) {
	total, n, n2, free := 0.0, 0.0, 0.0, 0.0
	for a := range sum {
		within += squares[a] - sum[a]*sum[a]/count[a]
		free += count[a] - 1
		total += sum[a]
		n += count[a]
		n2 += count[a] * count[a]
	}
	groups := float64(len(sum))
	if free <= 0 || groups < 2 {
		return 0, 0
	}
	within /= free
	for a := range sum {
		d := sum[a]/count[a] - total/n
		between += count[a] * d * d
	}
	return max((between/(groups-1)-within)*(groups-1)/(n-n2/n), 0), within
}

func variance(x []float64) float64 {
	mean := weightedMean(x, nil)
	squares := 0.0
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return squares / math.Max(1, float64(len(x)-1))
}
