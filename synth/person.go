package synth

// lives gives every member health, schooling, capacity for work and insurance.
func (m maker) lives() {
	for i := range m.h.Members {
		p := &m.h.Members[i]
		p.Health = m.health(p.Age)
		m.school(p)
		m.work(p)
		p.Insured = m.d.chance(0.96)
		p.InsuredTop = p.Insured && m.d.chance(0.6)
		p.Pension = p.Age >= 16 && p.School == "not_student" && m.d.chance(0.75)
		p.Training = p.worker() && p.Age < 50 && m.d.chance(0.25)
	}
}

// health draws illness and disability, more of them in age.
func (m maker) health(age int) []string {
	years := float64(age)
	var conditions []string
	if m.d.chance(0.01 + 0.00005*years*years) {
		conditions = append(conditions, "chronic")
	}
	if m.d.chance(0.006 + 0.0004*years) {
		conditions = append(conditions, "serious")
	}
	if m.d.chance(0.015 + 0.0006*years) {
		conditions = append(conditions, "disabled")
	}
	if conditions == nil {
		return []string{"healthy"}
	}
	return conditions
}

// school puts children into the school of their age and gives adults what their generation learned.
func (m maker) school(p *Person) {
	p.School, p.Education = "not_student", "none"
	switch age := p.Age; {
	case age < 3:
	case age < 6:
		if m.d.chance(0.65) {
			p.School = "preschool"
		}
	case age < 12:
		p.School = "primary"
	case age < 15:
		p.School, p.Education = "junior", "primary"
	case age < 18:
		p.Education = "junior"
		p.School = []string{"senior", "vocational", "not_student"}[m.d.pick(0.5-0.15*m.village.remote, 0.2, 0.3)]
	case age < 22 && m.d.chance(0.25-0.1*m.village.remote):
		p.School, p.Education = "college", "senior"
	default:
		p.Education = m.learned(age)
	}
}

// learned is the completed education of an adult, lower for the old and the remote.
func (m maker) learned(age int) string {
	level := m.d.normal(2.1-0.03*float64(age-30)-0.4*m.village.remote, 0.8)
	switch {
	case level < 0.6:
		return "none"
	case level < 1.6:
		return "primary"
	case level < 2.8:
		return "junior"
	case level < 3.5:
		return "senior"
	}
	return "college"
}

// work says what a member can do and whether wages are earned away from the farm.
func (m maker) work(p *Person) {
	p.Labour = m.labour(p)
	if !p.worker() || p.Age < 16 || p.Age >= 60 {
		return
	}
	away := 0.62 - 0.008*float64(p.Age-25)
	if p.ill("chronic", "disabled") {
		away *= 0.4
	}
	if !m.d.chance(away) {
		return
	}
	p.Months = 2 + m.d.IntN(10)
	p.WorkPlace = []string{"near", "city", "province", "far"}[m.d.pick(0.35, 0.15, 0.15, 0.35+0.2*m.village.remote)]
}

func (m maker) labour(p *Person) string {
	student := p.School != "not_student"
	switch {
	case p.Age < 16 || student || p.Age >= 72:
		return "none"
	case p.ill("serious") && m.d.chance(0.6) || p.ill("disabled") && m.d.chance(0.5):
		return "lost"
	case p.Age >= 65 && m.d.chance(0.6):
		return "none"
	case (p.Education == "senior" || p.Education == "college") && m.d.chance(0.4) || m.d.chance(0.06):
		return "skilled"
	}
	return "ordinary"
}
