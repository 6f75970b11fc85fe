package i18n

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rightkey/internal/money"
)

func TestEveryLanguageHasEveryMessageWithTheSamePlaces(t *testing.T) {
	want := Keys(English)
	for _, info := range Languages() {
		if diff := cmp.Diff(want, Keys(info.Lang)); diff != "" {
			t.Errorf("keys of %s (- English, + %s):\n%s", info.Lang, info.Lang, diff)
		}
		for _, key := range want {
			if diff := cmp.Diff(Places(English, key), Places(info.Lang, key)); diff != "" {
				t.Errorf("places of %s in %s:\n%s", key, info.Lang, diff)
			}
		}
	}
}

func TestThePseudoLanguageMarksEveryMessageAndKeepsItsPlaces(t *testing.T) {
	for _, key := range Keys(English) {
		var args []any
		for _, place := range Places(English, key) {
			args = append(args, place, "7")
		}
		got := T(Pseudo, key, args...)
		if !strings.HasPrefix(got, "[") || strings.Contains(got, "⟦") || len(args) > 0 && !strings.Contains(got, "7") {
			t.Errorf("%s in the pseudo-language: %q", key, got)
		}
	}
}

func TestPatternsAreRenderedWithPluralsAndSelects(t *testing.T) {
	en, zh := catalog().book("en"), catalog().book("zh")
	cases := []struct {
		book    *book
		pattern string
		args    []any
		want    string
	}{
		{en, "plain", nil, "plain"},
		{en, "{name} in {area}", []any{"name", "Li", "area", Text{"en": "Huawu", "zh": "化屋"}}, "Li in Huawu"},
		{zh, "{area}", []any{"area", Text{"en": "Huawu", "zh": "化屋"}}, "化屋"},
		{en, "{n, plural, =0 {none} one {# household} other {# households}}", []any{"n", 0}, "none"},
		{en, "{n, plural, =0 {none} one {# household} other {# households}}", []any{"n", 1}, "1 household"},
		{en, "{n, plural, =0 {none} one {# household} other {# households}}", []any{"n", int64(29_480)}, "29,480 households"},
		{en, "{n, plural, one {#} other {# of {m}}}", []any{"n", 1.5, "m", "x"}, "1.5 of x"},
		{zh, "{n, plural, other {# 户}}", []any{"n", 1}, "1 户"},
		{en, "{s, select, in {goes in} out {goes out} other {stays}}", []any{"s", "out"}, "goes out"},
		{en, "{s, select, in {goes in} other {stays}}", []any{"s", "x"}, "stays"},
		{en, "it''s '{name}' # don't", nil, "it's {name} # don't"},
		{en, "{absent}", nil, "⟦absent⟧"},
		{en, "{a, select, x {{n, plural, one {#!} other {#!!}}} other {}}", []any{"a", "x", "n", 2}, "2!!"},
	}
	for _, c := range cases {
		message, err := parsePattern(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		var out strings.Builder
		message.render(&out, c.book, arguments(c.args), "")
		if out.String() != c.want {
			t.Errorf("%s with %v: %q, want %q", c.pattern, c.args, out.String(), c.want)
		}
	}
}

func TestPlacesOfAMessageFromTheRightAreIsolated(t *testing.T) {
	rtl := *catalog().book("en")
	rtl.info.Dir = "rtl"
	message, err := parsePattern("{name}, {n, plural, one {# row} other {# rows}}")
	if err != nil {
		t.Fatal(err)
	}
	for b, want := range map[*book]string{&rtl: "\u2068−5 km\u2069, 2 rows", catalog().book("en"): "−5 km, 2 rows"} {
		var out strings.Builder
		message.render(&out, b, arguments([]any{"name", "−5 km", "n", 2}), "")
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
}

func TestPatternsThatAreNotWellFormedAreRefused(t *testing.T) {
	for _, pattern := range []string{"{", "}", "{}", "{a b}", "{n, plural, one {#}}", "{n, number, x}", "{n, plural, other {", "{n, plural, {x}}",
		"{n, plural, other {" + strings.Repeat("{n, plural, other {", 10) + strings.Repeat("}}", 11)} {
		if _, err := parsePattern(pattern); err == nil {
			t.Errorf("%q was accepted", pattern)
		}
	}
}

func TestMessagesFallBackVisibly(t *testing.T) {
	for _, c := range []struct {
		lang Lang
		key  string
		want string
	}{
		{"zh", "common.save", "保存"}, {"zh-Hans-CN", "common.save", "保存"}, {"fr", "common.save", "Save"}, {"en", "no.such", "⟦no.such⟧"},
	} {
		if got := T(c.lang, c.key); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.key, c.lang, got, c.want)
		}
	}
	if Has("no.such") || !Has("common.save") {
		t.Error("Has is wrong")
	}
}

