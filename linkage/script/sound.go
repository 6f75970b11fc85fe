package script

import "strings"

// Joined is the text without spaces.
func Joined(s string) string { return strings.ReplaceAll(s, " ", "") }

// SoundKey is how a folded name sounds, roughly and in Latin letters: romanised, joined, with letters that are often
// written for each other made one, doubled letters single, and of the vowels only the
// first, by its place in the mouth. Names that differ only in spelling mostly share it.
func SoundKey(s string) string {
	if IsHan(s) {
		return Pinyin(s)
	}
	latin := Joined(Romanise(s))
	if isDigits(latin) {
		return latin
	}
	key := make([]byte, 0, len(latin))
	voiced := false
	for i := 0; i < len(latin); i++ {
		c, skip := soundAt(latin, i)
		i += skip
		if c == 0 || len(key) > 0 && key[len(key)-1] == c {
			continue
		}
		if vowel := vowelClass(c); vowel != 0 {
			if voiced {
				continue
			}
			voiced, c = true, vowel
		}
		key = append(key, c)
	}
	return string(key)
}

// vowelClass makes one of the vowels that are written for each other, 0 for consonants.
func vowelClass(c byte) byte {
	switch c {
	case 'a':
		return 'a'
	case 'e', 'i', 'y':
		return 'e'
	case 'o', 'u':
		return 'o'
	}
	return 0
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// pairs of letters that stand for one sound.
var digraphs = map[string]byte{
	"ph": 'f', "ck": 'k', "th": 't', "kh": 'k', "gh": 'g', "sh": 's', "zh": 'z', "ch": 'c', "wh": 'w', "kn": 'n', "wr": 'r',
}

// soundAt gives the sound that begins at letter i (0 for none) and the letters beyond it that it takes up.
func soundAt(s string, i int) (sound byte, skip int) {
	if i+1 < len(s) {
		if c, ok := digraphs[s[i:i+2]]; ok {
			return c, 1
		}
	}
	switch c := s[i]; c {
	case 'q':
		return 'k', 0
	case 'c':
		if i+1 < len(s) && (s[i+1] == 'e' || s[i+1] == 'i' || s[i+1] == 'y') {
			return 's', 0
		}
		return 'k', 0
	case 'z':
		return 's', 0
	case 'j':
		return 'j', 0
	case 'v':
		return 'v', 0
	case 'h':
		if i > 0 {
			return 0, 0
		}
		return 'h', 0
	default:
		return c, 0
	}
}

// IsShortForm says whether one folded name is an initial or the beginning of the other: "m" or "rob" for "robert".
func IsShortForm(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a != "" && strings.HasPrefix(b, a) && (len(a) == 1 || len(a) >= 3)
}

// Consonants is a key that a name shares with most of its spellings in other scripts: the romanised consonants,
// with those that scripts tell apart differently made one.
func Consonants(s string) string {
	latin := Joined(Romanise(s))
	var key []byte
	for i := 0; i < len(latin); i++ {
		c, skip := soundAt(latin, i)
		i += skip
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y', 'w', 'h', 0:
			continue
		case 'b', 'p', 'v', 'f':
			c = 'b'
		case 'c', 's', 'z', 'j', 'x':
			c = 's'
		case 'g', 'k':
			c = 'k'
		case 'd', 't':
			c = 't'
		}
		if len(key) == 0 || key[len(key)-1] != c {
			key = append(key, c)
		}
	}
	if len(key) == 0 {
		return latin
	}
	return string(key)
}
