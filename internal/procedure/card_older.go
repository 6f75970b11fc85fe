package procedure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// FindCards gives cards from before the program kept their last days the day on which they end, so that Expire follows
// them up: it is counted from the day of the case's end, under the pack that the case is held to. A card that expired, or
// after which another decision was taken, is left as it is. It returns how many it found, and fails with what kept
// others from it; the program calls it when it starts, until it has once found all.
func (s *Service) FindCards(ctx context.Context) (int, error) {
	n := 0
	var failed error
	for _, pack := range s.packs.All() {
		for _, d := range Of(pack).List {
			for _, state := range d.States {
				if state.Card == nil {
					continue
				}
				found, err := s.findCards(ctx, pack, d, state)
				n, failed = n+found, errors.Join(failed, err)
			}
		}
	}
	return n, failed
}

// findCards does it for the cases that ended in one state of a procedure.
func (s *Service) findCards(ctx context.Context, pack *policy.Pack, d *Definition, state *State) (int, error) {
	system := access.System("cards of earlier cases get their last day")
	n := 0
	var home, last int64
	var failed error
	for {
		list, err := s.read(ctx, system, `c.pack = $1 AND c.code = $2 AND c.state = $3 AND c.ended > 0 AND c.card_until = 0 AND (c.home, c.id) > ($4, $5)
			AND NOT EXISTS (SELECT 1 FROM event e WHERE e.home = c.home AND e.subject = c.id AND e.kind = 'case.expired') ORDER BY c.home, c.id LIMIT $6`, pack.Hash, d.Code, state.Code, home, last, chunk)
		if err != nil || len(list) == 0 {
			return n, errors.Join(failed, err)
		}
		until := map[int64]clock.Day{}
		for _, c := range list {
			home, last = c.Home, c.ID
			day, err := s.olderCard(ctx, system, pack, state.Card, c)
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("the card that case %d gave: %w", c.ID, err))
			} else if day != 0 {
				until[c.ID] = day
			}
		}
		if err := s.storeCards(ctx, system, list, until); err != nil {
			return n, errors.Join(failed, err)
		}
		n += len(until)
	}
}

// olderCard is the last day of the card that a case gave, 0 where another decision was taken since.
func (s *Service) olderCard(ctx context.Context, system access.Scope, pack *policy.Pack, card *Card, c Case) (clock.Day, error) {
	over, err := s.decidedAfter(ctx, system, c)
	if err != nil || over {
		return 0, err
	}
	return card.until(pack, c, c.Ended.Day(time.UTC))
}

// storeCards stores the last days of the cards that cases gave. It is no event: the cases' ends, which the journal has,
// already said them.
func (s *Service) storeCards(ctx context.Context, system access.Scope, list []Case, until map[int64]clock.Day) error {
	err := s.db.Tx(ctx, system, func(tx store.Tx) error {
		for _, c := range list {
			if until[c.ID] == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, "UPDATE case_file SET card_until = $3 WHERE {checked} AND home = $1 AND id = $2 AND card_until = 0", c.Home, c.ID, int64(until[c.ID])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the last days of cards: %w", err)
	}
	return nil
}

// decidedAfter says whether a later case of the household ended by saying anew what it is.
func (s *Service) decidedAfter(ctx context.Context, system access.Scope, c Case) (bool, error) {
	later, err := s.read(ctx, system, "c.home = $1 AND c.household = $2 AND c.ended > $3", c.Home, c.Household, int64(c.Ended))
	if err != nil {
		return false, err
	}
	for _, one := range later {
		d, err := s.Definition(one)
		if err != nil {
			return false, err
		}
		if d.State(one.State).anew() {
			return true, nil
		}
	}
	return false, nil
}
