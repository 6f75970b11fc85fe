package overview

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// attack adds up and subtracts everything that is told of a table and of the one around it, and says which hidden
// cells it knows in the end. Unknown are the hidden cells and hidden totals of rows; each told total is an equation.
func attack(t *Protected, totals []bool) (known map[[2]int]bool) {
	number := map[[2]int]int{}
	unknown := func(r, c int) int {
		at := [2]int{r, c}
		if _, ok := number[at]; !ok {
			number[at] = len(number)
		}
		return number[at]
	}
	type equation map[int]float64
	var equations []equation
	for r := range t.counts {
		if !t.Row(r) {
			continue
		}
		e := equation{}
		for c := range t.column {
			if !t.Cell(r, c) {
				e[unknown(r, c)] = 1
			}
		}
		equations = append(equations, e)
	}
	all := equation{}
	for c := range t.column {
		e := equation{}
		for r := range t.counts {
			if !t.Cell(r, c) {
				e[unknown(r, c)] = 1
				all[unknown(r, c)] = 1
			}
		}
		if totals[c] {
			equations = append(equations, e)
		}
	}
	equations = append(equations, all)
	matrix := make([][]float64, len(equations))
	for i, e := range equations {
		matrix[i] = make([]float64, len(number))
		for n, factor := range e {
			matrix[i][n] = factor
		}
	}
	known = map[[2]int]bool{}
	pivots := eliminate(matrix)
	for at, n := range number {
		for row, pivot := range pivots {
			if pivot != n {
				continue
			}
			others := 0
			for _, factor := range matrix[row] {
				if math.Abs(factor) > 1e-9 {
					others++
				}
			}
			known[at] = others == 1
		}
	}
	return known
}

// eliminate brings a matrix into reduced echelon form and returns the column of each row's pivot.
func eliminate(m [][]float64) (pivots []int) {
	row := 0
	for column := 0; row < len(m) && column < len(m[0]); column++ {
		best := row
		for r := row; r < len(m); r++ {
			if math.Abs(m[r][column]) > math.Abs(m[best][column]) {
				best = r
			}
		}
		if math.Abs(m[best][column]) < 1e-9 {
			continue
		}
		m[row], m[best] = m[best], m[row]
		pivot := m[row][column]
		for c := range m[row] {
			m[row][c] /= pivot
		}
		for r := range m {
			if factor := m[r][column]; r != row && factor != 0 {
				for c := range m[r] {
					m[r][c] -= factor * m[row][c]
				}
			}
		}
		pivots = append(pivots, column)
		row++
	}
	return pivots
}

func drawTable(t *rapid.T) [][]int64 {
	rows, columns := rapid.IntRange(2, 7).Draw(t, "rows"), rapid.IntRange(2, 6).Draw(t, "columns")
	counts := make([][]int64, rows)
	for r := range counts {
		counts[r] = make([]int64, columns)
		for c := range counts[r] {
			counts[r][c] = rapid.SampledFrom([]int64{0, 0, 1, 3, 9, 10, 12, 25, 80, 400}).Draw(t, "count")
		}
	}
	return counts
}

func TestNoSmallCellIsToldByAddingAndSubtracting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := drawTable(t)
		columns, totals := make([]bool, len(counts[0])), make([]bool, len(counts[0]))
		sums := make([]int64, len(counts[0]))
		for c := range sums {
			for r := range counts {
				sums[c] += counts[r][c]
			}
		}
		// What the area around tells of this one: its own row, kept back as Protect keeps it back.
		around := append([][]int64{sums}, drawRow(t, len(sums)), drawRow(t, len(sums)))
		outer := Protect(around, Small(around, Least), make([]bool, len(sums)), Least)
		if !outer.Row(0) {
			return // nothing of this area is told
		}
		for c := range columns {
			columns[c] = !outer.Cell(0, c)
			totals[c] = outer.Cell(0, c)
		}
		told := Protect(counts, Small(counts, Least), columns, Least)
		for at, is := range attack(told, totals) {
			if n := counts[at[0]][at[1]]; is && few(n, Least) {
				t.Fatalf("row %d, column %d holds %d households, which can be computed\n%v\n%v", at[0], at[1], n, counts, told.hidden)
			}
		}
		for r := range counts {
			for c, n := range counts[r] {
				if few(n, Least) && told.Cell(r, c) {
					t.Fatalf("%d households are told in row %d, column %d", n, r, c)
				}
			}
		}
	})
}

func drawRow(t *rapid.T, n int) []int64 {
	row := make([]int64, n)
	for c := range row {
		row[c] = rapid.SampledFrom([]int64{0, 2, 9, 30, 500}).Draw(t, "around")
	}
	return row
}

func TestTheAttackFindsWhatIsNotProtected(t *testing.T) {
	counts := [][]int64{{3, 50, 40}, {60, 70, 80}}
	bare := &Protected{least: Least, counts: counts, hidden: Small(counts, Least), rows: make([]bool, 2), column: make([]bool, 3)}
	if known := attack(bare, []bool{true, true, true}); !known[[2]int{0, 0}] {
		t.Error("a single hidden cell is not computed: the attack proves nothing")
	}
	chain := &Protected{least: Least, counts: counts, hidden: [][]bool{{true, true, false}, {true, false, false}}, rows: make([]bool, 2), column: make([]bool, 3)}
	if known := attack(chain, []bool{true, true, true}); !known[[2]int{0, 0}] || !known[[2]int{1, 0}] {
		t.Error("a chain of hidden cells is not computed")
	}
}

func TestWhatIsLargeIsTold(t *testing.T) {
	counts := [][]int64{{30, 50, 0}, {60, 70, 80}}
	told := Protect(counts, Small(counts, Least), make([]bool, 3), Least)
	for r := range counts {
		for c := range counts[r] {
			if !told.Cell(r, c) || !told.Row(r) {
				t.Errorf("row %d, column %d is kept back for nothing", r, c)
			}
		}
	}
}

func TestTwoAreasOfOneHouseholdAreNotToldByTheirSum(t *testing.T) {
	counts := [][]int64{{1}, {1}, {40}, {90}}
	told := Protect(counts, Small(counts, Least), []bool{false}, Least)
	if told.Row(2) || !told.Row(3) {
		t.Errorf("rows kept back: %v, want the smallest of the others too", told.rows)
	}
}

func TestClassesHoldAllValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e7), 1, 60).Draw(t, "values")
		for _, by := range []Classing{Quantiles, Round} {
			ends := Classes(values, by)
			if len(ends) == 0 || len(ends) > mostClasses {
				t.Fatalf("%s: %d classes", by, len(ends))
			}
			for _, v := range values {
				if class := ClassOf(ends, v); class < 1 || class > len(ends) || v < ends[class-1] {
					t.Fatalf("%s: %g is in class %d of %v", by, v, class, ends)
				}
			}
		}
	})
}
