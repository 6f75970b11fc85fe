package clk_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/linkage/clk"
)

var secret = bytes.Repeat([]byte("s"), 32)

var fields = []clk.Field{{Name: "name", Pieces: clk.Pairs, Hashes: 10}, {Name: "birth", Pieces: clk.Places, Hashes: 10}}

func encode(t testing.TB, e *clk.Encoder, values ...string) clk.Key {
	t.Helper()
	key, err := e.Encode(values)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestASlipLeavesKeysAlikeAndAnotherPersonDoesNot(t *testing.T) {
	for _, harden := range []clk.Hardening{clk.Plain, clk.Folded} {
		e, err := clk.NewEncoder(secret, fields, harden)
		if err != nil {
			t.Fatal(err)
		}
		one := encode(t, e, "muhammad aslam", "19700501")
		slip := encode(t, e, "muhamad aslam", "19700501")
		other := encode(t, e, "shahnaz bibi", "19881130")
		near, far := clk.Dice(&one, &slip), clk.Dice(&one, &other)
		if near <= far+0.15 || clk.Dice(&one, &one) != 1 {
			t.Errorf("likeness of a slip %.3f, of another person %.3f", near, far)
		}
	}
}

func TestAnotherSecretGivesAnotherKey(t *testing.T) {
	a, _ := clk.NewEncoder(secret, fields, clk.Plain)
	b, _ := clk.NewEncoder(bytes.Repeat([]byte("t"), 32), fields, clk.Plain)
	one, two := encode(t, a, "张小明", "19700501"), encode(t, b, "张小明", "19700501")
	if like := clk.Dice(&one, &two); like > 0.5 {
		t.Errorf("the same record under two secrets is alike by %.2f", like)
	}
}

func TestAFoldedKeyAlwaysHasHalfItsBits(t *testing.T) {
	e, _ := clk.NewEncoder(secret, fields, clk.Folded)
	rapid.Check(t, func(t *rapid.T) {
		key, err := e.Encode([]string{rapid.String().Draw(t, "name"), rapid.StringMatching(`[0-9]{0,8}`).Draw(t, "birth")})
		if err != nil || key.Count() != clk.Bits/2 {
			t.Fatalf("%d bits, %v", key.Count(), err)
		}
	})
}

func TestLikenessIsBetweenNoneAndWholeAndTheSameBothWays(t *testing.T) {
	e, _ := clk.NewEncoder(secret, fields, clk.Plain)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(who string) clk.Key {
			key, err := e.Encode([]string{rapid.String().Draw(t, who), rapid.StringMatching(`[0-9]{0,8}`).Draw(t, who+" birth")})
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
		a, b := draw("a"), draw("b")
		if like := clk.Dice(&a, &b); like < 0 || like > 1 || like != clk.Dice(&b, &a) {
			t.Fatalf("likeness %v", like)
		}
	})
}

func TestAnEncoderThatCannotProtectIsRefused(t *testing.T) {
	for name, make := range map[string]func() error{
		"a short secret": func() error { _, err := clk.NewEncoder([]byte("short"), fields, clk.Plain); return err },
		"no fields":      func() error { _, err := clk.NewEncoder(secret, nil, clk.Plain); return err },
		"no hashes": func() error {
			_, err := clk.NewEncoder(secret, []clk.Field{{Name: "name"}}, clk.Plain)
			return err
		},
	} {
		if make() == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// Names, dates and addresses of two lists of 5,000 without the identity number, one to one, under one secret.
func TestTwoListsAreLinkedWithoutShowingAName(t *testing.T) {
	e, err := clk.NewEncoder(secret, []clk.Field{
		{Name: "name", Pieces: clk.Pairs, Hashes: 8}, {Name: "name", Pieces: clk.Pairs, Hashes: 8}, {Name: "date_of_birth", Pieces: clk.Places, Hashes: 8},
		{Name: "address_1", Pieces: clk.Pairs, Hashes: 4}, {Name: "suburb", Pieces: clk.Pairs, Hashes: 4}, {Name: "postcode", Pieces: clk.Places, Hashes: 4},
	}, clk.Plain)
	if err != nil {
		t.Fatal(err)
	}
	leftIDs, left := encodeList(t, e, "linkage/dataset4a.csv.gz")
	rightIDs, right := encodeList(t, e, "linkage/dataset4b.csv.gz")
	right2 := map[string]bool{}
	for _, id := range rightIDs {
		right2[id] = true
	}
	true1, pairs := 0, clk.Link(left, right, 0.55)
	for _, p := range pairs {
		if leftIDs[p.Left] == rightIDs[p.Right] {
			true1++
		}
	}
	both := 0
	for _, id := range leftIDs {
		if right2[id] {
			both++
		}
	}
	precision, recall := float64(true1)/float64(len(pairs)), float64(true1)/float64(both)
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("precision %.4f, recall %.4f, F1 %.4f", precision, recall, f1)
	if f1 < 0.9988 || math.IsNaN(f1) {
		t.Errorf("F1 %.4f, want at least .9988", f1)
	}
}

// encodeList reads a list and returns the true entity and the key of each row.
func encodeList(t *testing.T, e *clk.Encoder, file string) (ids []string, keys []clk.Key) {
	t.Helper()
	reader, err := table.Open(testdata.Path(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	frame, err := table.Load(reader)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for _, name := range frame.Header() {
		if columns[strings.TrimSpace(name)], err = frame.Strings(name); err != nil {
			t.Fatal(err)
		}
	}
	for i := range frame.Len() {
		at := func(name string) string { return strings.ToLower(strings.TrimSpace(columns[name][i])) }
		// rec-1070-org and rec-1070-dup-0 are one person
		ids = append(ids, strings.Split(at("rec_id"), "-")[1])
		keys = append(keys, encode(t, e, at("given_name"), at("surname"), at("date_of_birth"), at("address_1"), at("suburb"), at("postcode")))
	}
	return ids, keys
}

func BenchmarkEncode(b *testing.B) {
	e, _ := clk.NewEncoder(secret, fields, clk.Plain)
	values := []string{"muhammad aslam", "19700501"}
	for b.Loop() {
		if _, err := e.Encode(values); err != nil {
			b.Fatal(err)
		}
	}
}
