package pmt

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Answers is a feature as a question of a scorecard: a small number of answers, and each household's.
type Answers struct {
	Question string
	Labels   []string
	Of       []int // by household, an index into Labels
}

// categoryAnswers has one answer for each category and one for all others.
func categoryAnswers(name string, texts, levels []string) Answers {
	a := Answers{Question: name, Labels: append(slices.Clone(levels), "other"), Of: make([]int, len(texts))}
	for i, level := range levels {
		if level == "" {
			a.Labels[i] = "unknown"
		}
	}
	for i, text := range texts {
		if k, found := slices.BinarySearch(levels, text); found {
			a.Of[i] = k
		} else {
			a.Of[i] = len(levels)
		}
	}
	return a
}

// numberAnswers cuts a number into ranges: up to the first cut, the second, and so on.
func numberAnswers(f Feature, values []float64) Answers {
	a := Answers{Question: f.Name, Of: make([]int, len(values))}
	for k := range len(f.Cuts) + 1 {
		a.Labels = append(a.Labels, rangeLabel(f.Cuts, k))
	}
	unknownAnswer := len(a.Labels)
	if slices.ContainsFunc(values, math.IsNaN) {
		a.Labels = append(a.Labels, "unknown")
	}
	for i, v := range values {
		if math.IsNaN(v) {
			a.Of[i] = unknownAnswer
			continue
		}
		a.Of[i] = slices.IndexFunc(f.Cuts, func(cut float64) bool { return v <= cut })
		if a.Of[i] < 0 {
			a.Of[i] = len(f.Cuts)
		}
	}
	return a
}

func rangeLabel(cuts []float64, k int) string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	switch {
	case len(cuts) == 0:
		return "any"
	case k == 0:
		return "up to " + number(cuts[0])
	case k == len(cuts):
		return "more than " + number(cuts[k-1])
	}
	return fmt.Sprintf("more than %s up to %s", number(cuts[k-1]), number(cuts[k]))
}

// chosenCuts cuts a number at values that leave about equally many households in at most six answers.
func chosenCuts(values []float64) []float64 {
	var known []float64
	for _, v := range values {
		if !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return nil
	}
	slices.Sort(known)
	const answers = 6
	var cuts []float64
	for k := 1; k < answers; k++ {
		cuts = append(cuts, known[k*len(known)/answers])
	}
	cuts = slices.Compact(cuts)
	if top := known[len(known)-1]; len(cuts) > 0 && cuts[len(cuts)-1] == top {
		cuts = cuts[:len(cuts)-1]
	}
	if len(cuts) == 0 && known[0] < known[len(known)-1] {
		cuts = []float64{known[0]}
	}
	return cuts
}
