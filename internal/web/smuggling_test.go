package web_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"rightkey/internal/fault"
	"rightkey/internal/web"
)

// TestAnAmbiguousRequestIsRefused is ASVS 4.2.1: where a request could be taken to end in two places, it is refused, or
// the body is what its pieces say and nothing is left over for a second request.
func TestAnAmbiguousRequestIsRefused(t *testing.T) {
	s := web.New(web.Options{})
	s.Handle("POST /echo", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "the body cannot be read")
		}
		_, err = w.Write([]byte("got " + string(body)))
		return err
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := s.HTTPServer("")
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	for name, c := range map[string]struct{ head, body, want string }{
		"two lengths":                     {"Content-Length: 3\r\nContent-Length: 5\r\n", "abcde", "400"},
		"a length that is no number":      {"Content-Length: +3\r\n", "abc", "400"},
		"pieces of an unknown kind":       {"Transfer-Encoding: chunked, x\r\n", "0\r\n\r\n", "501"},
		"a folded header":                 {"X-A: 1\r\n b\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n", "200"},
		"a blank before the colon":        {"Transfer-Encoding : chunked\r\n", "0\r\n\r\n", "400"},
		"pieces win over the length":      {"Content-Length: 30\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n", "got abc"},
		"a piece whose size is no number": {"Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "400"},
	} {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(conn, "POST /echo HTTP/1.1\r\nHost: office.example\r\nConnection: close\r\n"+c.head+"\r\n"+c.body)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(bufio.NewReader(conn))
		conn.Close()
		if err != nil && len(answer) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(string(answer), c.want) || strings.Count(string(answer), "HTTP/1.1 ") != 1 {
			t.Errorf("%s: %s", name, answer)
		}
	}
}
