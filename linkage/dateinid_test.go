package linkage

import "testing"

func TestSlipsOfANumberAreCountedOutsideTheDateThatItHolds(t *testing.T) {
	const sameNumber, oneSlip, twoSlips, different = 0, 1, 2, 3
	for _, c := range []struct {
		why, a, b string
		want      uint8
	}{
		{"neighbours born on days that look alike", "990124197311291018", "990124197311291234", different},
		{"only the day differs", "990124197311291018", "990124197310291018", oneSlip},
		{"the check digit differs with the day", "990124197311291018", "990124197310291016", twoSlips},
		{"one wrong digit after the date", "990124197311291018", "990124197311291028", twoSlips},
		{"the last place is a letter", "99012419731129101X", "990124197311291018", twoSlips},
		{"day and month before the year, of a woman", "9901014805931001", "9901014905931001", oneSlip},
		{"one slip of 16 digits", "9901010805931001", "9901010805931011", twoSlips},
		{"years of two digits", "990124731129101", "990124741129101", oneSlip},
		{"no date in the number: one wrong digit", "0090110022443", "0090110022453", oneSlip},
		{"no date in the number: two wrong digits", "0090110022443", "0090110023453", twoSlips},
		{"a month 13 is no date", "990124197313291018", "990124197313291028", oneSlip},
		{"a date on one side only", "990124197311291018", "990124197313291018", oneSlip},
	} {
		if got := compareIDs(c.a, c.b); got != c.want {
			t.Errorf("%s: %s and %s are %q, not %q", c.why, c.a, c.b, levelNames[ID][got], levelNames[ID][c.want])
		}
		if compareIDs(c.a, c.b) != compareIDs(c.b, c.a) {
			t.Errorf("%s: %s and %s are judged by their order", c.why, c.a, c.b)
		}
	}
}
