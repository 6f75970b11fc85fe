package procedure

import "slices"

// graph checks that a procedure makes sense as a whole: each state can be reached, from each a case can end, no way to
// a granted end misses a mandatory state, and what hangs or is voted on can be answered.
func (r *reader) graph(d *Definition) {
	reached := d.reach("")
	granted := 0
	for _, s := range d.States {
		if !reached[s.Code] {
			r.fail(s.Pos, "state %s cannot be reached from %s", s.Code, d.Start().Code)
		}
		if s.End == Goes && !d.ends(s.Code) {
			r.fail(s.Pos, "from state %s a case can never end", s.Code)
		}
		if s.End == Granted {
			granted++
		}
		r.answered(d, s)
	}
	if granted == 0 {
		r.fail(d.Pos, "procedure %s has no end that grants", d.Code)
	}
	for _, s := range d.States {
		if !s.Mandatory {
			continue
		}
		around := d.reach(s.Code)
		for _, end := range d.States {
			if end.End == Granted && around[end.Code] {
				r.fail(s.Pos, "state %s is mandatory, and %s can be reached without it", s.Code, end.Code)
			}
		}
	}
}

// answered checks that a sitting can carry and lose, and that objections can be raised, upheld and dismissed.
func (r *reader) answered(d *Definition, s *State) {
	if s.Sitting != "" && (d.triggered(s.Code, Carried, "") == nil || d.triggered(s.Code, Lost, "") == nil) {
		r.fail(s.Pos, "state %s: the sitting needs a transition on carried and one on lost", s.Code)
	}
	if s.Sitting != "" {
		r.voted(d, s)
	}
	var raised *Transition
	takes := s.Notice != "" && d.Board(s.Notice).Objections
	if takes {
		raised = d.triggered(s.Code, Objection, s.Notice)
	}
	for _, t := range d.Leaving(s.Code) {
		if t.On == Objection && t != raised {
			r.fail(t.Pos, "transition %s: no objection leads from state %s this way", t.Code, s.Code)
		}
	}
	if !takes {
		return
	}
	if raised == nil {
		r.fail(s.Pos, "state %s: the notice takes objections, and no transition is on objection", s.Code)
		return
	}
	held := d.held(raised.To)
	for _, code := range held {
		r.apart(d, d.State(code))
	}
	for _, answer := range []Trigger{Dismissed, Upheld} {
		if !slices.ContainsFunc(held, func(state string) bool { return d.triggered(state, answer, s.Notice) != nil }) {
			r.fail(s.Pos, "state %s: an objection to its notice can never be %s", s.Code, answer)
		}
	}
}

// apart checks that while an objection is looked into a case can only go back to its notice or end without a grant.
func (r *reader) apart(d *Definition, s *State) {
	if s.Mandatory || s.Sitting != "" || s.Notice != "" || s.End == Granted || s == d.Start() {
		r.fail(s.Pos, "state %s: a case to which somebody objected gets here without going back to its notice", s.Code)
	}
	for _, t := range d.Leaving(s.Code) {
		if t.On == ByHand && d.State(t.To).End == Granted {
			r.fail(t.Pos, "transition %s grants while an objection is open", t.Code)
		}
	}
}

// voted checks that nobody leads a case around the vote by hand, but to an end that grants nothing.
func (r *reader) voted(d *Definition, s *State) {
	for _, t := range d.Leaving(s.Code) {
		if end := d.State(t.To).End; t.On == ByHand && end != Refused && end != Withdrawn {
			r.fail(t.Pos, "transition %s leads around the sitting %s", t.Code, s.Sitting)
		}
	}
}

// held are the states in which a case can be while an objection is looked into: those reached by hand from the first.
func (d *Definition) held(first string) []string {
	states := []string{first}
	for i := 0; i < len(states); i++ {
		for _, t := range d.Leaving(states[i]) {
			if t.On == ByHand && d.State(t.To).End == Goes && !slices.Contains(states, t.To) {
				states = append(states, t.To)
			}
		}
	}
	return states
}

// spot is a state and the notice that a case in it hung on last: it says where an objection leads back to.
type spot struct{ state, notice string }

// next are the spots to which transitions lead from one.
func (d *Definition) next(from spot) []spot {
	var list []spot
	for _, t := range d.Leaving(from.state) {
		if t.Notice != "" && t.Notice != from.notice {
			continue
		}
		to := spot{t.To, from.notice}
		if hangs := d.State(t.To).Notice; hangs != "" {
			to.notice = hangs
		}
		list = append(list, to)
	}
	return list
}

// walk visits each spot that can be reached from some on ways that avoid a state ("" for none).
func (d *Definition) walk(without string, visit func(spot), from ...spot) {
	seen := map[spot]bool{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		if at := queue[0]; at.state != without && !seen[at] {
			seen[at] = true
			visit(at)
			queue = append(queue, d.next(at)...)
		}
	}
}

// start is where a case begins.
func (d *Definition) start() spot { return spot{d.Start().Code, d.Start().Notice} }

// reach are the states that can be reached from the start on ways that avoid a state ("" for none).
func (d *Definition) reach(without string) map[string]bool {
	reached := map[string]bool{}
	d.walk(without, func(s spot) { reached[s.state] = true }, d.start())
	return reached
}

// ends says whether a case can end from a state, on whichever notice it hung before.
func (d *Definition) ends(state string) bool {
	can := true
	d.walk("", func(from spot) {
		if from.state != state {
			return
		}
		ended := false
		d.walk("", func(to spot) { ended = ended || d.State(to.state).End != Goes }, from)
		can = can && ended
	}, d.start())
	return can
}
