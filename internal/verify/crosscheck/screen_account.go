package crosscheck

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"rightkey/internal/store"
)

// fewestAnswers is how many answers two interviews must have to be compared.
const fewestAnswers = 5

// recorded are the households of the area looked at by the account that registered them: a clerk, an interviewer, or who
// brought their file.
func (l looker) recorded(ctx context.Context) (map[int64][]weighed, error) {
	households, err := l.judged(ctx)
	byAccount := map[int64][]weighed{}
	for _, w := range households {
		if w.account != 0 {
			byAccount[w.account] = append(byAccount[w.account], w)
		}
	}
	return byAccount, err
}

// accounts finds accounts of whose records more than usual count: of says of how many, and seen for how many it is so.
func (l looker) accounts(byAccount map[int64][]weighed, count func([]weighed) (of, seen int)) ([]hit, error) {
	var groups []tally
	var accounts []int64
	for _, account := range slices.Sorted(maps.Keys(byAccount)) {
		of, seen := count(byAccount[account])
		groups, accounts = append(groups, tally{of: of, seen: seen}), append(accounts, account)
	}
	groups, accounts = enough(groups, accounts, l.check.Least)
	if len(groups) < fewestGroups {
		return nil, nil
	}
	usual(groups)
	_, high := interval(groups, l.check.Beyond)
	var hits []hit
	for i, g := range groups {
		if float64(g.seen) <= high[i] {
			continue
		}
		first := byAccount[accounts[i]][0]
		at := seat{home: first.home, area: l.s.registry.County(first.area)}
		found, err := l.about(at, AboutAccount, accounts[i], "", Signs{Of: g.of, Seen: g.seen, High: high[i]})
		if err != nil {
			return nil, err
		}
		hits = append(hits, found)
	}
	return hits, nil
}

// heaped finds accounts of whose incomes near the line more than usual lie just below it.
func (l looker) heaped(ctx context.Context) ([]hit, error) {
	byAccount, err := l.recorded(ctx)
	if err != nil {
		return nil, err
	}
	return l.accounts(byAccount, func(list []weighed) (of, seen int) {
		for _, w := range list {
			switch w.near() {
			case -1:
				of, seen = of+1, seen+1
			case 1:
				of++
			}
		}
		return of, seen
	})
}

// rounded finds accounts of whose entries of income more than usual are round: whole multiples of an amount.
func (l looker) rounded(ctx context.Context, digits int) ([]hit, error) {
	unit := int64(l.check.Within)
	for range digits {
		unit *= 10
	}
	type entry struct{ household, minor int64 }
	entries, err := store.All(ctx, l.s.db.In(l.within), `SELECT e.household, e.minor FROM entry e JOIN household h ON h.home = e.home AND h.id = e.household
		WHERE {scope h.area} AND h.closed IS NULL AND e.ended IS NULL AND e.subject = 'income' AND e.minor > 0`, nil, func(r store.Rows, e *entry) error { return r.Scan(&e.household, &e.minor) })
	if err != nil {
		return nil, err
	}
	amounts := map[int64][]int64{}
	for _, e := range entries {
		amounts[e.household] = append(amounts[e.household], e.minor)
	}
	byAccount, err := l.recorded(ctx)
	if err != nil {
		return nil, err
	}
	return l.accounts(byAccount, func(list []weighed) (of, seen int) {
		for _, w := range list {
			for _, minor := range amounts[w.id] {
				if of++; minor%unit == 0 {
					seen++
				}
			}
		}
		return of, seen
	})
}

// question is an item of a record, with the place of an answer among several.
type question struct{ item, n int64 }

// copied finds accounts of whose interviews more than usual have a twin: another one of theirs in the same place in
// which hardly an answer differs.
func (l looker) copied(ctx context.Context) ([]hit, error) {
	answers, err := l.interviews(ctx)
	if err != nil {
		return nil, err
	}
	byAccount, err := l.recorded(ctx)
	if err != nil {
		return nil, err
	}
	return l.accounts(byAccount, func(list []weighed) (of, seen int) {
		byPlace := map[int64][]map[question]string{}
		for _, w := range list {
			if given := answers[w.id]; len(given) >= fewestAnswers {
				byPlace[w.area] = append(byPlace[w.area], given)
			}
		}
		for _, place := range byPlace {
			of += len(place)
			seen += twins(place, l.check.Within)
		}
		return of, seen
	})
}

// interviews are the answers about open households and their dwellings that lists are filtered by.
func (l looker) interviews(ctx context.Context) (map[int64]map[question]string, error) {
	type given struct {
		household, item, n int64
		num                float64
		txt                string
	}
	found := map[int64]map[question]string{}
	for _, of := range []string{"f.subject = h.id", "f.subject IN (SELECT d.id FROM dwelling d WHERE d.home = h.home AND d.household = h.id AND d.to_day IS NULL)"} {
		list, err := store.All(ctx, l.s.db.In(l.within), "SELECT h.id, f.item, f.n, coalesce(f.num, 0), coalesce(f.txt, '') FROM household h JOIN fact_index f ON f.home = h.home AND f.household = h.id AND "+of+" WHERE {scope h.area} AND h.closed IS NULL", nil,
			func(r store.Rows, g *given) error { return r.Scan(&g.household, &g.item, &g.n, &g.num, &g.txt) })
		if err != nil {
			return nil, err
		}
		for _, g := range list {
			if found[g.household] == nil {
				found[g.household] = map[question]string{}
			}
			found[g.household][question{g.item, g.n}] = fmt.Sprint(g.num, g.txt)
		}
	}
	return found, nil
}

// twins counts the interviews from which another one differs in so many answers at most.
func twins(place []map[question]string, within int) int {
	slices.SortFunc(place, func(a, b map[question]string) int { return cmp.Compare(len(a), len(b)) })
	twin := make([]bool, len(place))
	for i, a := range place {
		for j := i + 1; j < len(place) && len(place[j])-len(a) <= within; j++ {
			if !(twin[i] && twin[j]) && differ(place[j], a, within) <= within {
				twin[i], twin[j] = true, true
			}
		}
	}
	n := 0
	for _, is := range twin {
		if is {
			n++
		}
	}
	return n
}

// differ is how many answers of the longer interview the shorter has not, counted no further than beyond most.
func differ(longer, shorter map[question]string, most int) int {
	n := 0
	for q, answer := range longer {
		if shorter[q] != answer {
			if n++; n > most {
				break
			}
		}
	}
	return n
}
