package precision

import "math"

// Welfare is held on a grid of cells of its logarithm, of which one begins at the line.
const (
	cellWidth  = 0.05
	cellsBelow = 48
	cellCount  = 112
	finer      = 8 // steps of a cell in which means are rounded
	baseCount  = 5 // functions of welfare by which a density is tilted
)

// density is how likely each cell is; it sums to 1 where it is a probability.
type density [cellCount]float64

// welfareAt is the middle of a cell.
func welfareAt(cell int) float64 { return (float64(cell-cellsBelow) + 0.5) * cellWidth }

// cellOf is the cell of a welfare.
func cellOf(welfare float64) int {
	return max(0, min(cellCount-1, cellsBelow+int(math.Floor(welfare/cellWidth))))
}

// base are the functions of welfare by which status tilts a density: being poor, and how close to the line on either
// side.
var base = func() (b [cellCount][baseCount]float64) {
	for k := range cellCount {
		w := welfareAt(k)
		if k < cellsBelow {
			b[k] = [baseCount]float64{1, math.Exp(w / 0.15), math.Exp(w / 0.5), 0, 0}
		} else {
			b[k] = [baseCount]float64{0, 0, 0, math.Exp(-w / 0.15), math.Exp(-w / 0.5)}
		}
	}
	return b
}()

// Standing is how likely a household is poor, and clearly poor or clearly not.
type Standing struct{ Poor, ClearlyPoor, ClearlyNot float64 }

// cover is the part of each cell that lies beyond the band, below or above the line.
func cover(band float64) (poor, not density) {
	low, high := cleared(band)
	for k := range cellCount {
		from, to := welfareAt(k)-cellWidth/2, welfareAt(k)+cellWidth/2
		poor[k] = min(1, max(0, (low-from)/(to-from)))
		not[k] = min(1, max(0, (to-high)/(to-from)))
	}
	return poor, not
}
