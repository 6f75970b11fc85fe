package library_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"rightkey/internal/access"
	"rightkey/internal/testdata"
	"rightkey/test/register"
	"rightkey/test/stand"
)

func TestPacksOfOneVersionHaveOneOrder(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		const name = "pack.yaml"
		files := fstest.MapFS{}
		packs := os.DirFS(filepath.Join(testdata.Root(), "internal", "policy", "testdata", "ostania"))
		if err := fs.WalkDir(packs, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(packs, path)
			files[path] = &fstest.MapFile{Data: data}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		first := string(files[name].Data)
		admin := stand.Scope(t, r.Caller(1, "admin", "administrator"), access.PackEdit)
		for n := range 5 {
			files[name].Data = fmt.Append(nil, first, "\n# edition ", n, "\n")
			if _, err := r.Packs.Install(t.Context(), admin, files, "."); err != nil {
				t.Fatal(err)
			}
		}
		order := r.Packs.All()
		if len(order) != 6 {
			t.Fatalf("%d packs, want 6", len(order))
		}
		for range 50 {
			if again := r.Packs.All(); !slices.Equal(order, again) {
				t.Fatal("the packs have another order")
			}
		}
	})
}
