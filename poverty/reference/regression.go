package reference

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rightkey/poverty/pmt"
	"rightkey/poverty/targeting"
)

// proxies are the regressors of the IRIS poverty assessment tool that McBride and Nichols start from.
var proxies = strings.Fields("hhsize hhsize2 agehead agehead2 north central rural nevermarried sharenoedu shareread nrooms " +
	"floor_cement electricity flushtoilet soap bed bike musicplayer coffeetable iron dimbagarden goats")

// consumptionProxies are those regressors with the logarithm of consumption.
func consumptionProxies(b *book) (pmt.Matrix, []float64, error) {
	t, err := b.open(consumptionFile)
	if err != nil {
		return pmt.Matrix{}, nil, err
	}
	m := pmt.Matrix{Names: proxies}
	for _, name := range proxies {
		column, err := t.Numbers(name)
		if err != nil {
			return m, nil, err
		}
		m.Columns = append(m.Columns, column)
	}
	y, err := t.Numbers("lnexp_pc_month")
	return m, y, err
}

// regressions are least squares, quantile regression and logit on that survey against R lm, quantreg and glm.
func regressions(b *book) error {
	m, y, err := consumptionProxies(b)
	if err != nil {
		return err
	}
	file, err := b.open("reference/r_reference_values.csv")
	if err != nil {
		return err
	}
	list, err := columnsOf(file, []string{"estimate", "se"}, []string{"design", "stat", "param"})
	if err != nil {
		return err
	}
	if err := leastSquares(b, m, y, list); err != nil {
		return err
	}
	if err := quantiles(b, m, y, list); err != nil {
		return err
	}
	return logits(b, m, y, list)
}

// coefficient finds a coefficient and its standard error by name, "(Intercept)" for the intercept.
func coefficient(l *pmt.Linear, name string) (value, se float64, err error) {
	if name == "(Intercept)" {
		return l.Intercept, l.InterceptSE, nil
	}
	for j, n := range l.Names {
		if n != name {
			continue
		}
		if l.SE != nil {
			se = l.SE[j]
		}
		return l.Coefficients[j], se, nil
	}
	return 0, 0, fmt.Errorf("no coefficient of %q", name)
}

func leastSquares(b *book, m pmt.Matrix, y []float64, list columns) error {
	b.source = "R lm"
	fit, err := pmt.OLS(m, y, nil)
	if err != nil {
		return err
	}
	b.near("least squares, R2", 0.590866452528548, fit.R2, 1e-10)
	b.near("least squares, sigma", 0.432397021288628, fit.Sigma, 1e-10)
	for k, stat := range list.text["stat"] {
		name, is := strings.CutPrefix(stat, "beta ")
		if !is || !strings.HasPrefix(list.text["design"][k], "lm") {
			continue
		}
		value, se, err := coefficient(fit, name)
		if err != nil {
			return err
		}
		b.near("least squares, "+name, list.number["estimate"][k], value, 1e-8)
		b.near("least squares, "+name+", standard error", list.number["se"][k], se, 1e-8)
	}
	return nil
}

func quantiles(b *book, m pmt.Matrix, y []float64, list columns) error {
	b.source = "R quantreg 5.94"
	fits := map[string]*pmt.Linear{}
	for k, stat := range list.text["stat"] {
		order, isObjective := strings.CutPrefix(stat, "QR objective tau=")
		if !isObjective {
			order = list.text["param"][k]
		}
		name, isBeta := strings.CutPrefix(stat, "QR beta ")
		if !isObjective && !isBeta {
			continue
		}
		tau, err := strconv.ParseFloat(order, 64)
		if err != nil {
			return err
		}
		if fits[order] == nil {
			if fits[order], err = pmt.Quantile(m, y, nil, tau); err != nil {
				return err
			}
		}
		if isBeta {
			value, _, err := coefficient(fits[order], name)
			if err != nil {
				return err
			}
			b.near("quantile "+order+", "+name, list.number["estimate"][k], value, 1e-4)
			continue
		}
		scores, err := fits[order].Predict(m)
		if err != nil {
			return err
		}
		b.near("quantile "+order+", objective", list.number["estimate"][k], pmt.CheckLoss(y, scores, nil, tau), 1e-6)
	}
	return publishedAccuracy(b, fits["0.57"], m, y)
}

// publishedAccuracy is row 5 of table A1 of McBride and Nichols: poor when the 57 % quantile lies under the line.
func publishedAccuracy(b *book, fit *pmt.Linear, m pmt.Matrix, y []float64) error {
	b.source = "McBride and Nichols 2018 table A1 row 5"
	scores, err := fit.Predict(m)
	if err != nil {
		return err
	}
	const line = 7.555
	selected, poor := make([]float64, len(y)), make([]bool, len(y))
	for i := range y {
		selected[i] = float64(boolean(scores[i] < line))
		poor[i] = y[i] < line
	}
	errors, err := targeting.Compare(poor, selected, nil)
	if err != nil {
		return err
	}
	b.add("quantile .57: total accuracy %", Equal, 80.82, 100*errors.TotalAccuracy, 0.02)
	b.add("quantile .57: poverty accuracy %", Equal, 84.89, 100*errors.PovertyAccuracy, 0.02)
	b.add("quantile .57: undercoverage %", Equal, 15.11, 100*errors.Exclusion, 0.02)
	b.add("quantile .57: leakage %", Equal, 14.39, 100*errors.Leakage, 0.02)
	b.add("quantile .57: balanced poverty accuracy %", Equal, 84.17, 100*errors.BPAC, 0.02)
	return nil
}

func logits(b *book, m pmt.Matrix, y []float64, list columns) error {
	b.source = "R glm"
	poor := make([]float64, len(y))
	for i := range y {
		poor[i] = float64(boolean(y[i] < 7.555))
	}
	fit, err := pmt.Logit(m, poor, nil, 0)
	if err != nil {
		return err
	}
	odds, err := fit.Predict(m)
	if err != nil {
		return err
	}
	deviance := pmt.Deviance(poor, odds, nil)
	b.near("logit, deviance", 9244.76981604212, deviance, 1e-9)
	b.near("logit, AIC", 9290.76981604212, deviance+2*float64(len(proxies)+1), 1e-9)
	for k, stat := range list.text["stat"] {
		name, is := strings.CutPrefix(stat, "beta ")
		if !is || !strings.HasPrefix(list.text["design"][k], "glm") {
			continue
		}
		value, _, err := coefficient(fit, name)
		if err != nil {
			return err
		}
		if math.IsNaN(value) {
			return fmt.Errorf("logit coefficient of %s is not a number", name)
		}
		b.near("logit, "+name, list.number["estimate"][k], value, 1e-6)
	}
	return nil
}
