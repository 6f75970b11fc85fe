package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/linkage/namekey"
)

const (
	// mostKeyed is how many persons are taken who share one group of keys; mostCompared how many, of those who share
	// the weightiest keys, have their names compared.
	mostKeyed    = 250
	mostCompared = 400
	// leastAlike is how alike a name has to be to be an answer.
	leastAlike = .45
)

// findName finds persons by the keys of their names and orders them by how alike the names are.
func (s *Service) findName(ctx context.Context, scope access.Scope, text string) ([]Hit, error) {
	sql, args := nameSearch(text)
	if sql == "" {
		return nil, nil
	}
	late, err := s.latecomers(ctx) // before the others are looked for
	if err != nil {
		return nil, err
	}
	const order = " ORDER BY p.w DESC, h.area, p.id"
	met, err := s.people(ctx, scope, sql, order, args...)
	if err != nil {
		return nil, err
	}
	if sql, args = late.named(scope, text); sql != "" {
		more, err := s.people(ctx, scope, sql, order, args...)
		if err != nil {
			return nil, err
		}
		met = append(met, slices.DeleteFunc(more, func(h Hit) bool { // those whose keys are just being written
			return slices.ContainsFunc(met, func(other Hit) bool { return other.Person.ID == h.Person.ID })
		})...)
	}
	typed := namekey.Type(text)
	hits := met[:0]
	for _, h := range met {
		score, how := typed.Compare(h.Person.Name)
		if score < leastAlike || !s.sees(scope, SubjectPerson, h.Household.Area, FieldName) {
			continue
		}
		h.Score, h.Why = score, Why(how)
		hits = append(hits, h)
	}
	countSharers(typed, hits)
	return hits, nil
}

// countSharers tells each hit how many hits share the same part of what was typed.
func countSharers(typed *namekey.Typed, hits []Hit) {
	shared := make([]string, len(hits))
	count := map[string]int{}
	for i, h := range hits {
		shared[i] = typed.Shared(h.Person.Name)
		count[shared[i]]++
	}
	for i, part := range shared {
		if part != "" {
			hits[i].sharers = count[part]
		}
	}
}

// nameSearch chooses the persons who share keys with a text, with the weight w of what they share: each group of keys
// is a walk along the primary key in each layer within the places of the scope, which ends early. It returns "" for a
// text that has no keys. Names of most lengths share one statement, which PostgreSQL takes longer to plan than to run.
func nameSearch(text string) (string, []any) {
	probes := namekey.Probes(text)
	if len(probes) == 0 {
		return "", nil
	}
	var b strings.Builder
	var args []any
	for i, probe := range evened(probes) {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		args = append(args, probe.Weight)
		fmt.Fprintf(&b, "SELECT * FROM (SELECT home, person, CAST($%d AS integer) AS w FROM find_key WHERE %s AND key IN (%s) AND {place area} LIMIT %d) k%d",
			len(args), anyLayer, store.In(len(args)+1, len(probe.Keys)), mostKeyed, i)
		for _, key := range probe.Keys {
			args = append(args, int64(key))
		}
	}
	return "SELECT home, person, sum(w) AS w FROM (" + b.String() +
		fmt.Sprintf(") u GROUP BY home, person ORDER BY sum(w) DESC, home, person LIMIT %d", mostCompared), args
}

// The numbers of probes of one key and of several of which a statement has a multiple, and of how many keys the latter
// have a multiple.
const (
	singleStep = 8
	groupStep  = 2
	keyStep    = 16
)

// evened are probes, those of one key first, with more that meet nobody so that there are few kinds of lists.
func evened(probes []namekey.Probe) []namekey.Probe {
	var single, group []namekey.Probe
	for _, probe := range probes {
		if len(probe.Keys) == 1 {
			single = append(single, probe)
			continue
		}
		group = append(group, namekey.Probe{Weight: probe.Weight, Keys: filled(probe.Keys, keyStep, probe.Keys[0])})
	}
	nobody := namekey.Probe{Keys: []namekey.Key{0}}
	single = filled(single, singleStep, nobody)
	nobody.Keys = filled(nobody.Keys, keyStep, 0)
	return append(single, filled(group, groupStep, nobody)...)
}

// filled is a list with one more thing as often as its length needs to become a multiple of step.
func filled[T any](list []T, step int, more T) []T {
	full := slices.Clone(list)
	for len(full)%step > 0 {
		full = append(full, more)
	}
	return full
}

// findPhone finds households and persons by the digits at the end of a telephone number.
func (s *Service) findPhone(ctx context.Context, scope access.Scope, text string) ([]Hit, error) {
	digits := backwards(text)
	if len(digits) < shortestPhone || strings.Trim(text, "+-()/. 0123456789") != "" && len(digits) < len([]rune(text))/2 {
		return nil, nil
	}
	sure := digits[:min(len(digits), surePhone)]
	rows, err := s.phoneOwners(ctx, scope, sure)
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for _, row := range rows {
		hit, err := s.phoneHit(ctx, scope, row)
		if err != nil {
			return nil, err
		}
		if hit == nil {
			continue
		}
		hit.Why, hit.Score = WhyPhone, .9
		if row.digits == digits {
			hit.Score = 1
		}
		hits = append(hits, *hit)
	}
	return hits, nil
}

// seesPhones says whether the numbers of an area's subject may be seen.
func (s *Service) seesPhones(scope access.Scope, area int64, subject string) bool {
	pack, err := s.Pack(area)
	if err != nil {
		return false
	}
	for _, item := range pack.ItemsOf(subject) {
		if item.Find == policy.FindPhone && s.sees(scope, subject, area, item.Code) {
			return true
		}
	}
	return false
}
