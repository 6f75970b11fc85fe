package upload

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// scene is a made-up picture: large patches of light and dark, and grain.
func scene(seed uint64, w, h int) image.Image {
	dice := rand.New(rand.NewPCG(seed, 1))
	patches := make([][5]float64, 12)
	for i := range patches {
		patches[i] = [5]float64{dice.Float64(), dice.Float64(), 0.1 + dice.Float64()/3, 0.1 + dice.Float64()/3, dice.Float64() * 255}
	}
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			light := 120.0
			for _, p := range patches {
				if at, up := float64(x)/float64(w), float64(y)/float64(h); at > p[0] && at < p[0]+p[2] && up > p[1] && up < p[1]+p[3] {
					light = p[4]
				}
			}
			picture.Set(x, y, color.Gray{uint8(light)})
		}
	}
	return picture
}

func repacked(t *testing.T, picture image.Image, quality int) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	again, err := jpeg.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestAPictureIsKnownAgainAfterItWasScaledAndPackedAnewAndOthersAreNot(t *testing.T) {
	nearest := 64
	var known []int64
	for seed := range uint64(40) {
		picture := scene(seed, 640, 480)
		here := Likeness(picture)
		for name, copied := range map[string]image.Image{"packed": repacked(t, picture, 30), "smaller": reduced(picture, 200), "smaller and packed": repacked(t, reduced(picture, 120), 50)} {
			if n := Apart(here, Likeness(copied)); n > 6 {
				t.Errorf("picture %d %s: %d signs differ", seed, name, n)
			}
		}
		for _, other := range known {
			nearest = min(nearest, Apart(here, other))
		}
		known = append(known, here)
	}
	if nearest <= 6 {
		t.Errorf("two pictures differ by %d signs only", nearest)
	}
	if Likeness(image.NewGray(image.Rect(0, 0, 100, 100))) != 0 {
		t.Error("an empty picture looks like something")
	}
}
