package crypt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/fault"
)

func TestAKeyFileIsPrivateAndReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	made, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	loaded, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, key := made.NewDataKey()
	if got, err := loaded.Unwrap(wrapped); err != nil || got != key {
		t.Errorf("a key wrapped before loading: %v", err)
	}
	if made.Blind("person.id", []byte("1")) != loaded.Blind("person.id", []byte("1")) || made.ID() != loaded.ID() {
		t.Error("the blind index changed by loading")
	}
	if err := loaded.Check(made.ID()); err != nil {
		t.Error(err)
	}
	if _, err := Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("an existing key file was overwritten: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("a key file that everybody may read: %v", err)
	}
}

func TestKeyFilesThatAreNotRightAreRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "not part of the database") {
		t.Errorf("an absent key file: %v", err)
	}
	good, err := NewKeyring().encode()
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(good, []byte(`"key": "`)) + 12
	damaged := bytes.Clone(good)
	damaged[at] ^= 1
	for name, data := range map[string][]byte{"empty": nil, "other": []byte("{}"), "damaged": damaged,
		"no blind": bytes.Replace(good, []byte(`"blind"`), []byte(`"blond"`), 1)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithoutTheRightKeyFileEveryErrorSaysSo(t *testing.T) {
	mine, other := NewKeyring(), NewKeyring()
	wrapped, _ := mine.NewDataKey()
	if _, err := other.Unwrap(wrapped); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "key file of this database is needed") {
		t.Errorf("unwrapping: %v", err)
	}
	if err := other.Check(mine.ID()); err == nil || !strings.Contains(err.Error(), "not the one of this database") {
		t.Errorf("checking: %v", err)
	}
}

func TestOldDataKeysOpenUnderANewerWrappingKey(t *testing.T) {
	ring := NewKeyring()
	wrapped, key := ring.NewDataKey()
	newer := randomBytes(keySize)
	ring.wrapping = append(ring.wrapping, wrappingKey{keyID(newer), newer})
	if got, err := ring.Unwrap(wrapped); err != nil || got != key {
		t.Error(err)
	}
	if again, _ := ring.NewDataKey(); bytes.Equal(again[1:9], wrapped[1:9]) {
		t.Error("a new data key was wrapped under the older key")
	}
}

func TestASealedValueOpensOnlyInItsPlaceAndUnchanged(t *testing.T) {
	_, key := NewKeyring().NewDataKey()
	_, otherKey := NewKeyring().NewDataKey()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		place := Place{rapid.String().Draw(t, "table"), rapid.String().Draw(t, "column"), rapid.Int64().Draw(t, "row")}
		sealed := Seal(key, plain, place)
		if got, err := Open(key, sealed, place); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %x, %v", got, err)
		}
		if bytes.Equal(sealed, Seal(key, plain, place)) {
			t.Fatal("sealing twice gave the same bytes")
		}
		moved := place
		moved.Row++
		swapped := Place{place.Table + "x", place.Column, place.Row}
		for _, wrong := range []Place{moved, swapped} {
			if _, err := Open(key, sealed, wrong); !fault.Is(err, fault.Invalid) {
				t.Fatalf("opened in another place: %v", err)
			}
		}
		if _, err := Open(otherKey, sealed, place); err == nil {
			t.Fatal("opened with another key")
		}
		changed := bytes.Clone(sealed)
		changed[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := Open(key, changed, place); err == nil {
			t.Fatal("a changed value opened")
		}
	})
}

func TestPlacesAreToldApart(t *testing.T) {
	if bytes.Equal(Place{"ab", "c", 1}.bytes(), Place{"a", "bc", 1}.bytes()) {
		t.Error("two places have the same bytes")
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	_, key := NewKeyring().NewDataKey()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, key); len(text) > 20 {
			t.Errorf("%s printed %q", format, text)
		}
	}
}

func TestBlindIndexesDifferByFieldAndKeyring(t *testing.T) {
	ring := NewKeyring()
	index := ring.Blind("person.id", []byte("A1"))
	if index == ring.Blind("person.phone", []byte("A1")) || index == NewKeyring().Blind("person.id", []byte("A1")) ||
		index == ring.Blind("person.id", []byte("A2")) || index != ring.Blind("person.id", []byte("A1")) {
		t.Error("blind indexes are not by field, keyring and value")
	}
}

func TestPasswordsAreVerifiedAtTheCostTheyWereMade(t *testing.T) {
	cheap := Passwords{Memory: 64, Passes: 1, Lanes: 1}
	phc, err := cheap.Hash("caf\u00e9 au lait")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatalf("%s, %v", phc, err)
	}
	for password, want := range map[string]bool{"caf\u00e9 au lait": true, "cafe\u0301 au lait": true, "cafe au lait": false, "": false,
		strings.Repeat("x", 2000): false} {
		if got, err := StandardPasswords().Verify(phc, password); err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if cheap.Outdated(phc) || !StandardPasswords().Outdated(phc) {
		t.Error("outdated is wrong")
	}
	if again, _ := cheap.Hash("caf\u00e9 au lait"); again == phc {
		t.Error("two hashes of a password are the same")
	}
	if _, err := cheap.Hash(strings.Repeat("x", 2000)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a password of 2000 bytes: %v", err)
	}
	cheap.VerifyDummy(strings.Repeat("x", 2000))
}

// The vector was made with the reference implementation's command line: argon2 somesalt -id -t 2 -k 256 -p 1.
func TestAPasswordHashOfTheReferenceImplementationVerifies(t *testing.T) {
	phc := "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	if ok, err := StandardPasswords().Verify(phc, "password"); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestDamagedPasswordHashesAreErrors(t *testing.T) {
	for _, phc := range []string{"", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$x", "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$short"} {
		if ok, err := StandardPasswords().Verify(phc, "password"); ok || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, %v", phc, ok, err)
		}
	}
}

func TestTokensAreLongDifferentAndFoundByTheirHash(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, hash := NewToken()
		if len(token) != 24 || seen[token] || HashToken(token) != hash {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
}

func FuzzOpeningAnythingNeverPanics(f *testing.F) {
	ring := NewKeyring()
	wrapped, key := ring.NewDataKey()
	f.Add(wrapped)
	f.Add(Seal(key, []byte("x"), Place{"person", "name", 1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ring.Unwrap(data); err == nil && !bytes.Equal(data, wrapped) {
			t.Fatal("something that was never wrapped was unwrapped")
		}
		if plain, err := Open(key, data, Place{"person", "name", 1}); err == nil && string(plain) != "x" {
			t.Fatal("something that was never sealed was opened")
		}
		if _, err := decodeKeyring(data); err == nil {
			t.Fatal("a key file was made of noise")
		}
		if _, _, _, err := parsePHC(string(data)); err == nil && len(data) < 40 {
			t.Fatal("a password hash was made of noise")
		}
	})
}
