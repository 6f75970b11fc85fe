package crosscheck

import (
	"context"
	"math"
	"slices"

	"rightkey/internal/store"
)

// degree is how many metres a degree of latitude measures.
const degree = 111_320

// spot is a point of a household: where its house stands, or where a photo of it was taken.
type spot struct {
	seat
	lat, lon float64
}

// metres is how far two points near each other lie apart.
func (s spot) metres(other spot) float64 {
	return degree * math.Hypot(s.lat-other.lat, (s.lon-other.lon)*math.Cos(s.lat*math.Pi/180))
}

// points finds households whose houses lie within some metres of each other and, where the check says from how far on
// houses are no neighbours, those whose photos were taken at one point or far from their house.
func (l looker) points(ctx context.Context) ([]hit, error) {
	houses, err := l.spots(ctx, "dwelling d", "d.to_day IS NULL")
	if err != nil {
		return nil, err
	}
	hits, err := l.close("", houses, func(_, _ spot) bool { return true })
	if err != nil || l.check.Apart == 0 {
		return hits, err
	}
	pictured, err := l.pictured(ctx)
	return append(hits, pictured...), err
}

// spots are the points, in a table that has them, of open households in the area looked at.
func (l looker) spots(ctx context.Context, table, condition string) ([]spot, error) {
	return store.All(ctx, l.s.db.In(l.within), `SELECT DISTINCT h.home, h.id, h.area, h.status, d.lat, d.lon FROM `+table+` JOIN household h ON h.home = d.home AND h.id = d.household
		WHERE {scope h.area} AND h.closed IS NULL AND d.lat IS NOT NULL AND d.lon IS NOT NULL AND `+condition+` ORDER BY h.id`, nil,
		func(r store.Rows, s *spot) error { return r.Scan(&s.home, &s.id, &s.area, &s.status, &s.lat, &s.lon) })
}

// pictured finds households whose photos say that they were taken at one point although they are no neighbours, or far from
// every house that the household has or had.
func (l looker) pictured(ctx context.Context) ([]hit, error) {
	all, err := l.spots(ctx, "dwelling d", "d.id > 0")
	if err != nil {
		return nil, err
	}
	houses := map[int64][]spot{}
	for _, h := range all {
		houses[h.id] = append(houses[h.id], h)
	}
	photos, err := l.spots(ctx, "attachment d", "d.ended IS NULL AND d.state = 'clean' AND d.kind IN ('family_photo', 'house_photo')")
	if err != nil {
		return nil, err
	}
	hits, err := l.close("photos ", photos, func(a, b spot) bool { return !l.neighbours(houses[a.id], houses[b.id]) })
	if err != nil {
		return nil, err
	}
	far, err := l.away(photos, houses)
	return append(hits, far...), err
}

// neighbours says whether a house of one household stands near one of the other; of whom no house is known is nobody's
// neighbour.
func (l looker) neighbours(some, others []spot) bool {
	return slices.ContainsFunc(some, func(a spot) bool { return nearest(a, others) < float64(l.check.Apart) })
}

// nearest is how many metres the nearest of the points is away, infinitely many where there is none.
func nearest(from spot, to []spot) float64 {
	least := math.Inf(1)
	for _, one := range to {
		least = min(least, from.metres(one))
	}
	return least
}

// away finds households on the register of which a photo was taken far from their houses, each by its farthest one.
func (l looker) away(photos []spot, houses map[int64][]spot) ([]hit, error) {
	var hits []hit
	for len(photos) > 0 {
		of, n := photos[0].seat, 0
		farthest := 0.0
		for ; n < len(photos) && photos[n].id == of.id; n++ {
			farthest = max(farthest, nearest(photos[n], houses[of.id]))
		}
		photos = photos[n:]
		if farthest < float64(l.check.Apart) || math.IsInf(farthest, 1) || !slices.Contains(l.statuses, of.status) {
			continue
		}
		one, err := l.hit(of, "away", Signs{Away: int(math.Round(farthest))})
		if err != nil {
			return nil, err
		}
		hits = append(hits, one)
	}
	return hits, nil
}

// close finds households of which points lie within some metres of each other, of those that count as shared.
func (l looker) close(what string, spots []spot, counts func(a, b spot) bool) ([]hit, error) {
	type cell struct{ north, east int }
	step := float64(l.check.Within) / degree
	at := func(s spot) cell {
		return cell{int(math.Floor(s.lat / step)), int(math.Floor(s.lon * math.Cos(math.Round(s.lat)*math.Pi/180) / step))}
	}
	cells, seats := map[cell][]int{}, make([]seat, len(spots))
	for i, s := range spots {
		cells[at(s)], seats[i] = append(cells[at(s)], i), s.seat
	}
	neighbours := func(i int) (list []int) {
		here := at(spots[i])
		for north := -1; north <= 1; north++ {
			for east := -1; east <= 1; east++ {
				list = append(list, cells[cell{here.north + north, here.east + east}]...)
			}
		}
		return list
	}
	return l.near(what, seats, neighbours, func(i, j int) bool {
		return spots[i].metres(spots[j]) <= float64(l.check.Within) && counts(spots[i], spots[j])
	})
}
