package shape

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Feature is one feature of a GeoJSON file.
type Feature struct {
	N int // its number in the file, from 1
	// Properties are those that are texts or numbers, as text.
	Properties map[string]string
	Shape      Shape
	// Err says why the geometry cannot be drawn; Shape is nil then.
	Err error
}

// maxPositions bounds the positions of a feature.
const maxPositions = 2_000_000

// Read reads a FeatureCollection and calls each for every feature, also for those whose geometry is bad. It returns an
// error where the file as a whole is none.
func Read(r io.Reader, each func(Feature) error) error {
	d := json.NewDecoder(r)
	if err := expect(d, json.Delim('{')); err != nil {
		return err
	}
	kind, found := "", false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("read GeoJSON: %w", err)
		}
		switch name {
		case "type":
			err = d.Decode(&kind)
		case "features":
			found = true
			err = features(d, each)
		default:
			var skipped json.RawMessage
			err = d.Decode(&skipped)
		}
		if err != nil {
			return fmt.Errorf("read GeoJSON: %w", err)
		}
	}
	if kind != "FeatureCollection" || !found {
		return errors.New("read GeoJSON: the file is no FeatureCollection with a list of features")
	}
	return expect(d, json.Delim('}'))
}

func expect(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err != nil {
		return fmt.Errorf("read GeoJSON: %w", err)
	}
	if token != want {
		return fmt.Errorf("read GeoJSON: %v stands where %q belongs", token, want.String())
	}
	return nil
}

// featureJSON is a feature as it is written.
type featureJSON struct {
	Type       string         `json:"type"`
	ID         any            `json:"id"`
	Properties map[string]any `json:"properties"`
	Geometry   *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

func features(d *json.Decoder, each func(Feature) error) error {
	if err := expect(d, json.Delim('[')); err != nil {
		return err
	}
	for n := 1; d.More(); n++ {
		var raw featureJSON
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("feature %d: %w", n, err)
		}
		f := Feature{N: n, Properties: map[string]string{}}
		f.take("id", raw.ID)
		for name, value := range raw.Properties {
			f.take(name, value)
		}
		f.Shape, f.Err = raw.shape()
		if err := each(f); err != nil {
			return err
		}
	}
	return expect(d, json.Delim(']'))
}

// take notes a property that is a text or a number.
func (f Feature) take(name string, value any) {
	switch v := value.(type) {
	case string:
		f.Properties[name] = v
	case float64:
		f.Properties[name] = strconv.FormatFloat(v, 'f', -1, 64)
	}
}

// shape is the geometry of a feature.
func (f featureJSON) shape() (Shape, error) {
	if f.Type != "Feature" {
		return nil, fmt.Errorf("it is a %q, not a Feature", f.Type)
	}
	if f.Geometry == nil {
		return nil, errors.New("it has no geometry")
	}
	var polygons [][][][]float64
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		return nil, fmt.Errorf("its geometry is a %q, not a Polygon or MultiPolygon", f.Geometry.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("its coordinates are not lists of positions: %w", err)
	}
	if len(polygons) == 0 {
		return nil, errors.New("it has no polygon")
	}
	positions := 0
	var s Shape
	for i, rings := range polygons {
		polygon, err := polygonOf(rings)
		if err != nil {
			return nil, fmt.Errorf("polygon %d: %w", i+1, err)
		}
		if s = append(s, polygon); s[i:].Points()+positions > maxPositions {
			return nil, fmt.Errorf("it has more than %d positions", maxPositions)
		}
		positions += s[i:].Points()
	}
	return s, nil
}

func polygonOf(rings [][][]float64) (Polygon, error) {
	if len(rings) == 0 {
		return nil, errors.New("it has no ring")
	}
	var p Polygon
	for i, positions := range rings {
		ring, err := ringOf(positions)
		if err != nil {
			return nil, fmt.Errorf("ring %d: %w", i+1, err)
		}
		if i > 0 {
			ring = ring.beside(p[0])
			if !p[0].box().around(ring.box()) {
				return nil, fmt.Errorf("ring %d: the hole lies outside of the polygon", i+1)
			}
		}
		p = append(p, ring)
	}
	return p, nil
}

// around says whether another rectangle lies inside.
func (b box) around(o box) bool {
	return b.west <= o.west && b.south <= o.south && o.east <= b.east && o.north <= b.north
}

