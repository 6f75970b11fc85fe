package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"

	"rightkey/internal/fault"
)

const (
	envelopeVersion = 1
	gcmOverhead     = 12 + 16 // nonce and tag
	wrappedSize     = 1 + keyIDSize + gcmOverhead + keySize
)

// DataKey encrypts the fields of one subject, for example a person. It is stored only wrapped; deleting the wrapped
// key erases the fields. It prints as nothing.
type DataKey struct{ key [keySize]byte }

// String keeps keys out of logs.
func (DataKey) String() string { return "data key" }

// GoString keeps keys out of logs.
func (DataKey) GoString() string { return "crypt.DataKey{}" }

// Place is where a sealed value belongs. It is authenticated with the value, so that a value moved to another row,
// column or table does not open.
type Place struct {
	Table  string
	Column string
	Row    int64
}

// bytes encodes the place so that no two places have the same bytes.
func (p Place) bytes() []byte {
	out := []byte{envelopeVersion}
	for _, text := range []string{p.Table, p.Column} {
		out = binary.AppendUvarint(out, uint64(len(text)))
		out = append(out, text...)
	}
	return binary.BigEndian.AppendUint64(out, uint64(p.Row))
}

// NewDataKey makes a data key and wraps it under the keyring's newest key: version, key id, nonce, encrypted key and
// tag, 69 bytes.
func (k *Keyring) NewDataKey() (wrapped []byte, key DataKey) {
	copy(key.key[:], randomBytes(keySize))
	newest := k.wrapping[len(k.wrapping)-1]
	head := append([]byte{envelopeVersion}, newest.id[:]...)
	wrapped = gcm(newest.key).Seal(bytes.Clone(head), nil, key.key[:], head)
	return wrapped, key
}

// Unwrap opens a wrapped data key. The error is of kind unavailable where the keyring does not hold the key it was
// wrapped under (the key file is another database's), and of kind invalid where it is damaged.
func (k *Keyring) Unwrap(wrapped []byte) (DataKey, error) {
	var key DataKey
	if len(wrapped) != wrappedSize || wrapped[0] != envelopeVersion {
		return key, fault.New(fault.Invalid, "a wrapped data key is damaged")
	}
	head, sealed := wrapped[:1+keyIDSize], wrapped[1+keyIDSize:]
	for _, candidate := range k.wrapping {
		if !bytes.Equal(candidate.id[:], head[1:]) {
			continue
		}
		plain, err := gcm(candidate.key).Open(nil, nil, sealed, head)
		if err != nil {
			return key, fault.Wrap(fault.Invalid, err, "a wrapped data key is damaged")
		}
		copy(key.key[:], plain)
		return key, nil
	}
	return key, fault.New(fault.Unavailable, "data were encrypted under key %s, which the key file does not hold: "+
		"the key file of this database is needed", hex.EncodeToString(head[1:]))
}

// Seal encrypts plaintext for its place: version, nonce, ciphertext, tag; 29 bytes longer than the plaintext.
func Seal(key DataKey, plaintext []byte, place Place) []byte {
	return gcm(key.key[:]).Seal([]byte{envelopeVersion}, nil, plaintext, place.bytes())
}

// Open decrypts what Seal made; kind invalid where it was changed, belongs to another place or to another key.
func Open(key DataKey, sealed []byte, place Place) ([]byte, error) {
	if len(sealed) < 1+gcmOverhead || sealed[0] != envelopeVersion {
		return nil, fault.New(fault.Invalid, "the encrypted value of %s.%s is damaged", place.Table, place.Column)
	}
	plain, err := gcm(key.key[:]).Open(nil, nil, sealed[1:], place.bytes())
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the encrypted value of %s.%s is damaged or out of place", place.Table, place.Column)
	}
	return plain, nil
}

// gcm makes the cipher for a 32-byte key; it prepends a random 96-bit nonce. A key encrypts the fields of one
// subject, far fewer than the 2^32 values for which random nonces are safe.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for keys that are not 16, 24 or 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for other ciphers than AES
	}
	return aead
}
