package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"rightkey/internal/testdata"
)

// fusedLength is the number of letters from which a name is also found inside a longer word of small letters; where
// a capital or a sign parts the words, a name of any length is found.
const fusedLength = 7

// countryNames reads the list of names. They stand in a text file because this file may not hold them either.
func countryNames(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "countries.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			names = append(names, strings.ToLower(line))
		}
	}
	return names
}

// plainWords writes text as lower-case words between single blanks: everything that is no letter parts words, and
// so does a capital after a small letter.
func plainWords(text string) string {
	var out strings.Builder
	out.WriteByte(' ')
	previous := ' '
	for _, r := range text {
		isLetter := unicode.IsLetter(r) || unicode.IsMark(r)
		capital := unicode.IsUpper(r) && unicode.IsLower(previous)
		if (!isLetter || capital) && previous != ' ' {
			out.WriteByte(' ')
			previous = ' '
		}
		if isLetter {
			out.WriteRune(unicode.ToLower(r))
			previous = r
		}
	}
	out.WriteByte(' ')
	return out.String()
}

// namedCountry returns the first name that stands in text, or nothing.
func namedCountry(text string, names []string) string {
	words := plainWords(text)
	for _, name := range names {
		fused := len(name) >= fusedLength || name[0] >= 0x80
		if strings.Contains(words, " "+name+" ") || (fused && strings.Contains(words, name)) {
			return name
		}
	}
	return ""
}

// encodings is the library's package of an encoding of characters, which is none of a country's decisions.
const encodings = "simplifiedchinese"

func TestNoGoFileNamesACountry(t *testing.T) {
	names := countryNames(t)
	for _, path := range trackedFiles(t) {
		if !strings.HasSuffix(path, ".go") || strings.HasPrefix(path, "policies/") || !exists(path) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(testdata.Root(), filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		if name := namedCountry(path, names); name != "" {
			t.Errorf("the file name %s names a country (%s)", path, name)
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			if name := namedCountry(strings.ReplaceAll(line, encodings, ""), names); name != "" {
				t.Errorf("%s:%d names a country (%s): say it in a policy pack", path, number, name)
			}
		}
	}
}

func TestACountryIsFoundInAnySpelling(t *testing.T) {
	names := []string{"ruritania", "val verde", "oz"}
	cases := map[string]string{
		"the law of Ruritania":    "ruritania",
		"const RURITANIA_LINE":    "ruritania",
		"var ruritaniaLine":       "ruritania",
		"ruritanianlaw":           "ruritania",
		"valVerde and val_verde":  "val verde",
		`"policies/oz-2014"`:      "oz",
		"a dozen oozing villages": "",
	}
	for text, want := range cases {
		if got := namedCountry(text, names); got != want {
			t.Errorf("namedCountry(%q) = %q, want %q", text, got, want)
		}
	}
}
