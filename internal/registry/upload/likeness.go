package upload

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/bits"
	"slices"
)

const (
	// looked is to how many points a side a picture is brought before it is looked at, and waves how many of its
	// slowest waves a side are looked at.
	looked = 32
	waves  = 8
	// plain is the strength below which a picture's waves show nothing.
	plain = 1.0
)

// Likeness is what a picture looks like: 64 signs, of which a scaled or newly packed copy keeps nearly all. It is 0 for
// a picture that shows too little to tell. A picture that was turned or cut is another.
//
// Each bit says whether a coefficient of the discrete cosine transform of the grey picture is above their median
// (perceptual hash; Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1).
func Likeness(picture image.Image) int64 {
	var grey [looked][looked]float64
	for y := range looked {
		for x := range looked {
			grey[y][x] = float64(color.GrayModel.Convert(averaged(picture, picture.Bounds(), x, y, looked, looked)).(color.Gray).Y)
		}
	}
	strengths := make([]float64, 0, waves*waves)
	strongest := 0.0
	for v := 1; v <= waves; v++ {
		for u := 1; u <= waves; u++ {
			sum := 0.0
			for y := range looked {
				for x := range looked {
					sum += grey[y][x] * wave(u, x) * wave(v, y)
				}
			}
			sum *= 2.0 / looked
			strengths, strongest = append(strengths, sum), max(strongest, math.Abs(sum))
		}
	}
	if strongest < plain {
		return 0
	}
	sorted := slices.Sorted(slices.Values(strengths))
	median := (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
	var signs uint64
	for i, strength := range strengths {
		if strength > median {
			signs |= 1 << i
		}
	}
	return int64(signs)
}

func wave(frequency, at int) float64 {
	return math.Cos(math.Pi * float64(frequency) * (float64(at) + 0.5) / looked)
}

// LikenessOf is the Likeness of a stored small picture.
func LikenessOf(thumbnail []byte) (int64, error) {
	picture, err := jpeg.Decode(bytes.NewReader(thumbnail))
	if err != nil {
		return 0, damaged(err)
	}
	return Likeness(picture), nil
}

// Apart is by how many of the 64 signs two pictures differ.
func Apart(a, b int64) int { return bits.OnesCount64(uint64(a ^ b)) }
