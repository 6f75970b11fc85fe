package crypt

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/fault"
)

// BreachList knows passwords that have become public.
type BreachList interface {
	// Contains says whether the password is on the list; an error where the list cannot be read.
	Contains(password string) (bool, error)
}

// Breached is a file of SHA-1 hashes of passwords that have become public, one a line, in hexadecimal digits, sorted
// ("HASH" or "HASH:COUNT", as such lists are usually given away). Lines may hold the beginnings of hashes only, all of
// the same length. It is searched in the file and never loaded. SHA-1 is the lists' own choice; it protects nothing here.
type Breached struct {
	file   *os.File
	size   int64
	digits int // of each line's hash
}

// The hash of a line: enough digits that a password is not refused by chance, at most a whole hash.
const (
	leastDigits = 12
	mostDigits  = 2 * sha1.Size
	longestLine = 128
	probes      = 64 // lines that are looked at when a file is opened
)

// OpenBreached opens such a file: an Invalid fault where its first line is no hash or its lines are not sorted, as far
// as a few dozen lines all over the file show.
func OpenBreached(path string) (*Breached, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the list of passwords that became public: %w", err)
	}
	list := &Breached{file: f}
	if err := list.look(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return list, nil
}

// Close closes the file.
func (b *Breached) Close() error { return b.file.Close() }

// look finds out size and length of the hashes and that lines are in order.
func (b *Breached) look() error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	b.size = info.Size()
	before := ""
	for probe := range int64(probes) {
		hash, _, err := b.lineAt(b.size * probe / probes)
		if errors.Is(err, io.EOF) && probe > 0 {
			break
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "the list of passwords that became public is not lines of SHA-1 hashes (HASH or HASH:COUNT)")
		}
		if hash < before {
			return fault.New(fault.Invalid, "the list of passwords that became public is not sorted by hash")
		}
		before = hash
	}
	return nil
}

// Contains says whether the password's hash, or its beginning, is a line of the file.
func (b *Breached) Contains(password string) (bool, error) {
	sum := sha1.Sum([]byte(norm.NFC.String(password)))
	want := strings.ToUpper(hex.EncodeToString(sum[:]))[:b.digits]
	low, high := int64(0), b.size // the line, if it is there, begins at or after low and before high
	for low < high {
		middle := low + (high-low)/2
		hash, next, err := b.lineAt(middle)
		switch {
		case errors.Is(err, io.EOF) || (err == nil && hash > want):
			high = middle
		case err != nil:
			return false, fmt.Errorf("search the list of passwords that became public: %w", err)
		case hash == want:
			return true, nil
		default:
			low = next
		}
	}
	return false, nil
}

// lineAt returns the hash of the first line that begins at or after an offset, and where the line after it begins.
func (b *Breached) lineAt(offset int64) (hash string, next int64, err error) {
	from := max(0, offset-1) // a line begins at offset if the byte before ends one
	window := make([]byte, 2*longestLine)
	n, err := b.file.ReadAt(window, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	window = window[:n]
	begin := 0
	if offset > 0 {
		end := bytes.IndexByte(window, '\n')
		if end < 0 && from+int64(n) < b.size {
			return "", 0, errors.New("a line is too long")
		}
		if end < 0 {
			return "", 0, io.EOF
		}
		begin = end + 1
	}
	line, _, whole := bytes.Cut(window[begin:], []byte("\n"))
	if len(line) == 0 && !whole {
		return "", 0, io.EOF
	}
	next = from + int64(begin+len(line)+1)
	hash, _, _ = strings.Cut(strings.TrimRight(string(line), "\r "), ":")
	return b.checked(hash, next)
}

// checked refuses what is no hash of the file's length; the first line tells the length.
func (b *Breached) checked(hash string, next int64) (string, int64, error) {
	if b.digits == 0 && len(hash) >= leastDigits && len(hash) <= mostDigits {
		b.digits = len(hash)
	}
	if b.digits == 0 || len(hash) != b.digits || strings.Trim(hash, "0123456789abcdefABCDEF") != "" {
		return "", 0, errors.New("a line is no hash")
	}
	return strings.ToUpper(hash), next, nil
}
