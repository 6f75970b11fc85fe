package identify

import (
	"cmp"
	"math"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/poverty/targeting"
)

// simulation works a scenario out on the mirror. Limits and tenths are found first; then the households are counted
// once, by verdict, status and the bands of welfare or points between all ends that matter, and all that an effect says
// is added up from these cells.
type simulation struct {
	table   *mirror.Table
	measure measure
	rule    Rule
	pack    *policy.Pack
	day     clock.Day       // whose figures of the pack hold
	poor    map[string]bool // statuses of households that are registered as poor
	scope   access.Scope
	scheme  area.Scheme
	effect  Effect
	parts   []selected
	tenths  []int64 // the welfare or points at which one tenth ends and another begins, rising
}

// selected are areas with the limit within which a household of theirs would be poor.
type selected struct {
	in    []access.Range
	limit int64
}

// cell is households of an area that are alike in all that an effect tells apart.
type cell struct {
	Heads
	area             int64
	poor, registered bool // by the latest assessment, by the status
	ranked, selected bool // has welfare or points; would be poor
	from             int64
}

// open is the condition that a household is on the register.
var open = mirror.Condition{Column: registry.MirrorState, In: []int64{0}}

// poorCode is the mirror's code of the verdict poor: see MirrorColumns.
const poorCode = 0

func (s *simulation) run() error {
	whole := s.scope.Ranges()
	ladder, err := s.rungs(whole, steps)
	if err != nil {
		return err
	}
	s.split(ladder)
	if err := s.choose(whole); err != nil {
		return err
	}
	cells, err := s.count(s.ends(), s.width())
	if err != nil {
		return err
	}
	s.tell(cells)
	return nil
}

// tell adds the cells up to the effect.
func (s *simulation) tell(cells []cell) {
	e := &s.effect
	byArea := map[int64][]cell{}
	tenths := make([]Moved, len(s.tenths)+1)
	for _, c := range cells {
		byArea[c.area] = append(byArea[c.area], c)
		if c.ranked {
			e.Ranked.add(c.Heads, 1)
			tenths[s.tenth(c.from)].add(c)
		}
	}
	e.Moved, e.Coverage = movedOf(cells), s.coverage(cells)
	e.Cost = e.After.Households * e.Benefit
	for key, own := range byArea {
		e.Areas = append(e.Areas, MovedArea{area.Area{Key: key}, movedOf(own), s.coverage(own)})
	}
	slices.SortFunc(e.Areas, func(a, b MovedArea) int { return cmp.Compare(a.Area.Key, b.Area.Key) })
	if e.Ranked.Households > 0 {
		e.Deciles = tenths
	}
	e.Exclusion, e.Inclusion = s.expected(cells, func(c cell) bool { return c.selected })
}

// add adds what happens to a cell.
func (m *Moved) add(c cell) {
	if c.poor {
		m.Before.add(c.Heads, 1)
	}
	if c.selected {
		m.After.add(c.Heads, 1)
	}
	switch {
	case c.selected && !c.poor:
		m.In.add(c.Heads, 1)
	case c.poor && !c.selected:
		m.Out.add(c.Heads, 1)
	}
}

func movedOf(cells []cell) (m Moved) {
	for _, c := range cells {
		m.add(c)
	}
	return m
}

// count counts the households on the register that meet conditions, by areas of so many keys and by bands between ends,
// among which the limits need not be.
func (s *simulation) count(ends []int64, width int64, where ...mirror.Condition) ([]cell, error) {
	var cells []cell
	statuses := s.codes(registry.MirrorStatus)
	for _, part := range s.parts {
		bands := sorted(append(slices.Clone(ends), s.measure.edge(part.limit)))
		counted, err := s.table.Count(mirror.Query{In: part.in, Where: append([]mirror.Condition{open}, where...), ByArea: width,
			By: []mirror.Group{{Column: MirrorVerdict}, {Column: registry.MirrorStatus}, {Column: s.measure.column, Bands: bands}}, Sum: []string{registry.MirrorMembers}})
		if err != nil {
			return nil, err
		}
		for _, c := range counted {
			verdict, status, band := c.Key[0], c.Key[1], c.Key[2]
			one := cell{Heads: Heads{c.Count, c.Sums[0].Total}, area: c.Area, poor: verdict == poorCode, ranked: band != mirror.Unknown, from: math.MinInt64}
			one.registered = status != mirror.Unknown && s.poor[statuses[status]]
			if band > 0 {
				one.from = bands[band-1]
			}
			one.selected = one.ranked && s.measure.within(one.from, part.limit)
			cells = append(cells, one)
		}
	}
	return cells, nil
}

