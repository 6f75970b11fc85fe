package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Norm is what is usual among the households of a village for an item of the household or its dwelling: the median of
// numbers, the most frequent answer of choices. Texts have none: it would be what a neighbour said.
type Norm struct {
	Item       *policy.Item
	Households int     // that have answered
	Median     float64 // as the index holds it: amounts in minor units
	Mode       string
	Share      float64 // of the households that have answered, who gave the most frequent answer
}

const (
	// fewestNorm is how many households must have answered: of fewer, a norm would tell what the neighbours said.
	fewestNorm = 10
	// normTime is how long a village's norms are kept in memory.
	normTime = 10 * time.Minute
	// mostNorms is of how many villages norms are kept at once.
	mostNorms = 2000
)

// norms keeps norms by village for a while.
type norms struct {
	mu    sync.Mutex
	known map[int64]villageNorms
}

type villageNorms struct {
	at    clock.Time
	items map[string]Norm // by subject.code
}

// Norms returns what is usual in the area of a household, by item ("subject.code"), for items that lists know. The
// household is in scope; to who holds only single households nothing is told of the neighbours.
func (s *Service) Norms(ctx context.Context, scope access.Scope, h Household) (map[string]Norm, error) {
	if !scope.Holds(h.Area) {
		return nil, nil
	}
	now := s.Now()
	s.norms.mu.Lock()
	known, ok := s.norms.known[h.Area]
	s.norms.mu.Unlock()
	if ok && now < known.at.Add(normTime) {
		return known.items, nil
	}
	items, err := s.readNorms(ctx, scope, h.Area)
	if err != nil {
		return nil, fmt.Errorf("find what is usual in a village: %w", err)
	}
	s.norms.mu.Lock()
	defer s.norms.mu.Unlock()
	if s.norms.known == nil || len(s.norms.known) >= mostNorms {
		s.norms.known = map[int64]villageNorms{}
	}
	s.norms.known[h.Area] = villageNorms{now, items}
	return items, nil
}

// answered is what households have answered, by number of the item.
type answered struct {
	numbers map[int64][]float64
	words   map[int64]map[string]int
}

func (a *answered) number(item int64, value float64, times int) {
	a.numbers[item] = append(a.numbers[item], slices.Repeat([]float64{value}, times)...)
}

func (a *answered) word(item int64, value string, times int) {
	if a.words[item] == nil {
		a.words[item] = map[string]int{}
	}
	a.words[item][value] += times
}

// readNorms reads the answers of a village from the mirror, and from the index of facts those that it does not hold.
func (s *Service) readNorms(ctx context.Context, scope access.Scope, area int64) (map[string]Norm, error) {
	items, err := s.normItems(ctx, area)
	if err != nil {
		return nil, err
	}
	found := answered{map[int64][]float64{}, map[int64]map[string]int{}}
	rest := items
	if s.mirror != nil && s.mirror.Table() != nil {
		rest = found.mirrored(s.mirror.Table(), area, items)
	}
	for subject, from := range map[string]string{
		SubjectHousehold: "household h JOIN fact_index f ON f.home = h.home AND f.subject = h.id",
		SubjectDwelling:  "household h JOIN dwelling d ON d.home = h.home AND d.household = h.id AND d.to_day IS NULL JOIN fact_index f ON f.home = d.home AND f.subject = d.id",
	} {
		if err := s.indexed(ctx, scope, area, from, numbersIn(rest, subject), &found); err != nil {
			return nil, err
		}
	}
	return normsOf(items, found.numbers, found.words), nil
}

// normItems are the items that have norms in an area, by their number.
func (s *Service) normItems(ctx context.Context, area int64) (map[int64]*policy.Item, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	items := map[int64]*policy.Item{}
	for _, item := range pack.Items {
		if !item.List || item.Core || (item.Subject != SubjectHousehold && item.Subject != SubjectDwelling) || slices.Contains([]policy.Kind{policy.Text, policy.Date, policy.Multi}, item.Kind) {
			continue
		}
		n, err := s.itemNumber(ctx, item.Subject, item.Code)
		if err != nil {
			return nil, err
		}
		items[n] = item
	}
	return items, nil
}

