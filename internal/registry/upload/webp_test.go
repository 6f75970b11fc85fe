package upload

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"rightkey/internal/fault"
)

// Two pictures of 64 by 32 points, red on the left and blue on the right, with and without loss; drawn on a canvas for
// this test.
const (
	lossyFrame    = "cAQAnQEqQAAgAD5tMpRHJCMiISwaqACADYljANF9QTxv4B8gABIeLm6euIAA/vQYt+4iTrxb/7xn7PelT+lQ/r7y/7xn7PelT+qGo9Lgs4oREAAA"
	losslessFrame = "Lz/ABwAPEIN8HOT5DwdiwWT+0iH0RvQ/qmAbAA=="
)

// chunk is a part of a WebP file.
func chunk(name string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

func webpFile(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func frame(t testing.TB, name, text string) []byte {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return chunk(name, body)
}

// extended is the extended head of a picture of w by h.
func extended(flags byte, w, h int) []byte {
	return chunk("VP8X", []byte{flags, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), byte((w - 1) >> 16), byte(h - 1), byte((h - 1) >> 8), byte((h - 1) >> 16)})
}

func exifOf(orientation byte) []byte {
	return chunk("EXIF", append([]byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), append([]byte{orientation}, "\x00\x00\x00\x00\x00\x00GPS-MARK"...)...))
}

func TestAWebPPictureIsStoredAsAJPEGOrAPNGWithoutWhatItsFileHeldBesides(t *testing.T) {
	const exif = 1 << 3
	lossy, lossless := frame(t, "VP8 ", lossyFrame), frame(t, "VP8L", losslessFrame)
	for name, c := range map[string]struct {
		data []byte
		want string
		w, h int
	}{
		"with loss":    {webpFile(lossy), JPEG, 64, 32},
		"without loss": {webpFile(lossless), PNG, 64, 32},
		"with a place": {webpFile(extended(exif, 64, 32), lossy, exifOf(1)), JPEG, 64, 32},
		"turned":       {webpFile(extended(exif, 64, 32), lossy, exifOf(6)), JPEG, 32, 64},
	} {
		f, err := Accept(c.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Type != c.want || f.Width != c.w || f.Height != c.h || f.Thumbnail == nil || bytes.Contains(f.Body, []byte("GPS-MARK")) {
			t.Errorf("%s: %s of %d by %d", name, f.Type, f.Width, f.Height)
		}
		decode := jpeg.Decode
		if f.Type == PNG {
			decode = png.Decode
		}
		p, err := decode(bytes.NewReader(f.Body))
		if err != nil {
			t.Fatal(err)
		}
		red, _, blue, _ := p.At(4, 4).RGBA()
		if red <= blue {
			t.Errorf("%s: the red side is not where it was", name)
		}
	}
}

func TestAWebPFileThatSaysTwoThingsOfItsPictureIsRefused(t *testing.T) {
	lossy, lossless := frame(t, "VP8 ", lossyFrame), frame(t, "VP8L", losslessFrame)
	for name, c := range map[string]struct {
		data []byte
		want fault.Kind
	}{
		"head smaller than the picture":   {webpFile(extended(0, 1, 1), lossy), fault.OtherType},
		"head larger than the picture":    {webpFile(extended(0, 1<<14, 1<<14), lossless), fault.OtherType},
		"two heads":                       {webpFile(extended(0, 64, 32), extended(0, 1, 1), lossy), fault.OtherType},
		"a head behind the picture":       {webpFile(lossy, extended(0, 64, 32)), fault.OtherType},
		"several pictures":                {webpFile(extended(2, 64, 32), chunk("ANIM", make([]byte, 6)), lossy), fault.OtherType},
		"no picture":                      {webpFile(extended(0, 64, 32), exifOf(1)), fault.OtherType},
		"a chunk longer than the file":    {append(webpFile(lossy)[:20], 1), fault.OtherType},
		"a web page behind the head":      {webpFile([]byte("<html><script>alert(1)</script>")), fault.OtherType},
		"a picture of too many points":    {webpFile(chunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f})), fault.TooLarge},
		"nothing but the beginning of it": {[]byte("RIFF\x00\x00\x00\x00WEBPV"), fault.OtherType},
	} {
		if _, err := Accept(c.data); err == nil || fault.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func FuzzAWebPPictureIsTakenOrRefusedAndNeverPanics(f *testing.F) {
	lossy, lossless := frame(f, "VP8 ", lossyFrame), frame(f, "VP8L", losslessFrame)
	f.Add(webpFile(lossy))
	f.Add(webpFile(lossless))
	f.Add(webpFile(extended(1<<3, 64, 32), lossy, exifOf(6)))
	f.Add(webpFile(extended(1<<4, 64, 32), chunk("ALPH", append([]byte{0}, bytes.Repeat([]byte{9}, 64*32)...)), lossy))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Accept(data)
		if err != nil {
			return
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(file.Body))
		if err != nil && file.Type != PDF || err == nil && (config.Width != file.Width || config.Height != file.Height) {
			t.Fatalf("what was stored is no picture of its size: %v", err)
		}
	})
}
