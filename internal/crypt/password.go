package crypt

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"rightkey/internal/fault"
)

// Passwords hashes passwords with Argon2id (RFC 9106) at a cost: Memory in KiB, Passes over it, Lanes at once.
type Passwords struct {
	Memory uint32
	Passes uint32
	Lanes  uint8
}

// StandardPasswords is the cost for servers: 64 MiB and three passes, the second choice of RFC 9106 on one core.
func StandardPasswords() Passwords { return Passwords{Memory: 64 << 10, Passes: 3, Lanes: 1} }

const (
	maxPassword   = 1024 // bytes; longer ones are refused, they only cost time
	saltSize      = 16
	hashSize      = 32
	maxHashMemory = 1 << 20 // KiB; a stored hash that asks for more is refused
)

// Hash returns the PHC string of a password with a new salt: $argon2id$v=19$m=65536,t=3,p=1$salt$hash. The password
// is taken in Unicode composed form, so that it is the same from every keyboard.
func (p Passwords) Hash(password string) (string, error) {
	if len(password) > maxPassword {
		return "", fault.New(fault.Invalid, "the password is longer than %d bytes", maxPassword)
	}
	salt := randomBytes(saltSize)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("%s$%s$%s", p.prefix(), encode(salt), encode(p.derive(password, salt))), nil
}

func (p Passwords) prefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d", argon2.Version, p.Memory, p.Passes, p.Lanes)
}

func (p Passwords) derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, p.Passes, p.Memory, p.Lanes, hashSize)
}

// Verify says whether a password is the one of a PHC string, at the cost that stands in the string. The error is of
// kind invalid where the string is damaged.
func (p Passwords) Verify(phc, password string) (bool, error) {
	cost, salt, hash, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	if len(password) > maxPassword {
		return false, nil
	}
	return subtle.ConstantTimeCompare(cost.derive(password, salt), hash) == 1, nil
}

// VerifyDummy does the work of Verify for a user who does not exist, so that the time to answer does not tell who does.
func (p Passwords) VerifyDummy(password string) {
	p.derive(password[:min(len(password), maxPassword)], make([]byte, saltSize))
}

// Outdated says whether a PHC string was made at another cost and should be made anew at the next login.
func (p Passwords) Outdated(phc string) bool { return !strings.HasPrefix(phc, p.prefix()+"$") }

func parsePHC(phc string) (cost Passwords, salt, hash []byte, err error) {
	parts := strings.Split(phc, "$")
	damaged := fault.New(fault.Invalid, "a stored password hash is damaged")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return cost, nil, nil, damaged
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.Memory, &cost.Passes, &cost.Lanes); err != nil {
		return cost, nil, nil, damaged
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	sane := cost.Lanes > 0 && cost.Passes > 0 && cost.Passes <= 64 && cost.Memory <= maxHashMemory
	if saltErr != nil || hashErr != nil || len(salt) < 8 || len(hash) != hashSize || !sane {
		return cost, nil, nil, damaged
	}
	return cost, salt, hash, nil
}
