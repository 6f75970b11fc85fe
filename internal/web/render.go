package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"
)

// compressFrom is the size in bytes from which a page is compressed.
const compressFrom = 1 << 10

// Render writes a component as the answer, with a status. It is rendered whole before the first byte leaves, so that
// an error on the way can still become an error page.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var page bytes.Buffer
	if err := c.Render(r.Context(), &page); err != nil {
		return fmt.Errorf("render a page: %w", err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Add("Vary", "Accept-Encoding, HX-Request")
	body := page.Bytes()
	if len(body) >= compressFrom && accepts(r, "gzip") {
		zipped, err := zip(body)
		if err != nil {
			return fmt.Errorf("compress a page: %w", err)
		}
		header.Set("Content-Encoding", "gzip")
		body = zipped
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	// The reader may have gone away; there is nobody left to tell.
	_, _ = w.Write(body)
	return nil
}

// zipped is how hard pages are pressed: as small as the standard library makes them, but for two in a hundred bytes.
const zipped = 5

// zippers are writers for use again: a new one clears most of a megabyte first, which takes as long as the page.
var zippers = sync.Pool{New: func() any {
	writer, err := gzip.NewWriterLevel(nil, zipped)
	if err != nil {
		panic(err) // there is no such level
	}
	return writer
}}

func zip(body []byte) ([]byte, error) {
	var out bytes.Buffer
	writer := zippers.Get().(*gzip.Writer)
	defer zippers.Put(writer)
	writer.Reset(&out)
	if _, err := writer.Write(body); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// accepts says whether the browser takes an encoding and has not refused it by q=0.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight = strings.TrimPrefix(strings.TrimSpace(weight), "q=")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			value, err := strconv.ParseFloat(weight, 64)
			return weight == "" || (err == nil && value > 0)
		}
	}
	return false
}
