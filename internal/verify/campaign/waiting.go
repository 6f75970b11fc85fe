package campaign

import (
	"context"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// Turn is which visit of a household waits: the first, or one that judges anew what others judged.
type Turn string

// The turns.
const (
	First   Turn = "first"
	Another Turn = "another" // of a second team, or of a blind re-visit
)

// Turns are all of them.
var Turns = []Turn{First, Another}

// Waits selects visits that running campaigns still have to make.
type Waits struct {
	Area    int64 // subtree; 0 for everywhere in scope
	Account int64 // a member of the team that has to go there; 0 for all
	Turn    Turn
}

// WaitingVisit is a household to which a team has to go, and when the campaign is to be done.
type WaitingVisit struct {
	Campaign, Household, Area int64
	Number                    string
	Team                      int64 // that has to go there
	Due                       clock.Day
}

// waiting are the visits t of running campaigns c that a team has to make: the first team until it was there, the
// second until it judged too.
const waiting = ` FROM (SELECT t.campaign AS campaign, t.household AS household, t.home AS home, t.area AS area, t.team AS team, 0 AS second FROM campaign_household t
		WHERE {scope t.area t.household} AND t.area BETWEEN $1 AND $2 AND t.state IN ('waiting', 'absent')
	UNION ALL SELECT t.campaign, t.household, t.home, t.area, t.second, 1 FROM campaign_household t
		WHERE {scope t.area t.household} AND t.area BETWEEN $1 AND $2 AND t.second <> 0 AND t.state IN ('waiting', 'absent', 'again')) t
	JOIN campaign c ON c.id = t.campaign AND c.state = 'running'`

// condition of waiting visits, with the arguments of waiting.
func (s *Service) condition(w Waits) (string, []any) {
	area := s.scheme().Range(w.Area)
	parts, args := []string{"1 = 1"}, []any{area.Lo, area.Hi}
	switch w.Turn {
	case First:
		parts = append(parts, "t.second = 0 AND c.kind <> 'revisit'")
	case Another:
		parts = append(parts, "(t.second = 1 OR c.kind = 'revisit')")
	}
	if w.Account != 0 {
		args = append(args, w.Account)
		parts = append(parts, "EXISTS (SELECT 1 FROM campaign_team m WHERE m.campaign = t.campaign AND m.team = t.team AND m.account = $3)")
	}
	return strings.Join(parts, " AND "), args
}

// Backlog counts the visits that wait in an area by who has to go there, each member of a team, and by the areas directly
// below.
func (s *Service) Backlog(ctx context.Context, scope access.Scope, area int64, turn Turn) (office.Backlogs, error) {
	condition, args := s.condition(Waits{Area: area, Turn: turn})
	args = append(args, s.scheme().WidthBelow(area))
	return office.CountBacklogs(ctx, s.db.In(scope), `SELECT m.account AS account, t.area - t.area % $3 AS below, c.due AS due,
		CASE WHEN m.account = (SELECT min(o.account) FROM campaign_team o WHERE o.campaign = t.campaign AND o.team = t.team) THEN 1 ELSE 0 END AS once`+
		waiting+" JOIN campaign_team m ON m.campaign = t.campaign AND m.team = t.team WHERE "+condition, args)
}

// Works are what waits of visits, by turn.
func (s *Service) Works() []office.Work {
	var works []office.Work
	for _, turn := range Turns {
		works = append(works, office.Work{Kind: string(turn), Verb: access.CampaignRead, Blind: true,
			Count: func(ctx context.Context, scope access.Scope, area int64) (office.Backlogs, error) {
				return s.Backlog(ctx, scope, area, turn)
			}})
	}
	return works
}

// Waiting lists the visits that wait, the most urgent first, and journals whose households were shown.
func (s *Service) Waiting(ctx context.Context, scope access.Scope, w Waits, limit int) ([]WaitingVisit, error) {
	condition, args := s.condition(w)
	args = append(args, limit)
	found, err := store.All(ctx, s.db.In(scope), "SELECT t.campaign, t.household, t.area, h.number, t.team, c.due"+waiting+" JOIN household h ON h.home = t.home AND h.id = t.household WHERE "+condition+
		fmt.Sprintf(" ORDER BY c.due, t.area, t.household, t.second LIMIT $%d", len(args)), args,
		func(r store.Rows, v *WaitingVisit) error {
			return r.Scan(&v.Campaign, &v.Household, &v.Area, &v.Number, &v.Team, &v.Due)
		})
	if err != nil {
		return nil, fmt.Errorf("list visits that wait: %w", err)
	}
	tasks := make([]Task, len(found))
	for i, v := range found {
		tasks[i].Household = v.Household
	}
	return found, s.shown(ctx, scope, w.Area, tasks)
}
