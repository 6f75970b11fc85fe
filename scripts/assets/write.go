package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// write stores each file under a name that carries its content's hash, with its gzip and brotli forms beside it and
// manifest.json, which maps plain names to stored ones; images have such names already. Files of earlier builds are
// removed.
func write(files, images map[string]string) error {
	stored := map[string][]byte{}
	for name, text := range images {
		stored[name] = []byte(text)
	}
	manifest := map[string]string{}
	for name, text := range files {
		hashed := hashedName(name, text)
		manifest[name] = hashed
		if err := addWithCompressed(stored, hashed, []byte(text)); err != nil {
			return fmt.Errorf("compress %s: %w", name, err)
		}
	}
	list, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	stored["manifest.json"] = append(list, '\n')
	stored[".gitkeep"] = nil
	return replaceFolder(stored)
}

// hashedName puts ten hexadecimal digits of the content's SHA-256 before the last extension.
func hashedName(name, text string) string {
	sum := sha256.Sum256([]byte(text))
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:5]) + ext
}

// addWithCompressed adds a file and its two compressed forms.
func addWithCompressed(stored map[string][]byte, name string, content []byte) error {
	var zipped, broken bytes.Buffer
	gz, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return err
	}
	br := brotli.NewWriterLevel(&broken, brotli.BestCompression)
	for _, writer := range []io.WriteCloser{gz, br} {
		if _, err := writer.Write(content); err != nil {
			return err
		}
		if err := writer.Close(); err != nil {
			return err
		}
	}
	stored[name], stored[name+".gz"], stored[name+".br"] = content, zipped.Bytes(), broken.Bytes()
	return nil
}

// replaceFolder makes the output folder hold exactly the given files, and leaves equal ones untouched so that the
// compiler's cache stays valid.
func replaceFolder(files map[string][]byte) error {
	if err := os.MkdirAll(output, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(output)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if _, keep := files[entry.Name()]; !keep {
			if err := os.Remove(filepath.Join(output, entry.Name())); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		path := filepath.Join(output, name)
		if present, err := os.ReadFile(path); err == nil && bytes.Equal(present, content) {
			continue
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
