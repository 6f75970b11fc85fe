package synth

import "slices"

// related fills in a member's place in the family: marital status, the relation to the woman whose family it is, and
// the father's or husband's name.
func (m maker) related(p *Person) {
	p.Marital = m.marital(p)
	p.Kind = m.toWoman(p)
	if m.spec.Words.Fathers {
		p.FatherName = m.fatherName(p)
	}
}

// marital is single for the young, and for who lives with neither spouse, child nor parents of a spouse and is below 35.
func (m maker) marital(p *Person) string {
	with := func(relation string) bool {
		return slices.ContainsFunc(m.h.Members, func(q Person) bool { return q.Relation == relation })
	}
	switch p.Relation {
	case Spouse, DaughterInLaw:
		return "married"
	case Head:
		if with(Spouse) {
			return "married"
		}
		if p.Age >= 35 || with(Son) || with(Daughter) || with(Grandson) || with(Granddaughter) {
			return "widowed"
		}
	case Father, Mother:
		if with(Father) && with(Mother) {
			return "married"
		}
		return "widowed"
	case Son:
		if with(DaughterInLaw) && p.Age >= 20 && p == m.eldestSon() {
			return "married"
		}
	}
	return "single"
}

func (m maker) eldestSon() *Person {
	var eldest *Person
	for i := range m.h.Members {
		if p := &m.h.Members[i]; p.Relation == Son && (eldest == nil || p.Birth.Before(eldest.Birth)) {
			eldest = p
		}
	}
	return eldest
}

// toWoman is the relation to the head's wife, or to the head who is a woman; without such a woman there is none.
func (m maker) toWoman(p *Person) string {
	head := &m.h.Members[0]
	herself := slices.IndexFunc(m.h.Members, func(q Person) bool { return q.Relation == Spouse && !q.Male })
	if herself < 0 {
		if head.Male {
			return ""
		}
		herself = 0
	}
	woman := &m.h.Members[herself]
	if p == woman {
		return "self"
	}
	switch p.Relation {
	case Head, Spouse:
		return "husband"
	case Son, Daughter:
		return "child"
	case Grandson, Granddaughter:
		return "grandchild"
	case Father, Mother:
		if herself == 0 {
			return "parent"
		}
		return "parent_in_law"
	case Sibling:
		if herself == 0 {
			return "sibling"
		}
	}
	return "other"
}

// fatherName is the name of a married woman's husband where he lives here, of the father where he does, and else that
// of somebody who does not.
func (m maker) fatherName(p *Person) string {
	members := m.h.Members
	switch {
	case p.Relation == Spouse && !p.Male:
		return members[0].Name
	case p.Father >= 0:
		return members[p.Father].Name
	}
	return m.names.full(m.d, p.surname, true)
}
