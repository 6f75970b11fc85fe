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
		r := scheme.Range(around)
		if slices.ContainsFunc(scope.Ranges(), func(own access.Range) bool { return own.Lo <= r.Lo && r.Hi <= own.Hi }) {
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
	welfare *Protected
	// What the table around keeps back of the area: all, columns, the mean welfare.
	nothing bool
	hidden  []bool
	mean    bool
	byValue bool
}

// newSheet decides what is told of an answer, inside the sheet of the area around; nil where that is not the reader's.
func newSheet(a Answer, by *registry.Dimension, pack *policy.Pack, around *sheet, least int64) *sheet {
	s := &sheet{key: a.Whole.Place.Key, byValue: by != nil}
	s.columns, s.poor = columnsOf(by, pack)
	s.inherit(a.Whole, around, least)
	counts, known := make([][]int64, len(a.Parts)), make([][]int64, len(a.Parts))
	for i, part := range a.Parts {
		s.places = append(s.places, part.Place.Key)
		counts[i], known[i] = s.row(part), []int64{part.Figure.Known}
	}
	s.counts = Protect(counts, s.first(counts, least), s.hidden, least)
	s.welfare = Protect(known, Small(known, least), []bool{s.mean}, least)
	return s
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
func (s *sheet) first(counts [][]int64, least int64) [][]bool {
	small := Small(counts, least)
	if !slices.Contains(s.poor, true) {
		return small
	}
	for r, row := range counts {
		poor, all := int64(0), int64(0)
		for c, n := range row {
			all += n
			if s.poor[c] {
				poor += n
			}
		}
		if all > 0 && (poor < least || all-poor < least) {
			for c := range row {
				small[r][c] = small[r][c] || s.poor[c]
			}
		}
	}
	return small
}

// inherit takes what the table around keeps back of this area; for the widest area of the reader what its own line does.
func (s *sheet) inherit(whole Part, around *sheet, least int64) {
	if around == nil {
		line := [][]int64{s.row(whole)}
		alone := Protect(line, s.first(line, least), make([]bool, len(s.columns)), least)
		s.nothing, s.hidden, s.mean = !alone.Row(0), alone.Hidden(0), few(whole.Figure.Known, least)
		return
	}
	r := slices.Index(around.places, s.key)
	if r < 0 || around.nothing {
		s.nothing, s.hidden, s.mean = true, make([]bool, len(s.columns)), true
		return
	}
	s.nothing, s.hidden, s.mean = !around.counts.Row(r), around.counts.Hidden(r), around.mean || !around.welfare.Row(r)
}

// mark writes into an answer what is told of it.
func (s *sheet) mark(a *Answer) {
	a.Whole.told = s.told(!s.nothing, !s.mean, func(c int) bool { return !s.hidden[c] })
	for i := range a.Parts {
		a.Parts[i].told = s.told(!s.nothing && s.counts.Row(i), !s.mean && s.welfare.Row(i), func(c int) bool { return s.counts.Cell(i, c) })
	}
	for _, part := range append([]Part{a.Whole}, a.Parts...) {
		a.KeptBack = a.KeptBack || !part.told.all || !part.told.poor || slices.ContainsFunc(s.columns, func(c string) bool { return !part.told.cells[c] })
	}
}

// told is what is told of a part. Of the poor it is told where each of their statuses is: then it says nothing new.
func (s *sheet) told(all, welfare bool, cell func(c int) bool) told {
	t := told{all: all, poor: all && !s.byValue, welfare: all && welfare, cells: map[string]bool{}}
	for c, column := range s.columns {
		t.cells[column] = all && cell(c)
		if s.poor[c] && !t.cells[column] {
			t.poor = false
		}
	}
	return t
}
