package access

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed roles.yaml
var rolesFile []byte

// role is what a role may do and see.
type role struct {
	verbs      []Verb
	inspecting []Verb
	covers     []string
	classes    Classes
	special    map[string]Classes
	assigned   bool
	isolated   bool
}

// table is roles.yaml.
type table struct {
	roles    map[string]role
	purposes []string
	bounds   map[string]Classes // the classes that work for a purpose may see at most
	states   map[State]Classes
	apart    [][]string
}

var known = mustReadRoles(rolesFile)

// every is all classes.
var every = Of(P0, P1, P2, P3, P4)

// seen returns the classes the role sees for a purpose.
func (r role) seen(purpose string) Classes {
	bound, stated := known.bounds[purpose]
	if !stated { // none, or an import's own
		bound = every
	}
	return (r.classes | r.special[purpose]) & bound
}

func mustReadRoles(text []byte) table {
	t, err := readRoles(text)
	if err != nil {
		panic("access: roles.yaml: " + err.Error())
	}
	return t
}

// rolesYAML is the file as it is written.
type rolesYAML struct {
	Roles map[string]struct {
		Verbs, Inspecting  []Verb
		Covers             []string
		Classes            []string
		Special            map[string][]string
		Assigned, Isolated bool
	}
	Purposes []struct {
		Name    string
		Classes []string
	}
	States map[State][]string
	Apart  [][]string
}

func readRoles(text []byte) (table, error) {
	var file rolesYAML
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return table{}, err
	}
	t := table{roles: map[string]role{}, bounds: map[string]Classes{}, states: map[State]Classes{}, apart: file.Apart}
	var err error
	for name, r := range file.Roles {
		made := role{verbs: r.Verbs, inspecting: r.Inspecting, covers: r.Covers, special: map[string]Classes{}, assigned: r.Assigned, isolated: r.Isolated}
		if made.classes, err = parseClasses(r.Classes); err != nil {
			return table{}, fmt.Errorf("role %s: %w", name, err)
		}
		for purpose, list := range r.Special {
			if made.special[purpose], err = parseClasses(list); err != nil {
				return table{}, fmt.Errorf("role %s, purpose %s: %w", name, purpose, err)
			}
		}
		t.roles[name] = made
	}
	for _, p := range file.Purposes {
		t.purposes = append(t.purposes, p.Name)
		if t.bounds[p.Name], err = parseClasses(p.Classes); err != nil {
			return table{}, fmt.Errorf("purpose %s: %w", p.Name, err)
		}
	}
	for state, list := range file.States {
		if t.states[state], err = parseClasses(list); err != nil {
			return table{}, fmt.Errorf("state %s: %w", state, err)
		}
	}
	return t, nil
}

func parseClasses(list []string) (Classes, error) {
	var set Classes
	for _, text := range list {
		c, ok := ParseClass(text)
		if !ok {
			return 0, fmt.Errorf("no field class %q", text)
		}
		set |= Of(c)
	}
	return set, nil
}

// Roles returns the names of the roles, sorted.
func Roles() []string { return slices.Sorted(maps.Keys(known.roles)) }

// Verbs returns what a role may do without an inspection.
func Verbs(name string) []Verb { return slices.Clone(known.roles[name].verbs) }

// RolesWith returns the roles that have a verb without an inspection, sorted.
func RolesWith(verb Verb) []string {
	return slices.DeleteFunc(Roles(), func(name string) bool { return !slices.Contains(known.roles[name].verbs, verb) })
}

// Weighty says whether a role opens households, be it in an inspection only, or manages accounts: nobody gives such a
// role alone.
func Weighty(name string) bool {
	r := known.roles[name]
	return slices.ContainsFunc(slices.Concat(r.verbs, r.inspecting), func(v Verb) bool {
		return v == AccountManage || strings.HasPrefix(string(v), "household.")
	})
}

// Purposes returns the purposes a caller may state.
func Purposes() []string { return slices.Clone(known.purposes) }

// Registration is the purpose of an import at work: it may compare and write what its author may not read.
const Registration = "registration"

// State is where a file is, as far as it narrows who sees what of it.
type State string

// The states that narrow; an ordinary file is in none.
const (
	Closed State = "closed"
	Erased State = "erased"
)

// Contradiction returns the two roles that one person may not hold at once in overlapping areas, if the grants have
// such a pair.
func Contradiction(grants []Grant) (a, b string, found bool) {
	for i, g := range grants {
		for _, h := range grants[i+1:] {
			overlap := g.Lo <= h.Hi && h.Lo <= g.Hi
			if overlap && slices.ContainsFunc(known.apart, func(pair []string) bool {
				return g.Role != h.Role && slices.Contains(pair, g.Role) && slices.Contains(pair, h.Role)
			}) {
				return g.Role, h.Role, true
			}
		}
	}
	return "", "", false
}
