package poverty

import (
	"fmt"
	"math"
	"slices"
)

// Change splits a change in poverty into what growth of the mean did, what redistribution did, and a residual.
type Change struct {
	Before, After  float64
	Growth         float64
	Redistribution float64
	Residual       float64
}

// DattRavallion decomposes the change of the FGT index between two surveys (Datt and Ravallion 1992): growth is the
// change had only the mean moved, redistribution the change had only the distribution around it moved, both seen from
// the first survey. The line is one amount in the units of both surveys.
func DattRavallion(before, after Sample, line Line, alpha float64) (Change, error) {
	if line.Each != nil {
		return Change{}, fmt.Errorf("a decomposition over time needs one line for everybody")
	}
	meanBefore, err := before.Mean()
	if err != nil {
		return Change{}, fmt.Errorf("first survey: %w", err)
	}
	meanAfter, err := after.Mean()
	if err != nil {
		return Change{}, fmt.Errorf("second survey: %w", err)
	}
	index := func(s Sample, scale float64) (float64, error) {
		scaled := Line{Amount: line.Amount / scale, Strict: line.Strict}
		e, err := FGT(s, scaled, alpha)
		return e.Value, err
	}
	ratio := meanAfter.Value / meanBefore.Value
	var values [4]float64
	for k, c := range []struct {
		of    Sample
		scale float64
	}{{before, 1}, {after, 1}, {before, ratio}, {after, 1 / ratio}} {
		if values[k], err = index(c.of, c.scale); err != nil {
			return Change{}, err
		}
	}
	change := Change{Before: values[0], After: values[1], Growth: values[2] - values[0], Redistribution: values[3] - values[0]}
	change.Residual = change.After - change.Before - change.Growth - change.Redistribution
	return change, nil
}

// Part is one group's share in an index that is a weighted mean of the groups' indices.
type Part struct {
	Group        string
	People       float64 // share of the population
	Index        float64 // the group's own index
	Contribution float64 // people x index / the whole's index; 0 when that is 0
}

// ByGroup decomposes the FGT index by groups, in the order of their names.
func ByGroup(s Sample, groups []string, line Line, alpha float64) ([]Part, error) {
	if len(groups) != s.Len() {
		return nil, fmt.Errorf("%d observations and %d group labels", s.Len(), len(groups))
	}
	whole, err := FGT(s, line, alpha)
	if err != nil {
		return nil, err
	}
	total := s.Total()
	var parts []Part
	for _, name := range Groups(s, groups) {
		own := s.Where(func(i int) bool { return groups[i] == name })
		index, err := FGT(own, line, alpha)
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", name, err)
		}
		part := Part{Group: name, People: own.Total() / total, Index: index.Value}
		if whole.Value > 0 {
			part.Contribution = part.People * part.Index / whole.Value
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// Groups lists the group labels that occur inside the domain, sorted.
func Groups(s Sample, groups []string) []string {
	seen := map[string]bool{}
	for i, g := range groups {
		if s.weight(i) > 0 {
			seen[g] = true
		}
	}
	names := make([]string, 0, len(seen))
	for g := range seen {
		names = append(names, g)
	}
	slices.Sort(names)
	return names
}

// EntropyParts splits a generalised entropy index into inequality between groups and inside them: within is the sum
// over groups of (share of people)^(1-alpha) x (share of welfare)^alpha x the group's own index.
func EntropyParts(s Sample, groups []string, alpha float64) (between, within float64, err error) {
	if len(groups) != s.Len() {
		return 0, 0, fmt.Errorf("%d observations and %d group labels", s.Len(), len(groups))
	}
	whole, err := Entropy(s, alpha)
	if err != nil {
		return 0, 0, err
	}
	mean := s.MeanOf(func(i int) float64 { return s.Welfare[i] }).Value
	total := s.Total()
	for _, name := range Groups(s, groups) {
		own := s.Where(func(i int) bool { return groups[i] == name })
		index, err := Entropy(own, alpha)
		if err != nil {
			return 0, 0, fmt.Errorf("group %q: %w", name, err)
		}
		people := own.Total() / total
		ratio := own.MeanOf(func(i int) float64 { return s.Welfare[i] }).Value / mean
		within += people * math.Pow(ratio, alpha) * index.Value
	}
	return whole.Value - within, within, nil
}
