package synth

import (
	"math"
	"time"
)

// maker makes one household.
type maker struct {
	d       dice
	spec    *Spec
	names   *namer
	sources tilt
	luck    float64 // what neither traits nor village tell of welfare
	village village
	h       *Household
}

// plan is how a household is composed around its head.
type plan struct {
	weight        float64
	low, high     float64 // age of the head
	male          float64 // chance that the head is a man
	spouse        bool
	children      int
	parents       int
	siblings      int
	son           bool // a grown son
	daughterInLaw bool
	grandchildren int
}

func (p plan) size() int {
	size := 1 + p.children + p.parents + p.siblings + p.grandchildren
	for _, more := range []bool{p.spouse, p.son, p.daughterInLaw} {
		if more {
			size++
		}
	}
	return size
}

// plans are the kinds of households by their size; larger households extend the last ones by children or
// grandchildren.
var plans = [][]plan{
	{
		{weight: 60, low: 63, high: 88, male: 0.42},
		{weight: 30, low: 34, high: 63, male: 0.92},
		{weight: 10, low: 45, high: 63, male: 0.1},
	}, {
		{weight: 35, low: 60, high: 84, male: 0.95, spouse: true},
		{weight: 25, low: 40, high: 60, male: 0.9, spouse: true},
		{weight: 15, low: 62, high: 80, male: 0.4, son: true},
		{weight: 13, low: 28, high: 50, male: 0.4, children: 1},
		{weight: 7, low: 58, high: 75, male: 0.35, grandchildren: 1},
		{weight: 5, low: 35, high: 60, male: 0.9, siblings: 1},
	}, {
		{weight: 55, low: 27, high: 59, male: 0.9, spouse: true, children: 1},
		{weight: 12, low: 38, high: 56, male: 0.9, spouse: true, parents: 1},
		{weight: 8, low: 30, high: 48, male: 0.4, children: 2},
		{weight: 10, low: 60, high: 76, male: 0.95, spouse: true, son: true},
		{weight: 8, low: 58, high: 74, male: 0.95, spouse: true, grandchildren: 1},
		{weight: 7, low: 28, high: 50, male: 0.55, children: 1, parents: 1},
	}, {
		{weight: 50, low: 29, high: 57, male: 0.9, spouse: true, children: 2},
		{weight: 25, low: 28, high: 52, male: 0.9, spouse: true, children: 1, parents: 1},
		{weight: 8, low: 60, high: 76, male: 0.95, spouse: true, son: true, daughterInLaw: true},
		{weight: 10, low: 58, high: 76, male: 0.5, son: true, daughterInLaw: true, grandchildren: 1},
		{weight: 7, low: 28, high: 48, male: 0.6, children: 1, parents: 2},
	}, {
		{weight: 40, low: 30, high: 52, male: 0.9, spouse: true, children: 2, parents: 1},
		{weight: 20, low: 32, high: 52, male: 0.9, spouse: true, children: 3},
		{weight: 20, low: 28, high: 48, male: 0.9, spouse: true, children: 1, parents: 2},
		{weight: 20, low: 57, high: 74, male: 0.95, spouse: true, son: true, daughterInLaw: true, grandchildren: 1},
	}, {
		{weight: 50, low: 30, high: 48, male: 0.9, spouse: true, children: 2, parents: 2},
		{weight: 30, low: 57, high: 74, male: 0.95, spouse: true, son: true, daughterInLaw: true, grandchildren: 2},
		{weight: 20, low: 33, high: 50, male: 0.9, spouse: true, children: 3, parents: 1},
	},
}

// choosePlan draws a plan for a household of the size.
func (m maker) choosePlan(size int) plan {
	list := plans[min(size, len(plans))-1]
	weights := make([]float64, len(list))
	for i, p := range list {
		weights[i] = p.weight
	}
	p := list[m.d.pick(weights...)]
	more := size - p.size()
	if p.grandchildren > 0 {
		p.grandchildren += more
	} else {
		p.children += more
		p.low += 2 * float64(more)
	}
	return p
}

const dayLength = 24 * time.Hour

// yearLength is the mean length of a year.
const yearLength = 8766 * time.Hour

// family makes the members of a household of the size.
func (m maker) family(size int) {
	p := m.choosePlan(size)
	head := Person{Relation: Head, Male: m.d.chance(p.male), Birth: m.bornAt(m.d.between(p.low, p.high)), surname: m.names.surname(m.d)}
	m.add(head, -1, -1)
	mother, father := -1, 0
	if !head.Male {
		mother, father = 0, -1
	}
	motherBirth := head.Birth
	if p.spouse {
		spouse := m.partner(head, Spouse, p.spouseAge())
		at := m.add(spouse, -1, -1)
		if head.Male {
			mother, motherBirth = at, spouse.Birth
		} else {
			father = at
		}
	}
	line := head.surname
	if father > 0 {
		line = m.h.Members[father].surname
	}
	m.addParents(p.parents)
	for range p.siblings {
		m.add(Person{Relation: Sibling, Male: m.d.chance(0.6), Birth: m.later(head.Birth, m.d.between(-12, 12)), surname: head.surname}, -1, -1)
	}
	for _, birth := range m.births(motherBirth, p.children, 0) {
		m.add(m.child(birth, line, Son, Daughter), mother, father)
	}
	m.addSonFamily(p, line, mother, father, motherBirth)
}

