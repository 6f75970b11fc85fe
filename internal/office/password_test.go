package office_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
)

// wantReason fails unless a password was refused with a message of office.fault.
func wantReason(t *testing.T, err error, key string) {
	t.Helper()
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind != fault.Invalid || known.Message != i18n.T(i18n.English, "office.fault."+key) {
		t.Errorf("%v, want %s", err, key)
	}
}

func TestAPasswordMadeOfWhatIsKnownOfThePersonIsRefused(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		must(t, d.office.ChangePassword(t.Context(), d.admin, good, "seventeen quiet lamps", nil))
		for password, why := range map[string]string{"my boss is 12": "password_login", "1sob-administrator": "password_obvious", "Passw0rd2014": "password_obvious"} {
			wantReason(t, d.office.ChangePassword(t.Context(), d.admin, "seventeen quiet lamps", password, nil), why)
		}
	})
}

func TestAPasswordOfTheOperatorsListIsRefused(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		path := filepath.Join(t.TempDir(), "list.txt")
		if err := os.WriteFile(path, fmt.Appendf(nil, "%X:12\r\n", sha1.Sum([]byte("trustno one under oaks"))), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := crypt.OpenBreached(path)
		must(t, err)
		d.office.RefusePasswords(list)
		wantReason(t, d.office.ChangePassword(t.Context(), d.admin, good, "trustno one under oaks", nil), "password_public")
		must(t, d.office.ChangePassword(t.Context(), d.admin, good, "trustno one under elms", nil))
		must(t, list.Close())
		if err := d.office.ChangePassword(t.Context(), d.admin, "trustno one under elms", "another one under ashes", nil); err == nil || fault.Is(err, fault.Invalid) {
			t.Errorf("a list that cannot be read lets passwords pass: %v", err)
		}
	})
}

func TestARecoveryCodeIsTooLongToBeGuessedFromItsHash(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		_, codes := d.enrol(t, d.admin)
		seen := map[string]bool{}
		for _, code := range codes {
			plain := strings.ReplaceAll(code, "-", "")
			if bits := 5 * len(plain); bits < 112 || strings.Trim(plain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || seen[plain] {
				t.Errorf("%q: %d bits", code, bits)
			}
			seen[plain] = true
		}
	})
}

func TestThePlaceOfWorkIsNoPassword(t *testing.T) {
	eachWithAdmin(t, func(t *testing.T, d *desk) {
		_, token, err := d.office.Invite(t.Context(), d.admin, office.Invitation{Login: "clerk", Name: "Noor Kakar", Person: "s-20417", Grant: access.Grant{Role: "township-clerk", Area: 11}})
		must(t, err)
		for _, password := range []string{"noorkakar14", "Kakar.Noor", "kakar-s-20417"} {
			_, err := d.office.Activate(t.Context(), token, password, "")
			wantReason(t, err, "password_about")
		}
	})
}
