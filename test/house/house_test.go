package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"rightkey/internal/testdata"
)

// module is the path of the Go module with its slash.
const module = "rightkey/"

// pkg is what `go list` tells of one package.
type pkg struct {
	ImportPath   string
	Doc          string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// packages lists every package of the module once for all tests.
var packages = sync.OnceValues(func() ([]pkg, error) {
	out, err := command("go", "list", "-e", "-json=ImportPath,Doc,Imports,TestImports,XTestImports", "./...")
	if err != nil {
		return nil, err
	}
	var list []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var one pkg
		switch err := decoder.Decode(&one); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		one.ImportPath = strings.TrimPrefix(one.ImportPath, module)
		list = append(list, one)
	}
})

// command runs a program in the root of the repository and returns its standard output.
func command(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = testdata.Root()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, lastLines(stdout.String()), stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// lastLines keeps the end of a long output, where a program says what went wrong.
func lastLines(output string) string {
	const kept = 30
	lines := strings.SplitAfter(output, "\n")
	return strings.Join(lines[max(0, len(lines)-kept):], "")
}

// trackedFiles lists the files that git knows or would add, as slash paths from the root; those deleted from the
// work tree are left out by their readers.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	out, err := command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	list, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Doc == "" {
			t.Errorf("package %s has no package comment", p.ImportPath)
		}
	}
}
