package crosscheck

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/store"
)

// holding is a household with a thing, by what tells the thing from others.
type holding struct {
	thing string
	seat
}

// phones finds households with one telephone.
func (l looker) phones(ctx context.Context) ([]hit, error) {
	all, err := store.All(ctx, l.s.db.In(l.within), `SELECT DISTINCT p.digits, h.home, h.id, h.area, h.status FROM phone_key p JOIN household h ON h.home = p.home AND h.id = p.household
		WHERE {scope h.area} AND h.closed IS NULL`, nil, func(r store.Rows, h *holding) error { return r.Scan(&h.thing, &h.home, &h.id, &h.area, &h.status) })
	if err != nil {
		return nil, err
	}
	return l.shared(all)
}

// answers finds households with one answer to a sealed item.
func (l looker) answers(ctx context.Context, pack *policy.Pack) ([]hit, error) {
	item, ok := pack.Item(registry.SubjectHousehold, l.check.Item)
	if !ok {
		return nil, fmt.Errorf("the pack has no item %q", l.check.Item)
	}
	marks, err := l.s.registry.Sealed(ctx, l.within, item)
	if err != nil {
		return nil, err
	}
	all := make([]holding, len(marks))
	for i, m := range marks {
		all[i] = holding{m.Text, seatOf(m)}
	}
	return l.shared(all)
}

func seatOf(m registry.Mark) seat { return seat{m.Home, m.Household, m.Area, m.Status} }

// shared finds households on the register that have a thing in common with others.
func (l looker) shared(all []holding) ([]hit, error) {
	slices.SortFunc(all, func(a, b holding) int { return cmp.Or(cmp.Compare(a.thing, b.thing), cmp.Compare(a.id, b.id)) })
	all = slices.CompactFunc(all, func(a, b holding) bool { return a.thing == b.thing && a.id == b.id })
	var hits []hit
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(h holding) bool { return h.thing != all[0].thing })
		if n < 0 {
			n = len(all)
		}
		if n >= l.check.Least {
			var signs Signs
			for _, h := range all[:n] {
				signs.Households = append(signs.Households, h.id)
			}
			for _, h := range all[:n] {
				if !slices.Contains(l.statuses, h.status) {
					continue
				}
				one, err := l.hit(h.seat, h.thing, signs)
				if err != nil {
					return nil, err
				}
				hits = append(hits, one)
			}
		}
		all = all[n:]
	}
	return hits, nil
}

// near finds households on the register of which things lie near each other: neighbours names, for a thing, those among
// which all that are near it are, and near says whether two are. What is near one of a group belongs to it; a group is
// told from others by its oldest household, and from groups of other things by what they are.
func (l looker) near(what string, seats []seat, neighbours func(i int) []int, near func(i, j int) bool) ([]hit, error) {
	group := make([]int, len(seats))
	for i := range group {
		group[i] = i
	}
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	for i := range seats {
		for _, j := range neighbours(i) {
			if a, b := root(i), root(j); a != b && seats[i].id != seats[j].id && near(i, j) {
				group[max(a, b)] = min(a, b)
			}
		}
	}
	oldest := map[int]int64{}
	for i, s := range seats {
		if first, met := oldest[root(i)]; !met || s.id < first {
			oldest[root(i)] = s.id
		}
	}
	all := make([]holding, len(seats))
	for i, s := range seats {
		all[i] = holding{what + strconv.FormatInt(oldest[root(i)], 10), s}
	}
	return l.shared(all)
}

// likenessBytes is of how many bytes a likeness is made: two that differ in fewer signs agree in one byte at least.
const likenessBytes = 8

// photos finds households of which photos show one picture.
func (l looker) photos(ctx context.Context) ([]hit, error) {
	marks, err := l.s.registry.Pictures(ctx, l.within)
	if err != nil {
		return nil, err
	}
	type part struct {
		place int
		value byte
	}
	parts, seats := map[part][]int{}, make([]seat, len(marks))
	each := func(likeness int64, visit func(part)) {
		for place := range likenessBytes {
			visit(part{place, byte(likeness >> (8 * place))})
		}
	}
	for i, m := range marks {
		seats[i] = seatOf(m)
		each(m.Likeness, func(p part) { parts[p] = append(parts[p], i) })
	}
	neighbours := func(i int) (list []int) {
		each(marks[i].Likeness, func(p part) { list = append(list, parts[p]...) })
		return list
	}
	return l.near("", seats, neighbours, func(i, j int) bool { return upload.Apart(marks[i].Likeness, marks[j].Likeness) <= l.check.Within })
}
