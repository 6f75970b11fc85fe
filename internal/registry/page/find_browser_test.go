package page_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"rightkey/test/browser"
)

// view is a picture of hills, so that a page with photos looks like one.
func view(t *testing.T) string {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := color.RGBA{R: 190, G: 215, B: 240, A: 255}
			if y > 300-(x%200)/3 {
				c = color.RGBA{R: 90, G: uint8(120 + y/10), B: 80, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSearchAndPhotosAreAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	h, server := site(t)
	reef := h.reef(t)
	for _, kind := range []string{"house_photo", "family_photo"} {
		h.attach(t, office, reef.Number, kind, view(t)).Want(t, 303)
	}
	pages := []struct{ name, path string }{
		{"search", "/households/search"}, {"search-found", h.Post(t, office, "/households/search", "q", "Anna Ref").Location()},
		{"search-nobody", h.Post(t, office, "/households/search", "q", "Zzyzx Quux").Location()},
		{"search-place", h.Post(t, office, "/households/search", "q", "kelp").Location()}, {"household-photos", "/households/" + reef.Number + "#attachments"},
	}
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang})
			for _, p := range pages {
				if status := tab.Open(server.URL + p.path); status != 200 {
					t.Errorf("%s: status %d", p.path, status)
				}
				tab.Screenshot(fmt.Sprintf("%s-%s-%d", p.name, lang, width))
				tab.Axe()
			}
		}
	}
}
