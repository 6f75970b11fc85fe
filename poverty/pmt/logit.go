package pmt

import (
	"errors"
	"fmt"
	"math"
)

// Logit fits the log odds of a target of 0 and 1 by iteratively reweighted least squares. Lambda penalises the squared
// coefficients of the standardised features as in Ridge; 0 is maximum likelihood. It fails when the features separate
// the two kinds completely and nothing is penalised.
func Logit(m Matrix, target, weight []float64, lambda float64) (*Linear, error) {
	if err := m.check(target, weight); err != nil {
		return nil, err
	}
	for i, y := range target {
		if y != 0 && y != 1 {
			return nil, fmt.Errorf("row %d: target %v is neither 0 nor 1", i+1, y)
		}
	}
	share := weightedMean(target, weight)
	if share == 0 || share == 1 {
		return nil, errors.New("a logit needs households of both kinds")
	}
	model := &Linear{Names: m.Names, Intercept: math.Log(share / (1 - share)), Coefficients: make([]float64, len(m.Columns)), Means: newScale(m, target, weight).center[:len(m.Columns)]}
	before := math.Inf(1)
	for range 100 {
		odds, err := model.Predict(m)
		if err != nil {
			return nil, err
		}
		deviance := Deviance(target, odds, weight)
		if math.Abs(before-deviance) < 1e-11*(math.Abs(deviance)+0.1) {
			return model, nil
		}
		before = deviance
		if model, err = reweighted(m, target, weight, odds, lambda); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the logit did not converge: the features may separate the two kinds completely")
}

// reweighted is one step: least squares on the working response.
func reweighted(m Matrix, target, weight, odds []float64, lambda float64) (*Linear, error) {
	response, working := make([]float64, len(target)), make([]float64, len(target))
	for i, o := range odds {
		p := 1 / (1 + math.Exp(-o))
		v := max(p*(1-p), 1e-10)
		response[i] = o + (target[i]-p)/v
		working[i] = at(weight, i) * v
	}
	return Ridge(m, response, working, lambda)
}

// Deviance is minus twice the log likelihood of log odds.
func Deviance(target, odds, weight []float64) float64 {
	sum := 0.0
	for i, o := range odds {
		if target[i] == 1 {
			o = -o
		}
		// ln(1 + e^o) without overflow
		sum += at(weight, i) * (max(o, 0) + math.Log1p(math.Exp(-math.Abs(o))))
	}
	return 2 * sum
}
