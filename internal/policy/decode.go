package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"github.com/govalues/decimal"
	"go.yaml.in/yaml/v3"
)

// SourceFile is one file of a pack.
type SourceFile struct {
	Name string // relative to the pack's folder
	Data []byte
}

// LoadError is one thing that is wrong in a pack's files.
type LoadError struct {
	Pos    Pos
	Reason string
}

// Error is file, line and reason.
func (e LoadError) Error() string {
	if e.Pos.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Pos.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", e.Pos.File, e.Pos.Line, e.Reason)
}

// LoadErrors is everything that is wrong in a pack's files, in the order of the files.
type LoadErrors []LoadError

// Error is one line per thing that is wrong.
func (e LoadErrors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Number is a decimal figure of a pack file. It has to stand in quotes there, so that "2736.10" stays what it is.
type Number struct {
	decimal.Decimal
	Set bool // the file has it
}

// maxDepth bounds the nesting of a pack file.
const maxDepth = 32

// Decode reads one YAML file strictly into a pointer to a struct (fields by their yaml tag) and returns LoadErrors.
// Refused are: unknown and duplicate keys, anchors, aliases and merge keys, a second document, and wherever text, a
// code or a Number is expected a scalar without quotes that YAML takes for something else (01, 2736.10, null).
// Fields of type Pos are filled with file and line of the mapping they stand in.
func Decode(file SourceFile, into any) error {
	node, err := parseYAML(file)
	if err != nil {
		return err
	}
	d := &decoder{file: file.Name}
	if node != nil {
		d.decode(node, reflect.ValueOf(into).Elem(), 0)
	}
	if len(d.errors) > 0 {
		return d.errors
	}
	return nil
}

// parseYAML returns the root node of the file's only document, nil if the file is empty.
func parseYAML(file SourceFile) (*yaml.Node, error) {
	reader := yaml.NewDecoder(bytes.NewReader(file.Data))
	var document yaml.Node
	if err := reader.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, syntaxError(file.Name, err)
	}
	var second yaml.Node
	if err := reader.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, LoadErrors{{Pos{file.Name, second.Line}, "a pack file holds one YAML document, this one holds several"}}
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}

// syntaxError turns the YAML library's message, which has the line in its text, into ours.
func syntaxError(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	pos := Pos{File: name}
	if _, scanErr := fmt.Sscanf(text, "line %d:", &pos.Line); scanErr == nil {
		_, text, _ = strings.Cut(text, ": ")
	}
	return LoadErrors{{pos, text}}
}

type decoder struct {
	file   string
	errors LoadErrors
}

func (d *decoder) fail(node *yaml.Node, format string, args ...any) {
	d.errors = append(d.errors, LoadError{Pos{d.file, node.Line}, fmt.Sprintf(format, args...)})
}

var (
	posType    = reflect.TypeFor[Pos]()
	numberType = reflect.TypeFor[Number]()
	localType  = reflect.TypeFor[localSchema]()
)

func (d *decoder) decode(node *yaml.Node, into reflect.Value, depth int) {
	switch {
	case depth > maxDepth:
		d.fail(node, "nested deeper than %d levels", maxDepth)
	case node.Kind == yaml.AliasNode || node.Anchor != "":
		d.fail(node, "anchors and aliases are not allowed: write the value where it is used")
	case into.Type() == numberType:
		d.number(node, into)
	case into.Type() == localType:
		d.local(node, into.Addr().Interface().(*localSchema), depth)
	default:
		d.byKind(node, into, depth)
	}
}

func (d *decoder) byKind(node *yaml.Node, into reflect.Value, depth int) {
	switch into.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		d.decode(node, fresh.Elem(), depth)
		into.Set(fresh)
	case reflect.Struct:
		d.structure(node, into, depth)
	case reflect.Map:
		d.mapping(node, into, depth)
	case reflect.Slice:
		d.list(node, into, depth)
	case reflect.String:
		d.text(node, into)
	case reflect.Int, reflect.Int64, reflect.Bool:
		d.plain(node, into)
	default:
		panic(fmt.Sprintf("policy: a pack file cannot be decoded into %s", into.Type()))
	}
}

