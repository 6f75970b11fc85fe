package synth

import (
	"math"
	"strconv"
	"strings"
)

// traits are what the score, the house and the causes are made from.
type traits struct {
	size, workers, months, skilled, students, costly int // costly: students beyond compulsory school
	chronic, serious, disabled                       int
	schooling                                        int // best education, 0 to 4
}

var schoolYears = map[string]int{"none": 0, "primary": 1, "junior": 2, "senior": 3, "college": 4}

func traitsOf(h *Household) traits {
	t := traits{size: len(h.Members)}
	count := func(into *int, is bool) {
		if is {
			*into++
		}
	}
	for i := range h.Members {
		p := &h.Members[i]
		t.months += p.Months
		count(&t.workers, p.worker())
		count(&t.skilled, p.Labour == "skilled")
		count(&t.students, p.School != "not_student")
		count(&t.costly, p.School == "senior" || p.School == "vocational" || p.School == "college")
		count(&t.chronic, p.ill("chronic"))
		count(&t.serious, p.ill("serious"))
		count(&t.disabled, p.ill("disabled"))
		t.schooling = max(t.schooling, schoolYears[p.Education])
	}
	return t
}

// wealthByChance is the deviation of what neither traits nor lasting luck tell of the things that a household has.
const wealthByChance = 0.18

// liveOn gives the household its land, house and surroundings. What money buys follows a wealth that its traits and
// the village make likely, so that it tells of the income without giving it away.
func (m maker) liveOn() {
	t := traitsOf(m.h)
	d, remote := m.d, m.village.remote
	wealth := 0.5*float64(t.workers)/float64(t.size) + 0.15*float64(t.schooling) - 0.3*float64(t.serious+t.disabled)/float64(t.size) - 0.7*remote
	wealth += d.normal(m.spec.LuckSeen*m.luck/m.spec.Luck, wealthByChance)
	l := &m.h.Living
	l.Arable = tenth(float64(t.size) * math.Exp(d.normal(0.1, 0.4)))
	l.Irrigated = tenth(l.Arable * d.between(0, 0.8) * (1 - 0.7*remote))
	l.Forest = tenth(float64(t.size) * math.Exp(d.normal(0.3*remote, 0.7)))
	l.Power = d.chance(1 - 0.02*remote)
	l.Broadcast = l.Power && d.chance(sigmoid(2.5+2*wealth-1.5*remote))
	l.WaterHard = d.chance(sigmoid(-3 - 0.5*wealth + 2.5*remote))
	l.WaterSafe = !l.WaterHard && d.chance(sigmoid(2.2+1.5*wealth-remote))
	l.Toilet = d.chance(sigmoid(-0.2 + 2*wealth))
	l.Cooperative = t.workers > 0 && d.chance(0.12)
	l.VeteranFamily = d.chance(0.015)
	l.FewChildren = d.chance(0.04)
	l.RoadDistance = tenth(max(0.1, 0.3+6*remote*d.Float64()*d.Float64()))
	l.Fuel = []string{"wood", "coal", "gas"}[d.pick(0.5+0.4*remote, 0.35, max(0.05, 0.2+0.2*wealth))]
	m.house(wealth, t.size)
	m.own(wealth)
	m.h.Group = strings.ReplaceAll(m.spec.Words.Places.Group, "#", strconv.Itoa(1+d.IntN(8)))
	if d.chance(0.85) {
		m.h.Phone = d.digits(m.spec.Words.Phone)
	}
}

// house builds the house: the poorer, the smaller, older and more dangerous.
func (m maker) house(wealth float64, size int) {
	d, l := m.d, &m.h.Living
	l.HouseArea = int(max(18, (30+16*float64(size))*math.Exp(d.normal(0.15*wealth, 0.3))))
	l.HouseBuilt = m.spec.Year - int(max(0, d.normal(22-7*wealth, 9)))
	at := d.normal(wealth, 0.4)
	switch {
	case at > 1.3:
		l.HouseStructure = "concrete"
	case at > 0.1:
		l.HouseStructure = "brick_concrete"
	case at > -0.7:
		l.HouseStructure = "brick_wood"
	default:
		l.HouseStructure = "earth"
	}
	decay := d.normal(0.04*float64(m.spec.Year-l.HouseBuilt)-0.8*at, 0.6)
	switch {
	case decay < 0.8:
		l.HouseGrade = "A"
	case decay < 2:
		l.HouseGrade = "B"
	case decay < 2.9:
		l.HouseGrade = "C"
	default:
		l.HouseGrade = "D"
	}
}

// score is how well off a household is, in units of about one standard deviation: what it has and how many it feeds,
// illness and schooling in it, and luck.
func (m maker) score() float64 {
	t := traitsOf(m.h)
	l := m.h.Living
	size := float64(t.size)
	return 0.75*float64(t.workers)/size + 0.06*float64(t.months)/size + 0.4*float64(t.skilled)/size + 0.18*float64(t.schooling) -
		0.5*float64(t.serious) - 0.2*float64(t.chronic) - 0.35*float64(t.disabled) - 0.3*float64(t.costly) -
		0.1*(size-float64(t.workers)) + 0.12*l.Arable/size + 0.003*float64(l.HouseArea)/size + m.luck
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// tenth rounds to one decimal.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }
