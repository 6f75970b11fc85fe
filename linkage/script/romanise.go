package script

import (
	"strings"
	"unicode"
)

// Romanise writes a folded name in Latin letters, letter by letter: good enough to find names that may be the same
// and to make sound keys. Whether two spellings are one name is judged by package translit.
func Romanise(s string) string {
	if foldedASCII(s) {
		return s
	}
	if IsHan(s) {
		return Pinyin(s)
	}
	var out strings.Builder
	for _, c := range SpokenOrder(s) {
		switch latin, known := letterSounds[c]; {
		case known:
			out.WriteString(latin)
		case unicode.Is(unicode.Han, c):
			out.WriteString(readingOf(c))
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

func foldedASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// letterSounds are the commonest Latin spellings of the letters of Arabic and Urdu (as folded) and of Laoo.
var letterSounds = soundsOf(
	"ا a ب b پ p ت t ٹ t ث s ج j چ ch ح h خ kh د d ڈ d ذ z ر r ڑ r ز z ژ zh س s ش sh ص s ض z ط t ظ z ع a غ gh " +
		"ف f ق q ک k گ g ل l م m ن n ں n و w ہ h ی y ے e " +
		"ກ k ຂ kh ຄ kh ງ ng ຈ ch ສ s ຊ x ຍ ny ດ d ຕ t ຖ th ທ th ນ n ບ b ປ p ຜ ph ຝ f ພ ph ຟ f ມ m ຢ y ຣ r ລ l ວ v ຫ h ອ o ຮ h " +
		"ະ a ັ a າ a ິ i ີ i ຶ eu ື eu ຸ ou ູ ou ົ o ຼ l ຽ ia ເ e ແ e ໂ o ໃ ai ໄ ai ໍ o")

func soundsOf(text string) map[rune]string {
	table := map[rune]string{}
	words := strings.Fields(text)
	for i := 0; i+1 < len(words); i += 2 {
		table[[]rune(words[i])[0]] = words[i+1]
	}
	return table
}
