package page

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"slices"
	"strings"
)

// code is text for machines (names, fingerprints, formulas), which may break after its signs and in long runs.
type code string

// longestRun is how many characters stand together without a place to break.
const longestRun = 16

// Render writes the text with places to break.
func (c code) Render(_ context.Context, w io.Writer) error {
	var out strings.Builder
	out.WriteString("<code>")
	run := 0
	for _, r := range string(c) {
		out.WriteString(html.EscapeString(string(r)))
		run++
		if run == longestRun || strings.ContainsRune("_./-,;:(){}[]", r) {
			out.WriteString("<wbr>")
			run = 0
		}
		if r == ' ' {
			run = 0
		}
	}
	out.WriteString("</code>")
	_, err := io.WriteString(w, out.String())
	return err
}

// pairs writes a JSON object as names and values; what is none stays as it is.
func pairs(body json.RawMessage) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return string(body)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value := string(object[name])
		var text string
		if json.Unmarshal(object[name], &text) == nil {
			value = text
		}
		parts = append(parts, fmt.Sprintf("%s: %s", name, value))
	}
	return strings.Join(parts, "; ")
}

// browserName is the program and system of a User-Agent in two words, as far as they are known.
func browserName(agent string) string {
	program, _, _ := strings.Cut(agent, "/")
	for _, known := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, known[0]) {
			program = known[1]
			break
		}
	}
	for _, system := range []string{"Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"} {
		if strings.Contains(agent, system) {
			return program + ", " + system
		}
	}
	return program
}
