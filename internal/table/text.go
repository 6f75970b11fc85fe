package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"rightkey/internal/fault"
)

// Encoding is how the characters of a text table are written as bytes.
type Encoding string

// The encodings that are recognised.
const (
	UTF8    Encoding = "UTF-8"
	UTF16   Encoding = "UTF-16"  // with a byte order mark, as spreadsheets save "Unicode text"
	GB18030 Encoding = "GB18030" // and its older parts GBK and GB2312
)

// sniffed is how many bytes from the first character beyond ASCII on decide on the encoding.
const sniffed = 32 << 10

// separators are the cell separators that are recognised, the more usual first.
var separators = []byte{',', '\t', ';', '|'}

// OpenText reads a text table as NewCSV does, but finds out its encoding and its cell separator (comma, tab,
// semicolon or bar: the one that the header row has most of). Options.Comma is not used.
func OpenText(r io.Reader, o Options) (Reader, error) {
	if o.MaxBytes > 0 {
		r = &limitedReader{source: r, left: o.MaxBytes, limit: o.MaxBytes}
		o.MaxBytes = 0
	}
	text := bufio.NewReaderSize(decoded(r), 1<<16)
	first, err := text.Peek(1 << 16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(fault.KindOf(err), err, "read the header row")
	}
	o.Comma = rune(separator(first))
	return NewCSV(text, o)
}

// separator is the byte between the cells of the header row at the start of text.
func separator(text []byte) byte {
	text = bytes.TrimLeft(text, "\r\n")
	count := map[byte]int{}
	quoted := false
	for _, c := range text {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			count[c]++
		}
	}
	best := separators[0]
	for _, c := range separators {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// decoded gives the text of r as UTF-8.
func decoded(r io.Reader) io.Reader {
	source := bufio.NewReaderSize(r, 1<<16)
	start, err := source.Peek(2)
	if err == nil && (bytes.Equal(start, []byte{0xff, 0xfe}) || bytes.Equal(start, []byte{0xfe, 0xff})) {
		return transform.NewReader(source, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	}
	return &textDecoder{source: source}
}

// textDecoder passes ASCII through and decides on the encoding at the first other byte: a file of codes and numbers
// may have its first name anywhere.
type textDecoder struct {
	source *bufio.Reader
	rest   io.Reader // once it is decided
}

func (d *textDecoder) Read(p []byte) (int, error) {
	if d.rest != nil {
		return d.rest.Read(p)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if _, err := d.source.Peek(1); err != nil {
		return 0, err
	}
	ready, err := d.source.Peek(min(len(p), d.source.Buffered()))
	if err != nil {
		return 0, err
	}
	if plain := asciiPrefix(ready); plain > 0 {
		copy(p, ready[:plain])
		return d.source.Discard(plain)
	}
	sample, err := d.source.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	d.rest = d.source
	if encodingOf(sample) == GB18030 {
		d.rest = transform.NewReader(d.source, simplifiedchinese.GB18030.NewDecoder())
	}
	return d.rest.Read(p)
}

func asciiPrefix(text []byte) int {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}

// encodingOf is the encoding of a text that begins with a character beyond ASCII. What is neither UTF-8 nor GB18030
// is called UTF-8, so that its rows are refused by name.
func encodingOf(text []byte) Encoding {
	if utf8.Valid(wholeRunes(text)) {
		return UTF8
	}
	// A character of GB18030 has four bytes at most: the cut at the end of the sample spoils the last one only.
	text = text[:len(text)-min(len(text), 4)]
	plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil || bytes.ContainsRune(bytes.TrimRight(plain, "\ufffd"), utf8.RuneError) || bytes.IndexByte(plain, 0) >= 0 {
		return UTF8
	}
	return GB18030
}

// wholeRunes is text without a character that its end cuts.
func wholeRunes(text []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if at := len(text) - i; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return text[:at]
			}
			break
		}
	}
	return text
}
