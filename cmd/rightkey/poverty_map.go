package main

import (
	"encoding/json"
	"fmt"
	"math"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/poverty/pmt"
	"rightkey/poverty/smallarea"
)

// Methods of a poverty map; smallarea names those without a census.
const (
	methodELL = "ell" // Elbers, Lanjouw and Lanjouw 2003
	methodEBP = "ebp" // Molina and Rao 2010
)

// mapLine is one area's printed poverty.
type mapLine struct {
	Area        string   `json:"area"`
	Households  int      `json:"households"`
	Surveyed    int      `json:"surveyed"`
	Headcount   *float64 `json:"headcount"`
	HeadcountSE *float64 `json:"headcount_se"`
	Gap         *float64 `json:"gap"`
	GapSE       *float64 `json:"gap_se"`
	Severity    *float64 `json:"severity"`
	SeveritySE  *float64 `json:"severity_se"`
}

// drawMap fits the survey, simulates the census and prints every area.
func (c *povertySmallArea) drawMap(k *kong.Kong, survey *table.Frame, spec areaSpec) error {
	if spec.Method != methodELL && spec.Method != methodEBP {
		return fmt.Errorf("with --census the method is %s or %s, not %q", methodELL, methodEBP, spec.Method)
	}
	census, err := loadTable(c.Census)
	if err != nil {
		return err
	}
	fitted, err := spec.fitSurvey(survey)
	if err != nil {
		return fmt.Errorf("%s: %w", c.In, err)
	}
	households, err := spec.households(census, fitted.model)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Census, err)
	}
	draws := spec.Draws
	if draws == 0 {
		draws = 100
	}
	areas, err := smallarea.Simulate(households, fitted.errors, smallarea.Simulation{Line: spec.Line, Draws: draws, Seed: spec.Seed, Conditional: spec.Method == methodEBP})
	if err != nil {
		return err
	}
	return c.printMap(k, fitted, mapLines(areas, fitted.errors), draws)
}

// surveyFit is the model of log welfare and what is left over.
type surveyFit struct {
	model  *pmt.Linear
	errors *smallarea.Errors
	rows   int
}

// fitSurvey fits log welfare on the households that have one.
func (s areaSpec) fitSurvey(frame *table.Frame) (surveyFit, error) {
	welfare, err := numbers(frame, s.Welfare)
	if err != nil {
		return surveyFit{}, fmt.Errorf("welfare: %w", err)
	}
	matrix, err := s.matrix(frame)
	if err != nil {
		return surveyFit{}, err
	}
	areas, weight, err := s.areaAndWeight(frame)
	if err != nil {
		return surveyFit{}, err
	}
	var kept []int
	for i, y := range welfare {
		if y > 0 && weight[i] > 0 {
			kept = append(kept, i)
		}
	}
	target, w := picked(welfare, kept), picked(weight, kept)
	for i := range target {
		target[i] = math.Log(target[i])
	}
	for j := range matrix.Columns {
		matrix.Columns[j] = picked(matrix.Columns[j], kept)
	}
	fit := surveyFit{rows: len(kept)}
	if fit.model, err = pmt.OLS(matrix, target, w); err != nil {
		return fit, fmt.Errorf("fit log welfare: %w", err)
	}
	score, err := fit.model.Predict(matrix)
	if err != nil {
		return fit, err
	}
	fit.errors, err = smallarea.FitErrors(smallarea.Households{Score: score, Area: picked(areas, kept)}, target)
	return fit, err
}

// households are the scored households of a census.
func (s areaSpec) households(frame *table.Frame, model *pmt.Linear) (smallarea.Households, error) {
	matrix, err := s.matrix(frame)
	if err != nil {
		return smallarea.Households{}, err
	}
	var h smallarea.Households
	if h.Area, h.Weight, err = s.areaAndWeight(frame); err != nil {
		return h, err
	}
	h.Score, err = model.Predict(matrix)
	return h, err
}

// matrix evaluates the covariates.
func (s areaSpec) matrix(frame *table.Frame) (pmt.Matrix, error) {
	m := pmt.Matrix{Names: s.Covariates}
	if len(s.Covariates) == 0 {
		return m, fmt.Errorf("the definition names no covariates")
	}
	for _, expression := range s.Covariates {
		values, err := numbers(frame, expression)
		if err != nil {
			return m, fmt.Errorf("covariate: %w", err)
		}
		m.Columns = append(m.Columns, values)
	}
	return m, nil
}

// areaAndWeight reads the area of each row and for how many persons it stands; a missing weight is 0.
func (s areaSpec) areaAndWeight(frame *table.Frame) (areas []string, weight []float64, err error) {
	if s.Area == "" {
		return nil, nil, fmt.Errorf("the definition names no column of the area")
	}
	if areas, err = labels(frame, s.Area); err != nil {
		return nil, nil, fmt.Errorf("area: %w", err)
	}
	weight = repeated(1, frame.Len())
	if s.Weight == "" {
		return areas, weight, nil
	}
	values, err := numbers(frame, s.Weight)
	if err != nil {
		return nil, nil, fmt.Errorf("weight: %w", err)
	}
	for i, w := range values {
		weight[i] = w
		if math.IsNaN(w) {
			weight[i] = 0
		}
	}
	return areas, weight, nil
}

func mapLines(areas []smallarea.AreaPoverty, e *smallarea.Errors) []mapLine {
	lines := make([]mapLine, len(areas))
	for i, a := range areas {
		lines[i] = mapLine{Area: a.Area, Households: a.Rows, Surveyed: int(e.Rows[a.Area]),
			Headcount: known(a.FGT[0]), HeadcountSE: known(a.FGTError[0]), Gap: known(a.FGT[1]), GapSE: known(a.FGTError[1]),
			Severity: known(a.FGT[2]), SeveritySE: known(a.FGTError[2])}
	}
	return lines
}

func (c *povertySmallArea) printMap(k *kong.Kong, fit surveyFit, lines []mapLine, draws int) error {
	if c.Format == "json" {
		encoder := json.NewEncoder(k.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"surveyed": fit.rows, "r2": fit.model.R2, "area_variance": fit.errors.AreaVariance,
			"household_variance": fit.errors.HouseholdVariance, "draws": draws, "areas": lines})
	}
	fmt.Fprintf(k.Stdout, "%d households surveyed, R2 %.3f, variance of area effects %.4g, of households %.4g, %d draws\n\n",
		fit.rows, fit.model.R2, fit.errors.AreaVariance, fit.errors.HouseholdVariance, draws)
	t := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "area\thouseholds\tsurveyed\theadcount\tstandard error\tgap\tstandard error\tsquared gap\tstandard error")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Area, l.Households, l.Surveyed,
			shown(l.Headcount), shown(l.HeadcountSE), shown(l.Gap), shown(l.GapSE), shown(l.Severity), shown(l.SeveritySE))
	}
	return t.Flush()
}
