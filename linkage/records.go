package linkage

import (
	"fmt"
	"slices"

	"rightkey/linkage/kin"
	"rightkey/linkage/script"
)

// Records is a table ready for linkage: each cell is the number of a normalised value of its column. Rows are
// counted from 0.
type Records struct {
	fields     []Field
	columns    []*column
	cells      []uint32    // row-major, one per field
	groups     []uint32    // household of each row, 0 unknown; nil without households
	households *dictionary // keys of the households
	rows       int
	split      int // first row of the right table; 0 where there is one table
}

// column is what is known of the values of one field.
type column struct {
	field  Field
	values *dictionary
	counts []uint32 // occurrences of each value
	sounds []uint32 // sound key of each value of a name, else nil
	mixed  bool     // names are written in more than one script
	// relatives says that names name relatives too.
	relatives bool
	known     int // rows in which it is not missing
	// After a first grouping, counts and known are of entities instead of rows, entities is set, and variants holds
	// pairs of values (smaller id<<32 | larger id) that stand for each other.
	entities bool
	single   float64 // occurrences that a value seen once counts as
	equal    float64 // share of pairs of entities with equal values
	variants map[uint64]bool
}

// Rows is the number of records.
func (r *Records) Rows() int { return r.rows }

// Left is the number of records of the left table, or 0 where there is one table only.
func (r *Records) Left() int { return r.split }

// Fields returns the fields in order.
func (r *Records) Fields() []Field { return r.fields }

// Value returns the normalised value of a field of a row, "" if missing.
func (r *Records) Value(row, field int) string {
	return r.columns[field].values.value(r.row(row)[field])
}

func (r *Records) row(i int) []uint32 {
	n := len(r.fields)
	return r.cells[i*n : i*n+n : i*n+n]
}

// apart says whether a pair can be a link at all: in a link between two tables it needs one of each.
func (r *Records) apart(i, j uint32) bool {
	return r.split > 0 && (int(i) < r.split) == (int(j) < r.split)
}

// sameGroup says whether two rows stand on the same household roster.
func (r *Records) sameGroup(i, j uint32) bool {
	return r.groups != nil && r.groups[i] != 0 && r.groups[i] == r.groups[j]
}

// pairs is the number of pairs of records that could be compared.
func (r *Records) pairs() float64 {
	if r.split > 0 {
		return float64(r.split) * float64(r.rows-r.split)
	}
	return float64(r.rows) * float64(r.rows-1) / 2
}

// Builder reads rows one by one and normalises each distinct value once.
type Builder struct {
	records *Records
	raw     []*dictionary // values as written; nil for kinds that seldom repeat
	clean   [][]uint32    // number of the normalised value of each value as written
	group   *dictionary
}

// NewBuilder starts a table with the given fields. There can be at most 16.
func NewBuilder(fields []Field) (*Builder, error) {
	if len(fields) == 0 || len(fields) > mostFields {
		return nil, fmt.Errorf("%d fields to compare, want 1 to %d", len(fields), mostFields)
	}
	b := &Builder{records: &Records{fields: fields}}
	for _, f := range fields {
		b.records.columns = append(b.records.columns, &column{field: f, values: newDictionary()})
		var raw *dictionary
		if f.Kind != ID && f.Kind != Phone {
			raw = newDictionary()
		}
		b.raw = append(b.raw, raw)
		b.clean = append(b.clean, []uint32{0})
	}
	return b, nil
}

// Expect makes room for a number of rows in all.
func (b *Builder) Expect(rows int) {
	b.records.cells = slices.Grow(b.records.cells, rows*len(b.records.fields)-len(b.records.cells))
}

// Add appends a row: one raw value per field in the order of the fields, and the household's key ("" if unknown).
func (b *Builder) Add(values []string, household string) {
	for i, value := range values {
		b.records.cells = append(b.records.cells, b.intern(i, value))
	}
	if household != "" {
		if b.group == nil {
			b.group = newDictionary()
			b.records.groups = make([]uint32, b.records.rows)
		}
		b.records.groups = append(b.records.groups, b.group.id(household))
	} else if b.group != nil {
		b.records.groups = append(b.records.groups, 0)
	}
	b.records.rows++
}

// Split says that the rows added so far are the left table and the next ones the right table.
func (b *Builder) Split() { b.records.split = b.records.rows }

// intern normalises a raw value and returns its number.
func (b *Builder) intern(i int, value string) uint32 {
	if value == "" {
		return 0
	}
	column := b.records.columns[i]
	if b.raw[i] == nil {
		return internClean(column, value)
	}
	raw := b.raw[i].id(value)
	if int(raw) == len(b.clean[i]) {
		b.clean[i] = append(b.clean[i], internClean(column, value))
	}
	return b.clean[i][raw]
}

func internClean(c *column, value string) uint32 {
	clean := normalise(c.field.Kind, value)
	if clean == "" {
		return 0
	}
	return c.values.id(clean)
}

// Finish returns the table; the builder cannot be used afterwards.
func (b *Builder) Finish() *Records {
	r := b.records
	for i, c := range r.columns {
		c.values.seal()
		c.counts = make([]uint32, c.values.size())
		for row := range r.rows {
			c.counts[r.row(row)[i]]++
		}
		c.known = r.rows - int(c.counts[0])
		c.single = singleOccurrences(c.counts[1:])
		if c.field.Kind == Given || c.field.Kind == Surname || c.field.Kind == Name {
			c.sounds = numberKeys(c.values, script.SoundKey)
			c.mixed = mixedScripts(c.values)
			c.relatives = namesRelatives(c.values)
		}
	}
	if b.group != nil {
		b.group.seal()
		r.households = b.group
	}
	b.raw, b.clean, b.group = nil, nil, nil
	return r
}

// namesRelatives says whether more than one name in a hundred names a relative.
func namesRelatives(values *dictionary) bool {
	n := 0
	for id := 1; id < values.size(); id++ {
		n += btoi(kin.Split(values.value(uint32(id))).Relation != kin.None)
	}
	return 100*n > values.size()
}

// mixedScripts says whether values of a second script are more than one in a hundred.
func mixedScripts(values *dictionary) bool {
	var counts [script.Other + 1]int
	for id := 1; id < values.size(); id++ {
		counts[script.Of(values.value(uint32(id)))]++
	}
	return 100*(values.size()-1-slices.Max(counts[:])) > values.size()
}
