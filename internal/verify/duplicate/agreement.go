package duplicate

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Agreement is how well blind second reviews agree with the first.
type Agreement struct {
	Pairs, Agreed int64
	// Kappa is Cohen's: 1 is full agreement, 0 what chance would give. It is known only where Known, that is where the
	// verdicts are not all the same.
	Kappa float64
	Known bool
}

// Agreement counts the pairs in scope that two people judged, the second blindly, whatever became of them.
func (s *Service) Agreement(ctx context.Context, scope access.Scope) (Agreement, error) {
	type row struct{ first, second Verdict }
	rows, err := store.All(ctx, s.db.In(scope), `SELECT f.verdict, j.verdict FROM duplicate_judgement j JOIN duplicate_judgement f ON f.pair = j.pair AND f.n = j.n - 1
		JOIN duplicate_pair p ON p.id = j.pair JOIN duplicate_side a ON a.pair = p.id AND a.person = p.one JOIN duplicate_side b ON b.pair = p.id AND b.person = p.other
		WHERE j.blind = 1 AND {scope a.area a.household} AND {scope b.area b.household} ORDER BY j.pair, j.n`, nil,
		func(r store.Rows, one *row) error { return r.Scan(&one.first, &one.second) })
	if err != nil {
		return Agreement{}, fmt.Errorf("read second reviews: %w", err)
	}
	verdicts := make([][2]Verdict, len(rows))
	for i, one := range rows {
		verdicts[i] = [2]Verdict{one.first, one.second}
	}
	return agreement(verdicts), nil
}

// agreement is Cohen's kappa of pairs of verdicts.
func agreement(verdicts [][2]Verdict) Agreement {
	a := Agreement{Pairs: int64(len(verdicts))}
	first, second := map[Verdict]float64{}, map[Verdict]float64{}
	for _, v := range verdicts {
		first[v[0]]++
		second[v[1]]++
		if v[0] == v[1] {
			a.Agreed++
		}
	}
	n, chance := float64(len(verdicts)), 0.0
	for _, v := range Verdicts {
		chance += first[v] * second[v]
	}
	if n == 0 || chance == n*n {
		return a
	}
	chance /= n * n
	a.Kappa, a.Known = (float64(a.Agreed)/n-chance)/(1-chance), true
	return a
}
