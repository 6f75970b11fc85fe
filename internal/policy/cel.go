package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// celCostLimit bounds the work of one evaluation; a formula over a household's items costs a few dozen.
const celCostLimit = 100_000

// maxCEL bounds the text of one expression.
const maxCEL = 4000

// program is a compiled CEL expression that knows which of its variables it uses.
type program struct {
	run  cel.Program
	uses []string // the variables the expression mentions, sorted
}

// celType is the type under which CEL sees items of a kind: every number is a double, money in major units, a date
// the text "2014-06-30" (which compares like the date).
func celType(kind Kind) *cel.Type {
	switch kind {
	case Int, Decimal, Money:
		return cel.DoubleType
	case Bool:
		return cel.BoolType
	case Multi:
		return cel.ListType(cel.StringType)
	default:
		return cel.StringType
	}
}

// compile checks an expression over declared variables and its result type.
func compile(text string, variables map[string]*cel.Type, result *cel.Type, more ...cel.EnvOption) (*program, error) {
	compiled, _, err := compileTree(text, variables, result, more...)
	return compiled, err
}

// compileTree is compile that also returns the checked expression.
func compileTree(text string, variables map[string]*cel.Type, result *cel.Type, more ...cel.EnvOption) (*program, *ast.AST, error) {
	if len(text) > maxCEL {
		return nil, nil, fmt.Errorf("the expression is longer than %d characters", maxCEL)
	}
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true), ext.Math(), ext.Strings(ext.StringsVersion(1))}
	for _, name := range sortedKeys(variables) {
		options = append(options, cel.Variable(name, variables[name]))
	}
	env, err := cel.NewEnv(append(options, more...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("declare the variables of the expression: %w", err)
	}
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, nil, errors.New(strings.Join(issueTexts(issues), "; "))
	}
	if !checked.OutputType().IsExactType(result) {
		return nil, nil, fmt.Errorf("the expression gives a %s, expected a %s", checked.OutputType(), result)
	}
	run, err := env.Program(checked, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(celCostLimit))
	if err != nil {
		return nil, nil, fmt.Errorf("prepare the expression: %w", err)
	}
	tree := checked.NativeRep()
	return &program{run, mentioned(tree.Expr(), variables)}, tree, nil
}

func issueTexts(issues *cel.Issues) []string {
	var texts []string
	for _, issue := range issues.Errors() {
		texts = append(texts, fmt.Sprintf("column %d: %s", issue.Location.Column()+1, issue.Message))
	}
	return texts
}

// mentioned returns the declared variables that occur in an expression.
func mentioned(expr ast.Expr, variables map[string]*cel.Type) []string {
	var names []string
	ast.PostOrderVisit(expr, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.IdentKind {
			return
		}
		name := e.AsIdent()
		if _, declared := variables[name]; declared && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}))
	sort.Strings(names)
	return names
}

// eval runs the expression. What is not in inputs, or nil there, is unknown; if the result depends on it, eval
// returns the names it depends on instead of a value.
func (p *program) eval(inputs map[string]any) (value ref.Val, unknown []string, err error) {
	known := make(map[string]any, len(p.uses))
	var missing []*cel.AttributePatternType
	for _, name := range p.uses {
		if input, ok := inputs[name]; ok && input != nil {
			known[name] = input
			continue
		}
		missing = append(missing, cel.AttributePattern(name))
	}
	activation, err := cel.PartialVars(known, missing...)
	if err != nil {
		return nil, nil, fmt.Errorf("bind inputs: %w", err)
	}
	value, _, err = p.run.Eval(activation)
	if err != nil {
		return nil, nil, err
	}
	if u, is := value.(*types.Unknown); is {
		return nil, unknownNames(u), nil
	}
	return value, nil, nil
}

func unknownNames(u *types.Unknown) []string {
	var names []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, trail := range trails {
			if !slices.Contains(names, trail.Variable()) {
				names = append(names, trail.Variable())
			}
		}
	}
	sort.Strings(names)
	return names
}

// number runs an expression whose result is a double. A result that is not a finite number (a division by zero) is an
// error: it is neither known nor a matter of asking.
func (p *program) number(inputs map[string]any) (float64, []string, error) {
	value, unknown, err := p.eval(inputs)
	if err != nil || len(unknown) > 0 {
		return 0, unknown, err
	}
	number := float64(value.(types.Double))
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return 0, nil, errors.New("the result is not a finite number")
	}
	return number, nil, nil
}

// Input turns a canonical value of the item into what CEL sees: numbers as float64, money in major units. Unknown
// stays nil.
func (i *Item) Input(value Value) (any, error) {
	canonical, reason := i.canonical(value)
	if reason != nil {
		return nil, reason
	}
	switch v := canonical.(type) {
	case int64:
		if i.Kind == Money {
			return float64(v) / math.Pow10(i.pack.Digits), nil
		}
		return float64(v), nil
	case json.Number:
		return v.Float64()
	default:
		return canonical, nil
	}
}

// checks compiles the conditions of the items.
func (b *builder) checks() {
	for _, item := range b.pack.Items {
		if item.Check != nil {
			item.Check.program = b.condition(item, "check", item.Check.CEL)
		}
		if item.RequiredIf != "" {
			item.requiredIf = b.condition(item, "required_if", item.RequiredIf)
		}
	}
}

func (b *builder) condition(item *Item, what, text string) *program {
	compiled, err := compile(text, b.pack.variables(item.Subject), cel.BoolType)
	if err != nil {
		b.fail(item.Pos, "%s of item %s.%s: %s", what, item.Subject, item.Code, err)
	}
	return compiled
}

// variables are the items of a subject with the figures the program derives.
func (p *Pack) variables(subject string) map[string]*cel.Type {
	variables := map[string]*cel.Type{}
	for _, name := range Derived[subject] {
		variables[name] = cel.DoubleType
	}
	for _, item := range p.Items {
		if item.Subject == subject {
			variables[item.Code] = celType(item.Kind)
		}
	}
	return variables
}
