package identify

import (
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
	"rightkey/poverty/targeting"
)

// simulation works a scenario out on the mirror.
type simulation struct {
	table    *mirror.Table
	measure  measure
	rule     Rule
	scope    access.Scope
	scheme   area.Scheme
	effect   Effect
	selected []selected
}

// selected are the households of some areas within a limit.
type selected struct {
	in    []access.Range
	where mirror.Condition
}

// open is the condition that a household is on the register.
var open = mirror.Condition{Column: registry.MirrorState, In: []int64{0}}

// poorCode is the mirror's code of the verdict poor: see MirrorColumns.
const poorCode = 0

// count counts the households on the register that meet conditions, by area where width is not 0 and by groups.
func (s *simulation) count(in []access.Range, width int64, by []mirror.Group, where ...mirror.Condition) ([]mirror.Cell, error) {
	return s.table.Count(mirror.Query{In: in, Where: append([]mirror.Condition{open}, where...), ByArea: width, By: by, Sum: []string{registry.MirrorMembers}})
}

// ranked says that welfare or points are known.
func (s *simulation) ranked() mirror.Condition {
	least := int64(-mostPoints)
	return mirror.Condition{Column: s.measure.column, Lo: &least}
}

// total is how many households and persons cells are.
func total(cells []mirror.Cell) Heads {
	var t Heads
	for _, c := range cells {
		t.add(headsOf(c), 1)
	}
	return t
}

func headsOf(c mirror.Cell) Heads { return Heads{c.Count, c.Sums[0].Total} }

// choosePoor finds who would be poor.
func (s *simulation) choosePoor() error {
	of, in := s.effect.Scenario, s.scope.Ranges()
	cells, err := s.count(in, 0, nil, s.ranked())
	if err != nil {
		return err
	}
	s.effect.Ranked = total(cells)
	switch of.Change {
	case NewLine, NewCutoff:
		s.choose(in, s.limit(of.Amount))
		return nil
	case NewShare:
		return s.share()
	case NewBudget:
		of.Amount /= of.Benefit
	}
	return s.poorest(in, of.Amount)
}

// limit is the last value that is still poor under a line or cut-off.
func (s *simulation) limit(at int64) int64 {
	switch {
	case s.measure.onLimit:
		return at
	case s.measure.highPoor:
		return at + 1
	}
	return at - 1
}

func (s *simulation) choose(in []access.Range, limit int64) {
	s.effect.Limit = limit
	s.selected = append(s.selected, selected{in, s.measure.within(limit)})
}

// poorest selects as many of the poorest as there is room for. Households that are alike at the margin are left out
// together: who of them would be taken no figure tells.
func (s *simulation) poorest(in []access.Range, room int64) error {
	// least holds no more than room, most does, measured from the poor side.
	least, most := int64(-mostPoints), int64(mostPoints)
	at := func(step int64) int64 {
		if s.measure.highPoor {
			return -step
		}
		return step
	}
	for most-least > 1 {
		middle := least + (most-least)/2
		cells, err := s.count(in, 0, nil, s.ranked(), s.measure.within(at(middle)))
		if err != nil {
			return err
		}
		if total(cells).Households <= room {
			least = middle
		} else {
			most = middle
		}
	}
	s.choose(in, at(least))
	return nil
}

// share selects the poorest per cent of each area directly below.
func (s *simulation) share() error {
	cells, err := s.count(s.scope.Ranges(), s.width(), nil, s.ranked())
	if err != nil {
		return err
	}
	for _, c := range cells {
		below := s.scope.Within(access.Range{Lo: c.Area, Hi: c.Area + s.width() - 1}).Ranges()
		if err := s.poorest(below, c.Count*s.effect.Amount/100); err != nil {
			return err
		}
	}
	return nil
}

// width is how many keys an area directly below that of the scenario has.
func (s *simulation) width() int64 {
	level := min(s.scheme.Level(s.effect.Area)+1, s.scheme.Levels())
	below := s.scheme.Range(s.scheme.Child(s.scheme.At(s.effect.Area, level-1), 1))
	return below.Hi - below.Lo + 1
}

var byVerdict = []mirror.Group{{Column: MirrorVerdict}}

// moved is what happens to households under conditions, all areas together.
func (s *simulation) moved(where ...mirror.Condition) (Moved, error) {
	areas, err := s.movedBy(0, where...)
	if err != nil || len(areas) == 0 {
		return Moved{}, err
	}
	return areas[0].Moved, nil
}

