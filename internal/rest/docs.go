package rest

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rightkey/internal/fault/status"
)

//go:embed docs.html
var docsText string

var docsPage = template.Must(template.New("docs").Parse(docsText))

// docs is what the page for people shows of the document.
type docs struct {
	Nonce    string
	Title    string
	About    string
	Version  string
	Prefix   string
	Rooms    []docRoom
	Schemas  []docSchema
	Problems []docProblem
}

type docRoom struct {
	Name       string
	Operations []docOperation
}

type docOperation struct {
	ID, Method, Path, Summary, About, Access string
	Parameters                               []docField
	Body, Answer                             string // names of schemas; empty for none
	BodyType                                 string
	Status                                   string
}

type docSchema struct {
	Name   string
	Fields []docField
}

type docField struct {
	Name, In, Type, About string
	Schema                string // the schema to which Type refers
	Required              bool
}

type docProblem struct {
	Name, Says string
	Status     int
}

// serveDocs shows the document as a page that loads nothing from anywhere.
func (a *API) serveDocs(w http.ResponseWriter, r *http.Request) {
	page := describe(a.huma.OpenAPI())
	page.Nonce = rand.Text()
	var out bytes.Buffer
	if err := docsPage.Execute(&out, page); err != nil {
		a.answer(w, a.refusal(r.Context(), "docs", fmt.Errorf("render the docs page: %w", err)))
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+page.Nonce+"'; frame-ancestors 'none'; base-uri 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes()) // the reader may have gone away; there is nobody left to tell
}

func describe(document *huma.OpenAPI) docs {
	page := docs{Title: document.Info.Title, About: document.Info.Description, Version: document.Info.Version, Prefix: Prefix}
	rooms := map[string][]docOperation{}
	for path, item := range document.Paths {
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				rooms[strings.Join(o.Tags, ", ")] = append(rooms[strings.Join(o.Tags, ", ")], describeOperation(path, o))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rooms)) {
		slices.SortFunc(rooms[name], func(x, y docOperation) int { return strings.Compare(x.Path+" "+x.Method, y.Path+" "+y.Method) })
		page.Rooms = append(page.Rooms, docRoom{name, rooms[name]})
	}
	schemas := document.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, docSchema{name, fieldsOf(schemas[name])})
	}
	for _, k := range kinds {
		page.Problems = append(page.Problems, docProblem{k.kind.Name(), k.says, status.Of(k.kind)})
	}
	return page
}

func describeOperation(path string, o *huma.Operation) docOperation {
	d := docOperation{ID: o.OperationID, Method: o.Method, Path: path, Summary: o.Summary, About: o.Description}
	d.Access, _ = o.Extensions["x-access"].(string)
	for _, p := range o.Parameters {
		field := fieldOf(p.Name, p.Schema)
		field.In, field.Required = p.In, p.Required
		if p.Description != "" {
			field.About = p.Description
		}
		d.Parameters = append(d.Parameters, field)
	}
	if o.RequestBody != nil {
		d.BodyType, d.Body = contentOf(o.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if strings.HasPrefix(status, "2") {
			d.Status = status
			_, d.Answer = contentOf(o.Responses[status].Content)
			break
		}
	}
	return d
}

// contentOf returns the media type of a body and the name of its schema.
func contentOf(content map[string]*huma.MediaType) (mediaType, schema string) {
	names := slices.Sorted(maps.Keys(content))
	if len(names) == 0 {
		return "", ""
	}
	if found := content[names[0]].Schema; found != nil {
		schema = refName(found)
	}
	return names[0], schema
}

func fieldsOf(s *huma.Schema) []docField {
	var fields []docField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field := fieldOf(name, s.Properties[name])
		field.Required = slices.Contains(s.Required, name)
		fields = append(fields, field)
	}
	return fields
}

func fieldOf(name string, s *huma.Schema) docField {
	if s == nil {
		return docField{Name: name}
	}
	field := docField{Name: name, Type: s.Type, About: s.Description, Schema: refName(s)}
	if s.Format != "" {
		field.Type += " (" + s.Format + ")"
	}
	if s.Items != nil {
		element := fieldOf("", s.Items)
		field.Type, field.Schema = strings.TrimSpace("list of "+element.Type), element.Schema
	}
	if len(s.Enum) > 0 {
		field.About = strings.TrimSpace(field.About + " One of: " + strings.Trim(fmt.Sprint(s.Enum), "[]") + ".")
	}
	return field
}

func refName(s *huma.Schema) string { return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:] }
