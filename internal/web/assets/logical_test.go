package assets_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// physical finds a rule that names a side of the screen. What runs from the right needs the other one: write
// inline-start, inline-end, start or end.
var physical = regexp.MustCompile(`(?m)(?:^|[;{\s])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b|(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius)`)

func TestOurStyleSheetsNameNoSideOfTheScreen(t *testing.T) {
	sheets, err := filepath.Glob("css/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("%d style sheets, %v", len(sheets), err)
	}
	templates, err := filepath.Glob("../../*/page/*.templ")
	if err != nil || len(templates) == 0 {
		t.Fatalf("%d templates, %v", len(templates), err)
	}
	for _, path := range append(sheets, templates...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range physical.FindAllString(string(text), -1) {
			t.Errorf("%s: %q", path, found)
		}
	}
}

func TestASideOfTheScreenIsFound(t *testing.T) {
	for text, want := range map[string]bool{
		"a { margin-left: 1px }": true, "a { right: 0; }": true, "a {float:left}": true, "a { text-align: right }": true,
		"a { margin-inline-start: 1px }": false, "a { inset-inline-end: 0 }": false, "a { text-align: end }": false, "a { copyright: x }": false,
	} {
		if physical.MatchString(text) != want {
			t.Errorf("%q", text)
		}
	}
}
