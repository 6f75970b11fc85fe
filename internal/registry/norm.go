package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Norm is what is usual among the households of a village for an item of the household or its dwelling: the median of
// numbers, the most frequent answer of others.
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

// indexed is a row of the index of facts.
type indexed struct {
	item int64
	num  *float64
	txt  *string
	n    int // of how many records
}

func (s *Service) readNorms(ctx context.Context, scope access.Scope, area int64) (map[string]Norm, error) {
	pack, err := s.Pack(area)
	if err != nil {
		return nil, err
	}
	byNumber := map[int64]*policy.Item{}
	for _, item := range pack.Items {
		if !item.List || item.Core || (item.Subject != SubjectHousehold && item.Subject != SubjectDwelling) || item.Kind == policy.Date || item.Kind == policy.Multi {
			continue
		}
		n, err := s.itemNumber(ctx, item.Subject, item.Code)
		if err != nil {
			return nil, err
		}
		byNumber[n] = item
	}
	numbers, words := map[int64][]float64{}, map[int64]map[string]int{}
	for _, from := range []string{
		"household h JOIN fact_index f ON f.home = h.home AND f.subject = h.id",
		"household h JOIN dwelling d ON d.home = h.home AND d.household = h.id AND d.to_day IS NULL JOIN fact_index f ON f.home = d.home AND f.subject = d.id",
	} {
		rows, err := store.All(ctx, s.db.In(scope), "SELECT f.item, f.num, f.txt, count(*) FROM "+from+" WHERE h.area = $1 AND h.closed IS NULL AND {scope h.area} GROUP BY f.item, f.num, f.txt",
			[]any{area}, func(r store.Rows, row *indexed) error { return r.Scan(&row.item, &row.num, &row.txt, &row.n) })
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			switch {
			case byNumber[row.item] == nil:
			case row.num != nil:
				numbers[row.item] = append(numbers[row.item], slices.Repeat([]float64{*row.num}, row.n)...)
			case row.txt != nil:
				if words[row.item] == nil {
					words[row.item] = map[string]int{}
				}
				words[row.item][*row.txt] += row.n
			}
		}
	}
	return normsOf(byNumber, numbers, words), nil
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