// codes are the texts of a column of the mirror.
func (s *simulation) codes(column string) []string {
	columns := s.table.Columns()
	return columns[slices.IndexFunc(columns, func(c mirror.Column) bool { return c.Name == column })].Codes
}

// ends are the values at which tenths and the bands of the rule's model begin.
func (s *simulation) ends() []int64 {
	ends := slices.Clone(s.tenths)
	if model := s.model(); model != nil {
		for _, b := range model {
			ends = append(ends, int64(b.From))
		}
		ends = append(ends, int64(model[len(model)-1].To)+1)
	}
	return ends
}

func sorted(ends []int64) []int64 {
	slices.Sort(ends)
	return slices.Compact(ends)
}

// width is how many keys an area directly below that of the scenario has.
func (s *simulation) width() int64 {
	return s.scheme.Keys(min(s.scheme.Level(s.effect.Area)+1, s.scheme.Levels()))
}

// choose finds who would be poor.
func (s *simulation) choose(whole []access.Range) error {
	of := s.effect.Scenario
	switch of.Change {
	case NewLine, NewCutoff:
		s.parts = []selected{{whole, s.measure.limit(of.Amount)}}
		return nil
	case NewPoints:
		s.cutOff(whole)
		return nil
	case NewShare:
		return s.share(whole)
	case NewBudget:
		return s.poorest(whole, of.Amount/of.Benefit)
	}
	return s.poorest(whole, of.Amount)
}

// share selects the poorest per cent of each area directly below.
func (s *simulation) share(whole []access.Range) error {
	least := int64(-mostPoints)
	cells, err := s.table.Count(mirror.Query{In: whole, Where: []mirror.Condition{open}, ByArea: s.width(), By: []mirror.Group{{Column: s.measure.column, Bands: []int64{least}}}})
	if err != nil {
		return err
	}
	ranked := map[int64]int64{}
	var keys []int64
	for _, c := range cells {
		if len(keys) == 0 || keys[len(keys)-1] != c.Area {
			keys = append(keys, c.Area)
		}
		if c.Key[0] != mirror.Unknown {
			ranked[c.Area] += c.Count
		}
	}
	for _, key := range keys {
		below := s.scope.Within(access.Range{Lo: key, Hi: key + s.width() - 1}).Ranges()
		if err := s.poorest(below, ranked[key]*s.effect.Amount/100); err != nil {
			return err
		}
	}
	return nil
}

// poorest selects as many of the poorest of some areas as there is room for. Households that are alike at the margin
// are left out together: who of them would be taken no figure tells.
func (s *simulation) poorest(in []access.Range, room int64) error {
	for ends := steps; ; {
		rungs, err := s.rungs(in, ends)
		if err != nil {
			return err
		}
		over := slices.IndexFunc(rungs, func(r rung) bool {
			room -= r.households
			return room < 0
		})
		if over < 0 {
			s.parts = append(s.parts, selected{in, s.measure.everybody()})
			return nil
		}
		r := rungs[over]
		if r.to-r.from == 1 {
			s.parts = append(s.parts, selected{in, s.measure.before(r.from)})
			return nil
		}
		room += r.households
		ends = finer(r)
	}
}

// rung is the households with welfare or points from one value to before another.
type rung struct{ from, to, households int64 }

