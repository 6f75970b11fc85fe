package linkage

import "rightkey/linkage/similar"

// compareDates compares two different dates of eight digits. Where one side knows only the year, equal years count
// as within a month and neighbouring ones as within a year, since estimated ages are often one off.
func compareDates(a, b string) uint8 {
	yearA, monthA, dayA := splitDate(a)
	yearB, monthB, dayB := splitDate(b)
	years := abs(yearA - yearB)
	if monthA == 0 || monthB == 0 || dayA == 0 || dayB == 0 {
		return compareVagueDates(years, monthA, monthB)
	}
	edits := digitSlips(a, b)
	if edits == 1 || yearA == yearB && monthA == dayB && dayA == monthB {
		return 1
	}
	days := abs(dayNumber(yearA, monthA, dayA) - dayNumber(yearB, monthB, dayB))
	switch {
	case days <= 31:
		return 2
	case days <= 366:
		return 3
	case edits == 2:
		return 4
	case days <= 3653:
		return 5
	}
	return 6
}

// digitSlips counts differing digits, two neighbours changed over as one.
func digitSlips(a, b string) int {
	slips := 0
	for i := 0; i < len(a); i++ {
		if a[i] == b[i] {
			continue
		}
		slips++
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] {
			i++
		}
	}
	return slips
}

func compareVagueDates(years, monthA, monthB int) uint8 {
	bothMonths := monthA != 0 && monthB != 0
	switch {
	case years == 0 && (!bothMonths || monthA == monthB):
		return 2
	case years <= 1:
		return 3
	case years <= 10:
		return 5
	}
	return 6
}

func splitDate(s string) (year, month, day int) {
	number := func(s string) (n int) {
		for i := range len(s) {
			n = 10*n + int(s[i]-'0')
		}
		return n
	}
	return number(s[:4]), number(s[4:6]), number(s[6:8])
}

// dayNumber counts days on a calendar of 372-day years: exact enough for distances, and impossible dates fit.
func dayNumber(year, month, day int) int { return (year*12+month)*31 + day }

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// compareYears compares two different years of four digits.
func compareYears(a, b string) uint8 {
	yearA, _, _ := splitDate(a + "0000")
	yearB, _, _ := splitDate(b + "0000")
	apart := abs(yearA - yearB)
	switch {
	case apart == 1:
		return 1
	case similar.Edits(a, b, 1) == 1:
		return 2
	case apart <= 10:
		return 3
	}
	return 4
}
