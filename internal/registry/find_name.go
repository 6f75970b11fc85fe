package registry

import (
	"context"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/policy"
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
	met, err := s.people(ctx, scope, sql, " ORDER BY p.w DESC, h.area, p.id", args...)
	if err != nil {
		return nil, err
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
// is a walk along the primary key in each layer within the places of the scope, which ends early. It returns "" for a text that
// has no keys.
func nameSearch(text string) (string, []any) {
	probes := namekey.Probes(text)
	if len(probes) == 0 {
		return "", nil
	}
	var b strings.Builder
	var args []any
	for i, probe := range probes {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, "SELECT * FROM (SELECT home, person, %d AS w FROM find_key WHERE %s AND key", probe.Weight, anyLayer)
		for j, key := range probe.Keys {
			args = append(args, int64(key))
			switch {
			case len(probe.Keys) == 1:
				fmt.Fprintf(&b, " = $%d", len(args))
			case j == 0:
				fmt.Fprintf(&b, " IN ($%d", len(args))
			default:
				fmt.Fprintf(&b, ", $%d", len(args))
			}
		}
		if len(probe.Keys) > 1 {
			b.WriteString(")")
		}
		fmt.Fprintf(&b, " AND {place area} LIMIT %d) k%d", mostKeyed, i)
	}
	return "SELECT home, person, sum(w) AS w FROM (" + b.String() +
		fmt.Sprintf(") u GROUP BY home, person ORDER BY sum(w) DESC, home, person LIMIT %d", mostCompared), args
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
