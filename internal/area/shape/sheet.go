package shape

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Sheet is a drawing area on which the shapes or places of a map are put: Width by Height units, north above.
type Sheet struct {
	Width, Height int
	west          float64 // longitude of the left edge, in units of a Point
	north         float64
	scale         float64 // sheet units in a unit of latitude
	squeeze       float64 // a unit of longitude is so much shorter than one of latitude
}

// margin is left free on each side of a sheet.
const margin = 4

// NewSheet makes a sheet of a width that shows boxes of shapes; it is at most as high as wide, and as high as
// needed. Where the shapes lie on both sides of the antimeridian, the sheet is cut where nothing lies.
func newSheet(width int, boxes []box) Sheet {
	west := widestGap(boxes)
	all := box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
	for _, b := range boxes {
		turned := turn(b.west, west)
		all = all.with(box{turned, b.south, turned + b.east - b.west, b.north})
	}
	middle := float64(all.south)/2 + float64(all.north)/2
	s := Sheet{Width: width, west: float64(all.west), north: float64(all.north), squeeze: max(0.1, math.Cos(middle/perDegree*math.Pi/180))}
	wide, high := max(1, float64(all.east-all.west)*s.squeeze), max(1, float64(all.north-all.south))
	room := float64(width - 2*margin)
	s.scale = min(room/wide, room/high)
	s.Height = int(math.Ceil(high*s.scale)) + 2*margin
	s.Width = int(math.Ceil(wide*s.scale)) + 2*margin
	return s
}

// turn moves a longitude by whole circles to between west and west plus a circle.
func turn(x, west int32) int32 {
	const circle = 360 * perDegree
	for x < west {
		x += circle
	}
	for x >= west+circle {
		x -= circle
	}
	return x
}

// widestGap is the longitude at the eastern end of the widest stretch in which nothing lies.
func widestGap(boxes []box) int32 {
	const circle = 360 * perDegree
	sorted := slices.Clone(boxes)
	for i, b := range sorted {
		west := turn(b.west, -180*perDegree)
		sorted[i] = box{west: west, east: west + b.east - b.west}
	}
	slices.SortFunc(sorted, func(a, b box) int { return cmp.Compare(a.west, b.west) })
	best, reach := int32(-1), int32(math.MinInt32)
	start := sorted[0].west
	for i, b := range sorted {
		if gap := b.west - reach; i > 0 && gap > best {
			best, start = gap, b.west
		}
		reach = max(reach, b.east)
	}
	if sorted[0].west+circle-reach >= best { // the gap across the antimeridian itself
		start = sorted[0].west
	}
	return start
}

// SheetOf makes a sheet for shapes.
func SheetOf(width int, shapes []Shape) Sheet {
	var boxes []box
	for _, s := range shapes {
		for _, polygon := range s {
			boxes = append(boxes, polygon[0].box())
		}
	}
	return newSheet(width, boxes)
}

// Place is a point in degrees.
type Place struct{ Lat, Lon float64 }

func (p Place) point() Point {
	return Point{int32(math.Round(p.Lon * perDegree)), int32(math.Round(p.Lat * perDegree))}
}

// SheetOfPlaces makes a sheet for points, with room around for their marks.
func SheetOfPlaces(width int, places []Place) Sheet {
	boxes := make([]box, len(places))
	around := box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
	for i, p := range places {
		at := p.point()
		boxes[i] = box{at.X, at.Y, at.X, at.Y}
		around = around.with(boxes[i])
	}
	room := int32(max(perDegree/50, around.diagonal()/12))
	for i := range boxes {
		boxes[i] = box{boxes[i].west - room, boxes[i].south - room, boxes[i].east + room, boxes[i].north + room}
	}
	return newSheet(width, boxes)
}

// At is where a place stands on the sheet.
func (s Sheet) At(p Place) (x, y int) {
	at := s.put(p.point(), 1)
	return int(at.X), int(at.Y)
}

// put places a point on the sheet, on a grid of so many units.
func (s Sheet) put(p Point, grid int32) Point {
	x := float64(turn(p.X, int32(s.west)))
	if float64(p.X) >= s.west { // a ring that goes on beyond the antimeridian stays in one piece
		x = float64(p.X)
		for x-s.west >= 360*perDegree {
			x -= 360 * perDegree
		}
	}
	snap := func(v float64) int32 { return int32(math.Round(v/float64(grid))) * grid }
	return Point{snap(margin + (x-s.west)*s.squeeze*s.scale), snap(margin + (s.north-float64(p.Y))*s.scale)}
}

// Paths are the shapes as the path data of SVG, of at most about so many bytes in all: with more, the grid to which
// points are moved is made wider. A shape too small to be seen becomes a small square.
func (s Sheet) Paths(shapes []Shape, most int) []string {
	for grid := int32(1); ; grid++ {
		paths, size := make([]string, len(shapes)), 0
		for i, one := range shapes {
			paths[i] = s.path(one, grid)
			size += len(paths[i])
		}
		if size <= most || grid > int32(s.Width) {
			return paths
		}
	}
}

func (s Sheet) path(of Shape, grid int32) string {
	var out []byte
	for _, polygon := range of {
		for _, ring := range polygon {
			out = s.draw(ring, grid, out)
		}
	}
	if len(out) == 0 {
		at := s.put(of[0][0][0], 1)
		out = append(out, 'M')
		out = strconv.AppendInt(out, int64(at.X-1), 10)
		out = strconv.AppendInt(append(out, ' '), int64(at.Y-1), 10)
		out = append(out, "h3v3h-3z"...)
	}
	return string(out)
}

// draw appends a ring in steps from point to point.
func (s Sheet) draw(ring Ring, grid int32, out []byte) []byte {
	put := make(Ring, len(ring))
	for i, p := range ring {
		put[i] = s.put(p, grid)
	}
	put = put.snap(1)
	if put == nil {
		return out
	}
	out = append(out, 'M')
	out = strconv.AppendInt(out, int64(put[0].X), 10)
	out = number(out, put[0].Y)
	out = append(out, 'l')
	for i := 1; i < len(put); i++ {
		if x := put[i].X - put[i-1].X; i == 1 {
			out = strconv.AppendInt(out, int64(x), 10)
		} else {
			out = number(out, x)
		}
		out = number(out, put[i].Y-put[i-1].Y)
	}
	return append(out, 'z')
}

// number appends a number after another: a minus sign parts them as well as a blank does.
func number(out []byte, n int32) []byte {
	if n >= 0 {
		out = append(out, ' ')
	}
	return strconv.AppendInt(out, int64(n), 10)
}

// widest is the widest stretch of a line at height y inside of a polygon.
func (p Polygon) widest(y float64) (west, east float64) {
	var cuts []float64
	for _, ring := range p {
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			if (float64(a.Y) > y) != (float64(b.Y) > y) {
				cuts = append(cuts, float64(a.X)+float64(b.X-a.X)*(y-float64(a.Y))/float64(b.Y-a.Y))
			}
		}
	}
	slices.Sort(cuts)
	for i := 0; i+1 < len(cuts); i += 2 {
		if cuts[i+1]-cuts[i] > east-west {
			west, east = cuts[i], cuts[i+1]
		}
	}
	return west, east
}
