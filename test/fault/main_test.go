package fault_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// editorFlag makes this test program the editing driver instead.
const editorFlag = "RIGHTKEY_FAULT_EDITOR"

func TestMain(m *testing.M) {
	if os.Getenv(editorFlag) != "" {
		edit()
		return
	}
	folder, err := os.MkdirTemp("", "rightkey-fault-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	workshop = folder
	code := m.Run()
	dropTemplates()
	os.RemoveAll(folder)
	os.Exit(code)
}

// workshop is the folder of what the tests share: the built program and the databases that they copy.
var workshop string

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workshop, "rightkey")
	command := exec.Command("go", "build", "-o", path, "rightkey/cmd/rightkey")
	command.Dir = root()
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, said)
	}
	return path, nil
})

// binary is the real program, built once.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// root is the folder of the repository.
func root() string {
	folder, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Dir(filepath.Dir(folder))
}

// seeded returns a source of random points and prints its seed.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano()) % 1_000_000
	if given, err := strconv.ParseUint(os.Getenv("RIGHTKEY_FAULT_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("RIGHTKEY_FAULT_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 9))
}

// points is how many random points a test tries on each engine.
func points(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("RIGHTKEY_FAULT_POINTS")); err == nil {
		return n
	}
	return usual
}
