package web

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// TypedAddress is the address of a page to be typed from paper, and a link to it on a screen. It breaks after slashes
// alone, so that no number in it does.
func TypedAddress(address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		whole := html.EscapeString(address)
		parts := strings.ReplaceAll(strings.ReplaceAll(whole, "/", "/<wbr>"), "/<wbr>/", "//")
		_, err := io.WriteString(w, `<bdi><a href="`+whole+`">`+parts+"</a></bdi>")
		return err
	})
}
