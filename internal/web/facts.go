package web

import "github.com/a-h/templ"

// Facts are names with their values, one under another: the core of a record.
type Facts struct {
	Items []Fact
}

// Fact is one value, where it comes from and since when.
type Fact struct {
	Label   string
	Value   string
	View    templ.Component // after Value: a badge, a small bar
	Href    string          // the evidence
	Note    string          // source and date, in small type
	Missing bool            // not known, which is not 0 and not empty
	Strong  bool            // it stands out; Note says from what
}
