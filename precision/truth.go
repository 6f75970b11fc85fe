package precision

import "math"

// Errors counts a register's errors against one truth, in households or in persons.
type Errors struct {
	Registered, Others           float64 // who stands on the register, and who does not
	Wrong, ClearlyWrong          float64 // registered and not poor
	Missed, ClearlyMissed        float64 // poor and not registered
	PoorPopulation, ClearlyNot   float64 // all who are poor; all who are clearly not
	ClearlyPoor, WholePopulation float64
}

// Judge counts errors. Welfare is the logarithm of what decides by the truth in question as a multiple of its line;
// weight counts a household, nil for 1 each and the number of its members for persons.
func Judge(registered []bool, welfare, weight []float64, band float64) Errors {
	var e Errors
	low, high := cleared(band)
	for i, on := range registered {
		w := 1.0
		if weight != nil {
			w = weight[i]
		}
		e.add(on, welfare[i] < 0, welfare[i] < low, welfare[i] > high, w)
	}
	return e
}

func (e *Errors) add(registered, poor, clearlyPoor, clearlyNot bool, w float64) {
	count := func(is bool, to *float64) {
		if is {
			*to += w
		}
	}
	e.WholePopulation += w
	count(registered, &e.Registered)
	count(!registered, &e.Others)
	count(registered && !poor, &e.Wrong)
	count(registered && clearlyNot, &e.ClearlyWrong)
	count(!registered && poor, &e.Missed)
	count(!registered && clearlyPoor, &e.ClearlyMissed)
	count(poor, &e.PoorPopulation)
	count(clearlyPoor, &e.ClearlyPoor)
	count(clearlyNot, &e.ClearlyNot)
}

// Inclusion is the share of the registered that is not poor, and that is clearly not.
func (e Errors) Inclusion() (raw, clear float64) {
	return share(e.Wrong, e.Registered), share(e.ClearlyWrong, e.Registered)
}

// Missing is the share of those not registered that is poor (F4), and that is clearly poor.
func (e Errors) Missing() (raw, clear float64) {
	return share(e.Missed, e.Others), share(e.ClearlyMissed, e.Others)
}

// Total is the number on the wrong side.
func (e Errors) Total() float64 { return e.Wrong + e.Missed }

func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// Exit are the figures by which a county's exit is judged, in persons.
type Exit struct {
	Rural      float64 // population
	Registered float64 // who remain on the register
	Others     float64 // never registered
	Exited     float64
	Missing    float64 // F4 among the others, a share
	WrongExit  float64 // F5 among the exited, a share
}

// Comprehensive is the comprehensive poverty rate F6. The numbers expanded from the samples are whole persons.
func (e Exit) Comprehensive() float64 {
	return share(e.Registered+math.Round(e.Missing*e.Others)+math.Round(e.WrongExit*e.Exited), e.Rural)
}

// Estimated is the comprehensive rate from estimates of F4 and F5, with an interval of 95 % from theirs: the distances
// of independent bounds add up by their squares (Zou and Donner 2008). It rests on the households of both.
func (e Exit) Estimated(missing, wrongExit Share) Share {
	e.Missing, e.WrongExit = missing.Value, wrongExit.Value
	s := Share{Value: e.Comprehensive(), Found: missing.Found, Seen: missing.Seen}
	low, high := e.Others*(missing.Value-missing.Low), e.Others*(missing.High-missing.Value)
	if e.Exited > 0 {
		low, high = math.Hypot(low, e.Exited*(wrongExit.Value-wrongExit.Low)), math.Hypot(high, e.Exited*(wrongExit.High-wrongExit.Value))
		s.Found, s.Seen = s.Found+wrongExit.Found, s.Seen+wrongExit.Seen
	}
	s.Low, s.High = s.Value-share(low, e.Rural), s.Value+share(high, e.Rural)
	return s
}
