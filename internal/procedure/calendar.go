package procedure

import (
	"fmt"
	"math"
	"slices"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Calendar tells working days from days of rest.
type Calendar struct {
	Rest     []int     // days of the week, 0 Sunday to 6 Saturday
	Holidays []Holiday // sorted by their first day
	Worked   []Holiday // days on which is worked although they would be days of rest
}

// Holiday is a run of days, both included.
type Holiday struct {
	From, To clock.Day
	Label    i18n.Text
}

type calendarSchema struct {
	Rest        []string        `yaml:"rest"` // sunday …
	Holidays    []holidaySchema `yaml:"holidays"`
	Worked      []holidaySchema `yaml:"worked"`
	Source      string          `yaml:"source"`
	Unconfirmed bool            `yaml:"unconfirmed"`
	Pos         policy.Pos
}

type holidaySchema struct {
	Day         string    `yaml:"day"`
	To          string    `yaml:"to"` // last day; empty: the same
	Label       i18n.Text `yaml:"label"`
	Source      string    `yaml:"source"`
	Unconfirmed bool      `yaml:"unconfirmed"`
	Pos         policy.Pos
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func (s calendarSchema) calendar() (Calendar, error) {
	var c Calendar
	for _, name := range s.Rest {
		day := slices.Index(weekdays, name)
		if day < 0 {
			return c, fmt.Errorf("%q is no day of the week", name)
		}
		c.Rest = append(c.Rest, day)
	}
	if len(c.Rest) > 6 {
		return c, fmt.Errorf("a week without a working day")
	}
	var err error
	if c.Holidays, err = holidays(s.Holidays); err != nil {
		return c, err
	}
	c.Worked, err = holidays(s.Worked)
	return c, err
}

func holidays(list []holidaySchema) ([]Holiday, error) {
	var found []Holiday
	for _, one := range list {
		from, err := clock.ParseDay(one.Day)
		if err != nil {
			return nil, err
		}
		h := Holiday{From: from, To: from, Label: one.Label}
		if one.To != "" {
			if h.To, err = clock.ParseDay(one.To); err != nil {
				return nil, err
			}
		}
		if h.To < h.From || h.To-h.From > 31 {
			return nil, fmt.Errorf("a holiday from %s to %s", h.From, h.To)
		}
		found = append(found, h)
	}
	slices.SortFunc(found, func(a, b Holiday) int { return int(a.From - b.From) })
	return found, nil
}

func within(list []Holiday, day clock.Day) bool {
	return slices.ContainsFunc(list, func(h Holiday) bool { return h.From <= day && day <= h.To })
}

// Works says whether a day is a working day.
func (c Calendar) Works(day clock.Day) bool {
	if within(c.Worked, day) {
		return true
	}
	weekday := int(((int64(day)+4)%7 + 7) % 7) // 1970-01-01 was a Thursday
	return !slices.Contains(c.Rest, weekday) && !within(c.Holidays, day)
}

// After is the last day of a term of some days that begins on the day after from: 5 days after a Monday end on
// Saturday, 5 working days on the next Monday.
func (c Calendar) After(from clock.Day, days int, working bool) clock.Day {
	if !working {
		return from + clock.Day(days)
	}
	for days > 0 {
		from++
		if c.Works(from) {
			days--
		}
	}
	return from
}

// share is how many days a share of a term is, rounded up.
func share(of policy.Number, days int) int {
	part, _ := of.Float64()
	return int(math.Ceil(part*float64(days) - 1e-9))
}

// span is the days after which a clock that started on a day turns amber, and red.
func (t *Timer) span(c Calendar, from clock.Day) (amber, red clock.Day) {
	return c.After(from, share(t.Amber, t.Days), t.Working), c.After(from, share(t.Red, t.Days), t.Working)
}
