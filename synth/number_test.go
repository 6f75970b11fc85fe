package synth

import (
	"fmt"
	"testing"
)

func TestWhereABirthdayHasNoSerialLeftSomebodyWasBornInAnotherDistrict(t *testing.T) {
	n := Numbers{of: Numbering{Within: 4, Outside: 3, Make: func(_ *Person, v Area, serial int) string { return fmt.Sprint(v.Code[:4], "-", serial) }}}
	village := Area{Code: "990124"}
	var list []*Household
	for range 4 {
		list = append(list, &Household{Village: village, Members: make([]Person, 2)})
	}
	n.Number(list)
	var got []string
	for _, h := range list {
		for _, p := range h.Members {
			got = append(got, p.Number)
		}
	}
	if want := "[9901-0 9901-1 9901-2 9999-0 9999-1 9999-2 9998-0 9998-1]"; fmt.Sprint(got) != want {
		t.Errorf("numbers %v, want %s", got, want)
	}
}
