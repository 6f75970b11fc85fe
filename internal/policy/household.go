package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// The lists of a household's parts that a Condition looks through, by name, with the subject whose items each part has.
var parts = map[string]string{"people": "person", "dwellings": "dwelling", "incomes": "income", "expenditures": "expenditure"}

// extra are the fields of a part that are no items: what the program itself knows of it. All are text but where
// Derived names them.
var extra = map[string][]string{"person": {"died", "joined", "identity"}}

// Condition is a condition in CEL over a whole household:
//
//   - each item of the household by its code, the Derived figures, and the figures and texts that the asker adds;
//   - the lists people, dwellings, incomes and expenditures, whose elements have the items of their subject as fields;
//     a person also has age, died and joined (dates) and identity (confirmed or provisional);
//   - of a condition on each of a list: the element itself under the name of its subject.
//
// Numbers are doubles, money in major units, dates texts like 2014-06-30. What is not known is unknown: a condition
// that depends on it says nothing, unless it asks with has(…).
type Condition struct {
	Fields  []string // "subject.code" of the items that it looks at, sorted
	needs   []string // Fields, and the figures that the program derives
	program *program
}

// ConditionText is a condition as a pack has it.
type ConditionText struct {
	CEL     string
	Each    string   // subject of which the condition is about each one: "person", "dwelling" …; empty: the household
	Figures []string // doubles that the asker adds
	Texts   []string // texts that the asker adds
}

// Condition compiles a condition over households of the pack. A name or field that does not exist is an error.
func (p *Pack) Condition(t ConditionText) (*Condition, error) {
	variables := p.variables("household")
	add := func(name string, kind *cel.Type) error {
		if _, taken := variables[name]; taken {
			return fmt.Errorf("the household's item %q has the name of a figure of the program", name)
		}
		variables[name] = kind
		return nil
	}
	for _, name := range t.Figures {
		if err := add(name, cel.DoubleType); err != nil {
			return nil, err
		}
	}
	for _, name := range t.Texts {
		if err := add(name, cel.StringType); err != nil {
			return nil, err
		}
	}
	for _, name := range sortedKeys(parts) {
		if err := add(name, cel.ListType(cel.ObjectType(parts[name]))); err != nil {
			return nil, err
		}
	}
	if t.Each != "" {
		if !slices.Contains(slices.Collect(mapValues(parts)), t.Each) {
			return nil, fmt.Errorf("each %q is none of %s", t.Each, strings.Join(slices.Sorted(mapValues(parts)), ", "))
		}
		if err := add(t.Each, cel.ObjectType(t.Each)); err != nil {
			return nil, err
		}
	}
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, fmt.Errorf("prepare the types of conditions: %w", err)
	}
	compiled, tree, err := compileTree(t.CEL, variables, cel.BoolType, cel.CustomTypeProvider(partTypes{registry, p}))
	if err != nil {
		return nil, err
	}
	fields := p.lookedAt(compiled, tree, func(subject, code string) bool { _, ok := p.Item(subject, code); return ok })
	needs := p.lookedAt(compiled, tree, func(subject, code string) bool {
		_, ok := p.Item(subject, code)
		return ok || slices.Contains(Derived[subject], code)
	})
	return &Condition{Fields: fields, needs: needs, program: compiled}, nil
}

func mapValues(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, name := range sortedKeys(m) {
			if !yield(m[name]) {
				return
			}
		}
	}
}

// Holds runs the condition; known is false where it depends on something unknown. inputs are by name: items as
// Inputs gives them, parts as []map[string]any. An error is a fault of the condition, such as a division by zero.
func (c *Condition) Holds(inputs map[string]any) (holds, known bool, err error) {
	value, unknown, err := c.program.eval(inputs)
	switch {
	case err != nil && strings.Contains(err.Error(), "no such key"): // a field of a part that is not known
		return false, false, nil
	case err != nil:
		return false, false, err
	case len(unknown) > 0:
		return false, false, nil
	}
	return value == types.True, true, nil
}

// Inputs turns a subject's facts, core items and Derived figures among them, into what conditions and formulas see.
// Values that are not usable are left out, as unknown.
func (p *Pack) Inputs(subject string, facts Facts) map[string]any {
	inputs := map[string]any{}
	for code, value := range facts {
		if item, ok := p.Item(subject, code); ok {
			if input, err := item.Input(value); err == nil && input != nil {
				inputs[code] = input
			}
			continue
		}
		if number, ok := derivedNumber(value); ok && slices.Contains(Derived[subject], code) {
			inputs[code] = number
		} else if text, ok := value.(string); ok && slices.Contains(extra[subject], code) {
			inputs[code] = text
		}
	}
	return inputs
}

// Missing lists what the condition looks at and inputs do not hold, as codes of items and Derived figures, sorted:
// what has to be asked where it says nothing. Of a part's item it is enough that one of the parts lacks it; where no
// part is known at all, every item of it is missing.
func (c *Condition) Missing(inputs map[string]any) []string {
	lacking := map[string]bool{}
	for _, field := range c.needs {
		subject, code, _ := strings.Cut(field, ".")
		if subject == "household" {
			lacking[code] = lacking[code] || inputs[code] == nil
			continue
		}
		list := elements(subject, inputs)
		lacking[code] = lacking[code] || len(list) == 0
		for _, one := range list {
			lacking[code] = lacking[code] || one[code] == nil
		}
	}
	var codes []string
	for _, code := range sortedKeys(lacking) {
		if lacking[code] {
			codes = append(codes, code)
		}
	}
	return codes
}

// elements are the parts of a household of a subject among inputs.
func elements(subject string, inputs map[string]any) []map[string]any {
	for name, of := range parts {
		if list, ok := inputs[name].([]map[string]any); ok && of == subject {
			return list
		}
	}
	return nil
}

// lookedAt lists what of the items and figures that count an expression reads.
func (p *Pack) lookedAt(compiled *program, tree *ast.AST, counts func(subject, code string) bool) []string {
	found := map[string]bool{}
	note := func(subject, code string) {
		if counts(subject, code) {
			found[subject+"."+code] = true
		}
	}
	for _, name := range compiled.uses {
		note("household", name)
	}
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.SelectKind {
			note(tree.GetType(e.AsSelect().Operand().ID()).TypeName(), e.AsSelect().FieldName())
		}
	}))
	return sortedKeys(found)
}

// partTypes tells CEL which fields the parts of a household have.
type partTypes struct {
	types.Provider
	pack *Pack
}

// FindStructType knows the subjects of parts.
func (t partTypes) FindStructType(name string) (*types.Type, bool) {
	if t.fields(name) == nil {
		return t.Provider.FindStructType(name)
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

// FindStructFieldNames lists the fields of a part.
func (t partTypes) FindStructFieldNames(name string) ([]string, bool) {
	if fields := t.fields(name); fields != nil {
		return sortedKeys(fields), true
	}
	return t.Provider.FindStructFieldNames(name)
}

// FindStructFieldType is the type of a part's field.
func (t partTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	fields := t.fields(name)
	if fields == nil {
		return t.Provider.FindStructFieldType(name, field)
	}
	kind, ok := fields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: kind}, true
}

func (t partTypes) fields(subject string) map[string]*cel.Type {
	if !slices.Contains(slices.Collect(mapValues(parts)), subject) {
		return nil
	}
	fields := t.pack.variables(subject)
	for _, name := range extra[subject] {
		fields[name] = cel.StringType
	}
	return fields
}
