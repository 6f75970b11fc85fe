// Package crypt keeps secrets: fields encrypted so that a stolen database or backup shows nothing (AES-256-GCM in
// envelopes, NIST SP 800-38D), numbers that can be looked up without being stored (blind index, HMAC-SHA-256),
// passwords (Argon2id, RFC 9106), tokens that strangers see, and check digits by their standards.
//
// The master keys live in one key file, outside database and backup. Whoever restores a backup needs that file too:
// without it encrypted fields stay closed and numbers cannot be looked up, and every error says so.
package crypt

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"rightkey/internal/fault"
)

const (
	keySize    = 32
	keyIDSize  = 8
	fileFormat = "rightkey-keys-1"
)

// Keyring is the content of a key file: key-encrypting keys by id, of which the last wraps new data keys and the
// others still open old ones, and the master key of the blind indexes. It is safe for concurrent use.
type Keyring struct {
	wrapping []wrappingKey
	blind    []byte
	fields   sync.Map // field → the key of its blind index, derived once
}

type wrappingKey struct {
	id  [keyIDSize]byte
	key []byte
}

// keyFile is the key file as it is written: JSON, keys in base64.
type keyFile struct {
	Format   string        `json:"format"`
	Warning  string        `json:"warning"`
	Wrapping []keyFileItem `json:"wrapping"`
	Blind    []byte        `json:"blind"`
}

type keyFileItem struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

// NewKeyring makes a keyring with new random keys that exists only in memory.
func NewKeyring() *Keyring {
	k := &Keyring{blind: randomBytes(keySize)}
	key := randomBytes(keySize)
	k.wrapping = []wrappingKey{{id: keyID(key), key: key}}
	return k
}

// Create makes a keyring with new random keys and writes it to a new file that only its owner may read (mode 0600).
// A file that exists is never overwritten: the error is then os.ErrExist.
func Create(path string) (*Keyring, error) {
	k := NewKeyring()
	data, err := k.encode()
	if err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	// It is written under another name and gets its own when it is whole: a process that is killed leaves no half file.
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync() // the first encrypted row must not outlive its key
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = placeNew(file.Name(), path)
	}
	if err != nil {
		return nil, fmt.Errorf("write key file: %w", err)
	}
	return k, nil
}

// placeNew gives a whole file its name; one that exists is never overwritten.
func placeNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, os.ErrExist) {
		return err
	}
	if _, taken := os.Lstat(to); !errors.Is(taken, os.ErrNotExist) { // a memory stick knows no links
		return os.ErrExist
	}
	return os.Rename(from, to)
}

// Load reads a key file. It refuses one that others than its owner may read.
func Load(path string) (*Keyring, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the key file is missing (it is not part of the database or its backup; put the one of this database there): %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("load key file: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		return nil, fault.New(fault.Invalid, "key file %s may be read by others than its owner (mode %04o): set it to 0600", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load key file: %w", err)
	}
	k, err := decodeKeyring(data)
	if err != nil {
		return nil, fmt.Errorf("load key file %s: %w", path, err)
	}
	return k, nil
}

func (k *Keyring) encode() ([]byte, error) {
	file := keyFile{
		Format:  fileFormat,
		Warning: "keep a copy in a safe place, apart from database and backup: without it encrypted fields are lost",
		Blind:   k.blind,
	}
	for _, w := range k.wrapping {
		file.Wrapping = append(file.Wrapping, keyFileItem{ID: hex.EncodeToString(w.id[:]), Key: w.key})
	}
	data, err := json.MarshalIndent(file, "", "  ")
	return append(data, '\n'), err
}

func decodeKeyring(data []byte) (*Keyring, error) {
	var file keyFile
	if err := json.Unmarshal(data, &file); err != nil || file.Format != fileFormat {
		return nil, fault.New(fault.Invalid, "it is not a key file")
	}
	if len(file.Wrapping) == 0 || len(file.Blind) != keySize {
		return nil, fault.New(fault.Invalid, "keys are missing or of the wrong length")
	}
	k := &Keyring{blind: file.Blind}
	for _, item := range file.Wrapping {
		id := keyID(item.Key)
		if len(item.Key) != keySize || hex.EncodeToString(id[:]) != item.ID {
			return nil, fault.New(fault.Invalid, "key %q is damaged", item.ID)
		}
		k.wrapping = append(k.wrapping, wrappingKey{id: id, key: item.Key})
	}
	return k, nil
}

// keyID names a key without telling it.
func keyID(key []byte) (id [keyIDSize]byte) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("rightkey key id"))
	copy(id[:], mac.Sum(nil))
	return id
}

// ID names the keyring; a database keeps the ID of the keyring it was created with. It depends on the blind-index
// key, which is never changed, and so outlives new wrapping keys.
func (k *Keyring) ID() string {
	id := keyID(k.blind)
	return hex.EncodeToString(id[:])
}

// Check returns an error, for the operator to read, where the keyring is not the one named id.
func (k *Keyring) Check(id string) error {
	if own := k.ID(); own != id {
		return fault.New(fault.Invalid, "this key file (%s) is not the one of this database (%s): its encrypted fields "+
			"cannot be opened and persons not be found by number without the right file", own, id)
	}
	return nil
}

// Blind returns the blind index of a normalised value in a field ("person.id_number"): HMAC-SHA-256 under a key of
// that field's own, cut to 128 bits. Equal values have equal indexes; without the keyring nothing can be tried out.
func (k *Keyring) Blind(field string, normalised []byte) [16]byte {
	mac := hmac.New(sha256.New, k.fieldKey(field))
	mac.Write(normalised)
	return [16]byte(mac.Sum(nil))
}

// Proof is what stands on a paper or in a file that goes out and comes back: nobody without the keyring can make it, and
// it holds for one kind of thing with these identifiers only.
func (k *Keyring) Proof(kind string, of ...int64) string {
	parts := make([]string, len(of))
	for i, id := range of {
		parts[i] = strconv.FormatInt(id, 10)
	}
	proof := k.Blind(kind, []byte(strings.Join(parts, "/")))
	return hex.EncodeToString(proof[:])
}

func (k *Keyring) fieldKey(field string) []byte {
	if known, ok := k.fields.Load(field); ok {
		return known.([]byte)
	}
	key, err := hkdf.Key(sha256.New, k.blind, nil, "rightkey blind index "+field, keySize)
	if err != nil {
		panic(err) // only for lengths that HKDF cannot give, and 32 is not one
	}
	k.fields.Store(field, key)
	return key
}

// randomBytes returns n bytes from the system's generator, which never fails.
func randomBytes(n int) []byte {
	data := make([]byte, n)
	rand.Read(data)
	return data
}
