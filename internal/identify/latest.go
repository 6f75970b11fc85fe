package identify

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Latest is what the newest assessment of a household says.
type Latest struct {
	Outcome       Outcome
	Welfare, Line *int64 // minor units; nil where a scorecard judged
	Points        *int64 // of a scorecard
	Version       string // of the pack
}

// Latest returns the newest assessments of households of a home, by household; one that was never judged is not there.
// It is work of the program: nothing of it is shown to who may not see it.
func (s *Service) Latest(ctx context.Context, scope access.Scope, home int64, households []int64) (map[int64]Latest, error) {
	type row struct {
		household int64
		Latest
	}
	args, newest := newestOf(home, households)
	found, err := store.All(ctx, s.db.In(scope), "SELECT a.household, a.verdict, a.welfare, a.line, a.points, a.pack || ' ' || a.version FROM assessment a"+newest, args,
		func(r store.Rows, one *row) error {
			return r.Scan(&one.household, &one.Outcome, &one.Welfare, &one.Line, &one.Points, &one.Version)
		})
	if err != nil {
		return nil, fmt.Errorf("read the newest assessments: %w", err)
	}
	latest := map[int64]Latest{}
	for _, one := range found {
		latest[one.household] = one.Latest
	}
	return latest, nil
}

// newestOf joins to assessments a and selects those that are the newest of some households of a home.
func newestOf(home int64, households []int64) (args []any, sql string) {
	args = append([]any{home}, store.Padded(households)...)
	in := store.In(2, len(args)-1)
	return args, ` JOIN (SELECT household, max(id) AS id FROM assessment WHERE {checked} AND home = $1 AND trial = 0 AND household IN (` + in + `) GROUP BY household) latest ON latest.id = a.id
		WHERE a.home = $1 AND a.household IN (` + in + `)`
}
