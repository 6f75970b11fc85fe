package access

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/fault"
)

// verbs are all verbs that any role has, sorted.
func verbs() []Verb {
	var all []Verb
	for _, r := range known.roles {
		all = append(append(all, r.verbs...), r.inspecting...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func classNames(s Scope, state State) string {
	var seen []string
	for class := P0; class <= P4; class++ {
		if s.In(state).SeesOf(12, 77, class) {
			seen = append(seen, fmt.Sprintf("P%d", class))
		}
	}
	return strings.Join(seen, "")
}

// decisions writes what each role may do by each verb for each purpose: the classes of an assigned household, of one
// that is not assigned, and of a closed file.
func decisions() string {
	var b strings.Builder
	b.WriteString("# role verb purpose: classes of an assigned household | of another | of a closed one. Written by RIGHTKEY_WRITE_GOLDEN=1 go test ./internal/access -run Golden.\n")
	for _, role := range Roles() {
		for _, verb := range verbs() {
			for _, purpose := range append([]string{""}, Purposes()...) {
				c := caller(Grant{Role: role, Range: Range{10, 19}})
				c.Purpose, c.Assigned = purpose, []int64{77}
				note := ""
				s, err := Decide(c, verb)
				if err != nil {
					c.Inspections = []Inspection{{ID: 1, Range: Range{12, 12}, From: c.Today, To: c.Today}}
					note = " in an inspection"
					if s, err = Decide(c, verb); err != nil {
						continue
					}
				}
				other := s
				other.parts = slices.Clone(s.parts)
				for i := range other.parts {
					other.parts[i].households = nil
				}
				if s.Isolated(12) {
					note += " isolated"
				}
				fmt.Fprintf(&b, "%s %s %s: %s | %s | %s%s\n", role, verb, orNone(purpose), classNames(s, ""), classNames(other, ""), classNames(s, Closed), note)
			}
		}
	}
	return b.String()
}

func orNone(purpose string) string {
	if purpose == "" {
		return "-"
	}
	return purpose
}

// TestEveryDecisionIsThatOfTheGoldenTable is the decision over all roles, verbs, purposes, classes, assignments and
// states: a change of roles.yaml shows here line by line.
func TestEveryDecisionIsThatOfTheGoldenTable(t *testing.T) {
	const file = "testdata/decisions.txt"
	got := decisions()
	if os.Getenv("RIGHTKEY_WRITE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(text), "\n")
	lines := strings.Split(got, "\n")
	for i := range max(len(want), len(lines)) {
		switch {
		case i >= len(lines):
			t.Errorf("missing: %s", want[i])
		case i >= len(want):
			t.Errorf("not in the table: %s", lines[i])
		case want[i] != lines[i]:
			t.Fatalf("line %d is %q, the table has %q", i+1, lines[i], want[i])
		}
	}
}

func TestARoleWithoutHouseholdVerbsNeverSeesAPerson(t *testing.T) {
	for _, role := range []string{"administrator", "analyst", "department-matcher"} {
		for _, verb := range verbs() {
			for _, purpose := range append([]string{""}, Purposes()...) {
				c := caller(Grant{Role: role, Range: Everywhere})
				c.Purpose = purpose
				s, err := Decide(c, verb)
				if err == nil && (s.Sees(12, P2) || s.Sees(12, P3) || s.Sees(12, P4)) {
					t.Errorf("%s sees personal fields by %s for %q", role, verb, purpose)
				}
			}
		}
	}
}

func TestAnInspectionOpensItsAreaForItsDaysOnly(t *testing.T) {
	c := caller(Grant{Role: "superior-office", Range: Range{10, 19}})
	_, err := Decide(c, HouseholdRead)
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("without an inspection: %v", err)
	}
	c.Inspections = []Inspection{{Range: Range{12, 30}, From: c.Today - 1, To: c.Today}, {Range: Range{15, 15}, From: c.Today - 9, To: c.Today - 1}}
	s, err := Decide(c, HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[int64]bool{11: false, 12: true, 19: true, 20: false} {
		if s.Holds(key) != want {
			t.Errorf("key %d is held: %v", key, s.Holds(key))
		}
	}
	c.Today++
	if _, err := Decide(c, HouseholdRead); err == nil {
		t.Error("after its last day")
	}
}

func TestAnAssignedGrantReachesAssignedHouseholdsOnly(t *testing.T) {
	c := caller(Grant{Role: "village-official", Range: Range{10, 19}, Assigned: true}, Grant{Role: "village-official", Range: Range{30, 39}})
	c.Assigned = []int64{7, 9}
	s, err := Decide(c, HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		"SELECT 1 FROM household h WHERE {scope h.area h.id}": "SELECT 1 FROM household h WHERE (h.area BETWEEN $1 AND $2 OR (h.id IN ($3, $4) AND (h.area BETWEEN $5 AND $6)))",
		"SELECT 1 FROM household h WHERE {scope h.area}":      "SELECT 1 FROM household h WHERE h.area BETWEEN $1 AND $2",
		"SELECT 1 FROM change_set WHERE {place area}":         "SELECT 1 FROM change_set WHERE (area BETWEEN $1 AND $2 OR area BETWEEN $3 AND $4)",
	} {
		text, _, err := s.bind(sql, nil)
		// The second range of an OR without household stands in brackets only where there are several.
		if err != nil || strings.Trim(strings.TrimPrefix(text, "SELECT 1 FROM household h WHERE "), "()") != strings.Trim(strings.TrimPrefix(want, "SELECT 1 FROM household h WHERE "), "()") {
			t.Errorf("%s becomes %s (%v), want %s", sql, text, err, want)
		}
	}
	list, err := Decide(c, HouseholdList)
	if err != nil {
		t.Fatal(err)
	}
	if s.Whole() || !list.Whole() {
		t.Error("who answers for single households reaches all of an area by a list, and by nothing else")
	}
	if list.Sees(12, P2) || !list.Sees(12, P1) || !list.SeesOf(12, 7, P2) || list.SeesOf(12, 8, P2) || !list.Sees(32, P2) {
		t.Error("in a list names are seen of assigned households only")
	}
	c.Assigned = nil
	if s, err = Decide(c, HouseholdRead); err != nil {
		t.Fatal(err)
	}
	if text, _, _ := s.bind("SELECT 1 FROM household h WHERE {scope h.area h.id}", nil); strings.Contains(text, "h.id") {
		t.Errorf("without assignments: %s", text)
	}
}

func TestSeparationGoesByPersonAndTable(t *testing.T) {
	zhang := Caller{Account: 1, Person: "zhang"}
	for _, c := range []struct {
		name string
		step Step
		did  Did
		ok   bool
	}{
		{"own submission", ChangeDecideStep, Did{ChangeSubmitStep, 1, "zhang"}, false},
		{"by a second account", ChangeDecideStep, Did{ChangeSubmitStep, 2, "zhang"}, false},
		{"of another person", ChangeDecideStep, Did{ChangeSubmitStep, 2, "li"}, true},
		{"own request", ApprovalDecideStep, Did{ApprovalAskStep, 1, "zhang"}, false},
		{"own grant", GrantConfirmStep, Did{GrantAskStep, 3, "zhang"}, false},
		{"steps of different lines", ApprovalDecideStep, Did{ChangeSubmitStep, 1, "zhang"}, true},
		{"the same step again", ChangeSubmitStep, Did{ChangeSubmitStep, 1, "zhang"}, true},
		{"a nameless program", ChangeDecideStep, Did{ChangeSubmitStep, 0, ""}, true},
	} {
		if err := Separate(zhang.As(Grant{}), c.step, c.did); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	zhang.Own = []int64{5}
	for _, step := range []Step{ChangeSubmitStep, ChangeDecideStep, ApprovalAskStep, ApprovalDecideStep, UnmaskStep} {
		if NotOwn(zhang.As(Grant{}), step, 4, 5) == nil || NotOwn(zhang.As(Grant{}), step, 4) != nil {
			t.Errorf("%s in a matter of the own household", step)
		}
	}
	for name, text := range map[string]string{"one step": "apart: [[change.submit]]", "unknown key": "own: []\nother: 1"} {
		if _, err := readDuties([]byte(text)); err == nil {
			t.Errorf("duties with %s are accepted", name)
		}
	}
}
