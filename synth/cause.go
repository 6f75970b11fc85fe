package synth

// explain gives a household that is poor or registered its causes of poverty, the main one first and up to two others,
// from those that its traits bear out.
func (m maker) explain() {
	if !m.h.Registered && !m.h.Poor {
		return
	}
	t := traitsOf(m.h)
	l := m.h.Living
	size := float64(t.size)
	likely := []struct {
		cause  string
		weight float64
		holds  bool
	}{
		{CauseIllness, 6 * float64(t.serious+t.chronic), t.serious+t.chronic > 0},
		{CauseDisability, 3 * float64(t.disabled), t.disabled > 0},
		{CauseSchooling, 4 * float64(t.costly), t.costly > 0},
		{CauseLabour, 4, t.workers == 0 || t.workers == 1 && t.size > 3},
		{CauseTechnique, 2.5, t.workers > 0 && t.schooling < 3},
		{CauseCapital, 2, t.workers > 0},
		{CauseTransport, 3 * m.village.remote, l.RoadDistance > 1.5},
		{CauseWater, 2, l.WaterHard},
		{CauseLand, 1.5, l.Arable/size < 0.6},
		{CauseDrive, 0.4, t.workers > 0},
		{CauseDisaster, 0.25, true},
	}
	count := []int{1, 2, 3}[m.d.pick(0.3, 0.45, 0.25)]
	for range count {
		weights := make([]float64, len(likely))
		open := 0.0
		for i, c := range likely {
			if c.holds {
				weights[i] = c.weight
				open += c.weight
			}
		}
		if open == 0 {
			return
		}
		chosen := m.d.pick(weights...)
		likely[chosen].holds = false
		m.h.Causes = append(m.h.Causes, likely[chosen].cause)
	}
}
