package house

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rightkey/internal/testdata"
)

// serveLimit is how long a command block may take until it serves or ends: a cold build and the demonstration county.
const serveLimit = 15 * time.Minute

var (
	shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")
	serves     = regexp.MustCompile(`(?m)^\s*(make run\b|(bin/)?rightkey (serve|demo)\b)`)
)

func TestTheCommandsOfTheReadmeRunInAFreshClone(t *testing.T) {
	if !slices.Contains(trackedFiles(t), "README.md") {
		t.Log("there is no README.md yet")
		return
	}
	text, err := os.ReadFile(filepath.Join(testdata.Root(), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	clone := freshClone(t)
	for number, match := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		block := withoutTests(match[1])
		t.Run(fmt.Sprintf("block %d", number+1), func(t *testing.T) { runBlock(t, clone, block) })
	}
}

// withoutTests drops `make test` from a block: it would run this test again.
func withoutTests(block string) string {
	var kept strings.Builder
	for line := range strings.Lines(block) {
		if strings.TrimSpace(line) != "make test" {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// freshClone copies the files that git knows into a folder of their own. What npm and the linter brought is linked in,
// so that nothing is loaded from the network twice.
func freshClone(t *testing.T) string {
	t.Helper()
	clone := t.TempDir()
	for _, path := range trackedFiles(t) {
		if exists(path) {
			copyFile(t, filepath.Join(testdata.Root(), path), filepath.Join(clone, path))
		}
	}
	for _, shared := range []string{"node_modules", ".cache"} {
		if !exists(shared) {
			continue
		}
		if out, err := exec.Command("cp", "-a", filepath.Join(testdata.Root(), shared), clone).CombinedOutput(); err != nil {
			t.Fatalf("copy %s: %v\n%s", shared, err, out)
		}
	}
	return clone
}

// copyFile copies one file with its permissions.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, info.Mode().Perm()); err != nil {
		t.Fatal(err)
	}
}

// runBlock runs a block by bash as a newcomer would. A block that serves has run well once it answers; it is then
// stopped as by Ctrl-C and must end.
func runBlock(t *testing.T, clone, block string) {
	ctx, cancel := context.WithTimeout(t.Context(), serveLimit)
	defer cancel()
	address := spareAddress(t)
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", block)
	cmd.Dir = clone
	cmd.Env = append(os.Environ(), "LISTEN="+address, "RIGHTKEY_DATA="+testdata.Dir())
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var failure error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		failure = cmd.Wait()
	}()
	if !serves.MatchString(block) {
		if <-ended; failure != nil {
			t.Fatalf("this block fails (%v):\n%s\n%s", failure, block, output.Bytes())
		}
		return
	}
	if err := waitUntilServed(address, ended); err != nil {
		cancel()
		<-ended
		t.Fatalf("this block does not serve (%v):\n%s\n%s", err, block, output.Bytes())
	}
	if err := stop(cmd.Process.Pid, ended); err != nil {
		t.Fatalf("this block does not stop: %v", err)
	}
}

// spareAddress names a loopback port that is free now.
func spareAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// waitUntilServed asks for the first page until it is answered without an error or the command ends.
func waitUntilServed(address string, ended <-chan struct{}) error {
	for {
		select {
		case <-ended:
			return errors.New("it ended before serving")
		case <-time.After(200 * time.Millisecond):
		}
		answer, err := http.Get("http://" + address + "/")
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode >= http.StatusInternalServerError {
			return fmt.Errorf("the first page answers %s", answer.Status)
		}
		return nil
	}
}

// stop interrupts a process group and waits for its end.
func stop(pid int, ended <-chan struct{}) error {
	if err := syscall.Kill(-pid, syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		return errors.New("still running 30 s after an interrupt")
	}
}
