package precision

import "gonum.org/v1/gonum/mathext"

// Share is an estimated share of errors with an interval of 95 %, and what it rests on.
type Share struct {
	Value, Low, High float64
	Found, Seen      int // errors and households among those observed
}

// Shares estimates for each domain which share of its households are errors, from what was found (1 or 0) and the
// chances of being drawn: a ratio, for how many households a domain has need not be known. The interval is the exact
// one for the number of households that would tell as much if they were drawn one by one from the whole (Korn and
// Graubard 1998): where nothing was found it is as wide as the few who were seen ask for.
func Shares(sample []Observation) map[string]Share {
	out := map[string]Share{}
	for _, o := range sample {
		if _, done := out[o.Domain]; !done {
			out[o.Domain] = shareOf(sample, o.Domain)
		}
	}
	return out
}

func shareOf(sample []Observation, domain string) Share {
	var s Share
	var size, errors, chances float64
	for _, o := range sample {
		if o.Domain != domain {
			continue
		}
		s.Seen++
		if o.Value > 0 {
			s.Found++
		}
		size, errors, chances = size+1/o.Chance, errors+o.Value/o.Chance, chances+o.Chance
	}
	s.Value = errors / size
	// What is known of all has no interval.
	if unseen := 1 - chances/float64(s.Seen); unseen > 1e-12 {
		s.Low, s.High = exact(s.Value, worth(sample, domain, s, size, unseen))
	} else {
		s.Low, s.High = s.Value, s.Value
	}
	return s
}

// worth is the number of households drawn one by one that would tell as much as the domain's sample does.
func worth(sample []Observation, domain string, s Share, size, unseen float64) float64 {
	n := float64(s.Seen)
	if s.Value <= 0 || s.Value >= 1 {
		return n
	}
	e := expanded(sample, func(o Observation) float64 {
		if o.Domain != domain {
			return 0
		}
		return o.Value - s.Value
	})
	if variance := e.Error * e.Error / (size * size); variance > 0 {
		return min(s.Value*(1-s.Value)/variance, n/unseen)
	}
	return n
}

// exact are the bounds of Clopper and Pearson for a share of a number of households that need not be whole.
func exact(share, n float64) (low, high float64) {
	const tail = 0.025
	found := share * n
	low, high = 0, 1
	if found > 0 {
		low = mathext.InvRegIncBeta(found, n-found+1, tail)
	}
	if found < n {
		high = mathext.InvRegIncBeta(found+1, n-found, 1-tail)
	}
	return low, high
}

// Percent is the share times a hundred.
func (s Share) Percent() Share {
	s.Value, s.Low, s.High = 100*s.Value, 100*s.Low, 100*s.High
	return s
}
