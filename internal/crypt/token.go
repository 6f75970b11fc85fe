package crypt

import (
	"crypto/sha256"
	"encoding/base64"
)

// NewToken makes what a stranger is given (session, activation link, notice, QR code): 144 random bits in 24
// characters of base64url. Only its hash is stored.
func NewToken() (token string, hash [32]byte) {
	token = base64.RawURLEncoding.EncodeToString(randomBytes(18))
	return token, HashToken(token)
}

// HashToken returns the SHA-256 of a token, under which it is stored and looked up. A token has too many bits to be
// guessed from its hash, so it needs no slow hash.
func HashToken(token string) [32]byte { return sha256.Sum256([]byte(token)) }
