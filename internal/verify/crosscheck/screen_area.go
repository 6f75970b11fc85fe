package crosscheck

import (
	"cmp"
	"context"
	"math"
	"slices"

	"rightkey/internal/store"
)

// welfareBins is into how many groups of equal size households are divided by their welfare.
const welfareBins = 20

// weighed is a household with what it was judged by: its welfare as a multiple of the line, below 0 for none.
type weighed struct {
	seat
	account int64 // that registered it, 0 if that is not known
	times   float64
}

// judged are the open households of the area looked at with their newest judgement.
func (l looker) judged(ctx context.Context) ([]weighed, error) {
	return store.All(ctx, l.s.db.In(l.within), `SELECT h.home, h.id, h.area, h.status, coalesce(a.welfare, 0), coalesce(a.line, 0),
		coalesce((SELECT min(e.account) FROM event e WHERE e.home = h.home AND e.subject = h.id AND e.kind = 'household.created'), 0) FROM household h
		LEFT JOIN assessment a ON a.home = h.home AND a.household = h.id AND a.id = (SELECT max(b.id) FROM assessment b WHERE b.home = h.home AND b.household = h.id)
		WHERE {scope h.area} AND h.closed IS NULL ORDER BY h.area, h.id`, nil, func(r store.Rows, w *weighed) error {
		var welfare, line int64
		err := r.Scan(&w.home, &w.id, &w.area, &w.status, &welfare, &line, &w.account)
		if w.times = -1; line > 0 {
			w.times = max(0, float64(welfare)/float64(line))
		}
		return err
	})
}

// rates finds villages of which more or fewer households are on the register than their welfare predicts: that of
// households everywhere who are as well off.
func (l looker) rates(ctx context.Context) ([]hit, error) {
	households, err := l.judged(ctx)
	if err != nil {
		return nil, err
	}
	groups, villages := l.predicted(households)
	if len(groups) < fewestGroups {
		return nil, nil
	}
	low, high := interval(groups, l.check.Beyond)
	var hits []hit
	for i, g := range groups {
		if seen := float64(g.seen); seen >= low[i] && seen <= high[i] {
			continue
		}
		found, err := l.about(seat{home: villages[i].home, area: villages[i].area}, AboutArea, villages[i].area, "", Signs{Of: g.of, Seen: g.seen, Low: low[i], High: high[i]})
		if err != nil {
			return nil, err
		}
		hits = append(hits, found)
	}
	return hits, nil
}

// predicted are the villages with enough households, by how many of them are on the register and by how many would be by
// the shares of their welfare's groups.
func (l looker) predicted(households []weighed) ([]tally, []seat) {
	bins := binned(households)
	registered := func(w weighed) bool { return slices.Contains(l.statuses, w.status) }
	var on, all [welfareBins + 1]float64
	for i, w := range households {
		if all[bins[i]]++; registered(w) {
			on[bins[i]]++
		}
	}
	var groups []tally
	var villages []seat
	for i, w := range households {
		if i == 0 || households[i-1].area != w.area {
			groups, villages = append(groups, tally{}), append(villages, w.seat)
		}
		g, share := &groups[len(groups)-1], on[bins[i]]/all[bins[i]]
		if g.of++; registered(w) {
			g.seen++
		}
		g.expected += share
		g.variance += share * (1 - share)
	}
	return enough(groups, villages, l.check.Least)
}

// enough are the groups that are large enough to be looked at, with whose they are.
func enough[T any](groups []tally, whose []T, least int) (large []tally, theirs []T) {
	for i, g := range groups {
		if g.of >= least {
			large, theirs = append(large, g), append(theirs, whose[i])
		}
	}
	return large, theirs
}

// binned gives each household the number of its group by welfare; those of whom none is known are one group.
func binned(households []weighed) []int {
	var known []int
	for i, w := range households {
		if w.times >= 0 {
			known = append(known, i)
		}
	}
	slices.SortFunc(known, func(a, b int) int { return cmp.Compare(households[a].times, households[b].times) })
	bins := slices.Repeat([]int{welfareBins}, len(households))
	for rank, i := range known {
		bins[i] = rank * welfareBins / len(known)
		if rank > 0 && households[known[rank-1]].times == households[i].times {
			bins[i] = bins[known[rank-1]]
		}
	}
	return bins
}

// justBelow is how far from the line an income is near it, as a share of the line.
const justBelow = 0.1

// near says on which side of the line a household is that stands near it: -1 just below, 1 just above, 0 elsewhere.
func (w weighed) near() int {
	switch away := w.times - 1; {
	case w.times < 0 || math.Abs(away) > justBelow:
		return 0
	case away < 0:
		return -1
	}
	return 1
}
