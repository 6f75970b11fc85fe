package registry

import (
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
)

// Dimension is what counts of households can be broken down by. Its code is "size" (present members), "head_sex", or
// an item of the pack as "household.cause".
type Dimension struct {
	Code string
	// Item is the item of the pack, for head_sex that of a person's sex; nil for size.
	Item *policy.Item
	// Overlapping says that a household can have several values: one of each member, of each dwelling, of each answer.
	Overlapping bool
}

// The dimensions that every country has.
const (
	BySize    = "size"
	ByHeadSex = "head_sex"
)

// largestSize is the size from which on households are counted together.
const largestSize = 6

// Dimensions are those of an area for a reader: an item whose class the reader does not see is none. Items are those
// that the pack marks list and mirror and that have few answers.
func (s *Service) Dimensions(scope access.Scope, area int64) ([]Dimension, error) {
	all := []Dimension{{Code: BySize}}
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	if sex, ok := pack.Item(SubjectPerson, FieldSex); ok && s.seesSex(scope, pack) {
		all = append(all, Dimension{Code: ByHeadSex, Item: sex})
	}
	items, err := s.Filterable(scope, area)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if item.Mirror && slices.Contains([]policy.Kind{policy.Choice, policy.Bool, policy.Multi}, item.Kind) {
			all = append(all, Dimension{Code: item.Subject + "." + item.Code, Item: item, Overlapping: overlapping(item)})
		}
	}
	return all, nil
}

// overlapping says whether a household can have several values of an item.
func overlapping(item *policy.Item) bool {
	return item.Subject != SubjectHousehold || item.Kind == policy.Multi
}

// ofPersons says that persons have the values, not households.
func (d Dimension) ofPersons() bool {
	return d.Item != nil && d.Code != ByHeadSex && d.Item.Subject == SubjectPerson
}

// Behind says whether the list that Select leads to holds the persons of a value: those whose answer is not known live
// with others as well.
func (d Dimension) Behind(value string) bool { return value != "" || !d.ofPersons() }

func (s *Service) seesSex(scope access.Scope, pack *policy.Pack) bool {
	return seesEverywhere(scope, classOf(pack, SubjectPerson, FieldSex))
}

// Values are the values of a dimension in the order in which people read them.
func (d Dimension) Values() []string {
	if d.Item != nil {
		return answersTo(d.Item)
	}
	values := make([]string, largestSize)
	for i := range values {
		values[i] = strconv.Itoa(i + 1)
	}
	return values
}

// answersTo are the answers to a choice or a yes-or-no in the order in which people read them.
func answersTo(item *policy.Item) []string {
	if item.Kind == policy.Bool {
		return []string{"true", "false"}
	}
	options := item.Options()
	values := make([]string, len(options))
	for i, option := range options {
		values[i] = option.Code
	}
	return values
}

// Select adds to the parameters of an address those by which the list shows the households of a value, "" for those of
// which it is not known.
func (d Dimension) Select(value string, set func(name, value string)) {
	switch {
	case d.Code == BySize && value == "":
		set("members.max", "0")
	case d.Code == BySize:
		set("members.min", value)
		if value != strconv.Itoa(largestSize) {
			set("members.max", value)
		}
	case d.Code == ByHeadSex && value == "":
		set("head_sex", unknownValue)
	case d.Code == ByHeadSex:
		set("head_sex", value)
	case value == "":
		set("i."+d.Code+".none", "1")
	default:
		set("i."+d.Code, value)
	}
}

// column is the mirror's column of a dimension.
func (d Dimension) column() string {
	switch d.Code {
	case BySize:
		return MirrorMembers
	case ByHeadSex:
		return MirrorHeadSex
	}
	return d.Code
}

// group is how the mirror groups by a dimension whose values do not overlap.
func (d Dimension) group() mirror.Group {
	g := mirror.Group{Column: d.column()}
	if d.Code == BySize {
		for size := range largestSize {
			g.Bands = append(g.Bands, int64(size+1))
		}
	}
	return g
}

// Slice is the households that have a value of a dimension, as a condition on the mirror.
type Slice struct {
	Value string // "" for those of whom it is not known
	Where mirror.Condition
}

// Slices are a mirror's households by the values of a dimension; none where the mirror has no column for it.
func (d Dimension) Slices(t *mirror.Table) []Slice {
	if d.Code == BySize || !mirrors(t, d.column()) {
		return nil
	}
	var list []Slice
	column := t.Columns()[slices.IndexFunc(t.Columns(), func(c mirror.Column) bool { return c.Name == d.column() })]
	for _, value := range column.Codes {
		list = append(list, Slice{value, having(column, []string{value})})
	}
	return append(list, Slice{"", mirror.Condition{Column: d.column(), In: []int64{mirror.Unknown}}})
}
