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
		tag := h.ask(t, village, "POST", path+"?kind=house_photo", picture.String(), "Content-Type", "application/octet-stream").want(t, "add", 201, &added).header.Get("ETag")
		if added.Type != "image/png" || added.Width != 30 || added.State != "clean" || !added.Thumbnail {
			t.Errorf("%+v", added)
		}
		var list struct{ Items []registryrest.Attachment }
		h.get(t, village, path).want(t, "list", 200, &list)
		got := h.get(t, village, path+"/"+added.Token).want(t, "read", 200, nil)
		for name, want := range map[string]string{"Content-Type": "image/png", "Content-Disposition": "attachment", "Content-Security-Policy": "default-src 'none'; sandbox"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
			}
		}
		if len(list.Items) != 1 || !strings.HasPrefix(got.body, "\x89PNG") {
			t.Errorf("%+v, %d bytes", list, len(got.body))
		}
		for query, want := range map[string]int{"taken=2013-05-02&lat=26.5&lon=105.7": 201, "taken=2999-05-02": 400, "lat=26.5": 400, "lat=x&lon=5": 400, "dwelling=1": 404} {
			var placed registryrest.Attachment
			got := h.ask(t, village, "POST", path+"?kind=house_photo&"+query, picture.String(), "Content-Type", "application/octet-stream")
			if got.want(t, query, want, nil); want == 201 {
				got.want(t, query, want, &placed)
				if placed.Taken != "2013-05-02" || placed.Lat == nil || *placed.Lat != 26.5 || *placed.Lon != 105.7 {
					t.Errorf("%+v", placed)
				}
			}
		}
		h.get(t, south, path+"/"+added.Token).want(t, "from the south", 404, nil)
		h.get(t, south, path).want(t, "list from the south", 404, nil)
		h.ask(t, south, "POST", path+"?kind=house_photo", picture.String(), "Content-Type", "application/octet-stream").want(t, "add from the south", 404, nil)
		h.ask(t, village, "POST", path+"?kind=house_photo", "<svg/>", "Content-Type", "application/octet-stream").want(t, "a web page", 415, nil)
		h.ask(t, village, "POST", path+"?kind=certificate", picture.String(), "Content-Type", "application/octet-stream").want(t, "a certificate without purpose", 403, nil)
		h.ask(t, village, "POST", path+"/"+added.Token+"/end", "").want(t, "end without a version", 428, nil)
		h.ask(t, village, "POST", path+"/"+added.Token+"/end", "", "If-Match", tag).want(t, "end", 204, nil)
		h.get(t, village, path+"/"+added.Token).want(t, "after its end", 404, nil)
	})
}
