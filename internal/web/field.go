package web

import (
	"strings"

	"github.com/a-h/templ"
)

// Field is one question of a form: its label, help, control and error, tied together for every reader.
type Field struct {
	Name     string
	Label    string
	Help     string
	Error    string
	Kind     FieldKind
	Value    string
	Unit     string   // after the control: persons, a currency
	Options  []Option // of a choice
	Required bool

	Autocomplete string           // of HTML: username, current-password, off …
	Attributes   templ.Attributes // further ones of the control: min, max, step, accept, inputmode, readonly
	IDPrefix     string           // keeps identifiers apart where a page has several forms with equal names
}

// FieldKind is how a question is answered: a type of HTML input, or one of the below.
type FieldKind string

// The kinds that are no plain input.
const (
	FieldText     FieldKind = "text"
	FieldNumber   FieldKind = "number"
	FieldDate     FieldKind = "date"
	FieldEmail    FieldKind = "email"
	FieldPhone    FieldKind = "tel"
	FieldPassword FieldKind = "password"
	FieldFile     FieldKind = "file"
	FieldArea     FieldKind = "textarea"
	FieldSelect   FieldKind = "select"
	FieldRadio    FieldKind = "radio"
	FieldCheck    FieldKind = "checkbox"
)

// Option is one answer of a choice.
type Option struct {
	Value, Label string
	Key          string // access key that chooses it, "" for none
}

// accessKey are the attributes of an access key, none for "".
func accessKey(key string) templ.Attributes {
	if key == "" {
		return nil
	}
	return templ.Attributes{"accesskey": key}
}

// ID is the identifier of the control, to which an error summary links.
func (f Field) ID() string { return "field-" + f.IDPrefix + strings.ReplaceAll(f.Name, ".", "-") }

// inputKind is the type of the input, text where none was given.
func (f Field) inputKind() string {
	if f.Kind == "" {
		return string(FieldText)
	}
	return string(f.Kind)
}

// described lists the identifiers of help and error, for aria-describedby.
func (f Field) described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.ID()+"-help")
	}
	if f.Error != "" {
		ids = append(ids, f.ID()+"-error")
	}
	return strings.Join(ids, " ")
}

// control are the attributes that every kind of control has.
func (f Field) control() templ.Attributes {
	attributes := templ.Attributes{"name": f.Name}
	for name, value := range f.Attributes {
		attributes[name] = value
	}
	if f.Required {
		attributes["required"] = true
	}
	if f.Autocomplete != "" {
		attributes["autocomplete"] = f.Autocomplete
	}
	if f.Error != "" {
		attributes["aria-invalid"] = "true"
	}
	if ids := f.described(); ids != "" {
		attributes["aria-describedby"] = ids
	}
	return attributes
}

// ErrorSummary stands above a form that could not be taken: what is wrong, each a link to its field. It takes the
// focus when the page opens.
type ErrorSummary struct {
	Errors []FieldError
}

// FieldError is one thing that is wrong with a form.
type FieldError struct {
	Field string // its ID; empty where it concerns the whole form
	Text  string
}

// Summary collects the errors of fields.
func Summary(fields ...Field) ErrorSummary {
	var summary ErrorSummary
	for _, field := range fields {
		if field.Error != "" {
			summary.Errors = append(summary.Errors, FieldError{Field: field.ID(), Text: field.Label + ": " + field.Error})
		}
	}
	return summary
}
