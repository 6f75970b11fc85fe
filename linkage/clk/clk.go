// Package clk lets two owners of lists find the persons on both without showing each other a name: each turns his
// records into cryptographic long-term keys, bit sets in which the pieces of names and dates are marked under a secret
// both hold and a third party who compares does not (Schnell, Bachteler and Reiher 2011). Likeness of the bits is
// likeness of the records.
//
// A plain filter of this kind can be read by somebody who has many of them and knows how often names occur: bits that
// are set often belong to common pieces. Encoder can fold and balance the filters against that, at some cost in
// accuracy, but the only sound protection is that whoever compares never holds the secret, that each project has a
// secret of its own, and that the filters are destroyed afterwards. Where identity numbers are on both lists, compare
// keyed hashes of those instead.
//
// Sources: R. Schnell, T. Bachteler, J. Reiher, "A Novel Error-Tolerant Anonymous Linking Code" (2011); A. Kirsch,
// M. Mitzenmacher, "Less Hashing, Same Performance: Building a Better Bloom Filter" (2006); R. Schnell, C. Borgs,
// "Randomized Response and Balanced Bloom Filters for Privacy Preserving Record Linkage" (2016).
package clk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// Bits is the length of a key.
const Bits = 1024

// Key is a record in code.
type Key [Bits / 64]uint64

// Pieces says into which pieces a value is cut.
type Pieces int

// The ways to cut.
const (
	Pairs    Pieces = iota // two neighbouring characters, the ends padded: names, addresses
	Places                 // each character with its place: dates, numbers
	Together               // the value as a whole: sex, codes
)

// Field is how a value goes into the key: Hashes is its weight, the number of bits of each piece. Fields of one Name
// mark the same bits, so that a given name and a surname that changed places still agree.
type Field struct {
	Name   string
	Pieces Pieces
	Hashes int
}

// Hardening is what is done against reading keys by the frequency of their bits.
type Hardening int

// The degrees.
const (
	Plain  Hardening = iota
	Folded           // the key's halves are laid over each other by exclusive or, and its complement stands in the other half: every key has the same number of bits
)

// Encoder makes keys. It is safe for use by several goroutines.
type Encoder struct {
	secret []byte
	fields []Field
	harden Hardening
}

// leastSecret is the number of bytes of a secret.
const leastSecret = 16

// NewEncoder makes an encoder under a secret of at least 16 bytes that both owners share. Values come in the order of
// the fields, normalised as both have agreed.
func NewEncoder(secret []byte, fields []Field, harden Hardening) (*Encoder, error) {
	if len(secret) < leastSecret {
		return nil, fmt.Errorf("a secret of %d bytes: at least %d are needed", len(secret), leastSecret)
	}
	if len(fields) == 0 {
		return nil, errors.New("a key needs fields")
	}
	for _, f := range fields {
		if f.Hashes < 1 || f.Hashes > 64 || f.Pieces < Pairs || f.Pieces > Together {
			return nil, fmt.Errorf("field %s: %d hashes of each piece, allowed are 1 to 64", f.Name, f.Hashes)
		}
	}
	return &Encoder{append([]byte(nil), secret...), append([]Field(nil), fields...), harden}, nil
}

// Encode makes the key of a record. An empty value leaves no trace.
func (e *Encoder) Encode(values []string) (Key, error) {
	if len(values) != len(e.fields) {
		return Key{}, fmt.Errorf("%d values for %d fields", len(values), len(e.fields))
	}
	var key Key
	for i, f := range e.fields {
		f.each(values[i], func(piece string) { e.mark(&key, f, piece) })
	}
	if e.harden == Folded {
		key = key.folded()
	}
	return key, nil
}

// mark sets the bits of a piece by double hashing.
func (e *Encoder) mark(key *Key, field Field, piece string) {
	mac := hmac.New(sha256.New, e.secret)
	mac.Write([]byte(field.Name + "\x00" + piece))
	sum := mac.Sum(nil)
	first, step := binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])|1
	for n := range field.Hashes {
		bit := (first + uint64(n)*step) % Bits
		key[bit/64] |= 1 << (bit % 64)
	}
}

// each calls do with every piece of a value.
func (f Field) each(value string, do func(string)) {
	if value == "" {
		return
	}
	switch f.Pieces {
	case Together:
		do(value)
	case Places:
		place := 0
		for _, r := range value {
			do(strconv.Itoa(place) + string(r))
			place++
		}
	default:
		padded := "\x02" + value + "\x03"
		for at := 0; at < len(padded)-1; {
			_, one := utf8.DecodeRuneInString(padded[at:])
			_, two := utf8.DecodeRuneInString(padded[at+one:])
			do(padded[at : at+one+two])
			at += one
		}
	}
}

// folded lays the halves over each other and puts the complement beside them.
func (k Key) folded() Key {
	const half = len(k) / 2
	var f Key
	for i := range half {
		f[i] = k[i] ^ k[i+half]
		f[i+half] = ^f[i]
	}
	return f
}

// Count is the number of bits that are set.
func (k *Key) Count() int {
	n := 0
	for _, word := range k {
		n += bits.OnesCount64(word)
	}
	return n
}

// Dice is the likeness of two keys, 0 to 1: twice the bits in common over the bits of both.
func Dice(a, b *Key) float64 {
	common := 0
	for i := range a {
		common += bits.OnesCount64(a[i] & b[i])
	}
	if all := a.Count() + b.Count(); all > 0 {
		return 2 * float64(common) / float64(all)
	}
	return 0
}
