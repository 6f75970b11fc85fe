package linkage

import (
	"cmp"
	"fmt"
	"strings"

	"rightkey/linkage/script"
	"rightkey/linkage/similar"
)

// Matcher applies a learnt model to single records, outside any table: the keys under which a register stores a
// person, and the evidence that two records are one person. It is safe for use by several goroutines.
type Matcher struct {
	model   *Model
	kinds   []Kind
	rules   [][]formKey
	weights weights
	ties    []tieWeights
	// together is what equal values on dependent fields count too much.
	together *together
	// given and surname are the fields whose values may stand in each other's place, -1 for none.
	given, surname int
	variants       []map[[2]string]bool
}

// formKey is a key of a blocking rule: a form of a field's value.
type formKey struct {
	field int
	of    func(string) string
}

// NewMatcher prepares a model. It fails if the model is of another version or names unknown kinds or keys.
func NewMatcher(m *Model) (*Matcher, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	x := &Matcher{model: m, weights: m.weights(), ties: m.tieWeights(), together: newTogether(m.Together, len(m.Fields)), given: -1, surname: -1}
	var fields []Field
	for f, field := range m.Fields {
		kind, err := ParseKind(field.Kind)
		if err != nil {
			return nil, fmt.Errorf("model field %s: %w", field.Name, err)
		}
		fields = append(fields, Field{field.Name, kind})
		x.kinds = append(x.kinds, kind)
		x.variants = append(x.variants, pairSet(field.Variants))
		if kind == Given && x.given < 0 {
			x.given = f
		}
		if kind == Surname && x.surname < 0 {
			x.surname = f
		}
	}
	if x.given < 0 || x.surname < 0 {
		x.given, x.surname = -1, -1
	}
	for _, names := range m.Rules {
		keys, err := formKeys(fields, names)
		if err != nil {
			return nil, err
		}
		x.rules = append(x.rules, keys)
	}
	return x, nil
}

func pairSet(pairs [][2]string) map[[2]string]bool {
	set := make(map[[2]string]bool, len(pairs))
	for _, p := range pairs {
		set[p] = true
	}
	return set
}

// formKeys finds the forms of a rule written as FIELD.KEY.
func formKeys(fields []Field, names []string) ([]formKey, error) {
	var keys []formKey
	for _, name := range names {
		at := strings.LastIndexByte(name, '.')
		found := false
		for f, field := range fields {
			if at < 0 || field.Name != name[:at] {
				continue
			}
			for _, form := range keyForms[field.Kind] {
				if form.name == name[at+1:] {
					keys = append(keys, formKey{f, form.of})
					found = true
				}
			}
		}
		if !found {
			return nil, fmt.Errorf("blocking rule by unknown key %q", name)
		}
	}
	return keys, nil
}

// Normalise returns the comparable forms of raw values, one for each field of the model.
func (x *Matcher) Normalise(raw []string) []string {
	clean := make([]string, len(x.kinds))
	for f, kind := range x.kinds {
		clean[f] = normalise(kind, raw[f])
	}
	return clean
}

