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
	until, err := s.until(to, c)
	does.Answers = map[string]any{to.Card.Until: until.String(), to.Card.Number: strconv.FormatInt(c.ID, 10)}
	return does, err
}
