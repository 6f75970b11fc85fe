package formula

import (
	"fmt"
	"go/ast"
	"go/token"
	"math"
	"strconv"
)

// operators take two numbers; the logical ones take truth values.
var operators = map[token.Token]func(a, b float64) float64{
	token.ADD: func(a, b float64) float64 { return a + b },
	token.SUB: func(a, b float64) float64 { return a - b },
	token.MUL: func(a, b float64) float64 { return a * b },
	token.QUO: func(a, b float64) float64 { return a / b },
	token.LSS: func(a, b float64) float64 { return compared(a, b, a < b) },
	token.LEQ: func(a, b float64) float64 { return compared(a, b, a <= b) },
	token.GTR: func(a, b float64) float64 { return compared(a, b, a > b) },
	token.GEQ: func(a, b float64) float64 { return compared(a, b, a >= b) },
	token.EQL: func(a, b float64) float64 { return compared(a, b, a == b) },
	token.NEQ: func(a, b float64) float64 { return compared(a, b, a != b) },
	token.LAND: func(a, b float64) float64 {
		if a == 0 || b == 0 {
			return 0
		}
		return compared(a, b, true)
	},
	token.LOR: func(a, b float64) float64 {
		if truthy(a) || truthy(b) {
			return 1
		}
		return compared(a, b, false)
	},
}

// arguments is the number of arguments of each function.
var arguments = map[string]int{
	"exp": 1, "ln": 1, "sqrt": 1, "abs": 1, "floor": 1, "known": 1, "min": 2, "max": 2, "pow": 2, "if_known": 2,
}

var functions1 = map[string]func(float64) float64{
	"exp": math.Exp, "ln": math.Log, "sqrt": math.Sqrt, "abs": math.Abs, "floor": math.Floor,
	"known": func(a float64) float64 { return truth(!math.IsNaN(a)) },
}

var functions2 = map[string]func(a, b float64) float64{
	"min": math.Min, "max": math.Max, "pow": math.Pow,
	"if_known": func(a, b float64) float64 {
		if math.IsNaN(a) {
			return b
		}
		return a
	},
}

func truthy(a float64) bool { return a != 0 && !math.IsNaN(a) }

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// compared is the truth value of a comparison, missing when a side is.
func compared(a, b float64, is bool) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return truth(is)
}

// evaluation computes one formula over one source.
type evaluation struct{ source Source }

func (e evaluation) numbers(x ast.Expr) ([]float64, error) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return e.numbers(x.X)
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			return nil, fmt.Errorf("text %s can only be compared with a column", x.Value)
		}
		value, err := strconv.ParseFloat(x.Value, 64)
		return []float64{value}, err
	case *ast.UnaryExpr:
		return e.unary(x)
	case *ast.BinaryExpr:
		return e.binary(x)
	case *ast.CallExpr:
		return e.call(x)
	}
	column, err := e.source.Numbers(columnName(x))
	return append([]float64(nil), column...), err
}

func (e evaluation) unary(x *ast.UnaryExpr) ([]float64, error) {
	values, err := e.numbers(x.X)
	for i, v := range values {
		switch x.Op {
		case token.SUB:
			values[i] = -v
		case token.NOT:
			values[i] = compared(v, v, v == 0)
		}
	}
	return values, err
}

func (e evaluation) binary(x *ast.BinaryExpr) ([]float64, error) {
	if label, ok := text(x.Y); ok {
		return e.compareText(x.Op, x.X, label)
	}
	if label, ok := text(x.X); ok {
		return e.compareText(x.Op, x.Y, label)
	}
	a, err := e.numbers(x.X)
	if err != nil {
		return nil, err
	}
	b, err := e.numbers(x.Y)
	if err != nil {
		return nil, err
	}
	return zip(a, b, operators[x.Op])
}

// compareText compares a column of texts with one text; a missing entry compares as missing.
func (e evaluation) compareText(op token.Token, column ast.Expr, label string) ([]float64, error) {
	name := columnName(column)
	if name == "" || op != token.EQL && op != token.NEQ {
		return nil, fmt.Errorf("text %q can only be compared with a column, by == or !=", label)
	}
	entries, err := e.source.Strings(name)
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(entries))
	for i, entry := range entries {
		values[i] = truth((entry == label) == (op == token.EQL))
		if entry == "" {
			values[i] = math.NaN()
		}
	}
	return values, nil
}

func (e evaluation) call(x *ast.CallExpr) ([]float64, error) {
	name := columnName(x.Fun)
	a, err := e.numbers(x.Args[0])
	if err != nil {
		return nil, err
	}
	if f := functions1[name]; f != nil {
		for i, v := range a {
			a[i] = f(v)
		}
		return a, nil
	}
	b, err := e.numbers(x.Args[1])
	if err != nil {
		return nil, err
	}
	return zip(a, b, functions2[name])
}

// zip combines two columns entry by entry; a single entry stands for all rows.
func zip(a, b []float64, f func(a, b float64) float64) ([]float64, error) {
	if len(a) < len(b) && len(a) == 1 {
		a = repeat(a[0], len(b))
	}
	if len(b) < len(a) && len(b) == 1 {
		b = repeat(b[0], len(a))
	}
	if len(a) != len(b) {
		return nil, fmt.Errorf("columns of %d and %d rows", len(a), len(b))
	}
	for i := range a {
		a[i] = f(a[i], b[i])
	}
	return a, nil
}

func repeat(value float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = value
	}
	return all
}
