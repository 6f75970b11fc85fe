package upload

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"rightkey/internal/fault"
)

// picture is wider than high, red on the left and blue on the right.
func picture(w, h int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 200, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 200, A: 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func jpegOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an Exif part with an orientation and the text GPS-MARK into a JPEG.
func withExif(data []byte, orientation uint16) []byte {
	body := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	body = binary.BigEndian.AppendUint16(body, 0x0112)
	body = append(body, 0, 3, 0, 0, 0, 1)
	body = binary.BigEndian.AppendUint16(body, orientation)
	body = append(body, 0, 0, 0, 0, 0, 0)
	body = append(body, "GPS-MARK"...)
	part := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{}, data[:2]...), append(part, body...)...), data[2:]...)
}

func TestAnImageIsDrawnAnewWithoutWhatItsFileHeldBesides(t *testing.T) {
	plain := jpegOf(t, picture(400, 200))
	for name, data := range map[string][]byte{
		"exif": withExif(plain, 1), "behind the end": append(bytes.Clone(plain), "<script>GPS-MARK</script>"...),
		"png with a page behind it": append(pngOf(t, picture(40, 20)), "<html>GPS-MARK"...),
	} {
		f, err := Accept(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if bytes.Contains(f.Body, []byte("GPS-MARK")) || bytes.Contains(f.Thumbnail, []byte("GPS-MARK")) || bytes.Contains(f.Body, []byte("Exif")) {
			t.Errorf("%s: what the file held besides was stored", name)
		}
		if f.Width != 2*f.Height {
			t.Errorf("%s: %d by %d", name, f.Width, f.Height)
		}
		small, err := jpeg.DecodeConfig(bytes.NewReader(f.Thumbnail))
		if err != nil || max(small.Width, small.Height) > thumbSide {
			t.Errorf("%s: thumbnail %d by %d (%v)", name, small.Width, small.Height, err)
		}
	}
}

func TestAPictureIsTurnedAsItWasSeen(t *testing.T) {
	plain := jpegOf(t, picture(64, 32))
	for orientation, want := range map[uint16]string{1: "red left", 2: "red right", 3: "red right", 4: "red left", 5: "red top", 6: "red top", 7: "red bottom", 8: "red bottom", 9: "red left"} {
		f, err := Accept(withExif(plain, orientation))
		if err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(f.Body))
		if err != nil {
			t.Fatal(err)
		}
		size := p.Bounds()
		red := func(x, y int) bool { r, _, b, _ := p.At(x, y).RGBA(); return r > b }
		var got string
		switch {
		case size.Dx() > size.Dy() && red(3, 16):
			got = "red left"
		case size.Dx() > size.Dy():
			got = "red right"
		case red(16, 3):
			got = "red top"
		default:
			got = "red bottom"
		}
		if got != want {
			t.Errorf("orientation %d is stored with %s, want %s", orientation, got, want)
		}
	}
}

// pixelFlood is a small PNG whose head promises a picture of w by h.
func pixelFlood(w, h uint32) []byte {
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

// pdf is a document of pages whose catalogue holds more.
func pdf(pages int, more string) string {
	return "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + more + " >>\nendobj\n2 0 obj\n<< /Type /Pages >>\nendobj\n" +
		strings.Repeat("3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n", pages) + "trailer << /Root 1 0 R >>\n%%EOF\n"
}

// packed is a document whose objects stand in a compressed stream.
func packed(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return "%PDF-1.7\n5 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + b.String() + "\nendstream\nendobj\n%%EOF"
}

func TestWhatIsNoPlainImageOrDocumentIsRefused(t *testing.T) {
	cases := map[string]struct {
		data string
		kind fault.Kind
	}{
		"nothing":                         {"", fault.OtherType},
		"svg":                             {`<svg xmlns="http://www.w3.org/2000/svg"/>`, fault.OtherType},
		"web page":                        {"<!doctype html><script>alert(1)</script>", fault.OtherType},
		"gif":                             {"GIF89a\x01\x00\x01\x00", fault.OtherType},
		"program":                         {"MZ\x90\x00", fault.OtherType},
		"png head and web page":           {"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", fault.OtherType},
		"jpeg head and web page":          {"\xff\xd8\xff<html>", fault.OtherType},
		"pixel flood":                     {string(pixelFlood(40_000, 40_000)), fault.TooLarge},
		"long pixel flood":                {string(pixelFlood(1, 2_000_000)), fault.TooLarge},
		"too large":                       {strings.Repeat("x", MaxBytes+1), fault.TooLarge},
		"document with a script":          {pdf(1, "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), fault.OtherType},
		"document with a hidden script":   {pdf(1, "/#4a#61vaScript 5 0 R"), fault.OtherType},
		"document with a packed script":   {packed("1 0 << /Type /Page /AA << /O 1 0 R >> >>"), fault.OtherType},
		"script between two streams":      {strings.Replace(pdf(1, ""), "trailer", "stream\nx\nendstream\n6 0 obj\n<< /JS (x) >>\nendobj\nstream\ny\nendstream\ntrailer", 1), fault.OtherType},
		"script inside a false stream":    {strings.Replace(pdf(1, ""), "trailer", "%stream\n6 0 obj\n<< /S /JavaScript >>\nendobj\n%endstream\ntrailer", 1), fault.OtherType},
		"document that carries a file":    {pdf(1, "/Names << /EmbeddedFiles 5 0 R >>"), fault.OtherType},
		"document that starts a program":  {pdf(1, "/A << /S /Launch >>"), fault.OtherType},
		"encrypted document":              {pdf(1, "/Encrypt 5 0 R"), fault.OtherType},
		"document and web page":           {strings.Replace(pdf(1, ""), "1 0 obj", "<script>alert(1)</script>\n1 0 obj", 1), fault.OtherType},
		"document with something behind":  {pdf(1, "") + "PK\x03\x04", fault.OtherType},
		"document without pages":          {pdf(0, ""), fault.OtherType},
		"document of a thousand pages":    {pdf(1000, ""), fault.TooLarge},
		"document that does not begin so": {"x" + pdf(1, ""), fault.OtherType},
		"document that grows":             {packed(strings.Repeat("0", maxInflated+10)), fault.TooLarge},
	}
	for name, c := range cases {
		if _, err := Accept([]byte(c.data)); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
}

func TestAPlainDocumentIsTakenWithItsPagesCounted(t *testing.T) {
	for name, data := range map[string]string{"plain": pdf(3, ""), "packed": packed("<< /Type /Page >><< /Type/Page>><< /Type /Pages >><</Type /Page /X 1>>")} {
		f, err := Accept([]byte(data))
		if err != nil || f.Type != PDF || f.Pages != 3 || f.Thumbnail != nil || string(f.Body) != data {
			t.Errorf("%s: %+v %v", name, f.Pages, err)
		}
	}
}

func FuzzAcceptAnything(f *testing.F) {
	f.Add(jpegOf(f, picture(8, 4)))
	f.Add(withExif(jpegOf(f, picture(8, 4)), 6))
	f.Add(pngOf(f, picture(4, 4)))
	f.Add([]byte(pdf(1, "")))
	f.Add([]byte(packed("<< /Type /Page >>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Accept(data)
		if err != nil {
			return
		}
		if again, err := Accept(file.Body); err != nil || again.Type != file.Type {
			t.Fatalf("what was accepted is refused: %v", err)
		}
	})
}
