package targeting

import (
	"errors"
	"math"
)

// AUC is the probability that a poor household's score is lower than another's, ties counting half: the area under
// the ROC curve (Mann and Whitney).
func AUC(poor []bool, scores, weight []float64) (float64, error) {
	if err := sameLength(len(poor), len(scores), weight); err != nil {
		return 0, err
	}
	if err := allKnown(scores); err != nil {
		return 0, err
	}
	poorTotal, others := 0.0, 0.0
	for i, is := range poor {
		if is {
			poorTotal += at(weight, i)
		} else {
			others += at(weight, i)
		}
	}
	if poorTotal == 0 || others == 0 {
		return 0, errors.New("the area under the curve needs poor and other households")
	}
	area, seen := 0.0, 0.0
	eachTie(scores, func(rows []int) {
		p, o := 0.0, 0.0
		for _, i := range rows {
			if poor[i] {
				p += at(weight, i)
			} else {
				o += at(weight, i)
			}
		}
		area += o * (seen + p/2)
		seen += p
	})
	return area / (poorTotal * others), nil
}

// CurvePoint is a point of the ROC curve: the share of the poor found when a share of the others is let in.
type CurvePoint struct{ Others, Poor float64 }

// ROC is the curve from (0, 0) to (1, 1), one point after each distinct score.
func ROC(poor []bool, scores, weight []float64) ([]CurvePoint, error) {
	if _, err := AUC(poor, scores, weight); err != nil {
		return nil, err
	}
	curve := []CurvePoint{{}}
	p, o := 0.0, 0.0
	eachTie(scores, func(rows []int) {
		for _, i := range rows {
			if poor[i] {
				p += at(weight, i)
			} else {
				o += at(weight, i)
			}
		}
		curve = append(curve, CurvePoint{o, p})
	})
	for k := range curve {
		curve[k].Others /= o
		curve[k].Poor /= p
	}
	return curve, nil
}

// Spearman is the rank correlation of two columns, equals with their average rank.
func Spearman(a, b []float64) (float64, error) {
	if err := sameLength(len(a), len(b), nil); err != nil {
		return 0, err
	}
	for _, x := range [][]float64{a, b} {
		if err := allKnown(x); err != nil {
			return 0, err
		}
	}
	return correlation(ranks(a), ranks(b)), nil
}

// R2 is the share of the variance of a target that scores in its unit explain out of sample: 1 - squared errors /
// squares around the mean.
func R2(target, scores []float64) (float64, error) {
	if err := sameLength(len(target), len(scores), nil); err != nil {
		return 0, err
	}
	mean, errorsSquared, squares := average(target), 0.0, 0.0
	for i, y := range target {
		errorsSquared += (y - scores[i]) * (y - scores[i])
		squares += (y - mean) * (y - mean)
	}
	return 1 - errorsSquared/squares, nil
}

// CGH is the measure of Coady, Grosh and Hoddinott (2004): the share of benefits that goes to the poorest 40 % of
// people over 0.4. It is 1 without targeting and at most 2.5.
func CGH(welfare, benefit, weight []float64) (float64, error) {
	if err := sameLength(len(welfare), len(benefit), weight); err != nil {
		return 0, err
	}
	poorest, err := Poorest(welfare, weight, 0.4)
	if err != nil {
		return 0, err
	}
	share, total := 0.0, 0.0
	for i, b := range benefit {
		share += at(weight, i) * b * poorest[i]
		total += at(weight, i) * b
	}
	if total == 0 {
		return 0, errors.New("nobody gets a benefit")
	}
	return share / total / 0.4, nil
}

// PoorestDecileExclusion is the share of the poorest tenth of people who are not selected.
func PoorestDecileExclusion(welfare, selected, weight []float64) (float64, error) {
	poorest, err := Poorest(welfare, weight, 0.1)
	if err != nil {
		return 0, err
	}
	left, total := 0.0, 0.0
	for i, part := range poorest {
		left += at(weight, i) * part * (1 - selected[i])
		total += at(weight, i) * part
	}
	return left / total, nil
}

// HeadcountAfter is the poverty headcount after a budget equal to the aggregate poverty gap is paid out in equal
// amounts to the selected (Brown, Ravallion and van de Walle 2018).
func HeadcountAfter(welfare, selected, weight []float64, line float64) (float64, error) {
	if err := sameLength(len(welfare), len(selected), weight); err != nil {
		return 0, err
	}
	budget, people, all := 0.0, 0.0, 0.0
	for i, y := range welfare {
		budget += at(weight, i) * max(line-y, 0)
		people += at(weight, i) * selected[i]
		all += at(weight, i)
	}
	if people == 0 {
		return 0, errors.New("nobody is selected")
	}
	poor := 0.0
	for i, y := range welfare {
		if y <= line {
			poor += at(weight, i) * (1 - selected[i])
		}
		if y+budget/people <= line {
			poor += at(weight, i) * selected[i]
		}
	}
	return poor / all, nil
}

// eachTie visits rows of equal score together, the lowest first.
func eachTie(scores []float64, visit func(rows []int)) {
	order := ascending(scores)
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && scores[order[end]] == scores[order[start]] {
			end++
		}
		visit(order[start:end])
		start = end
	}
}

func ranks(x []float64) []float64 {
	r := make([]float64, len(x))
	next := 1.0
	eachTie(x, func(rows []int) {
		middle := next + float64(len(rows)-1)/2
		for _, i := range rows {
			r[i] = middle
		}
		next += float64(len(rows))
	})
	return r
}

func correlation(a, b []float64) float64 {
	ma, mb := average(a), average(b)
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
