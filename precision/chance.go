package precision

// Chance is the chance that a household had in the last draw by lot; 0 for one that was not drawn in it.
func (p *Planner) Chance(household int) float64 {
	if len(p.batches) == 0 {
		return 0
	}
	return p.batches[len(p.batches)-1].chance[household]
}
