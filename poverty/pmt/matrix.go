package pmt

import (
	"fmt"
	"math"
)

// Matrix holds the features of households by column, NaN where unknown.
type Matrix struct {
	Names   []string
	Columns [][]float64
}

// Rows is the number of households.
func (m Matrix) Rows() int {
	if len(m.Columns) == 0 {
		return 0
	}
	return len(m.Columns[0])
}

// Take is the matrix of the given rows, in their order.
func (m Matrix) Take(rows []int) Matrix {
	t := Matrix{Names: m.Names, Columns: make([][]float64, len(m.Columns))}
	for j, column := range m.Columns {
		t.Columns[j] = take(column, rows)
	}
	return t
}

// Join puts the columns of others behind those of m. All must have the same rows.
func (m Matrix) Join(others ...Matrix) Matrix {
	joined := Matrix{Names: append([]string(nil), m.Names...), Columns: append([][]float64(nil), m.Columns...)}
	for _, o := range others {
		joined.Names = append(joined.Names, o.Names...)
		joined.Columns = append(joined.Columns, o.Columns...)
	}
	return joined
}

// check refuses a matrix without rows or columns, or whose columns differ in length from the target's.
func (m Matrix) check(target, weight []float64) error {
	if len(m.Columns) == 0 || len(target) == 0 {
		return fmt.Errorf("a model needs features and households: %d features, %d households", len(m.Columns), len(target))
	}
	for j, column := range m.Columns {
		if len(column) != len(target) {
			return fmt.Errorf("feature %q has %d rows, the target %d", m.Names[j], len(column), len(target))
		}
	}
	if weight != nil && len(weight) != len(target) {
		return fmt.Errorf("%d weights for %d households", len(weight), len(target))
	}
	for i, y := range target {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("row %d: target %v is not a number", i+1, y)
		}
		if weight != nil && (!(weight[i] >= 0) || math.IsInf(weight[i], 1)) {
			return fmt.Errorf("row %d: weight %v is not a number of at least 0", i+1, weight[i])
		}
	}
	return nil
}

// same refuses a matrix whose features are not those a model was trained on.
func (m Matrix) same(names []string) error {
	if len(m.Names) != len(names) {
		return fmt.Errorf("%d features for a model of %d", len(m.Names), len(names))
	}
	for j, name := range names {
		if m.Names[j] != name {
			return fmt.Errorf("feature %d is %q, the model's is %q", j+1, m.Names[j], name)
		}
	}
	return nil
}

func take[T any](column []T, rows []int) []T {
	taken := make([]T, len(rows))
	for k, i := range rows {
		taken[k] = column[i]
	}
	return taken
}
