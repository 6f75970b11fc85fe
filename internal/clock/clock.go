// Package clock is the time as the system counts it: moments in UTC microseconds, days in whole days since
// 1970-01-01 of the Gregorian calendar. Nothing reads the time of the machine except System; everything else is
// passed a Clock, so that a test, a replay or --now moves the whole house to another day.
package clock

import (
	"fmt"
	"sync/atomic"
	"time"

	"rightkey/internal/fault"
)

// Clock tells the time.
type Clock interface {
	Now() Time
}

// Time is a moment in microseconds since 1970-01-01 00:00 UTC.
type Time int64

// FromGo converts a time.Time, dropping what is below a microsecond.
func FromGo(at time.Time) Time { return Time(at.UnixMicro()) }

// Go returns the moment as a time.Time in UTC.
func (t Time) Go() time.Time { return time.UnixMicro(int64(t)).UTC() }

// Day returns the calendar day of the moment in the zone.
func (t Time) Day(zone *time.Location) Day {
	year, month, day := t.Go().In(zone).Date()
	return Date(year, int(month), day)
}

// Add returns the moment d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub returns the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// String returns the moment as RFC 3339 in UTC with six decimals: 2014-12-31T08:30:00.000000Z.
func (t Time) String() string { return t.Go().Format("2006-01-02T15:04:05.000000Z") }

// MarshalText writes the moment as String does.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads RFC 3339.
func (t *Time) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTime(string(text))
	return err
}

// ParseTime reads a moment in RFC 3339 with any offset, or a day alone as its midnight in UTC.
func ParseTime(text string) (Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return FromGo(at), nil
	}
	day, err := ParseDay(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%q is not a time (2014-12-31T08:30:00Z)", text)
	}
	return day.Start(time.UTC), nil
}

// System returns the clock of the machine.
func System() Clock { return system{} }

type system struct{}

func (system) Now() Time { return FromGo(time.Now()) }

// Still is a clock that stands until it is set. It is safe for concurrent use.
type Still struct{ at atomic.Int64 }

// Fixed returns a clock that stands at the moment.
func Fixed(at Time) *Still {
	s := &Still{}
	s.Set(at)
	return s
}

// Now returns the moment at which the clock stands.
func (s *Still) Now() Time { return Time(s.at.Load()) }

// Set moves the clock.
func (s *Still) Set(at Time) { s.at.Store(int64(at)) }

// Offset returns a clock that shows now at this moment and runs on as base does.
func Offset(base Clock, now Time) Clock { return offset{base, now - base.Now()} }

type offset struct {
	base  Clock
	ahead Time
}

func (o offset) Now() Time { return o.base.Now() + o.ahead }

// Day is a calendar day, in days since 1970-01-01.
type Day int64

// Date returns the day of year, month (1 to 12) and day of the month; values beyond their range carry over.
func Date(year, month, day int) Day {
	// Midnights are whole multiples of a day, so the division is exact before 1970 too.
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads an ISO 8601 day of the years 0001 to 9999: 2014-12-31.
func ParseDay(text string) (Day, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil || at.Year() < 1 {
		return 0, fault.New(fault.Invalid, "%q is not a day (2014-12-31)", text)
	}
	return Day(at.Unix() / 86400), nil
}

// Civil returns the year, the month (1 to 12) and the day of the month.
func (d Day) Civil() (year, month, day int) {
	y, m, dd := d.Start(time.UTC).Go().Date()
	return y, int(m), dd
}

// Start returns the moment at which the day begins in the zone.
func (d Day) Start(zone *time.Location) Time {
	utc := time.Unix(int64(d)*86400, 0).UTC()
	return FromGo(time.Date(utc.Year(), utc.Month(), utc.Day(), 0, 0, 0, 0, zone))
}

// String returns the day as ISO 8601: 2014-12-31.
func (d Day) String() string {
	year, month, day := d.Civil()
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day)
}

// MarshalText writes the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day as ParseDay does.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// AddMonths returns the same day of the month n months later, or the last day of that month if it is shorter.
func (d Day) AddMonths(n int) Day {
	year, month, day := d.Civil()
	last := Date(year, month+n+1, 0)
	if _, _, days := last.Civil(); day > days {
		return last
	}
	return Date(year, month+n, day)
}

// AddYears returns the same day n years later; 29 February becomes 28 February in a common year.
func (d Day) AddYears(n int) Day { return d.AddMonths(12 * n) }

// Age returns the completed years of life on a day, negative before birth; who was born on a 29 February completes a
// year on 1 March in common years.
func Age(birth, on Day) int {
	year, month, day := birth.Civil()
	thisYear, thisMonth, thisDay := on.Civil()
	age := thisYear - year
	if thisMonth < month || thisMonth == month && thisDay < day {
		age--
	}
	return age
}
