package world

import (
	"fmt"
	"iter"
	"maps"

	"rightkey/precision"
	"rightkey/synth"
)

// ownSignals are those that the register itself holds; the departments' lists follow.
var ownSignals = []string{"kin of officials", "small", "old head", "no telephone", "remote"}

// Beyond this many kilometres to the road a household is remote.
const remoteFrom = 2.5

// seen is a household as it is known before any visit.
func seen(h *synth.Household, village int, score float64, listed map[string]uint64) precision.Household {
	p := precision.Household{Village: village, Persons: len(h.Members), Registered: h.Registered, Score: score}
	for bit, is := range []bool{h.KinOf != "" && hash(h.Key) < declaring, len(h.Members) <= 2, h.Head().Age >= 65, h.Phone == "", h.Living.RoadDistance > remoteFrom} {
		if is {
			p.Signals |= 1 << bit
		}
	}
	for i := range h.Members {
		p.Signals |= listed[h.Members[i].Key]
	}
	return p
}

// listed are the bits of the departments' lists by member. A row of a stranger counts against whose name he bears
// where it has no number to tell them apart.
func listed(rows []synth.ListRow, lists []synth.List) map[string]uint64 {
	bits, bit := map[string]uint64{}, uint64(1)<<len(ownSignals)
	for _, list := range lists {
		if !list.Deaths {
			bits[list.Name], bit = bit, bit<<1
		}
	}
	members := map[string]uint64{}
	for _, row := range rows {
		switch {
		case row.Truth == synth.RowLate:
		case row.Owner != "":
			members[row.Owner] |= bits[row.List]
		case row.Number == "":
			members[row.Namesake] |= bits[row.List]
		}
	}
	return members
}

func listNames(lists []synth.List) (names []string) {
	for _, list := range lists {
		if !list.Deaths {
			names = append(names, list.Name)
		}
	}
	return names
}

func (w *World) add(p precision.Household, h *synth.Household) {
	w.Households = append(w.Households, p)
	w.welfare = append(w.welfare, h.Welfare)
	w.keys = append(w.keys, h.Key)
}

// builder collects features by name.
type builder struct {
	rows    int
	columns map[string][]float64
}

func (b *builder) names() iter.Seq[string] { return maps.Keys(b.columns) }

func (b *builder) put(row int, name string, value float64) {
	if value == 0 {
		return
	}
	column := b.columns[name]
	if column == nil {
		column = make([]float64, b.rows)
		b.columns[name] = column
	}
	column[row] += value
}

func (b *builder) flag(row int, name string, is bool) {
	if is {
		b.put(row, name, 1)
	}
}

// household puts what is told of the household as a whole.
func (b *builder) household(row int, h *synth.Household) {
	l, size := h.Living, float64(len(h.Members))
	b.put(row, "size", size)
	b.put(row, "log size", logOf(size))
	for name, value := range map[string]float64{"arable": l.Arable, "irrigated": l.Irrigated, "forest": l.Forest, "road": l.RoadDistance,
		"house": float64(l.HouseArea), "age of house": float64(l.HouseBuilt) - 1980, "returned": l.Returned, "fruit": l.Fruit,
		"pigs": float64(l.Pigs.Kept), "cattle": float64(l.Cattle.Kept), "sheep": float64(l.Sheep.Kept), "poultry": float64(l.Poultry.Kept)} {
		b.put(row, name, value)
		b.put(row, "log "+name, logOf(value))
		b.put(row, name+" by head", value/size)
	}
	for name, is := range map[string]bool{"power": l.Power, "broadcast": l.Broadcast, "hard water": l.WaterHard, "safe water": l.WaterSafe, "toilet": l.Toilet,
		"cooperative": l.Cooperative, "television": l.Television, "broadband": l.Broadband, "telephone": h.Phone != "", "production power": l.ProductionPower} {
		b.flag(row, name, is)
	}
	for name, word := range map[string]string{"fuel": l.Fuel, "structure": l.HouseStructure, "grade": l.HouseGrade, "source": l.WaterSource, "way": l.RoadType} {
		b.put(row, name+"="+word, 1)
	}
	for i, level := range h.Traits {
		b.put(row, fmt.Sprint("trait ", i, "=", level), 1)
	}
}

// member puts what is told of a member, as counts and as shares of the household.
func (b *builder) member(row int, p *synth.Person) {
	b.flag(row, "small children", p.Age < 6)
	b.flag(row, "children", p.Age >= 6 && p.Age < 16)
	b.flag(row, "old", p.Age >= 60)
	b.flag(row, "insured on top", p.InsuredTop)
	b.flag(row, "employees", p.PensionKind == "employee")
	b.put(row, "months", float64(p.Months))
	for name, word := range map[string]string{"education": p.Education, "school": p.School, "labour": p.Labour, "work": p.WorkPlace} {
		b.put(row, name+"="+word, 1)
	}
	for _, condition := range p.Health {
		b.put(row, "health="+condition, 1)
	}
}
