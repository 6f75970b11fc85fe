package campaign

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/precision"
)

const (
	// mostFramed is the size of area that one campaign covers; a province plans county by county.
	mostFramed = 200_000
	readChunk  = 1000
)

// unit is a household of the frame.
type unit struct {
	registry.Household
	standing Standing
	score    float64 // predicted logarithm of welfare as a multiple of the line
	rule     string
	line     int64
	problem  bool // a problem of its data is not settled
}

// What is believed of the welfare of a household that was judged by a scorecard, or not at all: a verdict says on which
// side of the line, not how far.
const (
	judgedScore = 0.3
	nothing     = 0.0
)

// frame reads the households of an area, by area and identifier.
func (s *Service) frame(ctx context.Context, scope access.Scope, at int64) ([]unit, error) {
	pack, err := s.registry.Pack(at)
	if err != nil {
		return nil, err
	}
	poor, exited := registry.StatusesOf(pack, "poor"), registry.StatusesOf(pack, "exited")
	var units []unit
	var from registry.Position
	for {
		list, err := s.registry.List(ctx, scope, registry.Filter{Area: at}, from, readChunk)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			break
		}
		last := list[len(list)-1]
		from = registry.Position{Area: last.Area, ID: last.ID}
		for _, h := range list {
			u := unit{Household: h, standing: Others}
			switch {
			case slices.Contains(poor, h.Status):
				u.standing = Registered
			case slices.Contains(exited, h.Status):
				u.standing = Exited
			}
			units = append(units, u)
		}
		if len(units) > mostFramed {
			return nil, fault.New(fault.Invalid, "a campaign covers at most %d households; choose a smaller area", mostFramed).Coded("campaign.large").With(0, "area", "holds more than %d households", mostFramed)
		}
	}
	if err := s.judged(ctx, scope, units); err != nil {
		return nil, err
	}
	return units, s.suspect(ctx, scope, at, units)
}

// judged adds what the newest assessments say.
func (s *Service) judged(ctx context.Context, scope access.Scope, units []unit) error {
	for home, some := range byHome(units, func(u unit) int64 { return u.Home }) {
		for part := range slices.Chunk(some, readChunk) {
			ids := make([]int64, len(part))
			for i, at := range part {
				ids[i] = units[at].ID
			}
			latest, err := s.identify.Latest(ctx, scope, home, ids)
			if err != nil {
				return err
			}
			for _, at := range part {
				units[at].judge(latest[units[at].ID])
			}
		}
	}
	return nil
}

func (u *unit) judge(l identify.Latest) {
	u.rule = l.Version
	if l.Line != nil {
		u.line = *l.Line
	}
	switch {
	case l.Welfare != nil && u.line > 0:
		u.score = multiple(*l.Welfare, u.line)
	case l.Outcome == identify.Poor:
		u.score = -judgedScore
	case l.Outcome == identify.NotPoor:
		u.score = judgedScore
	default:
		u.score = nothing
	}
}

// multiple is the logarithm of a welfare as a multiple of its line; nothing, or less, is a tenth of the line.
func multiple(welfare, line int64) float64 {
	return math.Log(max(0.1, float64(welfare)/float64(line)))
}

// suspect notes whose data have problems that nobody settled.
func (s *Service) suspect(ctx context.Context, scope access.Scope, at int64, units []unit) error {
	found := map[int64]bool{}
	var from quality.Position
	for {
		list, err := s.quality.List(ctx, scope, quality.Filter{Area: at, States: quality.Unsettled}, from, readChunk)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		last := list[len(list)-1]
		from = quality.Position{Due: last.Due, ID: last.ID}
		for _, p := range list {
			found[p.Household] = true
		}
	}
	for i := range units {
		units[i].problem = found[units[i].ID]
	}
	return nil
}

// byHome groups the places of a list by storage home.
func byHome[T any](list []T, home func(T) int64) map[int64][]int {
	groups := map[int64][]int{}
	for i, one := range list {
		groups[home(one)] = append(groups[home(one)], i)
	}
	return groups
}

// chosen is a household that was chosen from the frame; chance is 0 where it was not drawn by lot.
type chosen struct {
	place  int // in the frame
	chance float64
}

