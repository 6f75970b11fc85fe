package crypt

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/fault"
)

// TestTheCommonestPasswordsAreRefused is ASVS 6.2.4 by construction: each way in which people make passwords out of
// words, runs, walks, dates and repetitions is tried with every common word, far more than 3,000 in all.
func TestTheCommonestPasswordsAreRefused(t *testing.T) {
	for _, password := range []string{"123456", "12345678", "Password1", "P@ssw0rd", "P@$$w0rd!", "qwerty123", "admin2024", "88888888", "Rightkey!", "abcd1234",
		"1qaz2wsx", "1q2w3e4r5t", "!QAZ2wsx", "qazwsxedc", "zaq12wsx", "aaaaaaaaaaaaaaaa", "ababababab", "passwordpassword", "987654321", "woaini520", "iloveyou2", "drowssap1",
		"19870412", "12.04.1987", "1987-04-12", "04121987a", "MyPassword2014", "Summer2014!", "letmein123", "superman99", "asdfghjkl", "0987654321", "qwertyuiop[]"} {
		if !Guessable(password) {
			t.Errorf("%q passes: 10^%.1f guesses", password, guesses(password, nil))
		}
	}
	tried := 0
	for word := range commonWords {
		for _, made := range []string{word + "123", word + "1234", word + "2014", strings.ToUpper(word[:1]) + word[1:] + "1!", word + word, word + "!!!!", strings.ReplaceAll(strings.ReplaceAll(word, "a", "@"), "o", "0") + "99"} {
			if tried++; !Guessable(made) {
				t.Errorf("%q passes: 10^%.1f guesses", made, guesses(made, nil))
			}
		}
	}
	if tried < 3000 {
		t.Errorf("%d passwords were tried", tried)
	}
}

func TestPasswordsThatNobodyGuessesPassWhateverTheyAreMadeOf(t *testing.T) {
	for _, password := range []string{"correct horse battery staple", "Huawu-2014-lanterns", "x7Gk2pQz", "只要够长就行了吧", "آج کا دن بہت اچھا تھا", "thirteen lamps under oak", "59302748", "krtvlmpn"} {
		if Guessable(password, "zhangwei", "Zhang Wei", "Huawu") {
			t.Errorf("%q is refused: 10^%.1f guesses", password, guesses(password, []string{"zhangwei", "Huawu"}))
		}
	}
	random, refused := rand.New(rand.NewPCG(1, 2)), 0
	for range 2000 {
		var b strings.Builder
		for range 10 {
			b.WriteByte(byte('!' + random.IntN('~'-'!')))
		}
		if Guessable(b.String()) {
			refused++
		}
	}
	if refused > 2 {
		t.Errorf("%d of 2,000 random passwords of ten characters are refused", refused)
	}
}

func TestWordsAboutThePersonAreTheFirstThatAreTried(t *testing.T) {
	about := []string{"li.na", "Fatima Noor Kakar", "Huaxi district", "华西乡"}
	for _, password := range []string{"fatimakakar", "Kakar-Noor", "Li.Na2014", "huaxidistrict1", "kakar!kakar", "华西乡2014", "rakaK1998"} {
		if !Guessable(password, about...) {
			t.Errorf("%q passes: 10^%.1f guesses", password, guesses(password, about))
		}
	}
	if Guessable("KakarQuenchBolt7") || Guessable("KakarQuenchBolt7", about...) {
		t.Error("a name beside other things is enough to be refused")
	}
}

func TestMoreIsNeverEasierToGuess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[a-z0-9@!.]{1,24}`).Draw(t, "password")
		about := rapid.SliceOfN(rapid.StringMatching(`[a-z]{3,8}`), 0, 3).Draw(t, "about")
		alone, known := guesses(password, nil), guesses(password, about)
		if known > alone {
			t.Fatalf("%q: knowing %q makes it harder (%.1f, %.1f)", password, about, alone, known)
		}
		if alone > float64(len(password)) {
			t.Fatalf("%q: %.1f is more than trying every character", password, alone)
		}
	})
}

// breachedFile writes a list of the hashes of passwords, cut to a number of digits, with what follows a hash.
func breachedFile(t *testing.T, passwords []string, digits int, end string) string {
	t.Helper()
	var lines []string
	for _, p := range passwords {
		sum := sha1.Sum([]byte(p))
		lines = append(lines, strings.ToUpper(hex.EncodeToString(sum[:]))[:digits]+end)
	}
	slices.Sort(lines)
	path := filepath.Join(t.TempDir(), "breached.txt")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAPasswordOfTheBreachedFileIsRefused(t *testing.T) {
	for name, form := range map[string]struct {
		digits int
		end    string
	}{"hashes with counts": {40, ":3\r\n"}, "counts of different lengths": {40, ":%d\n"}, "hashes alone": {40, "\n"}, "beginnings of hashes": {16, "\n"}} {
		for _, size := range []int{1, 2, 3, 7, 1000} {
			t.Run(fmt.Sprintf("%s, %d lines", name, size), func(t *testing.T) {
				var known []string
				for i := range size {
					known = append(known, fmt.Sprintf("lamp %d under the oak", i))
				}
				end := form.end
				if strings.Contains(end, "%d") {
					end = fmt.Sprintf(end, size*size*size)
				}
				list, err := OpenBreached(breachedFile(t, known, form.digits, end))
				if err != nil {
					t.Fatal(err)
				}
				defer list.Close()
				for _, password := range known {
					if found, err := list.Contains(password); err != nil || !found {
						t.Fatalf("%q: %v, %v", password, found, err)
					}
				}
				for i := range 100 {
					if found, err := list.Contains(fmt.Sprintf("other %d", i)); err != nil || found {
						t.Fatalf("a password that is not in the file: %v, %v", found, err)
					}
				}
			})
		}
	}
}

func TestFilesThatAreNoBreachListAreRefused(t *testing.T) {
	for name, text := range map[string]string{"passwords in clear": "password\n123456\n", "empty": "", "another hash": strings.Repeat("a", 64) + "\n",
		"not sorted":      strings.Repeat("F", 40) + ":1\n" + strings.Repeat("A", 40) + ":1\n",
		"lengths differ":  strings.Repeat("A", 40) + "\n" + strings.Repeat("B", 39) + "\n",
		"a line too long": strings.Repeat("A", 40) + ":" + strings.Repeat("1", 1000) + "\n" + strings.Repeat("B", 40) + "\n"} {
		path := filepath.Join(t.TempDir(), "list.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenBreached(path); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenBreached(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there")
	}
}

func FuzzAnyFileIsSearchedOrRefused(f *testing.F) {
	f.Add([]byte(strings.Repeat("A", 40) + ":1\r\n" + strings.Repeat("B", 40) + ":22\r\n"))
	f.Add([]byte("\n\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "list.txt")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := OpenBreached(path)
		if err != nil {
			return
		}
		defer list.Close()
		if found, err := list.Contains("a password that no fuzzer hashes"); err == nil && found {
			t.Fatal("found")
		}
	})
}
