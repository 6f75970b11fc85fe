package upload

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// webpParts is what of a WebP file matters here.
// Source: RFC 9649, 2.3 to 2.7 (chunks of the container).
type webpParts struct {
	canvas   image.Point // zero where the file has no extended head
	frame    []byte      // the chunk of the picture with its head
	lossless bool
	exif     []byte
}

var errWebP = errors.New("a WebP file is not in order")

// webpOf finds the parts; files with several pictures are refused.
func webpOf(data []byte) (webpParts, error) {
	var p webpParts
	for at := 12; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		end := int64(at) + 8 + size
		if end > int64(len(data)) {
			return p, errWebP
		}
		body := data[at+8 : end]
		switch name := string(data[at : at+4]); name {
		case "ANIM", "ANMF":
			return p, errWebP
		case "VP8X":
			if len(body) != 10 || p.frame != nil || p.canvas != (image.Point{}) {
				return p, errWebP
			}
			p.canvas = image.Pt(1+int(body[4])+int(body[5])<<8+int(body[6])<<16, 1+int(body[7])+int(body[8])<<8+int(body[9])<<16)
		case "VP8 ", "VP8L":
			if p.frame == nil {
				p.frame, p.lossless = data[at:end], name == "VP8L"
			}
		case "EXIF":
			p.exif = bytes.TrimPrefix(body, []byte("Exif\x00\x00"))
		}
		at = int(end + size%2)
	}
	if p.frame == nil {
		return p, errWebP
	}
	return p, nil
}

// config is the size of the picture itself, which the extended head must tell alike: the decoder believes each where
// it meets it.
func (p webpParts) config() (image.Config, error) {
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(p.frame)))
	config, err := webp.DecodeConfig(bytes.NewReader(append(append(head, "WEBP"...), p.frame...)))
	if err == nil && p.canvas != (image.Point{}) && p.canvas != image.Pt(config.Width, config.Height) {
		err = errWebP
	}
	return config, err
}

// acceptWebP takes a WebP picture. It is stored as a JPEG, and as a PNG where nothing of it was left out or parts of
// it are transparent.
func acceptWebP(data []byte) (File, error) {
	parts, err := webpOf(data)
	if err != nil {
		return File{}, damaged(err)
	}
	config, err := parts.config()
	if err = within(config, err); err != nil {
		return File{}, err
	}
	picture, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return File{}, damaged(err)
	}
	_, opaque := picture.(*image.YCbCr)
	if len(parts.exif) > 8 {
		picture = upright(picture, orientationIn(parts.exif))
	}
	if opaque && !parts.lossless {
		return drawn(JPEG, picture, func(out *bytes.Buffer) error { return jpeg.Encode(out, picture, &jpeg.Options{Quality: 88}) })
	}
	return drawn(PNG, picture, func(out *bytes.Buffer) error { return png.Encode(out, picture) })
}
