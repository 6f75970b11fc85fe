// Package upload looks at a photo or document before it comes into the register. What is stored is never what was
// sent: images are drawn anew, which leaves out everything else that their files held (the place where they were
// taken, other files hidden behind them); a PDF is taken only if it can do nothing but be read.
//
// Source: OWASP ASVS 5.0, V5.2 (file upload and content); ISO 32000-1, 7.5 and 12.6 (structure and actions of PDF).
package upload

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"

	"rightkey/internal/fault"
)

// The limits.
const (
	MaxBytes  = 10 << 20
	MaxPixels = 30_000_000 // of an image; a telephone's camera takes 12 to 24 million
	MaxSide   = 12_000
	MaxPages  = 200
	thumbSide = 320
)

// The types that are stored.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	PDF  = "application/pdf"
)

// File is a photo or document as it may be stored.
type File struct {
	Type          string
	Body          []byte
	Thumbnail     []byte // JPEG; nil for a document
	Width, Height int    // pixels, 0 for a document
	Pages         int    // of a document, 0 for an image
	Likeness      int64  // what an image looks like, see Likeness
}

// Refusal is why a file is not taken, for a page to say in its reader's language.
type Refusal string

// The refusals.
const (
	OtherType Refusal = "type"
	Damaged   Refusal = "damaged"
	Active    Refusal = "active" // a document that can do more than be read
	TooLarge  Refusal = "large"
	TooLong   Refusal = "pages"
	TooFine   Refusal = "pixels"
)

// Error says what the operator reads.
func (r Refusal) Error() string { return "an upload was refused: " + string(r) }

// Why is the refusal behind an error of Accept, "" for another error.
func Why(err error) Refusal {
	var r Refusal
	errors.As(err, &r)
	return r
}

// Accept checks a file by its content, whatever its name or sender say, and makes of it what is stored. It returns an
// OtherType fault for a type that is not allowed, a damaged file or a document with active content, and a TooLarge fault
// for one over a limit; no image is decoded before its size is known to be within the limits.
func Accept(data []byte) (File, error) {
	switch {
	case len(data) > MaxBytes:
		return File{}, fault.Wrap(fault.TooLarge, TooLarge, "the file is larger than %d MB", MaxBytes>>20)
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return acceptJPEG(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return acceptPNG(data)
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return acceptWebP(data)
	case bytes.HasPrefix(data, []byte("%PDF-1.")), bytes.HasPrefix(data, []byte("%PDF-2.")):
		return acceptPDF(data)
	}
	return File{}, fault.Wrap(fault.OtherType, OtherType, "only JPEG, PNG and WebP images and PDF documents are taken")
}

func acceptJPEG(data []byte) (File, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err = within(config, err); err != nil {
		return File{}, err
	}
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return File{}, damaged(err)
	}
	picture = upright(picture, orientation(data))
	return drawn(JPEG, picture, func(out *bytes.Buffer) error { return jpeg.Encode(out, picture, &jpeg.Options{Quality: 88}) })
}

func acceptPNG(data []byte) (File, error) {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err = within(config, err); err != nil {
		return File{}, err
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return File{}, damaged(err)
	}
	return drawn(PNG, picture, func(out *bytes.Buffer) error { return png.Encode(out, picture) })
}

// within checks an image's size as its head tells it.
func within(c image.Config, err error) error {
	if err != nil {
		return damaged(err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > MaxSide || c.Height > MaxSide || c.Width*c.Height > MaxPixels {
		return fault.Wrap(fault.TooLarge, TooFine, "the image has too many pixels (at most %d million)", MaxPixels/1_000_000)
	}
	return nil
}

func damaged(err error) error {
	return fault.Wrap(fault.OtherType, errors.Join(Damaged, err), "the file is damaged")
}

func drawn(kind string, picture image.Image, encode func(*bytes.Buffer) error) (File, error) {
	var body, thumb bytes.Buffer
	if err := encode(&body); err != nil {
		return File{}, damaged(err)
	}
	small := reduced(picture, thumbSide)
	if err := jpeg.Encode(&thumb, small, &jpeg.Options{Quality: 75}); err != nil {
		return File{}, damaged(err)
	}
	size := picture.Bounds()
	return File{Type: kind, Body: body.Bytes(), Thumbnail: thumb.Bytes(), Width: size.Dx(), Height: size.Dy(), Likeness: Likeness(small)}, nil
}
