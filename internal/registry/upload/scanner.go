package upload

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner looks for malicious content. It returns false for content that has it, and an error where it could not look.
type Scanner interface {
	Clean(ctx context.Context, data []byte) (bool, error)
}

// clamd is a scanner that speaks the protocol of ClamAV's daemon.
type clamd struct{ network, address string }

// scanTime is how long the daemon may take.
const scanTime = 30 * time.Second

// Clamd returns the scanner behind an address, "unix:/run/clamav/clamd.ctl" or "tcp:host:port".
func Clamd(address string) (Scanner, error) {
	network, rest, found := strings.Cut(address, ":")
	if !found || rest == "" || network != "unix" && network != "tcp" {
		return nil, fmt.Errorf("the scanner's address %q is neither unix:PATH nor tcp:HOST:PORT", address)
	}
	return clamd{network, rest}, nil
}

// Clean sends content by INSTREAM: chunks behind their length, a length of zero at the end (clamd(8), COMMANDS).
func (c clamd) Clean(ctx context.Context, data []byte) (bool, error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return false, fmt.Errorf("reach the scanner: %w", err)
	}
	answer, err := instream(conn, data)
	if err = errors.Join(err, conn.Close()); err != nil {
		return false, fmt.Errorf("ask the scanner: %w", err)
	}
	switch {
	case strings.HasSuffix(answer, ": OK"):
		return true, nil
	case strings.HasSuffix(answer, " FOUND"):
		return false, nil
	}
	return false, fmt.Errorf("the scanner answers %q", answer)
}

func instream(conn net.Conn, data []byte) (string, error) {
	if err := conn.SetDeadline(time.Now().Add(scanTime)); err != nil {
		return "", err
	}
	message := bytes.NewBufferString("zINSTREAM\x00")
	for len(data) > 0 {
		n := min(len(data), 1<<16)
		message.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
		message.Write(data[:n])
		data = data[n:]
	}
	message.Write([]byte{0, 0, 0, 0})
	if _, err := conn.Write(message.Bytes()); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 4096))
	return strings.TrimRight(string(answer), "\x00\n"), err
}
