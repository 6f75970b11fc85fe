package linkage

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestValuesAreNormalisedByKind(t *testing.T) {
	for _, c := range []struct {
		kind      Kind
		raw, want string
	}{
		{Date, "1971-06-24", "19710624"}, {Date, "24/06/1971", "19710624"}, {Date, "6/24/1971", "19710624"}, {Date, "19710624", "19710624"},
		{Date, "1971", "19710000"}, {Date, "1971-06", "19710600"}, {Date, "1971-06-24T00:00:00Z", "19710624"}, {Date, "soon", ""},
		{Date, "2/2", ""}, {Date, "24-Jun-1971", "19710624"}, {Date, "June 24, 1971", "19710624"}, {Date, "24 juin 1971", "19710624"}, {Date, "7 Agustus 1945", "19450807"}, {Date, "۱۹۷۱-۰۶-۲۴", "19710624"},
		{Sex, "Female", "f"}, {Sex, "男", "m"}, {Sex, "other", "other"}, {Sex, "N/A", ""},
		{ID, "35202-6789012-3", "3520267890123"}, {ID, "000000", ""}, {ID, "123456789", ""}, {ID, "ab 12 x", "AB12X"},
		{Phone, "+1 (202) 555-0173", "2025550173"}, {Phone, "0202 5550173", "2025550173"}, {Phone, "11", ""},
		{Month, "07", "7"}, {Month, "13", ""}, {Year, "1971", "1971"}, {Day, "x", ""},
		{Code, "tq13 8df", "TQ138DF"}, {Given, "Dr. Anna", "anna"}, {Text, "null", ""},
	} {
		if got := normalise(c.kind, c.raw); got != c.want {
			t.Errorf("%s %q = %q, want %q", c.kind, c.raw, got, c.want)
		}
	}
}

func TestDatesAreComparedByTheSlipsThatClerksMake(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"19710624", "19710634", "one slip"}, {"19710624", "19710642", "one slip"}, {"19710506", "19710605", "one slip"},
		{"19710624", "19710701", "within a month"}, {"19710624", "19720113", "within a year"}, {"19710624", "19781211", "within ten years"},
		{"19710624", "19310724", "two slips"}, {"19710624", "19991111", "different"}, {"19710000", "19710624", "within a month"},
	} {
		if got := levelNames[Date][compareDates(c.a, c.b)]; got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func TestEveryComparisonIsSymmetricAndInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := Kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind"))
		value := rapid.OneOf(rapid.StringMatching(`[a-d ]{1,9}`), rapid.StringMatching(`[0-9]{1,10}`), rapid.StringMatching(`[0-9]{4}-[0-1][0-9]-[0-3][0-9]`), rapid.StringMatching(`[一-三]{1,4}`))
		a, b := normalise(kind, value.Draw(t, "a")), normalise(kind, value.Draw(t, "b"))
		if a == "" || b == "" || a == b {
			return
		}
		one, two := comparers[kind](a, b), comparers[kind](b, a)
		if one == same || int(one) >= len(levelNames[kind]) {
			t.Fatalf("%s %q and %q: level %d of %d", kind, a, b, one, len(levelNames[kind]))
		}
		if one != two && kind != Given && kind != Surname && kind != Name && kind != Address && kind != Text && kind != Place {
			t.Fatalf("%s %q and %q: %d one way, %d the other", kind, a, b, one, two)
		}
	})
}

func TestEveryKindHasAsManyGuessesAsLevels(t *testing.T) {
	for k := range kinds {
		if len(levelNames[k]) != len(guessM[k]) || len(levelNames[k]) > mostLevels || k.String() == "" {
			t.Errorf("%s has %d levels and %d guesses", k, len(levelNames[k]), len(guessM[k]))
		}
	}
}

func TestKindsAreGuessedFromNamesAndValues(t *testing.T) {
	header := []string{"rec_id", "First Name", "familyName", "DOB", "birth_place", "zip", "Gender", "mobile no", "x1", "x2", "constant"}
	rows := [][]string{
		{"1", "Ann", "Li", "1970-01-02", "Lund", "111", "F", "070 1234567", "1999-01-01", "red", "z"},
		{"2", "Bo", "Wu", "1971-03-04", "Mora", "222", "M", "070 7654321", "1998-01-01", "blue", "z"},
	}
	want := []Field{
		{"First Name", Given}, {"familyName", Surname}, {"DOB", Date}, {"birth_place", Place}, {"zip", Code}, {"Gender", Sex},
		{"mobile no", Phone}, {"x1", Date}, {"x2", Text},
	}
	got := Guess(header, rows)
	if len(got) != len(want) {
		t.Fatalf("Guess = %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("column %q is guessed as %s, want %s", want[i].Name, got[i].Kind, want[i].Kind)
		}
	}
}

func TestCalibrationRisesWithTheWeight(t *testing.T) {
	var judged []Judged
	for w := -30; w < 30; w++ {
		judged = append(judged, Judged{float64(w), w > 5 || w%7 == 0})
	}
	m := Model{Calibration: Calibrate(judged)}
	if m.Calibration == nil {
		t.Fatal("no calibration from 60 decisions")
	}
	last := 0.0
	for w := -40.0; w < 40; w += .5 {
		p := m.calibrated(w)
		if p < last || p < 0 || p > 1 {
			t.Fatalf("probability %v at weight %v after %v", p, w, last)
		}
		last = p
	}
	if Calibrate(judged[:5]) != nil {
		t.Error("five decisions make a calibration")
	}
}

func FuzzNormaliseNeverFails(f *testing.F) {
	f.Add("1971-06-24")
	f.Add("۱۹۷۱/٠٦")
	f.Fuzz(func(t *testing.T, s string) {
		for k := range kinds {
			if clean := normalise(k, s); k == Date && clean != "" && len(clean) != 8 {
				t.Fatalf("date %q = %q", s, clean)
			}
		}
	})
}

func FuzzComparisonsNeverFail(f *testing.F) {
	f.Add("محمد", "muhammad")
	f.Add("ʿali", "علی")
	f.Add("王小明", "ສົມຈິດ")
	f.Fuzz(func(t *testing.T, a, b string) {
		for k := range kinds {
			x, y := normalise(k, a), normalise(k, b)
			if x == "" || y == "" || x == y {
				continue
			}
			if level := comparers[k](x, y); int(level) >= len(levelNames[k]) {
				t.Fatalf("%s %q and %q: level %d", k, x, y, level)
			}
		}
	})
}

func FuzzParseField(f *testing.F) {
	f.Add("a:b:given")
	f.Fuzz(func(t *testing.T, s string) {
		field, err := ParseField(s)
		if err == nil && field.Name+":"+field.Kind.String() != s {
			t.Fatalf("%q is read as %v", s, field)
		}
	})
}

func FuzzAModelFromOutsideIsRefusedOrUsable(f *testing.F) {
	f.Add([]byte(`{"norm_version":3,"fields":[{"name":"a","kind":"sex","m":[1,1],"u":[1,1],"levels":["same","different"]}],"rules":[["a.same"]],"prior":0.1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Model
		if json.Unmarshal(data, &m) != nil {
			return
		}
		x, err := NewMatcher(&m)
		if err != nil {
			return
		}
		record := x.Normalise(make([]string, len(m.Fields)))
		x.Keys(record)
		x.Compare(record, record)
	})
}
