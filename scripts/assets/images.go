package main

import (
	"net/url"
	"regexp"
)

// inlined is a vector image that stands in a style sheet as a data address, in double or single quotes.
var inlined = regexp.MustCompile(`url\((?:"data:image/svg\+xml[^,"]*,([^"]*)"|'data:image/svg\+xml[^,']*,([^']*)')\)`)

// extractImages moves the images that stand inside a style sheet into files, because the pages' content policy lets
// in only what comes from a file of our own. It returns the style sheet and the images by their stored names.
func extractImages(css string) (string, map[string]string, error) {
	images := map[string]string{}
	var failed error
	out := inlined.ReplaceAllStringFunc(css, func(reference string) string {
		groups := inlined.FindStringSubmatch(reference)
		image, err := url.PathUnescape(groups[1] + groups[2])
		if err != nil {
			failed = err
			return reference
		}
		name := hashedName("image.svg", image)
		images[name] = image
		return `url("` + name + `")`
	})
	return out, images, failed
}
