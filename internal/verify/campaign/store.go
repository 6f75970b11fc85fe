package campaign

import (
	"context"
	"encoding/json"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

func answersPlace(id int64) crypt.Place {
	return crypt.Place{Table: "visit", Column: "answers", Row: id}
}

// store writes visits, and what became of their households: all of them or none.
func (s *Service) store(ctx context.Context, scope access.Scope, c Campaign, recs []*recording) error {
	command, err := s.journal.Begin(ctx, who(scope, recs[0].next.Area))
	if err != nil {
		return err
	}
	for _, rec := range recs {
		if err := s.seal(ctx, c, rec, command); err != nil {
			return err
		}
	}
	at := int64(s.journal.Clock().Now())
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for _, rec := range recs {
			if err := putTask(ctx, tx, rec.next); err != nil {
				return err
			}
			if err := putVisit(ctx, tx, scope.Caller(), rec, at); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store visits: %w", err)
	}
	for _, rec := range recs {
		rec.next.Ver++
	}
	return nil
}

// seal numbers a visit, seals its answers under the household's key, and notes it in the journal.
func (s *Service) seal(ctx context.Context, c Campaign, rec *recording, command *journal.Command) error {
	t, v := rec.next, rec.visit
	key, err := s.keys.Of(ctx, t.Home, t.Household)
	if err != nil {
		return fmt.Errorf("open the record of a household: %w", err)
	}
	if rec.id, err = s.journal.Ids().One(ctx, t.Home); err != nil {
		return err
	}
	body, err := json.Marshal(v.Answers)
	if err != nil {
		return err
	}
	rec.sealed = crypt.Seal(key, body, answersPlace(rec.id))
	return command.Note(ctx, journal.Entry{Kind: "household.visited", SubjectKind: registry.SubjectHousehold, Subject: t.Household, Home: t.Home, Area: t.Area, ValidOn: &v.Day, Key: &key,
		Body: map[string]any{"campaign": c.ID, "visit": rec.id, "outcome": v.Outcome, "verdict": v.Verdict, "way": v.Way}})
}

// putVisit stores a visit.
func putVisit(ctx context.Context, tx store.Tx, by access.Caller, rec *recording, at int64) error {
	t, v := rec.next, rec.visit
	_, err := tx.Exec(ctx, `INSERT INTO visit (home, id, campaign, household, area, team, second, day, account, holder, way, outcome, verdict, correct, welfare, answers, key, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`, t.Home, rec.id, t.Campaign, t.Household, t.Area, rec.team, flag(rec.team == t.Second), int64(v.Day),
		by.Account, by.Person, string(v.Way), string(v.Outcome), string(v.Verdict), flag(rec.correct), v.Welfare, rec.sealed, v.Key, at)
	return err
}

// putTask stores what became of a household, if nobody else did meanwhile.
func putTask(ctx context.Context, tx store.Tx, t Task) error {
	if err := store.Bump(ctx, tx, "campaign_household", "{checked} AND home = $1 AND campaign = $2 AND household = $3", t.Ver, t.Home, t.Campaign, t.Household); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE campaign_household SET state = $4, verdict = $5, correct = $6, clear = $7, visited = $8, case_id = $9, landing = $10, appeal = $11, appealed = $12, team = $13, second = $14
		WHERE {checked} AND home = $1 AND campaign = $2 AND household = $3`, t.Home, t.Campaign, t.Household, string(t.State), string(t.Verdict), flag(t.Correct), flag(t.Clear), int64(t.Visited),
		t.Case, int64(t.Landing), string(t.Appeal), int64(t.Appealed), t.Team, t.Second)
	return err
}

func flag(set bool) int64 {
	if set {
		return 1
	}
	return 0
}