// rungs counts the ranked households of some areas between rising ends, from the poorest on.
func (s *simulation) rungs(in []access.Range, ends []int64) ([]rung, error) {
	cells, err := s.table.Count(mirror.Query{In: in, Where: []mirror.Condition{open}, By: []mirror.Group{{Column: s.measure.column, Bands: ends}}})
	if err != nil {
		return nil, err
	}
	var rungs []rung
	for _, c := range cells {
		if band := c.Key[0]; band > 0 && band < int64(len(ends)) {
			rungs = append(rungs, rung{ends[band-1], ends[band], c.Count})
		}
	}
	if s.measure.highPoor {
		slices.Reverse(rungs)
	}
	return rungs, nil
}

// steps are the ends of the first rungs: single points from 0 up, then by a hundredth each.
var steps = func() []int64 {
	ends := []int64{-mostPoints, 0}
	for last := int64(0); last < mostPoints; {
		last = max(last+1, last+last/100)
		ends = append(ends, last)
	}
	return ends
}()

// finer are ends that part a rung.
func finer(r rung) []int64 {
	const pieces = 512
	var ends []int64
	for end, step := r.from, (r.to-r.from+pieces-1)/pieces; end < r.to; end += step {
		ends = append(ends, end)
	}
	return append(ends, r.to)
}

// split finds where the tenths begin. Their ends are exact to one hundredth; households that are alike are in one tenth.
func (s *simulation) split(ladder []rung) {
	all := int64(0)
	for _, r := range ladder {
		all += r.households
	}
	seen, tenth := int64(0), int64(1)
	for i, r := range ladder {
		seen += r.households
		if seen*10 < tenth*all || i == len(ladder)-1 {
			continue
		}
		tenth = seen*10/all + 1
		if s.measure.highPoor {
			s.tenths = append(s.tenths, r.from)
		} else {
			s.tenths = append(s.tenths, r.to)
		}
	}
	slices.Sort(s.tenths)
}

// tenth is the place of a value among the tenths, the poorest first.
func (s *simulation) tenth(value int64) int {
	at, found := slices.BinarySearch(s.tenths, value)
	if found {
		at++
	}
	if s.measure.highPoor {
		return len(s.tenths) - at
	}
	return at
}

// model is the bands of the rule's model, from the fewest points up; nil where it has none. It was not made for other
// points.
func (s *simulation) model() []ScoreBand {
	if s.rule.Card == nil || s.rule.Card.Model == nil || s.measure.column != MirrorPoints {
		return nil
	}
	return s.rule.Card.Model.Bands
}

// expected are the exclusion and inclusion error that the rule's model lets expect of those who are in; nil where it has
// none, and where nobody is in within the model's bands.
func (s *simulation) expected(cells []cell, in func(cell) bool) (exclusion, inclusion *targeting.Expected) {
	model := s.model()
	if model == nil {
		return nil, nil
	}
	bands := make([]targeting.Band, len(model))
	for i, b := range model {
		bands[i] = targeting.Band{Surveyed: b.Rows, Poor: b.Poor}
	}
	for _, c := range cells {
		at := slices.IndexFunc(model, func(b ScoreBand) bool { return int64(b.From) <= c.from && c.from <= int64(b.To) })
		switch {
		case !c.ranked || at < 0:
		case in(c):
			bands[at].Selected += float64(c.Households)
		default:
			bands[at].Others += float64(c.Households)
		}
	}
	left, wrong, err := targeting.ExpectedErrors(bands, 1)
	if err != nil {
		return nil, nil //nolint:nilerr // there is nothing to expect
	}
	return &left, &wrong
}

// coverage finds whom of the poor the register has. Of the truly poor it reaches all but those whom the register leaves
// out, as far as the share of poor in each band of the model tells.
func (s *simulation) coverage(cells []cell) (c Coverage) {
	for _, one := range cells {
		if one.poor && !one.registered {
			c.Unregistered.add(one.Heads, 1)
		}
	}
	if left, _ := s.expected(cells, func(c cell) bool { return c.registered }); left != nil {
		c.Reached = &targeting.Expected{Estimate: 1 - left.Estimate, Low: 1 - left.High, High: 1 - left.Low}
	}
	return c
}
