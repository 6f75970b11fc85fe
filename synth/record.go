package synth

import (
	"fmt"
	"slices"
	"time"
)

// Fault is a mistake in the records of a person or household and the truth behind it.
type Fault struct {
	Key   string // of the person or household
	Kind  string // Fault…
	Truth string // the right value, the key of the first record, the day
}

// The mistakes of records.
const (
	FaultTwice          = "twice"           // the person is a member elsewhere under the key Truth
	FaultHouseholdTwice = "household_twice" // the household is registered under the key Truth
	FaultTypo           = "typo"            // the name is Truth
	FaultSwapped        = "swapped"         // the birthday is Truth
	FaultNumberMissing  = "number_missing"  // the identity number is Truth
	FaultNumberWrong    = "number_wrong"    // the identity number is Truth
	FaultNumberForeign  = "number_foreign"  // the identity number is Truth
	FaultDead           = "dead"            // died on the day Truth
	FaultMoved          = "moved"           // left on the day Truth
)

const (
	recordStream    = 2 << 32 // sets the dice of records apart
	monthsUnnoticed = 30      // for which a death or a move goes unnoticed at most
)

// numberMistake is what becomes of an identity number once it is made.
type numberMistake uint8

const (
	numberRight numberMistake = iota
	numberMissing
	numberWrong
	numberForeign
)

// blot makes the mistakes of records that the spec asks for in a village, and adds second registrations.
func (c *County) blot(number int, v village, households []*Household) []*Household {
	r := c.spec.Errors.Records
	if r == (Records{}) {
		return households
	}
	d := newDice(c.spec.Seed, uint64(number)+1+recordStream)
	for _, h := range households {
		for i := range h.Members {
			c.maker(d, v, h).blotPerson(&h.Members[i])
		}
	}
	for _, h := range households {
		if other := households[d.IntN(len(households))]; other != h && d.chance(r.Twice*float64(len(h.Members))) {
			other.receive(h, d.IntN(len(h.Members)))
		}
	}
	for _, h := range slices.Clone(households) {
		if d.chance(r.HouseholdsTwice) {
			households = append(households, h.again(fmt.Sprintf("%s-%04d", v.area.Code, len(households)+1)))
		}
	}
	return households
}

// blotPerson makes mistakes in a person's record.
func (m maker) blotPerson(p *Person) {
	d, r := m.d, m.spec.Errors.Records
	fault := func(kind, truth string) { m.h.Faults = append(m.h.Faults, Fault{p.Key, kind, truth}) }
	if d.chance(r.Typos) {
		if wrong := m.mistype(p); wrong != p.Name {
			fault(FaultTypo, p.Name)
			p.Name = wrong
		}
	}
	if b := p.Birth; d.chance(r.Swapped) && b.Day() <= 12 && b.Day() != int(b.Month()) {
		fault(FaultSwapped, b.Format(time.DateOnly))
		p.Birth = time.Date(b.Year(), time.Month(b.Day()), int(b.Month()), 0, 0, 0, 0, time.UTC)
	}
	if d.chance(r.Dead) && p.Age >= 20 && p.Relation != Head {
		p.Died = m.unnoticed()
		fault(FaultDead, p.Died.Format(time.DateOnly))
	} else if d.chance(r.Moved) && p.Age >= 16 && p.Relation != Head {
		fault(FaultMoved, m.unnoticed().Format(time.DateOnly))
	}
	p.mistake = numberMistake(d.pick(1-r.NumberMissing-r.NumberWrong-r.NumberForeign, r.NumberMissing, r.NumberWrong, r.NumberForeign))
}

// unnoticed is a day within the last months of which the register does not know.
func (m maker) unnoticed() time.Time { return m.end().AddDate(0, 0, -1-m.d.IntN(30*monthsUnnoticed)) }

// mistype is the person's name with one wrong letter, or another character of given names where it has few.
func (m maker) mistype(p *Person) string {
	letters := []rune(p.Name)
	at := 1 + m.d.IntN(max(1, len(letters)-1))
	if at >= len(letters) || letters[at] == ' ' || letters[at-1] == ' ' {
		return p.Name
	}
	if letters[at] < 0x3000 {
		letters[at], letters[at-1] = letters[at-1], letters[at]
		return string(letters)
	}
	given := m.names.female
	if p.Male {
		given = m.names.male
	}
	letters[at] = []rune(given.draw(m.d))[0]
	return string(letters)
}

// receive registers a member of another household here as well.
func (h *Household) receive(from *Household, member int) {
	p := from.Members[member]
	if p.Relation == Head || p.Relation == Spouse {
		return
	}
	p.same = &from.Members[member]
	p.Key, p.Mother, p.Father = fmt.Sprintf("%s-%d", h.Key, len(h.Members)+1), -1, -1
	p.Relation = Sibling
	h.Members = append(slices.Clip(h.Members), p)
	h.Faults = append(h.Faults, Fault{p.Key, FaultTwice, from.Members[member].Key})
}

// again is a second record of the household under another key.
func (h *Household) again(key string) *Household {
	second := *h
	second.Key = key
	second.Members = slices.Clone(h.Members)
	second.Faults = []Fault{{key, FaultHouseholdTwice, h.Key}}
	for i := range second.Members {
		p := &second.Members[i]
		p.same = &h.Members[i]
		p.Key = fmt.Sprintf("%s-%d", key, i+1)
		second.Faults = append(second.Faults, Fault{p.Key, FaultTwice, h.Members[i].Key})
	}
	return &second
}
