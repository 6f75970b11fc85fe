package crypt

import (
	"strings"

	"rightkey/internal/fault"
)

// Check algorithms by the standard that defines them. A pack names the one of its numbers.
const (
	Mod11x2  = "iso7064-mod11-2"  // ISO/IEC 7064 pure system, digits and X
	Mod37x2  = "iso7064-mod37-2"  // ISO/IEC 7064 pure system, digits, letters and *
	Mod97x10 = "iso7064-mod97-10" // ISO/IEC 7064 pure system, two check digits; letters count 10 to 35
	Mod11x10 = "iso7064-mod11-10" // ISO/IEC 7064 hybrid system
	Luhn     = "luhn"             // ISO/IEC 7812-1 annex B
	Verhoeff = "verhoeff"         // J. Verhoeff, Error Detecting Decimal Codes, 1969
)

// CheckDigits says whether a normalised number, check characters at its end, agrees with the algorithm. The error,
// of kind invalid, never repeats the number.
func CheckDigits(algorithm, number string) error {
	var valid bool
	switch algorithm {
	case Mod11x2:
		valid = pureSystem(number, "0123456789X", 11)
	case Mod37x2:
		valid = pureSystem(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*", 37)
	case Mod97x10:
		valid = mod97(number)
	case Mod11x10:
		valid = mod11x10(number)
	case Luhn:
		valid = luhn(number)
	case Verhoeff:
		valid = verhoeff(number)
	default:
		return fault.New(fault.Invalid, "there is no check algorithm %q", algorithm)
	}
	if !valid {
		return fault.New(fault.Invalid, "the check digit does not agree with the number")
	}
	return nil
}

// pureSystem checks a pure system of ISO/IEC 7064 with radix 2; only the last character may be the alphabet's last.
func pureSystem(number, alphabet string, modulus int) bool {
	if len(number) < 2 {
		return false
	}
	sum := 0
	for i := range len(number) {
		value := strings.IndexByte(alphabet, number[i])
		if value < 0 || value == modulus-1 && i < len(number)-1 {
			return false
		}
		sum = (sum*2 + value) % modulus
	}
	return sum == 1
}

func mod97(number string) bool {
	if len(number) < 3 || !digits(number[len(number)-2:]) {
		return false
	}
	sum := 0
	for i := range len(number) {
		switch c := number[i]; {
		case c >= '0' && c <= '9':
			sum = (sum*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			sum = (sum*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return sum == 1
}

func mod11x10(number string) bool {
	if len(number) < 2 || !digits(number) {
		return false
	}
	product := 10
	for i := range len(number) - 1 {
		sum := (product + int(number[i]-'0')) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (product+int(number[len(number)-1]-'0'))%10 == 1
}

func luhn(number string) bool {
	if len(number) < 2 || !digits(number) {
		return false
	}
	sum := 0
	for i := range len(number) {
		value := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			value = value*2/10 + value*2%10
		}
		sum += value
	}
	return sum%10 == 0
}

// verhoeff multiplies the digits, permuted by their place, in the dihedral group of the pentagon.
func verhoeff(number string) bool {
	if len(number) < 2 || !digits(number) {
		return false
	}
	product := 0
	for i := range len(number) {
		value := int(number[len(number)-1-i] - '0')
		for range i % 8 {
			value = int("1576283094"[value] - '0')
		}
		product = dihedral(product, value)
	}
	return product == 0
}

// dihedral multiplies in the group of order ten: 0 to 4 are rotations, 5 to 9 reflections.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b)%5
	case b < 5:
		return 5 + (a-b+5)%5
	}
	return (a - b + 5) % 5
}

func digits(text string) bool { return strings.Trim(text, "0123456789") == "" }