// Keys returns the blocks of a record of normalised values, one for each rule of which it has all values. Records
// that share a key are to be compared. The keys depend on the model's rules and NormVersion only.
func (x *Matcher) Keys(values []string) []uint64 {
	keys := make([]uint64, 0, len(x.rules))
	for n := range x.rules {
		if key := x.key(n, values); key != 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// key is the block of a record under one rule, 0 if a value is missing.
func (x *Matcher) key(rule int, values []string) uint64 {
	h := ruleStart(rule)
	for _, k := range x.rules[rule] {
		form := hashForm(k.of, values[k.field])
		if form == 0 {
			return 0
		}
		h = (h ^ form) * fnvPrime
	}
	return h | 1
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func ruleStart(rule int) uint64 { return (uint64(fnvOffset) ^ uint64(rule+1)) * fnvPrime }

// hashForm is the FNV-1a hash of a form of a value, its bits mixed once more, 0 if there is none.
func hashForm(of func(string) string, value string) uint64 {
	if of != nil && value != "" {
		value = of(value)
	}
	if value == "" {
		return 0
	}
	h := uint64(fnvOffset)
	for i := range len(value) {
		h = (h ^ uint64(value[i])) * fnvPrime
	}
	return (h ^ h>>29) | 1
}

// Score returns the evidence in bits that two records of normalised values are one person.
func (x *Matcher) Score(a, b []string) float64 { return x.score(x.pattern(a, b), a) }

// MostScore is the most that Score can come to where b's value of a field was not read but is other than a's.
func (x *Matcher) MostScore(a, b []string, field int) float64 {
	at := 4 * field
	pattern := x.pattern(a, b) | missing<<at
	most := x.score(pattern, a)
	if a[field] == "" {
		return most
	}
	for level := range x.model.Fields[field].Levels {
		if level != same {
			most = max(most, x.score(pattern&^(missing<<at)|uint64(level)<<at, a))
		}
	}
	return most
}

// Probability is how likely two records of this evidence are one person; more evidence never makes it less likely.
func (x *Matcher) Probability(score float64) float64 { return x.model.calibrated(score) }

// score is the evidence of a pattern of agreement with a record.
func (x *Matcher) score(pattern uint64, a []string) float64 {
	total := logit2(x.model.Prior)
	for f := range x.weights {
		level := levelOf(pattern, f)
		total += x.weights[f][level]
		if level == same {
			total += x.rarity(f, a[f])
		}
	}
	for i := range x.ties {
		t := &x.ties[i]
		total += t.bits[levelOf(pattern, t.a)][levelOf(pattern, t.b)]
	}
	return total - x.together.bits[equalFields(pattern, len(x.weights))]
}

// Compare is Score with the evidence of each field.
func (x *Matcher) Compare(a, b []string) Pair {
	pattern := x.pattern(a, b)
	p := Pair{Weight: x.score(pattern, a), Evidence: make([]Evidence, len(x.weights))}
	for f := range x.weights {
		level := levelOf(pattern, f)
		p.Evidence[f] = Evidence{Level: "missing", Bits: x.weights[f][level]}
		if level != missing {
			p.Evidence[f].Level = x.model.Fields[f].Levels[level]
		}
		if level == same {
			p.Evidence[f].Bits += x.rarity(f, a[f])
		}
	}
	for i := range x.ties {
		t := &x.ties[i]
		half := t.bits[levelOf(pattern, t.a)][levelOf(pattern, t.b)] / 2
		p.Evidence[t.a].Bits += half
		p.Evidence[t.b].Bits += half
	}
	for _, tie := range x.together.trees[equalFields(pattern, len(x.weights))] {
		p.Evidence[tie.A].Bits -= tie.Bits / 2
		p.Evidence[tie.B].Bits -= tie.Bits / 2
	}
	p.Probability = x.model.calibrated(p.Weight)
	return p
}

// rarity is what the frequency of an equal value adds.
func (x *Matcher) rarity(f int, value string) float64 {
	field := &x.model.Fields[f]
	if field.Known == 0 {
		return 0
	}
	n := float64(field.Common[value])
	if n == 0 {
		n = cmp.Or(field.Single, 1)
	}
	return field.rarityOf(n, float64(field.Known))
}

// pattern returns the levels of agreement of two records, as comparer.pattern does for rows of a table.
func (x *Matcher) pattern(a, b []string) uint64 {
	var pattern uint64
	for f := range x.kinds {
		pattern |= uint64(x.level(f, a[f], b[f])) << (4 * f)
	}
	if x.given < 0 {
		return pattern
	}
	if crossedNames(a[x.given], a[x.surname], b[x.given], b[x.surname]) {
		pattern &^= 15<<(4*x.given) | 15<<(4*x.surname)
		pattern |= swapped<<(4*x.given) | missing<<(4*x.surname)
	}
	if levelOf(pattern, x.given) != missing || levelOf(pattern, x.surname) != missing {
		for f := range x.model.Fields {
			if x.model.Fields[f].Whole {
				pattern |= missing << (4 * f)
			}
		}
	}
	return pattern
}

func (x *Matcher) level(f int, a, b string) uint8 {
	kind := x.kinds[f]
	switch {
	case a == "" || b == "":
		return missing
	case a == b:
		return same
	case x.variants[f][[2]string{min(a, b), max(a, b)}]:
		return kind.variant()
	}
	if (kind == Given || kind == Surname || kind == Name) && script.SoundKey(a) == script.SoundKey(b) {
		return kind.variant() + 1
	}
	return comparers[kind](a, b)
}

// crossedNames says whether the given name of one record is the surname of the other: both ways, perhaps with a slip
// in one of the two, or one way where nothing stands in the other's place.
func crossedNames(givenA, surnameA, givenB, surnameB string) bool {
	if givenA == givenB && givenA != "" || surnameA == surnameB && surnameA != "" {
		return false
	}
	one, two := givenA != "" && givenA == surnameB, givenB != "" && givenB == surnameA
	switch {
	case one && two:
		return true
	case one:
		return givenB == "" || surnameA == "" || slipped(givenB, surnameA)
	case two:
		return givenA == "" || surnameB == "" || slipped(givenA, surnameB)
	}
	return false
}

// slipped says whether two names are one slip apart.
func slipped(a, b string) bool { return min(len(a), len(b)) > 1 && similar.Edits(a, b, 1) <= 1 }