// numbersIn are the numbers of a subject's items, in order.
func numbersIn(items map[int64]*policy.Item, subject string) []int64 {
	var numbers []int64
	for n, item := range items {
		if item.Subject == subject {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// mirrored adds the answers of a village that a mirror holds and returns the items of which it holds none.
func (a *answered) mirrored(t *mirror.Table, area int64, items map[int64]*policy.Item) (rest map[int64]*policy.Item) {
	rest = maps.Clone(items)
	columns, state := map[int64]int{}, 0
	for at, c := range t.Columns() {
		if c.Name == MirrorState {
			state = at
		}
		for n, item := range items {
			if c.Name == item.Subject+"."+item.Code {
				columns[n] = at
				delete(rest, n)
			}
		}
	}
	t.Within([]access.Range{{Lo: area, Hi: area}}, func(row mirror.Row) {
		if row.Values[state] != 0 {
			return
		}
		for n, at := range columns {
			if value := row.Values[at]; value != mirror.Unknown {
				a.value(n, items[n], t.Columns()[at], value)
			}
		}
	})
	return rest
}

// value adds a value of a column.
func (a *answered) value(item int64, of *policy.Item, column mirror.Column, value int64) {
	switch {
	case column.Kind == mirror.Number && of.Kind == policy.Decimal:
		a.number(item, float64(value)/math.Pow10(column.Scale), 1)
	case column.Kind == mirror.Number:
		a.number(item, float64(value), 1)
	case column.Kind == mirror.Code:
		a.word(item, column.Codes[value], 1)
	default:
		for n, code := range column.Codes {
			if mirror.SetOf(int64(n))&value != 0 {
				a.word(item, code, 1)
			}
		}
	}
}

// indexed adds the answers of a village to items from the index of facts.
func (s *Service) indexed(ctx context.Context, scope access.Scope, area int64, from string, items []int64, found *answered) error {
	if len(items) == 0 {
		return nil
	}
	type row struct {
		item int64
		num  *float64
		txt  *string
		n    int // of how many records
	}
	args := []any{area}
	of := store.OneOf("f.item", items, func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) })
	rows, err := store.All(ctx, s.db.In(scope), "SELECT f.item, f.num, f.txt, count(*) FROM "+from+" WHERE h.area = $1 AND h.closed IS NULL AND {scope h.area} AND "+of+" GROUP BY f.item, f.num, f.txt",
		args, func(r store.Rows, row *row) error { return r.Scan(&row.item, &row.num, &row.txt, &row.n) })
	for _, row := range rows {
		switch {
		case row.num != nil:
			found.number(row.item, *row.num, row.n)
		case row.txt != nil:
			found.word(row.item, *row.txt, row.n)
		}
	}
	return err
}

// normsOf makes the norms of items that enough households have answered.
func normsOf(items map[int64]*policy.Item, numbers map[int64][]float64, words map[int64]map[string]int) map[string]Norm {
	found := map[string]Norm{}
	for n, item := range items {
		norm := Norm{Item: item, Households: len(numbers[n])}
		if values := numbers[n]; len(values) > 0 {
			slices.Sort(values)
			norm.Median = (values[(len(values)-1)/2] + values[len(values)/2]) / 2
		}
		most := 0
		for word, count := range words[n] {
			norm.Households += count
			if count > most || (count == most && word < norm.Mode) {
				norm.Mode, most = word, count
			}
		}
		if norm.Households >= fewestNorm {
			norm.Share = float64(most) / float64(norm.Households)
			found[item.Subject+"."+item.Code] = norm
		}
	}
	return found
}

// Differs says whether a value stands out from the norm: a number below half of the median or above twice of it, an
// answer that is not the one that at least half of the households gave.
func (n Norm) Differs(value policy.Value) bool {
	var number float64
	switch v := value.(type) {
	case int64:
		number = float64(v)
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return false
		}
		number = f
	case bool:
		return n.Share >= 0.5 && n.Mode != fmt.Sprint(v)
	case string:
		return n.Share >= 0.5 && n.Mode != v
	default:
		return false
	}
	return number < n.Median/2 || number > n.Median*2
}
