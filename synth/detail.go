package synth

import "math"

// detailStream sets the dice of the details apart from those of the villages.
const detailStream = 1 << 32

// detail adds what the forms ask besides what makes a household poor: surroundings, animals, relocation, what is known
// of the members, and what it spends on living.
func (m maker) detail() {
	m.surroundings()
	m.animals()
	m.move()
	for i := range m.h.Members {
		m.about(&m.h.Members[i])
		m.related(&m.h.Members[i])
	}
	if m.h.Registered || m.spec.AskSpending {
		m.live()
	}
}

// surroundings are land besides the fields, the way to the house, the water and what comes by wire.
func (m maker) surroundings() {
	d, l, remote := m.d, &m.h.Living, m.village.remote
	size := float64(len(m.h.Members))
	if d.chance(0.2 + 0.3*remote) {
		l.Returned = tenth(size * d.between(0.2, 1))
	}
	if d.chance(0.15) {
		l.Fruit = tenth(size * d.between(0.1, 0.8))
	}
	if d.chance(0.1 + 0.15*remote) {
		l.Pasture = tenth(size * d.between(0.5, 4))
	}
	if d.chance(0.03) {
		l.WaterArea = tenth(d.between(0.1, 2))
	}
	l.ProductionPower = l.Power && d.chance(0.9-0.3*remote)
	l.Television = l.Power && (l.Broadcast || d.chance(0.2))
	l.Broadband = l.Power && d.chance(0.25-0.2*remote)
	l.RoadType = []string{"asphalt", "cement", "gravel", "earth"}[d.pick(0.08*(1-remote), 0.6-0.3*remote, 0.22, 0.1+0.4*remote)]
	switch {
	case l.WaterHard:
		l.WaterSource = []string{"cistern", "surface", "spring"}[d.pick(0.5, 0.3, 0.2)]
	case l.WaterSafe:
		l.WaterSource = []string{"piped", "deep_well", "spring"}[d.pick(0.7, 0.15, 0.15)]
	default:
		l.WaterSource = []string{"spring", "shallow_well", "surface"}[d.pick(0.5, 0.3, 0.2)]
	}
}

// animals gives those who earn by animals some of them, and others a few.
func (m maker) animals() {
	d, l := m.d, &m.h.Living
	earned := int64(0)
	for _, e := range m.h.Entries {
		if e.Kind == SourceLivestock {
			earned += e.Amount
		}
	}
	if earned == 0 && !d.chance(0.2) {
		return
	}
	scale := min(8, float64(earned)/float64(m.spec.Line))
	some := func(chance, per float64) Stock {
		if !d.chance(chance) {
			return Stock{}
		}
		return Stock{Kept: 1 + int(scale*per*d.between(0.3, 1)), Sold: int(math.Round(scale * per * d.between(0.2, 0.9)))}
	}
	l.Pigs, l.Cattle, l.Sheep, l.Poultry = some(0.7, 1), some(0.3, 0.5), some(0.15, 2), some(0.8, 8)
}

// move asks those whose house is dangerous and far away whether they would move.
func (m maker) move() {
	d, l := m.d, &m.h.Living
	if !m.h.Registered || m.village.remote < 0.6 || l.HouseGrade < "C" && !d.chance(0.1) {
		return
	}
	if l.MovesAgreed = d.chance(0.7); !l.MovesAgreed {
		return
	}
	l.MovesWay = []string{"part", "whole_village"}[d.pick(0.8, 0.2)]
	l.Resettlement = []string{"concentrated", "dispersed"}[d.pick(0.75, 0.25)]
}

// grades are how many years a school has.
var grades = map[string]struct{ from, years int }{"preschool": {3, 3}, "primary": {6, 6}, "junior": {12, 3}, "senior": {15, 3}, "vocational": {15, 3}, "college": {18, 4}}

// about fills in what is known of a member besides health, schooling and work.
func (m maker) about(p *Person) {
	d := m.d
	if g, ok := grades[p.School]; ok {
		p.SchoolYear = min(g.years, max(1, p.Age-g.from+1))
	}
	if p.Pension {
		p.PensionKind = "resident"
		if p.WorkPlace != "" && d.chance(0.08) {
			p.PensionKind = "employee"
		}
	}
	if p.ill("disabled") {
		p.DisabilityType = 1 + d.pick(0.2, 0.12, 0.03, 0.45, 0.08, 0.09, 0.03)
		p.DisabilityGrade = 1 + d.pick(0.15, 0.25, 0.3, 0.3)
	}
	if p.Age >= 16 && d.chance(0.5) {
		p.Phone = d.digits(m.spec.Words.Phone)
	}
	p.People = m.people(p)
	p.PartyMember = p.Age >= 18 && d.chance(0.03)
	p.LeftBehind = p.Age < 16 && m.parentsAway(p)
	p.EmptyNest = p.Age >= 65 && m.youngest() >= 60
}

// people is the people a member belongs to, mostly that of the head.
func (m maker) people(p *Person) string {
	peoples := m.spec.Words.Peoples
	if len(peoples) == 0 {
		return ""
	}
	if head := m.h.Members[0].People; head != "" && (p.Relation != Spouse || m.d.chance(0.85)) {
		return head
	}
	weights := make([]float64, len(peoples))
	for i, people := range peoples {
		weights[i] = people.Weight
	}
	return peoples[m.d.pick(weights...)].Name
}

// parentsAway says whether those of a child's parents who are members work outside the county.
func (m maker) parentsAway(p *Person) bool {
	known := 0
	for _, i := range []int{p.Mother, p.Father} {
		if i < 0 {
			continue
		}
		known++
		if place := m.h.Members[i].WorkPlace; place == "" || place == "near" {
			return false
		}
	}
	return known > 0
}

func (m maker) youngest() int {
	age := m.h.Members[0].Age
	for _, p := range m.h.Members {
		age = min(age, p.Age)
	}
	return age
}

// live enters what a household spends on living: what its consumption leaves beside illness and schooling, divided by
// the basket, and what the insurances cost its members.
func (m maker) live() {
	left := m.h.Consumption
	for _, e := range m.h.Entries {
		if e.Class == "medical" || e.Class == "education_cost" {
			left -= e.Amount
		}
	}
	weights, total := make([]float64, len(m.spec.Basket)), 0.0
	for i, good := range m.spec.Basket {
		weights[i] = max(0.01, good.Share+good.Slope*m.h.Welfare/math.Ln2) * m.d.between(0.8, 1.2)
		total += weights[i]
	}
	for i, good := range m.spec.Basket {
		part := left
		if i < len(weights)-1 {
			part = m.below(float64(left) * weights[i] / total)
		}
		m.spend(good.Kind, good.Kind, part)
		left -= part
		total -= weights[i]
	}
	insured := 0
	for _, p := range m.h.Members {
		if p.Insured {
			insured++
		}
	}
	m.spend("transfer_paid", SourceInsurance, m.rounded(0.025*float64(m.spec.Line)*float64(insured)))
}
