package web

import (
	"net/http"
	"path"
	"strconv"

	"rightkey/internal/fault"
	"rightkey/internal/web/assets"
)

// encodings are the forms in which assets lie ready, best first.
var encodings = []struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// serveAsset sends a style sheet, script or image in the smallest form the browser takes. Its name carries its
// content's hash, so a browser may keep it for ever.
func serveAsset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	kind, known := assetTypes[path.Ext(name)]
	content, found := assets.Open(name)
	if !known || !found {
		return fault.New(fault.NotFound, "%s", T(r.Context(), "error.not_found"))
	}
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Content-Type", kind)
	header.Set("Vary", "Accept-Encoding")
	for _, encoding := range encodings {
		if small, ready := assets.Open(name + encoding.ext); ready && accepts(r, encoding.name) {
			header.Set("Content-Encoding", encoding.name)
			content = small
			break
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
	return nil
}
