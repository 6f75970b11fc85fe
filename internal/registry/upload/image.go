package upload

import (
	"encoding/binary"
	"image"
	"image/color"
)

// orientation is how a camera was held, 1 (upright) to 8, from the Exif part of a JPEG file; 1 where it is not said.
// Source: CIPA DC-008 (Exif 2.3), 4.5.4 and 4.6.4, tag 0x0112.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(data) {
			return 1
		}
		if body := data[at+4 : at+2+size]; marker == 0xe1 && len(body) > 14 && string(body[:6]) == "Exif\x00\x00" {
			return orientationIn(body[6:])
		}
		at += 2 + size
	}
	return 1
}

// orientationIn reads the tag of the first directory of a TIFF structure.
func orientationIn(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	first := int64(order.Uint32(tiff[4:]))
	if first+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[first+2:]
	for range order.Uint16(tiff[first:]) {
		if len(entries) < 12 {
			return 1
		}
		if value := order.Uint16(entries[8:]); order.Uint16(entries) == 0x0112 && value >= 1 && value <= 8 {
			return int(value)
		}
		entries = entries[12:]
	}
	return 1
}

// upright turns a picture as it was seen.
func upright(picture image.Image, orientation int) image.Image {
	if orientation == 1 {
		return picture
	}
	size := picture.Bounds()
	w, h := size.Dx(), size.Dy()
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			from := source(orientation, x, y, w, h)
			out.Set(x, y, picture.At(size.Min.X+from.X, size.Min.Y+from.Y))
		}
	}
	return out
}

// source is the stored point that is seen at x, y of a picture of w by h.
func source(orientation, x, y, w, h int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, w-1-x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	}
	return image.Pt(h-1-y, x)
}

// samples is how many points in a row make up one point of a reduced picture.
const samples = 4

// reduced makes a picture whose longer side has at most the given number of points, on white where it is transparent.
func reduced(picture image.Image, side int) image.Image {
	size := picture.Bounds()
	longer := max(size.Dx(), size.Dy())
	w, h := size.Dx(), size.Dy()
	if longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetRGBA(x, y, averaged(picture, size, x, y, w, h))
		}
	}
	return out
}

func averaged(picture image.Image, size image.Rectangle, x, y, w, h int) color.RGBA {
	var red, green, blue uint32
	for j := range samples {
		for i := range samples {
			r, g, b, a := picture.At(size.Min.X+(x*samples+i)*size.Dx()/(w*samples), size.Min.Y+(y*samples+j)*size.Dy()/(h*samples)).RGBA()
			white := 0xffff - a
			red, green, blue = red+r+white, green+g+white, blue+b+white
		}
	}
	const n = samples * samples * 257
	return color.RGBA{uint8(red / n), uint8(green / n), uint8(blue / n), 255}
}
