package identify

import (
	"slices"

	"rightkey/internal/mirror"
	"rightkey/internal/registry"
	"rightkey/poverty/targeting"
)

// cover finds whom of the poor the register has, in the whole and by area. Of every area in which somebody is found poor
// the scenario has a line already.
func (s *simulation) cover(statuses map[string]bool) error {
	standing := s.standing(statuses)
	poor := mirror.Condition{Column: MirrorVerdict, In: []int64{poorCode}}
	for _, width := range []int64{0, s.width()} {
		cells, err := s.count(s.scope.Ranges(), width, nil, poor, standing[others])
		if err != nil {
			return err
		}
		for _, c := range cells {
			s.coverage(width, c.Area).Unregistered.add(headsOf(c), 1)
		}
		if err := s.reach(width, standing); err != nil {
			return err
		}
	}
	return nil
}

// coverage is that of the whole where width is 0, else of an area of the scenario.
func (s *simulation) coverage(width, key int64) *Coverage {
	if width == 0 {
		return &s.effect.Coverage
	}
	at := slices.IndexFunc(s.effect.Areas, func(a MovedArea) bool { return a.Area.Key == key })
	return &s.effect.Areas[at].Coverage
}

// Who has the status of a poor household, and who has not.
const (
	registered = iota
	others
)

// standing are the conditions that a household has, or does not have, one of the statuses of poor households.
func (s *simulation) standing(statuses map[string]bool) [2]mirror.Condition {
	columns := s.table.Columns()
	at := slices.IndexFunc(columns, func(c mirror.Column) bool { return c.Name == registry.MirrorStatus })
	in := [2][]int64{registered: {}, others: {mirror.Unknown}}
	for n, code := range columns[at].Codes {
		if statuses[code] {
			in[registered] = append(in[registered], int64(n))
		} else {
			in[others] = append(in[others], int64(n))
		}
	}
	return [2]mirror.Condition{registered: {Column: registry.MirrorStatus, In: in[registered]}, others: {Column: registry.MirrorStatus, In: in[others]}}
}

// reach works out, by areas of so many keys (0: the whole), what share of the truly poor has the status: all but those
// whom the register leaves out, as far as the share of poor in each band of the model tells.
func (s *simulation) reach(width int64, standing [2]mirror.Condition) error {
	if s.rule.Card == nil || s.rule.Card.Model == nil {
		return nil
	}
	model := s.rule.Card.Model.Bands
	var ends []int64
	for _, b := range model {
		ends = append(ends, int64(b.From))
	}
	ends = append(ends, int64(model[len(model)-1].To)+1)
	byBand := []mirror.Group{{Column: s.measure.column, Bands: ends}}
	bands := map[int64][]targeting.Band{}
	for side, condition := range standing {
		cells, err := s.count(s.scope.Ranges(), width, byBand, s.ranked(), condition)
		if err != nil {
			return err
		}
		for _, c := range cells {
			band := c.Key[0] - 1
			if band < 0 || band >= int64(len(model)) {
				continue
			}
			if bands[c.Area] == nil {
				for _, b := range model {
					bands[c.Area] = append(bands[c.Area], targeting.Band{Surveyed: b.Rows, Poor: b.Poor})
				}
			}
			if side == registered {
				bands[c.Area][band].Selected = float64(c.Count)
			} else {
				bands[c.Area][band].Others = float64(c.Count)
			}
		}
	}
	for key, list := range bands {
		left, _, err := targeting.ExpectedErrors(list, 1)
		if err != nil || width != 0 && !slices.ContainsFunc(s.effect.Areas, func(a MovedArea) bool { return a.Area.Key == key }) {
			continue // nobody is registered, or nobody is found poor now or under the scenario
		}
		s.coverage(width, key).Reached = &targeting.Expected{Estimate: 1 - left.Estimate, Low: 1 - left.High, High: 1 - left.Low}
	}
	return nil
}
