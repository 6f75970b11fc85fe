package access

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed roles.yaml
var rolesFile []byte

// role is what a role may do and see.
type role struct {
	verbs   []Verb
	classes Classes
	special map[string]Classes
}

// seen returns the classes the role sees for a purpose.
func (r role) seen(purpose string) Classes { return r.classes | r.special[purpose] }

var roles, purposes, apart = mustReadRoles(rolesFile)

func mustReadRoles(text []byte) (map[string]role, []string, [][]string) {
	known, purposes, apart, err := readRoles(text)
	if err != nil {
		panic("access: roles.yaml: " + err.Error())
	}
	return known, purposes, apart
}

func readRoles(text []byte) (map[string]role, []string, [][]string, error) {
	var file struct {
		Roles map[string]struct {
			Verbs   []Verb
			Classes []string
			Special map[string][]string
		}
		Purposes []string
		Apart    [][]string
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, nil, nil, err
	}
	known := map[string]role{}
	for name, r := range file.Roles {
		classes, err := parseClasses(r.Classes)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("role %s: %w", name, err)
		}
		special := map[string]Classes{}
		for purpose, list := range r.Special {
			if special[purpose], err = parseClasses(list); err != nil {
				return nil, nil, nil, fmt.Errorf("role %s, purpose %s: %w", name, purpose, err)
			}
		}
		known[name] = role{verbs: r.Verbs, classes: classes, special: special}
	}
	return known, file.Purposes, file.Apart, nil
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
func Roles() []string { return slices.Sorted(maps.Keys(roles)) }

// Verbs returns what a role may do.
func Verbs(name string) []Verb { return slices.Clone(roles[name].verbs) }

// Purposes returns the purposes a caller may state.
func Purposes() []string { return slices.Clone(purposes) }

// Registration is the purpose of an import at work: it may compare and write what its author may not read.
const Registration = "registration"

// Contradiction returns the two roles that one person may not hold at once in overlapping areas, if the grants have
// such a pair.
func Contradiction(grants []Grant) (a, b string, found bool) {
	for i, g := range grants {
		for _, h := range grants[i+1:] {
			overlap := g.Lo <= h.Hi && h.Lo <= g.Hi
			if overlap && slices.ContainsFunc(apart, func(pair []string) bool {
				return g.Role != h.Role && slices.Contains(pair, g.Role) && slices.Contains(pair, h.Role)
			}) {
				return g.Role, h.Role, true
			}
		}
	}
	return "", "", false
}
