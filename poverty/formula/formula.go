// Package formula evaluates the small arithmetic of survey work over whole columns: exp(lnexp), weight*size,
// rooms/size, wage < 4, head == "none" && size > 6. The text is a Go expression over column names and numbers.
//
// Unknown stays unknown: arithmetic and comparisons with a missing value are missing; "and" is false as soon as one
// side is false, "or" is true as soon as one side is true, else missing with a missing side (Kleene). Truth is 1,
// falsehood 0, missing NaN. A number that is not finite (a division by 0, the logarithm of a negative) is missing.
package formula

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
)

// Source gives the columns: numbers with NaN for a missing entry, texts with "" for one.
type Source interface {
	Numbers(column string) ([]float64, error)
	Strings(column string) ([]string, error)
}

// Formula is a parsed expression.
type Formula struct {
	text string
	root ast.Expr
}

// Parse reads an expression. Nothing is looked up yet.
func Parse(text string) (*Formula, error) {
	root, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("formula %q: %w", text, err)
	}
	f := &Formula{text: text, root: root}
	if err := check(root); err != nil {
		return nil, fmt.Errorf("formula %q: %w", text, err)
	}
	return f, nil
}

// Eval computes the formula for every row of the source.
func Eval(text string, source Source) ([]float64, error) {
	f, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return f.Eval(source)
}

// Eval computes the formula for every row of the source. A formula without any column gives one entry.
func (f *Formula) Eval(source Source) ([]float64, error) {
	e := evaluation{source: source}
	values, err := e.numbers(f.root)
	if err != nil {
		return nil, fmt.Errorf("formula %q: %w", f.text, err)
	}
	for i, v := range values {
		if math.IsInf(v, 0) {
			values[i] = math.NaN()
		}
	}
	return values, nil
}

// Column is the name of the column if the formula is nothing else, and "" otherwise.
func (f *Formula) Column() string { return columnName(f.root) }

// columnName reads an identifier, with dots as in family.size.
func columnName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if before := columnName(e.X); before != "" {
			return before + "." + e.Sel.Name
		}
	}
	return ""
}

// check refuses what is Go but no formula.
func check(e ast.Expr) error {
	switch e := e.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		if columnName(e) == "" {
			return fmt.Errorf("a dot is allowed only inside a column's name")
		}
		return nil
	case *ast.BasicLit:
		if e.Kind != token.INT && e.Kind != token.FLOAT && e.Kind != token.STRING {
			return fmt.Errorf("%s is neither a number nor a text", e.Value)
		}
		return nil
	case *ast.ParenExpr:
		return check(e.X)
	case *ast.UnaryExpr:
		if e.Op != token.SUB && e.Op != token.NOT && e.Op != token.ADD {
			return fmt.Errorf("operator %s is not known", e.Op)
		}
		return check(e.X)
	case *ast.BinaryExpr:
		if operators[e.Op] == nil {
			return fmt.Errorf("operator %s is not known", e.Op)
		}
		if err := check(e.X); err != nil {
			return err
		}
		return check(e.Y)
	case *ast.CallExpr:
		return checkCall(e)
	}
	return fmt.Errorf("only columns, numbers, operators and functions are allowed")
}

func checkCall(e *ast.CallExpr) error {
	name := columnName(e.Fun)
	want, known := arguments[name]
	if !known {
		return fmt.Errorf("function %q is not known", name)
	}
	if len(e.Args) != want {
		return fmt.Errorf("function %s takes %d arguments, not %d", name, want, len(e.Args))
	}
	for _, a := range e.Args {
		if err := check(a); err != nil {
			return err
		}
	}
	return nil
}

// text returns the string of a quoted literal.
func text(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}
