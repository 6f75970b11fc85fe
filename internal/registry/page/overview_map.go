package page

import (
	"context"
	"math"

	"rightkey/internal/area/shape"
	"rightkey/internal/registry/overview"
	"rightkey/internal/web"
)

// The sheet of a map: its width, how many bytes all outlines may take, the size of marks.
const (
	mapWidth  = 640
	mapBytes  = 18_000
	markSize  = 9
	tileSize  = 76
	tileSpace = 4
	tileName  = 5 // characters
)

// picture draws the areas below: as outlines where most of them have one, else as points, else as a field of squares.
func (p *pages) picture(ctx context.Context, l look) (*web.Map, error) {
	var parts []overview.Part
	var keys []int64
	for _, part := range l.answer.Parts {
		if part.Place.Key != 0 {
			parts, keys = append(parts, part), append(keys, part.Place.Key)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	outlines, err := p.Registry.Areas().Outline(ctx, l.scope, keys)
	if err != nil {
		return nil, err
	}
	m := &web.Map{Caption: l.mapCaption(ctx)}
	ends := l.shade(ctx, parts, m)
	m.Legend = l.legend(ctx, parts, ends)
	switch {
	case 2*len(outlines) > len(parts):
		drawOutlines(m, parts, outlines)
	case located(parts) == len(parts):
		drawPoints(m, parts)
		m.Note = word(ctx, "look.map_points")
	default:
		drawTiles(ctx, m, parts)
		m.Note = word(ctx, "look.map_tiles")
	}
	return m, nil
}

func (l look) mapCaption(ctx context.Context) string {
	caption := measureLabel(ctx, l.measure)
	if unit := l.unit(ctx, l.measure); unit != "" {
		caption += " (" + unit + ")"
	}
	if l.valued {
		caption += " · " + dimensionLabel(ctx, *l.by) + ": " + l.valueLabel(ctx, l.value)
	}
	return caption
}

// mapped is the figure of a part that the map shows.
func (l look) mapped(part overview.Part) (float64, overview.Telling) {
	if l.valued {
		return part.ValueOf(l.value, l.measure)
	}
	return part.Value(l.measure)
}

// shade puts the parts into classes.
func (l look) shade(ctx context.Context, parts []overview.Part, m *web.Map) (ends []float64) {
	var values []float64
	for _, part := range parts {
		if value, telling := l.mapped(part); telling == overview.Told {
			values = append(values, value)
		}
	}
	ends = overview.Classes(values, l.classes)
	for _, part := range parts {
		value, telling := l.mapped(part)
		one := web.MapArea{Label: l.partLabel(ctx, part), Text: l.written(ctx, l.measure, value, telling), Href: l.partHref(part)}
		if telling == overview.Told {
			one.Class = overview.ClassOf(ends, value)
		}
		m.Areas = append(m.Areas, one)
	}
	return ends
}

// legend says what values stand in each class, and how many areas.
func (l look) legend(ctx context.Context, parts []overview.Part, ends []float64) []web.MapClass {
	low, high, count := make([]float64, len(ends)), make([]float64, len(ends)), make([]int, len(ends)+1)
	for _, part := range parts {
		value, telling := l.mapped(part)
		if telling != overview.Told {
			count[len(ends)]++
			continue
		}
		c := overview.ClassOf(ends, value) - 1
		if count[c] == 0 || value < low[c] {
			low[c] = value
		}
		if count[c] == 0 || value > high[c] {
			high[c] = value
		}
		count[c]++
	}
	var legend []web.MapClass
	for c := range ends {
		if count[c] == 0 {
			continue
		}
		from, to := l.written(ctx, l.measure, low[c], overview.Told), l.written(ctx, l.measure, high[c], overview.Told)
		if from != to {
			from += " – " + to
		}
		legend = append(legend, web.MapClass{Class: c + 1, Label: word(ctx, "look.class", "range", from, "n", count[c])})
	}
	if n := count[len(ends)]; n > 0 {
		legend = append(legend, web.MapClass{Label: word(ctx, "look.class_none", "n", n)})
	}
	return legend
}

func drawOutlines(m *web.Map, parts []overview.Part, outlines map[int64]shape.Shape) {
	var shapes []shape.Shape
	var at []int
	for i, part := range parts {
		if s, ok := outlines[part.Place.Key]; ok {
			shapes, at = append(shapes, s), append(at, i)
		}
	}
	sheet := shape.SheetOf(mapWidth, shapes)
	m.Width, m.Height = sheet.Width, sheet.Height
	for n, path := range sheet.Paths(shapes, mapBytes) {
		m.Areas[at[n]].Path = path
	}
	drawn := m.Areas[:0]
	for i, one := range m.Areas {
		if place := parts[i].Place; one.Path == "" && place.Lat != nil {
			x, y := sheet.At(shape.Place{Lat: *place.Lat, Lon: *place.Lon})
			one.Mark = web.Mark{X: x, Y: y, Size: markSize}
		}
		if one.Path != "" || one.Mark.Size > 0 { // the table has the others
			drawn = append(drawn, one)
		}
	}
	m.Areas = drawn
}

// located is how many parts have a place.
func located(parts []overview.Part) int {
	n := 0
	for _, part := range parts {
		if part.Place.Lat != nil && part.Place.Lon != nil {
			n++
		}
	}
	return n
}

func drawPoints(m *web.Map, parts []overview.Part) {
	places := make([]shape.Place, len(parts))
	for i, part := range parts {
		places[i] = shape.Place{Lat: *part.Place.Lat, Lon: *part.Place.Lon}
	}
	sheet := shape.SheetOfPlaces(mapWidth, places)
	m.Width, m.Height = sheet.Width, sheet.Height
	for i, at := range places {
		x, y := sheet.At(at)
		m.Areas[i].Mark = web.Mark{X: x, Y: y, Size: markSize}
	}
}

func drawTiles(ctx context.Context, m *web.Map, parts []overview.Part) {
	wide := int(math.Ceil(math.Sqrt(float64(len(parts)))))
	high := (len(parts) + wide - 1) / wide
	m.Width, m.Height = wide*tileSize+tileSpace, high*tileSize+tileSpace
	for i, part := range parts {
		name := []rune(part.Place.Label(web.Lang(ctx)))
		m.Areas[i].Mark = web.Mark{X: i%wide*tileSize + tileSpace, Y: i/wide*tileSize + tileSpace, Size: tileSize - tileSpace, Square: true, Name: string(name[:min(len(name), tileName)])}
	}
}
