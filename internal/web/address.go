package web

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// TypedAddress is the address of a page to be typed from paper. It breaks after slashes alone, so that no number in it does.
func TypedAddress(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		parts := strings.ReplaceAll(html.EscapeString(address), "/", "/<wbr>")
		_, err := io.WriteString(w, "<bdi>"+strings.ReplaceAll(parts, "/<wbr>/", "//")+"</bdi>")
		return err
	})
}
