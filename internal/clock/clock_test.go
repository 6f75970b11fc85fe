package clock

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(t testing.TB, text string) Day {
	t.Helper()
	d, err := ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDaysAreCountedFrom1970(t *testing.T) {
	for text, want := range map[string]Day{"1970-01-01": 0, "1969-12-31": -1, "2014-12-31": 16435, "0001-01-01": -719162, "9999-12-31": 2932896} {
		if got := day(t, text); got != want || got.String() != text {
			t.Errorf("%s is day %d (%s), want %d", text, got, got, want)
		}
	}
	for _, text := range []string{"", "2014-2-3", "2014-02-30", "31.12.2014", "2014-12-31T00:00:00Z", "0000-01-01", "20141231", " 2014-12-31"} {
		if got, err := ParseDay(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestEveryDayIsReadBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Day(rapid.Int64Range(-719162, 2932896).Draw(t, "day"))
		got, err := ParseDay(want.String())
		if err != nil || got != want {
			t.Fatalf("%d written %s, read %d, %v", want, want, got, err)
		}
		if back := Date(want.Civil()); back != want {
			t.Fatalf("%s taken apart and put together is %s", want, back)
		}
		if noon := want.Start(time.UTC).Add(12 * time.Hour); noon.Day(time.UTC) != want {
			t.Fatalf("noon of %s is on %s", want, noon.Day(time.UTC))
		}
	})
}

func TestMonthsEndWhereTheCalendarEndsThem(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2014-01-31", 1, "2014-02-28"}, {"2012-01-31", 1, "2012-02-29"}, {"2014-03-31", -1, "2014-02-28"}, {"2014-12-15", 1, "2015-01-15"},
		{"2012-02-29", 12, "2013-02-28"}, {"2012-02-29", 48, "2016-02-29"}, {"1970-01-31", -2, "1969-11-30"}, {"2014-10-31", 13, "2015-11-30"},
	} {
		if got := day(t, c.from).AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.months, got, c.want)
		}
	}
	if got := day(t, "2012-02-29").AddYears(1); got.String() != "2013-02-28" {
		t.Errorf("a year after 2012-02-29: %s", got)
	}
}

func TestAgeCountsCompletedYears(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"1968-06-15", "2014-06-14", 45}, {"1968-06-15", "2014-06-15", 46}, {"2012-02-29", "2013-02-28", 0}, {"2012-02-29", "2013-03-01", 1},
		{"2014-12-31", "2014-12-31", 0}, {"2014-12-31", "2014-12-30", -1},
	} {
		if got := Age(day(t, c.birth), day(t, c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
}

func TestMomentsKnowTheirDayInEveryZone(t *testing.T) {
	at, err := ParseTime("2014-12-31T17:30:00.123456Z")
	if err != nil {
		t.Fatal(err)
	}
	east := time.FixedZone("east", 8*3600)
	if at.String() != "2014-12-31T17:30:00.123456Z" || at.Day(time.UTC) != 16435 || at.Day(east) != 16436 {
		t.Errorf("%s is on %s in UTC and %s in the east", at, at.Day(time.UTC), at.Day(east))
	}
	if start := Day(16436).Start(east); start.String() != "2014-12-31T16:00:00.000000Z" {
		t.Errorf("the day begins in the east at %s", start)
	}
	if offset, err := ParseTime("2015-01-01T01:30:00.123456+08:00"); err != nil || offset != at {
		t.Errorf("with an offset: %s, %v", offset, err)
	}
	if midnight, err := ParseTime("2014-12-31"); err != nil || midnight != 16435*86400e6 {
		t.Errorf("a day alone: %s, %v", midnight, err)
	}
	if _, err = ParseTime("yesterday"); err == nil {
		t.Error("yesterday was read")
	}
}

func TestTimesAndDaysAreTextInJSON(t *testing.T) {
	type record struct {
		At Time
		On Day
	}
	want := record{At: 1_420_000_000_000_001, On: 16435}
	data, err := json.Marshal(want)
	if err != nil || string(data) != `{"At":"2014-12-31T04:26:40.000001Z","On":"2014-12-31"}` {
		t.Fatalf("%s, %v", data, err)
	}
	var got record
	if err = json.Unmarshal(data, &got); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestClocksStandRunAndAreMoved(t *testing.T) {
	still := Fixed(5)
	moved := Offset(still, 1000)
	still.Set(8)
	if still.Now() != 8 || moved.Now() != 1003 {
		t.Errorf("still %d, moved %d", still.Now(), moved.Now())
	}
	if Time(2_000_000).Sub(500_000) != 1500*time.Millisecond {
		t.Error("the time between two moments is wrong")
	}
	if before, after := System().Now(), FromGo(time.Now()); before > after {
		t.Errorf("the system clock shows %s after %s", before, after)
	}
}

func FuzzDaysAreReadOnlyAsTheyAreWritten(f *testing.F) {
	f.Add("2014-12-31")
	f.Add("2014-02-29")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDay(text); err == nil && d.String() != text {
			t.Fatalf("%q was read as %s", text, d)
		}
	})
}
