package linkage

import "slices"

// Renumbering is what a new run did to the entities of the former one.
type Renumbering struct {
	Entity []int64 // number of the entity of each row
	Merged []Merge // in order of the numbers that ended
	Split  []Part  // in order of the new numbers
}

// Merge says that entity Ended lives on as Into.
type Merge struct{ Ended, Into int64 }

// Part says that New was part of From.
type Part struct{ New, From int64 }

// KeepNumbers numbers the groups of a run so that they keep the numbers they had: a group bears the smallest former
// number among its rows, unless a group with an earlier row of that entity bears it. Former has the number of each
// row's entity, 0 for rows that are new; new numbers are counted from next.
func KeepNumbers(owner []uint32, former []int64, next int64) Renumbering {
	members := map[uint32][]int{}
	var order []uint32
	for row, group := range owner {
		if members[group] == nil {
			order = append(order, group)
		}
		members[group] = append(members[group], row)
	}
	heir := map[int64]uint32{} // the group with the entity's earliest row
	for row, number := range former {
		if _, ok := heir[number]; !ok && number != 0 {
			heir[number] = owner[row]
		}
	}
	r := Renumbering{Entity: make([]int64, len(owner))}
	for _, group := range order {
		inherited, origins := inheritance(group, members[group], former, heir)
		var number int64
		if len(inherited) > 0 {
			number = inherited[0]
			for _, ended := range inherited[1:] {
				r.Merged = append(r.Merged, Merge{ended, number})
			}
		} else {
			number = next
			next++
			for _, from := range origins {
				r.Split = append(r.Split, Part{number, from})
			}
		}
		for _, row := range members[group] {
			r.Entity[row] = number
		}
	}
	slices.SortFunc(r.Merged, func(a, b Merge) int { return int(a.Ended - b.Ended) })
	return r
}

// inheritance returns the former numbers that a group inherits, and those that its rows had without inheriting them,
// both in order.
func inheritance(group uint32, rows []int, former []int64, heir map[int64]uint32) (inherited, origins []int64) {
	for _, row := range rows {
		number := former[row]
		switch {
		case number == 0:
		case heir[number] == group:
			inherited = append(inherited, number)
		default:
			origins = append(origins, number)
		}
	}
	slices.Sort(inherited)
	slices.Sort(origins)
	return slices.Compact(inherited), slices.Compact(origins)
}
