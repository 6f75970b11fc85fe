package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// Owners of work that are no account: Nobody selects what nobody has been given, Mine what the caller, or whom the caller
// covers, has.
const (
	Nobody int64 = -1
	Mine   int64 = -2
)

// OwnedBy is the condition that work belongs to an account, Nobody or Mine.
func OwnedBy(column string, owner int64, c access.Caller, bind func(any) string) string {
	switch owner {
	case Nobody:
		return column + " = 0"
	case Mine:
		return store.OneOf(column, c.Answers(), bind)
	}
	return column + " = " + bind(owner)
}

// Backlog is how much waits, and the earliest date by which some of it is due.
type Backlog struct {
	Open  int64
	First clock.Day
}

func (b *Backlog) add(open int64, first clock.Day) {
	if open > 0 && (b.Open == 0 || first < b.First) {
		b.First = first
	}
	b.Open += open
}

// Backlogs is how much of a kind of work waits: by account, 0 where nobody has it yet, and by the areas directly below
// the one looked at. What waits for several accounts is counted for each of them, and once for the area.
type Backlogs struct {
	ByAccount, ByArea map[int64]Backlog
}

// CountBacklogs counts what waits. rows selects for each piece the account, the area below and the day by which it is due
// as account, below and due, and as once 1 in one row of the piece and 0 in the others.
func CountBacklogs(ctx context.Context, from store.Querier, rows string, args []any) (Backlogs, error) {
	type cell struct {
		account, below, n, once int64
		first                   clock.Day
	}
	cells, err := store.All(ctx, from, "SELECT x.account, x.below, count(*), CAST(sum(x.once) AS bigint), min(x.due) FROM ("+rows+") x GROUP BY x.account, x.below", args,
		func(r store.Rows, c *cell) error { return r.Scan(&c.account, &c.below, &c.n, &c.once, &c.first) })
	if err != nil {
		return Backlogs{}, fmt.Errorf("count what waits: %w", err)
	}
	found := Backlogs{map[int64]Backlog{}, map[int64]Backlog{}}
	for _, c := range cells {
		add(found.ByAccount, c.account, c.n, c.first)
		add(found.ByArea, c.below, c.once, c.first)
	}
	return found, nil
}

func add(to map[int64]Backlog, key, open int64, first clock.Day) {
	b := to[key]
	b.add(open, first)
	to[key] = b
}

// Work is a kind of work that waits for officials.
type Work struct {
	Kind string
	// Verb is what who is told of it may do; who judges anew is told of it only if Blind.
	Verb  access.Verb
	Blind bool
	Count func(ctx context.Context, scope access.Scope, area int64) (Backlogs, error)
}

// count is what waits in an area, nothing for who may not see it.
func (w Work) count(ctx context.Context, c access.Caller, area int64) (Backlogs, error) {
	scope, err := access.Decide(c, w.Verb)
	if err != nil || (scope.AnyIsolated() && !w.Blind) {
		return Backlogs{}, nil //nolint:nilerr // who may not see the work is told of none
	}
	return w.Count(ctx, scope, area)
}

// Load is what waits for an account, or in an area: of each kind of work.
type Load struct {
	Key   int64 // account, 0 where nobody has it yet; or area
	Waits []Backlog
}

// first is the earliest date of a load.
func (l Load) first() clock.Day {
	var all Backlog
	for _, one := range l.Waits {
		all.add(one.Open, one.First)
	}
	return all.First
}

// Workload is what waits of several kinds of work in an area (0 for all of the caller's) by official and by the areas
// directly below, the most urgent first.
func Workload(ctx context.Context, c access.Caller, works []Work, area int64) (byAccount, byArea []Load, err error) {
	accounts, areas := make([]map[int64]Backlog, len(works)), make([]map[int64]Backlog, len(works))
	for i, work := range works {
		found, err := work.count(ctx, c, area)
		if err != nil {
			return nil, nil, err
		}
		accounts[i], areas[i] = found.ByAccount, found.ByArea
	}
	return loads(accounts), loads(areas), nil
}

// loads puts the kinds of work side by side.
func loads(kinds []map[int64]Backlog) []Load {
	rows := map[int64][]Backlog{}
	for i, counts := range kinds {
		for key, one := range counts {
			if rows[key] == nil {
				rows[key] = make([]Backlog, len(kinds))
			}
			rows[key][i] = one
		}
	}
	list := make([]Load, 0, len(rows))
	for key, waits := range rows {
		list = append(list, Load{key, waits})
	}
	slices.SortFunc(list, func(a, b Load) int { return cmp.Or(cmp.Compare(a.first(), b.first()), cmp.Compare(a.Key, b.Key)) })
	return list
}
