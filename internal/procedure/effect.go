package procedure

import (
	"context"
	"fmt"
	"strconv"
)

// does is what reaching a state does to the subject of a case.
func (s *Service) does(ctx context.Context, to *State, c Case) (Does, error) {
	does := Does{Effect: to.Effect, Judge: to.Judge, Pack: c.Pack}
	if len(to.Effects) > 0 {
		told, err := s.told(ctx, []Case{c})
		if err != nil {
			return does, err
		}
		for _, e := range to.Effects {
			holds, known, err := e.condition.Holds(told[c.ID])
			if err != nil {
				return does, fmt.Errorf("case %d: effect of %s: %w", c.ID, to.Code, err)
			}
			if holds && known {
				does.Effect = e.Effect
				break
			}
		}
	}
	if to.Card == nil {
		return does, nil
	}
	_, pack, err := s.pinned(c.Pack, c.Code)
	if err != nil {
		return does, err
	}
	years, ok := pack.Value(to.Card.Years, c.Area, s.Today())
	if !ok {
		return does, fmt.Errorf("case %d: the pack has no figure %s on %s", c.ID, to.Card.Years, s.Today())
	}
	does.Answers = map[string]any{to.Card.Until: s.Today().AddYears(int(years.Number)).String(), to.Card.Number: strconv.FormatInt(c.ID, 10)}
	return does, nil
}
