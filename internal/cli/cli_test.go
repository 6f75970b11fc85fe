package cli

import (
	"crypto/x509"
	"testing"
	"time"
)

func TestOnlyThisMachinesOwnAddressesAreLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "127.8.0.1": true, "::1": true, "": false, "0.0.0.0": false, "::": false, "192.168.1.4": false, "example.org": false} {
		if Loopback(host) != want {
			t.Errorf("%q is loopback: %v, want %v", host, !want, want)
		}
	}
}

func TestASelfSignedCertificateHoldsForItsHost(t *testing.T) {
	now := time.Date(2014, 12, 31, 0, 0, 0, 0, time.UTC)
	for _, host := range []string{"register.example", "10.1.2.3"} {
		pair, err := SelfSigned(host, now)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
		if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
			t.Errorf("valid from %s to %s, not on %s", leaf.NotBefore, leaf.NotAfter, now)
		}
	}
}
