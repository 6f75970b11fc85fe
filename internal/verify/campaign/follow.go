package campaign

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// pairs are the verdicts of two teams on the same households.
func (s *Service) pairs(ctx context.Context, scope access.Scope, c Campaign) ([][2]Verdict, error) {
	pairs, err := store.All(ctx, s.db.In(scope), `SELECT f.verdict, v.verdict FROM campaign_household t JOIN visit f ON f.home = t.home AND f.household = t.household AND f.campaign = t.campaign AND f.second = 0 AND f.outcome = 'seen'
		JOIN visit v ON v.home = t.home AND v.household = t.household AND v.campaign = t.campaign AND v.second = 1 AND v.outcome = 'seen' WHERE {scope t.area t.household} AND t.campaign = $1 ORDER BY v.id, f.id`,
		[]any{c.ID}, func(r store.Rows, p *[2]Verdict) error { return r.Scan(&p[0], &p[1]) })
	if err != nil {
		return nil, fmt.Errorf("read verdicts of second teams: %w", err)
	}
	return pairs, nil
}

// Independence counts for whose verdicts it is sure that they are the visitors' own.
type Independence struct {
	Visits  int64 // with a verdict
	Place   int64 // by a team that judges elsewhere than at home
	Hand    int64 // by somebody who neither wrote the household last nor answers for it
	Unaware int64 // by somebody from whom what was found before is kept
}

// Independence shows how independent the visits of a campaign in scope are.
func (s *Service) Independence(ctx context.Context, scope access.Scope, c Campaign) (Independence, error) {
	type row struct {
		place, team, account, recorder int64
		holder, official               string
	}
	rows, err := store.All(ctx, s.db.In(scope), `SELECT t.place, v.team, v.account, t.recorder, v.holder, t.official FROM visit v
		JOIN campaign_household t ON t.home = v.home AND t.campaign = v.campaign AND t.household = v.household WHERE {scope t.area t.household} AND v.campaign = $1 AND v.outcome = 'seen'`, []any{c.ID},
		func(r store.Rows, one *row) error {
			return r.Scan(&one.place, &one.team, &one.account, &one.recorder, &one.holder, &one.official)
		})
	if err != nil {
		return Independence{}, fmt.Errorf("read who visited: %w", err)
	}
	teams, err := s.Teams(ctx, c)
	if err != nil {
		return Independence{}, err
	}
	bases := map[int64]int64{}
	for _, team := range teams {
		bases[team.Number] = team.Base
	}
	found := Independence{Visits: int64(len(rows))}
	for _, one := range rows {
		if base := bases[one.team]; base != 0 && !s.scheme().Range(base).Holds(one.place) {
			found.Place++
		}
		if one.account != one.recorder && (one.holder == "" || one.holder != one.official) {
			found.Hand++
		}
		if c.Kind.Blind() {
			found.Unaware++
		}
	}
	return found, nil
}

// Settle is the word of the village's meeting on a household that two teams judged differently.
func (s *Service) Settle(ctx context.Context, scope access.Scope, campaign int64, number string, ver int64, verdict Verdict) (Task, error) {
	return s.decide(ctx, scope, campaign, number, ver, "settled", func(t *Task, _ *Design) error {
		if t.State != Disputed {
			return fault.New(fault.Conflict, "nobody differs about the household").Coded("campaign.agreed")
		}
		if verdict != Poor && verdict != NotPoor {
			return invalid("verdict", "verdict", "say whether the household is poor")
		}
		t.State, t.Verdict = Done, verdict
		return nil
	})
}

// Appeals is a household's objection to what was found, on a day of the window.
func (s *Service) Appeal(ctx context.Context, scope access.Scope, campaign int64, number string, ver int64) (Task, error) {
	return s.decide(ctx, scope, campaign, number, ver, "appealed", func(t *Task, d *Design) error {
		switch {
		case t.State != Done || t.Appeal != NoAppeal:
			return fault.New(fault.Conflict, "nothing was found, or the household has objected already").Coded("campaign.appealed")
		case s.today() > t.Until(d):
			return fault.New(fault.Conflict, "the days for an objection are over").Coded("campaign.late")
		}
		t.Appeal, t.Appealed = Raised, s.today()
		return nil
	})
}

// Until is the last day of the appeal window.
func (t Task) Until(d *Design) clock.Day { return t.Visited + clock.Day(d.Appeal) }

// Hear decides on an objection: upheld, what was found does not stand and another team goes there.
func (s *Service) Hear(ctx context.Context, scope access.Scope, campaign int64, number string, ver int64, upheld bool) (Task, error) {
	return s.decide(ctx, scope, campaign, number, ver, "heard", func(t *Task, _ *Design) error {
		if t.Appeal != Raised {
			return fault.New(fault.Conflict, "no objection waits").Coded("campaign.heard")
		}
		t.Appeal = Dismissed
		if upheld {
			t.Appeal, t.State, t.Verdict, t.Correct, t.Clear, t.Visited = Upheld, Waiting, Unsaid, false, false, 0
			if t.Second != 0 {
				t.Team, t.Second = t.Second, 0
			}
		}
		return nil
	})
}

