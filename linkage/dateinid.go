package linkage

// span is where in a number a date stands; none has the end 0.
type span struct{ from, to int }

// dateInID finds the date of birth in numbers of which the form has one: 18 digits with the day after the area
// (GB 11643-1999; its last place may be a letter), the 15 digits before that, whose years have two digits, and 16 digits
// with day, month and year after the area, to whose day women add 40 (NIK).
func dateInID(id string) span {
	if len(id) < 15 || !isDigits(id[:len(id)-1]) {
		return span{}
	}
	two := func(at int) int { return 10*int(id[at]-'0') + int(id[at+1]-'0') }
	switch len(id) {
	case 18:
		if century := two(6); (century == 19 || century == 20) && dayOfYear(two(10), two(12)) {
			return span{6, 14}
		}
	case 16:
		if day := two(6); dayOfYear(two(8), day) || dayOfYear(two(8), day-40) {
			return span{6, 12}
		}
	case 15:
		if dayOfYear(two(8), two(10)) {
			return span{6, 12}
		}
	}
	return span{}
}

func dayOfYear(month, day int) bool { return month >= 1 && month <= 12 && day >= 1 && day <= 31 }
