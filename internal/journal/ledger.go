package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Ledger is a file of signed notes outside the database, one to a line, to which lines are only added. It lies beside
// the keys or on another machine, and is no part of the database's backup.
type Ledger struct {
	Path   string
	notary *Notary
}

// NewLedger names the file; it is made by the first Append.
func NewLedger(path string, n *Notary) *Ledger { return &Ledger{Path: path, notary: n} }

// Append signs a text, adds it as a line and waits until it is on the disk.
func (l *Ledger) Append(text string) error {
	signed, err := l.notary.Sign(text)
	if err != nil {
		return err
	}
	line, err := json.Marshal(signed)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o700); err != nil {
		return fmt.Errorf("add to the ledger: %w", err)
	}
	file, err := os.OpenFile(l.Path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("add to the ledger: %w", err)
	}
	if !endsWithLine(file) {
		line = append([]byte("\n"), line...) // a line that a crash cut off stays alone
	}
	_, err = file.Write(append(line, '\n'))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("add to the ledger %s: %w", filepath.Base(l.Path), err)
	}
	return nil
}

func endsWithLine(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return true
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] == '\n'
}

// Line is a note of a ledger. Err says why it cannot be believed.
type Line struct {
	Number int // from 1
	Text   string
	Err    error
}

// Lines reads the ledger; a file that does not exist has none. A line that is no note, as a crash while writing leaves
// it, is left out and counted.
func (l *Ledger) Lines() (lines []Line, torn int, err error) {
	content, err := os.ReadFile(l.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read the ledger: %w", err)
	}
	number := 0
	for text := range bytes.Lines(content) {
		number++
		var signed string
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if err := json.Unmarshal(text, &signed); err != nil {
			torn++
			continue
		}
		line := Line{Number: number}
		line.Text, line.Err = l.notary.Open(signed)
		lines = append(lines, line)
	}
	return lines, torn, nil
}

// Copy writes the ledger's present content to another file, for a drill that must not add to the real one.
func (l *Ledger) Copy(to string) error {
	from, err := os.Open(l.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}
