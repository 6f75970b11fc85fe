package page_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"rightkey/test/visitor"
)

// attach sends a file by the form of a household's page.
func (h *house) attach(t *testing.T, account int64, household, kind, content string, more ...string) visitor.Answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("kind", kind); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(more); i += 2 {
		if err := form.WriteField(more[i], more[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "../../etc/<b>.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/households/"+household+"/attachments", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return h.Ask(t, account, r)
}

func TestAPhotoIsAddedShownAndTakenAwayOnTheHouseholdsPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 480)), nil); err != nil {
			t.Fatal(err)
		}
		h.Get(t, village, "/households/"+reef.Number).Want(t, 200, "Photos and documents", "No photo or document yet.", "Photo of the house")
		if got := h.attach(t, village, reef.Number, "house_photo", picture.String()); got.Location() != "/households/"+reef.Number+"#attachments" {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		page := h.Get(t, village, "/households/"+reef.Number).Want(t, 200, "Photo of the house", "/thumbnail", "Take away").Without(t, "etc/")
		path := regexp.MustCompile(`/households/` + reef.Number + `/attachments/[\w-]+`).FindString(page.Body)
		file := h.Get(t, village, path).Want(t, 200)
		for name, want := range map[string]string{"Content-Type": "image/jpeg", "Content-Disposition": `attachment; filename="house_photo-` + reef.Number + `.jpg"`, "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"} {
			if got := file.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if small := h.Get(t, village, path+"/thumbnail").Want(t, 200); small.Header.Get("Content-Type") != "image/jpeg" || len(small.Body) >= len(file.Body) { // the small picture
			t.Errorf("the small picture: %s, %d bytes", small.Header.Get("Content-Type"), len(small.Body))
		}
		kelp := h.find(t, "12001001")
		for _, other := range []string{path, path + "/thumbnail", strings.Replace(path, reef.Number, kelp.Number, 1)} {
			h.Get(t, clerkOfNothing(h, t), other).Want(t, 404)
		}
		h.Post(t, village, path+"/end", "ver", "9").Want(t, 412)
		h.Post(t, village, path+"/end", "ver", "1").Want(t, 303)
		h.Get(t, village, path).Want(t, 404) // after its end
	})
}

// clerkOfNothing is an account without that household in its area.
func clerkOfNothing(h *house, t *testing.T) int64 {
	t.Helper()
	h.accounts[99] = h.Caller(99, "person-99", "village-official@11001002")
	return 99
}

func TestAFileThatIsNoPhotoIsRefusedInWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		h.attach(t, village, reef.Number, "house_photo", "<html><script>alert(1)</script>").Want(t, 415, "Only JPEG, PNG and WebP pictures and PDF documents are taken.") // a web page
		h.attach(t, village, reef.Number, "house_photo", strings.Repeat("x", 10<<20+1)).Want(t, 413)
		h.attach(t, village, reef.Number, "house_photo", "").Want(t, 400)
		h.attach(t, village, h.find(t, "12001001").Number, "house_photo", "%PDF-1.7").Want(t, 404) // out of scope
		h.attach(t, analyst, reef.Number, "house_photo", "%PDF-1.7").Want(t, 403)
	})
}

func TestAPhotoOfAHouseIsShownWithItsDayAndPlace(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		reef := h.find(t, "11001001")
		var picture bytes.Buffer
		if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 480)), nil); err != nil {
			t.Fatal(err)
		}
		page := h.Get(t, clerk, "/households/"+reef.Number).Want(t, 200, "House since ")
		dwelling := regexp.MustCompile(`dwelling-\d+`).FindString(page.Body)
		for name, c := range map[string]struct {
			form []string
			want string
		}{
			"a day to come":        {[]string{"taken", "2999-01-01"}, "one to come"},
			"no day":               {[]string{"taken", "spring"}, "is no day"},
			"half a place":         {[]string{"lat", "26.5"}, "give both or neither"},
			"no place on earth":    {[]string{"lat", "126", "lon", "5"}, "no place on earth"},
			"no number":            {[]string{"lat", "north", "lon", "5"}, "no place on earth"},
			"somebody's house":     {[]string{"subject", "dwelling-1"}, ""},
			"a house without name": {[]string{"subject", "dwelling-x"}, ""},
		} {
			got := h.attach(t, clerk, reef.Number, "house_photo", picture.String(), c.form...)
			if want := map[bool]int{true: 404, false: 400}[c.want == ""]; got.Status != want || !strings.Contains(got.Body, c.want) {
				t.Errorf("%s: %d, want %d with %q", name, got.Status, want, c.want)
			}
		}
		if got := h.attach(t, clerk, reef.Number, "house_photo", picture.String(), "subject", dwelling, "taken", "2013-05-02", "lat", "26.661", "lon", "105.77"); got.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		h.Get(t, clerk, "/households/"+reef.Number).Want(t, 200, "Photo of the house · House since ", "2 May 2013", "26.66100, 105.77000")
	})
}
