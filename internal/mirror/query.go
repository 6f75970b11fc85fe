package mirror

import (
	"fmt"
	"math"
	"slices"

	"rightkey/internal/access"
)

// Query asks for counts and sums of the households in some areas.
type Query struct {
	// In are the areas: the ranges of an access decision, sorted and disjoint. Nothing outside is counted.
	In []access.Range
	// Where are conditions that all hold.
	Where []Condition
	// ByArea groups by area: the lowest area below this many keys, such as 10^6 for counties (see area.Scheme). 1 is
	// the household's own area, 0 does not group by area.
	ByArea int64
	// By are columns to group by: each of its codes, or its numbers in bands.
	By []Group
	// Sum are the number columns to add up.
	Sum []string
	// Weight is the number column that says for how many each household counts, such as its members; "" counts each
	// once. One whose weight is unknown counts for nobody.
	Weight string
}

// Condition is what a column's value must be.
type Condition struct {
	Column string
	// In are the values that hold; nil for a range. Unknown may be one of them.
	In []int64
	// Any are codes of a Set column of which one is enough, as SetOf; 0 for none. Nothing known has none of them.
	Any int64
	// Lo and Hi bound a number, both included; nil is open. An unknown number lies in no range.
	Lo, Hi *int64
}

// Group is a column to group by.
type Group struct {
	Column string
	// Bands are the lower ends of bands of numbers, rising: a number below the first is in band 0, one from the first
	// to before the second in band 1. nil groups a code column by its codes.
	Bands []int64
}

// Cell is a group of households.
type Cell struct {
	Area  int64   // of the group, 0 where it is not grouped by area
	Key   []int64 // for each group column the code's number or the band, or Unknown
	Count int64
	// Weight is the sum of the weights, as many as households where there are none.
	Weight int64
	Sums   []Sum // for each summed column
}

// Sum is the sum of a column over the households where it is known, each added as many times as its weight says, and
// the sum of their weights.
type Sum struct {
	Total int64
	Known int64
}

// mostCells is the number of combinations of group columns that a query may ask for.
const mostCells = 1 << 16

// plan is a query with its columns found.
type plan struct {
	query  Query
	digits []*digits // of group columns and conditions
	groups []grouping
	sums   []int
	weight int // column, -1 for none
	cells  int // combinations of the group columns
	shape  string
}

// grouping is a group column: its value gives a digit of the cell's number, the first column the highest, so that
// cells come in the order of their keys.
type grouping struct {
	bands  []int64
	size   int // digits: 0 for unknown and one for each code or band
	stride int
}

// plan finds the columns of a query.
func (t *Table) plan(q Query) (*plan, error) {
	p := &plan{query: q, cells: 1, weight: -1}
	for _, c := range q.Where {
		column, err := t.column(c.Column)
		if err != nil {
			return nil, err
		}
		p.digits = append(p.digits, ofCondition(column, c))
	}
	var columns []int
	for _, g := range q.By {
		column, err := t.column(g.Column)
		if err != nil {
			return nil, err
		}
		one := grouping{bands: g.Bands, size: len(g.Bands) + 2}
		switch c := t.columns[column]; {
		case g.Bands == nil && c.Kind == Code:
			one.size = len(c.Codes) + 1
		case c.Kind == Set:
			return nil, fmt.Errorf("column %s holds several codes at once; ask for each by a condition", c.Name)
		case g.Bands == nil:
			return nil, fmt.Errorf("numbers of column %s are grouped by bands", c.Name)
		case c.Kind == Code || !slices.IsSorted(g.Bands):
			return nil, fmt.Errorf("bands of column %s: a number's, rising", c.Name)
		}
		p.groups, columns = append(p.groups, one), append(columns, column)
		if p.cells *= one.size; p.cells > mostCells {
			return nil, fmt.Errorf("the query asks for more than %d groups", mostCells)
		}
	}
	stride := p.cells
	for i := range p.groups {
		g := &p.groups[i]
		stride /= g.size
		g.stride = stride
		p.digits = append(p.digits, newDigits(columns[i], func(value int64) uint32 { return uint32(g.digit(value) * g.stride) }))
		if g.bands != nil {
			p.digits[len(p.digits)-1].bands = g
		}
	}
	for _, name := range q.Sum {
		column, err := t.number(name)
		if err != nil {
			return nil, err
		}
		p.sums = append(p.sums, column)
	}
	if q.Weight != "" {
		column, err := t.number(q.Weight)
		if err != nil {
			return nil, err
		}
		p.weight = column
	}
	p.shape = p.shapeOf(q)
	return p, nil
}

// number finds a column of numbers.
func (t *Table) number(name string) (int, error) {
	column, err := t.column(name)
	if err == nil && t.columns[column].Kind != Number {
		return 0, fmt.Errorf("column %s is not a number", name)
	}
	return column, err
}

func (t *Table) column(name string) (int, error) {
	at := slices.IndexFunc(t.columns, func(c Column) bool { return c.Name == name })
	if at < 0 {
		return 0, fmt.Errorf("the mirror has no column %q", name)
	}
	return at, nil
}

// digit is where a value stands among the digits of a grouping.
func (g *grouping) digit(value int64) int {
	if value == Unknown {
		return 0
	}
	if g.bands == nil {
		if value >= int64(g.size-1) {
			return 0 // a code of a later table
		}
		return int(value) + 1
	}
	band, found := slices.BinarySearch(g.bands, value)
	if found {
		band++
	}
	return band + 1
}

// key puts the values of a cell's number into a key.
func (p *plan) key(cell int, key []int64) {
	for i, g := range p.groups {
		if key[i] = int64(cell/g.stride%g.size) - 1; key[i] < 0 {
			key[i] = Unknown
		}
	}
}

// areaOf is the group of an area, and the first area after the group.
func (p *plan) areaOf(area int64) (group, end int64) {
	if p.query.ByArea == 0 {
		return 0, math.MaxInt64
	}
	group = area - area%p.query.ByArea
	return group, group + p.query.ByArea
}

// holds says whether a value meets a condition.
func (c Condition) holds(value int64) bool {
	if c.Any != 0 {
		return value != Unknown && value&c.Any != 0
	}
	if c.In != nil {
		return slices.Contains(c.In, value)
	}
	return value != Unknown && (c.Lo == nil || *c.Lo <= value) && (c.Hi == nil || value <= *c.Hi)
}