// addSonFamily adds a grown son, his wife and the grandchildren; without him the grandchildren's parents are away.
func (m maker) addSonFamily(p plan, line string, mother, father int, motherBirth time.Time) {
	son, wife := -1, -1
	parentBirth := m.later(motherBirth, m.d.between(20, 27))
	if p.son {
		birth := m.births(motherBirth, 1, p.sonAge())[0]
		son = m.add(Person{Relation: Son, Male: true, Birth: birth, surname: line}, mother, father)
		parentBirth = birth
	}
	if p.daughterInLaw {
		partner := m.partner(m.h.Members[son], DaughterInLaw, motherAge(p.grandchildren))
		wife = m.add(partner, -1, -1)
		parentBirth = partner.Birth
	}
	for _, birth := range m.births(parentBirth, p.grandchildren, 0) {
		m.add(m.child(birth, line, Grandson, Granddaughter), wife, son)
	}
}

// addParents adds the head's mother, father or both.
func (m maker) addParents(count int) {
	if count == 0 {
		return
	}
	head := m.h.Members[0]
	oldest := m.bornAt(93)
	birth := m.later(head.Birth, -m.d.between(19, 34))
	if birth.Before(oldest) {
		birth = oldest
	}
	mother := Person{Relation: Mother, Birth: birth}
	father := Person{Relation: Father, Male: true, Birth: m.later(birth, -m.d.between(0, 4)), surname: head.surname}
	mother.surname = m.wifeSurname(head.surname)
	both := count > 1
	woman := both || m.d.chance(0.65)
	if woman {
		m.h.Members[0].Mother = m.add(mother, -1, -1)
	}
	if both || !woman {
		m.h.Members[0].Father = m.add(father, -1, -1)
	}
}

// motherAge is what a mother of so many children has at least lived, in years: her first is born when she is 19 or
// more, and they come two years apart.
func motherAge(children int) float64 { return 20.5 + 2.2*float64(children) }

// sonAge is what the grown son has at least lived, in years: enough for the father of the grandchildren, whose mother
// may be three years older.
func (p plan) sonAge() float64 { return max(22, motherAge(p.grandchildren)-3) }

// spouseAge is what the head's spouse has at least lived, in years: enough for the children, or for the grown son.
func (p plan) spouseAge() float64 {
	if p.son {
		return p.sonAge() + 19.6
	}
	return motherAge(p.children)
}

// partner is a husband or wife of about the same age who has lived at least so many years. A wife is at most four years older, so
// that her husband is grown when her first child is born.
func (m maker) partner(of Person, relation string, least float64) Person {
	difference := max(-4, m.d.normal(2, 2.5)) // the husband is older
	if !of.Male {
		difference = -difference
	}
	birth := m.later(of.Birth, difference)
	if youngest := m.bornAt(least); birth.After(youngest) {
		birth = youngest
	}
	p := Person{Relation: relation, Male: !of.Male, Birth: birth, surname: m.names.surname(m.d)}
	if of.Male {
		p.surname = m.wifeSurname(of.surname)
	}
	return p
}

func (m maker) wifeSurname(husband string) string {
	if m.spec.Words.Names.WifeKeeps {
		return m.names.surname(m.d)
	}
	return husband
}

// births spreads the births of children over a mother's years from 19 to 38, as far as they have passed, so that each
// is at least youngest years old at the end of the year.
func (m maker) births(mother time.Time, count int, youngest float64) []time.Time {
	age := m.end().Sub(mother).Hours() / yearLength.Hours()
	const first = 19.0
	last := max(first+0.5, min(38, age-youngest-0.1))
	births := make([]time.Time, count)
	for i := range births {
		step := (last - first) / float64(count)
		births[i] = m.later(mother, first+step*(float64(i)+m.d.between(0.2, 0.8)))
	}
	return births
}

// child is a child of either sex; grown daughters have mostly left.
func (m maker) child(birth time.Time, surname, son, daughter string) Person {
	p := Person{Relation: son, Male: m.d.chance(0.53), Birth: birth, surname: surname}
	if birth.Before(m.bornAt(23)) && m.d.chance(0.7) {
		p.Male = true
	}
	if !p.Male {
		p.Relation = daughter
	}
	return p
}

// add names a member, counts the age and appends it; it returns the index.
func (m maker) add(p Person, mother, father int) int {
	p.Mother, p.Father = mother, father
	if p.Birth.After(m.end()) {
		p.Birth = m.end().Add(-30 * dayLength)
	}
	p.Age, p.born = m.age(p.Birth), p.Birth
	p.Name = m.names.full(m.d, p.surname, p.Male)
	m.h.Members = append(m.h.Members, p)
	return len(m.h.Members) - 1
}

// end is the last day of the year.
func (m maker) end() time.Time { return time.Date(m.spec.Year, 12, 31, 0, 0, 0, 0, time.UTC) }

// bornAt is the birthday of somebody who is so many years old at the end of the year.
func (m maker) bornAt(age float64) time.Time { return m.later(m.end(), -age) }

// later is the day so many years after t.
func (m maker) later(t time.Time, years float64) time.Time {
	days := math.Round(years * yearLength.Hours() / 24)
	return t.Add(time.Duration(days) * dayLength)
}

// age counts completed years at the end of the year.
func (m maker) age(birth time.Time) int { return m.spec.Year - birth.Year() } // nobody's birthday is after 31 December
