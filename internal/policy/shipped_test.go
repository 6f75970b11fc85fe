package policy_test

import (
	"io/fs"
	"testing"

	"rightkey/internal/policy"
	"rightkey/policies"
)

// shipped loads every pack that comes with the program.
func shipped(t *testing.T) []*policy.Pack {
	t.Helper()
	packs, err := policy.NewLoader().LoadAll(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

func TestEveryShippedPackLoads(t *testing.T) {
	packs := shipped(t)
	heads, _ := fs.Glob(policies.Files, "*/"+policy.HeadFile)
	if len(packs) == 0 || len(packs) != len(heads) {
		t.Fatalf("%d packs loaded from %d folders", len(packs), len(heads))
	}
	for _, p := range packs {
		t.Logf("%s %s: %d items, %d code lists, %d lines, %d of %d values unconfirmed", p.ID, p.Version, len(p.Items),
			len(p.Codes), len(p.Lines), len(p.Unconfirmed()), len(p.Refs()))
		if len(p.Hash) != 64 {
			t.Errorf("%s: hash %q is not a sha256", p.ID, p.Hash)
		}
	}
}

func TestEveryShippedPackSaysWhereEachValueComesFrom(t *testing.T) {
	for _, p := range shipped(t) {
		for _, ref := range p.Refs() {
			if ref.Source == "" && !ref.Unconfirmed {
				t.Errorf("%s:%d: %s %s has neither source nor unconfirmed", ref.Pos.File, ref.Pos.Line, ref.Kind, ref.Code)
			}
		}
	}
}
