package overview

import (
	"context"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// keepBack takes out of an answer what must not be told to who may not read households. What a table keeps back
// depends on the table of the area around: the tables from the widest area of the reader inwards are made one after
// the other.
func (s *Service) keepBack(ctx context.Context, scope access.Scope, ask registry.Ask, pack *policy.Pack, a *Answer) error {
	a.Least = s.least(pack, ask.Area)
	chain, whole := s.chain(scope, ask.Area)
	if !whole { // several areas of the reader in one table: their own tables tell each
		a.Whole.told, a.KeptBack = told{}, true
		for i := range a.Parts {
			a.Parts[i].told = told{}
		}
		return nil
	}
	var around *sheet
	for _, key := range chain {
		one := *a
		if key != ask.Area {
			outer := ask
			outer.Area = key
			var err error
			if one, err = s.count(ctx, scope, outer, pack); err != nil {
				return err
			}
		}
		around = newSheet(one, ask.By, pack, around, a.Least)
	}
	around.mark(a)
	return nil
}

// leastValue is the value of a pack that says how many households must stand behind a figure.
const leastValue = "least_figure"

// least is the number of households that a pack asks for, Least where it says nothing.
func (s *Service) least(pack *policy.Pack, key int64) int64 {
	if pack == nil {
		return Least
	}
	if v, ok := pack.Value(leastValue, key, s.registry.Now().Day(time.UTC)); ok && v.IsNumber && v.Number >= 1 {
		return int64(v.Number)
	}
	return Least
}

// chain are the areas from the widest of the reader to one; false where the area is not wholly the reader's.
func (s *Service) chain(scope access.Scope, key int64) (keys []int64, whole bool) {
	scheme := s.registry.Areas().Scheme()
	for _, around := range append([]int64{0}, scheme.Path(key)...) {
		if scope.HoldsAll(scheme.Range(around)) {
			keys = append(keys, around)
		}
	}
	return keys, len(keys) > 0 && keys[len(keys)-1] == key
}

// sheet is the table of an area: its parts by status, or by value of a dimension, with what is told of it.
type sheet struct {
	key     int64
	columns []string
	poor    []bool // columns that count as poor, where columns are statuses
	places  []int64
	counts  *Protected
	judged  *Protected // the households that are poor by the pack's rule and those that are not
	// What the table around keeps back of the area: all, columns, columns of judged, the mean welfare.
	nothing bool
	hidden  []bool
	verdict []bool
	mean    bool
	byValue bool
}

// newSheet decides what is told of an answer, inside the sheet of the area around; nil where that is not the reader's.
func newSheet(a Answer, by *registry.Dimension, pack *policy.Pack, around *sheet, least int64) *sheet {
	s := &sheet{key: a.Whole.Place.Key, byValue: by != nil}
	s.columns, s.poor = columnsOf(by, pack)
	s.inherit(a.Whole, around, least)
	counts, judged := make([][]int64, len(a.Parts)), make([][]int64, len(a.Parts))
	for i, part := range a.Parts {
		s.places = append(s.places, part.Place.Key)
		counts[i], judged[i] = s.row(part), verdicts(part)
	}
	s.counts = Protect(counts, first(counts, s.poor, least), s.hidden, least)
	s.judged = Protect(judged, first(judged, ofVerdicts, least), s.verdict, least)
	return s
}

// ofVerdicts says which of verdicts are the poor.
var ofVerdicts = []bool{true, false}

// verdicts are the households of a part that are poor by the pack's rule, and that are not.
func verdicts(p Part) []int64 {
	return []int64{p.Figure.BelowHouseholds, p.Figure.JudgedHouseholds - p.Figure.BelowHouseholds}
}

// columnsOf are the statuses or the values of a dimension, "" for those that are not known, and which count as poor.
func columnsOf(by *registry.Dimension, pack *policy.Pack) (columns []string, poor []bool) {
	if by != nil {
		columns = append(by.Values(), "")
		return columns, make([]bool, len(columns))
	}
	if pack != nil {
		if item, ok := pack.Item(registry.SubjectHousehold, registry.FieldStatus); ok {
			for _, option := range item.Options() {
				columns = append(columns, option.Code)
				poor = append(poor, option.Group == "poor")
			}
		}
	}
	return append(columns, ""), append(poor, false)
}

// row is the households of a part by column; what has a value that no column has counts with the unknown.
func (s *sheet) row(p Part) []int64 {
	row := make([]int64, len(s.columns))
	last, left := len(row)-1, p.Figure.Households
	for c, column := range s.columns[:last] {
		if s.byValue {
			row[c] = p.By[column].Households
		} else {
			row[c] = p.Figure.Status[column]
		}
		left -= row[c]
	}
	row[last] = left
	return row
}

// first are the cells that are kept back for themselves: small ones and, of the statuses, those of the poor where few
// or none are poor, or few or none are not, for then it is known of everybody.
func first(counts [][]int64, isPoor []bool, least int64) [][]bool {
	small := Small(counts, least)
	if !slices.Contains(isPoor, true) {
		return small
	}
	for r, row := range counts {
		poor, all := int64(0), int64(0)
		for c, n := range row {
			all += n
			if isPoor[c] {
				poor += n
			}
		}
		if all > 0 && (poor < least || all-poor < least) {
			for c := range row {
				small[r][c] = small[r][c] || isPoor[c]
			}
		}
	}
	return small
}

// inherit takes what the table around keeps back of this area; for the widest area of the reader what its own line does.
func (s *sheet) inherit(whole Part, around *sheet, least int64) {
	if around == nil {
		alone := func(row []int64, poor []bool) *Protected {
			line := [][]int64{row}
			return Protect(line, first(line, poor, least), make([]bool, len(row)), least)
		}
		counts, judged := alone(s.row(whole), s.poor), alone(verdicts(whole), ofVerdicts)
		s.nothing, s.hidden, s.mean, s.verdict = !counts.Row(0), counts.Hidden(0), !judged.Row(0), judged.Hidden(0)
		return
	}
	r := slices.Index(around.places, s.key)
	if r < 0 || around.nothing {
		s.nothing, s.hidden, s.mean, s.verdict = true, make([]bool, len(s.columns)), true, make([]bool, len(ofVerdicts))
		return
	}
	s.nothing, s.hidden = !around.counts.Row(r), around.counts.Hidden(r)
	s.mean, s.verdict = around.mean || !around.judged.Row(r), around.judged.Hidden(r)
}

// mark writes into an answer what is told of it.
func (s *sheet) mark(a *Answer) {
	a.Whole.told = s.told(!s.nothing, func(c int) bool { return !s.hidden[c] })
	a.Whole.told.judge(!s.mean, s.verdict)
	for i := range a.Parts {
		a.Parts[i].told = s.told(!s.nothing && s.counts.Row(i), func(c int) bool { return s.counts.Cell(i, c) })
		a.Parts[i].told.judge(!s.mean && s.judged.Row(i), s.judged.Hidden(i))
	}
	for _, part := range append([]Part{a.Whole}, a.Parts...) {
		a.KeptBack = a.KeptBack || !part.told.all || !part.told.poor || slices.ContainsFunc(s.columns, func(c string) bool { return !part.told.cells[c] })
	}
}

// told is what is told of a part. Of the poor it is told where each of their statuses is: then it says nothing new.
func (s *sheet) told(all bool, cell func(c int) bool) told {
	t := told{all: all, poor: all && !s.byValue, cells: map[string]bool{}}
	for c, column := range s.columns {
		t.cells[column] = all && cell(c)
		if s.poor[c] && !t.cells[column] {
			t.poor = false
		}
	}
	return t
}

// judge says whether the mean of the assessments is told, and which of their verdicts are hidden.
func (t *told) judge(mean bool, hidden []bool) {
	t.welfare = t.all && mean
	t.judged = t.welfare && !slices.Contains(hidden, true)
}
