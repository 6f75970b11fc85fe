package mirror

import (
	"fmt"
	"math"
)

// Unknown is the value of a column that is not known for a row. It is never 0.
const Unknown = math.MinInt64

// Kind says what a column holds.
type Kind string

// The kinds.
const (
	Code   Kind = "code"   // one of few texts, such as a status; a value is the code's number in Column.Codes
	Number Kind = "number" // a whole number: persons, minor units of money, days
	Set    Kind = "set"    // several of few texts, such as the schooling of any member; see SetOf
)

// Column is a column of the mirror.
type Column struct {
	Name string `json:"name"` // "status", "dwelling.structure"
	Kind Kind   `json:"kind"`
	// Codes are the texts of a Code or Set column by their numbers; new ones are added at the end, none is ever taken away.
	Codes []string `json:"codes,omitempty"`
	// Scale is the number of decimal digits of a Number: 2 where it counts hundredths, such as minor units of money.
	Scale int `json:"scale,omitempty"`
}

// mostCodes and mostOfSet are the numbers of codes that fit a column.
const (
	mostCodes = math.MaxUint16 - 1
	mostOfSet = 62
)

// SetOf is the value of a Set column with these codes: a bit for each. No code at all is Unknown.
func SetOf(codes ...int64) int64 {
	set := int64(0)
	for _, code := range codes {
		set |= 1 << code
	}
	if set == 0 {
		return Unknown
	}
	return set
}

// Row is a row as rooms give it: the area and id of a household, and a value (or Unknown) for each column.
type Row struct {
	Area, ID int64
	Values   []int64
}

// Schema is the columns of a mirror.
type Schema struct {
	columns []Column
	byName  map[string]int
	codes   []map[string]int64
}

// NewSchema makes the schema of these columns. Names are unique.
func NewSchema(columns []Column) (*Schema, error) {
	s := &Schema{byName: map[string]int{}}
	for _, c := range columns {
		if _, twice := s.byName[c.Name]; twice || c.Name == "" {
			return nil, fmt.Errorf("the mirror has the column %q twice, or it has no name", c.Name)
		}
		if c.Kind != Code && c.Kind != Number && c.Kind != Set {
			return nil, fmt.Errorf("column %s is of unknown kind %q", c.Name, c.Kind)
		}
		s.byName[c.Name] = len(s.columns)
		known := map[string]int64{}
		for n, code := range c.Codes {
			known[code] = int64(n)
		}
		s.columns = append(s.columns, c)
		s.codes = append(s.codes, known)
	}
	return s, nil
}

// Columns returns the columns in order.
func (s *Schema) Columns() []Column { return s.columns }

// Index is the place of a column.
func (s *Schema) Index(name string) (int, error) {
	i, ok := s.byName[name]
	if !ok {
		return 0, fmt.Errorf("the mirror has no column %q", name)
	}
	return i, nil
}

// Code returns the number of a code, giving it one at its first use. Only the writer calls it.
func (s *Schema) Code(column int, code string) (int64, error) {
	if n, ok := s.codes[column][code]; ok {
		return n, nil
	}
	c := &s.columns[column]
	if c.Kind == Number || len(c.Codes) >= mostCodes || c.Kind == Set && len(c.Codes) >= mostOfSet {
		return 0, fmt.Errorf("column %s takes no code %q", c.Name, code)
	}
	n := int64(len(c.Codes))
	// Readers may hold the old slice: grow into a new one.
	c.Codes = append(c.Codes[:n:n], code)
	s.codes[column][code] = n
	return n, nil
}

// snapshot is the columns as they are now, for a published table.
func (s *Schema) snapshot() []Column { return append([]Column(nil), s.columns...) }
