package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
)

func caller(grants ...Grant) Caller {
	return Caller{Account: 7, Person: "p", Grants: grants, Today: clock.Date(2014, 6, 1)}
}

func TestWhoIsNotKnownOrHasNoValidGrantMayNothing(t *testing.T) {
	yesterday, tomorrow := clock.Date(2014, 5, 31), clock.Date(2014, 6, 2)
	cases := map[string]struct {
		c    Caller
		kind fault.Kind
	}{
		"nobody":        {Caller{}, fault.Unauthorized},
		"no grant":      {caller(), fault.Forbidden},
		"ended":         {caller(Grant{Role: "county-office", Range: Everywhere, To: &yesterday}), fault.Forbidden},
		"not yet":       {caller(Grant{Role: "county-office", Range: Everywhere, From: tomorrow}), fault.Forbidden},
		"unknown role":  {caller(Grant{Role: "emperor", Range: Everywhere}), fault.Forbidden},
		"zero account,": {Caller{Grants: []Grant{{Role: "county-office", Range: Everywhere}}}, fault.Unauthorized},
	}
	for name, c := range cases {
		if _, err := Decide(c.c, HouseholdRead); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
}

func TestSpecialClassesNeedTheirPurposeAndSecretsAreNeverSeen(t *testing.T) {
	c := caller(Grant{Role: "village-official", Range: Range{10, 19}})
	plain, err := Decide(c, HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	c.Purpose = "verification"
	purposeful, err := Decide(c, HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	for _, class := range []Class{P0, P1, P2} {
		if !plain.Sees(12, class) || plain.Sees(22, class) {
			t.Errorf("class P%d: seen inside %v, outside %v", class, plain.Sees(12, class), plain.Sees(22, class))
		}
	}
	if plain.Sees(12, P3) || !purposeful.Sees(12, P3) || purposeful.Sees(12, P4) || purposeful.Sees(22, P3) {
		t.Error("P3 needs the purpose, P4 is not seen at all")
	}
}

func TestTheZeroScopeAllowsNothing(t *testing.T) {
	var s Scope
	sql, args, err := s.bind("SELECT 1 FROM household h WHERE {scope h.area}", nil)
	if err != nil || !strings.Contains(sql, "1 = 0") || len(args) != 0 || s.Holds(5) || s.Sees(5, P0) || s.Role(5) != "" {
		t.Errorf("zero scope gives %q %v %v", sql, args, err)
	}
}

func TestAStatementOnAScopedTableNeedsAMarker(t *testing.T) {
	s := System("test")
	for sql, ok := range map[string]bool{
		"SELECT 1 FROM household h":                                  false,
		"SELECT count(*) FROM x JOIN person p ON p.id = x.id":        false,
		"UPDATE change_set SET state = 'applied'":                    false,
		"DELETE FROM fact_index WHERE home = $1":                     false,
		"SELECT 1 FROM household h WHERE {scope h.area}":             true,
		"SELECT 1 FROM facts WHERE {checked} AND home = $1":          true,
		"SELECT 1 FROM area WHERE key = $1":                          true,
		"INSERT INTO household (home) VALUES ($1)":                   true,
		"SELECT 1 FROM household h WHERE {scope H.area; DROP TABLE}": false,
		"SELECT 1 FROM household h WHERE {scope h.area h.id}":        true,
		"SELECT 1 FROM change_set WHERE {place area}":                true,
		"SELECT 1 FROM change_set WHERE {place area; DROP}":          false,
	} {
		if _, _, err := s.bind(sql, []any{1}); (err == nil) != ok {
			t.Errorf("%s: %v, want accepted %v", sql, err, ok)
		}
	}
}

func drawScope(t *rapid.T) Scope {
	var grants []Grant
	for range rapid.IntRange(1, 5).Draw(t, "grants") {
		lo := rapid.Int64Range(0, 100).Draw(t, "lo")
		grants = append(grants, Grant{Role: "county-office", Range: Range{lo, lo + rapid.Int64Range(0, 30).Draw(t, "width")}})
	}
	s, err := Decide(caller(grants...), HouseholdList)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRangesHoldExactlyWhatTheGrantsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScope(t)
		ranges := s.Ranges()
		for key := int64(-1); key < 140; key++ {
			inRanges := slices.ContainsFunc(ranges, func(r Range) bool { return r.Holds(key) })
			if inRanges != s.Holds(key) {
				t.Fatalf("key %d is in the ranges: %v, in scope: %v", key, inRanges, s.Holds(key))
			}
		}
		for i := 1; i < len(ranges); i++ {
			if ranges[i].Lo <= ranges[i-1].Hi+1 {
				t.Fatalf("ranges %v overlap or touch", ranges)
			}
		}
	})
}

func TestNarrowingNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScope(t)
		lo := rapid.Int64Range(0, 120).Draw(t, "from")
		r := Range{lo, lo + rapid.Int64Range(0, 40).Draw(t, "size")}
		narrow := s.Within(r)
		for key := int64(0); key < 170; key++ {
			if narrow.Holds(key) != (s.Holds(key) && r.Holds(key)) {
				t.Fatalf("key %d: narrowed %v, scope %v, range %v", key, narrow.Holds(key), s.Holds(key), r.Holds(key))
			}
		}
	})
}

func TestAListThatGoesOnFromAnAreaBeginsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScope(t)
		at, back := rapid.Int64Range(-1, 170).Draw(t, "area"), rapid.Bool().Draw(t, "back")
		rest := s.Beyond(at, back)
		for key := int64(0); key < 170; key++ {
			ahead := key >= at
			if back {
				ahead = key <= at
			}
			if rest.Holds(key) != (s.Holds(key) && ahead) {
				t.Fatalf("key %d: %v beyond %d, scope %v", key, rest.Holds(key), at, s.Holds(key))
			}
		}
		for _, r := range rest.Ranges() {
			if !back && r.Lo < at || back && r.Hi > at {
				t.Fatalf("%v is behind %d", r, at)
			}
		}
	})
}

func TestRolesThatExcludeEachOtherAreNoticedWhereTheyOverlap(t *testing.T) {
	a := Grant{Role: "administrator", Range: Range{10, 19}}
	for _, c := range []struct {
		b    Grant
		want bool
	}{
		{Grant{Role: "county-office", Range: Range{15, 25}}, true},
		{Grant{Role: "county-office", Range: Range{20, 25}}, false},
		{Grant{Role: "analyst", Range: Range{10, 19}}, false},
		{Grant{Role: "auditor", Range: Everywhere}, true},
	} {
		if _, _, found := Contradiction([]Grant{a, c.b}); found != c.want {
			t.Errorf("administrator 10–19 with %s %v: %v, want %v", c.b.Role, c.b.Range, found, c.want)
		}
	}
}

func TestRolesFilesWithMistakesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key":   "roles: {x: {verb: [area.read]}}",
		"unknown class": "roles: {x: {verbs: [area.read], classes: [P9]}}",
		"twice":         "roles: {x: {verbs: []}, x: {verbs: []}}",
	} {
		if _, err := readRoles([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
