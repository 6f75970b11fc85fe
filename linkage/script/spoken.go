package script

// SpokenOrder puts the vowel signs of the scripts at U+0E00 to U+0EFF (ISO 15924 Thai and Laoo) that are written before their consonant behind it, in the order in
// which they are spoken and romanised.
func SpokenOrder(s string) string {
	letters := []rune(s)
	for i := 0; i+1 < len(letters); i++ {
		if leadingVowel(letters[i]) {
			letters[i], letters[i+1] = letters[i+1], letters[i]
			i++
		}
	}
	return string(letters)
}

func leadingVowel(c rune) bool { return c >= 0x0EC0 && c <= 0x0EC4 || c >= 0x0E40 && c <= 0x0E44 }
