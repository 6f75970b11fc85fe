// Package assets holds what pages load beside their HTML, embedded as `make build` left it: the style sheet for each
// writing direction, the script and the images, named by their content, each with its compressed forms.
package assets

import (
	"embed"
	"encoding/json"
	"io/fs"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// manifest maps plain names (app.css) to stored ones (app-1a2b3c4d5e.css); empty if the assets were not built.
var manifest = sync.OnceValue(func() map[string]string {
	text, err := fs.ReadFile(dist, "dist/manifest.json")
	if err != nil {
		return nil
	}
	var names map[string]string
	if err := json.Unmarshal(text, &names); err != nil {
		// The file is part of the program: this is a fault of the build.
		panic("assets: manifest.json: " + err.Error())
	}
	return names
})

// Built says whether the assets were built into this binary; a plain `go build` of a fresh clone leaves them out.
func Built() bool { return len(manifest()) > 0 }

// Path returns the address of an asset by its plain name, for example app.css.
func Path(name string) string { return "/assets/" + manifest()[name] }

// Open returns the content of a stored file by its name with hash; false if there is none.
func Open(stored string) ([]byte, bool) {
	content, err := fs.ReadFile(dist, "dist/"+stored)
	return content, err == nil
}
