package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/testdata"
)

var (
	styleComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	physicalSide = regexp.MustCompile(`(?:[\s;{-])(left|right)\b\s*[:;,}]|(?:margin|padding|border)-(?:left|right)\b`)
	inlineCode   = regexp.MustCompile(`\s(style|on[a-z]+)\s*=\s*["{]`)
)

// inFiles hands every tracked file with the ending to check.
func inFiles(t *testing.T, ending string, check func(path, text string)) {
	t.Helper()
	for _, path := range trackedFiles(t) {
		if !strings.HasSuffix(path, ending) || !exists(path) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(testdata.Root(), filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		check(path, string(text))
	}
}

func TestStyleSheetsKnowNoLeftAndRight(t *testing.T) {
	inFiles(t, ".css", func(path, text string) {
		plain := styleComment.ReplaceAllString(text, "")
		if found := physicalSide.FindString(plain); found != "" {
			t.Errorf("%s says %q: use the logical sides start and end, so that pages mirror", path, strings.TrimSpace(found))
		}
	})
}

func TestTemplatesHoldNoStylesAndHandlers(t *testing.T) {
	inFiles(t, ".templ", func(path, text string) {
		if found := inlineCode.FindString(text); found != "" {
			t.Errorf("%s holds %q, which the content policy refuses: use a class, or the script", path, strings.TrimSpace(found))
		}
	})
}

// A version is named by a tag that is signed for who read it; a tag made elsewhere is refused when it comes back.
func TestOnlyTheAPIItselfMakesTags(t *testing.T) {
	inFiles(t, ".go", func(path, text string) {
		if strings.HasPrefix(path, "internal/") && !strings.HasPrefix(path, "internal/rest/") && strings.Contains(text, "`header:\"ETag\"`") {
			t.Errorf("%s answers with an ETag of its own: embed rest.Tagged", path)
		}
	})
}