// pairs calls each key and value of a mapping once, refusing duplicate keys and merge keys.
func (d *decoder) pairs(node *yaml.Node, each func(key, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		d.fail(node, "expected a mapping of keys to values, found %s", kindWord(node))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" {
			d.fail(key, "key %q must be text; put it in quotes", key.Value)
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.fail(key, "key %q stands twice, first in line %d", key.Value, line)
			continue
		}
		first[key.Value] = key.Line
		each(key, value)
	}
}

func (d *decoder) structure(node *yaml.Node, into reflect.Value, depth int) {
	fields := map[string]reflect.Value{}
	for i := range into.NumField() {
		field := into.Type().Field(i)
		if field.Type == posType {
			into.Field(i).Set(reflect.ValueOf(Pos{d.file, node.Line}))
		} else if tag := field.Tag.Get("yaml"); tag != "" {
			fields[tag] = into.Field(i)
		}
	}
	d.pairs(node, func(key, value *yaml.Node) {
		field, known := fields[key.Value]
		if !known {
			d.fail(key, "unknown key %q; known here: %s", key.Value, knownKeys(fields))
			return
		}
		d.decode(value, field, depth+1)
	})
}

func knownKeys(fields map[string]reflect.Value) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func (d *decoder) mapping(node *yaml.Node, into reflect.Value, depth int) {
	into.Set(reflect.MakeMap(into.Type()))
	d.pairs(node, func(key, value *yaml.Node) {
		element := reflect.New(into.Type().Elem()).Elem()
		d.decode(value, element, depth+1)
		into.SetMapIndex(reflect.ValueOf(key.Value).Convert(into.Type().Key()), element)
	})
}

func (d *decoder) local(node *yaml.Node, into *localSchema, depth int) {
	into.Pos = Pos{d.file, node.Line}
	d.mapping(node, reflect.ValueOf(&into.texts).Elem(), depth)
}

func (d *decoder) list(node *yaml.Node, into reflect.Value, depth int) {
	if node.Kind != yaml.SequenceNode {
		d.fail(node, "expected a list, found %s", kindWord(node))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(node.Content), len(node.Content)))
	for i, element := range node.Content {
		d.decode(element, into.Index(i), depth+1)
	}
}

func (d *decoder) text(node *yaml.Node, into reflect.Value) {
	if node.Kind != yaml.ScalarNode {
		d.fail(node, "expected text, found %s", kindWord(node))
		return
	}
	if node.ShortTag() != "!!str" {
		d.fail(node, "%s is not text; put it in quotes: %q", node.Value, node.Value)
		return
	}
	into.SetString(node.Value)
}

func (d *decoder) plain(node *yaml.Node, into reflect.Value) {
	if node.Kind != yaml.ScalarNode || node.Style != 0 || strings.HasPrefix(node.Value, "0") && node.Value != "0" {
		d.fail(node, "expected %s without quotes and leading zeros, found %q", plainWord(into.Kind()), node.Value)
		return
	}
	if err := node.Decode(into.Addr().Interface()); err != nil {
		d.fail(node, "expected %s, found %q", plainWord(into.Kind()), node.Value)
	}
}

func (d *decoder) number(node *yaml.Node, into reflect.Value) {
	if node.Kind != yaml.ScalarNode || node.ShortTag() != "!!str" {
		d.fail(node, "figure %s must stand in quotes: %q", node.Value, node.Value)
		return
	}
	value, err := decimal.Parse(node.Value)
	if err != nil {
		d.fail(node, "%q is not a decimal number", node.Value)
		return
	}
	into.Set(reflect.ValueOf(Number{value, true}))
}

func plainWord(kind reflect.Kind) string {
	if kind == reflect.Bool {
		return "true or false"
	}
	return "a whole number"
}

func kindWord(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	default:
		return fmt.Sprintf("%q", node.Value)
	}
}
