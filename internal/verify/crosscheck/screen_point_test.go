package crosscheck_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/verify/crosscheck"
	"rightkey/test/hamlets"
	"rightkey/test/register"
)

// degrees is how many degrees of latitude some metres are.
func degrees(metres float64) float64 { return metres / 111_320 }

// stands puts the house of a household so many metres north of the village's well.
func stands(t *testing.T, r *register.Register, n int, key string, metres float64) {
	t.Helper()
	plant(t, r, fmt.Sprintf("INSERT INTO dwelling (home, id, household, from_day, lat, lon) SELECT home, %d, id, 0, %f, 105.5 FROM alias WHERE kind = 'household' AND key = '%s'", 900101+n, 26.1+degrees(metres), key))
}

// pictured adds a photo of a household that was taken so many metres north of the well.
func pictured(t *testing.T, r *register.Register, n int, key, kind string, metres float64) {
	t.Helper()
	plant(t, r, fmt.Sprintf(`INSERT INTO attachment (home, id, subject, subject_kind, household, area, owner, token, kind, type, size, width, height, pages, state, added, account, likeness, lat, lon)
		SELECT home, %d, id, 'household', id, 11001001, id, 'token%d', '%s', 'image/jpeg', 1, 1, 1, 0, 'clean', 0, 3, 0, %f, 105.5 FROM alias WHERE kind = 'household' AND key = '%s'`, 910101+n, n, kind, 26.1+degrees(metres), key))
}

// Houses of a village stand 100 m apart. Two photos were taken at one point though the houses are no neighbours (n40, n49)
// or one house is not on the map (n43, n48), one far from its house (n45); neighbours stood on one spot (n41, n42), a certificate was
// photographed in the office (n46), and a house was moved since its photo was taken (n47).
func TestPhotosTakenAtOnePointOrFarFromTheirHouseAreRaisedAndThoseOfNeighboursAreNot(t *testing.T) {
	files := hamlets.Country(t)
	checks := files["ostania/checks.yaml"]
	checks.Data = []byte(strings.Replace(string(checks.Data), "    within: 2\n", "    within: 2\n    apart: 500\n", 1))
	hamlets.Under(t, files, register.Areas, func(t *testing.T, r *register.Register) {
		households := "key,area,status,nets,catch\n"
		for i := range 20 {
			households += fmt.Sprintf("n%d,11001001,stranded,1,10\n", 30+i)
		}
		mapping := register.Households
		mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value"}
		r.ImportCSV(t, mapping, households)
		for i := range 20 {
			if i != 13 {
				stands(t, r, i, fmt.Sprint("n", 30+i), float64(100*i))
			}
		}
		for n, one := range []struct {
			key, kind string
			metres    float64
		}{{"n30", "house_photo", 0}, {"n40", "house_photo", 1450}, {"n49", "house_photo", 1450.5}, {"n40", "family_photo", 700}, {"n48", "family_photo", 1400}, {"n43", "house_photo", 1401},
			{"n45", "family_photo", 2100}, {"n41", "house_photo", 1150}, {"n42", "house_photo", 1151}, {"n46", "certificate", 9000}, {"n47", "house_photo", 5000}} {
			pictured(t, r, n, one.key, one.kind, one.metres)
		}
		plant(t, r, fmt.Sprintf("INSERT INTO dwelling (home, id, household, from_day, to_day, lat, lon) SELECT home, 900201, id, 0, 50, %f, 105.5 FROM alias WHERE kind = 'household' AND key = 'n47'", 26.1+degrees(5100)))
		want := []string{"G03 n40", "G03 n43", "G03 n45 600", "G03 n48", "G03 n49"}
		screened(t, r)
		if got := pointed(t, r); !slices.Equal(got, want) {
			t.Errorf("raised %v, want %v", got, want)
		}
	})
}

// pointed are the leads by points, with how far away a photo was taken.
func pointed(t *testing.T, r *register.Register) (found []string) {
	t.Helper()
	for _, l := range leads(t, r) {
		signs, err := crosscheck.SignsOf(l)
		if err != nil {
			t.Fatal(err)
		}
		text := l.Rule + " " + keyOf(t, r, l.Household)
		if signs.Away > 0 {
			text += fmt.Sprint(" ", signs.Away)
		}
		found = append(found, text)
	}
	slices.Sort(found)
	return found
}
