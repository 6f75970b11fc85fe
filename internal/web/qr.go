package web

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/a-h/templ"
	"github.com/boombuler/barcode/qr"
)

// QR draws a text as a QR code in SVG, dark on light whatever the page's light is; label says what it is.
func QR(text, label string) (templ.Component, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("make a QR code: %w", err)
	}
	const quiet = 4 // modules around the code
	side := code.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := range side {
			if color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	size := side + 2*quiet
	return qrView(fmt.Sprintf("0 0 %d %d", size, size), path.String(), label), nil
}
