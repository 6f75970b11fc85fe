package identify

import (
	"fmt"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Quota is how many households or persons are expected to be found poor in an area in a year: a figure of planning,
// against which what was found is held. It decides nobody's verdict.
type Quota struct {
	Area        policy.AreaScope
	Year        int
	Persons     int64
	Households  int64  // 0: not given
	Method      string // how it was worked out
	Label       i18n.Text
	Source      string
	Unconfirmed bool
	Pos         policy.Pos
}

type quotaSchema struct {
	Area        string               `yaml:"area"`
	Year        int                  `yaml:"year"`
	Persons     int64                `yaml:"persons"`
	Households  int64                `yaml:"households"`
	Method      string               `yaml:"method"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

func (r *reading) quota(s quotaSchema) {
	q := Quota{Year: s.Year, Persons: s.Persons, Households: s.Households, Method: s.Method, Label: r.text(s.Pos, "quota", s.Label), Source: s.Source, Unconfirmed: s.Unconfirmed, Pos: s.Pos}
	q.Area.Prefix = strings.TrimPrefix(s.Area, "*")
	var err error
	if q.Area.Lo, q.Area.Hi, err = r.pack.Levels.Range(q.Area.Prefix); err != nil || s.Area == "" {
		r.fail(s.Pos, "quota of the area %q: not an area of this pack", s.Area)
	}
	if s.Year < 1900 || s.Persons <= 0 || s.Households < 0 || s.Households > s.Persons {
		r.fail(s.Pos, "a quota needs a year and a number of persons, not fewer than its households")
	}
	r.decided("quota", fmt.Sprintf("%s/%d", s.Area, s.Year), s.Source, s.Unconfirmed, s.Pos)
	r.section.Quotas = append(r.section.Quotas, q)
}

// nested checks that no area has two quotas of a year, and that those of the areas directly below one add up to its own.
func (r *reading) nested() {
	quotas := r.section.Quotas
	for i, q := range quotas {
		sum, parts := int64(0), 0
		for k, below := range quotas {
			if below.Year != q.Year || k == i {
				continue
			}
			if below.Area.Prefix == q.Area.Prefix {
				r.fail(q.Pos, "the area %s has two quotas of %d", q.Area, q.Year)
			}
			if r.parent(below) == i {
				sum += below.Persons
				parts++
			}
		}
		if parts > 0 && sum != q.Persons {
			r.fail(q.Pos, "the quotas of %d below %s add up to %d persons, its own is %d", q.Year, q.Area, sum, q.Persons)
		}
	}
}

// parent is the quota of the nearest area around a quota's, -1 for none.
func (r *reading) parent(of Quota) int {
	best := -1
	for i, q := range r.section.Quotas {
		around := q.Year == of.Year && q.Area.Prefix != of.Area.Prefix && strings.HasPrefix(of.Area.Prefix, q.Area.Prefix)
		if around && (best < 0 || len(q.Area.Prefix) > len(r.section.Quotas[best].Area.Prefix)) {
			best = i
		}
	}
	return best
}

// QuotaAt is the quota of an area (the key range that is exactly its own) in the year of a day.
func (s *Section) QuotaAt(lo, hi int64, day clock.Day) (Quota, bool) {
	year, _, _ := day.Civil()
	for _, q := range s.Quotas {
		if q.Area.Lo == lo && q.Area.Hi == hi && q.Year == year {
			return q, true
		}
	}
	return Quota{}, false
}
