package mpi

import (
	"fmt"

	"rightkey/poverty/formula"
)

// Spec is the definition of an index over a table: which formula says that a person is deprived, and what each
// indicator counts. A weight left out of a dimension is 1; left out of an indicator, its equal share of the dimension.
type Spec struct {
	Name    string    `json:"name" yaml:"name"`
	Cutoffs []float64 `json:"cutoffs" yaml:"cutoffs"`
	Missing Missing   `json:"missing" yaml:"missing"`
	Weight  string    `json:"weight" yaml:"weight"`
	Strata  string    `json:"strata" yaml:"strata"`
	PSU     string    `json:"psu" yaml:"psu"`
	// Year is the column with the year of a row's survey, where a table holds several surveys.
	Year       string      `json:"year,omitempty" yaml:"year"`
	By         []string    `json:"by" yaml:"by"`
	Dimensions []Dimension `json:"dimensions" yaml:"dimensions"`
}

// Dimension is a group of indicators that share a weight.
type Dimension struct {
	Name       string          `json:"name" yaml:"name"`
	Weight     float64         `json:"weight" yaml:"weight"`
	Indicators []SpecIndicator `json:"indicators" yaml:"indicators"`
}

// SpecIndicator is an indicator: Deprived is a formula that is true for the deprived, such as "water > 2".
type SpecIndicator struct {
	Name     string  `json:"name" yaml:"name"`
	Deprived string  `json:"deprived" yaml:"deprived"`
	Weight   float64 `json:"weight" yaml:"weight"`
}

// Data evaluates the definition over a table. The weight column is left to the caller, who knows about missing
// weights.
func (s Spec) Data(source formula.Source) (Data, error) {
	d := Data{Missing: s.Missing}
	for _, dimension := range s.Dimensions {
		whole := dimension.Weight
		if whole == 0 {
			whole = 1
		}
		inside := 0.0
		for _, indicator := range dimension.Indicators {
			inside += orOne(indicator.Weight)
		}
		for _, indicator := range dimension.Indicators {
			values, err := formula.Eval(indicator.Deprived, source)
			if err != nil {
				return d, fmt.Errorf("indicator %q: %w", indicator.Name, err)
			}
			d.Indicators = append(d.Indicators, Indicator{
				Name: indicator.Name, Weight: whole * orOne(indicator.Weight) / inside, Deprived: values,
			})
		}
	}
	if len(d.Indicators) == 0 {
		return d, fmt.Errorf("definition %q has no indicators", s.Name)
	}
	return d, nil
}

func orOne(weight float64) float64 {
	if weight == 0 {
		return 1
	}
	return weight
}
