package office

import (
	"slices"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
)

// opened is an hour in which files were opened one a minute.
func opened(role string, at clock.Time, subjects ...int64) []look {
	looks := make([]look, len(subjects))
	for i, s := range subjects {
		looks[i] = look{account: 7, role: role, at: at.Add(time.Duration(i) * time.Minute), subject: s}
	}
	return looks
}

// spread are n numbers that do not follow each other.
func spread(n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = int64(1000 + (i*37)%n*50)
	}
	return list
}

// row are n numbers one after the other.
func row(n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = int64(1000 + i)
	}
	return list
}

// TestLookingIntoFilesBecomesALead is the rules of snooping, each just below and at its limit.
func TestLookingIntoFilesBecomesALead(t *testing.T) {
	day := clock.Date(2014, 6, 3).Start(time.UTC).Add(10 * time.Hour)
	nightly := clock.Date(2014, 6, 3).Start(time.UTC).Add(23 * time.Hour)
	for name, c := range map[string]struct {
		looks  []look
		caller access.Caller
		acted  []int64
		want   []string
	}{
		"an ordinary hour":                       {opened("county-office", day, spread(12)...), access.Caller{}, nil, nil},
		"forty assigned ones":                    {opened("village-official", day, spread(40)...), access.Caller{Assigned: spread(40)}, nil, nil},
		"forty with work done":                   {opened("village-official", day, spread(40)...), access.Caller{}, spread(40), nil},
		"forty of nobody's business":             {opened("village-official", day, spread(40)...), access.Caller{}, nil, []string{RuleNoTask}},
		"more than the role opens":               {opened("village-official", day, spread(41)...), access.Caller{Assigned: spread(41)}, nil, []string{RuleMany}},
		"fourteen numbers in a row":              {opened("county-office", day, row(14)...), access.Caller{}, nil, nil},
		"fifteen numbers in a row":               {opened("county-office", day, row(15)...), access.Caller{}, nil, []string{RuleWalk}},
		"a reload of each page does not hide it": {opened("county-office", day, slices.Sorted(slices.Values(append(row(15), row(15)...)))...), access.Caller{}, nil, []string{RuleWalk}},
		"two at night":                           {opened("county-office", nightly, spread(2)...), access.Caller{}, nil, nil},
		"three at night":                         {opened("county-office", nightly, spread(3)...), access.Caller{}, nil, []string{RuleNight}},
		"the own household":                      {opened("county-office", day, 5, 77), access.Caller{Own: []int64{77, 78}}, nil, []string{RuleOwn}},
	} {
		var rules []string
		for _, a := range watching.judge(c.looks, c.caller, c.acted, time.UTC) {
			rules = append(rules, a.Rule)
		}
		if !slices.Equal(rules, c.want) {
			t.Errorf("%s: %v, want %v", name, rules, c.want)
		}
	}
}
