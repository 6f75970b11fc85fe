package shape

import (
	"encoding/binary"
	"errors"
	"math"
)

// Point is a place in units of 1e-5 degrees, about a metre. X is the longitude; it may lie beyond 180 degrees where a
// ring crosses the antimeridian.
type Point struct{ X, Y int32 }

// perDegree is the number of units of a degree.
const perDegree = 100_000

// farthest is how far a ring may lie from the first meridian, after two circles.
const farthest = 2 * 360 * perDegree

// Ring is a closed line; its first point is not repeated at the end.
type Ring []Point

// Polygon is an outer ring and the holes in it.
type Polygon []Ring

// Shape is the outline of an area: one or more polygons.
type Shape []Polygon

// Points is the number of points of all rings.
func (s Shape) Points() int {
	n := 0
	for _, polygon := range s {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

// box is the smallest upright rectangle around points.
type box struct{ west, south, east, north int32 }

func (r Ring) box() box {
	b := box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
	for _, p := range r {
		b = b.with(box{p.X, p.Y, p.X, p.Y})
	}
	return b
}

func (b box) with(o box) box {
	return box{min(b.west, o.west), min(b.south, o.south), max(b.east, o.east), max(b.north, o.north)}
}

func (b box) diagonal() float64 {
	return math.Hypot(float64(b.east-b.west), float64(b.north-b.south))
}

// box is the rectangle around all of a shape.
func (s Shape) box() box {
	b := box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
	for _, polygon := range s {
		b = b.with(polygon[0].box())
	}
	return b
}

// Grid is the distance between the points of the grid to which shapes of an extent like these are thinned out: each
// keeps about as many points as can be told apart on a screen. It is the same for all, so that borders stay shared.
func Grid(shapes []Shape) int32 {
	largest := 0.0
	for _, s := range shapes {
		largest = max(largest, s.box().diagonal())
	}
	return int32(max(1, largest/1500))
}

// Thin moves every point to the nearest of a grid and leaves out what falls together. It returns the shape itself
// where nothing would be left.
func (s Shape) Thin(grid int32) Shape {
	var thin Shape
	for _, polygon := range s {
		var kept Polygon
		for n, ring := range polygon {
			r := ring.snap(grid)
			if r == nil && n == 0 {
				break // an islet smaller than the grid
			}
			if r != nil {
				kept = append(kept, r)
			}
		}
		if kept != nil {
			thin = append(thin, kept)
		}
	}
	if thin == nil {
		return s
	}
	return thin
}

// snap moves the points of a ring to a grid; nil where no surface is left.
func (r Ring) snap(grid int32) Ring {
	round := func(v int32) int32 { return int32(math.Round(float64(v)/float64(grid))) * grid }
	snapped := make(Ring, 0, len(r))
	for _, p := range r {
		snapped = snapped.joined(Point{round(p.X), round(p.Y)})
	}
	for len(snapped) > 2 && straight(snapped[len(snapped)-2], snapped[len(snapped)-1], snapped[0]) {
		snapped = snapped[:len(snapped)-1]
	}
	for len(snapped) > 2 && straight(snapped[len(snapped)-1], snapped[0], snapped[1]) {
		snapped = snapped[1:]
	}
	if len(snapped) < 3 {
		return nil
	}
	return snapped
}

// joined adds a point, leaving out points that lie on the way to it or are walked back over.
func (r Ring) joined(p Point) Ring {
	for {
		n := len(r)
		switch {
		case n > 0 && r[n-1] == p:
			return r
		case n > 1 && straight(r[n-2], r[n-1], p):
			r = r[:n-1]
		default:
			return append(r, p)
		}
	}
}

// straight says whether three points lie on one line.
func straight(a, b, c Point) bool { return cross(a, b, c) == 0 }

// cross is twice the surface of the triangle of three points, positive where they turn left.
func cross(a, b, c Point) int64 {
	return int64(b.X-a.X)*int64(c.Y-a.Y) - int64(b.Y-a.Y)*int64(c.X-a.X)
}

// surface is twice the surface of a ring, whatever its direction.
func (r Ring) surface() float64 {
	sum := 0.0
	for i := range r {
		sum += float64(cross(r[0], r[i], r[(i+1)%len(r)]))
	}
	return math.Abs(sum)
}

// holds says whether a point lies inside a ring.
func (r Ring) holds(p Point) bool {
	inside := false
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		if (a.Y > p.Y) != (b.Y > p.Y) && float64(p.X) < float64(b.X-a.X)*float64(p.Y-a.Y)/float64(b.Y-a.Y)+float64(a.X) {
			inside = !inside
		}
	}
	return inside
}

// Holds says whether a place (degrees) lies in the shape.
func (s Shape) Holds(lat, lon float64) bool {
	p := Point{int32(math.Round(lon * perDegree)), int32(math.Round(lat * perDegree))}
	for _, polygon := range s {
		inside := false
		for _, ring := range polygon {
			inside = inside != ring.holds(p)
		}
		if inside {
			return true
		}
	}
	return false
}

// Middle is a place in the area (degrees): the middle of the widest stretch of a line across its largest polygon.
func (s Shape) Middle() (lat, lon float64) {
	largest := s[0]
	for _, polygon := range s {
		if polygon[0].surface() > largest[0].surface() {
			largest = polygon
		}
	}
	b := largest[0].box()
	y := float64(b.south)/2 + float64(b.north)/2 + 0.5 // between two points, never through one
	west, east := largest.widest(y)
	return y / perDegree, (west + east) / 2 / perDegree
}

// ErrStored says that stored bytes are no shape.
var ErrStored = errors.New("the stored outline is damaged")

// mostRings bounds the lists of stored bytes that may be damaged.
const mostRings = 1 << 20

// Encode writes the shape in few bytes: counts, and the steps from point to point.
func (s Shape) Encode() []byte {
	out := binary.AppendUvarint(nil, uint64(len(s)))
	for _, polygon := range s {
		out = binary.AppendUvarint(out, uint64(len(polygon)))
		for _, ring := range polygon {
			out = binary.AppendUvarint(out, uint64(len(ring)))
			last := Point{}
			for _, p := range ring {
				out = binary.AppendVarint(out, int64(p.X)-int64(last.X))
				out = binary.AppendVarint(out, int64(p.Y)-int64(last.Y))
				last = p
			}
		}
	}
	return out
}

// Decode reads what Encode wrote; it returns ErrStored for anything else.
func Decode(stored []byte) (Shape, error) {
	d := decoder{left: stored}
	s := make(Shape, d.count())
	for i := range s {
		s[i] = make(Polygon, d.count())
		for j := range s[i] {
			s[i][j] = d.ring()
		}
		if len(s[i]) == 0 {
			d.bad = true
		}
	}
	if d.bad || len(d.left) > 0 || len(s) == 0 {
		return nil, ErrStored
	}
	return s, nil
}

type decoder struct {
	left []byte
	bad  bool
}

// count reads a number of things, each of which takes at least a byte.
func (d *decoder) count() int {
	n, used := binary.Uvarint(d.left)
	if used <= 0 || n > mostRings || n > uint64(len(d.left)) {
		d.bad = true
		return 0
	}
	d.left = d.left[used:]
	return int(n)
}

func (d *decoder) step() int64 {
	n, used := binary.Varint(d.left)
	if used <= 0 {
		d.bad = true
		return 0
	}
	d.left = d.left[used:]
	return n
}

func (d *decoder) ring() Ring {
	r := make(Ring, d.count())
	x, y := int64(0), int64(0)
	for i := range r {
		x, y = x+d.step(), y+d.step()
		if max(x, -x) > farthest || max(y, -y) > 90*perDegree {
			d.bad = true
			return nil
		}
		r[i] = Point{int32(x), int32(y)}
	}
	if len(r) < 3 {
		d.bad = true
	}
	return r
}
