package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/testdata"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	if _, err := command("go", "tool", "templ", "generate", "-path", "internal", "-check"); err != nil {
		t.Errorf("run `make generate` and commit the result: %v", err)
	}
}

func TestEveryGeneratedFileHasItsSource(t *testing.T) {
	for _, path := range trackedFiles(t) {
		source, generated := strings.CutSuffix(path, "_templ.go")
		if !generated || !exists(path) {
			continue
		}
		if !exists(source + ".templ") {
			t.Errorf("%s is generated from %s.templ, which does not exist", path, source)
		}
	}
}

// exists says whether a slash path from the root is there.
func exists(path string) bool {
	_, err := os.Stat(filepath.Join(testdata.Root(), filepath.FromSlash(path)))
	return err == nil
}
