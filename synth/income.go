package synth

import (
	"math"
	"time"
)

// Yearly benefits as shares of the line, which makes them independent of the currency.
const (
	pensionShare   = 0.24  // basic pension of a person of 60 or more
	allowanceShare = 0.45  // subsistence allowance of a person
	subsidyShare   = 0.025 // grain subsidy per unit of arable land
)

// support decides who receives the subsistence allowance, and what the register says the household is.
func (m maker) support() {
	h := m.h
	t := traitsOf(h)
	if !h.Registered {
		if m.d.chance(0.01) {
			m.grantAllowance()
			h.Attribute = AttributeAllowance
		}
		return
	}
	alone := t.size == 1 && h.Head().Age >= 60 && t.workers == 0
	switch {
	case alone && m.d.chance(0.5):
		h.Attribute = AttributeAlone
		m.grantAllowance()
	case t.workers == 0 && m.d.chance(0.75):
		h.Attribute = AttributeAllowance
		m.grantAllowance()
	case t.serious+t.disabled > 0 && m.d.chance(0.5):
		h.Attribute = AttributeAllowanceLabour
		m.grantAllowance()
	default:
		h.Attribute = AttributeOrdinary
	}
	if t.workers > 0 && h.Attribute == AttributeAllowance {
		h.Attribute = AttributeAllowanceLabour
	}
	if t.workers == 0 && h.Attribute == AttributeAllowanceLabour {
		h.Attribute = AttributeAllowance
	}
	yearEnd := time.Date(m.spec.Year, 12, 31, 0, 0, 0, 0, time.UTC)
	h.Identified = yearEnd.AddDate(0, 0, 90+m.d.IntN(90))
	h.ExitYear = m.spec.Year + 2 + m.d.IntN(6)
}

func (m maker) grantAllowance() {
	for i := range m.h.Members {
		m.h.Members[i].Allowance = true
	}
}

// The bounds of welfare by head, as multiples of the line; how far consumption and income follow one another, and by
// how much they part by chance.
const (
	leastWelfare = 0.12
	mostWelfare  = 20
	follows      = 0.9
	parts        = 0.12
)

// welfare sets income and consumption from the distance of the score to the village's border between poor and not
// poor: the spec's measure exactly, the other about it.
func (h *Household) welfare(m maker, distance float64) {
	round := m.spec.Round
	whole := float64(m.spec.Line) * m.heads()
	threshold := int64(math.Round(whole)) // poor is whose measure is below it
	amount := m.rounded(whole * min(mostWelfare, max(leastWelfare, math.Exp(m.spec.Spread*distance))))
	if h.Poor {
		amount = min(amount, (threshold-1)/round*round)
	} else {
		amount = max(amount, (threshold+round-1)/round*round)
	}
	h.Welfare = math.Log(float64(amount) / whole)
	other := max(round, m.rounded(whole*math.Exp(follows*h.Welfare+m.d.normal(0, parts))))
	h.Net, h.Consumption = amount, other
	if m.spec.Measure == MeasureConsumption {
		h.Net, h.Consumption = other, amount
	}
}

// heads counts the members as the measure does.
func (m maker) heads() float64 {
	count := 0.0
	for i := range m.h.Members {
		if m.h.Members[i].Age < 18 {
			count += m.spec.Child
		} else {
			count++
		}
	}
	return count
}

// tilt is by how much sources of income weigh more than traits alone make them.
type tilt struct{ wages, business, rent float64 }

// calibrate tilts the sources of income until their shares in some villages are those asked for.
func (c *County) calibrate() {
	asked := c.spec.Income
	if asked.Wages <= 0 || asked.Business <= 0 || asked.Property <= 0 {
		return
	}
	const pilot, rounds = 1500, 6
	step := max(1, len(c.villages)/max(1, min(len(c.villages), pilot*len(c.villages)/c.spec.Households)))
	for range rounds {
		sums := map[string]float64{}
		for i := 0; i < len(c.villages); i += step {
			for _, h := range c.Make(i) {
				addSources(sums, h)
			}
		}
		total := sums["wage"] + sums["business"] + sums["property"] + sums["transfer"]
		c.sources.wages *= asked.Wages / max(0.01, sums["wage"]/total)
		c.sources.business *= asked.Business / max(0.01, sums["business"]/total)
		c.sources.rent *= asked.Property / max(0.001, sums["property"]/total)
	}
}

// addSources adds a household's net income by class; the cost of production lowers that of business.
func addSources(sums map[string]float64, h *Household) {
	for _, e := range h.Entries {
		switch {
		case e.Class == "production_cost":
			sums["business"] -= float64(e.Amount)
		case !e.Expenditure:
			sums[e.Class] += float64(e.Amount)
		}
	}
}

