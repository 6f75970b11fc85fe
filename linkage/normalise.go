package linkage

import (
	"strings"

	"rightkey/linkage/kin"
	"rightkey/linkage/script"
)

// NormVersion names the rules of normalisation; keys and models made under another version must be made anew.
const NormVersion = 3

// normalise returns the comparable form of a raw value, "" where it says nothing.
func normalise(kind Kind, raw string) string {
	raw = strings.TrimSpace(raw)
	if isBlank(raw) {
		return ""
	}
	switch kind {
	case Given, Surname:
		return kin.Part(raw)
	case Name:
		return kin.Full(raw).String()
	case Date:
		return normaliseDate(raw)
	case Year:
		return normaliseSmall(raw, 1000, 9999)
	case Month:
		return normaliseSmall(raw, 1, 12)
	case Day:
		return normaliseSmall(raw, 1, 31)
	case Sex:
		return normaliseSex(raw)
	case ID:
		return normaliseID(raw)
	case Phone:
		return normalisePhone(raw)
	case Code:
		return script.FoldNumber(raw)
	}
	return script.Fold(raw)
}

// isBlank knows the words by which files say that a value is missing.
func isBlank(s string) bool {
	if len(s) > 7 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "na", "n/a", "nan", "null", "none", "nil", "unknown", "-", "--", ".", "?", "\\n":
		return true
	}
	return false
}

// normaliseSmall returns a number without leading zeros if it lies between least and most.
func normaliseSmall(raw string, least, most int) string {
	digits := strings.TrimSuffix(script.Fold(raw), " 0")
	value := 0
	for _, c := range digits {
		if c < '0' || c > '9' || value > most {
			return ""
		}
		value = 10*value + int(c-'0')
	}
	if value < least || value > most {
		return ""
	}
	return strings.TrimLeft(digits, "0")
}

// sexWords maps what forms write to m and f.
var sexWords = map[string]string{
	"m": "m", "male": "m", "man": "m", "boy": "m", "1": "m", "男": "m", "مرد": "m", "ຊາຍ": "m",
	"f": "f", "female": "f", "woman": "f", "girl": "f", "2": "f", "女": "f", "عورت": "f", "ຍິງ": "f",
}

func normaliseSex(raw string) string {
	word := script.Fold(raw)
	if short, ok := sexWords[word]; ok {
		return short
	}
	return word
}

// normaliseID drops separators and placeholder numbers: all digits equal, or counting up from one.
func normaliseID(raw string) string {
	id := script.FoldNumber(raw)
	if len(id) < 3 || strings.Count(id, id[:1]) == len(id) || len(id) > 5 && strings.HasPrefix("12345678901234567890", id) {
		return ""
	}
	return id
}

// normalisePhone keeps the last ten digits, which leaves out trunk and international prefixes.
func normalisePhone(raw string) string {
	digits := make([]byte, 0, 16)
	for _, c := range script.Fold(raw) {
		if c >= '0' && c <= '9' {
			digits = append(digits, byte(c))
		}
	}
	if len(digits) < 5 || strings.Count(string(digits), string(digits[:1])) == len(digits) {
		return ""
	}
	trimmed := strings.TrimLeft(string(digits), "0")
	return trimmed[max(0, len(trimmed)-10):]
}

// normaliseDate returns a date as eight digits, year month day, with zeros for what is unknown.
func normaliseDate(raw string) string {
	var part [3]int
	var width [3]int
	n, inside := 0, false
	text := monthNumbers(script.Fold(raw))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c < '0' || c > '9' {
			if c == 't' && n == 3 && inside {
				break // the time of day follows
			}
			inside = false
			continue
		}
		if !inside {
			if n == 3 {
				break
			}
			n, inside = n+1, true
		}
		part[n-1] = 10*part[n-1] + int(c-'0')
		width[n-1]++
		if width[n-1] > 8 {
			return ""
		}
	}
	switch {
	case n == 1 && width[0] == 8:
		part = [3]int{part[0] / 10000, part[0] / 100 % 100, part[0] % 100}
	case n == 1 && width[0] == 6:
		part = [3]int{part[0] / 100, part[0] % 100, 0}
	case n == 1 && width[0] == 4:
		part = [3]int{part[0], 0, 0}
	case n == 2 && width[0] == 4:
		part[2] = 0
	case n == 3 && width[0] > 2:
	case n == 3 && width[2] == 4:
		part[0], part[2] = part[2], part[0]
		if part[1] > 12 {
			part[1], part[2] = part[2], part[1]
		}
	default:
		return ""
	}
	return dateDigits(part[0], part[1], part[2])
}

// monthNames are the first three letters of the months' names in languages written in Latin letters.
var monthNames = map[string]string{
	"jan": "01", "feb": "02", "fev": "02", "mar": "03", "apr": "04", "avr": "04", "abr": "04", "may": "05", "mai": "05", "mei": "05",
	"jun": "06", "jul": "07", "aug": "08", "agu": "08", "ago": "08", "aou": "08", "sep": "09", "oct": "10", "okt": "10", "out": "10",
	"nov": "11", "dec": "12", "des": "12", "dez": "12", "dic": "12",
}

// monthNumbers writes a month's name in a folded date as its number, in the middle: "jan 5 1970" is "5 01 1970".
func monthNumbers(text string) string {
	words := strings.Fields(text)
	if len(words) != 3 {
		return text
	}
	for i, word := range words {
		if len(word) < 3 || len(word) > 10 {
			continue
		}
		number, ok := monthNames[word[:3]]
		if strings.HasPrefix(word, "juin") {
			number = "06"
		}
		if ok || number != "" {
			words[i], words[1] = words[1], number
			return strings.Join(words, " ")
		}
	}
	return text
}

// dateDigits writes a date; an impossible month or day stays as written, since it is a typing error that the other
// record may share or nearly share.
func dateDigits(year, month, day int) string {
	if year < 1 || year > 9999 || month > 99 || day > 99 {
		return ""
	}
	digits := make([]byte, 8)
	for i, value := 7, year*10000+month*100+day; i >= 0; i-- {
		digits[i] = byte('0' + value%10)
		value /= 10
	}
	return string(digits)
}