func TestLabelsFallBackToEnglishThenToAnyLanguage(t *testing.T) {
	for _, c := range []struct {
		text Text
		want string
	}{
		{Text{"en": "poor", "zh": "贫困"}, "贫困"}, {Text{"en": "poor"}, "poor"}, {Text{"lo": "b", "id": "a"}, "a"}, {Text{"zh": "", "lo": "b"}, "b"}, {nil, ""},
	} {
		if got := c.text.In("zh"); got != c.want {
			t.Errorf("%v: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestTheReadersLanguageIsChosen(t *testing.T) {
	cases := []struct {
		accept    string
		preferred []string
		want      Lang
	}{
		{"", nil, "en"}, {"zh-CN,zh;q=0.9,en;q=0.8", nil, "zh"}, {"zh-TW", nil, "zh"}, {"en-GB", nil, "en"}, {"fr", nil, "en"},
		{"zh", []string{"en"}, "en"}, {"en", []string{"", "zh"}, "zh"}, {"zh", []string{"xx-bad-bad-bad"}, "zh"}, {";;;", nil, "en"},
		{"en", []string{"zh-Hans"}, "zh"}, {"", []string{"en-XA"}, Pseudo}, {"en-XA", nil, "en"},
	}
	for _, c := range cases {
		if got := Negotiate(c.accept, c.preferred...); got != c.want {
			t.Errorf("Accept-Language %q, preferred %q: %s, want %s", c.accept, c.preferred, got, c.want)
		}
	}
}

func TestNumbersAndDaysAreWrittenAsTheLanguageDoes(t *testing.T) {
	cases := []struct{ got, want string }{
		{Number("en", 29_480_000), "29,480,000"}, {Number("en", -999), "−999"}, {Number("zh", 1000), "1,000"},
		{Number("en", math.MinInt64), "−9,223,372,036,854,775,808"},
		{Decimal("en", 2736.456, 2), "2,736.46"}, {Decimal("en", math.NaN(), 2), Unknown}, {Decimal("en", math.Inf(1), 1), "+Inf"},
		{Percent("en", 0.1144, 1), "11.4\u00a0%"}, {Percent("zh", 0.1144, 1), "11.4%"}, {Percent("zh", math.NaN(), 1), Unknown},
		{Money("en", money.Amount{Minor: -123450, Currency: "CNY"}), "−1,234.50"}, {Money("zh", money.Amount{Minor: 5, Currency: "JPY"}), "5"},
		{Day("en", 16435), "31 Dec 2014"}, {Day("zh", 16435), "2014年12月31日"}, {Day("en", -1), "31 Dec 1969"},
		{Moment("en", 16435*86400e6+63e9), "31 Dec 2014 17:30"},
		{MomentIn("zh", 16435*86400e6+63e9, time.FixedZone("", 8*3600)), "2015年1月1日 01:30"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	own := *catalog().book("en")
	own.digits = numberings["arabext"]
	if got := own.integer(1234567890); got != "۱,۲۳۴,۵۶۷,۸۹۰" {
		t.Errorf("own digits: %q", got)
	}
}

func TestMessageFilesThatAreNotRightAreRefusedWithTheLine(t *testing.T) {
	meta := "_meta: {name: X, dir: ltr, digits: latn, group: ',', decimal: '.', percent: '#', day: '{d}', months: [a,b,c,d,e,f,g,h,i,j,k,l]}\n"
	for text, want := range map[string]string{
		meta + "a:\n  b: x\n  b: y\n":             "line 4: a.b stands twice",
		meta + "a:\n  b: [x]\n":                   "line 3: a.b is not a message",
		meta + "a:\n  b:\n":                       "a.b is not a message",
		meta + "a:\n  b: '{x'\n":                  "line 3: a.b: place x",
		strings.Replace(meta, "ltr", "up", 1):     "not ltr or rtl",
		strings.Replace(meta, "latn", "roman", 1): "not known",
		strings.Replace(meta, "a,b,", "", 1):      "10 months",
		"a: {b: c}\n":                             "_meta needs",
		"[]":                                      "not a map",
		"a: {":                                    "yaml",
	} {
		if err := readOne("en.yaml", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
	if err := readOne("not a tag.yaml", meta); err == nil {
		t.Error("a name that is no language tag was accepted")
	}
}

func FuzzPatternsAreRenderedOrRefused(f *testing.F) {
	for _, seed := range []string{"{n, plural, one {#} other {# x}}", "'{'", "a{b}c", "{x, select, a {'} other {}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		message, err := parsePattern(text)
		if err != nil {
			return
		}
		var out strings.Builder
		message.render(&out, catalog().book("en"), arguments([]any{"n", 3, "x", "a"}), "")
	})
}

// readOne reads a file as the only one of its language.
func readOne(file, text string) error {
	c := &books{books: map[Lang]*book{}}
	if err := c.read(file, []byte(text)); err != nil {
		return err
	}
	for lang, b := range c.books {
		return b.checkMeta(lang)
	}
	return nil
}

func TestALanguageMayHaveAFileForEachRoomAndNoMessageTwice(t *testing.T) {
	c := &books{books: map[Lang]*book{}}
	for _, text := range []string{"common: {save: Save}", "roster: {birth: Birth}"} {
		if err := c.read("en.part.yaml", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if b := c.books[English]; len(b.messages) != 2 {
		t.Errorf("two files of a message each give %d messages", len(b.messages))
	}
	if err := c.read("en.again.yaml", []byte("common: {save: Keep}")); err == nil || !strings.Contains(err.Error(), "common.save") {
		t.Errorf("a message in two files: %v", err)
	}
}
