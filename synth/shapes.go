package synth

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Position is a place in degrees: longitude, latitude.
type Position [2]float64

// Outline is an area's surface: polygons, each an outer ring and the holes in it, closed.
type Outline struct {
	Area     Area
	Polygons [][][]Position
}

// edgeCorners is the number of corners of the county's edge.
const edgeCorners = 40

// mostOutlined is the number of villages up to which outlines are drawn: each is cut against all others.
const mostOutlined = 2000

// Outlines divides a round county among its villages: each place belongs to the nearest village. A township, and the
// county, is what its villages are. There are none where villages lie at one place, or where there are very many.
func (c *County) Outlines() []Outline {
	innermost := c.areas[len(c.areas)-1].Level
	var villages []Area
	for _, area := range c.areas {
		if area.Level == innermost {
			villages = append(villages, area)
		}
	}
	at := map[Position]bool{}
	for _, v := range villages {
		at[Position{rounded(v.Longitude), rounded(v.Latitude)}] = true
	}
	if len(at) < len(villages) || len(villages) > mostOutlined {
		return nil
	}
	cells := make([][]Position, len(villages))
	for i, village := range villages {
		cells[i] = cell(village, villages)
	}
	var all []Outline
	for _, area := range c.areas {
		var inside [][]Position
		for i, village := range villages {
			if strings.HasPrefix(village.Code, area.Code) {
				inside = append(inside, cells[i])
			}
		}
		if area.Level > innermost-3 && len(inside) > 0 {
			all = append(all, Outline{area, polygons(rings(inside))})
		}
	}
	return all
}

// cell is what lies nearer to a village than to any other, inside the county's edge.
func cell(village Area, villages []Area) []Position {
	at := Position{village.Longitude, village.Latitude}
	surface := edge(villages)
	for _, other := range villages {
		if to := (Position{other.Longitude, other.Latitude}); to != at {
			surface = cut(surface, at, to)
		}
	}
	for i, p := range surface {
		surface[i] = Position{rounded(p[0]), rounded(p[1])}
	}
	return slices.Compact(surface)
}

// rounded is a coordinate as it is written: to about ten metres, so that neighbours agree on their corners.
func rounded(degrees float64) float64 { return math.Round(degrees*1e4) / 1e4 }

// edge is a ring around all villages, against the clock.
func edge(villages []Area) []Position {
	var middle Position
	for _, v := range villages {
		middle[0] += v.Longitude / float64(len(villages))
		middle[1] += v.Latitude / float64(len(villages))
	}
	radius := 0.0
	for _, v := range villages {
		radius = max(radius, math.Hypot(v.Longitude-middle[0], v.Latitude-middle[1]))
	}
	radius = radius*1.12 + 0.01
	ring := make([]Position, edgeCorners)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / edgeCorners)
		ring[i] = Position{middle[0] + radius*cos, middle[1] + radius*sin}
	}
	return ring
}

// cut keeps of a convex ring what is nearer to one place than to another.
func cut(ring []Position, at, other Position) []Position {
	nearer := func(p Position) float64 {
		return math.Pow(p[0]-other[0], 2) + math.Pow(p[1]-other[1], 2) - math.Pow(p[0]-at[0], 2) - math.Pow(p[1]-at[1], 2)
	}
	var kept []Position
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		a, b := nearer(p), nearer(q)
		if a >= 0 {
			kept = append(kept, p)
		}
		if a >= 0 != (b >= 0) {
			t := a / (a - b)
			kept = append(kept, Position{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
		}
	}
	return kept
}

// rings are the edges of what cells are together: a side that two of them share lies inside.
func rings(cells [][]Position) [][]Position {
	next := map[Position][]Position{}
	sides := map[[2]Position]bool{}
	for _, ring := range cells {
		for i, p := range ring {
			if q := ring[(i+1)%len(ring)]; p != q {
				sides[[2]Position{p, q}] = true
			}
		}
	}
	for side := range sides {
		if !sides[[2]Position{side[1], side[0]}] {
			next[side[0]] = append(next[side[0]], side[1])
		}
	}
	starts := make([]Position, 0, len(next))
	for p := range next {
		slices.SortFunc(next[p], byPosition)
		starts = append(starts, p)
	}
	slices.SortFunc(starts, byPosition)
	var found [][]Position
	for _, start := range starts {
		for len(next[start]) > 0 {
			ring := []Position{start}
			for p := start; len(next[p]) > 0; {
				q := next[p][0]
				next[p] = next[p][1:]
				if ring = append(ring, q); q == start {
					break
				}
				p = q
			}
			found = append(found, ring)
		}
	}
	return found
}

func byPosition(a, b Position) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }

// polygons puts each hole, which runs with the clock, into the ring around it.
func polygons(rings [][]Position) [][][]Position {
	var outer [][][]Position
	for _, ring := range rings {
		if turn(ring) > 0 {
			outer = append(outer, [][]Position{ring})
		}
	}
	for _, ring := range rings {
		if turn(ring) >= 0 {
			continue
		}
		if i := slices.IndexFunc(outer, func(p [][]Position) bool { return around(p[0], ring) }); i >= 0 {
			outer[i] = append(outer[i], ring)
		}
	}
	return outer
}

// turn is twice the surface of a closed ring, positive where it runs against the clock.
func turn(ring []Position) float64 {
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		sum += (ring[i-1][0]-ring[0][0])*(ring[i][1]-ring[0][1]) - (ring[i][0]-ring[0][0])*(ring[i-1][1]-ring[0][1])
	}
	return sum
}

// around says whether a ring lies in the rectangle around another.
func around(outer, inner []Position) bool {
	for axis := range 2 {
		by := func(a, b Position) int { return cmp.Compare(a[axis], b[axis]) }
		if slices.MinFunc(inner, by)[axis] < slices.MinFunc(outer, by)[axis] || slices.MaxFunc(inner, by)[axis] > slices.MaxFunc(outer, by)[axis] {
			return false
		}
	}
	return true
}