// movedBy is moved by areas of so many keys.
func (s *simulation) movedBy(width int64, where ...mirror.Condition) ([]MovedArea, error) {
	found := map[int64]*Moved{}
	of := func(key int64) *Moved {
		if found[key] == nil {
			found[key] = &Moved{}
		}
		return found[key]
	}
	before, err := s.count(s.scope.Ranges(), width, byVerdict, where...)
	if err != nil {
		return nil, err
	}
	for _, c := range before {
		if m := of(c.Area); c.Key[0] == poorCode {
			m.Before.add(headsOf(c), 1)
			m.Out.add(headsOf(c), 1)
		}
	}
	for _, part := range s.selected {
		after, err := s.count(part.in, width, byVerdict, append(slices.Clone(where), s.ranked(), part.where)...)
		if err != nil {
			return nil, err
		}
		for _, c := range after {
			m := of(c.Area)
			m.After.add(headsOf(c), 1)
			if c.Key[0] == poorCode {
				m.Out.add(headsOf(c), -1)
			} else {
				m.In.add(headsOf(c), 1)
			}
		}
	}
	var list []MovedArea
	for key, m := range found {
		list = append(list, MovedArea{Area: area.Area{Key: key}, Moved: *m})
	}
	slices.SortFunc(list, func(a, b MovedArea) int { return int(min(1, max(-1, a.Area.Key-b.Area.Key))) })
	return list, nil
}

func (s *simulation) total() error {
	var err error
	s.effect.Moved, err = s.moved()
	s.effect.Cost = s.effect.After.Households * s.effect.Benefit
	return err
}

func (s *simulation) byArea() error {
	var err error
	s.effect.Areas, err = s.movedBy(s.width())
	return err
}

// steps are the ends of bands by which tenths are found: single points from 0 up, then by a hundredth each.
func steps() []int64 {
	ends := []int64{0}
	for last := int64(0); last < mostPoints; {
		last = max(last+1, last+last/100)
		ends = append(ends, last)
	}
	return ends
}

// byDecile breaks the effect down by tenths of welfare or points, from the poorest. Their ends are exact to one
// hundredth; households that are alike are in one tenth.
func (s *simulation) byDecile() error {
	ends := steps()
	cells, err := s.count(s.scope.Ranges(), 0, []mirror.Group{{Column: s.measure.column, Bands: ends}}, s.ranked())
	if err != nil {
		return err
	}
	if s.measure.highPoor {
		slices.Reverse(cells)
	}
	seen, from, tenth := int64(0), 0, int64(1)
	for i, c := range cells {
		seen += c.Count
		if seen*10 < tenth*s.effect.Ranked.Households && i < len(cells)-1 {
			continue
		}
		moved, err := s.moved(s.ranked(), between(s.measure.column, ends, cells[from].Key[0], c.Key[0]))
		if err != nil {
			return err
		}
		s.effect.Deciles = append(s.effect.Deciles, moved)
		from, tenth = i+1, seen*10/s.effect.Ranked.Households+1
	}
	return nil
}

// between is the condition that a value is in bands first to last, in either order.
func between(column string, ends []int64, first, last int64) mirror.Condition {
	c := mirror.Condition{Column: column}
	first, last = min(first, last), max(first, last)
	if first > 0 {
		c.Lo = &ends[first-1]
	}
	if last < int64(len(ends)) {
		hi := ends[last] - 1
		c.Hi = &hi
	}
	return c
}

// expect works out the errors that the scorecard's model lets expect.
func (s *simulation) expect() error {
	if s.rule.Card == nil || s.rule.Card.Model == nil || s.effect.After.Households == 0 {
		return nil
	}
	var bands []targeting.Band
	for _, b := range s.rule.Card.Model.Bands {
		from, to := int64(b.From), int64(b.To)
		in := mirror.Condition{Column: s.measure.column, Lo: &from, Hi: &to}
		all, err := s.count(s.scope.Ranges(), 0, nil, in)
		if err != nil {
			return err
		}
		band := targeting.Band{Surveyed: b.Rows, Poor: b.Poor}
		for _, part := range s.selected {
			some, err := s.count(part.in, 0, nil, in, part.where)
			if err != nil {
				return err
			}
			band.Selected += float64(total(some).Households)
		}
		band.Others = float64(total(all).Households) - band.Selected
		bands = append(bands, band)
	}
	exclusion, inclusion, err := targeting.ExpectedErrors(bands, 1)
	if err != nil {
		return nil //nolint:nilerr // nobody is selected within the model's bands: there is nothing to expect
	}
	s.effect.Exclusion, s.effect.Inclusion = &exclusion, &inclusion
	return nil
}
