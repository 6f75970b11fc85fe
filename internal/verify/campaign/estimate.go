package campaign

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/precision"
)

// Dimension is by what errors are counted.
type Dimension string

// The dimensions. Values are area keys, persons, accounts, versions of packs and sources of changes.
const (
	Whole      Dimension = "whole"
	ByArea     Dimension = "area"
	ByOfficial Dimension = "official"
	ByRecorder Dimension = "recorder"
	ByRule     Dimension = "rule"
	BySource   Dimension = "source"
	ByTeam     Dimension = "team"
)

// Dimensions are all that break the whole down.
var Dimensions = []Dimension{ByArea, ByOfficial, ByRecorder, ByRule, BySource, ByTeam}

// Error is an estimated share of errors among the households of a standing.
type Error struct {
	Value    string // of the dimension
	Standing Standing
	precision.Share
	Clear precision.Share // errors further from the line than the band
}

// fewest is how many households must stand behind a share that is told to who may not see what was found of them.
const fewest = 5

// drawn are the households of a campaign that were drawn by lot, judged or not.
func (s *Service) drawn(ctx context.Context, scope access.Scope, c Campaign) ([]Task, error) {
	list, err := s.tasks(ctx, scope, c, Filter{}, registry.Position{}, mostVisits)
	return slices.DeleteFunc(list, func(t Task) bool { return t.Chance == 0 }), err
}

// Errors estimates the errors of a campaign's register by a dimension, from the households in scope that were drawn by
// lot and judged: of the registered who is not poor, of the others who is. Where some could not be judged, those judged
// stand for them within their stratum.
func (s *Service) Errors(ctx context.Context, scope access.Scope, c Campaign, by Dimension) ([]Error, error) {
	list, err := s.drawn(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	level := min(s.scheme().Level(c.Area)+1, s.scheme().Levels())
	var errors []Error
	for _, standing := range Standings {
		raw, clear := c.observed(list, standing, func(t Task) string { return t.value(by, s.scheme().At(t.Place, level)) })
		clearly := precision.Shares(clear)
		for value, share := range precision.Shares(raw) {
			if scope.Verb() == access.Statistics && share.Seen < fewest {
				continue
			}
			errors = append(errors, Error{value, standing, share, clearly[value]})
		}
	}
	slices.SortFunc(errors, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), slices.Index(Standings, a.Standing)-slices.Index(Standings, b.Standing))
	})
	return errors, nil
}

// observed are the judged households of a standing among those that a campaign drew by lot, by domain: their errors, and
// those further from the line than the band.
func (c Campaign) observed(list []Task, standing Standing, domain func(Task) string) (raw, clear []precision.Observation) {
	answered := answeredShare(list)
	for _, t := range list {
		if t.State != Done || t.Standing != standing {
			continue
		}
		o := precision.Observation{Stratum: c.stratum(t), Domain: domain(t), Chance: t.Chance * answered[t.Stratum]}
		if t.Verdict.Wrong(standing) {
			o.Value = 1
		}
		raw = append(raw, o)
		if !t.Clear {
			o.Value = 0
		}
		clear = append(clear, o)
	}
	return raw, clear
}

// stratum is within which the chance of a household was the same; a planned draw by lot is one from the whole.
func (c Campaign) stratum(t Task) string {
	name := strconv.FormatInt(c.ID, 10)
	if c.Method != Planned {
		name += "/" + t.Stratum
	}
	return name
}

// answeredShare is the share of drawn households that were judged, by stratum.
func answeredShare(list []Task) map[string]float64 {
	drawn, judged := map[string]float64{}, map[string]float64{}
	for _, t := range list {
		drawn[t.Stratum]++
		if t.State == Done {
			judged[t.Stratum]++
		}
	}
	for stratum, n := range drawn {
		judged[stratum] /= n
	}
	return judged
}

// value is that of a household in a dimension.
func (t Task) value(by Dimension, part int64) string {
	switch by {
	case ByArea:
		return strconv.FormatInt(part, 10)
	case ByOfficial:
		return t.Official
	case ByRecorder:
		return strconv.FormatInt(t.Recorder, 10)
	case ByRule:
		return t.Rule
	case BySource:
		return t.Source
	case ByTeam:
		return strconv.FormatInt(t.Team, 10)
	}
	return ""
}

// auditConfidence is that of the bound of a closing audit.
const auditConfidence = 0.95

// Bound is what a closing audit proves about the households of a standing.
type Bound struct {
	Standing Standing
	precision.Audit
	Unseen int     // drawn and not judged: counted as errors
	AtMost float64 // the exact one-sided bound of the share of errors, 1 where nothing was seen
	Limit  float64
	Under  bool // the bound lies below the limit
	Needed int  // size of a sample that would prove the limit with as many errors as were expected: none
}

// Bounds are what a closing audit proves. Every household that was drawn counts: one that nobody judged is an error.
func (s *Service) Bounds(ctx context.Context, scope access.Scope, c Campaign) ([]Bound, error) {
	d, _, err := s.DesignOf(c)
	if err != nil {
		return nil, err
	}
	list, err := s.drawn(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	strata, err := s.Strata(ctx, c)
	if err != nil {
		return nil, err
	}
	var bounds []Bound
	for _, standing := range Standings {
		b := Bound{Standing: standing, Limit: d.Limit, AtMost: 1}
		for _, one := range strata {
			if one.Standing == standing {
				b.Frame += int(one.Households)
			}
		}
		for _, t := range list {
			if t.Standing != standing {
				continue
			}
			b.Sampled++
			if t.State != Done {
				b.Unseen++
			}
			if t.State != Done || t.Verdict.Wrong(standing) {
				b.Found++
			}
		}
		if b.Frame == 0 {
			continue
		}
		b.AtMost = float64(b.Audit.AtMost(auditConfidence)) / float64(b.Frame)
		b.Under = b.Audit.Under(d.Limit, auditConfidence)
		b.Needed = precision.SampleFor(b.Frame, 0, d.Limit, auditConfidence)
		bounds = append(bounds, b)
	}
	return bounds, nil
}

// Agreement is how well the second teams' verdicts agree with the first's.
func (s *Service) Agreement(ctx context.Context, scope access.Scope, c Campaign) (precision.Agreement, error) {
	pairs, err := s.pairs(ctx, scope, c)
	return precision.Agree(pairs), err
}

// Comprehensive is the rate of the poor of a county's exit in persons, F6 of operating rules 5.4, from the estimated
// shares of a campaign; false where a share that it needs was not estimated.
func Comprehensive(strata []Stratum, errors []Error) (precision.Share, bool) {
	exit := precision.Exit{}
	for _, one := range strata {
		persons := float64(one.Persons)
		exit.Rural += persons
		switch one.Standing {
		case Registered:
			exit.Registered += persons
		case Exited:
			exit.Exited += persons
		case Others:
			exit.Others += persons
		}
	}
	var missing, wrong precision.Share
	for _, e := range errors {
		switch {
		case e.Value == "" && e.Standing == Others:
			missing = e.Share
		case e.Value == "" && e.Standing == Exited:
			wrong = e.Share
		}
	}
	if missing.Seen == 0 || exit.Exited > 0 && wrong.Seen == 0 || exit.Rural == 0 {
		return precision.Share{}, false
	}
	return exit.Estimated(missing, wrong), true
}
