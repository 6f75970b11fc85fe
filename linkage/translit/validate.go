package translit

import (
	"math"
	"slices"
)

// Validation is the result of cross-validation: Hits of Asked words found their own spelling before all others.
type Validation struct {
	Hits, Asked int
	Candidates  int // largest number of spellings that a word was sought among
}

// Rate is the share of hits.
func (v Validation) Rate() float64 { return float64(v.Hits) / float64(max(1, v.Asked)) }

// Interval is the 95 % confidence interval of the rate (Wilson 1927).
func (v Validation) Interval() (low, high float64) {
	const z = 1.959964
	n, p := float64(max(1, v.Asked)), v.Rate()
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return middle - half, middle + half
}

// Limits bound a fold of a validation.
type Limits struct {
	Train      int // pairs to train on
	Candidates int // spellings among which a word is sought
	Queries    int // words sought
}

// CrossValidate splits the native words into folds. For each fold it trains on the other folds and then seeks words
// of the fold among their spellings, one for each word (its commonest).
func CrossValidate(pairs []Pair, folds int, limits Limits) Validation {
	var total Validation
	for fold := range folds {
		v := ValidateFold(pairs, folds, fold, limits)
		total.Hits += v.Hits
		total.Asked += v.Asked
		total.Candidates = max(total.Candidates, v.Candidates)
	}
	return total
}

// ValidateFold is one fold of CrossValidate, so that folds can be done side by side.
func ValidateFold(pairs []Pair, folds, fold int, limits Limits) Validation {
	train, words := splitFold(pairs, folds, fold)
	model := Train(Thin(train, limits.Train))
	words = words[:min(len(words), limits.Candidates)]
	latin := make([]*Word, len(words))
	for i, p := range words {
		latin[i] = model.Latin(p.Latin)
	}
	v := Validation{Candidates: len(words)}
	for i := 0; i < len(words); i += max(1, len(words)/max(1, limits.Queries)) {
		native := model.Native(words[i].Native)
		best, at := math.Inf(-1), 0
		for j, spelling := range latin {
			if score := model.Score(native, spelling); score > best {
				best, at = score, j
			}
		}
		v.Asked++
		if words[at].Latin == words[i].Latin {
			v.Hits++
		}
	}
	return v
}

// splitFold gives the pairs of the other folds and, for each native word of this fold, its commonest pair.
func splitFold(pairs []Pair, folds, fold int) (train, words []Pair) {
	number, place := map[string]int{}, map[string]int{}
	for _, p := range pairs {
		n, ok := number[p.Native]
		if !ok {
			n = len(number)
			number[p.Native] = n
		}
		// A multiplier that shares no factor with usual numbers of folds spreads neighbours in the list.
		if n*7919%folds != fold {
			train = append(train, p)
			continue
		}
		if at, ok := place[p.Native]; !ok {
			place[p.Native] = len(words)
			words = append(words, p)
		} else if p.Count > words[at].Count {
			words[at] = p
		}
	}
	return train, words
}

// Thin keeps every nth pair so that no more than most are left.
func Thin(pairs []Pair, most int) []Pair {
	step := (len(pairs) + most - 1) / max(1, most)
	if step <= 1 {
		return pairs
	}
	kept := slices.Clone(pairs[:0:0])
	for i := 0; i < len(pairs); i += step {
		kept = append(kept, pairs[i])
	}
	return kept
}