// decide changes what became of a household of a running campaign, at the version that was seen.
func (s *Service) decide(ctx context.Context, scope access.Scope, campaign int64, number string, ver int64, act string, change func(*Task, *Design) error) (Task, error) {
	c, d, before, err := s.designed(ctx, scope, campaign, number)
	switch {
	case err != nil:
		return before, err
	case c.State != Running:
		return before, fault.New(fault.Conflict, "the campaign is over").Coded("campaign.over")
	case before.Ver != ver:
		return before, fault.New(fault.Stale, "the household moved on since you opened it")
	}
	if err := access.NotOwn(scope.Acting(before.Area), access.VisitRecordStep, before.Household); err != nil {
		return before, err
	}
	t := before
	if err := change(&t, d); err != nil {
		return before, err
	}
	return s.put(ctx, scope, t, act)
}

// designed is a household of a campaign, with the campaign and its design.
func (s *Service) designed(ctx context.Context, scope access.Scope, campaign int64, number string) (Campaign, *Design, Task, error) {
	c, err := s.Get(ctx, scope, campaign)
	if err != nil {
		return c, nil, Task{}, err
	}
	d, _, err := s.DesignOf(c)
	if err != nil {
		return c, nil, Task{}, err
	}
	t, err := s.task(ctx, scope, c, number)
	return c, d, t, err
}

// put stores what became of a household, with its event.
func (s *Service) put(ctx context.Context, scope access.Scope, t Task, act string) (Task, error) {
	command, err := s.journal.Begin(ctx, who(scope, t.Area))
	if err != nil {
		return t, err
	}
	err = command.Note(ctx, journal.Entry{Kind: "household.visit-" + act, SubjectKind: registry.SubjectHousehold, Subject: t.Household, Home: t.Home, Area: t.Area,
		Body: map[string]any{"campaign": t.Campaign, "state": t.State, "verdict": t.Verdict, "appeal": t.Appeal, "case": t.Case}})
	if err != nil {
		return t, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := putTask(ctx, tx, t); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return t, fmt.Errorf("store what became of a household: %w", err)
	}
	t.Ver++
	return t, nil
}

// Propose opens the case that follows from what was found: a removal or an admission goes through the whole procedure,
// with its vote and notice. It is for who may open such a case.
func (s *Service) Propose(ctx context.Context, scope access.Scope, campaign int64, number string, ver int64) (Task, error) {
	var code string
	_, d, t, err := s.designed(ctx, scope, campaign, number)
	switch {
	case err != nil:
		return t, err
	case t.Ver != ver:
		return t, fault.New(fault.Stale, "the household moved on since you opened it")
	case t.Case != 0:
		return t, fault.New(fault.Conflict, "the case is open already").Coded("campaign.proposed")
	case t.Appeal == Raised || s.today() <= t.Until(d):
		return t, fault.New(fault.Conflict, "the household may still object").Coded("campaign.window")
	}
	switch t.Result() {
	case Remove:
		code = d.Remove
	case Add:
		code = d.Add
	}
	if code == "" {
		return t, fault.New(fault.Conflict, "nothing has to be decided about the household").Coded("campaign.nothing")
	}
	acting, err := access.Decide(scope.Caller(), access.CaseAct)
	if err != nil {
		return t, err
	}
	through, err := s.cases.Through(ctx, acting, code, t.Household)
	if err != nil {
		return t, err
	}
	t.Case = through.ID
	if t.Result() == Remove {
		t.Landing = s.today() + clock.Day(d.Landing)
	}
	return s.put(ctx, scope, t, "proposed")
}

// Close ends a campaign: nobody goes any more, and evaluators reach its households no longer.
func (s *Service) Close(ctx context.Context, scope access.Scope, id, ver int64) (Campaign, error) {
	c, err := s.Get(ctx, scope, id)
	switch {
	case err != nil:
		return c, err
	case c.Ver != ver:
		return c, fault.New(fault.Stale, "the campaign moved on since you opened it")
	case c.State != Running:
		return c, fault.New(fault.Conflict, "the campaign is over").Coded("campaign.over")
	}
	command, err := s.journal.Begin(ctx, who(scope, c.Area))
	if err != nil {
		return c, err
	}
	if err := command.Note(ctx, journal.Entry{Kind: "campaign.closed", SubjectKind: "campaign", Subject: c.ID, Area: c.Area, VerBefore: c.Ver, VerAfter: c.Ver + 1}); err != nil {
		return c, err
	}
	if err := s.turn(ctx, scope, &c, Closed, command); err != nil {
		return c, err
	}
	return c, s.release(ctx, scope, c)
}

// release ends the assignments that a blind campaign made.
func (s *Service) release(ctx context.Context, scope access.Scope, c Campaign) error {
	if !c.Kind.Blind() {
		return nil
	}
	edit, err := access.Decide(scope.Caller(), access.AssignmentEdit)
	if err != nil {
		return err
	}
	teams, err := s.Teams(ctx, c)
	if err != nil {
		return err
	}
	for _, team := range teams {
		theirs := map[int64]bool{}
		list, err := s.tasks(ctx, scope, c, Filter{Team: team.Number}, registry.Position{}, mostVisits)
		if err != nil {
			return err
		}
		for _, t := range list {
			theirs[t.Household] = true
		}
		for _, one := range team.Members {
			if err := s.releases(ctx, edit, one, theirs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) releases(ctx context.Context, edit access.Scope, one Official, theirs map[int64]bool) error {
	held, err := s.assignments.List(ctx, edit, one.Holder, 0, mostVisits)
	if err != nil {
		return err
	}
	var ended []office.Assignment
	for _, a := range held {
		if theirs[a.Household] {
			ended = append(ended, a)
		}
	}
	for _, a := range ended {
		if err := s.assignments.End(ctx, edit, a.ID); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}
