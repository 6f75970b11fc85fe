package web

import (
	"context"
	"io"
)

// strokes are the icons, drawn as paths of round lines on a field of 24 by 24.
var strokes = map[string]string{
	"alert":    "M12 3 2.5 20h19L12 3zm0 7v4m0 3v.01",
	"area":     "M4 6.5 9.5 4l5 2.5L20 4v13.5L14.5 20l-5-2.5L4 20V6.5zM9.5 4v13.5m5-11V20",
	"arrow":    "M5 12h14m-5-5 5 5-5 5",
	"change":   "M4 8h13l-3-3m6 11H7l3 3",
	"check":    "m5 12.5 4.5 4.5L19 7.5",
	"clock":    "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
	"cross":    "m6 6 12 12M18 6 6 18",
	"download": "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14",
	"home":     "m4 11 8-7 8 7v8.5a1 1 0 0 1-1 1h-4.5v-6h-5v6H5a1 1 0 0 1-1-1V11z",
	"info":     "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5m0-8v.01",
	"journal":  "M6 3.5h11a1.5 1.5 0 0 1 1.5 1.5v15.5H6A1.5 1.5 0 0 1 4.5 19V5A1.5 1.5 0 0 1 6 3.5zM9 8h6m-6 4h6m-6 4h4",
	"key":      "M8 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM11.5 12H21m-3 0v3.5m-3.5-3.5v2.5",
	"language": "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c-2.5 2.5-3.5 5.5-3.5 8.5s1 6 3.5 8.5c2.5-2.5 3.5-5.5 3.5-8.5s-1-6-3.5-8.5z",
	"list":     "M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01",
	"menu":     "M4 6.5h16M4 12h16M4 17.5h16",
	"pack":     "M5 4.5h10l4 4V19.5H5V4.5zm9.5 0V9H19M8.5 12.5h7m-7 3.5h5",
	"print":    "M7 8.5V4h10v4.5M7 16.5H4.5v-8h15v8H17M7 13.5h10V20H7v-6.5z",
	"search":   "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm5 11.5L20.5 20.5",
	"upload":   "M12 16V5M7.5 9 12 4.5 16.5 9M5 19.5h14",
	"user":     "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.5-4 3.5-6 7.5-6s7 2 7.5 6",
	"users":    "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 19.5c.4-3.5 3-5.200 6.5-5.200s6.100 1.700 6.5 5.200M15.5 5.200a3.5 3.5 0 0 1 0 6.600m2.5 3c2 .7 3.200 2.300 3.5 4.700",
	"wait":     "M7 3.5h10M7 20.5h10M8 3.5c0 5 8 4.5 8 8.5s-8 3.5-8 8.5m8-17c0 5-8 4.5-8 8.5s8 3.5 8 8.5",
}

// Icon is a small drawing beside a word. It is hidden from readers of screens: the word says it.
type Icon string

// Render writes the icon as inline SVG, nothing for a name that has none.
func (i Icon) Render(_ context.Context, w io.Writer) error {
	path, known := strokes[string(i)]
	if !known {
		return nil
	}
	_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path d="`+path+`"/></svg>`)
	return err
}
