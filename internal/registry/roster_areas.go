package registry

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// followChunk is how many households one transaction brings to their new area.
const followChunk = 50

// FollowAreas brings households to the areas that theirs have become, for every announced change whose day has come.
// From then on the old area's people no longer see them and the new area's do. It returns how many moved. Work that
// was interrupted goes on with the next call; several processes may call it at once.
func (s *Service) FollowAreas(ctx context.Context) (int, error) {
	due, err := s.areas.Due(ctx, s.today())
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, c := range due {
		n, err := s.follow(ctx, c)
		moved += n
		if err != nil {
			return moved, fmt.Errorf("follow the change of area %d: %w", c.From, err)
		}
		if err := s.followPlaces(ctx, c); err != nil {
			return moved, fmt.Errorf("follow the change of area %d: %w", c.From, err)
		}
		if err := s.areas.Finish(ctx, c); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// follow brings the households of one area to another, chunk by chunk. What lies deeper keeps its place below.
func (s *Service) follow(ctx context.Context, c area.Change) (int, error) {
	scope := access.System("what lies in an area follows it")
	if c.Kind == area.Renamed {
		return 0, nil
	}
	if err := s.areas.Continue(ctx, c); err != nil {
		return 0, err
	}
	r := s.areas.Scheme().Range(c.From)
	args, who := []any{r.Lo, r.Hi, followChunk}, ""
	if c.Kind == area.Split {
		args, who = append(args, c.ID), " AND EXISTS (SELECT 1 FROM area_change_household s WHERE s.change = $4 AND s.home = h.home AND s.household = h.id)"
	}
	moved := 0
	for {
		found, err := store.All(ctx, s.db.In(scope), "SELECT "+householdColumns+" FROM household h WHERE {checked} AND h.area BETWEEN $1 AND $2"+who+" ORDER BY h.area, h.id LIMIT $3", args, scanHousehold)
		if err != nil || len(found) == 0 {
			return moved, err
		}
		err = s.followSome(ctx, scope, c, found)
		if fault.Is(err, fault.Stale) { // somebody changed one of them meanwhile: look again
			continue
		}
		if err != nil {
			return moved, err
		}
		moved += len(found)
	}
}

func (s *Service) followSome(ctx context.Context, scope access.Scope, c area.Change, households []Household) error {
	command, err := s.journal.Begin(ctx, journal.Who{Role: "system", Why: "change of an area"})
	if err != nil {
		return err
	}
	rolls := make([]Roll, len(households))
	for i, h := range households {
		to := c.To + h.Area - c.From
		if _, err := s.areas.Get(ctx, scope, to); err != nil {
			return err
		}
		if rolls[i], err = s.roll(ctx, scope, h); err != nil {
			return err
		}
		rolls[i].Area = to
		err := command.Note(ctx, journal.Entry{Kind: "household.area-changed", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: to, ValidOn: &c.Day,
			VerBefore: h.Ver, VerAfter: h.Ver + 1, Body: map[string]any{"from": h.Area, "to": to, "change": c.ID}})
		if err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for i, roll := range rolls {
			if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", households[i].Ver, roll.Home, roll.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE household SET area = $3 WHERE {checked} AND home = $1 AND id = $2", roll.Home, roll.ID, roll.Area); err != nil {
				return err
			}
			if err := s.relocate(ctx, tx, roll); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
}
