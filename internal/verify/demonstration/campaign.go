package demonstration

import (
	"math"

	"rightkey/precision"
	"rightkey/synth/visit"
)

// Site is where visits are made: all that a campaign knows of the truth comes from it.
type Site interface {
	Visit(household int) (enumerator int, f visit.Finding)
}

// Batches is the number of batches in which as many visits are made as there are registered households.
const Batches = 10

// Campaign verifies a register by planned visits.
type Campaign struct {
	Planner *precision.Planner
	site    Site
	unit    int // visits that are as many as the registered
	Costs   Costs
}

// Costs are what a campaign takes.
type Costs struct {
	Visits   int
	TeamDays float64
	Cases    int // changes of status that were proposed
	Meetings int // of a village about its cases, once a batch
}

// visitsPerDay is how many households a team of two visits in a day.
const visitsPerDay = 8

// NewCampaign begins a campaign that draws the usual share by lot.
func NewCampaign(households []precision.Household, site Site, setting precision.Setting, seed uint64) *Campaign {
	return begin(precision.NewBelief(households, setting), precision.DefaultRandom, site, seed)
}

func begin(b *precision.Belief, random float64, site Site, seed uint64) *Campaign {
	c := &Campaign{Planner: precision.NewPlanner(b, random, seed), site: site}
	for _, h := range b.Households {
		if h.Registered {
			c.unit++
		}
	}
	return c
}

// Until makes visits until they are so many times the registered.
func (c *Campaign) Until(times float64) {
	for whole := int(math.Round(times * float64(c.unit))); c.Costs.Visits < whole; {
		c.batch(min(whole-c.Costs.Visits, (c.unit+Batches-1)/Batches))
	}
}

// steps of learning after each batch.
const steps = 2

func (c *Campaign) batch(n int) {
	b := c.Planner.Belief
	plan := c.Planner.Next(n)
	met := append(plan.Lot, plan.Chosen...)
	for _, i := range met {
		enumerator, f := c.site.Visit(i)
		switch f.Outcome {
		case visit.Done:
			c.Planner.Observe(precision.Visit{Household: i, Enumerator: enumerator, Welfare: f.Welfare})
		case visit.Refused:
			c.Planner.Refused(i)
		case visit.Absent:
			c.Planner.Absent(i)
		}
	}
	c.Costs.Visits += len(met)
	c.Costs.TeamDays = float64(c.Costs.Visits) / visitsPerDay
	b.Learn(steps)
	changed := c.Planner.Decide(met)
	villages := map[int]bool{}
	for _, i := range changed {
		villages[b.Households[i].Village] = true
	}
	c.Costs.Cases += len(changed)
	c.Costs.Meetings += len(villages)
}