// selection is what was chosen, with what was believed of every household of the frame.
type selection struct {
	chosen   []chosen
	stratum  []string  // by place
	areas    []int64   // by place: of its stratum
	believed []float64 // by place: how likely it stands on the wrong side
	hash     string
}

// selects chooses the households to visit. What is drawn by lot needs nothing but the seed and the frame.
func (s *Service) selects(units []unit, earlier []finding, draft Draft, d *Design) (selection, error) {
	sel := selection{stratum: make([]string, len(units)), areas: make([]int64, len(units)), believed: make([]float64, len(units))}
	frame, sizes := make([]precision.Unit, len(units)), map[string]int{}
	scheme := s.scheme()
	level := min(scheme.Level(draft.Area)+1, scheme.Levels())
	for i, u := range units {
		sel.areas[i] = scheme.At(u.Area, level)
		if d.Kind == Audit { // its bound holds for a sample that is drawn from the whole
			sel.areas[i] = draft.Area
		}
		sel.stratum[i] = strconv.FormatInt(sel.areas[i], 10) + "/" + string(u.standing)
		frame[i] = precision.Unit{Key: u.Number, Stratum: sel.stratum[i]}
		sizes[sel.stratum[i]]++
	}
	sel.hash = precision.Hash(frame)
	belief := beliefOf(units, earlier)
	for i, u := range units {
		sel.believed[i], _ = belief.Standing(i).Wrong(u.standing == Registered)
	}
	switch draft.Method {
	case Everybody:
		for i := range units {
			sel.chosen = append(sel.chosen, chosen{i, 1})
		}
	case Sampled:
		drawn, err := precision.Draw(frame, precision.Allocate(draft.Visits, sizes, nil), draft.Seed)
		if err != nil {
			return sel, fmt.Errorf("draw a sample: %w", err)
		}
		for _, one := range drawn.Drawn {
			sel.chosen = append(sel.chosen, chosen{one.Place, one.Chance})
		}
	case Planned:
		plan := precision.NewPlanner(belief, d.Lot, draft.Seed)
		batch := plan.Next(draft.Visits)
		for _, i := range batch.Lot {
			sel.chosen = append(sel.chosen, chosen{i, plan.Chance(i)})
		}
		for _, i := range batch.Chosen {
			sel.chosen = append(sel.chosen, chosen{i, 0})
		}
		slices.SortFunc(sel.chosen, func(a, b chosen) int { return a.place - b.place })
	}
	return sel, nil
}

// What is assumed of visits and of the score before any visit of this register was made; MEASUREMENT 2.2 for the spread
// of consumption about a score within a village, 2.4 for the effect of villages.
var assumed = precision.Setting{Noise: 0.15, Leaning: 0.05, Drift: 0.1, Band: precision.DefaultBand, Spread: 0.35, Between: 0.02, Signals: 1, Cost: precision.EvenCost}

// finding is what an earlier visit found.
type finding struct {
	household  int64
	enumerator int64 // account
	welfare    float64
	years      float64 // ago
}

// learning is how many steps the belief makes to learn from earlier visits.
const learning = 2

// beliefOf is what is believed of the households after the visits of earlier campaigns.
func beliefOf(units []unit, earlier []finding) *precision.Belief {
	villages, places := map[int64]int{}, map[int64]int{}
	list := make([]precision.Household, len(units))
	for i, u := range units {
		places[u.ID] = i
		list[i] = precision.Household{Village: number(villages, u.Area), Persons: u.Members, Registered: u.standing == Registered, Score: u.score}
		if u.problem {
			list[i].Signals = 1
		}
	}
	b, people := precision.NewBelief(list, assumed), map[int64]int{}
	for _, f := range earlier {
		if place, known := places[f.household]; known {
			b.Observe(precision.Visit{Household: place, Enumerator: number(people, f.enumerator), Welfare: f.welfare, Years: f.years})
		}
	}
	b.Learn(learning)
	return b
}

// number gives keys consecutive numbers.
func number(numbers map[int64]int, key int64) int {
	n, known := numbers[key]
	if !known {
		n = len(numbers)
		numbers[key] = n
	}
	return n
}
