package script_test

import (
	"testing"
	"unicode/utf8"

	"rightkey/linkage/script"
)

func TestFoldingMakesSpellingsOfOneWordEqual(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"O'Brien", "OBRIEN"}, {"Anne-Marie", "anne  marie"}, {"José", "jose"}, {"ＡＢＣ", "abc"}, {"Straße", "strasse"},
		{"علي", "علی"}, {"مُحَمَّد", "محمد"}, {"كريم", "کریم"}, {"فاطمة", "فاطمہ"}, {"أحمد", "احمد"}, {"محـمد", "محمد"},
		{"張麗華", "张丽华"}, {"ຄໍາ", "ຄຳ"}, {"ບ້ານ", "ບານ"}, {"٣١", "31"}, {"۳۱", "31"}, {"໓໑", "31"},
	} {
		if a, b := script.Fold(c.a), script.Fold(c.b); a != b {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q; want the same", c.a, a, c.b, b)
		}
	}
}

func TestTitlesAreNoPartOfAName(t *testing.T) {
	for raw, want := range map[string]string{"Mr. Syed Ali Khan": "ali khan", "Haji": "haji", "ທ້າວ ສົມຈິດ": "ສົມຈິດ"} {
		if got := script.FoldName(raw); got != want {
			t.Errorf("FoldName(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestNamesThatSoundAlikeShareTheirKey(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"mohammad", "muhammed", true}, {"smith", "smyth", true}, {"philip", "filip", true}, {"catherine", "katherine", true},
		{"小明", "晓明", true}, {"王小明", "wang xiaoming", false}, {"john", "jane", false}, {"ali", "omar", false},
	} {
		if got := script.SoundKey(c.a) == script.SoundKey(c.b); got != c.alike {
			t.Errorf("%q and %q: keys %q and %q", c.a, c.b, script.SoundKey(c.a), script.SoundKey(c.b))
		}
	}
}

func FuzzFoldIsStable(f *testing.F) {
	for _, seed := range []string{"", "Ångström", "علي", "張三", "ກຳ", "\u200d", "İ", "a'b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := script.Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) = %q is not UTF-8", s, once)
		}
		if twice := script.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, folded again %q", s, once, twice)
		}
		script.SoundKey(once)
		script.SpokenOrder(once)
	})
}
