package synth

// Tally is what the form of an area counts in its households. Add counts one more; the zero Tally is of nobody.
type Tally struct {
	Households, Persons               int
	Registered, RegisteredPersons     int
	Unsafe, Hard, Dangerous           int // households without safe water, with difficult water, in a house of grade C or D
	NoPower, NoProductionPower        int // households
	Broadcast, Broadband, Cooperative int // households
	Insured, Pensioned, Dropouts      int // persons; dropouts are 6 to 15 years old and at no school
	Moving                            int // registered households that agree to move
	Arable                            float64
	Distance                          float64 // sum of the households' distances to the main road, km
	Net                               int64   // sum of the net incomes, minor units
	Groups                            int
	groups                            map[string]bool
	lines                             map[string]int // households by what their crops and animals are
}

// Add counts a household.
func (t *Tally) Add(h *Household) {
	if t.groups == nil {
		t.groups, t.lines = map[string]bool{}, map[string]int{}
	}
	count := func(into *int, is bool) {
		if is {
			*into++
		}
	}
	l := &h.Living
	t.Households++
	t.Persons += len(h.Members)
	if h.Registered {
		t.Registered++
		t.RegisteredPersons += len(h.Members)
		count(&t.Moving, l.MovesAgreed)
	}
	count(&t.Unsafe, !l.WaterSafe)
	count(&t.Hard, l.WaterHard)
	count(&t.Dangerous, l.HouseGrade >= "C")
	count(&t.NoPower, !l.Power)
	count(&t.NoProductionPower, !l.ProductionPower)
	count(&t.Broadcast, l.Broadcast)
	count(&t.Broadband, l.Broadband)
	count(&t.Cooperative, l.Cooperative)
	for i := range h.Members {
		p := &h.Members[i]
		count(&t.Insured, p.Insured)
		count(&t.Pensioned, p.Pension)
		count(&t.Dropouts, p.Age >= 6 && p.Age <= 15 && p.School == "not_student")
	}
	for _, e := range h.Entries {
		if e.Kind == SourceCrops || e.Kind == SourceLivestock {
			t.lines[e.Source]++
		}
	}
	t.Arable += l.Arable
	t.Distance += l.RoadDistance
	t.Net += h.Net
	t.groups[h.Group] = true
	t.Groups = len(t.groups)
}

// Rate is the share of the persons who stand on the register, in percent.
func (t *Tally) Rate() float64 {
	if t.Persons == 0 {
		return 0
	}
	return 100 * float64(t.RegisteredPersons) / float64(t.Persons)
}

// netHead is the mean net income of a person, minor units, in steps of round.
func (t *Tally) netHead(round int64) int64 {
	if t.Persons == 0 {
		return 0
	}
	return t.Net / int64(t.Persons) / round * round
}

// industry is what most households grow or keep, "" where none does.
func (t *Tally) industry() string {
	best := ""
	for line, households := range t.lines {
		if best == "" || households > t.lines[best] || households == t.lines[best] && line < best {
			best = line
		}
	}
	return best
}

// join counts the households of another area as well.
func (t *Tally) join(o *Tally) {
	for _, of := range []struct {
		to  *int
		add int
	}{{&t.Households, o.Households}, {&t.Persons, o.Persons}, {&t.Registered, o.Registered}, {&t.RegisteredPersons, o.RegisteredPersons},
		{&t.Unsafe, o.Unsafe}, {&t.Hard, o.Hard}, {&t.Dangerous, o.Dangerous}, {&t.NoPower, o.NoPower}, {&t.NoProductionPower, o.NoProductionPower},
		{&t.Broadcast, o.Broadcast}, {&t.Broadband, o.Broadband}, {&t.Cooperative, o.Cooperative}, {&t.Insured, o.Insured}, {&t.Pensioned, o.Pensioned},
		{&t.Dropouts, o.Dropouts}, {&t.Moving, o.Moving}, {&t.Groups, o.Groups}} {
		*of.to += of.add
	}
	t.Arable += o.Arable
	t.Distance += o.Distance
	t.Net += o.Net
}