// beside turns a ring by whole circles so that it lies on the same side of the antimeridian as another.
func (r Ring) beside(of Ring) Ring {
	const circle = 360 * perDegree
	home, b := of.box(), r.box()
	for _, turn := range []int32{-circle, circle} {
		if moved := (box{b.west + turn, b.south, b.east + turn, b.north}); !home.around(b) && home.around(moved) {
			turned := slices.Clone(r)
			for i := range turned {
				turned[i].X += turn
			}
			return turned
		}
	}
	return r
}

// ringOf checks the positions of a ring and follows it across the antimeridian.
func ringOf(positions [][]float64) (Ring, error) {
	if len(positions) < 4 {
		return nil, fmt.Errorf("it has %d positions, a ring needs at least 4", len(positions))
	}
	ring := make(Ring, 0, len(positions))
	for i, position := range positions {
		p, err := pointOf(position)
		if err != nil {
			return nil, fmt.Errorf("position %d: %w", i+1, err)
		}
		if n := len(ring); n > 0 {
			p = p.near(ring[n-1])
			if p == ring[n-1] {
				continue
			}
			if max(p.X, -p.X) > farthest {
				return nil, errors.New("it goes around the earth more than once")
			}
		}
		ring = append(ring, p)
	}
	first, last := ring[0], ring[len(ring)-1]
	switch {
	case first == last:
		ring = ring[:len(ring)-1]
	case first.Y == last.Y && (first.X-last.X)%(360*perDegree) == 0:
		return nil, errors.New("it goes around a pole")
	default:
		return nil, errors.New("it is not closed: the last position is not the first")
	}
	if len(ring) < 3 || ring.surface() == 0 {
		return nil, errors.New("it encloses no surface")
	}
	if at, crossed := ring.crossing(); crossed {
		return nil, fmt.Errorf("it crosses itself near longitude %.5f, latitude %.5f", float64(at.X)/perDegree, float64(at.Y)/perDegree)
	}
	return ring, nil
}

func pointOf(position []float64) (Point, error) {
	if len(position) < 2 {
		return Point{}, fmt.Errorf("it has %d numbers, a position needs longitude and latitude", len(position))
	}
	lon, lat := position[0], position[1]
	if !(lon >= -180 && lon <= 180) {
		return Point{}, fmt.Errorf("the longitude %g is not between -180 and 180", lon)
	}
	if !(lat >= -90 && lat <= 90) {
		return Point{}, fmt.Errorf("the latitude %g is not between -90 and 90", lat)
	}
	return Point{int32(math.Round(lon * perDegree)), int32(math.Round(lat * perDegree))}, nil
}

// near turns a point by whole circles to where it is nearest to another: a step of more than half a circle goes over
// the antimeridian.
func (p Point) near(to Point) Point {
	const circle = 360 * perDegree
	for p.X-to.X > circle/2 {
		p.X -= circle
	}
	for to.X-p.X > circle/2 {
		p.X += circle
	}
	return p
}

// edge is the line between two points that follow each other in a ring, with the western one first.
type edge struct {
	a, b Point
	n    int
}

// crossing finds a place where two edges of a ring cross. Edges that only touch do not cross.
func (r Ring) crossing() (Point, bool) {
	edges := make([]edge, len(r))
	for i := range r {
		edges[i] = edge{r[i], r[(i+1)%len(r)], i}
		if edges[i].a.X > edges[i].b.X {
			edges[i].a, edges[i].b = edges[i].b, edges[i].a
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.a.X, b.a.X) })
	var open []edge // those that reach as far east as the present one begins
	for _, e := range edges {
		open = slices.DeleteFunc(open, func(o edge) bool { return o.b.X < e.a.X })
		for _, o := range open {
			if e.crosses(o) {
				return e.a, true
			}
		}
		open = append(open, e)
	}
	return Point{}, false
}

func (e edge) crosses(o edge) bool {
	if min(e.a.Y, e.b.Y) > max(o.a.Y, o.b.Y) || min(o.a.Y, o.b.Y) > max(e.a.Y, e.b.Y) {
		return false
	}
	return apart(cross(e.a, e.b, o.a), cross(e.a, e.b, o.b)) && apart(cross(o.a, o.b, e.a), cross(o.a, o.b, e.b))
}

// apart says whether two points lie on different sides of a line.
func apart(a, b int64) bool { return a < 0 && b > 0 || a > 0 && b < 0 }
