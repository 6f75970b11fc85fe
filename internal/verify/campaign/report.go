package campaign

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// Tally is what a campaign found in a village.
type Tally struct {
	Area                        int64 // where the households lived when they were drawn; 0 in a sum
	Keep, Correct, Add, Remove  int64
	Disputed, Refused, Gone, On int64 // On: somebody has to go there yet
}

// Plus is the sum of two tallies.
func (t Tally) Plus(o Tally) Tally {
	return Tally{Keep: t.Keep + o.Keep, Correct: t.Correct + o.Correct, Add: t.Add + o.Add, Remove: t.Remove + o.Remove, Disputed: t.Disputed + o.Disputed, Refused: t.Refused + o.Refused, Gone: t.Gone + o.Gone, On: t.On + o.On}
}

// Tallies are what a campaign found of the households in scope, by village.
func (s *Service) Tallies(ctx context.Context, scope access.Scope, c Campaign) ([]Tally, error) {
	sum := func(condition string) string {
		return "CAST(sum(CASE WHEN " + condition + " THEN 1 ELSE 0 END) AS bigint)"
	}
	found, err := store.All(ctx, s.db.In(scope), "SELECT t.place, "+sum(results[Keep])+", "+sum(results[Correct])+", "+sum(results[Add])+", "+sum(results[Remove])+", "+
		sum("t.state = 'disputed'")+", "+sum("t.state = 'refused'")+", "+sum("t.state = 'gone'")+", "+sum("t.state IN ('waiting', 'absent', 'again')")+
		" FROM campaign_household t WHERE {scope t.area t.household} AND t.campaign = $1 GROUP BY t.place ORDER BY t.place", []any{c.ID},
		func(r store.Rows, t *Tally) error {
			return r.Scan(&t.Area, &t.Keep, &t.Correct, &t.Add, &t.Remove, &t.Disputed, &t.Refused, &t.Gone, &t.On)
		})
	if err != nil {
		return nil, fmt.Errorf("count what a campaign found: %w", err)
	}
	return found, nil
}

// Reason is on what a verdict rests.
type Reason string

// The reasons.
const (
	OneVisit   Reason = "one_visit"
	TwoVisits  Reason = "two_visits" // two teams went there, and agreed or the meeting decided
	FarOff     Reason = "far_off"    // what was seen lies further from the line than the band
	NotStood   Reason = "dismissed"  // the household objected, and the objection was dismissed
	VisitAgain Reason = "upheld"     // the household objected, and another team went there
)

// Reasons are those of what follows for a household.
func (t Task) Reasons() []Reason {
	list := []Reason{OneVisit}
	if t.Second != 0 {
		list[0] = TwoVisits
	}
	if t.Clear {
		list = append(list, FarOff)
	}
	switch t.Appeal {
	case Dismissed:
		list = append(list, NotStood)
	case Upheld:
		list = append(list, VisitAgain)
	}
	return list
}
