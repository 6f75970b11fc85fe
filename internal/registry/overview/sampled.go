package overview

import (
	"context"
	"maps"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/policy"
	"rightkey/precision"
)

// Sampled is how wrong the register is about the households of an area, by those whom chance chose and visitors judged.
type Sampled struct {
	Inclusion precision.Share // the registered who are not poor
	Missing   precision.Share // the poor among those who never were registered, or are no longer
	WrongExit precision.Share // the poor among the exited
}

// Sample estimates the errors of an area in scope (0: everywhere) and of the areas directly below it, by key. Areas in
// which nobody was judged are not there.
type Sample func(ctx context.Context, scope access.Scope, key int64) (map[int64]Sampled, error)

// Estimate is a measure that is estimated from households which chance chose: in percent, with an interval of 95 %.
type Estimate struct {
	precision.Share
	telling Telling
}

// kinds are the shares of a sample.
var kinds = []func(Sampled) precision.Share{
	func(s Sampled) precision.Share { return s.Inclusion },
	func(s Sampled) precision.Share { return s.Missing },
	func(s Sampled) precision.Share { return s.WrongExit },
}

// estimate adds the estimated measures to an answer. An area in which fewer households were judged than must stand
// behind a figure tells none, to nobody: it would say nothing. To who may not read households it is not told by what
// the others and the area around tell either.
func (s *Service) estimate(ctx context.Context, scope access.Scope, q Question, pack *policy.Pack, a *Answer) error {
	a.Fewest = s.least(pack, q.Area)
	chain := []int64{q.Area}
	if !q.Rows {
		around, whole := s.chain(scope, q.Area)
		if !whole {
			return nil
		}
		chain = around
	}
	around := make([]bool, len(kinds)) // what is kept back of the area by the table around it
	for i, key := range chain {
		found, err := s.sample(ctx, scope, key)
		if err != nil {
			return err
		}
		if i == 0 {
			around = judgedBy(found, []int64{key}, around, a.Fewest)[key]
		}
		below := slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(k int64) bool { return k == key })
		if key != q.Area {
			if around = judgedBy(found, below, around, a.Fewest)[chain[i+1]]; around == nil {
				return nil // nobody was judged there
			}
			continue
		}
		hidden := map[int64][]bool{}
		if q.Rows {
			for _, k := range below {
				hidden[k] = fewJudged(found[k], a.Fewest)
			}
		} else {
			hidden = judgedBy(found, below, around, a.Fewest)
		}
		a.Whole.estimated(found[key], around)
		for p := range a.Parts {
			if k := a.Parts[p].Place.Key; k != 0 {
				a.Parts[p].estimated(found[k], hidden[k])
			}
		}
	}
	return nil
}

func fewJudged(s Sampled, least int64) []bool {
	hidden := make([]bool, len(kinds))
	for k, of := range kinds {
		hidden[k] = few(int64(of(s).Seen), least)
	}
	return hidden
}

// judgedBy says of the areas of a table which kinds of share are kept back; around are those that the table of the area
// around keeps back of this one.
func judgedBy(found map[int64]Sampled, areas []int64, around []bool, least int64) map[int64][]bool {
	hidden := map[int64][]bool{}
	for _, key := range areas {
		hidden[key] = make([]bool, len(kinds))
	}
	for k, of := range kinds {
		judged := make([][]int64, len(areas))
		for r, key := range areas {
			judged[r] = []int64{int64(of(found[key]).Seen)}
		}
		told := Protect(judged, Small(judged, least), []bool{around[k]}, least)
		for r, key := range areas {
			hidden[key][k] = !told.Row(r) || !told.Cell(r, 0)
		}
	}
	return hidden
}

// estimated writes what a sample says into a part.
func (p *Part) estimated(s Sampled, hidden []bool) {
	if hidden == nil {
		return
	}
	told := func(k int) Telling {
		switch {
		case kinds[k](s).Seen == 0:
			return None
		case hidden[k]:
			return Hidden
		}
		return Told
	}
	missing, wrong := told(1), told(2)
	p.estimates = map[Measure]Estimate{Inclusion: {s.Inclusion.Percent(), told(0)}, Missing: {s.Missing.Percent(), missing}}
	f := p.Figure
	exit := precision.Exit{Rural: float64(f.Persons), Registered: float64(f.PoorPersons), Exited: float64(f.ExitedPersons), Others: float64(f.Persons - f.PoorPersons - f.ExitedPersons)}
	telling := missing
	switch {
	case exit.Exited > 0 && (wrong == None || missing == None):
		telling = None
	case exit.Exited > 0 && wrong == Hidden, !p.tells(PoorPersons):
		telling = Hidden
	}
	p.estimates[Comprehensive] = Estimate{exit.Estimated(s.Missing, s.WrongExit).Percent(), telling}
}

// Estimate is an estimated measure of a part with its interval.
func (p Part) Estimate(m Measure) (Estimate, Telling) {
	e, known := p.estimates[m]
	if !known {
		return Estimate{}, None
	}
	return e, e.telling
}
