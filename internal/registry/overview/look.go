package overview

import (
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// Service answers questions about areas.
type Service struct {
	registry *registry.Service
	sample   Sample
}

// NewService opens the overview of a register. Without a sample there are no estimated measures.
func NewService(r *registry.Service, sample Sample) *Service { return &Service{r, sample} }

// Estimates says whether estimated measures can be asked for.
func (s *Service) Estimates() bool { return s.sample != nil }

// Question is what is asked about an area (that of the filter) and the areas directly below it.
type Question struct {
	registry.Ask
	// Rows says that the reader may read the households: then nothing is kept back.
	Rows bool
	// Errors asks for the estimated measures too.
	Errors bool
}

// Answer is an area and its parts, by measure and value.
type Answer struct {
	Whole Part
	// Parts are the areas directly below, by key; those without households are there. What lies in none of them comes
	// last, without a key.
	Parts  []Part
	Values []string // of the dimension, those that somebody has, in their order; "" (not known) last
	AsOf   clock.Time
	// Welfare says that the register can tell the welfare.
	Welfare bool
	// Least is the number of households from which on figures are told; 0 where nothing is kept back.
	Least int64
	// Fewest is how many judged households must stand behind an estimate.
	Fewest int64
	// KeptBack says that some figure is kept back.
	KeptBack bool
}

// Part is an area with its figures.
type Part struct {
	Place  area.Area
	Figure Figure
	By     map[string]Figure // by value of the dimension
	// estimates are the estimated measures, where they were asked for.
	estimates map[Measure]Estimate
	told      told
}

// told are the figures of a part that are told.
type told struct {
	all     bool            // any at all
	poor    bool            // those of the poor
	welfare bool            // the mean welfare
	judged  bool            // the verdicts
	cells   map[string]bool // of each status, or of each value
}

// Telling says whether there is a figure and whether it is told.
type Telling int

// The cases.
const (
	Told Telling = iota
	None         // there is nobody to measure
	Hidden
)

// Value is the measure of a part.
func (p Part) Value(m Measure) (float64, Telling) {
	if m.IsEstimate() {
		e, telling := p.Estimate(m)
		return e.Value, telling
	}
	if !p.tells(m) {
		return 0, Hidden
	}
	return telling(m.Of(p.Figure))
}

// ValueOf is the measure of those of a part who have a value of the dimension.
func (p Part) ValueOf(value string, m Measure) (float64, Telling) {
	if !p.told.cells[value] && p.told.cells != nil {
		return 0, Hidden
	}
	if p.told.cells != nil && m != Households && m != Persons {
		return 0, Hidden // of the poor and of welfare there is no table by value that could be protected
	}
	return telling(m.Of(p.By[value]))
}

// Status is the households of a status.
func (p Part) Status(code string) (int64, Telling) {
	if !p.told.all || p.told.cells != nil && !p.told.cells[code] {
		return 0, Hidden
	}
	return p.Figure.Status[code], Told
}

func telling(value float64, known bool) (float64, Telling) {
	if !known {
		return 0, None
	}
	return value, Told
}

func (p Part) tells(m Measure) bool {
	switch m {
	case Households, Persons:
		return p.told.all
	case Welfare:
		return p.told.all && p.told.welfare
	case Judged:
		return p.told.all && p.told.judged
	}
	return p.told.all && p.told.poor
}

// open tells everything.
var open = told{all: true, poor: true, welfare: true, judged: true}

// Look answers a question. Who may not read households gets no filter and no dimension of which a household can have
// several values: a Forbidden fault. While the register is being read (see registry.Countable) it tells only of areas
// with few households: an Unavailable fault.
func (s *Service) Look(ctx context.Context, scope access.Scope, q Question) (Answer, error) {
	if !q.Rows && (narrowed(q.Filter) || q.By != nil && q.By.Overlapping) {
		return Answer{}, fault.New(fault.Forbidden, "your role sees totals of areas; filters are for those who may read households")
	}
	if err := s.registry.Countable(ctx, scope, q.Area); err != nil {
		return Answer{}, err
	}
	pack, err := s.pack(q.Area)
	if err != nil {
		return Answer{}, err
	}
	a, err := s.count(ctx, scope, q.Ask, pack)
	if err == nil && !q.Rows {
		err = s.keepBack(ctx, scope, q.Ask, pack, &a)
	}
	if err == nil && q.Errors {
		err = s.estimate(ctx, scope, q, pack, &a)
	}
	return a, err
}

// ReadsRows says whether the caller of a scope may list every household that stands behind the figures of an area.
func (s *Service) ReadsRows(scope access.Scope, key int64) (bool, error) {
	list, err := access.Decide(scope.Caller(), access.HouseholdList)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, part := range scope.Within(s.registry.Areas().Scheme().Range(key)).Ranges() {
		if !list.HoldsAll(part) {
			return false, nil
		}
	}
	return true, nil
}

// narrowed says whether a filter selects by anything but the area.
func narrowed(f registry.Filter) bool {
	return len(f.Status) > 0 || f.NoStatus || len(f.NotStatus) > 0 || len(f.Verdict) > 0 || f.Number != "" || f.Name != "" || f.MinMembers != nil || f.MaxMembers != nil || len(f.HeadSex) > 0 ||
		len(f.Items) > 0 || f.Answered.Year != 0 || f.Unanswered.Year != 0 || f.Closed
}

// pack is the pack in use at an area; nil where there is none, or several below.
func (s *Service) pack(key int64) (*policy.Pack, error) {
	pack, err := s.registry.Pack(key)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil, nil
	}
	return pack, err
}

