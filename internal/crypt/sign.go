package crypt

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
)

// SigningKey derives the Ed25519 key of a purpose ("journal checkpoint") from the keyring: it lies where the keys lie,
// outside database and backup, and outlives new wrapping keys.
func (k *Keyring) SigningKey(purpose string) ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, k.blind, nil, "rightkey signature "+purpose, ed25519.SeedSize)
	if err != nil {
		panic(err) // only for lengths that HKDF cannot give, and 32 is not one
	}
	return ed25519.NewKeyFromSeed(seed)
}
