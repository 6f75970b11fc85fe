package synth

import "fmt"

// Numbers gives identity numbers to households that come in the order of their villages.
type Numbers struct {
	of   Numbering
	at   string // digits of the area's code within which serials are counted
	met  map[serialKey]int
	last string // the number of the person before
}

// serialKey is what a serial is counted within: persons of one sex and, where the number holds it, one birthday.
type serialKey struct {
	day  int64
	male bool
}

// Numbers starts the numbering of the population.
func (c *County) Numbers() *Numbers { return &Numbers{of: c.spec.Numbering} }

// Number gives the members of a village's households their identity numbers, wrong ones where the spec asks for them.
func (n *Numbers) Number(households []*Household) {
	if n.of.Make == nil {
		return
	}
	for _, h := range households {
		if within := h.Village.Code[:min(n.of.Within, len(h.Village.Code))]; n.met == nil || within != n.at {
			n.at, n.met = within, map[serialKey]int{}
		}
		for i := range h.Members {
			n.person(h, &h.Members[i])
		}
	}
}

// person gives a person a number. Who is registered twice has the same number in both places, or none in the second.
func (n *Numbers) person(h *Household, p *Person) {
	if p.same != nil {
		p.Number = p.same.Number
		return
	}
	right := n.next(h, p)
	p.Number = right
	fault := func(kind, number string) {
		h.Faults = append(h.Faults, Fault{p.Key, kind, right})
		p.Number = number
	}
	switch p.mistake {
	case numberMissing:
		fault(FaultNumberMissing, "")
	case numberWrong:
		other := *p
		other.born = p.born.AddDate(0, 0, 1)
		fault(FaultNumberWrong, n.next(h, &other))
	case numberForeign:
		if n.last != "" {
			fault(FaultNumberForeign, n.last)
		}
	case numberRight:
	}
	n.last = right
}

// next is the next number for somebody of the person's sex and birthday.
func (n *Numbers) next(h *Household, p *Person) string {
	key := serialKey{male: p.Male}
	if n.of.ByBirth {
		key.day = p.born.Unix() / 86400
	}
	serial := n.met[key]
	n.met[key]++
	if n.of.Outside == 0 || serial < n.of.Outside {
		return n.of.Make(p, h.Village, serial)
	}
	return n.of.Make(p, n.elsewhere(h.Village, serial/n.of.Outside), serial%n.of.Outside)
}

// elsewhere is the village of somebody for whom his birthday has no serial left: he was born in a district whose code
// has other last digits, counted down from 99.
func (n *Numbers) elsewhere(village Area, times int) Area {
	within := min(n.of.Within, len(village.Code))
	digits := min(2, within)
	other := fmt.Sprintf("%02d", 99-(times-1)%100)
	village.Code = village.Code[:within-digits] + other[2-digits:] + village.Code[within:]
	return village
}
