package path

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"rightkey/internal/testdata"
)

// program builds the program once.
var program = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "rightkey-path-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "rightkey")
	build := exec.Command("go", "build", "-o", path, "./cmd/rightkey")
	build.Dir = testdata.Root()
	if said, err := build.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: string(said), Err: err}
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // what the system does not take away now it takes away later
	}
	os.Exit(code)
}

// installed is the program with a database that it made.
type installed struct {
	t       *testing.T
	place   []string // flags that name the database
	address string
}

// install makes a database with a pack and returns it with the first administrator's activation as it was printed.
func install(t *testing.T, pack, database string) (in *installed, activation string) {
	t.Helper()
	in = &installed{t: t, place: []string{"--data", t.TempDir()}}
	if database != "" {
		in.place = append(in.place, "--database", database)
	}
	said, err := in.command("init", "--pack", pack).Output()
	if err != nil {
		t.Fatalf("init: %v\n%s", err, said)
	}
	path := regexp.MustCompile(`/activate\?\S+`).Find(said)
	if path == nil {
		t.Fatalf("init names no activation:\n%s", said)
	}
	return in, string(path)
}

func (in *installed) command(name string, arguments ...string) *exec.Cmd {
	in.t.Helper()
	path, err := program()
	if err != nil {
		in.t.Fatal("build the program: ", err)
	}
	return exec.Command(path, append(append([]string{name}, in.place...), arguments...)...)
}

// serve serves on a spare port until the end of the test, where the program has to stop by itself when asked to.
func (in *installed) serve() {
	in.t.Helper()
	spare, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		in.t.Fatal(err)
	}
	port := spare.Addr().String()
	if err := spare.Close(); err != nil {
		in.t.Fatal(err)
	}
	in.address = "http://" + port
	var said bytes.Buffer
	child := in.command("serve", "--second-factor", "offered", "--listen", port)
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		in.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	in.t.Cleanup(func() {
		if err := child.Process.Signal(syscall.SIGTERM); err != nil {
			in.t.Errorf("stop the program: %v", err)
		}
		select {
		case err := <-ended:
			if err != nil {
				in.t.Errorf("the program ended with %v:\n%s", err, said.String())
			}
		case <-time.After(20 * time.Second):
			_ = child.Process.Kill()
			in.t.Error("the program does not stop")
		}
	})
	for range 200 {
		if answer, err := http.Get(in.address + "/login"); err == nil {
			answer.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	in.t.Fatalf("the program does not answer:\n%s", said.String())
}
