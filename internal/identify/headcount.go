package identify

import "sort"

// Headcount is how many households and persons of an area are poor. Households and Persons are counts of the file;
// the weighted figures are estimates for the population where the file has survey weights (else they equal the
// counts). Rates are over those who could be judged.
type Headcount struct {
	Area string `json:"area"` // as the file names it; empty: everywhere

	Households     int     `json:"households"` // assessed
	PoorHouseholds int     `json:"poor_households"`
	OpenHouseholds int     `json:"unknown_households"` // nobody can say
	Persons        float64 `json:"persons"`
	PoorPersons    float64 `json:"poor_persons"`
	OpenPersons    float64 `json:"unknown_persons"`

	householdWeight, poorHouseholdWeight float64 // of the judged
	personWeight, poorPersonWeight       float64
}

// HouseholdRate is the weighted share of poor households among the judged; false where none was judged.
func (h Headcount) HouseholdRate() (float64, bool) {
	return h.poorHouseholdWeight / h.householdWeight, h.householdWeight > 0
}

// PersonRate is the headcount ratio: the weighted share of persons in poor households among persons in judged ones;
// false where none was judged.
func (h Headcount) PersonRate() (float64, bool) {
	return h.poorPersonWeight / h.personWeight, h.personWeight > 0
}

func (h *Headcount) add(a Assessment) {
	h.Households++
	h.Persons += a.Members
	if a.Verdict.Outcome == Unknown {
		h.OpenHouseholds++
		h.OpenPersons += a.Members
		return
	}
	h.householdWeight += a.Weight
	h.personWeight += a.Weight * a.Members
	if a.Verdict.Outcome == Poor {
		h.PoorHouseholds++
		h.PoorPersons += a.Members
		h.poorHouseholdWeight += a.Weight
		h.poorPersonWeight += a.Weight * a.Members
	}
}

// Tally counts assessments as a whole and by the values of one area column.
type Tally struct {
	All    Headcount
	column int // position among the areas of the mapping; negative: none
	areas  map[string]*Headcount
}

// NewTally counts by an area column of the mapping (its position there), by none if column is negative.
func NewTally(column int) *Tally { return &Tally{column: column, areas: map[string]*Headcount{}} }

// Add counts one assessment.
func (t *Tally) Add(a Assessment) {
	t.All.add(a)
	if t.column < 0 {
		return
	}
	name := a.Areas[t.column]
	if t.areas[name] == nil {
		t.areas[name] = &Headcount{Area: name}
	}
	t.areas[name].add(a)
}

// Areas returns the counts by area, by name.
func (t *Tally) Areas() []Headcount {
	areas := make([]Headcount, 0, len(t.areas))
	for _, area := range t.areas {
		areas = append(areas, *area)
	}
	sort.Slice(areas, func(i, j int) bool { return areas[i].Area < areas[j].Area })
	return areas
}
