package web

// Map is areas drawn on a sheet, each a door to its own map and shaded by its class, with a legend. The figures stand
// in a table beside it; put one there.
type Map struct {
	Caption       string
	Width, Height int
	Areas         []MapArea
	Legend        []MapClass
	Note          string // how the areas are drawn, where not as they lie
}

// MapArea is one area: an outline where it has one, else a mark.
type MapArea struct {
	Label string
	Text  string // the figure as written
	Href  string
	Class int    // from 1; 0 where there is no figure
	Path  string // an outline, as path data of SVG
	Mark  Mark   // for an area without an outline
}

// Mark is a circle, or a square where Square says so.
type Mark struct {
	X, Y, Size int
	Square     bool
	Name       string // written into it; empty for none
}

// MapClass is a line of the legend: the shade and the range of values it stands for, with the number of areas.
type MapClass struct {
	Class int
	Label string
}

// mapShade is the class attribute of an area of a class.
func mapShade(class int) string {
	if class < 1 || class > 5 {
		return "map-none"
	}
	return [...]string{"map-1", "map-2", "map-3", "map-4", "map-5"}[class-1]
}
