package precision

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// DefaultRandom is the share of visits that is drawn by lot.
const DefaultRandom = 0.2

// Planner spends visits batch by batch and keeps the status of every household.
type Planner struct {
	Belief *Belief
	Status []bool // stands on the register now
	Random float64

	dice    *rand.Rand
	began   []bool // status when the campaign began
	visited []bool // in this campaign, and something was found
	refused []bool // nobody asks again
	waiting []int  // drawn by lot, and not at home so far
	batches []batch
}

// Batch are the households to visit next.
type Batch struct {
	Lot    []int // drawn by lot, with those drawn before who were not at home
	Chosen []int // whose visit is expected to lower the cost of errors most
}

// NewPlanner plans by what is believed. Random is the share of visits drawn by lot.
func NewPlanner(b *Belief, random float64, seed uint64) *Planner {
	p := &Planner{Belief: b, Random: random, Status: make([]bool, len(b.Households)), dice: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
	for i, h := range b.Households {
		p.Status[i] = h.Registered
	}
	p.begin()
	return p
}

// Begin begins another campaign after some years: what was found before is so much older, and everybody may be visited
// again.
func (p *Planner) Begin(years float64) {
	p.Belief.Age(years)
	p.begin()
}

// Change takes over what is newly known of a household. Another household that lives there now is not registered.
func (p *Planner) Change(household int, now Household, another bool) {
	p.Belief.Change(household, now, another)
	if another {
		p.Status[household] = false
	}
}

func (p *Planner) begin() {
	n := len(p.Status)
	p.began, p.visited, p.refused = slices.Clone(p.Status), make([]bool, n), make([]bool, n)
	p.waiting, p.batches = nil, nil
}

// Observe takes a visit of this campaign into account.
func (p *Planner) Observe(v Visit) {
	p.Belief.Observe(v)
	p.visited[v.Household] = true
}

// Next plans n visits and records the chances of the draw, so that Estimate can tell what is left.
func (p *Planner) Next(n int) Batch {
	lot := p.waiting
	p.waiting = nil
	drawn := p.draw(int(math.Round(p.Random * float64(n))))
	lot = append(lot, drawn...)
	taken := make(map[int]bool, len(lot))
	for _, i := range lot {
		taken[i] = true
	}
	type worth struct {
		household int
		gain      float64
	}
	var all []worth
	for i := range p.Belief.Households {
		if p.refused[i] || taken[i] {
			continue
		}
		if gain := p.Belief.Gain(i, p.Status[i]); gain > 0 {
			all = append(all, worth{i, gain})
		}
	}
	slices.SortFunc(all, func(a, b worth) int {
		return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.household, b.household))
	})
	plan := Batch{Lot: lot}
	for _, w := range all[:max(0, min(len(all), n-len(lot)))] {
		plan.Chosen = append(plan.Chosen, w.household)
	}
	return plan
}

// least is the least size of a household in the draw by lot, so that nobody is without a chance.
const least = 0.02

// draw draws by lot among who was not visited yet: by systematic sampling from a random order, with chances in proportion
// to how uncertain the household's status is. That makes the difference between what was believed and what is found
// tell most (Godambe and Joshi 1965).
func (p *Planner) draw(n int) []int {
	b := p.Belief
	frame := batch{chance: map[int]float64{}}
	for i := range b.Households {
		if p.visited[i] || p.refused[i] {
			continue
		}
		raw, clear := b.Standing(i).Wrong(p.Status[i])
		frame.households = append(frame.households, i)
		frame.raw, frame.clear = append(frame.raw, raw), append(frame.clear, clear)
	}
	frame.draw(n, p.dice)
	p.batches = append(p.batches, frame)
	return frame.drawn
}

// Refused records that nobody will ask the household again.
func (p *Planner) Refused(household int) { p.refused[household] = true }

// Absent records that nobody was at home; who was drawn by lot is visited again.
func (p *Planner) Absent(household int) {
	for _, frame := range p.batches {
		if _, drawn := frame.chance[household]; drawn {
			p.waiting = append(p.waiting, household)
			return
		}
	}
}

// Decide gives visited households the status that costs least and returns whose changes.
func (p *Planner) Decide(households []int) (changed []int) {
	for _, i := range households {
		if !p.visited[i] {
			continue
		}
		if to := p.Belief.Proposed(i, p.Status[i]); to != p.Status[i] {
			p.Status[i] = to
			changed = append(changed, i)
		}
	}
	return changed
}
