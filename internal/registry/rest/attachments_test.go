package rest_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	registryrest "rightkey/internal/registry/rest"
)

func TestAPhotoIsAddedReadAndTakenAwayByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
			t.Fatal(err)
		}
		path := "/households/" + h.number(t, "11001001") + "/attachments"
		var added registryrest.Attachment
		tag := h.Ask(t, village, "POST", path+"?kind=house_photo", picture.String(), "Content-Type", "application/octet-stream").Want(t, 201).Read(t, &added).Header.Get("ETag")
		if added.Type != "image/png" || added.Width != 30 || added.State != "clean" || !added.Thumbnail {
			t.Errorf("%+v", added)
		}
		var list struct{ Items []registryrest.Attachment }
		h.Get(t, village, path).Want(t, 200).Read(t, &list)
		got := h.Get(t, village, path+"/"+added.Token).Want(t, 200)
		for name, want := range map[string]string{"Content-Type": "image/png", "Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox"} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
			}
		}
		if len(list.Items) != 1 || !strings.HasPrefix(got.Body, "\x89PNG") {
			t.Errorf("%+v, %d bytes", list, len(got.Body))
		}
		for query, want := range map[string]int{"taken=2013-05-02&lat=26.5&lon=105.7": 201, "taken=2999-05-02": 400, "lat=26.5": 400, "lat=x&lon=5": 400, "dwelling=1": 404} {
			var placed registryrest.Attachment
			got := h.Ask(t, village, "POST", path+"?kind=house_photo&"+query, picture.String(), "Content-Type", "application/octet-stream")
			if got.Want(t, want); want == 201 {
				got.Want(t, want).Read(t, &placed)
				if placed.Taken != "2013-05-02" || placed.Lat == nil || *placed.Lat != 26.5 || *placed.Lon != 105.7 {
					t.Errorf("%+v", placed)
				}
			}
		}
		h.Get(t, south, path+"/"+added.Token).Want(t, 404)                                                                             // from the south
		h.Get(t, south, path).Want(t, 404)                                                                                             // list from the south
		h.Ask(t, south, "POST", path+"?kind=house_photo", picture.String(), "Content-Type", "application/octet-stream").Want(t, 404)   // add from the south
		h.Ask(t, village, "POST", path+"?kind=house_photo", "<svg/>", "Content-Type", "application/octet-stream").Want(t, 415)         // a web page
		h.Ask(t, village, "POST", path+"?kind=certificate", picture.String(), "Content-Type", "application/octet-stream").Want(t, 403) // a certificate without purpose
		h.Ask(t, village, "POST", path+"/"+added.Token+"/end", "").Want(t, 428)                                                        // end without a version
		h.Ask(t, village, "POST", path+"/"+added.Token+"/end", "", "If-Match", tag).Want(t, 204)
		h.Get(t, village, path+"/"+added.Token).Want(t, 404) // after its end
	})
}