// earn divides the net income among sources that the household has. The entries sum to the net income exactly.
func (m maker) earn() {
	h := m.h
	left := h.Net - m.transfers()
	t := traitsOf(h)
	wages, business, rent := 0.0, 0.0, 0.0
	if t.months > 0 {
		wages = m.sources.wages * (0.9*float64(t.months) + 0.4*float64(t.skilled))
	}
	if t.workers > 0 {
		business = m.sources.business * (0.6 + 0.5*h.Living.Arable)
	}
	if h.Living.Arable > 0 && (t.workers == 0 || m.d.chance(0.08)) {
		rent = m.sources.rent * 0.25
	}
	total := wages + business + rent
	fromWages := min(left, m.rounded(float64(left)*wages/max(total, 1)))
	fromRent := min(left-fromWages, m.rounded(float64(left)*rent/max(total, 1)))
	if t.workers == 0 {
		// The old and the sick live on a little rent and on their kin.
		fromRent = min(left, m.rounded(rent*float64(m.spec.Line)))
	}
	m.wages(fromWages)
	m.enter("property", SourceRent, fromRent)
	if left -= fromWages + fromRent; t.workers > 0 {
		m.business(left)
	} else {
		m.enter("transfer", SourceSupport, left)
	}
	m.needs(t)
}

// transfers enters the public benefits, at most nine tenths of the income, and returns their sum.
func (m maker) transfers() int64 {
	line := float64(m.spec.Line)
	var pensions, allowances int
	for i := range m.h.Members {
		if m.h.Members[i].Age >= 60 {
			pensions++
		}
		if m.h.Members[i].Allowance {
			allowances++
		}
	}
	amounts := []float64{pensionShare * line * float64(pensions), allowanceShare * line * float64(allowances), subsidyShare * line * m.h.Living.Arable}
	sources := []string{SourcePension, SourceAllowance, SourceSubsidy}
	limit := min(1, 0.9*float64(m.h.Net)/(amounts[0]+amounts[1]+amounts[2]+1))
	sum := int64(0)
	for i, amount := range amounts {
		entered := int64(amount*limit) / m.spec.Round * m.spec.Round
		m.enter("transfer", sources[i], entered)
		sum += entered
	}
	return sum
}

// wages divides a sum among the members who worked away, by months.
func (m maker) wages(sum int64) {
	months := 0
	for i := range m.h.Members {
		months += m.h.Members[i].Months
	}
	for i := range m.h.Members {
		worked := m.h.Members[i].Months
		if worked == 0 {
			continue
		}
		part := m.rounded(float64(sum) * float64(worked) / float64(months))
		if months == worked {
			part = sum // the last one takes what is left
		}
		m.enter("wage", SourceWage, part)
		sum -= part
		months -= worked
	}
}

// business enters the income of the family's farm or trade before costs, and the costs, so that net is left over.
func (m maker) business(net int64) {
	share := m.d.between(0.2, 0.45)
	if len(m.spec.Words.Sources[SourceInputs]) == 0 || len(m.spec.Words.Sources[SourceFeed]) == 0 {
		share = 0
	}
	cost := m.rounded(float64(net) * share / (1 - share))
	gross := net + cost
	livestock := m.rounded(float64(gross) * m.d.between(0.1, 0.6))
	trade := int64(0)
	if m.d.chance(0.06) {
		trade = m.rounded(float64(gross-livestock) * m.d.between(0.3, 0.8))
	}
	feed := m.rounded(float64(cost) * m.d.between(0.2, 0.5))
	m.enter("business", SourceCrops, gross-livestock-trade)
	m.enter("business", SourceLivestock, livestock)
	m.enter("business", SourceTrade, trade)
	m.spend("production_cost", SourceInputs, cost-feed)
	m.spend("production_cost", SourceFeed, feed)
}

// mostNeeds is the share of consumption that illness and schooling take at most.
const mostNeeds = 0.6

// needs enters what illness and schooling cost; it is a part of consumption.
func (m maker) needs(t traits) {
	line := float64(m.spec.Line)
	medical, schooling := 0.0, 0.0
	if sick := t.serious*4 + t.chronic; sick > 0 {
		medical = line * float64(sick) * m.d.between(0.2, 0.9)
	}
	if t.costly > 0 {
		schooling = line * float64(t.costly) * m.d.between(0.6, 2)
	}
	limit := min(1, mostNeeds*float64(m.h.Consumption)/(medical+schooling+1))
	m.spend("medical", SourceMedical, m.below(medical*limit))
	m.spend("education_cost", SourceSchooling, m.below(schooling*limit))
}

// below rounds down to a multiple of the spec's Round.
func (m maker) below(amount float64) int64 { return int64(amount) / m.spec.Round * m.spec.Round }

// rounded rounds to the nearest multiple of the spec's Round.
func (m maker) rounded(amount float64) int64 {
	return int64(math.Round(amount/float64(m.spec.Round))) * m.spec.Round
}

func (m maker) enter(class, source string, amount int64) {
	m.book(Entry{Class: class, Kind: source, Amount: amount})
}

func (m maker) spend(class, source string, amount int64) {
	m.book(Entry{Expenditure: true, Class: class, Kind: source, Amount: amount})
}

// book adds an entry in words of its kind; nothing is booked of what has no words.
func (m maker) book(e Entry) {
	words := m.spec.Words.Sources[e.Kind]
	if e.Amount <= 0 || len(words) == 0 {
		return
	}
	e.Source = m.d.one(words)
	m.h.Entries = append(m.h.Entries, e)
}
