package survey

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// SE is the standard error of the estimate that has these influences, one per row.
func (d *Design) SE(influence []float64) (float64, error) {
	v, err := d.Covariance(influence, influence)
	return math.Sqrt(max(v, 0)), err
}

// Covariance is the covariance of two estimates from the same survey, given their influences: the sum over strata of
// n/(n-1) times the sum over PSUs of the products of centred weighted totals.
func (d *Design) Covariance(a, b []float64) (float64, error) {
	if len(a) != d.Rows() || len(b) != d.Rows() {
		return 0, fmt.Errorf("%d and %d influences for a survey of %d rows", len(a), len(b), d.Rows())
	}
	ta, tb := d.totals(a), d.totals(b)
	sumA, sumB := make([]float64, d.Strata()), make([]float64, d.Strata())
	for c, h := range d.stratum {
		sumA[h] += ta[c]
		sumB[h] += tb[c]
	}
	part := make([]float64, d.Strata())
	grandA, grandB := sum(ta)/float64(d.Units()), sum(tb)/float64(d.Units())
	for c, h := range d.stratum {
		n := float64(d.size[h])
		if n > 1 {
			part[h] += n / (n - 1) * (ta[c] - sumA[h]/n) * (tb[c] - sumB[h]/n)
		} else if d.lonely == LonelyGrandMean {
			part[h] += (ta[c] - grandA) * (tb[c] - grandB)
		}
	}
	return d.addUp(part), nil
}

// addUp sums the strata's contributions, with the average for lonely ones under LonelyAverage.
func (d *Design) addUp(part []float64) float64 {
	total := sum(part)
	if d.lonely != LonelyAverage {
		return total
	}
	several := 0
	for _, n := range d.size {
		if n > 1 {
			several++
		}
	}
	if several == 0 {
		return math.NaN()
	}
	return total * float64(d.Strata()) / float64(several)
}

// totals are the PSU totals of weight times influence.
func (d *Design) totals(influence []float64) []float64 {
	t := make([]float64, d.Units())
	for i, z := range influence {
		t[d.psuOf[i]] += d.weight(i) * z
	}
	return t
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// Interval is the t interval of an estimate at a confidence level such as 0.95.
func (d *Design) Interval(value, se, level float64) (low, high float64) {
	half := d.tQuantile(level) * se
	return value - half, value + half
}

// ShareInterval is the interval of a share between 0 and 1 on the logit scale, which stays inside them.
func (d *Design) ShareInterval(share, se, level float64) (low, high float64) {
	if share <= 0 || share >= 1 || se == 0 {
		return share, share
	}
	logit := math.Log(share / (1 - share))
	half := d.tQuantile(level) * se / (share * (1 - share))
	return 1 / (1 + math.Exp(half-logit)), 1 / (1 + math.Exp(-half-logit))
}

func (d *Design) tQuantile(level float64) float64 {
	if d.DF() < 1 {
		return math.NaN()
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(d.DF())}.Quantile(0.5 + level/2)
}
