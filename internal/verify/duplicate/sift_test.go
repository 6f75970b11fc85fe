package duplicate_test

import (
	"os"
	"slices"
	"testing"

	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store/storetest"
	"rightkey/internal/verify/duplicate"
	"rightkey/test/register"
	"rightkey/test/stand"
)

func TestWhoIsLeftOutBeforeTheHouseholdIsReadWasDifferentAnyway(t *testing.T) {
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../policy/testdata"), "ostania")
	coast(t, r, 1500)
	found := 0
	for i, known := range someOf(t, r, 400) {
		who := registry.Identity{Area: known.Area, Name: known.Name, Sex: known.Sex, Birth: known.Birth}
		switch i % 4 {
		case 1:
			who.Name += "n"
		case 2:
			who.Name = who.Name[1:] + who.Name[:1]
			who.Household, who.ID = known.Household, known.ID+1
		case 3:
			year, month, _ := known.Birth.Civil()
			born := clock.Date(year, month, 1+i%28)
			who.Birth = &born
		}
		switch i / 4 % 4 {
		case 1:
			who.NationalID = known.NationalID
		case 2:
			who.NationalID = slipped(known.NationalID, 1)
		case 3:
			who.NationalID = slipped(known.NationalID, 5)
		}
		sifted, all, err := r.Duplicates.AlikeBothWays(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		same := func(a, b duplicate.Alike) bool {
			return a.Person.ID == b.Person.ID && a.Person.Household == b.Person.Household && a.Zone == b.Zone && a.Pair.Weight == b.Pair.Weight
		}
		if !slices.EqualFunc(sifted, all, same) {
			t.Fatalf("%d persons alike, %d when all are read", len(sifted), len(all))
		}
		found += len(all)
	}
	if found < 300 {
		t.Fatalf("%d persons alike were found in 400 looks", found)
	}
}

// slipped is a number with so many of its digits changed, from the second on.
func slipped(number string, digits int) string {
	letters := []byte(number)
	for i := 1; i < len(letters) && digits > 0; i++ {
		if letters[i] >= '0' && letters[i] <= '9' {
			letters[i] = '0' + (letters[i]-'0'+3)%10
			digits--
		}
	}
	return string(letters)
}