// mostParts is how many areas directly below another are shown.
const mostParts = 1000

// count adds up what the register counts, by part; everything is told.
func (s *Service) count(ctx context.Context, scope access.Scope, ask registry.Ask, pack *policy.Pack) (Answer, error) {
	counts, err := s.registry.Tabulate(ctx, scope, ask)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{AsOf: counts.AsOf, Welfare: counts.Welfare, Whole: Part{told: open, By: map[string]Figure{}}}
	if path, err := s.registry.Areas().Path(ctx, ask.Area); err != nil {
		return a, err
	} else if len(path) > 0 {
		a.Whole.Place = path[len(path)-1]
	}
	children, err := s.registry.Areas().Children(ctx, scope, ask.Area, 0, mostParts)
	if err != nil {
		return a, err
	}
	at := map[int64]int{}
	for i, child := range children {
		at[child.Key] = i
		a.Parts = append(a.Parts, Part{Place: child, told: open, By: map[string]Figure{}})
	}
	rest := Part{told: open, By: map[string]Figure{}}
	of := standingsOf(pack)
	once := ask.By == nil || !ask.By.Overlapping
	for _, g := range counts.Groups {
		part := &rest
		if i, ok := at[g.Area]; ok {
			part = &a.Parts[i]
		}
		for _, p := range []*Part{&a.Whole, part} {
			if once {
				p.Figure.add(g, of)
			}
			by := p.By[g.Value]
			by.add(g, of)
			p.By[g.Value] = by
		}
	}
	a.Values = valuesOf(ask.By, a.Whole.By)
	if !once { // the same households once more, each counted once
		plain := ask
		plain.By = nil
		all, err := s.count(ctx, scope, plain, pack)
		if err != nil {
			return a, err
		}
		a.Whole.Figure = all.Whole.Figure
		for i := range a.Parts {
			a.Parts[i].Figure = all.Parts[i].Figure
		}
		if len(all.Parts) > len(a.Parts) {
			rest.Figure = all.Parts[len(a.Parts)].Figure
		}
	}
	if len(children) > 0 && rest.Figure.Households > 0 {
		a.Parts = append(a.Parts, rest)
	}
	a.Parts = slices.DeleteFunc(a.Parts, func(p Part) bool { return p.Place.To != nil && p.Figure.Households == 0 })
	return a, nil
}

// Poor are the statuses of a pack that count as poor.
func Poor(pack *policy.Pack) []string { return standingsOf(pack).poor }

// valuesOf are the values that somebody has.
func valuesOf(d *registry.Dimension, by map[string]Figure) []string {
	if d == nil {
		return nil
	}
	var values []string
	for _, value := range d.Values() {
		if by[value].Persons > 0 || by[value].Households > 0 {
			values = append(values, value)
		}
	}
	if by[""].Persons > 0 || by[""].Households > 0 {
		values = append(values, "")
	}
	return values
}
