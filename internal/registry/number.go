package registry

import (
	"fmt"
	"strconv"
)

// Number is the permanent number of the household or person with this identifier: the identifier in at least eleven
// digits and a check digit (ISO/IEC 7812, Luhn), so that a slip in reading it aloud is noticed.
func Number(id int64) string {
	digits := fmt.Sprintf("%011d", id)
	return digits + string('0'+luhn(digits))
}

// ParseNumber returns the identifier of a number; false if it is no number or the check digit is wrong.
func ParseNumber(text string) (int64, bool) {
	if len(text) < 12 || len(text) > 17 {
		return 0, false
	}
	body, check := text[:len(text)-1], text[len(text)-1]
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	id, err := strconv.ParseInt(body, 10, 64)
	if err != nil || id <= 0 || id >= 1<<53 || '0'+luhn(body) != check || Number(id) != text {
		return 0, false
	}
	return id, true
}

// luhn is the check digit that follows digits.
func luhn(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte((10 - sum%10) % 10)
}
