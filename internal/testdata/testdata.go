// Package testdata finds the real survey, area and reference files that tests are checked against. The files are
// not part of the project: they lie in the folder named by RIGHTKEY_DATA, by default ../shared/data beside the
// repository. Where a file is absent a test prints one line and is counted as skipped; with
// RIGHTKEY_REQUIRE_DATA=1 (as in continuous integration) absence is a failure.
package testdata

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Dir is the folder of the test data: RIGHTKEY_DATA, or shared/data beside the repository.
func Dir() string {
	if dir := os.Getenv("RIGHTKEY_DATA"); dir != "" {
		return dir
	}
	return filepath.Join(Root(), "..", "shared", "data")
}

// root is looked for when a test's program starts, before a test goes to another folder.
var root = upTo("go.mod")

// Root is the folder of the repository, in or below which a test was started.
func Root() string { return root }

// upTo is the nearest folder at or above the working directory that holds a file, "." if none does.
func upTo(file string) string {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, file)); missing == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// Required says whether an absent file is a failure instead of a skip.
func Required() bool { return os.Getenv("RIGHTKEY_REQUIRE_DATA") == "1" }

// Path returns the path of the one file under Dir that matches the glob pattern (so that a test needs to write
// only as much of a name as identifies the file). It skips, or fails where data are required, if there is none.
func Path(t testing.TB, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(Dir(), pattern))
	if err != nil {
		t.Fatalf("test data pattern %q: %v", pattern, err)
	}
	if len(found) == 1 {
		return found[0]
	}
	if len(found) > 1 {
		t.Fatalf("test data pattern %q matches %d files, want one", pattern, len(found))
	}
	if Required() {
		t.Fatalf("test data %q are required and absent from RIGHTKEY_DATA", pattern)
	}
	t.Skipf("1 test skipped: test data %q absent", pattern)
	return ""
}

// Open opens the one file that matches pattern, decompressing names that end in .gz; it is closed with the test.
func Open(t testing.TB, pattern string) io.Reader {
	t.Helper()
	path := Path(t, pattern)
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("open test data %q: %v", pattern, err)
	}
	t.Cleanup(func() { file.Close() })
	if !strings.HasSuffix(path, ".gz") {
		return file
	}
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatalf("open test data %q: %v", pattern, err)
	}
	return plain
}
