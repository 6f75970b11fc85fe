package synth

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// List is what a department of the state keeps of persons: vehicles, firms, property, who it pays, who died.
type List struct {
	Name      string   `yaml:"name"`      // of the file
	Deaths    bool     `yaml:"deaths"`    // the list is of the dead, and not of what somebody has
	Kinds     []string `yaml:"kinds"`     // words of what is listed
	Base      float64  `yaml:"base"`      // log-odds that a household at the line is listed
	Slope     float64  `yaml:"slope"`     // by how much they rise with the logarithm of welfare
	Value     float64  `yaml:"value"`     // mean value, in poverty lines of a person and year
	Stale     float64  `yaml:"stale"`     // share of rows that are true no more: sold and not transferred, cancelled, not removed
	Late      float64  `yaml:"late"`      // share of what should be listed and is not yet
	Namesakes float64  `yaml:"namesakes"` // rows of strangers who bear a member's name, beside each row of a member
	NoNumber  float64  `yaml:"no_number"` // share of rows without an identity number
}

// ListRow is a row of a department's list and the truth about it.
type ListRow struct {
	List, Key    string
	Name, Number string
	Male         bool
	Birth        time.Time
	Kind         string
	Value        int64 // minor units
	Since        time.Time
	Owner        string // key of the member who is meant, "" for a stranger
	Truth        string // Row…
	Namesake     string // key of the member whose name a stranger bears
}

// What is true of a row.
const (
	RowTrue     = "true"
	RowStale    = "stale"    // was true once: sold and not transferred, cancelled
	RowStranger = "stranger" // another person of the same name
	RowLate     = "late"     // is missing in the list although it is true
)

const listStream = 3 << 32 // sets the dice of lists apart

// Lists are the rows of the departments' lists that concern a village, from 0, whose households are made and numbered.
// Rows that are late stand among them, with RowLate: the department does not know of them.
func (c *County) Lists(number int, households []*Household) []ListRow {
	d := newDice(c.spec.Seed, uint64(number)+1+listStream)
	var rows []ListRow
	for _, list := range c.spec.Lists {
		count := 0
		for _, h := range households {
			owner := c.listed(d, list, h)
			if owner == nil {
				continue
			}
			count++
			row := c.row(d, list, owner, fmt.Sprintf("%s-%s-%04d", list.Name, c.villages[number].area.Code, count))
			rows = append(rows, row)
			for range d.whole(list.Namesakes) {
				count++
				rows = append(rows, c.stranger(d, list, households, fmt.Sprintf("%s-%s-%04d", list.Name, c.villages[number].area.Code, count)))
			}
		}
	}
	return rows
}

// listed is the member of a household whom the list concerns, nil for none. Who hid what they have is on the first
// list at least.
func (c *County) listed(d dice, list List, h *Household) *Person {
	if h.Members[0].same != nil {
		return nil // a second record is nobody else
	}
	if list.Deaths {
		for i := range h.Members {
			if p := &h.Members[i]; !p.Died.IsZero() && p.same == nil {
				return p
			}
		}
		return nil
	}
	has := d.chance(sigmoid(list.Base + list.Slope*h.Welfare))
	if !has && !(h.Mistake == MistakeHidden && list.Name == c.spec.Lists[0].Name) {
		return nil
	}
	adults := make([]*Person, 0, len(h.Members))
	for i := range h.Members {
		if p := &h.Members[i]; p.Age >= 20 && p.same == nil {
			adults = append(adults, p)
		}
	}
	if len(adults) == 0 {
		return nil
	}
	return adults[d.IntN(len(adults))]
}

func (c *County) row(d dice, list List, p *Person, key string) ListRow {
	row := ListRow{List: list.Name, Key: key, Name: p.Name, Number: p.Number, Male: p.Male, Birth: p.born, Owner: p.Key, Truth: RowTrue}
	c.describe(d, list, &row)
	if list.Deaths {
		row.Since = p.Died
	} else if d.chance(list.Stale) {
		row.Truth = RowStale
	}
	if d.chance(list.Late) {
		row.Truth = RowLate
	}
	return row
}

// stranger is somebody else of a member's name and sex, born in another year.
func (c *County) stranger(d dice, list List, households []*Household, key string) ListRow {
	h := households[d.IntN(len(households))]
	p := h.Members[d.IntN(len(h.Members))]
	p.born = p.born.AddDate(-1-d.IntN(20), d.IntN(12), d.IntN(28))
	row := ListRow{List: list.Name, Key: key, Name: p.Name, Male: p.Male, Birth: p.born, Truth: RowStranger, Namesake: p.Key}
	if n := c.spec.Numbering; n.Make != nil {
		row.Number = n.Make(&p, h.Village, n.Outside+d.IntN(40))
	}
	c.describe(d, list, &row)
	return row
}

// describe fills in what a row says of its thing.
func (c *County) describe(d dice, list List, row *ListRow) {
	if len(list.Kinds) > 0 {
		row.Kind = d.one(list.Kinds)
	}
	row.Value = int64(list.Value*float64(c.spec.Line)*math.Exp(d.normal(0, 0.5))) / c.spec.Round * c.spec.Round
	row.Since = time.Date(c.spec.Year, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -30-d.IntN(3000))
	if d.chance(list.NoNumber) {
		row.Number = ""
	}
}

// ListNames are the names of the departments' lists.
func (c *County) ListNames() []string {
	names := make([]string, 0, len(c.spec.Lists))
	for _, list := range c.spec.Lists {
		if !slices.Contains(names, list.Name) {
			names = append(names, list.Name)
		}
	}
	return names
}
