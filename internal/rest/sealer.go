package rest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"rightkey/internal/crypt"
)

// sealer encrypts what clients carry for us (cursors) and what we keep for them (answers), and signs versions.
// What is sealed says nothing to others: a cursor may hold a name by which a list is sorted.
type sealer struct {
	box cipher.AEAD
	mac []byte
}

var errSeal = errors.New("the seal is broken")

func newSealer(key []byte) (sealer, error) {
	if len(key) != 32 {
		return sealer{}, errors.New("it must be 32 bytes long")
	}
	block, err := aes.NewCipher(derive(key, "rest seal"))
	if err != nil {
		return sealer{}, err
	}
	box, err := cipher.NewGCM(block)
	return sealer{box: box, mac: derive(key, "rest version")}, err
}

func derive(key []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// close seals text for a context that must be the same when it is opened.
func (s sealer) close(text []byte, bound string) []byte {
	nonce := make([]byte, s.box.NonceSize())
	// rand.Read never fails since Go 1.24: it ends the program instead.
	_, _ = rand.Read(nonce)
	return s.box.Seal(nonce, nonce, text, []byte(bound))
}

func (s sealer) open(sealed []byte, bound string) ([]byte, error) {
	if len(sealed) < s.box.NonceSize() {
		return nil, errSeal
	}
	text, err := s.box.Open(nil, sealed[:s.box.NonceSize()], sealed[s.box.NonceSize():], []byte(bound))
	if err != nil {
		return nil, errSeal
	}
	return text, nil
}

// sign is a short signature, of 8 bytes.
func (s sealer) sign(text string) []byte {
	mac := hmac.New(sha256.New, s.mac)
	mac.Write([]byte(text))
	return mac.Sum(nil)[:8]
}

// KeyOf derives the key of the API from the keyring that lies outside the database.
func KeyOf(ring *crypt.Keyring) []byte {
	first, second := ring.Blind("rest.key", []byte("first half")), ring.Blind("rest.key", []byte("second half"))
	return append(first[:], second[:]...)
}
